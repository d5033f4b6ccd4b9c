"""Whether Linux' firewall admits connections to any port: nftables by what nft lists, older tables by their absence.

Programs that were loaded into the kernel by other ways (BPF) are not looked at.
"""

import subprocess
from pathlib import Path
from shutil import which
from threading import Timer

from agent.rendezvous.ruleset import judge
from probes.wire.rendezvous.messages import Admission

PLACES = "/usr/sbin:/sbin:/usr/bin:/bin"  # and not PATH: this may run as root
PATIENCE = 5.0  # seconds
MOST = 16 << 20  # octets that are read of a rule set

# Of iptables as it was before nftables: the tables in use, a name a line. Without such a file there are none.
TABLES = (Path("/proc/net/ip_tables_names"), Path("/proc/net/ip6_tables_names"))
SYMBOLS = Path("/proc/kallsyms")  # the kernel's functions, those of its modules included
ANY, OF_NFTABLES = "tcp_v4_rcv", "nft_do_chain"


def own_firewall() -> Admission:
    """What this host's own firewall does with new connections, as far as it can be seen. May take some seconds."""
    listed = _listed()
    if listed is None and _has_nftables():
        return Admission.UNKNOWN
    found = Admission.ADMITS if listed is None else judge(listed)
    return Admission.UNKNOWN if found is Admission.ADMITS and _has_tables() else found


def _listed() -> bytes | None:
    """None without nft, or where it will not answer: to an ordinary user, as a rule."""
    program = which("nft", path=PLACES)
    if program is None:
        return None
    try:
        return _output([program, "--json", "--terse", "list", "ruleset"])
    except OSError:
        return None


def _output(command: list[str]) -> bytes | None:
    """None if it fails, takes too long or says too much. OSError."""
    with subprocess.Popen(  # noqa: S603 - all of it is written above
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        timer = Timer(PATIENCE, process.kill)
        timer.start()
        try:
            said = process.stdout.read(MOST + 1) if process.stdout else b""
            if len(said) > MOST:
                process.kill()
            return said if process.wait() == 0 and len(said) <= MOST else None
        finally:
            timer.cancel()


def _has_tables() -> bool:
    """Or may have: only root may look."""
    for path in TABLES:
        try:
            if path.read_bytes():
                return True
        except FileNotFoundError:
            continue
        except OSError:
            return True
    return False


def _has_nftables() -> bool:
    """Or may have, where the kernel does not tell."""
    found = set()
    try:
        with SYMBOLS.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                found |= {ANY, OF_NFTABLES} & set(line.split()[2:3])
    except OSError:
        return True
    return found != {ANY}
