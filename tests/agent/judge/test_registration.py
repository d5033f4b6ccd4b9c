"""What an endpoint mapper said, and what follows for services and ports."""

import pytest

from agent.judge.registration import Registration

TWO = {"entsso": (50100, 50101), "msdtc": ()}


@pytest.mark.parametrize(
    ("required", "known", "absent", "gone"),
    [
        ((), (), (), ()),
        (("entsso",), ("entsso",), (), ()),
        (("msdtc",), (), ("msdtc",), ()),
        (("msdtc",), ("msdtc",), ("msdtc",), ("msdtc",)),
        (("entsso", "msdtc"), ("entsso",), ("msdtc",), ()),
        (("x", "msdtc"), ("msdtc",), ("x", "msdtc"), ("msdtc",)),  # the mapper was not even asked for x
        ((), ("msdtc",), (), ()),  # nobody needs it here
    ],
)
def test_what_is_absent_and_what_of_it_is_gone(
    required: tuple[str, ...], known: tuple[str, ...], absent: tuple[str, ...], gone: tuple[str, ...]
) -> None:
    registration = Registration(TWO, required, frozenset(known))
    assert (registration.absent, registration.gone) == (absent, gone)


@pytest.mark.parametrize(
    ("still", "port", "named"),
    [
        (None, 50100, True),
        (None, 50102, False),
        ({"entsso": (50100,)}, 50100, True),
        ({"entsso": (50100,)}, 50101, False),  # before and not after
        ({"entsso": ()}, 50100, False),
        ({}, 50100, False),
        ({"msdtc": (50100,)}, 50100, True),  # somebody listens there
    ],
)
def test_whether_a_port_is_still_named(still: dict[str, tuple[int, ...]] | None, port: int, named: bool) -> None:
    assert Registration(TWO, still=still).still_named(port) is named
