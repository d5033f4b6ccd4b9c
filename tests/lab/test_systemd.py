"""A real systemd runs the unit, on a machine of its own in the lab."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from agent.hosting.systemd.unit import CREDENTIALS
from tests.agent.web.toolkit.papers import PASSWORD, authority, issued, users
from tests.fakes.table import SSO_PORT

from .agents import KEY, PORT
from .booted import PYTHON, Machine, booted
from .fetch import Metrics, fetch
from .listeners import listening
from .mapping import mapping
from .network import Network

pytestmark = [pytest.mark.lab, pytest.mark.timeout(180)]

CONFIG, UNIT = "/etc/ssoreach/ssoreach.yaml", "ssoreach.service"
DROP_IN = f"/run/systemd/system/{UNIT}.d/test.conf"
STORE = "/etc/credstore"
LIFETIME = 600  # seconds of the peers, which no module takes
SITE = """\
site: lab
schedule: {{interval: 10s, timeout: 1500ms}}
rpc: {{samples: 2}}
web: {{listen: "0.0.0.0:{port}"}}
names: false
hosts:
  - {{name: BTS01, role: processing, address: {own}}}
  - {{name: SQL01, role: sso-database, address: {peer}}}
  - {{name: MSS, role: master-secret, address: {peer}}}
"""
SHORT = "[Service]\nWatchdogSec=3\nRestartSec=100ms\n"  # what is waited for
# An agent whose event loop does nothing any more, soon after it has said that it is there.
STUCK = """\
import asyncio, time
from agent.hosting.run import Run
said = Run._listening
def listening(self, urls):
    said(self, urls)
    asyncio.get_running_loop().call_later(1, stuck_for_ever)
def stuck_for_ever():
    time.sleep(10_000)
Run._listening = listening
from agent.cli import main
main()
"""
GET = """
import base64, ssl, sys, urllib.error, urllib.request
url, authority, password = sys.argv[1:]
request = urllib.request.Request(url)
if password:
    request.add_header("Authorization", "Basic " + base64.b64encode(password.encode()).decode())
try:
    with urllib.request.urlopen(request, timeout=5, context=ssl.create_default_context(cafile=authority)) as answer:
        print(answer.status)
except urllib.error.HTTPError as error:
    print(error.code)
"""


class Installed:
    """The machine as BTS01, and how others see it."""

    def __init__(self, net: Network, machine: Machine) -> None:
        self.net = net
        self.machine = machine
        self.base = f"http://{net.prober_address()}:{PORT}"

    @property
    def site(self) -> str:
        return SITE.format(port=PORT, own=self.net.prober_address(), peer=self.net.address("accept"))

    def begin(self, *, drop_in: str = "", credentials: Mapping[str, str] | None = None, more: str = "") -> None:
        """As after a first installation, with nothing left of what was before; it runs."""
        machine = self.machine
        machine.run("systemctl", "stop", UNIT)
        machine.run("rm", "-rf", str(Path(DROP_IN).parent), STORE, "/var/lib/private/ssoreach", check=True)
        machine.write(CONFIG, self.site + more)
        if drop_in:
            machine.write(DROP_IN, drop_in)
        for name, text in (credentials or {}).items():
            machine.write(f"{STORE}/{name}", text, 0o600)
        done = machine.probe("service", "install", "--config", CONFIG, "--host", "BTS01", "--start")
        assert done.returncode == 0, f"{done.stderr}\n{machine.journal(UNIT)}"

    def show(self, name: str) -> str:
        return self.machine.show(UNIT, name)

    def metrics(self) -> Metrics | None:
        """As a scraper elsewhere gets them; None: nobody answers."""
        status, body = fetch(self.net.server, f"{self.base}/metrics")
        assert status in {0, 200}, body
        return Metrics(body) if status else None

    def verdict(self, check: str) -> str:
        metrics = self.metrics()
        rows = metrics.rows("path_verdict", check=check) if metrics else []
        return next((str(labels["verdict"]) for labels, value in rows if value == 1), "")

    def until(self, check: str, verdict: str) -> None:
        self.machine.until(lambda: self.verdict(check) == verdict, lambda: self.machine.journal(UNIT), 45)

    def another(self, before: str) -> str:
        """The process that runs once the one of before does not."""
        self.machine.until(
            lambda: self.show("ActiveState") == "active" and self.show("MainPID") not in {before, "0"},
            lambda: self.machine.journal(UNIT),
        )
        return self.show("MainPID")


@pytest.fixture(scope="module")
def installed(lab: None) -> Iterator[Installed]:
    """One machine for all: a boot takes longer than an installation. Its peers are the lab's server."""
    with Network() as net:
        peer = net.address("accept")
        doors = [(peer, 1433), (peer, SSO_PORT)]
        with listening(net.server, doors, lifetime=LIFETIME), mapping(net.server, peer), booted(net.prober) as machine:
            yield Installed(net, machine)


