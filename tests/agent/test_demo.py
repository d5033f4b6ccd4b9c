"""The parts that the demo's site is made of."""

import socket

from agent.demo.demo import listener

ROUNDS = 300  # more than any queue of the kernel's holds


def test_a_listener_takes_connections_for_as_long_as_there_are_rounds() -> None:
    with listener("127.0.0.1") as port:
        for number in range(ROUNDS):
            with socket.socket() as client:
                client.settimeout(5)
                assert client.connect_ex(("127.0.0.1", port)) == 0, f"connection {number} was not taken"


def test_a_listener_is_gone_after_its_block() -> None:
    with listener("127.0.0.1") as port:
        pass
    with socket.socket() as client:
        client.settimeout(5)
        assert client.connect_ex(("127.0.0.1", port)) != 0
