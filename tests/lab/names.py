"""Names in the lab, by a hosts file that only one command sees."""

from collections.abc import Mapping, Sequence
from pathlib import Path

BIND_AND_RUN = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'


def naming(hosts: Path, names: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The words to put before a command that shall know these names' addresses; `hosts` is a file to write.

    net.prober.run(*naming(tmp_path / "hosts", {"mss": [net.address("accept"), net.address("drop")]}), "probe", "once")
    """
    lines = [f"{address} {name}\n" for name, addresses in names.items() for address in addresses]
    hosts.write_text("".join(lines), "ascii")
    return ("unshare", "--mount", "--propagation", "private", "sh", "-c", BIND_AND_RUN, "sh", str(hosts))