def test_it_is_installed_scraped_tells_a_firewall_change_and_is_removed(installed: Installed) -> None:
    net, machine = installed.net, installed.machine
    installed.begin(credentials={"ssoreach-key": f"{KEY}\n"})
    installed.until("sql", "reachable")
    assert machine.probe("service", "status").stdout.startswith("running\n")
    assert installed.show("UnitFileState") == "enabled"
    net.flip(net.address("accept"), "reject with icmp admin-prohibited", ports="1433")
    try:
        installed.until("sql", "blocked")
        machine.until(lambda: "1 blocked" in installed.show("StatusText"), lambda: installed.show("StatusText"))
        assert installed.verdict("epm") == "reachable"
    finally:
        net.restore()
    installed.until("sql", "reachable")
    assert machine.probe("service", "stop").returncode == 0
    assert (installed.show("ActiveState"), installed.show("Result")) == ("inactive", "success")
    assert [*json.loads(machine.run("cat", "/var/lib/private/ssoreach/last-good.json", check=True).stdout)]
    done = machine.probe("service", "uninstall", "--purge")
    assert done.returncode == 0, done.stderr
    assert machine.probe("service", "status").returncode == 3
    left = machine.run("find", "/etc", "/var/lib", "/run/systemd", "-xdev", "-name", "*ssoreach*", check=True).stdout
    assert left.splitlines() == []


