"""Files that are wrong: every mistake at once, each one line with its file, line and key path; never a traceback."""

import time
from pathlib import Path

import pytest

from agent.config.load import MAX_BYTES, load, parse
from agent.config.mistakes import ConfigError

NO_NAME = "is no name; one has 1 to 63 letters, digits, '_', and behind the first '.', '-'"
GOOD_HOSTS = "hosts: [{name: A, role: processing}, {name: M, role: master-secret}]"


def mistakes_in(text: str) -> list[str]:
    with pytest.raises(ConfigError) as refusal:
        parse(text, "f.yaml")
    lines = str(refusal.value).split("\n")
    assert lines == [str(mistake) for mistake in refusal.value.mistakes]
    return lines


EVERYTHING = r"""site: contoso
hosts:
  - name: BTS01
    rol: processing
    address: http://bts01/
  - {name: bts01, role: procesing, zone: [1]}
  - name: SQL01\PROD
    role: sso-database
    port: 70000
  - {name: S2, roles: [processing], role: processing, port: 1433}
  - 5
  - {name: C, role: processing, nodes: [{nam: N1}, {name: N2, address: [192.0.2.1, "192.0.2.2:135"]}]}
rpc: {samplse: 3, dynamic_ports: 9-5, fixed_ports: {entso: 5}, services: {x: {confirmed: on}}}
schedule:
  interval: 5s
  timeout: 3
sql: true
names: off
"""


def test_every_mistake_at_once() -> None:
    assert mistakes_in(EVERYTHING) == [
        "f.yaml:2: hosts: no host has the role master-secret",
        "f.yaml:3: hosts[0].role: is required: processing, master-secret, master-secret-standby, sso-database",
        "f.yaml:4: hosts[0].rol: unknown key; did you mean role?",
        "f.yaml:5: hosts[0].address: 'http://bts01/' is a URL or a network; write only the address or the name",
        "f.yaml:6: hosts[1].name: bts01 is already the name of hosts[0]",
        "f.yaml:6: hosts[1].role: 'procesing' is not a role; "
        "there are processing, master-secret, master-secret-standby, sso-database",
        "f.yaml:6: hosts[1].zone: must be text; put it in quotes",
        r"f.yaml:7: hosts[2].name: 'SQL01\PROD' names a SQL Server instance; write SQL01 here and instance: PROD",
        "f.yaml:9: hosts[2].port: port 70000 is above 65535",
        "f.yaml:10: hosts[3].port: only a host with the role sso-database has one; it is SQL Server's",
        "f.yaml:10: hosts[3].roles: role and roles exclude each other; write one of them",
        "f.yaml:11: hosts[4]: must be a mapping of keys to values",
        "f.yaml:12: hosts[5].nodes[0].nam: unknown key; did you mean name?",
        "f.yaml:12: hosts[5].nodes[0].name: is required",
        "f.yaml:12: hosts[5].nodes[1].address[1]: '192.0.2.2:135' must be without a port; ports have keys of their own",
        "f.yaml:13: rpc.dynamic_ports: the range 9-5 is reversed; write 5-9",
        "f.yaml:13: rpc.fixed_ports.entso: no such service in rpc.services; there are entsso, msdtc, x",
        "f.yaml:13: rpc.samplse: unknown key; did you mean samples?",
        "f.yaml:13: rpc.services.x: one of annotation, uuid is required: it says how the service is known",
        "f.yaml:13: rpc.services.x.confirmed: must be true or false",
        "f.yaml:15: schedule.interval: 5s is shorter than 10s",
        "f.yaml:16: schedule.timeout: 3 has no unit; write 3s for seconds, or ms, m, h",
        "f.yaml:17: sql: must be a mapping of keys to values",
        "f.yaml:18: names: must be true or false",
    ]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "f.yaml:1: the file is empty"),
        ("# nothing yet\n", "f.yaml:1: the file is empty"),
        ("---\n", "f.yaml:1: the file is empty"),
        ("- a\n", "f.yaml:1: must be a mapping of keys such as site and hosts"),
        ("contoso", "f.yaml:1: must be a mapping of keys such as site and hosts"),
        ("site: [a\nhosts: b", "f.yaml:2: not YAML: while parsing a flow sequence, expected ',' or ']', but got ':'"),
        ("site: a\n\thosts: b", "f.yaml:2: not YAML: a tab cannot stand here; indent with spaces"),
        ("site: a\n---\nsite: b", "f.yaml:2: not YAML: a second document (---) begins here; a file holds one"),
        ("site: a\nb: \x07", "f.yaml:2: a control character, which YAML does not allow"),
        ("site: a\nb: *c", "f.yaml:2: not YAML: found undefined alias 'c'"),
        ("x: " + "[" * 5000, "f.yaml:1: nested more than 20 deep"),
        ("x: [" + "1," * 100_001 + "]", "f.yaml:1: more than 100,000 values"),
        ("x: &a [*a]", "f.yaml:1: aliases (*) without end, or over 100,000 values"),
        ("x: " + "a" * MAX_BYTES, "f.yaml: larger than 1 MiB"),
    ],
)
def test_a_text_that_cannot_be_read(text: str, mistake: str) -> None:
    assert mistakes_in(text) == [mistake]


