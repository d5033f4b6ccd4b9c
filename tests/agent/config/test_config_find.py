"""Where the file is looked for, and a site without one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.config.adhoc import adhoc
from agent.config.find import find
from agent.config.mistakes import ConfigError
from agent.ground.roles import Role

ETC = Path("/etc/ssoreach/ssoreach.yaml")
HERE = Path("ssoreach.yaml")


def there(*paths: Path) -> Callable[[Path], bool]:
    return lambda path: path in paths


@pytest.mark.parametrize(
    ("explicit", "env", "interactive", "found"),
    [
        (Path("a.yaml"), {"SSOREACH_CONFIG": "b.yaml"}, True, Path("a.yaml")),
        (None, {"SSOREACH_CONFIG": "b.yaml"}, True, Path("b.yaml")),
        (None, {"SSOREACH_CONFIG": ""}, True, HERE),
        (None, {}, True, HERE),
        (None, {}, False, ETC),
    ],
)
def test_the_order(explicit: Path | None, env: dict[str, str], interactive: bool, found: Path) -> None:
    assert find(explicit, env, interactive=interactive, platform="linux", is_there=there(HERE, ETC)) == found


def test_windows() -> None:
    found = find(
        None, {"ProgramData": "D:/Data"}, interactive=True, platform="win32", is_there=lambda path: path != HERE
    )
    assert found == Path("D:/Data", "ssoreach", "ssoreach.yaml")


def test_none_says_where_it_looked() -> None:
    with pytest.raises(ConfigError) as refusal:
        find(None, {}, interactive=True, platform="linux", is_there=there())
    assert str(refusal.value) == (
        f"ssoreach.yaml: not found; looked at ssoreach.yaml, {ETC}; --config or $SSOREACH_CONFIG names another place, "
        "and probe init writes one"
    )
    with pytest.raises(ConfigError) as refusal:
        find(None, {}, interactive=False, platform="linux", is_there=there(HERE))
    assert f"looked at {ETC};" in str(refusal.value)


def test_the_current_folder_is_really_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ssoreach.yaml").touch()
    assert find(None, {}, interactive=True, platform="linux") == HERE


def test_and_really_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not found; looked at"):
        find(None, {"ProgramData": str(tmp_path)}, interactive=False, platform="win32")


def test_a_processing_server_without_a_file() -> None:
    config = adhoc(Role.PROCESSING, "sql01.contoso.test", "192.0.2.31", "BTS01")
    assert config.site == "adhoc"
    assert [(host.name, host.address, host.roles) for host in config.hosts] == [
        ("BTS01", ("BTS01",), (Role.PROCESSING,)),
        ("192.0.2.31", ("192.0.2.31",), (Role.MASTER_SECRET,)),
        ("sql01.contoso.test", ("sql01.contoso.test",), (Role.SSO_DATABASE,)),
    ]


@pytest.mark.parametrize(
    ("sql", "address", "port", "instance"),
    [
        ("SQL01", "SQL01", None, None),
        ("SQL01,1444", "SQL01", 1444, None),
        ("SQL01:1444", "SQL01", 1444, None),
        (r"SQL01\PROD", "SQL01", None, "PROD"),
        ("2001:db8::1", "2001:db8::1", None, None),
        ("[2001:db8::1]:1444", "2001:db8::1", 1444, None),
    ],
)
def test_ways_to_name_a_sql_server(sql: str, address: str, port: int | None, instance: str | None) -> None:
    host = adhoc(Role.PROCESSING, sql, "MSS", "BTS01").hosts[-1]
    assert (host.address, host.port, host.instance) == ((address,), port, instance)


def test_one_machine_with_two_roles() -> None:
    config = adhoc(Role.PROCESSING, "mss", "MSS", "BTS01")
    assert [(host.name, host.roles) for host in config.hosts[1:]] == [("MSS", (Role.MASTER_SECRET, Role.SSO_DATABASE))]
    (alone,) = adhoc(Role.MASTER_SECRET, "mss", None, "MSS").hosts
    assert alone.roles == (Role.MASTER_SECRET, Role.SSO_DATABASE)


def test_a_machine_with_an_odd_name() -> None:
    host = adhoc(Role.PROCESSING, None, "MSS", "büro's 1").hosts[0]
    assert (host.name, host.address) == ("b-ro-s-1", ("localhost",))


@pytest.mark.parametrize(
    ("role", "sql", "master", "mistake"),
    [
        (Role.PROCESSING, "SQL01", None, "--master: is required with --role processing"),
        (Role.MASTER_SECRET, None, None, "--sql: is required with --role master-secret"),
        (Role.SSO_DATABASE, "SQL01", "MSS", "--role: sso-database asks nothing of others; "
         "it is one of processing, master-secret"),
        (Role.PROCESSING, "SQL01", "http://x", "--master: 'http://x' is a URL or a network; "
         "write only the address or the name"),
        (Role.PROCESSING, "SQL01,70000", "MSS", "--sql: port 70000 is above 65535"),
        (Role.PROCESSING, "a b", "MSS", "--sql: 'a b' is neither an IP address nor a host name"),
    ],
)  # fmt: skip
def test_wrong_options(role: Role, sql: str | None, master: str | None, mistake: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        adhoc(role, sql, master, "BTS01")
    assert str(refusal.value) == f"command line: {mistake}"
