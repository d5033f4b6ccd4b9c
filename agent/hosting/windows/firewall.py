"""`probe service install --firewall-scope`: rules of this host's firewall, for peers and Prometheus to reach the agent.

All rules of our group are replaced at once, and nobody else's is touched: Windows removes rules by name, so a rule of
ours is given a name first that nothing else can have.
"""

import asyncio
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from agent.config.model import Config
from agent.hosting.manager import RefusedError
from agent.hosting.windows.firewall_com import AbsentError, Listed, Wall, opened
from agent.ownfirewall.addresses import Addresses, look_up
from agent.ownfirewall.doors import doors, peers
from agent.ownfirewall.rules import GROUP, Rule, rules
from agent.ownfirewall.scrapers import scrapers as read_scrapers
from agent.site.topology import Source, site_of
from agent.site.whoami import UnknownHostError, this_machine, whoami


def install(config: Config, program: Path, scrapers: Iterable[str], host: str | None = None) -> Sequence[str]:
    """Lines that tell what is let in now. `program`: the file whose process listens. Raises RefusedError.

    `host`: which host of the file this machine is, where somebody said so.
    """
    table, addresses = _table(config, _source(config, host), program, scrapers)
    with opened() as wall:
        replace(wall, table)
        caution = wall.caution
    return [*map(_told, table), *_remarks(addresses, program), *([f"but {caution}"] if caution else [])]


def uninstall() -> Sequence[str]:
    """What was removed. Raises RefusedError; a firewall that is switched off is no reason to keep the service."""
    try:
        with opened() as wall:
            ours = _ours(wall.listed())
            replace(wall, ())
    except AbsentError as error:
        return [f"{error}; rules of the group {GROUP} stay, if there are any"]
    return [f"removed the firewall rule {each.name}" for each in ours]


def replace(wall: Wall, table: Sequence[Rule]) -> None:
    """All rules of our group by these. Where one is refused, what was there before is there again."""
    listed = wall.listed()
    _refuse_foreign(listed, table)
    token = secrets.token_hex(8)
    aside = [(each, f"{GROUP} {token} {number}") for number, each in enumerate(_ours(listed))]
    moved, added = list[Listed](), list[Rule]()
    try:
        for each, name in aside:
            wall.rename(each, name)
            moved.append(each)
        for rule in table:
            wall.add(rule)
            added.append(rule)
    except Exception:
        _take_back(wall, added, moved)
        raise
    for _, name in aside:
        wall.remove(name)


def _take_back(wall: Wall, added: Iterable[Rule], moved: Iterable[Listed]) -> None:
    """As far as the firewall lets us: what it refused first is what is told."""
    for rule in added:
        with suppress(Exception):
            wall.remove(rule.name)
    for each in moved:
        with suppress(Exception):
            wall.rename(each, each.name)


def _ours(listed: Iterable[Listed]) -> list[Listed]:
    return [each for each in listed if each.group == GROUP]


def _refuse_foreign(listed: Iterable[Listed], table: Iterable[Rule]) -> None:
    names = {rule.name.casefold() for rule in table}
    foreign = [each.name for each in listed if each.group != GROUP and each.name.casefold() in names]
    if foreign:
        raise RefusedError(
            "\n".join(
                f"there is a firewall rule {name!r} already that is not ours; rename it first" for name in foreign
            )
        )


def _source(config: Config, host: str | None) -> Source:
    try:
        return whoami(site_of(config), this_machine(), host)
    except UnknownHostError as error:
        raise RefusedError(str(error)) from None


def _table(
    config: Config, source: Source, program: Path, scrapers: Iterable[str]
) -> tuple[tuple[Rule, ...], Addresses]:
    """And what the names that are in it led to."""
    try:
        readers = read_scrapers(scrapers)
    except ValueError as error:
        raise RefusedError(str(error)) from None
    others = peers(config, source)
    found = asyncio.run(look_up((*others, *readers.hosts), config.schedule.timeout))
    if found.missing:
        raise RefusedError("\n".join(_missing(found)))
    reading = (*found.behind(readers.hosts), *readers.networks)
    table = rules(doors(config, source), str(program), found.behind(others), reading)
    if not table:
        raise RefusedError("no other host of the file runs an agent, and no --scraper is given: nobody is to be let in")
    return table, found


def _missing(found: Addresses) -> Iterator[str]:
    yield "a rule needs addresses, and these names have none now; correct them, or write the addresses themselves:"
    for name, why in found.missing.items():
        yield f"  {name}: {why}"


def _told(rule: Rule) -> str:
    return f"firewall rule {rule}"


def _remarks(found: Addresses, program: Path) -> Iterator[str]:
    for name, addresses in found.named.items():
        yield f"{name} is {', '.join(addresses)} now; when that changes, install again: rules know no names"
    if program.stem.casefold().startswith("python"):
        yield f"every script that {program} runs is let in as well: the bundle has a program of its own"
