"""Single ports of a range that are not as the others: somebody listens there, has taken them, or stands in between.

Each situation has eight ports of its own, and `probe once --ports` asks every one of them; all at the same time.
"""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest

from .agents import Plan, once, running
from .inside import socket_in
from .listeners import listening
from .rules import Rule, disguise, drop, one_way
from .star import Star, address

pytestmark = [pytest.mark.lab, pytest.mark.timeout(480)]

PLAN = Plan()
TRIES = 3  # a machine that is too busy to be sure of a silence says so, by `local-fault`, and is asked again
ME, IT, STRANGER = address("BTS01"), address("MSS"), (address("STRANGER"), 7000)

Found = dict[str, Any]


class Case(NamedTuple):
    """Eight ports from `first` on. One of them, `taken`, is somebody else's at the master; it is what "drop" is about.

    The other rules are about the last four. `verdict` None: nothing is claimed of it here.
    """

    first: int
    verdict: str | None
    cause: str | None
    rules: tuple[str, ...] = ()
    listens: bool = False
    goes_out: bool = False

    @property
    def ports(self) -> str:
        return f"{self.first}-{self.first + 7}"

    @property
    def taken(self) -> int:
        return self.first + 5

    def rule(self, name: str) -> Rule:
        late, taken = f"{self.first + 4}-{self.first + 7}", str(self.taken)
        return {
            "drop": drop(ME, IT, taken),
            "disguise": disguise(ME, IT, late),
            "one way": one_way(ME, IT, late),
        }[name]


CASES = {
    "natural": Case(20_000, "reachable", None, listens=True),
    "natural, shut": Case(20_010, None, None, ("drop",), listens=True),
    "outgoing": Case(20_020, "reachable", None, goes_out=True),
    "outgoing, shut": Case(20_030, "reachable", None, ("drop",), goes_out=True),
    "translated": Case(20_040, "reachable", None, ("disguise",)),
    "translated, one way": Case(20_050, "inconclusive", None, ("disguise", "one way")),
}


@pytest.fixture(scope="module")
def found(star: Star, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Found]]:
    """What `probe once` says, by case."""
    folder = tmp_path_factory.mktemp("held")
    with ExitStack() as stack:
        stack.enter_context(running(star, "MSS", PLAN.write(folder / "MSS")))
        stack.enter_context(listening(star["STRANGER"], [STRANGER]))
        stack.enter_context(listening(star["MSS"], [(IT, case.taken) for case in CASES.values() if case.listens]))
        for case in CASES.values():
            stack.enter_context(star.between(*map(case.rule, case.rules)))
            if case.goes_out:
                caller = stack.enter_context(socket_in(star["MSS"], socket.AF_INET, socket.SOCK_STREAM))
                caller.bind((IT, case.taken))
                caller.connect(STRANGER)
        paths = dict[str, Found]()
        for number in range(TRIES):
            begun = {
                name: once(star, "BTS01", PLAN.write(folder / f"{case.first} {number}"), "--ports", case.ports)
                for name, case in CASES.items()
                if name not in paths or "local-fault" in paths[name]["attempts"]
            }
            paths |= {name: each.range() for name, each in begun.items()}
        yield paths


@pytest.mark.parametrize("name", CASES)
def test_what_each_comes_to(found: dict[str, Found], name: str) -> None:
    case, path = CASES[name], found[name]
    print(path)
    assert path["evidence"] == "held"
    assert path["verdict"] == (case.verdict or path["verdict"])
    assert path["cause"] == case.cause or case.verdict in (None, "inconclusive")


def test_only_where_something_is_shut_is_anything_said_to_be(found: dict[str, Found]) -> None:
    accused = {port for path in found.values() for port in path["blocked"]}
    assert accused <= {str(CASES["natural, shut"].taken)}


@pytest.mark.parametrize("name", ["outgoing", "outgoing, shut"])
def test_a_port_taken_for_going_out_counts_for_nothing(found: dict[str, Found], name: str) -> None:
    """Nobody can know whether it is shut, and it makes neither a hole in what passes nor a block."""
    assert found[name]["tested"] == 7


def test_translated_sources_pass(found: dict[str, Found]) -> None:
    """The proof says enough."""
    assert found["translated"]["passes"] == [CASES["translated"].ports]
