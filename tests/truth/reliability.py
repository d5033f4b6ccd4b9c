"""The section of docs/reliability.md that `make truth` writes: what was played, what was said, and what was wrong."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .grade import Grade
from .tally import Tally, bound

BEGIN, END = "<!-- truth: `make truth` writes from here -->", "<!-- truth: to here -->"
WORDS = {Grade.RIGHT: "", Grade.HONEST: "the evidence is not there", Grade.KNOWN: "beyond one end"}


@dataclass(frozen=True, slots=True)
class About:
    """Where and when: `machine` in words, `date` as YYYY-MM-DD, `seconds` of the whole run, `lag` the worst."""

    machine: str
    date: str
    seeds: tuple[int, ...]
    seconds: float
    lag: float


def written(path: Path, section: str) -> None:
    """Put it in its place, and leave all else as it is. Raises ValueError where there is no such place."""
    before, _, rest = path.read_text("utf-8").partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{path} has no place for it: {BEGIN} and {END}")
    path.write_text(f"{before}{BEGIN}\n{section}{END}{after}", "utf-8")


def section(tally: Tally, about: About) -> str:
    return "\n".join([*_head(tally, about), *_wrong(tally), *_table(tally), ""])


def _head(tally: Tally, about: About) -> Iterator[str]:
    yield f"{about.machine}, {about.date}, {about.seconds / 60:.0f} minutes; seeds {_listed(about.seeds)}."
    yield ""
    yield f"- {tally.sites:,} random sites with {tally.peers:,} peers; {tally.judged:,} published verdicts judged."
    accused, passed = tally.said("blocked", "partly-blocked"), tally.said("reachable")
    for name, grade, count in (
        ("false `blocked`", Grade.FALSE_BLOCKED, accused),
        ("false `reachable`", Grade.FALSE_REACHABLE, passed),
    ):
        wrong = tally.graded(grade)
        yield f"- {wrong:,} {name}{_bounds(tally, count, wrong)}."
    honest, unfounded = tally.graded(Grade.HONEST), tally.graded(Grade.UNFOUNDED)
    yield f"- {honest:,} said less than the rules do because the evidence was not there; {unfounded:,} though it was."
    yield f"- {tally.graded(Grade.KNOWN):,} cannot be told from one end, as the documents say; they count for nothing."
    yield f"- {tally.graded(Grade.LATER):,} were left to later rounds by agents that ask at their own pace."
    own = tally.graded(Grade.OWN)
    yield f"- {own:,} were left open on a machine that was too busy, {about.lag:.1f} s late at worst; nor do they."
    if tally.again:
        yield f"- {tally.again.total():,} sites were played a second time: {_reasons(tally)}."
    if tally.failures:
        first_lines = [each.splitlines()[0] for each in tally.failures]
        yield f"- {len(first_lines):,} sites came to nothing: {_listed(first_lines)}."
    yield ""


def _bounds(tally: Tally, count: int, wrong: int) -> str:
    """The rule of three, of the sites, and of what said so."""
    sites, said = bound(tally.sites, wrong), bound(count, wrong)
    if sites is None:
        return ""
    told = f": with 95 % confidence, fewer than {_percent(sites)} % of such sites have one"
    return told if said is None else f"{told}, and fewer than {_percent(said)} % of the {count:,} that say so are"


def _reasons(tally: Tally) -> str:
    return ", ".join(f"{count} as {why}" for why, count in tally.again.most_common())


def _wrong(tally: Tally) -> Iterator[str]:
    if not tally.wrong:
        return
    yield "Wrong:"
    yield ""
    for judged in tally.wrong:
        yield f"- `make truth ARGS='--only {judged.case}'`: {judged.path}: {judged.said}, and the rules: "
        yield f"  {judged.situation}. {judged.grade}; {judged.why}."
    yield ""


def _table(tally: Tally) -> Iterator[str]:
    yield "| check: what the rules do | published | times | worth |"
    yield "| --- | --- | --- | --- |"
    for situation, said, grade, count in tally.situations():
        yield f"| {situation} | {said} | {count:,} | {WORDS.get(grade, str(grade)) or 'right'} |"


def _percent(share: float) -> str:
    """Two digits that count."""
    return f"{100 * share:.0f}" if share >= 0.095 else f"{100 * share:.2g}"


def _listed(parts: Iterable[object]) -> str:
    return ", ".join(map(str, parts))
