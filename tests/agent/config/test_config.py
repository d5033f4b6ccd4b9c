"""Files that are right: what they come to, and the defaults of everything they leave out."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from agent.config.address import HostPort
from agent.config.load import load, parse
from agent.config.model import Config, Web
from agent.ground.ports import PortSet
from agent.ground.roles import Role

EXAMPLE = Path(__file__).parents[3] / "deploy" / "ssoreach.example.yaml"

SMALLEST = """
site: contoso
hosts:
  - {name: BTS01, role: processing,    address: 192.0.2.11}
  - {name: BTS02, role: processing,    address: bts02.contoso.test, zone: app}
  - {name: MSS,   role: master-secret, address: mss.contoso.test, nodes: [{name: NODE1, address: 192.0.2.31}, {name: NODE2, address: 192.0.2.32}]}
  - {name: SQL01, role: sso-database,  port: 1433}        # address defaults to the name
"""  # noqa: E501 - as the documentation of the configuration has it

# Every default, as the documentation of the configuration has it.
DEFAULTS = """
rpc:
  dynamic_ports: 49152-65535
  fixed_ports: {}
  samples: 16
  coverage_window: null
  services:
    entsso: {annotation: SSOSecretServer, required_on: [master-secret], confirmed: false}
    msdtc:  {uuid: 906b0ce0-c70b-1067-b317-00dd010662da, required_on: []}
requirements: {dtc_to_database: false}
sql: {prelogin: false}
schedule: {interval: 60s, timeout: 3s}
web: {listen: "0.0.0.0:10135", config_file: null, open_pages: false, reload_endpoint: false}
rendezvous: {listen: "0.0.0.0:10135", key_file: null, key_file_unchecked: false}
sso: {service: ENTSSO, backup_confirmed: null}
names: true
log: {level: info, format: text, file: null}
state_dir: null
"""


def read(more: str = "", hosts: str = "[{name: A, role: processing}, {name: M, role: master-secret}]") -> Config:
    return parse(f"site: s\nhosts: {hosts}\n{more}", "test.yaml")


def test_the_smallest_useful_file() -> None:
    config = parse(SMALLEST, "test.yaml")
    assert config.site == "contoso"
    assert [host.name for host in config.hosts] == ["BTS01", "BTS02", "MSS", "SQL01"]
    assert [host.roles for host in config.hosts[1:]] == [
        (Role.PROCESSING,),
        (Role.MASTER_SECRET,),
        (Role.SSO_DATABASE,),
    ]
    assert config.hosts[1].zone == "app"
    assert [(node.name, node.address) for node in config.hosts[2].nodes] == [
        ("NODE1", ("192.0.2.31",)),
        ("NODE2", ("192.0.2.32",)),
    ]
    assert config.hosts[3].port == 1433


def test_every_default_is_the_documented_one() -> None:
    assert parse(SMALLEST + DEFAULTS, "test.yaml") == parse(SMALLEST, "test.yaml")


def test_defaults_by_value() -> None:
    config = parse(SMALLEST, "test.yaml")
    everywhere = (HostPort("0.0.0.0", 10135),)
    assert config.rpc.dynamic_ports == PortSet(((49152, 65535),))
    assert (config.rpc.samples, config.rpc.coverage_window, config.rpc.fixed_ports) == (16, None, {})
    assert config.rpc.services["entsso"].annotation == "SSOSecretServer"
    assert config.rpc.services["entsso"].required_on == (Role.MASTER_SECRET,)
    assert config.rpc.services["msdtc"].uuid == UUID("906b0ce0-c70b-1067-b317-00dd010662da")
    assert config.rpc.services["msdtc"].required_on == ()
    assert (config.schedule.interval, config.schedule.timeout) == (60.0, 3.0)
    assert config.web.listen == config.rendezvous.listen == everywhere
    assert (config.sso.service, config.sso.backup_confirmed, config.names) == ("ENTSSO", None, True)
    assert (config.log.level, config.log.format) == ("info", "text")
    assert [config.sql.prelogin, config.requirements.dtc_to_database] == [False, False]
    assert [config.web.open_pages, config.web.reload_endpoint] == [False, False]
    assert config.rendezvous.key_file_unchecked is False
    assert config.hosts[0].epm_port == 135


def test_the_shipped_example_is_the_smallest_file_with_every_default() -> None:
    assert load(EXAMPLE).sha256 == parse(SMALLEST, "test.yaml").sha256


def test_everything_a_host_may_have() -> None:
    (host, *_) = read(
        hosts="""
  - name: SQL01
    roles: [sso-database, master-secret]
    address: [192.0.2.1, "2001:db8::1", sql01.contoso.test., 192.0.2.1]
    zone: 1
    instance: PROD$1
    epm_port: "1135"
    fixed_ports: {entsso: 50100}
    agent: "[2001:db8::1]:10135"
    rendezvous: sql01:10136
    source_address: 192.0.2.1
    listen: ["127.0.0.1:0", "[::]:10135"]