@pytest.mark.parametrize("text", ['a: "\\UFFFFFFFF"', "%YAML 9999999999999999999.1\n---\na: b", "a: !<> b", "? ? ? a"])
def test_texts_over_which_the_yaml_library_stumbles(text: str) -> None:
    assert all(line.startswith("f.yaml:") for line in mistakes_in(text))


def test_aliases_that_multiply_cost_nothing() -> None:
    laughs = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 15))
    started = time.process_time()
    assert mistakes_in(laughs)[0].endswith("aliases (*) without end, or over 100,000 values")
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("hosts: [{name: M, role: master-secret}]", "f.yaml:1: site: is required"),
        ("site: s", "f.yaml:1: hosts: is required"),
        ("site: s\nhosts:", "f.yaml:2: hosts: is required"),
        ("site: s\nhosts: []", "f.yaml:2: hosts: at least one host is required"),
        ("site: s\nhosts: {A: {role: processing}}", "f.yaml:2: hosts: must be a list"),
        ("site: s\nhosts: [{name: A, role: processing}]", "f.yaml:2: hosts: no host has the role master-secret"),
        (
            "site: s\nhosts: [{name: A, role: master-secret-standby}]",
            "f.yaml:2: hosts: no host has the role master-secret",
        ),
        (
            "site: s\nhosts: [{name: A, role: master-secrt}]",
            "f.yaml:2: hosts[0].role: 'master-secrt' is not a role; "
            "there are processing, master-secret, master-secret-standby, sso-database",
        ),
        (f"site: a b\n{GOOD_HOSTS}", "f.yaml:1: site: 'a b' " + NO_NAME),
        (f"site: true\n{GOOD_HOSTS}", "f.yaml:1: site: must be text; put it in quotes"),
        (f"site: s\n{GOOD_HOSTS}\nsite: t", "f.yaml:1: site: written twice, on line 1 and on line 3"),
        (f"site: s\n{GOOD_HOSTS}\nhots: []", "f.yaml:3: hots: unknown key; did you mean hosts?"),
        (
            f"site: s\n{GOOD_HOSTS}\nsql: {{zzz: 1}}",
            "f.yaml:3: sql.zzz: unknown key; here can stand prelogin",
        ),
        (
            f'site: s\n{GOOD_HOSTS}\n"a\\x1b[31m": 1',
            "f.yaml:3: a\\x1b[31m: unknown key; here can stand site, hosts, rpc, "
            "requirements, sql, schedule, web, rendezvous, sso, names, log, state_dir",
        ),
        (f'site: s\n{GOOD_HOSTS}\n"\\ud800": 1', "f.yaml:1: the key on line 3 is no word"),
        (f'site: s\n{GOOD_HOSTS}\nzone: "\\ud800"', "f.yaml:3: zone: an escape (\\u) that is only half a character"),
        (f"site: s\n{GOOD_HOSTS}\n[a]: 1", "f.yaml:1: the key on line 3 is no word"),
        (
            f"site: s\n{GOOD_HOSTS}\nnames: !!python/object:os.system x",
            "f.yaml:3: names: tags (!) are not supported; write plain text, numbers, true, false, lists and mappings",
        ),
    ],
)
def test_one_mistake(text: str, mistake: str) -> None:
    assert mistakes_in(text) == [mistake]


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("schedule: {interval: 9.9s}", "schedule.interval: 9.9s is shorter than 10s"),
        ("schedule: {interval: 60}", "schedule.interval: 60 has no unit; write 60s for seconds, or ms, m, h"),
        ("schedule: {interval: 1h30m}", "schedule.interval: not a duration; write one like 500ms, 30s, 5m or 1h"),
        ("schedule: {interval: 99999h}", "schedule.interval: longer than a year"),
        ("schedule: {timeout: 0s}", "schedule.timeout: must be longer than nothing"),
        ("schedule: {timeout: 100ms}", "schedule.timeout: 100ms is shorter than 200ms"),
        ("schedule: {timeout: 31s}", "schedule.timeout: 31s is longer than half the interval, 30s"),
        ("rpc: {samples: 0}", "rpc.samples: must be a whole number, 1 or more"),
        (
            "rpc: {samples: 39}",
            "rpc.samples: 39 samples and the ends of the range, each 1m, are more than 40 attempts a minute "
            "to one peer; at most 38 fit",
        ),
        ("rpc: {dynamic_ports: []}", "rpc.dynamic_ports: no ports given"),
        ("rpc: {fixed_ports: {entsso: 70000}}", "rpc.fixed_ports.entsso: port 70000 is above 65535"),
        ("rpc: {fixed_ports: {x: 1}}", "rpc.fixed_ports.x: no such service in rpc.services; there are entsso, msdtc"),
        (
            "rpc: {services: {entsso: {annotation: a, uuid: 906b0ce0-c70b-1067-b317-00dd010662da}}}",
            "rpc.services.entsso.uuid: annotation and uuid exclude each other; write one of them",
        ),
        ("rpc: {services: {msdtc: {uuid: x}}}", "rpc.services.msdtc.uuid: 'x' is not a UUID"),
        ("rpc: {services: {msdtc: 1}}", "rpc.services.msdtc: must be a mapping of keys to values"),
        ("rpc: {services: []}", "rpc.services: must be a mapping of keys to values"),
        ("web: {listen: 10135}", "web.listen: '10135' must be host:port, such as 192.0.2.1:10135 "
         "or [2001:db8::1]:10135"),
        ("web: {listen: '::1:10135'}", "web.listen: '::1:10135' must be host:port, such as 192.0.2.1:10135 "
         "or [2001:db8::1]:10135"),
        ("web: {listen: '[x]:1'}", "web.listen: '[x]:1' has no IPv6 address between its brackets"),
        ("web: {listen: ['a:1', 'b:70000']}", "web.listen[1]: port 70000 is above 65535"),
        ("web: {config_file: 5}", "web.config_file: must be a path"),
        ("sso: {backup_confirmed: 2026-02-30}", "sso.backup_confirmed: 2026-02-30 is not a day"),
        ("sso: {backup_confirmed: 20260130}", "sso.backup_confirmed: must be a date such as 2026-01-31"),
        ("log: {level: loud}", "log.level: 'loud' is not a level; there are debug, info, warning, error"),
        ("log: {format: xml}", "log.format: 'xml' is not a format; there are text, json"),
        ("sql: {prelogin: yes}", "sql.prelogin: must be true or false"),
    ],
)  # fmt: skip
def test_a_wrong_setting(line: str, mistake: str) -> None:
    assert mistakes_in(f"site: s\n{GOOD_HOSTS}\n{line}\n") == [f"f.yaml:3: {mistake}"]


