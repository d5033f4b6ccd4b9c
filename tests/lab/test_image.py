"""The image: built by the Dockerfile, run read-only and without rights, in a network with a real firewall in it."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from .agents import KEY, PORT, Plan, range_of
from .agents import running as agent_running
from .daemon import need, need_users
from .fetch import Metrics, fetch
from .image_container import BUILD, IMAGE, USER, Container, build, ended, lacking, running
from .image_engine import Engine
from .listeners import listening
from .mapping import serving
from .namespace import PAUSE
from .network import Network
from .star import Star, address

LOADED = "the configuration was loaded anew"

# The first test waits for the image.
pytestmark = [pytest.mark.lab, pytest.mark.timeout(400)]

SITE = """\
site: lab
rpc: {{samples: 2}}
schedule: {{interval: 10s, timeout: 1500ms}}
{more}
hosts:
  - {{name: BTS01, role: processing, address: "{own}"}}
  - {{name: SQL01, role: sso-database, address: "{there}"}}
  - {{name: MSS, role: master-secret, address: "{there}"}}
"""


@pytest.fixture(scope="module")
def engine(lab: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """With the image in it."""
    need("podman", "buildah", "runc")
    need_users("containers have users of their own")
    if (why := lacking()) is not None:
        pytest.skip(why)
    with Engine(tmp_path_factory.mktemp("engine") / "engine") as engine:
        build(engine, tmp_path_factory.mktemp("build"))
        yield engine


@pytest.fixture
def site(net: Network) -> Iterator[str]:
    """The address of a database and a master that answer."""
    there = net.address("accept")
    with listening(net.server, [(there, 1433)]), serving(net.server, there):
        yield there


def configured(folder: Path, net: Network, more: str = "") -> str:
    """The option that gives a container its configuration, which it cannot write."""
    (folder / "etc").mkdir(exist_ok=True)
    text = SITE.format(own=net.prober_address(), there=net.address("accept"), more=more)
    (folder / "etc" / "ssoreach.yaml").write_text(text, "utf-8")
    return f"--volume={folder / 'etc'}:/etc/ssoreach:ro"


def given(folder: Path) -> str:
    """The option that gives it a place for its state, which is its own."""
    (folder / "state").mkdir(mode=0o700, exist_ok=True)
    shutil.chown(folder / "state", USER, USER)
    return f"--volume={folder / 'state'}:/var/lib/ssoreach"


def once(engine: Engine, net: Network, *options: str, words: tuple[str, ...] = ()) -> tuple[int, dict[str, Any]]:
    done = ended(engine, net.prober, *options, words=("once", "--format", "json", *words))
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_once_tells_what_the_firewall_does_and_who_refuses(
    engine: Engine, net: Network, site: str, tmp_path: Path
) -> None:
    config = configured(tmp_path, net)
    assert once(engine, net, config)[0] == 0
    net.flip(site, "reject with icmp admin-prohibited", ports="1433")
    code, document = once(engine, net, config, words=("--check", "sql"))
    (path,) = document["paths"]
    assert (code, path["verdict"], path["cause"]) == (1, "blocked", "icmp-reject")
    assert path["rejected_by"] == net.router_address()


def verdict(metrics: Metrics, check: str) -> str:
    rows = metrics.rows("path_verdict", check=check)
    return next((labels["verdict"] for labels, value in rows if value == 1), "")


def until(net: Network, container: Container, check: str, wanted: str) -> None:
    """What a scrape from the server's side of the firewall says in the end."""
    for _ in range(400):
        status, body = fetch(net.server, f"http://{net.prober_address()}:{PORT}/metrics")
        assert status == 200, body
        if verdict(Metrics(body), check) == wanted:
            return
        time.sleep(PAUSE)
    pytest.fail(container.log)


def test_the_agent_is_scraped_from_elsewhere_while_the_firewall_flips(
    engine: Engine, net: Network, site: str, tmp_path: Path
) -> None:
    with running(engine, net.prober, configured(tmp_path, net), given(tmp_path)) as container:
        until(net, container, "sql", "reachable")
        net.flip(site, "reject with icmp admin-prohibited", ports="1433")
        until(net, container, "sql", "blocked")
        net.restore(site)
        until(net, container, "sql", "reachable")


