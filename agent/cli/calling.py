"""Asking the agent of this machine over HTTP, and nobody else: whoever answers has to prove first that it is the agent.

Every wait is bounded and every answer is; no redirection is followed and no proxy asked.
"""

import contextlib
import hashlib
import hmac
import http.client
import io
import ipaddress
import json
import secrets
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult, urlsplit

from agent.ground.text import plain
from agent.local.local import CHALLENGE, PROOF, NotMetError, Whereabouts, proof
from agent.site.whoami import this_machine

DEADLINE = 10.0  # seconds for one request, from the connection to the end of the answer
LARGEST = 64 << 20  # octets of an answer
SAID = 200  # characters of an answer that are shown

ELSE = "somebody else listens there, or an agent that was started since with another state folder"


class Missing(Exception):  # noqa: N818 - it is an answer
    """The agent has nothing under that path; the text is its own, plain."""


class MetAgent:
    """The agent that wrote the file, met at the first of its URLs at which it proves itself. Raises NotMetError."""

    def __init__(self, found: Whereabouts, deadline: float | None = None) -> None:
        self._found = found
        self._deadline = DEADLINE if deadline is None else deadline
        self._url = self._meet()

    def ask(self, path: str) -> dict[str, Any]:
        """The JSON document of schema 1 at a path. Raises NotMetError, and Missing."""
        status, body = self._get(self._url, path, {"Authorization": f"Bearer {self._found.token}"})[::2]
        where = self._url.geturl()
        if status == http.client.NOT_FOUND:
            raise Missing(_error(body))
        if status != http.client.OK:
            raise NotMetError(f"the agent at {where} refuses: {status} {plain(body[:SAID].decode(errors='replace'))}")
        try:
            found = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise NotMetError(f"what answers at {where} is not understood: it is no JSON") from error
        if not isinstance(found, dict) or found.get("schema") != 1:
            raise NotMetError(f"what answers at {where} is not understood: it is not of schema 1")
        return found

    def _meet(self) -> SplitResult:
        problems = []
        for written in self._found.urls:
            try:
                url = self._ours(written)
                challenge = secrets.token_hex(32)
                headers = self._get(url, "/-/healthy", {CHALLENGE: challenge})[1]
                wanted = proof(self._found.token, challenge, _where(url))
                if hmac.compare_digest(headers.get(PROOF, "").encode(), wanted.encode()):
                    return url
                problems.append(f"{plain(written)}: not the agent of this machine's file answers there: {ELSE}")
            except NotMetError as error:
                problems.append(str(error))
        raise NotMetError("\n".join(problems) or "the agent does not listen anywhere, by its file")

    def _ours(self, written: str) -> SplitResult:
        """Only this machine is spoken to, unless the certificate says who it is."""
        try:
            url = urlsplit(written)
            address = ipaddress.ip_address((url.hostname or "").partition("%")[0])
            url.port  # noqa: B018 - raises for what is no port
        except ValueError as error:
            raise NotMetError(f"{plain(written)}: no address") from error
        tls = url.scheme == "https" and self._found.fingerprint is not None
        here = address.is_loopback or str(address) in this_machine().addresses
        if not (tls or (url.scheme == "http" and here)):
            raise NotMetError(f"{plain(written)}: not an address of this machine, nor a certificate that is known")
        return url

    def _get(
        self, url: SplitResult, path: str, headers: Mapping[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body. Raises NotMetError."""
        where = plain(url.geturl())
        try:
            with self._connected(url) as stream:
                stream.send(_request(url, path, headers))
                answer = http.client.HTTPResponse(stream, method="GET")  # type: ignore[arg-type] # all that it uses
                answer.begin()
                body = answer.read(LARGEST + 1)
                if len(body) > LARGEST:
                    raise NotMetError(f"{where}: what answers there does not come to an end: {ELSE}")
                return answer.status, answer.headers, body
        except TimeoutError as error:
            raise NotMetError(f"{where}: does not answer within {self._deadline:g} s") from error
        except (http.client.HTTPException, ssl.SSLError, ValueError) as error:  # ValueError: a chunk of -5 octets
            raise NotMetError(f"{where}: what answers there is no agent ({_why(error)}): {ELSE}") from error
        except OSError as error:
            raise NotMetError(f"{where}: does not answer: {_why(error)}; the agent has ended") from error

    @contextmanager
    def _connected(self, url: SplitResult) -> Iterator["Stream"]:
        end = time.monotonic() + self._deadline
        with _connection(_where(url), self._deadline) as plain_socket:
            if url.scheme != "https":
                yield Stream(plain_socket, end)
                return
            with _pinning().wrap_socket(plain_socket) as wrapped:
                self._check(wrapped, url)
                yield Stream(wrapped, end)

    def _check(self, wrapped: ssl.SSLSocket, url: SplitResult) -> None:
        certificate = wrapped.getpeercert(binary_form=True) or b""
        if hashlib.sha256(certificate).hexdigest() != self._found.fingerprint:
            raise NotMetError(f"{plain(url.geturl())}: shows another certificate than the agent's: {ELSE}")


class Stream(io.RawIOBase):
    """A socket of which every wait spends from one deadline (monotonic), and that says no more than twice an answer."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self._sock = sock
        self._end = end
        self._room = 2 * LARGEST  # with the headers, and what stands around chunks

    def makefile(self, _: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def send(self, request: bytes) -> None:
        self._wait()
        self._sock.sendall(request)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._wait()
        got = self._sock.recv_into(buffer)
        self._room -= got
        if self._room < 0:  # http.client takes a chunk of -1 octets for one that ends with the connection
            raise http.client.HTTPException("it does not come to an end")
        return got

    def _wait(self) -> None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left)


def _where(url: SplitResult) -> tuple[str, int]:
    return url.hostname or "", url.port or (443 if url.scheme == "https" else 80)


def _connection(where: tuple[str, int], deadline: float) -> socket.socket:
    """As a client on this machine, also at an address that others reach: who comes from it looks like one of them."""
    loopback = "::1" if ":" in where[0] else "127.0.0.1"
    with contextlib.suppress(OSError):
        return socket.create_connection(where, deadline, (loopback, 0))
    return socket.create_connection(where, deadline)


def _request(url: SplitResult, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {url.netloc}", "Accept: application/json", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _pinning() -> ssl.SSLContext:
    """Who signed the certificate does not matter: it is the agent's own, or it is not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _error(body: bytes) -> str:
    try:
        return plain(str(json.loads(body)["error"]))
    except (ValueError, RecursionError, LookupError, TypeError):
        return "nothing there"


def _why(error: Exception) -> str:
    return plain(getattr(error, "strerror", None) or str(error) or type(error).__name__, SAID)
