"""Whoever listens where the agent of this machine did: commands ask there, and believe nobody without a proof."""

import contextlib
import re
import socket
import threading
from functools import cache

from agent.cli.calling import MetAgent, Missing
from agent.local.local import CHALLENGE, PROOF, NotMetError, Whereabouts, proof

TOKEN = "ab" * 32
PATIENCE = 20.0  # seconds; never waited for, since whoever talks leaves
OK = b"HTTP/1.1 200 OK\r\n"
MOST_LETTERS = 1000


class Listener:
    """Says the same to all who come, and leaves; if `proves`, the first one is shown that it is the agent."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.at: tuple[str, int] = self._socket.getsockname()
        self.said = b""
        self.proves = False
        self.heard = 0  # who has come
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            client, _ = self._socket.accept()
            self.heard += 1
            with client, contextlib.suppress(OSError):  # who has heard enough leaves
                self._answer(client)

    def _answer(self, client: socket.socket) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked and (part := client.recv(4096)):
            asked += part
        challenge = re.search(rf"{CHALLENGE}: ([0-9a-f]+)".encode(), asked)
        if challenge and self.proves:
            shown = proof(TOKEN, challenge[1].decode(), self.at).encode()
            client.sendall(OK + PROOF.encode() + b": " + shown + b"\r\nContent-Length: 0\r\n\r\n")
        else:
            client.sendall(self.said)


@cache
def listener() -> Listener:
    """One for all inputs."""
    return Listener()


def met(data: bytes) -> None:
    """The first byte says whether it is somebody who knows the token: then what he says is a document, or refused."""
    there = listener()
    there.proves, there.said, heard = data[:1] > b"\x7f", data[1:], there.heard
    url = f"http://{there.at[0]}:{there.at[1]}"
    try:
        agent = MetAgent(Whereabouts(TOKEN, (url,), 1, None), PATIENCE)
        assert there.proves, "somebody who knows no token was believed"
        assert agent.ask("/api/v1/paths")["schema"] == 1
    except (NotMetError, Missing) as error:
        _is_a_line(str(error))
    assert there.heard > heard


def _is_a_line(said: str) -> None:
    assert said
    assert said.isprintable()
    assert len(said) < MOST_LETTERS


def seeds() -> list[bytes]:
    document = b'{"schema": 1, "paths": []}'
    answers = [
        OK + b"Content-Length: %d\r\n\r\n" % len(document) + document,
        OK + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(document) + document + b"\r\n0\r\nX: y\r\n\r\n",
        OK + PROOF.encode() + b": " + b"cd" * 32 + b"\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n" + b'{"error": "no such peer"}',
        b"HTTP/1.1 302 Found\r\nLocation: http://evil.test/\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n0\r\n\r\n",
    ]
    return [first + answer for answer in answers for first in (b"\0", b"\xff")]