def test_it_has_no_rights_and_ends_in_order_when_it_is_told_to(engine: Engine, net: Network, tmp_path: Path) -> None:
    with running(engine, net.prober, configured(tmp_path, net), given(tmp_path)) as container:
        seen = container.run("cat", "/proc/1/status").stdout
        status = dict(line.split(":\t", 1) for line in seen.splitlines() if ":\t" in line)
        assert {status[f"Cap{each}"].strip("0") for each in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {""}
        assert (status["NoNewPrivs"], status["Uid"].split()) == ("1", [str(USER)] * 4)
        assert (tmp_path / "state" / "agent.json").exists()
        container.hear("HUP")
        container.until(lambda log: LOADED in log)
        assert container.stop() == 0
        assert "Traceback" not in container.log
    assert not (tmp_path / "state" / "agent.json").exists()
    assert [*(tmp_path / "state").glob("last-good.json")]


WEB = """\
tls_server_config: {cert_file: own.pem, key_file: own.key}
basic_auth_users: {prometheus: "$2b$04$luXysnbD2a41flIE0CFUfeKbaw18rPtXmyhKPiaL6ty4HdF8xPnzq"}
"""


def encrypted(folder: Path) -> str:
    """Has the agent speak TLS, and to users alone, at another port; what goes into its configuration for that."""
    certificate = trustme.CA().issue_cert("bts01.contoso.test")
    certificate.private_key_pem.write_to_path(folder / "own.key")
    certificate.cert_chain_pems[0].write_to_path(folder / "own.pem")
    (folder / "web.yaml").write_text(WEB, "utf-8")
    for file in folder.iterdir():
        shutil.chown(file, USER, USER)
        file.chmod(0o400)
    return 'web: {listen: "127.0.0.1:8443", config_file: web.yaml}'


@dataclass(frozen=True)
class Life:
    """How an agent runs whose health is asked for."""

    has_state: bool = True
    has_tls: bool = False
    options: tuple[str, ...] = ()


@pytest.mark.parametrize(
    "life",
    [Life(), Life(has_tls=True), Life(has_state=False, has_tls=True), Life(has_state=False, options=("--user=4711",))],
    ids=["plain", "TLS", "TLS and no state", "another user"],
)
def test_its_health_follows_the_agent_wherever_that_listens(
    engine: Engine, net: Network, tmp_path: Path, life: Life
) -> None:
    (tmp_path / "etc").mkdir()
    more = encrypted(tmp_path / "etc") if life.has_tls else 'web: {listen: "127.0.0.1:8080"}'
    options = [configured(tmp_path, net, more), *([given(tmp_path)] if life.has_state else []), *life.options]
    (kind, *check) = json.loads(engine.podman("inspect", "--format={{json .HealthCheck.Test}}", IMAGE).stdout)
    assert kind == "CMD"  # and not CMD-SHELL
    with running(engine, net.prober, *options) as container:
        assert container.run(*check).returncode == 0
        container.hear("STOP")
        done = container.run(*check)
        assert (done.returncode, "does not answer" in done.stderr) == (1, True), done.stderr
        container.hear("CONT")
        assert container.run(*check).returncode == 0
    done = ended(engine, net.prober, *options, words=check[1:])
    assert (done.returncode, "does not answer" in done.stderr) == (1, True), done.stderr


def test_without_a_place_for_its_state_it_says_so_and_works(
    engine: Engine, net: Network, site: str, tmp_path: Path
) -> None:
    with running(engine, net.prober, configured(tmp_path, net)) as container:
        until(net, container, "sql", "reachable")
        assert container.stop() == 0
        said = [line for line in container.log.splitlines() if "Read-only file system" in line]
    assert len(said) == len({line.split(" ", 1)[1] for line in said})
    assert any("cannot be written" in line for line in said)


def test_nothing_is_compiled_anew_under_a_root_that_cannot_keep_it(engine: Engine, net: Network) -> None:
    done = ended(engine, net.prober, "--entrypoint=python", words=("-v", "-m", "agent.cli", "--help"))
    assert done.returncode == 0, done.stderr
    compiled = [line for line in done.stderr.splitlines() if line.startswith("# code object from ")]
    assert compiled
    assert [line for line in compiled if line.rstrip("'").endswith(".py")] == []


SHELLS = [f"{folder}/{name}" for folder in ("/bin", "/usr/bin") for name in ("sh", "dash", "bash", "rbash")]
BARE = f"""\
FROM {IMAGE}
USER 0
RUN ["python", "-c", "import os; [os.unlink(each) for each in {SHELLS} if os.path.lexists(each)]"]
USER {USER}
"""


def test_it_needs_no_shell(engine: Engine, net: Network, site: str, tmp_path: Path) -> None:
    """In an image that has none, and that is all that is different."""
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "Dockerfile").write_text(BARE, "utf-8")
    bare = f"{IMAGE}-bare"
    engine.buildah(*BUILD, f"--tag={bare}", str(tmp_path / "bare"))
    assert ended(engine, net.prober, "--entrypoint=/bin/sh", words=("-c", "true"), image=bare).returncode == 127
    config = configured(tmp_path, net)
    assert ended(engine, net.prober, config, words=("once", "--no-exact"), image=bare).returncode == 0
    with running(engine, net.prober, config, given(tmp_path), image=bare) as container:
        until(net, container, "sql", "reachable")
        assert container.run("probe", "healthy").returncode == 0
        assert container.stop() == 0


