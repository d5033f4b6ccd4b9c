"""The file: short comments, what was answered, and how more is written."""

from collections.abc import Iterator, Sequence

from agent.draft.answers import Draft, Entry, Machine
from agent.draft.scalar import scalar
from agent.ground.ports import PortSet
from agent.ground.roles import Role
from agent.ground.text import plain

WIDTH = 36  # columns before a comment

HEAD = """\
# ssoreach: one file, the same on every host of the site. Check it with: probe check-config
# Relative paths are taken from beside this file.
"""
ROLES = "# Roles: processing, master-secret, master-secret-standby (made master by hand), sso-database."
MORE_OF_HOSTS = """\
# A host may also have zone: app (the page and the change request group by pairs of zones), fixed_ports: {entsso: 50100}
# for itself alone, and source_address: 192.0.2.11 where it connects from another of its addresses.
"""
END = """\
# All else has a default: schedule {interval: 60s, timeout: 3s}, web and rendezvous {listen: "0.0.0.0:10135"}, sql,
# names, log, state_dir. `probe plan` says what is probed with what stands here, and why.
"""


def text(draft: Draft) -> str:
    """What is missing in the draft is missing in the file, and the loader says so."""
    parts = (HEAD, *_site(draft), *_rpc(draft), *_requirements(draft), *_rendezvous(draft), *_sso(draft), END)
    return "\n".join(parts)


def _site(draft: Draft) -> Iterator[str]:
    yield _line(f"site: {scalar(draft.site)}", "it becomes a metric label")
    yield ""
    yield ROLES
    yield "hosts:"
    for entry in draft.hosts:
        yield from _host(entry, draft.database)
    yield MORE_OF_HOSTS


def _host(entry: Entry, database: str) -> Iterator[str]:
    if Role.SSO_DATABASE in entry.roles and database:
        yield f"  # The SSO database there is called {plain(database, 80)}."
    keys = list(_keys(entry))
    if not entry.nodes:
        yield f"  - {_flow(keys)}"
        return
    yield "  # A cluster: others connect to its name, its nodes run the agents and connect to others."
    for mark, key in zip(("- ", *["  "] * len(keys)), keys, strict=False):
        yield f"  {mark}{key}"
    yield "    nodes:"
    for node in entry.nodes:
        yield f"      - {_flow(_machine(node))}"


def _keys(entry: Entry) -> Iterator[str]:
    name, *address = _machine(entry.machine)
    yield name
    roles = list(map(str, entry.roles))
    yield f"role: {roles[0]}" if len(roles) == 1 else f"roles: [{', '.join(roles)}]"
    yield from address
    if entry.zone is not None:
        yield f"zone: {scalar(entry.zone)}"
    if entry.port is not None:
        yield f"port: {entry.port}"
    elif entry.instance is not None:
        yield f"instance: {scalar(entry.instance)}"


def _machine(machine: Machine) -> Iterator[str]:
    yield f"name: {scalar(machine.name)}"
    match machine.addresses:
        case ():
            pass
        case (one,):
            yield f"address: {scalar(one)}"
        case several:
            yield f"address: [{', '.join(map(scalar, several))}]"


def _rpc(draft: Draft) -> Iterator[str]:
    fixed = ", ".join(f"{scalar(name)}: {port}" for name, port in draft.fixed_ports.items())
    yield "rpc:"
    yield _line(f"  dynamic_ports: {_ports(draft.dynamic_ports)}", "Windows' own is 49152-65535; one range or a list")
    note = "e.g. {entsso: 50100, msdtc: 50101}; where all are fixed, the range is not probed"
    yield _line(f"  fixed_ports: {{{fixed}}}", note)
    yield ""


def _ports(ports: PortSet) -> str:
    texts = ports.texts()
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _requirements(draft: Draft) -> Iterator[str]:
    yield "# true: also processing to SSO database, DTC: 135 and the range."
    yield f"requirements: {{dtc_to_database: {'true' if draft.dtc_to_database else 'false'}}}"
    yield ""


def _rendezvous(draft: Draft) -> Iterator[str]:
    yield "# The site's key, from `probe key`, the same on every host. Without it the agents do not help one another:"
    yield "# a port that is shut cannot be told from one where nothing listens."
    yield f"rendezvous: {{key_file: {'null' if draft.key_file is None else scalar(draft.key_file)}}}"
    yield ""


def _sso(draft: Draft) -> Iterator[str]:
    yield "# The day on which the master secret was last seen to be backed up, such as 2026-01-31. No agent can see it."
    yield f"sso: {{backup_confirmed: {draft.backup_confirmed or 'null'}}}"
    yield ""


def _flow(keys: Iterator[str] | Sequence[str]) -> str:
    return f"{{{', '.join(keys)}}}"


def _line(written: str, comment: str) -> str:
    return f"{written.ljust(WIDTH - 1)} # {comment}"
