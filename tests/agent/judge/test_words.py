"""Whatever can be judged has its sentences, and every sentence can be said."""

import itertools
import re
import string
from collections.abc import Iterator
from dataclasses import replace

import pytest

from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.judge import both
from agent.judge.both import judge_both
from agent.judge.endpoint import judge_service
from agent.judge.held import CAUSES, Shows
from agent.judge.range import ROWS, Shown, judge_range
from agent.judge.single import judge_port, milliseconds
from agent.judge.table import TABLE, Beside
from agent.judge.verdict import PENDING, Cause, Judgement, Proof, Verdict
from agent.judge.words import SENTENCES, SERVICE, words
from agent.judge.words_held import ASIDE, HOLDING, REASON
from probes.outcome import Outcome
from probes.state import Sent, State
from probes.wire.icmp import Icmp
from probes.wire.rendezvous.messages import Holding, Reason
from probes.wire.tds import Encryption, Prelogin, Version
from tests.agent.judge.reaching import held_reach, reach
from tests.agent.seen import (
    HERE,
    PEER,
    PORT,
    ROUTER,
    confirmed_silence,
    hopeless_silence,
    outcome,
    registration,
    sight,
)

RANGE = PortSet.parse("49152-49155")
parse = string.Formatter().parse


OWN = Icmp(4, 3, 1, HERE)  # our own system, about a neighbour that does not answer
CODES = (None, Icmp(4, 3, 13, ROUTER), Icmp(4, 3, 13, PEER), Icmp(4, 3, 1, ROUTER), Icmp(4, 3, 1), OWN)


def single(check: Check) -> list[Judgement]:
    """Every judgement of a single port that the table can come to; of a range only that nothing could be asked."""
    port = PORT[check]
    states = (State.UNRESOLVED, State.LOCAL_FAULT) if check is Check.RPC_RANGE else tuple(State)
    device: tuple[tuple[int, ...], ...] = ((), (60001, 60002, 60003))
    silences = (None, confirmed_silence(), hopeless_silence())
    circumstances = itertools.product(states, CODES, (Sent.YES, Sent.HELD), device, silences)
    seen = [
        sight(
            outcome(state, port, icmp=icmp if state is State.REJECTED else None, sent=sent),
            *(outcome(State.OPEN, other) for other in others),
            sampled=others,
            silences={port: silence} if silence else {},
            controls={port: 1433},
        )
        for state, icmp, sent, others, silence in circumstances
    ]
    unknown = sight(outcome(State.LOCAL_FAULT, 0, detail="The port of SQL Server instance X is not known"))
    return [*(judge_port(check, each, port) for each in seen), judge_port(check, unknown, 0)]


NAMED = PORT[Check.RPC_ENDPOINT]
TOLD = (
    None,
    registration(NAMED),
    registration(NAMED, still=()),
    registration(),
    registration(known=["entsso"]),
)


def told() -> list[Judgement]:
    """Every judgement that rests on what a mapper said, or did not, and on a version that a SQL Server said."""
    found = []
    for state, said, silence in itertools.product(State, TOLD, (None, confirmed_silence(), hopeless_silence())):
        silences = {NAMED: silence} if silence else {}
        seen = sight(outcome(State.OPEN), outcome(state, NAMED), registration=said, silences=silences)
        alone = sight(outcome(state), registration=said)
        found += [judge_service(seen, "entsso", 135), judge_service(alone, "entsso", 135)]
        found += [judge_port(Check.EPM, alone, 135), judge_port(Check.RPC_ENDPOINT, seen, NAMED)]
    version = outcome(State.OPEN, 1433, answer=Prelogin(Version(16, 0, 1000), Encryption.REQ))
    return [*found, judge_port(Check.SQL, sight(version), 1433)]


