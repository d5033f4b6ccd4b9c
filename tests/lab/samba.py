"""Two endpoint mappers that others wrote, and the reference client for both: Samba's.

`member` is samba-dcerpcd alone, without a domain. `domain_controller` is a Samba AD DC: other code, which answers in
other pages. Their state is in the folder that they are given, which must be a new one.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from .daemon import need, need_users, serving
from .namespace import LabCommandError, Namespace
from .network import Network

DCERPCD = "/usr/libexec/samba/samba-dcerpcd"
MAPPER = 135
PORTS = range(49152, 49200)  # from where the daemons take their service ports, the lowest first

# Programs open a log in the system's folder before they have read that they shall not.
OWN_LOGS = 'mount --bind "$LOG" /var/log/samba'
PLACES = {
    "lock directory": "lock",
    "state directory": "state",
    "cache directory": "cache",
    "private dir": "private",
    "pid directory": "run",
    "ncalrpc dir": "ncalrpc",
    "binddns dir": "bind",
    "ntp signd socket directory": "signd",
    "winbindd socket directory": "winbind",
    "usershare path": "usershare",
}
# Nobody serves them, and a domain cannot be made without them.
SHARES = "[sysvol]\n  path = {0}/sysvol\n[netlogon]\n  path = {0}/sysvol/scripts\n"


class Samba(NamedTuple):
    """A mapper that serves. `process` holds the process namespace that it is in."""

    address: str
    folder: Path
    process: subprocess.Popen[str]


@contextmanager
def member(net: Network, folder: Path, *, ports: range = PORTS, address: str | None = None) -> Iterator[Samba]:
    """samba-dcerpcd at an address of the server's, "accept" unless said otherwise; services listen at `ports`."""
    need_users("Samba becomes other users")
    need(DCERPCD, "rpcclient")
    address = address or net.address("accept")
    config = _configure(folder, address, ports, "server role = standalone", "rpc start on demand helpers = no")
    argv = (DCERPCD, "--libexec-rpcds", "-s", str(config), "-F", "--no-process-group")
    with serving(net.server, argv, (address, MAPPER), folder / "log" / "out", before=OWN_LOGS) as process:
        yield Samba(address, folder, process)


@contextmanager
def domain_controller(
    net: Network, folder: Path, *, ports: range = PORTS, address: str | None = None
) -> Iterator[Samba]:
    """A Samba AD DC with a new domain, of which only the RPC services are started. It takes some seconds."""
    need_users("Samba becomes other users")
    need("samba", "samba-tool", "rpcclient")
    address = address or net.address("accept")
    role = ("server role = active directory domain controller", "realm = BIZ.EXAMPLE", "server services = rpc")
    config = _configure(folder, address, ports, *role)
    _provision(net.server, config, address)
    argv = ("samba", "-s", str(config), "-F", "--no-process-group", "-M", "single")
    with serving(net.server, argv, (address, MAPPER), folder / "log" / "out", before=OWN_LOGS) as process:
        yield Samba(address, folder, process)


def _configure(folder: Path, address: str, ports: range, *more: str) -> Path:
    for name in ("log", *PLACES.values()):
        (folder / name).mkdir(parents=True)
    lines = [
        *("workgroup = BIZ", "netbios name = SSO1", *more),
        *(f"interfaces = {address}", "bind interfaces only = yes"),
        f"rpc server dynamic port range = {ports.start}-{ports.stop - 1}",
        *("log level = 1", f"log file = {folder}/log/log.%m", "panic action ="),
        *("disable spoolss = yes", "load printers = no"),
        *(f"{option} = {folder / name}" for option, name in PLACES.items()),
    ]
    config = folder / "smb.conf"
    config.write_text("[global]\n" + "".join(f"  {line}\n" for line in lines) + SHARES.format(folder), encoding="utf-8")
    return config


def _provision(namespace: Namespace, config: Path, address: str) -> None:
    """Without --targetdir, which would take Debian's configuration as a pattern."""
    wanted = ["--server-role=dc", "--domain=BIZ", "--realm=BIZ.EXAMPLE", "--host-name=SSO1", f"--host-ip={address}"]
    wanted += ["--dns-backend=NONE", "--adminpass=Not-A-Secret-1", f"--configfile={config}"]
    done = namespace.run("samba-tool", "domain", "provision", *wanted, timeout=120)
    if done.returncode:
        raise LabCommandError(f"no domain: {done.stderr[:8000]}")


class Listed(NamedTuple):
    """One entry of a mapper's table that is about TCP; the UUID and version are of the interface."""

    interface: str
    version: str
    port: int


BINDING = re.compile(r"ncacn_ip_tcp:[\d.]*\[(\d+),abstract_syntax=([0-9a-f-]{36})/0x([0-9a-f]{4})([0-9a-f]{4})\]")


def listed(namespace: Namespace, samba: Samba) -> frozenset[Listed]:
    """What Samba's own client lists, asked from this namespace.

    It asks for one entry at a time and prints none that comes together with status 0x16c9a0d6, "no more": with
    samba-dcerpcd that is the last one. It is a named pipe or local port there, so TCP is what is compared.
    """
    own = samba.folder / "client"
    own.mkdir(exist_ok=True)
    options = [f"--option={option}={own}" for option in PLACES] + [f"--log-basename={own}"]
    binding = f"ncacn_ip_tcp:{samba.address}[{MAPPER}]"
    done = namespace.run("rpcclient", *options, "-U%", "-N", binding, "-c", "epmlookup")
    found = BINDING.findall(done.stdout)
    if not found:
        raise LabCommandError(f"rpcclient lists nothing: {done.stdout}{done.stderr}")
    return frozenset(
        Listed(interface, f"{int(major, 16)}.{int(minor, 16)}", int(port)) for port, interface, minor, major in found
    )
