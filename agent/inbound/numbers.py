"""The closed lists as the numbers that agents say to one another. A number never gets a new meaning.

0 is none of a list, or unknown. What a newer version may have added to a list is not in here, and reads as None.
"""

from types import MappingProxyType
from typing import TypeVar

from agent.ground.path import Check
from agent.judge.verdict import Cause, Proof, Verdict

Word = TypeVar("Word")

NOTHING = 0

CHECKS = MappingProxyType({Check.SQL: 1, Check.EPM: 2, Check.RPC_ENDPOINT: 3, Check.RPC_RANGE: 4})

VERDICTS = MappingProxyType(
    {
        Verdict.REACHABLE: 1,
        Verdict.PARTLY_BLOCKED: 2,
        Verdict.BLOCKED: 3,
        Verdict.SERVICE_DOWN: 4,
        Verdict.UNREACHABLE: 5,
        Verdict.UNRESOLVED: 6,
        Verdict.INCONCLUSIVE: 7,
        Verdict.PENDING: 8,
    }
)

CAUSES = MappingProxyType(
    {
        Cause.SILENT_DROP: 1,
        Cause.ICMP_REJECT: 2,
        Cause.INJECTED_RESET: 3,
        Cause.RETURN_PATH: 4,
        Cause.MIDDLEBOX: 5,
        Cause.HOST_FIREWALL: 6,
        Cause.RPC_AWARE_FIREWALL: 7,
        Cause.NO_ANSWER: 8,
        Cause.REFUSED: 9,
        Cause.CUT_OFF: 10,
        Cause.HOST_DOWN: 11,
        Cause.NO_LISTENER: 12,
        Cause.WRONG_SERVICE: 13,
        Cause.QUERY_REFUSED: 14,
        Cause.NOT_REGISTERED: 15,
        Cause.NAME_RESOLUTION: 16,
        Cause.NO_KNOWN_LISTENER: 17,
        Cause.AGENT_SILENT: 18,
        Cause.LOSSY_PATH: 19,
        Cause.OWN_PROBING: 20,
        Cause.LOCAL_FAULT: 21,
    }
)

PROOFS = MappingProxyType({Proof.NONE: NOTHING, Proof.REPLY: 1, Proof.NATURAL: 2, Proof.HELD: 3})


def _meanings(table: MappingProxyType[Word, int]) -> MappingProxyType[int, Word]:
    return MappingProxyType({number: word for word, number in table.items()})


CHECK_OF = _meanings(CHECKS)
VERDICT_OF = _meanings(VERDICTS)
CAUSE_OF = _meanings(CAUSES)
PROOF_OF = _meanings(PROOFS)
