"""How far a SYN comes: what the answers mean, and ports that are kept."""

import socket
import sys

import pytest

from probes.hops import Said, answer_of, held_port
from probes.outcome import Outcome, Target
from probes.sockets import open_socket
from probes.state import Phase, Sent, State
from probes.wire.icmp import Icmp
from tests.probes.engine.doors import NEEDS_VERSION_6

TARGET = Target("127.0.0.1", 135)


def outcome(state: State, icmp: Icmp | None = None, sent: Sent = Sent.UNKNOWN) -> Outcome:
    return Outcome(TARGET, state, Phase.CONNECT, 0.0, 0.5, icmp=icmp, sent=sent, detail="said")


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (outcome(State.OPEN), Said.OPEN),
        (outcome(State.RESET), Said.OPEN),  # it was accepted first
        (outcome(State.CLOSED), Said.RESET),
        (outcome(State.FILTERED), Said.SILENCE),
        (outcome(State.FILTERED, sent=Sent.YES), Said.SILENCE),
        (outcome(State.FILTERED, sent=Sent.HELD), Said.UNSENT),
        (outcome(State.LOCAL_FAULT), Said.FAULT),
        (outcome(State.REJECTED, Icmp(4, 11, 0, "192.0.2.1")), Said.HOP),
        (outcome(State.REJECTED, Icmp(6, 3, 0, "2001:db8::1")), Said.HOP),
        (outcome(State.REJECTED, Icmp(4, 11, 1, "192.0.2.1")), Said.NO_WAY),  # a fragment that never became whole
        (outcome(State.REJECTED, Icmp(6, 3, 1, "2001:db8::1")), Said.NO_WAY),
        (outcome(State.REJECTED, Icmp(4, 3, 13, "192.0.2.1")), Said.REFUSED),
        (outcome(State.REJECTED, Icmp(6, 1, 1, "2001:db8::1")), Said.REFUSED),
        (outcome(State.REJECTED, Icmp(4, 3, 1, "192.0.2.1")), Said.NO_WAY),
        (outcome(State.REJECTED), Said.NO_WAY),
    ],
)
def test_what_an_attempt_was_told(seen: Outcome, said: Said) -> None:
    answer = answer_of(seen)
    assert (answer.said, answer.seconds, answer.detail) == (said, 0.5, "said")
    assert answer.sender == (seen.icmp.sender if seen.icmp else None)


@pytest.mark.parametrize("address", ["127.0.0.1", pytest.param("::1", marks=NEEDS_VERSION_6)])
def test_a_socket_may_go_so_far_only(address: str) -> None:
    with open_socket(Target(address, 1, hops=3)) as sock:
        if ":" in address:
            assert sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS) == 3
        else:
            assert sock.getsockopt(socket.IPPROTO_IP, socket.IP_TTL) == 3


if sys.platform == "linux":

    @pytest.mark.parametrize("address", ["127.0.0.1", pytest.param("::1", marks=NEEDS_VERSION_6)])
    def test_attempts_speak_from_the_port_that_is_held_and_nobody_else_gets_it(address: str) -> None:
        with held_port(Target(address, 1)) as target:
            assert target.source_port
            for _ in range(2):
                with open_socket(target) as sock:
                    assert sock.getsockname()[1] == target.source_port
            other = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
            with other, pytest.raises(OSError, match="in use"):
                other.bind((address, target.source_port))

    def test_the_port_is_of_the_address_to_speak_from() -> None:
        with held_port(Target("127.0.0.1", 1, source="127.0.0.3")) as target, open_socket(target) as sock:
            assert sock.getsockname() == ("127.0.0.3", target.source_port)


def test_where_no_port_can_be_held_the_target_is_as_it_was() -> None:
    target = Target("192.0.2.1", 1, source="192.0.2.77")
    with held_port(target) as found:
        assert found == target
