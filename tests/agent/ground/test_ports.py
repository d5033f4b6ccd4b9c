"""Sets of ports: what can be written, and what arithmetic must agree with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ground.ports import PortSet, port_number

ports = st.integers(1, 65535)
intervals = st.tuples(ports, ports).map(lambda ends: (min(ends), min(max(ends), min(ends) + 300)))
port_sets = st.lists(intervals, max_size=8).map(lambda many: PortSet(tuple(many)))


@pytest.mark.parametrize(
    ("written", "text", "size"),
    [
        ("49152-65535", "49152-65535", 16384),
        ("5000-5020,20000", "5000-5020,20000", 22),
        (" 5000 - 5020 , 20000 ", "5000-5020,20000", 22),
        ("443", "443", 1),
        ("7-7", "7", 1),
        (443, "443", 1),
        (["5000-5020", 20000, "30000-30001"], "5000-5020,20000,30000-30001", 24),
        ("20000,5000-5020", "5000-5020,20000", 22),
        ("10-20,15-30,31", "10-31", 22),
        ("1-65535", "1-65535", 65535),
    ],
)
def test_reads_what_operators_write(written: object, text: str, size: int) -> None:
    found = PortSet.parse(written)
    assert (str(found), len(found)) == (text, size)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("5020-5000", "the range 5020-5000 is reversed; write 5000-5020"),
        ("0", "port 0 is below 1"),
        (0, "port 0 is below 1"),
        (-5, "port -5 is below 1"),
        (70000, "port 70000 is above 65535"),
        ("1-70000", "port 70000 is above 65535"),
        ("", "no ports given"),
        (" , ", "no ports given"),
        ([], "no ports given"),
        ("http", "'http' is not a port number"),
        ("5000-", "'5000-' is not a range"),
        ("-5000", "'-5000' is not a range"),
        ("1-2-3", "'1-2-3' is not a range"),
        ("٣", "is not a port number"),
        ("9" * 5000, "is not a port number"),
        (True, "not a port"),
        (None, "not a port"),
        (1.5, "not a port"),
        ([[1]], "not a port"),
        ({"a": 1}, "not a port"),
    ],
)
def test_refuses_with_a_sentence(written: object, says: str) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the sentence is looked at below
        PortSet.parse(written)
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_set_made_by_hand_is_checked_too() -> None:
    with pytest.raises(ValueError, match="reversed"):
        PortSet(((9, 5),))
    with pytest.raises(ValueError, match="above 65535"):
        PortSet.of([65536])


def test_an_empty_set_is_false_and_has_no_text() -> None:
    assert not PortSet()
    assert str(PortSet()) == ""
    assert list(PortSet()) == []


def test_equal_sets_are_equal_however_they_were_written() -> None:
    assert PortSet.parse("1-3,4,5-9") == PortSet.parse([9, "1-8"])
    assert hash(PortSet.parse("1-3,4")) == hash(PortSet.parse("1-4"))


def test_an_index_outside_is_refused() -> None:
    found = PortSet.parse("5000-5020,20000")
    assert (found[0], found[20], found[21]) == (5000, 5020, 20000)
    for index in (-1, 22):
        with pytest.raises(IndexError):
            found[index]
    with pytest.raises(ValueError, match="6000"):
        found.index(6000)


def test_a_port_number_may_be_its_digits() -> None:
    assert port_number("1433") == port_number(1433) == 1433


@given(port_sets)
def test_indices_and_ports_are_each_other(found: PortSet) -> None:
    assert [found[index] for index in range(len(found))] == list(found)
    assert [found.index(port) for port in found] == list(range(len(found)))


@given(port_sets.filter(bool), st.data())
def test_what_lies_between_two_indexes(found: PortSet, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(found) - 1))
    last = data.draw(st.integers(first, len(found) - 1))
    assert list(found.between(first, last)) == list(found)[first : last + 1]


@pytest.mark.parametrize(
    ("first", "last", "ports"),
    [
        (0, 0, "5000"),
        (0, 4, "5000-5004"),
        (20, 20, "5020"),
        (20, 21, "5020,20000"),
        (21, 21, "20000"),
        (19, 24, "5019-5020,20000,30000-30002"),
        (0, 32, "5000-5020,20000,30000-30010"),
    ],
)
def test_what_lies_between_crosses_from_one_range_to_the_next(first: int, last: int, ports: str) -> None:
    assert str(PortSet.parse("5000-5020,20000,30000-30010").between(first, last)) == ports


@pytest.mark.parametrize(("first", "last"), [(-1, 3), (0, 21), (21, 21)])
def test_there_is_nothing_between_what_is_not_in_it(first: int, last: int) -> None:
    with pytest.raises(IndexError):
        PortSet.parse("5000-5020").between(first, last)


@given(port_sets)
def test_its_text_reads_back(found: PortSet) -> None:
    assert not found or PortSet.parse(str(found)) == found
    assert ",".join(found.texts()) == str(found)


@given(port_sets)
def test_intervals_are_sorted_and_never_touch(found: PortSet) -> None:
    flat = [end for interval in found.intervals for end in interval]
    assert flat == sorted(flat)
    assert all(later[0] > earlier[1] + 1 for earlier, later in zip(found.intervals, found.intervals[1:], strict=False))


@given(st.sets(ports, max_size=50), ports)
def test_it_holds_just_what_was_put_in(chosen: set[int], other: int) -> None:
    found = PortSet.of(chosen)
    assert list(found) == sorted(chosen)
    assert len(found) == len(chosen)
    assert (other in found) == (other in chosen)


@given(port_sets, port_sets)
def test_union(one: PortSet, other: PortSet) -> None:
    assert set(one | other) == set(one) | set(other)


@given(st.text())
def test_any_text_is_ports_or_a_value_error(text: str) -> None:
    try:
        found = PortSet.parse(text)
    except ValueError:
        return
    assert all(1 <= port <= 65535 for port in found)
    assert found


@pytest.mark.parametrize(
    ("gone", "left"),
    [([], "10-20,30"), ([9, 21, 29], "10-20,30"), ([10, 20, 30], "11-19"), ([15, 15, 12], "10-11,13-14,16-20,30")],
)
def test_single_ports_are_taken_out(gone: list[int], left: str) -> None:
    assert str(PortSet.parse("10-20,30").without(gone)) == left