def ranges() -> list[Judgement]:
    """Every judgement of a sample of four ports, whatever each of them saw."""
    kinds: list[tuple[State, Icmp | None, Sent]] = [
        (State.OPEN, None, Sent.YES),
        (State.CLOSED, None, Sent.YES),
        (State.FILTERED, None, Sent.YES),
        (State.FILTERED, None, Sent.HELD),
        (State.REJECTED, Icmp(4, 3, 13, ROUTER), Sent.YES),
        (State.REJECTED, Icmp(4, 3, 13, PEER), Sent.YES),
        (State.REJECTED, Icmp(4, 3, 1, ROUTER), Sent.YES),
        (State.REJECTED, OWN, Sent.YES),
        (State.REJECTED, None, Sent.YES),
        (State.LOCAL_FAULT, None, Sent.UNKNOWN),
        (State.LOCAL_FAULT, None, Sent.REFUSED),
    ]
    found = []
    for four in itertools.combinations_with_replacement(kinds, 4):
        seen = [outcome(s, port, icmp=icmp, sent=sent) for port, (s, icmp, sent) in zip(RANGE, four, strict=True)]
        around = sight(*seen, sampled=tuple(RANGE), registration=registration(natural=[49152]))
        for credible, confirmed, lossy in itertools.product((False, True), repeat=3):
            known = reach(RANGE, seen, credible=credible, confirmed=confirmed, lossy=lossy)
            found.append(judge_range(around, known))
            found.append(judge_range(sight(*seen, sampled=tuple(RANGE)), replace(known, own_probing=lossy)))
    return found


MISSING = (Beside.AGENT_SILENT, Beside.OTHER_VERSION)


def from_one_end() -> list[Judgement]:
    """Every judgement of a range where an agent should listen for us, and does not."""
    found = []
    for state, missing in itertools.product(
        (State.CLOSED, State.FILTERED), (Beside.AGENT_SILENT, Beside.OTHER_VERSION)
    ):
        seen = [outcome(state, port) for port in RANGE]
        around = sight(*seen, sampled=tuple(RANGE))
        found += [judge_range(around, reach(RANGE, seen, credible=each, missing=missing)) for each in (False, True)]
    return found


def held() -> list[Judgement]:
    """Every judgement of a range whose agent listened for us, whatever it came to."""
    found = []
    for known, first in itertools.product(held_circumstances(), (State.OPEN, State.FILTERED)):
        for icmp in (Icmp(4, 3, 13, ROUTER), Icmp(4, 3, 13, PEER), Icmp(4, 3, 1, ROUTER)):
            seen = outcome(first, 49152), outcome(State.REJECTED, 49153, icmp=icmp)
            around = sight(*seen, registration=registration(natural=[49152]))
            found.append(judge_both(around, held_reach(RANGE, *seen, **known)))
    kept_back = outcome(State.OPEN, 49152), outcome(State.LOCAL_FAULT, 49153, sent=Sent.REFUSED)
    found.append(judge_both(sight(*kept_back), held_reach(RANGE, *kept_back)))
    return [*found, judge_both(sight(outcome(State.OPEN)), held_reach(RANGE, outcome(State.OPEN, 49152)))]


def held_circumstances() -> Iterator[dict[str, object]]:
    bad = [shows for shows in Shows if shows in CAUSES]
    for shows in bad:
        yield {"shut": {shows: PortSet.parse("49154")}}
        yield {"suspect": {shows: PortSet.parse("49154")}}
    for flag in ("own_probing", "fell_silent", "never_reached", "lossy", "opened_by_mapper"):
        yield {flag: True, "suspect": {Shows.DROPPED: PortSet.parse("49154")}}
        yield {flag: True, "never_reached": True, "suspect": {Shows.DROPPED: PortSet.parse("49154")}}
        yield {flag: True, "shut": {shows: PortSet.of([49153 + number]) for number, shows in enumerate(bad)}}
        yield {flag: True, "shut": {shows: PortSet.of([49153 + number]) for number, shows in enumerate(bad[::-1])}}
    yield {"unexplained": PortSet.parse("49155"), "translated_to": "10.0.0.5"}
    yield {"passed": 0}
    yield {"passed": 0, "held": 0, "not_held": {(Holding.BUSY, Reason.NONE): 1, (Holding.REFUSED, Reason.BOOTED): 3}}


