"""The file by which a command meets the agent: who may read it, what stands in it, and what else may stand there."""

import json
import os
import stat
import sys
import threading
from pathlib import Path

import pytest
from aiohttp import web

from agent.local.local import CHALLENGE, LARGEST, NAME, PROOF, Local, NotMetError, Whereabouts, find, proof, read
from agent.web.proving import proving
from agent.web.server import serve
from tests.agent.serving import raw

LOOPBACK, AFAR = "http://127.0.0.1:10135", "http://192.0.2.11:10135"
PRINT = "ab" * 32


def local(folder: Path | None) -> tuple[Local, list[str]]:
    said: list[str] = []
    return Local(folder, said.append), said


def test_what_is_written_is_found(tmp_path: Path) -> None:
    ours, said = local(tmp_path / "state")
    ours.write([AFAR, LOOPBACK, "http://[::1]:10135"], PRINT)
    found = find([tmp_path / "elsewhere", tmp_path / "state"])
    assert found == Whereabouts(ours.token, (LOOPBACK, "http://[::1]:10135", AFAR), os.getpid(), PRINT)
    assert said == []


def test_each_agent_has_a_token_of_its_own() -> None:
    tokens = {local(None)[0].token for _ in range(50)}
    assert len(tokens) == 50
    assert {len(bytes.fromhex(token)) for token in tokens} == {32}


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_nobody_else_may_read_it_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    ours, said = local(tmp_path)
    before = os.umask(umask)
    try:
        ours.write([LOOPBACK])
    finally:
        os.umask(before)
    mode = stat.S_IMODE((tmp_path / NAME).stat().st_mode)
    assert mode & 0o077 == 0
    assert said == []


def test_it_takes_the_place_of_an_old_one_that_everybody_may_read(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("{}")
    (tmp_path / NAME).chmod(0o666)
    ours, _ = local(tmp_path)
    ours.write([LOOPBACK])
    assert read(tmp_path / NAME).token == ours.token
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


def test_a_reader_never_sees_half_of_it(tmp_path: Path) -> None:
    ours, said = local(tmp_path)
    ours.write([LOOPBACK])
    done = threading.Event()

    def write() -> None:
        for number in range(200):
            ours.write([f"http://127.0.0.1:{10_000 + each}" for each in range(number % 60 + 1)])
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    seen = 0
    while not done.is_set() or not seen:
        assert read(tmp_path / NAME).token == ours.token
        seen += 1
    thread.join()
    assert said == []
    assert [each.name for each in tmp_path.iterdir()] == [NAME]


def test_it_is_gone_with_the_agent(tmp_path: Path) -> None:
    ours, _ = local(tmp_path)
    ours.write([LOOPBACK])
    ours.remove()
    ours.remove()
    assert list(tmp_path.iterdir()) == []


def test_what_another_agent_wrote_meanwhile_stays(tmp_path: Path) -> None:
    ours, other = local(tmp_path)[0], local(tmp_path)[0]
    ours.write([LOOPBACK])
    other.write([LOOPBACK])
    ours.remove()
    assert read(tmp_path / NAME).token == other.token


def test_a_folder_that_cannot_be_had_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ours, said = local(tmp_path / "file" / "state")
    ours.write([LOOPBACK])
    ours.write([LOOPBACK])
    ours.remove()
    (word,) = said
    assert "cannot be written: Not a directory" in word
    assert ours.token not in word


def test_without_a_folder_nothing_is_written_and_there_is_a_token_all_the_same() -> None:
    ours, said = local(None)
    ours.write([LOOPBACK])
    ours.remove()
    assert (len(ours.token), said) == (64, [])


GOOD = {"version": 1, "token": "cd" * 32, "urls": [LOOPBACK], "pid": 7, "fingerprint": None}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"[" * 50_000,
        b"null",
        json.dumps({**GOOD, "version": 2}).encode(),
        json.dumps({**GOOD, "token": "cd" * 31}).encode(),
        json.dumps({**GOOD, "token": "cd" * 32 + "\r\nX: y"}).encode(),
        json.dumps({**GOOD, "token": 5}).encode(),
        json.dumps({**GOOD, "urls": LOOPBACK}).encode(),
        json.dumps({**GOOD, "fingerprint": "no"}).encode(),
        json.dumps({**GOOD, "fingerprint": 5}).encode(),
        json.dumps({**GOOD, "pid": "seven"}).encode(),
        json.dumps(GOOD).encode() + b" " * LARGEST,
    ],
)
def test_anything_else_is_not_taken_for_it(tmp_path: Path, text: bytes) -> None:
    (tmp_path / NAME).write_bytes(text)
    with pytest.raises(NotMetError, match="not written by an agent of this version"):
        find([tmp_path])


def test_no_file_is_no_agent_and_says_where_it_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotMetError) as raised:
        find([tmp_path / "one", tmp_path / "file"])
    assert str(raised.value).startswith("no agent runs here: ")
    assert all(str(tmp_path / name / NAME) in str(raised.value) for name in ("one", "file"))


if sys.platform != "win32":

    def test_a_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
        os.mkfifo(tmp_path / NAME)
        with pytest.raises(NotMetError):
            find([tmp_path])


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    with pytest.raises(NotMetError, match=r"cannot be read|not yours to read"):
        find([tmp_path])


# The proof.


AT = ("127.0.0.1", 10135)


def test_a_proof_depends_on_the_token_the_challenge_and_where_it_was_asked_for() -> None:
    ours, other = local(None)[0], local(None)[0]
    one, two = "0" * 64, "1" * 64
    assert ours.prove(one, AT) == proof(ours.token, one, AT)
    elsewhere = [ours.prove(one, ("127.0.0.2", 10135)), ours.prove(one, ("127.0.0.1", 10136))]
    assert len({ours.prove(one, AT), ours.prove(two, AT), other.prove(one, AT), ours.token, *elsewhere}) == 6


def test_an_address_is_the_same_however_a_socket_calls_it() -> None:
    ours, challenge = local(None)[0], "0" * 64
    assert ours.prove(challenge, ("::ffff:127.0.0.1", 10135)) == ours.prove(challenge, AT)
    assert ours.prove(challenge, ("fe80::1%eth0", 1)) == ours.prove(challenge, ("fe80:0::1", 1))


@pytest.mark.parametrize("path", ["/", "/nowhere"])
@pytest.mark.parametrize(
    ("challenge", "answered"), [("12" * 32, True), ("12" * 31, False), ("", False), ("zz" * 32, False)]
)
async def test_every_answer_to_a_challenge_carries_the_proof(path: str, challenge: str, answered: bool) -> None:
    ours, _ = local(None)
    app = web.Application()
    app.on_response_prepare.append(proving(ours.prove))
    served, urls = await serve(app, [("127.0.0.1", 0)])
    try:
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{CHALLENGE}: {challenge}\r\nConnection: close\r\n\r\n"
        reply = await raw(int(urls[0].rpartition(":")[2]), head.encode())
    finally:
        await served.cleanup()
    at = "127.0.0.1", int(urls[0].rpartition(":")[2])
    assert reply.headers.get(PROOF.lower()) == (proof(ours.token, challenge, at) if answered else None)
