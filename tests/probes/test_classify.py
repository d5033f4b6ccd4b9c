"""From a system's error to a state: the rows of both tables, and the circumstances that change them."""

import errno
import os
import socket

import pytest

from probes.classify import (
    CONNECTED,
    DEADLINE,
    NEIGHBOUR_SECONDS,
    POSIX,
    UNNUMBERED,
    WINDOWS,
    Errors,
    Evidence,
    conclude,
    number,
)
from probes.outcome import Endpoint, Outcome, Target
from probes.state import Phase, Sent, State
from probes.wire.icmp import Icmp

TARGET = Target("192.0.2.10", 135, timeout=3.0)
OWN = Endpoint("192.0.2.1", 40000)
STARTED = 1_800_000_000.0
C, F, J, R, L = State.CLOSED, State.FILTERED, State.REJECTED, State.RESET, State.LOCAL_FAULT

UNREACHABLE = (J, "does not say who")
NO_ROUTE = (L, "no route")
# fmt: off
POSIX_ROWS = [  # number, what it means at once, what it means later
    (errno.ECONNREFUSED, (C, "RST"), (C, "RST")),
    (errno.ECONNRESET, (R, "SYN-ACK, then RST"), (R, "SYN-ACK, then RST")),
    (errno.EPIPE, (R, "SYN-ACK, then RST"), (R, "SYN-ACK, then RST")),
    (errno.ETIMEDOUT, (F, "gave up"), (F, "gave up after 1.0 s")),
    (errno.ENETUNREACH, NO_ROUTE, UNREACHABLE),
    (errno.EHOSTUNREACH, (L, "own routing calls the address unreachable"), UNREACHABLE),
    (errno.EHOSTDOWN, (L, os.strerror(errno.EHOSTDOWN)), UNREACHABLE),
    (errno.EMFILE, (L, "process is out of descriptors"), (L, "process is out of descriptors")),
    (errno.ENFILE, (L, "host is out of descriptors"), (L, "host is out of descriptors")),
    (errno.ENOBUFS, (L, "buffers"), (L, "buffers")),
    (errno.ENOMEM, (L, "memory"), (L, "memory")),
    (errno.EADDRNOTAVAIL, (L, "no local address or port"), (L, "no local address or port")),
    (errno.EADDRINUSE, (L, "in use"), (L, "in use")),
    (errno.EACCES, (L, "own routing or security policy"), (L, "own routing or security policy")),
    (errno.EPERM, (L, "own firewall"), (L, "own firewall")),
    (errno.EINVAL, (L, "blackhole"), (L, "blackhole")),
    (errno.EAFNOSUPPORT, (L, "address family"), (L, "address family")),
    (errno.EPROTO, (L, f"error {errno.EPROTO}, {os.strerror(errno.EPROTO)}"), (L, "could not be made")),
]
WINDOWS_ROWS = [
    (1225, (C, "RST"), (C, "RST")),  # Proactor: ERROR_CONNECTION_REFUSED
    (10061, (C, "RST"), (C, "RST")),
    (64, (R, "then RST"), (R, "then RST")),  # ERROR_NETNAME_DELETED
    (1236, (R, "then RST"), (R, "then RST")),  # ERROR_CONNECTION_ABORTED
    (10053, (R, "then RST"), (R, "then RST")),
    (10054, (R, "then RST"), (R, "then RST")),
    (121, (F, "no answer"), (F, "gave up after 1.0 s")),  # Proactor: ERROR_SEM_TIMEOUT
    (1460, (F, "no answer"), (F, "no answer")),
    (10060, (F, "no answer"), (F, "no answer")),
    (1231, NO_ROUTE, UNREACHABLE),
    (1232, NO_ROUTE, UNREACHABLE),
    (1233, (L, "error 1233"), UNREACHABLE),
    (1234, (L, "error 1234"), UNREACHABLE),
    (10051, NO_ROUTE, UNREACHABLE),
    (10065, NO_ROUTE, UNREACHABLE),
    (10013, (L, "own firewall or security policy"), (L, "own firewall or security policy")),
    (10024, (L, "descriptors"), (L, "descriptors")),
    (10047, (L, "address family"), (L, "address family")),
    (10048, (L, "port"), (L, "port")),
    (10049, (L, "no local address or port"), (L, "no local address or port")),
    (10055, (L, "ephemeral ports"), (L, "ephemeral ports")),
]
# fmt: on
ROWS = [(POSIX, *row) for row in POSIX_ROWS] + [(WINDOWS, *row) for row in WINDOWS_ROWS]