ALONE = [*itertools.chain.from_iterable(map(single, Check)), *told()]
EVERY = [*ALONE, *ranges(), *from_one_end(), *held()]


def test_every_circumstance_of_the_table_came_up() -> None:
    rows = {(row.verdict, row.cause) for row in TABLE} | {(row.verdict, row.cause) for row in ROWS}
    rows |= {(row.verdict, row.cause) for row in both.ROWS if row.cause or row.verdict is Verdict.REACHABLE}
    assert rows <= {(each.verdict, each.cause) for each in EVERY}
    beside = {row.beside for row in TABLE} | {row.beside for row in ROWS} | {row.beside for row in both.ROWS}
    assert beside | set(MISSING) == set(Beside)


RESTS_ON = {
    (Verdict.REACHABLE, None): {Proof.NATURAL, Proof.REPLY},
    (Verdict.BLOCKED, Cause.SILENT_DROP): {Proof.NATURAL},
    (Verdict.BLOCKED, Cause.ICMP_REJECT): {Proof.REPLY},
    (Verdict.BLOCKED, Cause.HOST_FIREWALL): {Proof.REPLY},
    (Verdict.SERVICE_DOWN, Cause.NOT_REGISTERED): {Proof.NATURAL},
    (Verdict.SERVICE_DOWN, Cause.WRONG_SERVICE): {Proof.REPLY},
    (Verdict.INCONCLUSIVE, Cause.NOT_REGISTERED): {
        Proof.NATURAL,
        Proof.NONE,
    },  # of the mapper; of a port of the service
    (Verdict.INCONCLUSIVE, Cause.QUERY_REFUSED): {Proof.REPLY, Proof.NONE},  # likewise
}


@pytest.mark.parametrize(("verdict", "cause"), dict.fromkeys((each.verdict, each.cause) for each in ALONE))
def test_whatever_is_judged_of_one_port_rests_on_what_it_says(verdict: Verdict, cause: Cause | None) -> None:
    found = {each.evidence for each in ALONE if (each.verdict, each.cause) == (verdict, cause)}
    assert found == RESTS_ON.get((verdict, cause), {Proof.NONE})


def test_every_row_of_a_range_has_a_circumstance_of_its_own() -> None:
    assert [row.shown for row in ROWS] == list(Shown)
    assert [row.shown for row in both.ROWS] == list(both.Shown)


def test_everything_that_is_shut_has_sentences_of_its_own_and_stands_beside_others() -> None:
    for verdict, shows in itertools.product((Verdict.BLOCKED, Verdict.PARTLY_BLOCKED, Verdict.INCONCLUSIVE), CAUSES):
        assert (verdict, CAUSES[shows]) in {(each.verdict, each.cause) for each in EVERY}
        assert any(ASIDE[shows].seen.removeprefix("{shut}") in each.detail for each in EVERY)


def test_whatever_is_judged_is_said_in_whole_sentences() -> None:
    for each in EVERY:
        assert each.detail.endswith("."), each
        assert not each.detail[0].islower(), each
        assert "{" not in each.detail + each.remedy
        assert "None" not in each.detail + each.remedy, each
        assert len(each.detail) < 1000 > len(each.remedy)  # what a document keeps of them


def test_whatever_is_not_reachable_has_a_cause_and_a_remedy() -> None:
    for each in EVERY:
        if each.verdict is Verdict.REACHABLE:
            assert (each.cause, each.remedy) == (None, "")
        else:
            assert each.cause is not None
            assert each.remedy.endswith(".")
            assert each.remedy[0].isupper()


def said(template: str, text: str) -> bool:
    """Whether a text is what a template says."""
    parts = (re.escape(literal) + (".*" if field is not None else "") for literal, field, _, _ in parse(template))
    return re.fullmatch("".join(parts), text) is not None


