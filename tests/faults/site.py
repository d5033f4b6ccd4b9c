"""The configurations of the agents of a field."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PORT = 10135
INTERVAL, TIMEOUT = 10, 3  # seconds: the shortest round; a busy machine that is late by 0.3 s has shown nothing
RANGE = "49600-49855"
KEY = "the field's own key, which everybody may know"
SITE = """\
site: field
rpc: {{dynamic_ports: "{ports}", samples: 1, services: {{entsso: {{confirmed: true}}}}}}
schedule: {{interval: {interval}s, timeout: {timeout}s}}
web: {{listen: "127.0.0.1:{web}"}}
rendezvous: {{listen: {listen}, key_file: {key}}}
sso: {{service: {service}}}
names: false
state_dir: {state}
hosts:
"""


def name_of(number: int) -> str:
    """The host at a seat."""
    return f"BTS{number:02d}"


def write(
    config: Path,
    hosts: list[str],
    service: str,
    state: Path,
    *,
    key: bool,
    listen: str = f'"0.0.0.0:{PORT}"',
    web: int = PORT,
) -> None:
    """A configuration, and beside it the site's key."""
    secret = config.with_name("key")
    secret.touch(mode=0o600)
    secret.write_text(f"{KEY}\n")
    text = SITE.format(
        ports=RANGE,
        interval=INTERVAL,
        timeout=TIMEOUT,
        web=web,
        listen=listen,
        key="key" if key else "null",
        service=service,
        state=state,
    )
    config.write_text(text + "".join(f"  - {each}\n" for each in hosts), "utf-8")
