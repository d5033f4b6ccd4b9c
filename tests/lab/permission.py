"""Whether this machine and this user may have a lab, and if not, what to do about it."""

import functools
import shutil
import subprocess
from pathlib import Path

# What to call, and the Debian package that has it.
PROGRAMS = {"ip": "iproute2", "nft": "nftables", "unshare": "util-linux", "nsenter": "util-linux"}

# Ways to a namespace of one's own, the plainest first: as root, or as root of a user namespace.
AS_ROOT: tuple[str, ...] = ()
AS_USER = ("--user", "--map-root-user")

# The least that the lab's firewall needs of the kernel.
TRIAL = "add table inet trial; add chain inet trial in { type filter hook input priority 0 ; }; " + (
    "add rule inet trial in ip saddr 192.0.2.1 reject with icmp admin-prohibited"
)


PERMIT_USERS = (
    "permit user namespaces (sysctl: user.max_user_namespaces above 0, and where there are such settings,"
    " kernel.unprivileged_userns_clone=1 and kernel.apparmor_restrict_unprivileged_userns=0)"
)


class LabUnavailableError(RuntimeError):
    """No lab here; the text says what is missing and how to get it."""


@functools.cache
def way_in() -> tuple[str, ...]:
    """The options for `unshare` that give this user a network namespace with a firewall in it."""
    if lacking := sorted({package for program, package in PROGRAMS.items() if not shutil.which(program)}):
        raise LabUnavailableError(
            f"no lab: {' and '.join(lacking)} not found; on Debian, as root: apt-get install {' '.join(lacking)}"
            " (and have /usr/sbin in PATH)"
        )
    if not Path("/proc/sys/net/ipv6").is_dir():
        raise LabUnavailableError("no lab: this kernel has no IPv6; boot it without ipv6.disable=1")
    refusals = []
    for way in (AS_ROOT, AS_USER):
        if (said := refusal(way)) is None:
            return way
        refusals.append(said)
    raise LabUnavailableError(
        f"no lab: {'; '.join(refusals)}; be root with CAP_SYS_ADMIN and CAP_NET_ADMIN, or {PERMIT_USERS}"
    )


def refusal(way: tuple[str, ...]) -> str | None:
    """What the system says against this way; None if it works."""
    command = ["unshare", *way, "--net", "nft", "-f", "-"]
    trial = subprocess.run(command, input=TRIAL, text=True, capture_output=True, timeout=30)
    return None if trial.returncode == 0 else (trial.stderr.strip() or "unshare failed").splitlines()[0]
