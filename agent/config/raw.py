"""A tolerant look at data that nobody has checked yet. Whatever is not of the expected shape looks empty."""

from collections.abc import Iterator, Mapping

from agent.config.mistakes import Place

Raw = Mapping[str, object]


def mapping(data: object) -> Raw:
    """As read; empty, if it is none: the model says so."""
    return data if isinstance(data, Mapping) else {}


def sequence(data: object) -> list[object]:
    """As read; empty, if it is none."""
    return data if isinstance(data, list) else []


def listed(data: object) -> list[object]:
    """What may be written alone or as a list; nothing if it was not written."""
    return [] if data is None else data if isinstance(data, list) else [data]


def text(data: object) -> str:
    """Text, or a number written without quotes; empty for anything else."""
    return str(data) if isinstance(data, str | int) and not isinstance(data, bool) else ""


def hosts(data: Raw) -> Iterator[tuple[Place, Raw]]:
    """Those that are mappings, each with its place."""
    for index, host in enumerate(sequence(data.get("hosts"))):
        if isinstance(host, Mapping):
            yield ("hosts", index), host


def nodes(place: Place, host: Raw) -> Iterator[tuple[Place, Raw]]:
    """Of a host at `place`, in the same way."""
    for index, node in enumerate(sequence(host.get("nodes"))):
        if isinstance(node, Mapping):
            yield (*place, "nodes", index), node


def roles(host: Raw) -> list[str]:
    """Under either key, as texts."""
    return [text(role) for key in ("role", "roles") for role in listed(host.get(key))]
