"""The parts that the demo's site is made of."""

import socket
import threading

import pytest

from agent.demo.demo import listener, take

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


@pytest.mark.parametrize("error", [ConnectionResetError, ConnectionAbortedError])
def test_one_who_left_before_he_was_taken_ends_nothing(error: type[OSError]) -> None:
    """Windows says so of him when he is taken; the next one is served."""
    ended = threading.Event()
    with Leaving(error) as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        taking = threading.Thread(target=take, args=(server, ended))
        taking.start()
        for _ in range(2):
            with socket.create_connection(server.getsockname(), 5) as client:
                assert client.recv(1) == b"", "nobody took it"
        ended.set()
        socket.create_connection(server.getsockname(), 5).close()  # wakes it
        taking.join(10)
    assert not taking.is_alive()


class Leaving(socket.socket):
    """The first one has left."""

    def __init__(self, error: type[OSError]) -> None:
        super().__init__()
        self._errors = [error]

    def accept(self) -> tuple[socket.socket, object]:
        if self._errors:
            raise self._errors.pop()
        return super().accept()
