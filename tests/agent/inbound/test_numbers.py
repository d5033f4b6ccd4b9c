"""What the numbers mean, for ever: a newer version may add to these tables, and change nothing in them."""

from collections.abc import Iterable, Mapping

import pytest

from agent.ground.path import Check
from agent.inbound.numbers import CAUSE_OF, CAUSES, CHECK_OF, CHECKS, PROOF_OF, PROOFS, VERDICT_OF, VERDICTS
from agent.judge.verdict import Cause, Proof, Verdict

FOR_EVER = [
    (CHECKS, {1: "sql", 2: "epm", 3: "rpc-endpoint", 4: "rpc-range"}),
    (
        VERDICTS,
        {
            1: "reachable",
            2: "partly-blocked",
            3: "blocked",
            4: "service-down",
            5: "unreachable",
            6: "unresolved",
            7: "inconclusive",
            8: "pending",
        },
    ),
    (
        CAUSES,
        {
            1: "silent-drop",
            2: "icmp-reject",
            3: "injected-reset",
            4: "return-path",
            5: "middlebox",
            6: "host-firewall",
            7: "rpc-aware-firewall",
            8: "no-answer",
            9: "refused",
            10: "cut-off",
            11: "host-down",
            12: "no-listener",
            13: "wrong-service",
            14: "query-refused",
            15: "not-registered",
            16: "name-resolution",
            17: "no-known-listener",
            18: "agent-silent",
            19: "lossy-path",
            20: "own-probing",
            21: "local-fault",
        },
    ),
    (PROOFS, {0: "none", 1: "reply", 2: "natural", 3: "held"}),
]


@pytest.mark.parametrize(("table", "meanings"), FOR_EVER)
def test_a_number_never_gets_a_new_meaning(table: Mapping[str, int], meanings: dict[int, str]) -> None:
    found = {number: str(word) for word, number in table.items()}
    assert {number: found[number] for number in meanings} == meanings


@pytest.mark.parametrize(("table", "words"), [(CHECKS, Check), (VERDICTS, Verdict), (CAUSES, Cause), (PROOFS, Proof)])
def test_every_word_has_a_number_of_its_own_that_fits_into_a_byte(
    table: Mapping[str, int], words: Iterable[str]
) -> None:
    assert set(table) == set(words)
    assert len(set(table.values())) == len(table)
    assert all(0 <= number <= 255 for number in table.values())


def test_what_is_said_is_read_as_what_was_meant() -> None:
    assert {CHECK_OF[number]: number for number in CHECK_OF} == CHECKS
    assert {VERDICT_OF[number]: number for number in VERDICT_OF} == VERDICTS
    assert {CAUSE_OF[number]: number for number in CAUSE_OF} == CAUSES
    assert {PROOF_OF[number]: number for number in PROOF_OF} == PROOFS


def test_0_is_none_of_a_list() -> None:
    assert 0 not in {**CHECK_OF, **VERDICT_OF, **CAUSE_OF}
    assert PROOF_OF[0] is Proof.NONE
