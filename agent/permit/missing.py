"""What was found shut, and nothing else: from the documents of agents and of `probe once` to what is wanted."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.config.model import Config
from agent.found.exit import unsure
from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.ground.text import timestamp
from agent.judge.verdict import Verdict
from agent.judge.words import SERVICE
from agent.permit.flow import Protocol, Side, Wanted
from agent.permit.known import Known, foreign, known, planned
from agent.permit.required import BROWSER, need_of, side_of_host, side_of_source, whys_of
from agent.permit.settled import canonical
from agent.report.answered import Answer
from agent.report.request import SHUT, Request
from agent.site.topology import Site

OF_THE_DAY = (
    "{where}: port {ports} is where the service listens today; with the next start of the service it may be another "
    "one. Ask for the whole range, or give the service a fixed port."
)
NOT_ASKED_FOR = "{where}: port {ports} is none that it needs by the configuration; that rule is left out"
MAY_BE_LONGER = "{where}: not every edge of what is shut was asked again ({ports}): ports beside it may be shut, too"
NO_REQUEST = "{where}: {verdict}, and its document does not tell what to ask for"
NO_PORT = "{where}: nobody knows the port; that rule is left out"


@dataclass(frozen=True, slots=True)
class Missing:
    """`wanted` is shown to be shut. `look_at`: what may be, and nobody has shown it. `questions`: what is not known.

    `notes`: from whom all that is, and whom it leaves out.
    """

    wanted: tuple[Wanted, ...]
    look_at: tuple[str, ...]
    questions: tuple[str, ...]
    notes: tuple[str, ...]


def missing(config: Config, site: Site, answers: Sequence[Answer], *, unclear: bool = False) -> Missing:
    """`answers` are of machines of this site. `unclear`: what may be shut, and nobody has shown, is wanted, too."""
    paths = planned(config, site)
    found = known(site, paths, answers)
    wanted: list[Wanted] = []
    look_at: list[str] = []
    questions = [*foreign(site, paths, answers), *_undecided(found.values())]
    notes = [
        *_heard(answers),
        *_unheard((each.source.name for key, each in paths.items() if key not in found), answers),
    ]
    for each in found.values():
        questions += _left_open(each)
        for request in each.answered.requests:
            if not (request.certain or unclear):
                look_at.append(f"{_where(each)}: {request._replace(certain=True)}")
                continue
            asked = _wanted(each, request)
            if isinstance(asked, str):
                questions.append(asked)
            else:
                wanted.append(asked)
                if asked.protocol is Protocol.TCP and not each.planned.path.ports:
                    notes.append(OF_THE_DAY.format(where=_where(each), ports=asked.ports))
    return Missing(tuple(wanted), _once(look_at), _once(questions), _once(notes))


def _wanted(each: Known, request: Request) -> Wanted | str:
    """What is told is not believed beyond what the configuration has: a document is but a file."""
    path, where = each.planned.path, _where(each)
    try:
        ports = PortSet.parse(list(request.ports))
    except ValueError:
        return NO_PORT.format(where=where)
    outside = PortSet.of(port for port in ports if path.ports and port not in path.ports)
    if outside:
        return NOT_ASKED_FOR.format(where=where, ports=outside)
    source = _at(side_of_source(each.planned.source), request.sources, _own_addresses(each))
    there = side_of_host(each.planned.host)
    destination = _at(there, (request.destination,), there.addresses)
    for side in (source, destination):
        if isinstance(side, str):
            return f"{where}: {side}; that rule is left out"
    assert isinstance(source, Side) and isinstance(destination, Side)  # noqa: S101, PT018 - for the type checker
    browser = (
        path.check is Check.SQL and not path.ports and ports == BROWSER
    )  # SQL Server Browser did not tell the port
    protocol = Protocol.UDP if browser else Protocol.TCP
    is_dynamic = path.check is Check.RPC_RANGE
    return Wanted(source, destination, protocol, ports, need_of(path), whys_of(path), request.answers, is_dynamic)


def _left_open(each: Known) -> Iterator[str]:
    """Of what is shown to be shut: whether that is all of it, as a search for its edges may not have ended yet."""
    judged = each.answered.result.judgement
    if judged.verdict not in SHUT:
        return
    shown = [request for request in each.answered.requests if request.certain]
    if not shown:
        yield NO_REQUEST.format(where=_where(each), verdict=judged.verdict)
    elif each.planned.path.check is Check.RPC_RANGE and not judged.confirmed:
        texts = [text for request in shown for text in request.ports]
        yield MAY_BE_LONGER.format(where=_where(each), ports=", ".join(texts))


def _own_addresses(each: Known) -> tuple[str, ...]:
    source = each.planned.source
    held = (address for owner in source.owners for address in owner.addresses)
    return (*source.addresses, *held, *([source.source_address] if source.source_address else []))


def _at(side: Side, told: Iterable[str], own: Sequence[str]) -> Side | str:
    """At the addresses that were told, if it has them; at all of its own where only its name was."""
    literal = {canonical(text) for text in own}
    found = [canonical(text) for text in told]
    addresses = tuple(address for address in found if address is not None)
    if len(addresses) < len(found):
        return side
    strange = [address for address in addresses if address not in literal]
    if strange and None not in literal:
        return f"{strange[0]} is no address of {side.name} in the configuration"
    return side._replace(addresses=addresses, own=tuple(dict.fromkeys(own)) if strange else ())  # a name may lead there


def _undecided(found: Iterable[Known]) -> Iterator[str]:
    """What is not shown either way. As for the exit code of `once`, a range counts only where nothing else is shown."""
    pairs: dict[tuple[str, str], list[Known]] = defaultdict(list)
    for each in found:
        pairs[each.planned.source.name, each.planned.host.name].append(each)
    for group in pairs.values():
        open_ends = unsure([each.answered.result for each in group], strict=False)
        for each in group:
            judged = each.answered.result.judgement
            if each.answered.result in open_ends or judged.verdict is Verdict.UNRESOLVED:
                cause = f", {judged.cause}" if judged.cause else ""
                yield f"{_where(each)}: not known whether it is shut ({judged.verdict}{cause})"


def _heard(answers: Iterable[Answer]) -> Iterator[str]:
    for answer in answers:
        yield f"By what {answer.host} knew at {timestamp(answer.now)}."


def _unheard(sources: Iterable[str], answers: Iterable[Answer]) -> Iterator[str]:
    silent = list(dict.fromkeys(sources))
    if silent:
        yield f"Not all paths from {', '.join(silent)} are in it: nobody told of them. Add their documents with --from."


def _where(each: Known) -> str:
    planned = each.planned
    return f"{planned.source.name} to {planned.host.name}, {SERVICE[planned.path.check]}"


def _once(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lines))