def seen(
    code: int,
    *,
    errors: Errors = POSIX,
    target: Target = TARGET,
    source: Endpoint | None = OWN,
    seconds: float = 1.0,
    icmp: Icmp | None = None,
    sent: Sent = Sent.UNKNOWN,
    late: float = 0.0,
    at_once: bool = False,
    ours: bool = False,
) -> Outcome:
    return conclude(Evidence(target, source, seconds, code, icmp, sent, late, at_once, ours), STARTED, errors)


@pytest.mark.parametrize(("errors", "code", "at_once", "later"), ROWS)
def test_error_at_once_and_later(
    errors: Errors, code: int, at_once: tuple[State, str], later: tuple[State, str]
) -> None:
    for outcome, (state, words) in (
        (seen(code, errors=errors, at_once=True), at_once),
        (seen(code, errors=errors), later),
    ):
        assert outcome.state is state
        assert words in outcome.detail
        assert outcome.phase is Phase.CONNECT


@pytest.mark.parametrize("errors", [POSIX, WINDOWS], ids=["posix", "windows"])
def test_every_row_of_the_tables_is_tested(errors: Errors) -> None:
    listed = errors.refused | errors.reset | errors.silent | errors.unreachable | errors.local.keys()
    assert listed <= {code for table, code, _, _ in ROWS if table is errors}


@pytest.mark.parametrize("errors", [POSIX, WINDOWS], ids=["posix", "windows"])
def test_a_number_means_one_thing(errors: Errors) -> None:
    groups = [errors.refused, errors.reset, errors.silent, errors.unreachable]
    assert sum(map(len, groups)) == len(frozenset().union(*groups))
    assert not errors.local.keys() & (errors.refused | errors.reset | errors.silent)
    assert not {CONNECTED, DEADLINE, UNNUMBERED} & frozenset().union(*groups, errors.local)


@pytest.mark.parametrize("code", [5, 64_000, 99_999])
def test_a_number_of_windows_is_not_put_into_posix_words(code: int) -> None:
    outcome = seen(code, errors=WINDOWS)
    assert outcome.state is State.LOCAL_FAULT
    assert outcome.detail == f"the attempt could not be made: error {code}"


def test_a_connected_socket_is_open() -> None:
    outcome = seen(CONNECTED, seconds=0.25)
    assert outcome == Outcome(TARGET, State.OPEN, Phase.DONE, STARTED, 0.25, OWN, detail="SYN-ACK")


@pytest.mark.parametrize(
    ("address", "source"),
    [("192.0.2.10", "192.0.2.10"), ("2001:db8::1", "2001:db8::1"), ("fe80::1%eth0", "fe80::1")],
)
def test_a_connect_that_meets_itself_is_no_answer(address: str, source: str) -> None:
    target = Target(address, 50000)
    outcome = seen(CONNECTED, target=target, source=Endpoint(source, 50000))
    assert outcome.state is State.LOCAL_FAULT
    assert "itself" in outcome.detail
    assert seen(CONNECTED, target=target, source=Endpoint(source, 50001)).state is State.OPEN


@pytest.mark.parametrize("source", [Endpoint("192.0.2.11", 135), Endpoint("192.0.2.10", 136), None])
def test_a_source_that_only_resembles_the_target_is_open(source: Endpoint | None) -> None:
    assert seen(CONNECTED, source=source).state is State.OPEN


def test_an_old_icmp_error_does_not_undo_an_answer() -> None:
    assert seen(CONNECTED, icmp=Icmp(4, 3, 1, "192.0.2.254")).state is State.OPEN


