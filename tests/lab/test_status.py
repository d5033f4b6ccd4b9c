"""`probe status` beside a real agent: what it knows, after it was killed, and for who may not ask it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .agents import PORT, Agent, running_in
from .daemon import need_users
from .listeners import listening
from .mapping import serving
from .network import Network
from .site import probe, write_site

pytestmark = pytest.mark.lab

# The interpreter's own folders may be root's alone: what is needed of them is loaded before.
AS_NOBODY = """
import os, sys
from pathlib import Path
from agent.local.local import NotMetError, find
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
try:
    find([Path(sys.argv[1])])
except NotMetError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def config(shared_net: Network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SQL01 is reachable, nobody answers at SQL02, and MSS has an endpoint mapper."""
    hosts = [f'name: SQL01, role: sso-database, address: "{shared_net.address("accept")}"']
    hosts.append(f'name: SQL02, role: sso-database, address: "{shared_net.address("drop")}"')
    hosts.append(f'name: MSS, role: master-secret, address: "{shared_net.address("accept")}"')
    folder = tmp_path_factory.mktemp("site")
    return write_site(folder, shared_net, hosts, timeout="1500ms", web=f"0.0.0.0:{PORT}")


@pytest.fixture(scope="module")
def agent(shared_net: Network, config: Path) -> Iterator[Agent]:
    """`probe run` that has found what there is to find."""
    door = shared_net.address("accept")
    with (
        listening(shared_net.server, [(door, 1433)]),
        serving(shared_net.server, door),
        running_in(shared_net.prober, "BTS01", config) as agent,
    ):
        agent.until(lambda _: is_found(agent.paths()), seconds=60)
        yield agent


def status(net: Network, config: Path, *argv: str) -> tuple[int, str, str]:
    return probe(net, "status", "--config", str(config), *argv)


def is_found(paths: list[dict[str, Any]]) -> bool:
    """A busy machine may doubt a round of its own; the next one is better."""
    verdicts = {path["peer"]: path["verdict"] for path in paths if path["check"] == "sql"}
    pending = any(path["verdict"] == "pending" for path in paths)
    return verdicts == {"SQL01": "reachable", "SQL02": "unreachable"} and not pending


def told(net: Network, config: Path, agent: Agent, *argv: str) -> tuple[tuple[int, str, str], list[dict[str, Any]]]:
    """What `probe status` says, and the paths of the API, between two rounds."""
    for _ in range(20):
        before, said = agent.paths(), status(net, config, *argv)
        if is_found(before) and before == agent.paths():
            return said, before
    raise AssertionError(f"no time between two rounds:\n{agent.log}")


def file(config: Path) -> Path:
    return config.parent / "state" / "agent.json"


def test_a_person_sees_what_the_agent_knows(shared_net: Network, config: Path, agent: Agent) -> None:
    (code, out, err), _ = told(shared_net, config, agent)
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert lines[0].startswith("What the agent of BTS01 knows, site lab; it has run for ")
    assert [line.split()[0] for line in lines[2:7]].count("SQL01") == 1
    (shut,) = [line for line in lines if line.startswith("SQL02 ")]
    assert "unreachable" in shut
    assert "no-answer" in shut
    assert "SQL02, SQL Server (1433): unreachable" in lines
    assert any(line.startswith("SSO service ENTSSO on BTS01") for line in lines)
    assert lines[-1] == "Not everything works."


def test_json_is_the_document_of_the_api(shared_net: Network, config: Path, agent: Agent) -> None:
    (code, out, err), paths = told(shared_net, config, agent, "--format", "json")
    found = json.loads(out)
    assert (code, err) == (1, "")
    assert (found["schema"], found["host"]) == (1, "BTS01")
    kept = ("source", "peer", "check", "direction", "verdict", "cause", "since", "last_reachable")
    assert [[each[key] for key in kept] for each in found["paths"]] == [[each[key] for key in kept] for each in paths]
    (sql,) = [each for each in found["paths"] if each["peer"] == "SQL01"]
    assert sql["since"] <= sql["last_reachable"]
    assert json.loads(file(config).read_text())["token"] not in out


def test_one_peer_has_its_range_drawn(shared_net: Network, config: Path, agent: Agent) -> None:
    code, out, _ = status(shared_net, config, "--peer", "mss")
    assert code in (0, 3)
    lines = out.splitlines()
    (drawn,) = [number for number, line in enumerate(lines) if line.startswith("49152 ")]
    assert lines[drawn].endswith(" 65535")
    assert "untested" in lines[drawn + 1]
    assert "SQL0" not in out
    code, out, _ = status(shared_net, config, "--peer", "MSS", "--format", "json")
    (one,) = json.loads(out)["range"]["outbound"]["addresses"]
    assert sum(one["ports"].values()) == 16_384


def test_the_file_is_for_the_agent_s_account_alone(shared_net: Network, config: Path, agent: Agent) -> None:
    found = file(config).stat()
    assert (found.st_mode & 0o777, found.st_uid) == (0o600, config.stat().st_uid)
    written = json.loads(file(config).read_text())
    assert written["urls"][0] == f"http://127.0.0.1:{PORT}"


def test_who_may_not_read_the_file_is_told_so(shared_net: Network, config: Path, agent: Agent) -> None:
    need_users("another account")
    done = shared_net.prober.python("-c", AS_NOBODY, str(file(config).parent))
    said = f"{file(config)}: not yours to read; ask as the agent's account, or with elevated rights\n"
    assert (done.stdout, done.stderr) == (said, "")


def test_an_agent_that_ends_takes_its_file_along(shared_net: Network, config: Path, tmp_path: Path) -> None:
    own = _copy(config, tmp_path, "127.0.0.1:0")
    with running_in(shared_net.prober, "BTS01", own) as other:
        assert file(own).exists()
        assert other.stop() == 0
    assert not file(own).exists()
    code, out, err = status(shared_net, own)
    assert (code, out) == (3, "")
    assert err.startswith("no agent runs here: ")


def test_an_agent_that_was_killed_does_not_answer(shared_net: Network, config: Path, tmp_path: Path) -> None:
    own = _copy(config, tmp_path, "127.0.0.1:0")
    with running_in(shared_net.prober, "BTS01", own) as other:
        assert status(shared_net, own)[2] == ""
        other.kill()
        code, out, err = status(shared_net, own)
    assert (code, out) == (3, "")
    assert "does not answer: Connection refused" in err
    assert "is gone: it was killed, or crashed." in err


def test_another_agent_at_the_place_of_one_that_was_killed_is_not_believed(
    shared_net: Network, config: Path, agent: Agent, tmp_path: Path
) -> None:
    """The file of the killed one leads to the port at which another one listens now."""
    own = _copy(config, tmp_path, "127.0.0.1:0")
    with running_in(shared_net.prober, "BTS01", own) as other:
        other.kill()
    left = json.loads(file(own).read_text())
    file(own).write_text(json.dumps({**left, "urls": [f"http://127.0.0.1:{PORT}"]}))
    code, out, err = status(shared_net, own)
    assert (code, out) == (3, "")
    assert "not the agent of this machine's file answers there" in err


def test_an_agent_at_an_address_of_its_own_is_met_there(shared_net: Network, config: Path, tmp_path: Path) -> None:
    own = _copy(config, tmp_path, f"{shared_net.prober_address()}:0")
    with running_in(shared_net.prober, "BTS01", own):
        code, out, err = status(shared_net, own, "--format", "json")
    assert (code in (0, 1, 3), err) == (True, "")
    assert json.loads(out)["host"] == "BTS01"


def _copy(config: Path, folder: Path, web: str) -> Path:
    own = folder / "ssoreach.yaml"
    own.write_text(config.read_text().replace(f"0.0.0.0:{PORT}", web))
    return own
