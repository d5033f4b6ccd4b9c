"""The configuration file of a case, the same for everybody but for the key."""

from pathlib import Path

from tests.lab.agents import KEY, PORT

from .case import Case
from .rules import seat

SITE = """\
site: truth
rpc: {{dynamic_ports: "{first}-{last}", samples: {samples}}}
schedule: {{interval: {interval}, timeout: {timeout}ms}}
rendezvous: {{listen: ["0.0.0.0:{port}", "[::]:{port}"]{key}}}
names: false
state_dir: state
hosts:
  - {{name: BTS01, role: processing, address: "{seat}"}}
"""
MOST_OFTEN = 4  # samples that fit into rounds of 10 s
STRANGE = "a key that nobody else has, and long enough"


def write(case: Case, folder: Path, *, key: str | None = KEY) -> Path:
    """In a folder of its own, the key beside it. `key` None: this host has none."""
    folder.mkdir(parents=True)
    if key is not None:
        file = folder / "key"
        file.touch(mode=0o600)
        file.write_text(f"{key}\n", "ascii")
    text = SITE.format(
        first=case.first,
        last=case.last,
        samples=min(case.samples, MOST_OFTEN) if case.rounds else case.samples,
        interval="10s" if case.rounds else "60s",
        timeout=case.timeout,
        port=PORT,
        key=", key_file: key" if key is not None else "",
        seat=seat(case),
    )
    for peer in case.peers:
        addresses = [machine.address for machine in peer.machines]
        text += f"  - {{name: {peer.name}, roles: [{', '.join(peer.roles)}], address: {addresses}}}\n"
    config = folder / "ssoreach.yaml"
    config.write_text(text, "utf-8")
    return config
