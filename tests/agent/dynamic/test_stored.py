"""A map in a file: the same when it is read again, and never a danger."""

import json
import math
import tracemalloc
import zlib
from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.dynamic.observed import Observed
from agent.dynamic.portmap import PortMap
from agent.dynamic.stored import Stored, restore, store
from agent.ground.ports import PortSet

PORTS = PortSet.parse("5000-5020,20000,30000-30010")
NOON = 1_800_000_000.0
DAY = 86_400.0

SEEN = st.sampled_from([each for each in Observed if each])


def known() -> PortMap:
    made = PortMap(PORTS)
    for number, port in enumerate(PORTS):
        made.observe(port, Observed(1 + number % 4), NOON - number * 600.0)
    return made


def written(map: PortMap) -> dict[str, object]:
    """As a file gives it back."""
    found = json.loads(json.dumps(store(map)))
    assert isinstance(found, dict)
    return found


def read(stored: Stored, ports: PortSet = PORTS, unit: float = 60.0, *, since: float = 0.0) -> PortMap:
    made = PortMap(ports, unit)
    restore(made, stored, since=since, now=NOON)
    return made


def packed(data: bytes) -> str:
    return b64encode(zlib.compress(data)).decode()


def test_what_was_written_is_read() -> None:
    assert list(read(written(known())).rows()) == list(known().rows())


@given(st.dictionaries(st.sampled_from(list(PORTS)), st.tuples(SEEN, st.floats(0, 20 * DAY)), max_size=33))
def test_it_is_read_the_same_over_and_over_again(seen: dict[int, tuple[Observed, float]]) -> None:
    made = PortMap(PORTS, 90.0)
    for port, (what, ago) in seen.items():
        made.observe(port, what, NOON - ago)
    again = made
    for _ in range(5):
        again = read(written(again), unit=90.0)
    assert [row[:2] for row in again.rows()] == [row[:2] for row in made.rows()]
    assert [row[2] for row in again.rows()] == pytest.approx([row[2] for row in made.rows()], abs=0.001)


def test_an_empty_map_is_read_as_one() -> None:
    assert list(read(written(PortMap(PORTS))).rows()) == []


def test_a_file_of_the_usual_range_is_small() -> None:
    usual = PortMap(PortSet.parse("49152-65535"))
    for number, port in enumerate(usual.ports):
        usual.observe(port, Observed.CLOSED, NOON + number // 16 * 60.0)
    assert len(json.dumps(store(usual))) < 30_000


def test_of_another_range_what_both_have_is_taken() -> None:
    other = PortSet.parse("5010-5030,20000")
    found = read(written(known()), other)
    assert [port for port, _, _ in found.rows()] == [*range(5010, 5021), 20000]
    assert all(found[port] is known()[port] and found.seen_at(port) == known().seen_at(port) for port in [5010, 20000])


@pytest.mark.parametrize("unit", [60.0, 61.5, 600.0, 7.5 * DAY])
def test_another_unit_makes_times_coarser_and_never_later(unit: float) -> None:
    found = read(written(known()), unit=unit)
    for port, seen, when in known().rows():
        again = found.seen_at(port)
        assert found[port] is seen
        assert again is not None
        assert when - unit < again <= when + 0.001


def test_what_is_too_old_or_of_the_future_is_void() -> None:
    made = known()
    made.observe(5000, Observed.SILENT, NOON + 300.0)
    found = read(written(made), since=NOON - 6000.0)
    assert [port for port, _, _ in found.rows()] == [*range(5001, 5011)]


def damaged(**changes: object) -> dict[str, object]:
    return {**written(known()), **changes}


SIZE = len(PORTS)


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"ports": ["5000"]},
        damaged(ports="5000-5020"),
        damaged(ports=[]),
        damaged(ports=["5000-5021"]),
        damaged(ports=["5000-4000"]),
        damaged(ports=[None]),
        damaged(unit=0.0),
        damaged(unit=-60.0),
        damaged(unit=math.nan),
        damaged(unit=math.inf),
        damaged(unit="60"),
        damaged(origin="yesterday"),
        damaged(states=None),
        damaged(states=""),
        damaged(states="%"),
        damaged(states=f" {written(known())['states']}"),
        damaged(states="ü"),
        damaged(states=b64encode(b"no zlib").decode()),
        damaged(states=packed(bytes(SIZE - 1))),
        damaged(states=packed(bytes(SIZE + 1))),
        damaged(states=packed(bytes([*[1] * (SIZE - 1), 5]))),
        damaged(states=packed(bytes([255]) * SIZE)),
        damaged(stamps=packed(bytes(2 * SIZE - 1))),
        damaged(stamps=packed(bytes(2 * SIZE - 2))),
        damaged(stamps=7),
    ],
)
def test_what_is_damaged_is_refused_and_nothing_of_it_kept(stored: Stored) -> None:
    made = PortMap(PORTS)
    with pytest.raises(ValueError):  # noqa: PT011 - by whichever step comes upon it
        restore(made, stored, since=0.0, now=NOON)
    assert list(made.rows()) == []


@pytest.mark.parametrize("key", ["states", "stamps"])
def test_what_is_cut_short_or_changed_is_refused(key: str) -> None:
    whole = b64decode(str(written(known())[key]))
    for length in range(len(whole) - 4):  # without its check sum it is whole all the same
        with pytest.raises(ValueError):  # noqa: PT011
            read(damaged(**{key: b64encode(whole[:length]).decode()}))
    for place in range(len(whole)):
        changed = bytes([*whole[:place], whole[place] ^ 0xFF, *whole[place + 1 :]])
        with pytest.raises(ValueError):  # noqa: PT011
            read(damaged(**{key: b64encode(changed).decode()}))


def test_what_unpacks_to_far_too_much_is_not_unpacked() -> None:
    packer = zlib.compressobj(9)
    bomb = b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(128)), packer.flush()])
    stored = damaged(states=b64encode(bomb).decode())
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="too many"):
            read(stored)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
PACKED = st.binary(max_size=80).map(packed)
PORT_TEXTS = st.lists(st.sampled_from(["5000-5020", "20000", "30000-30010", "1-65535", "9-3", "x"]), max_size=4)


@given(
    JSON,
    st.fixed_dictionaries(
        {},
        optional={
            "ports": PORT_TEXTS | JSON,
            "unit": st.floats() | JSON,
            "origin": st.floats() | JSON,
            "states": PACKED | JSON,
            "stamps": PACKED | JSON,
        },
    ),
    st.booleans(),
)
def test_whatever_a_file_says_it_is_a_map_or_a_value_error(anything: object, parts: Stored, is_near: bool) -> None:
    stored = damaged(**parts) if is_near else {**parts, "more": anything}
    made = PortMap(PORTS)
    try:
        restore(made, stored, since=NOON - 30 * DAY, now=NOON)
    except ValueError:
        assert list(made.rows()) == []
    assert all(NOON - 31 * DAY <= when <= NOON for _, _, when in made.rows())