@pytest.mark.parametrize(
    ("sent", "state", "words"),
    [
        (Sent.YES, State.FILTERED, "no answer within 3 s"),
        (Sent.UNKNOWN, State.FILTERED, "no answer within 3 s"),
        (Sent.HELD, State.FILTERED, "next hop"),
        (Sent.REFUSED, State.LOCAL_FAULT, "own firewall refuses to send"),
        (Sent.REFUSED, State.LOCAL_FAULT, "or its own queue was full"),
    ],
)
def test_silence_is_judged_by_what_left_this_host(sent: Sent, state: State, words: str) -> None:
    outcome = seen(DEADLINE, sent=sent)
    assert (outcome.state, outcome.sent) == (state, sent)
    assert words in outcome.detail


@pytest.mark.parametrize("sent", Sent)
@pytest.mark.parametrize("code", [DEADLINE, errno.ETIMEDOUT])
def test_silence_heard_by_a_loop_that_slept_is_our_fault(code: int, sent: Sent) -> None:
    assert seen(code, sent=sent, late=0.31).state is State.LOCAL_FAULT
    assert "0.31 s" in seen(code, sent=sent, late=0.31).detail


def test_a_loop_may_be_late_by_a_tenth_of_the_deadline() -> None:
    assert seen(DEADLINE, late=0.29).state is State.FILTERED
    brief = TARGET._replace(timeout=1.2)
    assert seen(DEADLINE, target=brief, late=0.11).state is State.FILTERED
    assert seen(DEADLINE, target=brief, late=0.13).state is State.LOCAL_FAULT


@pytest.mark.parametrize("code", [CONNECTED, errno.ECONNREFUSED, errno.ECONNRESET])
def test_an_answer_stands_however_late_it_was_read(code: int) -> None:
    assert seen(code, late=30.0).state is seen(code).state is not State.LOCAL_FAULT


PROHIBITED, PORT, HOST, NET = Icmp(4, 3, 13), Icmp(4, 3, 3), Icmp(4, 3, 1), Icmp(4, 3, 0)
V6_PROHIBITED, V6_ADDRESS, V6_ROUTE = Icmp(6, 1, 1), Icmp(6, 1, 3), Icmp(6, 1, 0)
ALL_ICMP = [PROHIBITED, PORT, HOST, NET, V6_PROHIBITED, V6_ADDRESS, V6_ROUTE]


@pytest.mark.parametrize("late", [0.0, 30.0])
@pytest.mark.parametrize("seconds", [0.0, 3.1])
@pytest.mark.parametrize("sender", ["192.0.2.254", "192.0.2.10", None])
@pytest.mark.parametrize("icmp", ALL_ICMP)
def test_icmp_error_of_others_is_a_rejection(icmp: Icmp, sender: str | None, seconds: float, late: float) -> None:
    # What the errno is makes no difference: port unreachable arrives as ECONNREFUSED, as a reset does.
    for code in (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.EACCES, errno.ENOPROTOOPT):
        outcome = seen(code, icmp=icmp._replace(sender=sender), seconds=seconds, late=late)
        assert outcome.state is State.REJECTED
        assert outcome.icmp == icmp._replace(sender=sender)


OWN_SENDERS = [(OWN.address, False), (OWN.address, True), ("192.0.2.99", True)]  # the last: another interface of ours


@pytest.mark.parametrize(("sender", "ours"), OWN_SENDERS)
@pytest.mark.parametrize("seconds", [0.0, NEIGHBOUR_SECONDS - 0.01, NEIGHBOUR_SECONDS, 3.1])
@pytest.mark.parametrize("icmp", ALL_ICMP)
def test_icmp_error_from_ourselves(icmp: Icmp, seconds: float, sender: str, ours: bool) -> None:
    """A neighbour that stays silent is given up by our own stack after a while; everything else is our own firewall."""
    neighbour = icmp in (HOST, NET, V6_ADDRESS, V6_ROUTE) and seconds >= NEIGHBOUR_SECONDS
    outcome = seen(errno.EHOSTUNREACH, icmp=icmp._replace(sender=sender), seconds=seconds, ours=ours)
    assert outcome.state is (State.REJECTED if neighbour else State.LOCAL_FAULT)
    assert outcome.sent is (Sent.HELD if neighbour else Sent.UNKNOWN)
    assert ("next hop did not answer" if neighbour else "own firewall") in outcome.detail