@dataclass(frozen=True)
class Key:
    """Where it is mounted, with whose rights, and what the configuration says of it."""

    where: str
    mode: int
    user: int = 0
    group: int = 0
    more: str = "key_file: key"

    def mounted(self, folder: Path) -> str:
        file = folder / "key"
        file.write_text(f"{KEY}\n", "ascii")
        file.chmod(self.mode)
        shutil.chown(file, self.user, self.group)
        return f"--volume={file}:{self.where}:ro"


SECRET, BESIDE = "/run/secrets/ssoreach-key", "/etc/ssoreach/key"


@pytest.mark.parametrize(
    "key",
    [
        Key(SECRET, 0o444, more=""),
        Key(BESIDE, 0o400, USER, USER),
        Key(BESIDE, 0o440, 0, USER),
        Key(BESIDE, 0o444, more="key_file: key, key_file_unchecked: true"),
    ],
    ids=["a secret", "the user's", "the group's", "unchecked"],
)
def test_a_key_is_taken_as_engines_give_it(engine: Engine, net: Network, tmp_path: Path, key: Key) -> None:
    config = configured(tmp_path, net, f"rendezvous: {{{key.more}}}")
    (tmp_path / "etc" / "key").touch()
    with running(engine, net.prober, config, key.mounted(tmp_path)) as container:
        container.until(lambda log: "listening for the agents of peers" in log)


@pytest.mark.parametrize(
    ("key", "said"),
    [(Key(BESIDE, 0o444), "key_file_unchecked"), (Key(BESIDE, 0o400), "Permission denied")],
    ids=["everybody's", "root's"],
)
def test_a_key_that_is_not_taken_is_said(engine: Engine, net: Network, tmp_path: Path, key: Key, said: str) -> None:
    config = configured(tmp_path, net, f"rendezvous: {{{key.more}}}")
    (tmp_path / "etc" / "key").touch()
    done = ended(engine, net.prober, config, key.mounted(tmp_path), words=("run",))
    assert done.returncode == 2
    assert said in done.stderr


@contextmanager
def contained(engine: Engine, star: Star, folder: Path, plan: Plan) -> Iterator[Container]:
    """As BTS01, with the key of the site."""
    config = plan.write(folder / "BTS01")
    shutil.chown(folder / "BTS01" / "key", USER, USER)
    text = config.read_text("utf-8").replace("state_dir: state\n", "")
    config.write_text(text, "utf-8")
    with running(engine, star["BTS01"], f"--volume={folder / 'BTS01'}:/etc/ssoreach:ro", given(folder)) as container:
        yield container


def test_it_holds_listeners_for_the_agents_of_peers_and_they_for_it(engine: Engine, star: Star, tmp_path: Path) -> None:
    plan = Plan(interval="10s", samples=2, addresses={host: (address(host),) for host in ("BTS01", "MSS")})
    with (
        serving(star["MSS"], address("MSS")),
        serving(star["BTS01"], address("BTS01")),
        contained(engine, star, tmp_path, plan) as container,
        agent_running(star, "MSS", plan.write(tmp_path / "MSS")) as master,
    ):
        for _ in range(400):
            path = range_of(master.document(), "BTS01")
            if (path["verdict"], path["evidence"]) == ("reachable", "held"):
                break
            time.sleep(PAUSE)
        else:
            pytest.fail(f"{path}\n{master.log}\n{container.log}")
        for _ in range(400):
            status, body = fetch(star["BTS01"], f"http://127.0.0.1:{PORT}/metrics")
            assert status == 200, body
            if Metrics(body).value("peer_agent_up", peer="MSS") == 1:
                break
            time.sleep(PAUSE)
        else:
            pytest.fail(container.log)
