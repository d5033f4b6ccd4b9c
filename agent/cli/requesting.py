"""What `probe rules` does: reads, looks names up, and writes. No host is asked anything."""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.cli.output import Wish, check_place, hand_over
from agent.cli.status import configuration, what_the_agent_knows
from agent.cli.usage import wrong
from agent.config.address import address
from agent.config.model import Config
from agent.found.exit import Exit
from agent.ground.text import plain
from agent.local.local import NotMetError
from agent.permit import markdown, netsh, nft, powershell, spreadsheet
from agent.permit.change import STATEFUL, Change, clusters, dynamic, everything, only
from agent.permit.flow import Wanted
from agent.permit.hosts import unnumbered
from agent.permit.merged import merged
from agent.permit.missing import missing
from agent.permit.settled import names_in, settled
from agent.permit.words import NOTHING
from agent.report.answered import Answer, answer
from agent.site.topology import Site, site_of
from probes.resolve import Answer as Named
from probes.resolve import Resolver

ONE_HOST = "Only the rules that {host} takes part in; what is not known is told of the whole site."
PATIENCE = 5.0  # seconds for one name
LARGEST = 64 << 20  # octets of a document
LINES_OF_WINDOWS = ("csv", "netsh")
RENDER: dict[str, Callable[[Change], str]] = {
    "markdown": markdown.render,
    "csv": spreadsheet.render,
    "powershell": powershell.render,
    "netsh": netsh.render,
}
BY_ADDRESS = ("powershell", "netsh", "nft")  # these have no place for names


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for."""

    host: str | None
    documents: tuple[Path, ...]
    scrapers: tuple[str, ...]
    is_missing: bool
    unclear: bool
    resolve: bool
    table: str
    form: str
    output: Path | None


def request(place: Path, asked: Asked) -> Exit:
    """Write it, and say how to exit; 3 when something could not be determined, which standard error says."""
    wish = Wish(asked.form, asked.output)
    table = _check(asked)
    check_place(wish)
    config = configuration(place)
    try:
        change = _change(config, site_of(config), asked)
    except NotMetError as error:
        print(
            f"{error}\nprobe rules probes nothing itself. Ask with --from FILE: probe once --format json",
            file=sys.stderr,
        )
        return Exit.INCONCLUSIVE
    _write(_text(change, asked.form, table), wish)
    return _say(change, asked)


def _check(asked: Asked) -> nft.Table:
    for scraper in asked.scrapers:
        try:
            address(scraper)
        except ValueError as error:
            wrong(f"--scraper: {plain(str(error))}")
    if asked.documents and not asked.is_missing:
        wrong("--from: only with --missing; all that is needed is in the configuration")
    if asked.unclear and not asked.is_missing:
        wrong("--unclear: only with --missing")
    if asked.scrapers and asked.is_missing:
        wrong("--scraper: not with --missing; nobody tries the way from Prometheus")
    try:
        return nft.table(asked.table)
    except ValueError as error:
        wrong(f"--nft-table: {plain(str(error))}")


def _change(config: Config, site: Site, asked: Asked) -> Change:
    _check_host(site, asked.host)
    if asked.is_missing:
        found = missing(config, site, _answers(config, asked.documents), unclear=asked.unclear)
        wanted, questions, look_at = found.wanted, found.questions, found.look_at
        notes = (STATEFUL, *clusters(site), *found.notes)
    else:
        needed = everything(config, site, asked.scrapers)
        wanted, notes, questions, look_at = needed.wanted, needed.notes, needed.questions, ()
    if asked.host is not None:
        notes = (ONE_HOST.format(host=plain(asked.host)), *notes)
    chosen = only(wanted, asked.host)
    done = settled(chosen, _looked_up(chosen) if asked.resolve else None)
    return Change(
        config.site,
        merged(done.permits),
        notes,
        look_at,
        (*questions, *done.questions),
        dynamic(chosen),
        asked.is_missing,
    )


def _check_host(site: Site, host: str | None) -> None:
    names = [name for each in site.hosts for name in each.names]
    if host is not None and host.casefold() not in (name.casefold() for name in names):
        wrong(f"--host {plain(host)}: not in the file; hosts: {', '.join(names)}")


def _answers(config: Config, documents: Sequence[Path]) -> list[Answer]:
    """Of the files, or else of the agent. Raises NotMetError."""
    if documents:
        return [_read(config, place) for place in documents]
    try:
        return [answer(what_the_agent_knows(config))]
    except ValueError as error:
        raise NotMetError(f"the agent speaks of what this version does not know ({plain(str(error))})") from error


def _read(config: Config, place: Path) -> Answer:
    try:
        with place.open("rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            wrong(f"--from {place}: longer than {LARGEST >> 20} MiB")
        document = json.loads(text)
        if not isinstance(document, dict) or document.get("schema") != 1:
            raise ValueError("it is not of schema 1")
        found = answer(document)
    except OSError as error:
        wrong(f"--from {place}: {error.strerror or error}")
    except (ValueError, RecursionError) as error:
        wrong(f"--from {place}: not a document of probe once --format json: {plain(str(error))}")
    if found.site != config.site:
        wrong(f"--from {place}: of the site {found.site}, not of {config.site}")
    return found


def _looked_up(wanted: Sequence[Wanted]) -> dict[str, Named]:
    """Every name once, each with an end."""

    async def all_of_them() -> list[Named]:
        return await Resolver().look_up_all(names_in(wanted), PATIENCE)

    return {each.asked: each for each in asyncio.run(all_of_them())}


def _text(change: Change, form: str, table: nft.Table) -> str:
    if form == "nft":
        return nft.render(change, table)
    return RENDER[form](change)


def _write(text: str, wish: Wish) -> None:
    if sys.platform == "win32" and wish.form in LINES_OF_WINDOWS and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(newline="")  # the text has the line ends of Windows already
    hand_over(text, wish)


def _say(change: Change, asked: Asked) -> Exit:
    left_out = unnumbered(change.permits) if asked.form in BY_ADDRESS else []
    unknown = [*change.questions, *left_out, *(f"to be looked at: {each}" for each in change.look_at)]
    for line in unknown:
        print(plain(line, 1000), file=sys.stderr)
    if change.is_missing and not change.permits:
        print(NOTHING, file=sys.stderr)
    return Exit.INCONCLUSIVE if unknown else Exit.OK
