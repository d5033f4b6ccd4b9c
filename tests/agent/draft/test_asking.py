"""Answers: from options alone, and from a person who may be wrong."""

from collections.abc import Mapping
from datetime import date

import pytest

from agent.draft.answers import Draft, Entry, Machine
from agent.draft.asking import MOST, Answers, alone, asked
from agent.draft.here import Here
from agent.draft.hosts import MOST as MOST_HOSTS
from agent.draft.questions import QUESTIONS
from agent.draft.registry import Registered
from agent.ground.ports import PortSet
from agent.ground.roles import Role

TODAY = date(2026, 1, 31)
ANYWHERE = Here(TODAY)
LEAST = {"site": "contoso", "master": "MSS", "processing": "BTS01", "sql": "SQL01"}
MSS, BTS01, SQL01 = Machine("MSS"), Machine("BTS01"), Machine("SQL01")


def good(given: Mapping[str, str], here: Here = ANYWHERE) -> Draft:
    answers = alone({**LEAST, **given}, here)
    assert answers.wrong == ()
    return answers.draft


def wrong(given: Mapping[str, str], here: Here = ANYWHERE) -> str:
    (line,) = alone({**LEAST, **given}, here).wrong
    return line


class TestAlone:
    """Without anybody to ask."""

    def test_the_least_that_has_to_be_said(self) -> None:
        assert good({}) == Draft(
            "contoso",
            (
                Entry(MSS, (Role.MASTER_SECRET,)),
                Entry(BTS01, (Role.PROCESSING,)),
                Entry(SQL01, (Role.SSO_DATABASE,), port=1433),
            ),
        )

    def test_all_that_is_missing_is_said_at_once(self) -> None:
        lines = alone({}, ANYWHERE).wrong
        assert [line.partition(" ")[0] for line in lines] == ["--site", "--master", "--processing", "--sql"]
        assert all(" is missing: " in line for line in lines)

    def test_all_that_is_wrong_is_said_at_once_in_the_loader_s_words(self) -> None:
        lines = alone({**LEAST, "site": "a b", "sql": "SQL01,70000", "fixed-port": "nothing=1"}, ANYWHERE).wrong
        assert lines == (
            "--site: 'a b' is no name; one has 1 to 63 letters, digits, '_', and behind the first '.', '-'",
            "--sql: port 70000 is above 65535",
        )
        assert wrong({"fixed-port": "nothing=1"}) == (
            "--fixed-port: rpc.fixed_ports.nothing: no such service in rpc.services; there are entsso, msdtc"
        )

    def test_all_answers(self) -> None:
        given = {
            "master": "MSS=mss.contoso.test@core",
            "standby": "MSS2",
            "processing": "BTS01=192.0.2.11+2001:db8::11@app, BTS02\tBTS03",
            "sql": r"SQLCL\SSO",
            "node": "NODE1=192.0.2.31, MSS/NODE2, sqlcl/DB1",
            "dtc": "yes",
            "dynamic-ports": "5000-5020, 20000",
            "fixed-port": "entsso=50100,msdtc=50101",
            "key-file": "keys/site.key",
            "backup-confirmed": "2026-01-30",
        }
        assert good(given) == Draft(
            "contoso",
            (
                Entry(
                    Machine("MSS", ("mss.contoso.test",)),
                    (Role.MASTER_SECRET,),
                    "core",
                    nodes=(Machine("NODE1", ("192.0.2.31",)), Machine("NODE2")),
                ),
                Entry(Machine("MSS2"), (Role.MASTER_SECRET_STANDBY,)),
                Entry(Machine("BTS01", ("192.0.2.11", "2001:db8::11")), (Role.PROCESSING,), "app"),
                Entry(Machine("BTS02"), (Role.PROCESSING,)),
                Entry(Machine("BTS03"), (Role.PROCESSING,)),
                Entry(Machine("SQLCL"), (Role.SSO_DATABASE,), instance="SSO", nodes=(Machine("DB1"),)),
            ),
            True,
            PortSet(((5000, 5020), (20000, 20000))),
            {"entsso": 50100, "msdtc": 50101},
            "keys/site.key",
            date(2026, 1, 30),
        )

    @pytest.mark.parametrize("sql", ["mss", "192.0.2.5", "192.0.2.5,1433"])
    def test_one_machine_may_have_several_roles(self, sql: str) -> None:
        master, processing = good({"master": "MSS=192.0.2.5", "sql": sql}).hosts
        assert (master.name, master.roles, master.port) == ("MSS", (Role.MASTER_SECRET, Role.SSO_DATABASE), 1433)
        assert processing.name == "BTS01"

    @pytest.mark.parametrize(
        ("given", "why"),
        [
            ({"master": "MSS=192.0.2.1, mss=192.0.2.2"}, "--master: MSS has another address already"),
            ({"processing": "MSS@app, MSS@web"}, "--processing: MSS has another zone already"),
            ({"processing": ", "}, "--processing: nothing is named"),
            ({"processing": ""}, "--processing: nothing is named"),
            ({"processing": "BTS01=255.255.255.255"}, "--processing: 255.255.255.255 is not the address of one host"),
            ({"processing": "BTS01="}, "--processing: '' is neither an IP address nor a host name"),
            ({"processing": "BTS01@"}, "--processing: '' is no name"),
            ({"processing": "1.2.3"}, "--processing: hosts[1].address: is required: the name cannot be one"),
            ({"node": "MSS/BTS01"}, "--node: hosts[1].name: BTS01 is already the name of hosts[0].nodes[0]"),
            ({"node": "MSS2/NODE1"}, "--node: no host is called MSS2"),
            ({"master": "MSS, MSS2", "node": "NODE1"}, "--node: say of which cluster it is: CLUSTER/NODE"),
            ({"dtc": "perhaps"}, "--dtc: write yes or no"),
            ({"fixed-port": "entsso"}, "--fixed-port: entsso has no port"),
            ({"fixed-port": "entsso=0"}, "--fixed-port: port 0 is below 1"),
            ({"dynamic-ports": "5-1"}, "--dynamic-ports: the range 5-1 is reversed"),
            ({"key-file": "k" * 1025}, "--key-file: must be a path"),
            ({"backup-confirmed": "31.1.2026"}, "--backup-confirmed: must be a date such as 2026-01-31"),
            ({"backup-confirmed": "2026-02-30"}, "--backup-confirmed: 2026-02-30 is not a day"),
            ({"backup-confirmed": "2026-02-02"}, "--backup-confirmed: 2026-02-02 is a day in the future"),
            ({"site": "-"}, "--site: '-' is no name"),
            ({"site": "a\x1b[31m"}, "--site: control characters cannot stand in it"),
            ({"site": "a\u202eb"}, "--site: control characters cannot stand in it"),
            ({"key-file": "a\udcffb"}, "--key-file: control characters cannot stand in it"),
            ({"site": "x" * (MOST + 1)}, "--site: longer than 65,536 letters"),
        ],
    )
    def test_what_is_refused_and_why(self, given: dict[str, str], why: str) -> None:
        assert wrong(given).startswith(why)

    def test_a_thousand_hosts_and_no_more(self) -> None:
        names = [f"BTS{number}" for number in range(MOST_HOSTS - 2)]
        assert len(good({"processing": ",".join(names)}).hosts) == MOST_HOSTS
        assert wrong({"processing": ",".join([*names, "x", "y", "z"])}).startswith(
            "--processing: more than 1,000 hosts"
        )
        assert wrong({"node": ",".join(names)}).startswith("--node: more than 1,000 hosts")

    @pytest.mark.parametrize("none", ["-", "none", " None "])
    def test_none_is_an_answer_where_there_may_be_none(self, none: str) -> None:
        assert good(dict.fromkeys(["standby", "node", "fixed-port", "key-file"], none)) == good({})

    def test_no_backup_gives_the_documentation_s_sentence(self) -> None:
        notes = alone({**LEAST, "backup-confirmed": "no"}, ANYWHERE).notes
        assert any("you will not be able to retrieve data stored in the SSO database" in note for note in notes)
        assert alone({**LEAST, "backup-confirmed": "2026-01-31"}, ANYWHERE).notes == ()

    def test_where_it_is_the_next_day_already_is_no_future(self) -> None:
        assert alone({**LEAST, "backup-confirmed": "2026-02-01"}, ANYWHERE).wrong == ()

    def test_only_what_is_sure_of_this_machine_is_taken(self) -> None:
        sure = Here(TODAY, "BTS09", "contoso", Role.PROCESSING, sure=True, why="host instances")
        answers = alone({"master": "MSS", "sql": "SQL01"}, sure)
        assert (answers.wrong, answers.draft.site) == ((), "contoso")
        assert answers.draft.with_role(Role.PROCESSING)[0].name == "BTS09"
        assert "--processing BTS09: host instances" in answers.notes
        likely = Here(TODAY, "MSS", "contoso", Role.MASTER_SECRET, why="it is there")
        (missing,) = alone({"processing": "BTS01", "sql": "SQL01"}, likely).wrong
        assert missing.startswith("--master is missing")

    def test_the_registry_s_database_is_taken_and_named(self) -> None:
        here = Here(TODAY, registered=Registered(r"SQL07\SSO", "SSODB", PortSet(((5000, 5020),))))
        answers = alone({key: text for key, text in LEAST.items() if key != "sql"}, here)
        draft = answers.draft
        assert draft.with_role(Role.SSO_DATABASE) == (Entry(Machine("SQL07"), (Role.SSO_DATABASE,), instance="SSO"),)
        assert (draft.database, draft.dynamic_ports) == ("SSODB", PortSet(((5000, 5020),)))
        assert r"--sql SQL07\SSO: as the SSO service's registry key has it, database SSODB" in answers.notes
        assert good({"sql": "OTHER"}, here).database == ""

    def test_a_server_in_the_registry_that_is_none_is_not_suggested(self) -> None:
        here = Here(TODAY, registered=Registered("SQL 07", "SSODB"))
        (missing,) = alone({key: text for key, text in LEAST.items() if key != "sql"}, here).wrong
        assert missing.startswith("--sql is missing")