@pytest.mark.parametrize(
    ("host", "mistake"),
    [
        ("{name: A}", "role: is required: processing, master-secret, master-secret-standby, sso-database"),
        ("{name: A, roles: []}", "role: is required: processing, master-secret, master-secret-standby, sso-database"),
        ("{role: processing}", "name: is required"),
        ("{name: '', role: processing}", "name: '' " + NO_NAME),
        ("{name: 'a\"b', role: processing, address: x}", "name: 'a\"b' " + NO_NAME),
        ("{name: ../a, role: processing, address: x}", "name: '../a' " + NO_NAME),
        ("{name: 123, role: processing}", "address: is required: the name cannot be one"),
        ("{name: A, role: processing, address: []}", "address: at least one address is required"),
        ("{name: A, role: processing, address: 192.0.2.300}", "address: '192.0.2.300' is not an IP address, "
         "and a host name does not end in a number"),
        ("{name: A, role: processing, address: '[::1]'}", "address: '[::1]' must be written without brackets"),
        ("{name: A, role: processing, address: a..b}", "address: 'a..b' is neither an IP address nor a host name"),
        ("{name: A, role: processing, address: 0.0.0.0}", "address: 0.0.0.0 is not the address of one host"),
        ("{name: A, role: processing, address: 192.0.2.0/24}", "address: '192.0.2.0/24' is a URL or a network; "
         "write only the address or the name"),
        ("{name: A, role: sso-database, address: 'SQL01,1433'}", "address: 'SQL01,1433' names a port; "
         "write SQL01 here and port: 1433"),
        ("{name: A, role: sso-database, port: 1, instance: X}", "instance: port and instance exclude each other; "
         "write one of them"),
        ("{name: A, role: sso-database, instance: 'S\\X'}", "instance: must be the name of a SQL Server instance, "
         "without the server"),
        ("{name: A, role: processing, instance: X}", "instance: only a host with the role sso-database has one; "
         "it is SQL Server's"),
        ("{name: A, role: processing, agent: 'http://a:1'}", "agent: 'http://a:1' is a URL; write only host:port"),
        ("{name: A, role: processing, agent: 'a:0'}", "agent: port 0 is below 1"),
        ("{name: A, role: processing, source_address: 'a:1'}", "source_address: 'a:1' must be without a port; "
         "ports have keys of their own"),
        ("{name: A, role: processing, nodes: [{name: A}]}", "nodes[0].name: A is already the name of hosts[0]"),
        ("{name: A, role: processing, nodes: [{name: N}, {name: n}]}", "nodes[1].name: n is already the name "
         "of hosts[0].nodes[0]"),
        ("{name: A, role: processing, nodes: [{name: N, role: processing}]}", "nodes[0].role: unknown key; "
         "here can stand name, address, agent, rendezvous, source_address, listen"),
    ],
)  # fmt: skip
def test_a_wrong_host(host: str, mistake: str) -> None:
    found = mistakes_in(f"site: s\nhosts:\n- {host}\n- {{name: M, role: master-secret}}\n")
    assert found == [f"f.yaml:3: hosts[0].{mistake}"]


