"""What an endpoint mapper tells beside the verdicts: ports outside the range, fixed ports that are not, clones."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from agent.found.finding import Finding, Kind
from agent.ground.path import Check, Path
from agent.survey.memory import Memory
from agent.survey.view import View
from probes.wire.epm import NIL_UUID

MSDTC = "msdtc"  # its name in rpc.services
SEVERAL = 2  # ports; one that is silent is its own path's matter


def noticed(paths: Iterable[Path], views: Iterable[View]) -> Iterator[Finding]:
    """Of one peer, in one round."""
    paths = list(paths)
    matchers = next((path.matchers for path in paths if path.matchers), ())
    dynamic = next((path.within or path.ports for path in paths if path.check is Check.RPC_RANGE), None)
    for view in views:
        named = view.registration.named if view.registration else {}
        for each in matchers:
            ports = named.get(each.service, ())
            if each.fixed_port is not None and ports and each.fixed_port not in ports:
                yield _fixed_port_differs(view, each.service, each.fixed_port, ports)
            elif each.fixed_port is None and dynamic is not None:
                yield from (_outside(view, each.service, port) for port in ports if port not in dynamic)
        if view.database_is_strict:
            yield _strict(view)
        yield from (_rpc_aware(view, port) for port in sorted(view.opened_by_mapper))
        if len(view.asks) >= SEVERAL and all(map(view.is_silent, view.asks)):
            yield _silent(view)


def contact_identifiers(memory: Memory) -> set[UUID]:
    """The objects that a peer's MSDTC is registered with: its CID, which no other machine may have."""
    keys = (key for mapper in memory.mappers.values() for key in mapper.keys.get(MSDTC, ()))
    return {key.object for key in keys if key.object != NIL_UUID}


def _silent(view: View) -> Finding:
    return Finding(
        view.peer,
        Kind.PEER_SILENT,
        f"All {len(view.asks)} ports that were asked of {view.peer} at {view.address} were silent: it is down, has "
        "another address, or nothing gets through to it or back.",
        f"Look at {view.peer} and the way to it as a whole, before any single rule.",
    )


def _outside(view: View, service: str, port: int) -> Finding:
    return Finding(
        view.peer,
        Kind.ENDPOINT_OUTSIDE_RANGE,
        f"{service} of {view.peer} listens on TCP {port}, which is outside of `rpc.dynamic_ports`.",
        "Correct `rpc.dynamic_ports` and the firewalls, or the RPC port range of that host.",
    )


def _fixed_port_differs(view: View, service: str, fixed: int, ports: Iterable[int]) -> Finding:
    shown = ", ".join(map(str, ports))
    return Finding(
        view.peer,
        Kind.FIXED_PORT_DIFFERS,
        f"{service} of {view.peer} is registered on TCP {shown}, and not on its fixed port {fixed}.",
        "Correct `fixed_ports`, or the fixed port on that host; a service takes it up when it is restarted.",
    )


def _strict(view: View) -> Finding:
    return Finding(
        view.peer,
        Kind.SQL_STRICT,
        f"SQL Server at {view.address} resets whoever asks for its version: it insists on strict encryption (TDS 8.0), "
        "or a firewall inspects what is said.",
        "Nothing need be wrong; its version is not asked for again. To ask none at all, turn `sql.prelogin` off.",
    )


def _rpc_aware(view: View, port: int) -> Finding:
    return Finding(
        view.peer,
        Kind.RPC_AWARE_FIREWALL,
        f"TCP {port} of {view.peer} was silent before its endpoint mapper was asked, and accepted while it was: a "
        "firewall that understands RPC opens the ports that a mapper names.",
        "Nothing need be wrong; a plain port scan through that firewall shows these ports shut.",
    )