class Typist:
    """Gives the answers to the questions by their beginnings, and keeps all that was said."""

    def __init__(self, *typed: str) -> None:
        self._typed = list(typed)
        self.text = ""

    def ask(self, prompt: str) -> str:
        if not self._typed:
            raise EOFError
        self.text += prompt + self._typed[0] + "\n"
        return self._typed.pop(0)

    def say(self, line: str) -> None:
        self.text += line + "\n"


def by_hand(*typed: str, given: Mapping[str, str] | None = None, here: Here = ANYWHERE) -> tuple[Answers, str]:
    person = Typist(*typed)
    return asked(given or {}, here, person), person.text


class TestAsked:
    """A person at a terminal."""

    def test_enter_takes_what_stands_in_brackets(self) -> None:
        answers, text = by_hand("contoso", "MSS", "", "BTS01", "SQL01", "", "", "", "", "-", "")
        assert answers == Answers(good({}))
        assert "Stand-by master secret server [none]: \n" in text
        assert "Dynamic RPC ports [49152-65535]: \n" in text

    def test_what_was_given_is_not_asked(self) -> None:
        answers, text = by_hand(*[""] * 7, given=LEAST)
        assert answers.draft == good({"key-file": "site.key"})
        assert "Name of the site" not in text

    def test_a_wrong_answer_is_asked_again_with_the_reason(self) -> None:
        typed = ["", "a b", "contoso", "MSS", "", "BTS01,x y=1", "BTS01", "SQL01", "", "", "", "", "-", "no idea", ""]
        answers, text = by_hand(*typed)
        assert answers.draft == good({})
        assert "'a b' is no name" in text
        assert "must be a date such as 2026-01-31" in text
        assert text.count("Name of the site: ") == 3
        assert text.count("Processing servers: ") == 2

    def test_a_wrong_answer_leaves_nothing_of_itself(self) -> None:
        answers, _ = by_hand("contoso", "MSS", "", "BTS07, MSS/1", "BTS01", "SQL01", "", "", "", "", "-", "")
        assert answers.draft == good({})

    def test_a_question_mark_explains_each_question(self) -> None:
        for question in QUESTIONS:
            rest = {each.option: _any_answer(each.option) for each in QUESTIONS if each is not question}
            person = Typist("?")
            with pytest.raises(EOFError):
                asked(rest, ANYWHERE, person)
            assert all(f"  {line}\n" in person.text for line in question.explains.splitlines())
            assert max(map(len, person.text.splitlines())) < 420

    def test_an_option_that_is_wrong_is_said_and_nothing_more_is_asked(self) -> None:
        answers, text = by_hand(given={"site": "a b"})
        assert answers.wrong[0].startswith("--site: 'a b' is no name")
        assert text == ""

    def test_what_is_only_likely_is_offered_to_a_person_with_its_reason(self) -> None:
        here = Here(TODAY, "MSS", "", Role.MASTER_SECRET, why="ENTSSO is on this machine")
        answers, text = by_hand("contoso", "", "", "BTS01", "SQL01", "", "", "", "", "-", "", here=here)
        assert answers.draft == good({})
        assert "MSS: ENTSSO is on this machine\nMaster secret server [MSS]: \n" in text

    def test_text_of_others_is_made_harmless(self) -> None:
        answers, text = by_hand("\x1b]0;x\x07", "contoso", "M\x1b[2J", "MSS", *[""] * 7, given=dict(LEAST, site="c"))
        assert answers.wrong == ()
        assert "\x1b" not in text.replace("\x1b]0;x\x07", "").replace("\x1b[2J", "")


def _any_answer(option: str) -> str:
    return {**LEAST, "dtc": "no", "dynamic-ports": "5000", "backup-confirmed": "no"}.get(option, "-")