def test_one_machine_described_twice_must_be_described_alike() -> None:
    text = """site: s
hosts:
  - {name: MSS, role: master-secret, nodes: [{name: N1, address: 192.0.2.1}]}
  - {name: SQL, role: sso-database, nodes: [{name: n1, address: 192.0.2.2}]}
"""
    assert mistakes_in(text) == [
        "f.yaml:4: hosts[1].nodes[0]: not as in hosts[0].nodes[0]; one machine has one description"
    ]


def test_a_file_that_is_not_ours_at_all() -> None:
    found = mistakes_in("".join(f"key{n}: value\n" for n in range(5000)))
    assert len(found) == 201
    assert found[-1] == "f.yaml: 4802 more mistakes"


def test_a_mistake_is_one_line_for_a_terminal() -> None:
    (line, *_) = mistakes_in('site: "a\\n\\e[31m' + "b" * 3000 + f'"\n{GOOD_HOSTS}')
    assert line.isprintable()
    assert len(line) < 500


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        (b"site: a\nhosts: \xff", ":2: not UTF-8; save the file in that encoding"),
        ("site: a\n".encode("utf-16"), ":1: not UTF-8; save the file in that encoding"),
        (b"#" * (MAX_BYTES + 1), ": larger than 1 MiB"),
        (b"", ":1: the file is empty"),
        (b"\xef\xbb\xbf", ":1: the file is empty"),
    ],
)
def test_a_file_that_cannot_be_read(content: bytes, mistake: str, tmp_path: Path) -> None:
    file = tmp_path / "ssoreach.yaml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as refusal:
        load(file)
    assert str(refusal.value) == f"{file}{mistake}"


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path, says in ((tmp_path / "none.yaml", "No such file"), (tmp_path, "Is a directory"), (Path("a\0b"), "null")):
        with pytest.raises(ConfigError, match="cannot be read") as refusal:
            load(path)
        assert says in str(refusal.value)
