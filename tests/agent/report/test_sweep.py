"""A sweep drawn and told."""

import io
import json

import pytest

from agent.dynamic.observed import Observed
from agent.ground.ports import PortSet
from agent.report.picture import Cell, can_carry_blocks, cells
from agent.report.sweep import print_sweep
from agent.report.swept import Obstacle, Stopped, Sweep, Swept
from probes.state import State
from probes.wire.icmp import Icmp

A, C, S, R, U = Observed.OPEN, Observed.CLOSED, Observed.SILENT, Observed.REFUSED, Observed.UNTESTED
ROUTER = Icmp(4, 3, 13, "198.51.100.1")


def swept(*parts: tuple[Observed, int], ports: str = "", **more: object) -> Swept:
    """`parts`: so many ports of each, from 50000 on."""
    states = b"".join(bytes([seen]) * count for seen, count in parts)
    asked = len(states) - states.count(U)
    known = PortSet.parse(ports or f"50000-{50000 + len(states) - 1}")
    values: dict[str, object] = {"attempts": {State.CLOSED: 1}, "refusals": {}, **more}
    return Swept("192.0.2.1", known, states, asked, **values)  # type: ignore[arg-type]


class Pipe(io.StringIO):
    """Text on its way to something that has another encoding."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding


def obstacle(what: str, ports: str, *, told: bool = False) -> Obstacle:
    return Obstacle(what, told, PortSet.parse(ports))


def flat(swept: Swept) -> str:
    """What is told, on one line."""
    return " ".join(told(swept).split())


def told(swept: Swept, encoding: str = "utf-8", form: str = "table") -> str:
    file = Pipe(encoding)
    print_sweep(Sweep("MSS", 1_800_000_000.0, 165.2, (swept,)), form, file)
    return file.getvalue()


def drawn(swept: Swept, width: int, *, blocks: bool = True) -> str:
    return "".join(cell.drawn(blocks=blocks) for cell in cells(swept.states, width))


@pytest.mark.parametrize(
    ("parts", "width", "line"),
    [
        ([(C, 8), (S, 8)], 4, "░░██"),
        ([(C, 8), (S, 8)], 16, "░░░░░░░░████████"),
        ([(C, 7), (S, 9)], 4, "░▓██"),
        ([(C, 3), (A, 1), (R, 4)], 4, "░░▒▒"),
        ([(C, 4), (U, 4)], 4, "░░··"),
        ([(C, 3), (U, 5)], 4, "░▓··"),
        ([(R, 2), (S, 2)], 1, "▓"),
        ([(C, 3)], 80, "░░░"),
        ([(C, 5), (S, 5)], 3, "░▓█"),
        ([(S, 1)], 0, "█"),
    ],
)
def test_a_letter_is_what_all_its_ports_are_or_mixed(parts: list[tuple[Observed, int]], width: int, line: str) -> None:
    assert drawn(swept(*parts), width) == line


def test_every_port_is_in_one_letter() -> None:
    """A single odd port shows at every width."""
    for width in range(1, 40):
        for odd in range(37):
            line = drawn(swept((C, odd), (S, 1), (C, 36 - odd)), width)
            assert len(line) == min(width, 37)
            assert sum(letter != "░" for letter in line) == 1


@pytest.mark.parametrize(
    ("encoding", "blocks"),
    [
        ("utf-8", True),
        ("utf-16", True),
        ("cp437", True),
        ("cp850", True),
        (None, True),
        ("ascii", False),
        ("cp1252", False),
        ("no-such", False),
    ],
)
def test_blocks_are_drawn_only_where_they_can_be_carried(encoding: str | None, blocks: bool) -> None:
    assert can_carry_blocks(encoding) is blocks


def test_every_letter_differs_without_blocks_too() -> None:
    assert len({cell.letter for cell in Cell}) == len({cell.block for cell in Cell}) == len(Cell)
    assert all(cell.letter.isascii() for cell in Cell)


HALF = swept((C, 8), (S, 8), edges=((50007, 50008),), confirmed=True)

GOLDEN = """\
192.0.2.1, TCP 50000-50015: 16 of 16 ports asked
50000 ░░░░░░░░████████ 50015
      ░ answers: open or closed   █ silent
  closed    50000-50007: 8 ports
  silent    50008-50015: 8 ports
  edges     50007|50008: confirmed