"""
    ).hosts
    assert host.address == ("192.0.2.1", "2001:db8::1", "sql01.contoso.test.")
    assert (host.zone, host.instance, host.epm_port, host.fixed_ports) == ("1", "PROD$1", 1135, {"entsso": 50100})
    assert (str(host.agent), str(host.rendezvous)) == ("[2001:db8::1]:10135", "sql01:10136")
    assert host.listen == (HostPort("127.0.0.1", 0), HostPort("::", 10135))


@pytest.mark.parametrize("name", ["NO", "ON", "yes", "off", "010", "1e3", "2026-01-01", "y"])
def test_words_that_yaml_takes_for_something_else_stay_names(name: str) -> None:
    config = read(hosts=f"[{{name: {name}, role: master-secret, address: 192.0.2.1}}]")
    assert config.hosts[0].name == name


def test_base_sixty_is_no_number() -> None:
    assert read("sso: {service: 1:30}").sso.service == "1:30"


@pytest.mark.parametrize(
    ("written", "seconds"), [("500ms", 0.5), ("30s", 30), ("5m", 300), ("1h", 3600), ("1.5h", 5400), ("90 s", 90)]
)
def test_durations(written: str, seconds: float) -> None:
    assert read(f"rpc: {{coverage_window: {written}}}").rpc.coverage_window == seconds


def test_a_key_without_a_value_has_its_default() -> None:
    assert read("rpc:\nschedule:\n  interval:\nnames: ~") == read()


def test_a_date() -> None:
    assert read("sso: {backup_confirmed: 2026-01-31}").sso.backup_confirmed == date(2026, 1, 31)


def test_a_service_keeps_the_defaults_of_what_it_leaves_out() -> None:
    services = read("rpc: {services: {entsso: {uuid: '{906B0CE0-C70B-1067-B317-00DD010662DB}'}, x: {annotation: X}}}")
    entsso = services.rpc.services["entsso"]
    assert (entsso.annotation, entsso.required_on) == (None, (Role.MASTER_SECRET,))
    assert list(services.rpc.services) == ["entsso", "msdtc", "x"]
    assert read("rpc: {services: {entsso: {confirmed: true}}}").rpc.services["entsso"].annotation == "SSOSecretServer"


def test_clusters_may_share_a_machine() -> None:
    config = read(
        hosts="""
  - {name: MSS, role: master-secret, nodes: [{name: NODE1, address: [192.0.2.1, 192.0.2.2]}]}
  - {name: SQL, role: sso-database, nodes: [{name: node1, address: [192.0.2.2, 192.0.2.1]}]}
"""
    )
    assert [host.nodes[0].name for host in config.hosts] == ["NODE1", "node1"]


@pytest.mark.parametrize(("interval", "samples"), [("60s", 16), ("27s", 16), ("26s", 15), ("10s", 4), ("1h", 16)])
def test_a_shorter_interval_has_room_for_fewer_default_samples(interval: str, samples: int) -> None:
    assert read(f"schedule: {{interval: {interval}}}").rpc.samples == samples


@pytest.mark.parametrize(
    "more",
    [
        "rpc: {samples: 38}",
        "rpc: {samples: 4}\nschedule: {interval: 10s}",
        "rpc: {samples: 5000, dynamic_ports: 5000-5039}",  # more samples than ports are as many as ports
    ],
)
def test_samples_that_just_fit(more: str) -> None:
    assert read(more).rpc.samples > 0


def test_the_digest_is_of_the_meaning_not_of_the_text() -> None:
    one = read(
        "rpc: {dynamic_ports: [5000-5020, 20000]}\nschedule: {interval: 120s}", "[{name: A, role: master-secret}]"
    )
    other = read(
        "schedule: {interval: 2m} # two\nrpc: {dynamic_ports: '20000,5000-5020'}", "[{roles: [master-secret], name: A}]"
    )
    assert one.sha256 == other.sha256
    assert len(one.sha256) == 64
    assert one.sha256 != read().sha256


def test_paths_are_taken_from_beside_the_file_and_the_digest_is_not(tmp_path: Path) -> None:
    text = (
        "site: s\nhosts: [{name: M, role: master-secret}]\nweb: {config_file: web.yaml}\n"
        "rendezvous: {key_file: keys/site.key}\nlog: {file: /var/log/x.log}\nstate_dir: state\n"
    )
    file = tmp_path / "ssoreach.yaml"
    file.write_text(text, encoding="utf-8-sig")  # as Windows editors save it
    config = load(file)
    assert config.web.config_file == tmp_path / "web.yaml"
    assert config.rendezvous.key_file == tmp_path / "keys" / "site.key"
    assert config.log.file == Path("/var/log/x.log")
    assert config.state_dir == tmp_path / "state"
    assert config.sha256 == parse(text, "elsewhere.yaml").sha256


def test_it_can_be_built_in_python_too() -> None:
    config = read("state_dir: /var/lib/x\nsso: {backup_confirmed: 2026-01-31}\nrpc: {coverage_window: 24h}")
    again = Config.model_validate(config.model_dump())
    assert again == config
    assert again.sha256 == config.sha256
    assert Web(listen=(HostPort("::", 0),)).listen == (HostPort("::", 0),)


def test_line_ends_of_windows() -> None:
    assert parse(SMALLEST.replace("\n", "\r\n"), "test.yaml") == parse(SMALLEST, "test.yaml")


def test_a_large_site_is_read() -> None:
    hosts = "".join(f"  - {{name: H{n}, role: processing, address: 192.0.2.{n % 250 + 1}}}\n" for n in range(1000))
    assert len(read(hosts=f"\n  - {{name: M, role: master-secret}}\n{hosts}").hosts) == 1001