def test_it_has_an_account_of_its_own_and_no_rights(installed: Installed) -> None:
    installed.begin()
    status = installed.machine.run("cat", f"/proc/{installed.show('MainPID')}/status", check=True).stdout
    found = dict(line.split(":\t", 1) for line in status.splitlines())
    assert int(found["Uid"].split()[0]) > 60000
    assert {found[name] for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == {"0" * 16}
    assert (found["NoNewPrivs"], found["Seccomp"]) == ("1", "2")


def test_it_sees_the_services_of_other_accounts(installed: Installed) -> None:
    """For a sandbox that hides them, the SSO service would be stopped."""
    installed.begin(more="sso: {service: systemd-journald}\n")
    metrics = installed.metrics()
    assert metrics
    assert metrics.value("sso_service_start_timestamp_seconds"), installed.machine.journal(UNIT)


def test_a_loop_that_is_stuck_is_ended_by_the_watchdog_and_says_where(installed: Installed) -> None:
    installed.machine.write("/opt/stuck.py", STUCK)
    stuck = f"ExecStart=\nExecStart={PYTHON} -I /opt/stuck.py run --config {CONFIG} --host BTS01\n"
    installed.begin(drop_in=SHORT + stuck)
    installed.another(installed.show("MainPID"))
    said = installed.machine.journal(UNIT)
    assert "Failed with result 'watchdog'" in said
    assert "Fatal Python error: Aborted" in said
    assert "in stuck_for_ever" in said


def test_an_agent_that_stands_still_is_ended_by_the_watchdog(installed: Installed) -> None:
    installed.begin(drop_in=SHORT)
    first = installed.show("MainPID")
    installed.machine.kill("STOP", first)
    installed.another(first)
    assert "Failed with result 'watchdog'" in installed.machine.journal(UNIT)
    installed.until("sql", "reachable")


def test_an_agent_that_is_well_outlives_its_watchdog(installed: Installed) -> None:
    installed.begin(drop_in=SHORT)
    first, began = installed.show("MainPID"), float(installed.machine.run("cat", "/proc/uptime").stdout.split()[0])
    installed.machine.until(
        lambda: float(installed.machine.run("cat", "/proc/uptime").stdout.split()[0]) > began + 7, lambda: "no time"
    )
    assert (installed.show("MainPID"), installed.show("NRestarts")) == (first, "0")


def test_one_that_is_killed_comes_back_and_remembers(installed: Installed) -> None:
    installed.begin(drop_in=SHORT)
    installed.until("sql", "reachable")
    first = installed.show("MainPID")
    installed.machine.kill("KILL", first)
    installed.another(first)
    installed.until("sql", "reachable")
    assert installed.show("NRestarts") == "1"


def test_a_reload_says_whether_the_file_is_good(installed: Installed) -> None:
    machine = installed.machine
    installed.begin()
    first = installed.show("MainPID")
    machine.write(CONFIG, installed.site.replace("SQL01", "SQL02"))
    assert machine.run("systemctl", "reload", UNIT).returncode == 0
    machine.until(lambda: bool((found := installed.metrics()) and found.rows("path_verdict", peer="SQL02")), str)
    machine.write(CONFIG, installed.site + "nonsense: 1\n")
    done = machine.probe("service", "reload")
    assert done.returncode == 2
    assert "nonsense" in done.stderr
    # A scrape may be given what another one got a moment ago.
    machine.until(
        lambda: bool((found := installed.metrics()) and found.value("config_last_reload_successful") == 0), str
    )
    metrics = installed.metrics()
    assert metrics
    assert metrics.rows("path_verdict", peer="SQL02"), "what ran before runs on"
    assert "not in force" in installed.show("StatusText")
    assert (installed.show("ActiveState"), installed.show("MainPID")) == ("active", first)


def test_the_key_is_a_credential_that_only_root_can_read(installed: Installed) -> None:
    installed.begin(credentials={"ssoreach-key": f"{KEY}\n"})
    metrics = installed.metrics()
    assert metrics
    assert metrics.value("rendezvous_listeners") == 0  # there is such a thing with a key only


def test_a_key_file_that_the_service_cannot_read_is_mended_as_it_says(installed: Installed) -> None:
    """The configuration is the same on every host, so it may name one."""
    machine = installed.machine
    installed.begin()
    machine.write("/etc/ssoreach/site.key", f"{KEY}\n", 0o600)
    machine.write(CONFIG, installed.site + "rendezvous: {key_file: site.key}\n")
    done = machine.probe("service", "install", "--config", CONFIG, "--host", "BTS01", "--start")
    assert "site.key: cannot be read" in installed.show("StatusText"), "it started from the last good file"
    (remedy,) = re.findall(r"ln -s .*", done.stderr)
    machine.run("mkdir", "-p", STORE, check=True)
    machine.run("sh", "-c", remedy, check=True)
    assert machine.probe("service", "stop").returncode == 0
    assert machine.probe("service", "start").returncode == 0
    assert "site.key" not in installed.show("StatusText")
    metrics = installed.metrics()
    assert metrics
    assert metrics.value("rendezvous_listeners") == 0  # there is such a thing with a key only


def test_certificate_and_passwords_are_credentials(installed: Installed, tmp_path: Path) -> None:
    leaf = issued(installed.net.prober_address())
    web = "tls_server_config: {cert_file: ssoreach-web.crt, key_file: ssoreach-web.key}\n"
    given = {
        "ssoreach-web": web + users(prometheus=PASSWORD),
        "ssoreach-web.crt": leaf.cert_chain_pems[0].bytes().decode(),
        "ssoreach-web.key": leaf.private_key_pem.bytes().decode(),
    }
    assert given.keys() <= {*CREDENTIALS}
    installed.begin(credentials=given)
    ca = tmp_path / "ca.pem"
    authority().cert_pem.write_to_path(ca)
    url = f"https://{installed.net.prober_address()}:{PORT}/metrics"
    answers = [
        installed.net.server.python("-I", "-c", GET, url, str(ca), password).stdout.strip()
        for password in ("", f"prometheus:{PASSWORD}")
    ]
    assert answers == ["401", "200"]


def test_a_start_that_fails_says_why(installed: Installed) -> None:
    installed.begin()
    installed.machine.write(f"{STORE}/ssoreach-key", "short\n", 0o600)
    installed.machine.systemctl("stop", UNIT)
    done = installed.machine.probe("service", "start")
    assert done.returncode == 2
    assert "a key of 5 octets" in done.stderr
    installed.machine.systemctl("stop", UNIT)


def test_what_others_could_change_is_refused(installed: Installed) -> None:
    machine = installed.machine
    installed.begin()
    for path, said in (("/etc/ssoreach", "lets others change it"), (f"{PYTHON.parent}", "lets others change it")):
        machine.run("chmod", "0777", path, check=True)
        done = machine.probe("service", "install", "--config", CONFIG)
        machine.run("chmod", "0755", path, check=True)
        assert done.returncode == 2
        assert f"{path}: its mode 0777 {said}" in done.stderr


def test_a_path_with_blanks_umlauts_and_what_units_read_otherwise(installed: Installed) -> None:
    """And where this host of the file is found by its address."""
    installed.begin()
    odd = '/etc/ssoreach/für 100 % $HOME "so"/ssoreach ; &.yaml'
    installed.machine.write(odd, installed.site)
    done = installed.machine.probe("service", "install", "--config", odd, "--start")
    assert done.returncode == 0, done.stderr + installed.machine.journal(UNIT)
    argv = installed.machine.run("cat", f"/proc/{installed.show('MainPID')}/cmdline", check=True).stdout.split("\0")
    assert odd in argv
    assert installed.machine.run("systemctl", "reload", UNIT).returncode == 0