States, not verdicts. A reset may be a device's and not the host's, and silence beside resets is no proof of a firewall
on the way: a host's own drops what nobody listens to without a word. It took 3 min.
"""


def test_the_whole_text() -> None:
    assert told(HALF) == GOLDEN


def test_the_whole_text_without_blocks() -> None:
    text = told(HALF, "ascii")
    assert text.isascii()
    assert text == GOLDEN.replace("░", "_").replace("█", "#")


def test_who_refuses_is_told_in_words() -> None:
    text = told(swept((C, 2), (R, 2), refusals={ROUTER: 2}, edges=((50001, 50002),)))
    assert "refused   50002-50003: 2 ports; ICMP 3/13, communication administratively prohibited" in text
    assert "from 198.51.100.1" in " ".join(text.split())
    assert "50001|50002: not confirmed" in text


def test_why_a_port_is_not_known_is_told_and_made_harmless() -> None:
    obstacles = (obstacle("no\x1b[31m way", "50002-50003"), obstacle("asleep", "50004"))
    text = told(swept((C, 2), (U, 3), obstacles=obstacles))
    assert r"not known 50002-50004: 3 ports; 2 times: no\x1b[31m way, once: asleep" in text


@pytest.mark.parametrize("stopped", list(Stopped))
def test_an_early_end_is_told(stopped: Stopped) -> None:
    text = " ".join(told(swept((C, 2), (U, 2), stopped=stopped)).split())
    assert {"interrupted": "Interrupted:", "own-probing": "Stopped, own-probing:"}[str(stopped)] in text
    assert "2 of 4 ports asked" in text


def test_a_range_full_of_holes_does_not_fill_the_screen() -> None:
    text = told(swept(*[(C, 1), (S, 1)] * 500))
    assert "and 476 more (--format json has all)" in " ".join(text.split())
    assert len(text) < 5000


def test_of_many_intervals_the_longest_are_told() -> None:
    """Not the single ports that a sample asked before it was stopped."""
    found = swept(*[(C, 1), (U, 7)] * 50, (C, 100), (U, 10))
    assert "closed 50000, 50008," in flat(found)
    assert ", 50176, 50400-50499 and 27 more (--format json has all): 150 ports" in flat(found)


def test_an_edge_is_between_neighbours_and_otherwise_somewhere() -> None:
    found = swept((C, 3), (S, 3), (U, 4), (C, 3), edges=((50002, 50003), (50005, 50010)))
    assert "edges 50002|50003, somewhere between 50005 and 50010: not confirmed" in flat(found)


def test_of_many_edges_those_are_told_that_are_found_to_the_port() -> None:
    wide = [(port, port + 10) for port in range(50000, 50400, 20)]
    close = [(port, port + 1) for port in range(51000, 51020, 2)]
    text = flat(swept((C, 1), (S, 1), edges=(*wide, *close)))
    assert "edges 51000|51001, " in text
    assert "51018|51019, somewhere between 50000 and 50010, " in text
    assert "and 6 more (--format json has all)" in text


NO_WAY = obstacle("ICMP 3/1, host unreachable, from 198.51.100.1", "50002-50003", told=True)
NO_WAY_TOLD = (
    'For 50002-50003 somebody answers with a code that means "no way there" (ICMP 3/1, host unreachable, from'
    " 198.51.100.1), though the host answers on other ports: a device may refuse with it."
)


def test_no_way_to_some_ports_of_a_host_that_answers_may_be_a_refusal() -> None:
    assert NO_WAY_TOLD in flat(swept((C, 2), (U, 2), obstacles=(NO_WAY,)))


@pytest.mark.parametrize(
    ("first", "obstacle"),
    [(S, NO_WAY), (R, NO_WAY), (C, obstacle("own fault", "50002-50003"))],
    ids=["silent", "refused", "fault of ours"],
)
def test_elsewhere_nobody_is_thought_to_refuse_with_it(first: Observed, obstacle: Obstacle) -> None:
    assert "no way there" not in flat(swept((first, 2), (U, 2), obstacles=(obstacle,)))


@pytest.mark.parametrize(
    ("seen", "obstacles", "said"),
    [
        (S, (), True),
        (U, (NO_WAY,), True),
        (U, (obstacle("own fault", "50000-50003"),), False),
        (U, (), False),
        (C, (), False),
        (R, (), False),
    ],
    ids=["silent", "no way", "fault of ours", "not asked", "closed", "refused"],
)
def test_that_nobody_answered_at_all_is_said(seen: Observed, obstacles: tuple[Obstacle, ...], said: bool) -> None:
    assert ("No port answered: the host may be down, " in flat(swept((seen, 4), obstacles=obstacles))) is said


@pytest.mark.parametrize(("pairs", "said"), [(4, False), (5, True)])
def test_a_limit_on_refusals_shows_in_silence_among_them(pairs: int, said: bool) -> None:
    found = swept(*[(R, 2), (S, 30)] * pairs, refusals={ROUTER: 10})
    assert found.alternations == 2 * pairs - 1
    assert ("limit how often he says so" in flat(found)) is said


def test_many_intervals_beside_ports_that_answer_are_no_limit() -> None:
    assert "limit" not in flat(swept(*[(R, 2), (C, 1), (S, 3), (C, 1)] * 20, refusals={ROUTER: 10}))


def test_what_is_not_counted_is_told() -> None:
    found = swept((C, 2), (U, 1200), stopped=Stopped.OWN_PROBING, forgotten=1100)
    assert "Not counted: 1,100 ports asked after the last sign of life." in flat(found)
    assert json.loads(told(found, form="json"))["addresses"][0]["forgotten"] == 1100


def test_every_letter_of_the_text_is_in_the_oldest_code_page() -> None:
    """Consoles without a second font show a box for what is not in it."""
    parts = [(C, 3), (A, 1), (S, 9), (R, 2), (U, 4)] * 40
    found = swept(*parts, obstacles=(NO_WAY,), refusals={ROUTER: 3}, stopped=Stopped.OWN_PROBING, forgotten=9)
    assert told(found).encode("cp437")


def test_ports_of_several_intervals_keep_their_numbers() -> None:
    found = swept((C, 2), (S, 3), ports="100-102,200-201")
    assert (str(found.which(C)), str(found.which(S))) == ("100-101", "102,200-201")


def test_json_has_everything() -> None:
    found = swept(
        *((A, 1), (C, 3), (R, 2), (S, 2), (U, 1)),
        refusals={ROUTER: 2},
        attempts={State.FILTERED: 9, State.CLOSED: 4},
        obstacles=(obstacle("ICMP 3/1", "50008", told=True),),
        edges=((50003, 50004), (50005, 50006)),
    )
    assert json.loads(told(found, form="json")) == {
        "schema": 1,
        "peer": "MSS",
        "started": "2027-01-15T08:00:00.000Z",
        "seconds": 165.2,
        "addresses": [
            {
                "address": "192.0.2.1",
                "ports": "50000-50008",
                "asked": 8,
                "untested": ["50008"],
                "open": ["50000"],
                "closed": ["50001-50003"],
                "silent": ["50006-50007"],
                "refused": ["50004-50005"],
                "rejected_by": ["198.51.100.1"],
                "obstacles": [{"what": "ICMP 3/1", "count": 1, "ports": ["50008"]}],
                "edges": [["50003", "50004"], ["50005", "50006"]],
                "confirmed": False,
                "stopped": None,
                "forgotten": 0,
                "attempts": {"closed": 4, "filtered": 9},
            }
        ],
    }


@pytest.mark.parametrize(("seen", "answered"), [(A, True), (C, True), (R, True), (S, False), (U, False)])
def test_what_counts_as_an_answer(seen: Observed, answered: bool) -> None:
    assert swept((S, 3), (seen, 1)).answered is answered