def test_icmp_error_of_others_says_nothing_of_what_left_this_host() -> None:
    assert seen(errno.EHOSTUNREACH, icmp=HOST._replace(sender="192.0.2.254"), sent=Sent.YES).sent is Sent.YES


def test_icmp_error_from_ourselves_too_soon_names_the_neighbour_too() -> None:
    soon = NEIGHBOUR_SECONDS / 2
    assert "next hop" in seen(errno.EHOSTUNREACH, icmp=HOST._replace(sender=OWN.address), seconds=soon).detail
    assert "next hop" not in seen(errno.EHOSTUNREACH, icmp=PORT._replace(sender=OWN.address), seconds=soon).detail


def test_icmp_error_from_ourselves_that_a_late_loop_cannot_date() -> None:
    for seconds in (0.0, 3.1):
        outcome = seen(errno.EHOSTUNREACH, icmp=HOST._replace(sender=OWN.address), seconds=seconds, late=0.4)
        assert outcome.state is State.LOCAL_FAULT
        assert "late" in outcome.detail


def test_icmp_error_from_ourselves_that_was_only_read_late() -> None:
    """A firewall of our own says so at once; that we looked a little later makes no silent neighbour of it."""
    late = 0.29
    read = NEIGHBOUR_SECONDS + late - 0.01
    assert seen(errno.EHOSTUNREACH, icmp=HOST._replace(sender=OWN.address), seconds=read, late=late).state is L


def test_icmp_error_of_nobody_known_when_we_have_no_address_ourselves() -> None:
    assert seen(errno.EHOSTUNREACH, icmp=HOST, source=None).state is State.REJECTED


@pytest.mark.parametrize("code", [DEADLINE, errno.ETIMEDOUT, errno.EINVAL, UNNUMBERED])
def test_icmp_error_says_more_than_a_number(code: int) -> None:
    assert seen(code, icmp=PROHIBITED._replace(sender="192.0.2.254")).state is State.REJECTED


class RefusedByProactorError(OSError):
    """As the Proactor loop raises it: the errno says nothing."""

    winerror = 1225


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.ECONNREFUSED, "refused"), errno.ECONNREFUSED),
        (RefusedByProactorError(errno.EINVAL, "refused"), 1225),
        (TimeoutError(), DEADLINE),
        (TimeoutError(errno.ETIMEDOUT, "timed out"), errno.ETIMEDOUT),
        (OSError("no interface with this name"), UNNUMBERED),
        (socket.gaierror(socket.EAI_NONAME, "not known"), UNNUMBERED),
        (socket.gaierror(-1, "bad flags"), UNNUMBERED),  # its own -1 is not our DEADLINE
    ],
)
def test_number(error: OSError, code: int) -> None:
    assert number(error) == code


@pytest.mark.parametrize("error", [OSError(), OSError("words only"), OSError(0, "no error"), ConnectionError()])
def test_an_error_never_counts_as_connected(error: OSError) -> None:
    outcome = seen(number(error))
    assert outcome.state is State.LOCAL_FAULT
    assert "could not be made" in outcome.detail


@pytest.mark.parametrize("code", [CONNECTED, DEADLINE, errno.ECONNREFUSED, errno.EMFILE])
def test_an_outcome_keeps_what_was_known(code: int) -> None:
    outcome = seen(code, seconds=1.25, sent=Sent.YES)
    assert (outcome.target, outcome.started, outcome.seconds) == (TARGET, STARTED, 1.25)
    assert (outcome.source, outcome.sent) == (OWN, Sent.YES)