@pytest.mark.parametrize("key", SENTENCES, ids=lambda key: "-".join(map(str, key)))
def test_no_sentence_is_there_for_nothing(key: tuple[Verdict, Cause | None, object]) -> None:
    """Each is said by something that can be judged; a wrong key would sit there unnoticed otherwise."""
    seen, remedy = SENTENCES[key]  # type: ignore[index]
    assert any(
        (each.verdict, each.cause) == key[:2] and said(seen, each.detail) and said(remedy, each.remedy)
        for each in EVERY
    )


OF_RANGES = {
    "asked",
    "tally",
    "coverage",
    "edges",
    "shut",
    "blocked",
    "passes",
    "suspect",
    "turned_back",
    "told",
    "kept_back",
}
OF_RANGES |= {"services", "passed", "translated", "unexplained", "not_held", "wanted"}


def test_every_template_asks_only_for_what_there_is() -> None:
    asked = {
        name
        for text in SENTENCES.values()
        for template in text
        for _, name, _, _ in parse(template)
        if name is not None
    }
    known = {"service", "peer", "here", "source", "address", "port", "door", "seen", "seconds", "sender", "silences"}
    assert (
        asked <= known | {"control", "blocked", "tested", "size", "untested", "tally", "product", "absent"} | OF_RANGES
    )


def test_a_check_that_has_its_own_words_uses_them() -> None:
    own = words(Verdict.BLOCKED, Cause.ICMP_REJECT, Check.RPC_RANGE)
    assert own != words(Verdict.BLOCKED, Cause.ICMP_REJECT, Check.EPM)
    assert own == words(Verdict.PARTLY_BLOCKED, Cause.ICMP_REJECT, Check.RPC_RANGE)


def test_why_a_port_is_not_held_is_said_in_words() -> None:
    assert set(HOLDING) == set(Holding) - {Holding.HELD}
    assert set(REASON) == set(Reason) - {Reason.NONE}


def test_every_check_has_a_name_for_people() -> None:
    assert set(SERVICE) == set(Check)


def test_what_was_not_asked_yet_says_so() -> None:
    assert (PENDING.verdict, PENDING.cause) == (Verdict.PENDING, None)
    assert PENDING.detail.endswith(".")


@pytest.mark.parametrize(
    ("state", "others"),
    [
        (State.FILTERED, ("firewall", "is down", "hung", "stopped", "route back")),
        (State.CLOSED, ("stopped", "another port", "firewall", "another machine")),
        (State.MUTE, ("hung", "firewall")),
        (State.GARBLED, ("something else listens", "device")),
    ],
)
def test_what_was_seen_names_what_would_look_the_same(state: State, others: tuple[str, ...]) -> None:
    detail = judge_port(Check.SQL, sight(outcome(state, 1433)), 1433).detail
    assert all(other in detail for other in others), detail


def test_hostile_text_in_braces_is_text() -> None:
    """Details carry text from outside; it is a fact of a template and never a template."""
    hostile = outcome(State.LOCAL_FAULT, detail="{peer} {0} {sender.__class__} %s")
    assert "{peer} {0} {sender.__class__} %s" in judge_port(Check.EPM, sight(hostile), 135).detail


def test_an_unknown_port_is_not_named() -> None:
    unknown: Outcome = outcome(State.LOCAL_FAULT, 0)
    found = judge_port(Check.SQL, sight(unknown), 0)
    assert "TCP 0" not in found.detail + found.remedy


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0.0 ms"), (0.0004, "0.4 ms"), (0.00949, "9.5 ms"), (0.012, "12 ms"), (0.9994, "999 ms"), (1.2, "1.2 s")],
)
def test_seconds_for_people(seconds: float, text: str) -> None:
    assert milliseconds(seconds) == text


def test_who_could_not_try_is_told_where_to_look() -> None:
    remedy = words(Verdict.INCONCLUSIVE, Cause.LOCAL_FAULT, Check.EPM).remedy
    assert all(part in remedy for part in ("too busy", "descriptors", "own firewall", "link", "nothing about {peer}"))
