"""A SQL Server that others wrote, up to its PRELOGIN: OpenCanary, in a virtual environment of its own."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .daemon import need, serving
from .network import Network

PROGRAMS = Path(__file__).parents[2] / ".venv-honeypot" / "bin"
SQL = 1433


@contextmanager
def honeypot(net: Network, folder: Path, address: str) -> Iterator[subprocess.Popen[str]]:
    """OpenCanary's SQL Server, version 12.0.4100 to all but nmap, at an address of the server's."""
    need(str(PROGRAMS / "twistd"))
    (folder / "log").mkdir(parents=True)
    settings = {
        "device.node_id": "lab",
        "device.listen_addr": address,
        "ip.ignorelist": [],
        "logtype.ignorelist": [],
        "mssql.enabled": True,
        "mssql.port": SQL,
        "mssql.version": "2012",
        "logger": {"class": "PyLogger", "kwargs": {"handlers": {"console": {"class": "logging.StreamHandler"}}}},
    }
    (folder / ".opencanary.conf").write_text(json.dumps(settings), encoding="utf-8")
    # It looks for its settings in HOME; an environment of ours would lead its Python to our modules.
    argv = ["env", "-i", f"HOME={folder}", "PATH=/usr/bin:/bin", "LANG=C.UTF-8"]
    argv += [str(PROGRAMS / "twistd"), "-noy", str(PROGRAMS / "opencanary.tac"), "--pidfile="]
    with serving(net.server, argv, (address, SQL), folder / "log" / "out", before=f'cd "{folder}"') as process:
        yield process
