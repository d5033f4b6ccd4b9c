"""Several addresses to one verdict, and many verdicts to one."""

from collections.abc import Iterable, Sequence

from agent.judge.verdict import Cause, Judgement, Verdict

# Nearest to success first. An address that we could not even try says nothing about the others, and comes last.
NEAREST = (
    Verdict.REACHABLE,
    Verdict.PARTLY_BLOCKED,
    Verdict.SERVICE_DOWN,
    Verdict.INCONCLUSIVE,
    Verdict.BLOCKED,
    Verdict.UNREACHABLE,
    Verdict.UNRESOLVED,
    Verdict.PENDING,
)

# Worst first: the verdict of a whole site is its worst path's.
WORST = (
    Verdict.BLOCKED,
    Verdict.PARTLY_BLOCKED,
    Verdict.UNREACHABLE,
    Verdict.SERVICE_DOWN,
    Verdict.UNRESOLVED,
    Verdict.INCONCLUSIVE,
    Verdict.PENDING,
    Verdict.REACHABLE,
)

# Within `unreachable`, nearest to success first: what answered at all is where the service is, or was.
CAUSES = (Cause.CUT_OFF, Cause.REFUSED, Cause.NO_ANSWER, Cause.HOST_DOWN)

BAD = frozenset(WORST[: WORST.index(Verdict.INCONCLUSIVE)])  # shown not to work


def nearest(judgements: Sequence[Judgement]) -> Judgement:
    """The judgement of a path with several addresses: it is reachable if any of them is."""
    return min(judgements, key=_distance)


def _distance(judgement: Judgement) -> tuple[int, int]:
    if judgement.cause is Cause.LOCAL_FAULT:
        return len(NEAREST), 0
    if judgement.cause is Cause.NO_KNOWN_LISTENER and not judgement.tested:  # nobody told its port: it was not tried
        return NEAREST.index(Verdict.UNREACHABLE), len(CAUSES) + 1
    return NEAREST.index(judgement.verdict), CAUSES.index(judgement.cause) if judgement.cause in CAUSES else len(CAUSES)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of all paths together; `pending` when there is none."""
    return min(verdicts, key=WORST.index, default=Verdict.PENDING)
