"""What no single key can know. The rules read data that may be wrong elsewhere, so that no mistake hides another."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches

from agent.config import pace
from agent.config.address import address, listen_address, literal_address, word
from agent.config.mistakes import Place, key_path
from agent.config.model import DEFAULT_SERVICES, MATCHERS
from agent.config.raw import Raw, hosts, listed, mapping, nodes, roles, sequence, text
from agent.ground.roles import Role

Breach = tuple[Place, str]


def breaches(data: Raw) -> Iterator[Breach]:
    """Of every rule between keys, each with its place."""
    for rule in RULES:
        yield from rule(data)


def _a_role_each(data: Raw) -> Iterator[Breach]:
    for place, host in hosts(data):
        if "role" in host and "roles" in host:
            yield (*place, "roles"), "role and roles exclude each other; write one of them"
        elif not roles(host):
            yield (*place, "role"), f"is required: {', '.join(Role)}"


def _a_master_secret(data: Raw) -> Iterator[Breach]:
    named = [role for _, host in hosts(data) for role in roles(host)]
    misspelt = get_close_matches(Role.MASTER_SECRET, [role[:80] for role in named if role not in list(Role)])
    if sequence(data.get("hosts")) and Role.MASTER_SECRET not in named and not misspelt:
        yield ("hosts",), "no host has the role master-secret"


def _at_least_one_host(data: Raw) -> Iterator[Breach]:
    if data.get("hosts") == []:
        yield ("hosts",), "at least one host is required"


def _names_once(data: Raw) -> Iterator[Breach]:
    """Windows names: case does not count. Clusters may share a machine, which is then the same in both."""
    seen: dict[str, tuple[Place, Raw]] = {}
    for place, entry in _named(data):
        name = text(entry.get("name")).casefold()
        first, other = seen.setdefault(name, (place, entry))
        if first is place or not name:
            continue
        if len(first) != 4 or len(place) != 4 or first[:2] == place[:2]:
            yield (*place, "name"), f"{entry['name']} is already the name of {key_path(first)}"
        elif _described(entry) != _described(other):
            yield (
                place,
                f"not as in {key_path(first)}; one machine has one description",
            )


def _named(data: Raw) -> Iterator[tuple[Place, Raw]]:
    for place, host in hosts(data):
        yield place, host
        yield from nodes(place, host)


def _described(node: Raw) -> dict[str, object]:
    addresses = {text(item).casefold() for item in listed(node.get("address", node.get("name")))}
    return {**node, "name": text(node.get("name")).casefold(), "address": addresses}


def _an_address_each(data: Raw) -> Iterator[Breach]:
    for place, entry in _named(data):
        if "address" not in entry and _passes(word, entry.get("name")) and not _passes(address, entry.get("name")):
            yield (*place, "address"), "is required: the name cannot be one"
        elif entry.get("address") == []:
            yield (*place, "address"), "at least one address is required"


def _passes(check: Callable[[object], object], written: object) -> bool:
    try:
        check(written)
    except ValueError:
        return False
    return True


def _sql_keys(data: Raw) -> Iterator[Breach]:
    for place, host in hosts(data):
        if "port" in host and "instance" in host:
            yield (*place, "instance"), "port and instance exclude each other; write one of them"
        named = roles(host)
        if Role.SSO_DATABASE in named or not set(named) <= set(Role):
            continue
        for key in ("port", "instance"):
            if key in host:
                yield (*place, key), f"only a host with the role {Role.SSO_DATABASE} has one; it is SQL Server's"


def _fixed_ports(data: Raw) -> Iterator[Breach]:
    rpc = mapping(data.get("rpc"))
    known = list(dict.fromkeys([*DEFAULT_SERVICES, *mapping(rpc.get("services"))]))
    for place, where in [(("rpc",), rpc), *hosts(data)]:
        for name in mapping(where.get("fixed_ports")):
            if name not in known:
                yield (*place, "fixed_ports", name), f"no such service in rpc.services; there are {', '.join(known)}"


def _services(data: Raw) -> Iterator[Breach]:
    for name, service in mapping(mapping(data.get("rpc")).get("services")).items():
        if not isinstance(service, dict):
            continue
        given = [key for key in MATCHERS if key in service]
        place = ("rpc", "services", name)
        if len(given) > 1:
            yield (*place, given[1]), f"{' and '.join(MATCHERS)} exclude each other; write one of them"
        elif not given and name not in DEFAULT_SERVICES:
            yield place, f"one of {', '.join(MATCHERS)} is required: it says how the service is known"


def _rendezvous_listens(data: Raw) -> Iterator[Breach]:
    """At addresses: answers leave from the one that was asked."""
    place = ("rendezvous", "listen")
    written = mapping(data.get("rendezvous")).get("listen")
    if written == []:
        yield place, "at least one address is required"
    for index, item in enumerate(listed(written)):
        host = text(item).rpartition(":")[0].strip("[]")
        if _passes(listen_address, item) and literal_address(host) is None:
            yield (*place, index), f"{host} is a name; write the address itself"


RULES: tuple[Callable[[Raw], Iterator[Breach]], ...] = (
    _at_least_one_host,
    _a_role_each,
    _a_master_secret,
    _names_once,
    _an_address_each,
    _sql_keys,
    _fixed_ports,
    _services,
    _rendezvous_listens,
    pace.breaches,
)
