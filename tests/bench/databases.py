"""A site on loopback whose master secret server asks many databases: one connection each, and nothing else."""

HOST, ADDRESS = "MSS", "127.0.0.21"
INTERVAL = 10  # seconds; no agent asks a peer more often
SITE = f"""\
site: databases
names: false
state_dir: state
schedule: {{interval: {INTERVAL}s}}
hosts:
  - {{name: {HOST}, role: master-secret, address: {ADDRESS}, source_address: {ADDRESS}}}
"""


def address(number: int) -> str:
    """All of 127.0.0.0/8 is this machine."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def site(peers: int, port: int, web: int | None = None) -> str:
    """The file; `port`: of every database, `web`: of the agent's own HTTP side."""
    rows = (
        f"  - {{name: SQL{number:04}, role: sso-database, address: {address(number)}, port: {port}}}\n"
        for number in range(peers)
    )
    listens = f'web: {{listen: "127.0.0.1:{web}"}}\n' if web else ""
    return listens + SITE + "".join(rows)
