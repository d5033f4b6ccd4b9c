"""`probe status`: what it shows of an agent's document, and whom it refuses to believe."""

import asyncio
import hashlib
import json
import os
import re
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web

from agent.cli import calling
from agent.cli.status import ask_status
from agent.config.load import parse
from agent.config.model import Config
from agent.found.exit import Exit
from agent.found.finding import Finding, Kind
from agent.ground.path import Check
from agent.judge.result import Result
from agent.judge.verdict import PENDING, Cause, Judgement, Proof, Verdict
from agent.local.local import CHALLENGE, NAME, PROOF, Local, find, proof
from agent.report.answered import answer
from agent.report.document import Run, document
from agent.report.status import exit_of
from agent.sso.state import Why
from agent.term.origin import FileOrigin
from agent.web.proving import proving
from agent.web.sources import Sources
from tests.agent.seen import STARTED, path, result
from tests.agent.seen import run as a_run
from tests.agent.serving import SITE, ours, sources
from tests.agent.sso.standing import standing
from tests.agent.web.test_api import chart, judged, told
from tests.held import HeldClock

NOW = HeldClock().time()
TOOK = 120.0  # seconds that the agent has run


class Said:
    """What a command came to."""

    def __init__(self, code: Exit, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def status(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Awaitable[Said]]:
    """`probe status` on a machine whose state folder is that one; the server runs on meanwhile."""

    async def ask(peer: str | None = None, form: str = "table", host: str | None = None, text: str = SITE) -> Said:
        config: Config = parse(text, "test").model_copy(update={"state_dir": folder})
        code = await asyncio.to_thread(ask_status, config, host, peer, form)
        return Said(code, *capsys.readouterr())

    return ask


Status = Callable[..., Awaitable[Said]]


def known(run: Run) -> Sources:
    """All of it found at the time of the clock that stands still."""
    results = [replace(each, started=each.started and NOW - 60) for each in run.results]
    made = replace(run, results=results, started=NOW - TOOK, seconds=TOOK)
    return sources(made)


@asynccontextmanager
async def agent(folder: Path, given: Sources) -> AsyncIterator[Local]:
    """The HTTP side of an agent, and its file."""
    local = Local(folder, pytest.fail)
    app = ours(given)
    app.on_response_prepare.append(proving(local.prove))
    async with listening(app) as port:
        local.write([f"http://127.0.0.1:{port}"])
        yield local


@asynccontextmanager
async def listening(app: web.Application, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


ALL_WELL = a_run(result(), result(of=path(Check.SQL, peer="SQL01")))
BAD = a_run(
    result(), result(Verdict.BLOCKED, Cause.SILENT_DROP, of=path(Check.SQL, peer="SQL01"), detail="It is shut.")
)
UNSURE = a_run(result(), result(Verdict.INCONCLUSIVE, Cause.LOSSY_PATH, of=path(Check.SQL, peer="SQL01")))
NOT_YET = a_run(Result(path(), PENDING, (), 0.0, 0.0))


@pytest.mark.parametrize(
    ("run", "code", "last"),
    [
        (ALL_WELL, Exit.OK, "Everything that was asked is reachable."),
        (BAD, Exit.BAD, "Not everything works."),
        (UNSURE, Exit.INCONCLUSIVE, "Nothing is shown to be shut, but not everything is shown to be open."),
        (NOT_YET, Exit.INCONCLUSIVE, "Nothing has been asked yet."),
        (a_run(), Exit.INCONCLUSIVE, "Nothing is shown to be shut, but not everything is shown to be open."),
    ],
    ids=["well", "bad", "unsure", "pending", "no paths"],
)
async def test_the_exit_code_says_what_all_of_it_comes_to(
    folder: Path, status: Status, run: Run, code: Exit, last: str
) -> None:
    async with agent(folder, known(run)):
        table = await status()
        as_json = await status(form="json")
    assert (table.code, table.err, table.out.splitlines()[-1]) == (code, "", last)
    assert (as_json.code, json.loads(as_json.out)["schema"]) == (code, 1)


def test_a_range_of_which_nobody_knows_a_listener_counts_as_in_once() -> None:
    """Where the service's own port is reachable."""
    unknown = Judgement(Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER, evidence=Proof.REPLY)
    ranged = Result(path(Check.RPC_RANGE), unknown, (), STARTED, 1.0)
    endpoint = result(of=path(Check.RPC_ENDPOINT))
    for results, code in (((ranged, endpoint), Exit.OK), ((ranged,), Exit.INCONCLUSIVE)):
        assert exit_of(answer(document(a_run(*results))).paths) is code


async def test_a_person_sees_verdicts_causes_and_since_when(folder: Path, status: Status) -> None:
    noted = Finding("SQL01", Kind.NAME_STALE, "Its name is stale.", "Mend it.")
    run = replace(BAD, findings=[noted], sso=standing())
    async with agent(folder, known(run)):
        found = await status()
    lines = found.out.splitlines()
    assert lines[0] == "What the agent of BTS01 knows, site contoso; it has run for 2 min"
    assert re.fullmatch(r"SQL01 +SQL Server \(1433\) +blocked +silent-drop +none +60 s +60 s ago", lines[3])
    assert "SQL01, SQL Server (1433): blocked" in lines
    assert "  It is shut." in lines
    assert "Note on SQL01: Its name is stale. Mend it." in lines
    assert any(line.startswith("SSO service ENTSSO on BTS01: normal") for line in lines)
    assert "\x1b" not in found.out


async def test_of_a_green_range_it_is_said_how_much_was_tested(folder: Path, status: Status) -> None:
    """As `once` says it: the word alone would say more than is known."""
    said = "No block found: 3 of 256 ports tested; a shut run of up to 201 ports could be missed."
    ranged = result(of=path(Check.RPC_RANGE), detail=said)
    async with agent(folder, known(a_run(result(detail="It answered."), ranged))):
        found = await status()
    lines = found.out.splitlines()
    assert lines[lines.index("MSS, Secondary RPC ports: reachable") + 1].strip() == said
    assert "It answered." not in found.out


async def test_what_not_to_do_stands_above_the_paths(folder: Path, status: Status) -> None:
    """Who asks at night may read no further."""
    async with agent(folder, known(replace(BAD, sso=standing(Why.SAME)))):
        found = await status()
    told = " ".join(found.out.split())
    before, _, after = told.partition("SQL01, SQL Server (1433): blocked")
    assert "on-cache" in before
    assert "Now: Do not restart ENTSSO" in before
    assert "To do: Mend the way to MSS" in before
    assert after


async def test_a_range_that_counts_for_nothing_is_not_called_reachable(folder: Path, status: Status) -> None:
    unknown = Judgement(Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER, evidence=Proof.REPLY)
    ranged = Result(path(Check.RPC_RANGE), unknown, (), STARTED, 1.0)
    async with agent(folder, known(a_run(result(of=path(Check.RPC_ENDPOINT)), ranged))):
        found = await status()
    assert (found.code, found.out.splitlines()[-1]) == (
        Exit.OK,
        "Nothing is shown to be shut, but not everything is shown to be open.",
    )


async def test_json_is_what_the_agent_said(folder: Path, status: Status) -> None:
    given = known(BAD)
    async with agent(folder, given):
        found = await status(form="json")
    assert json.loads(found.out) == document(given.run(), given.known())


async def test_one_peer_has_its_range_drawn(folder: Path, status: Status) -> None:
    given = replace(
        known(a_run(judged(), told(), result(of=path(Check.SQL, peer="SQL01")))), charts=lambda _: [chart()]
    )
    async with agent(folder, given):
        found = await status(peer="mss")
        as_json = await status(peer="mss", form="json")
        other = await status(peer="SQL01")
    lines = found.out.splitlines()
    (drawn,) = [line for line in lines if line.startswith("20000 ")]
    assert drawn == f"20000 ░░░··=····░·········░·········░·········▓▓········{'█' * 50} 20099"
    legend = "█ blocked   ▓ inconclusive   ░ passes   = a service's own   · untested"
    assert lines[lines.index(drawn) + 1].strip() == legend
    assert "SQL01" not in found.out
    document = json.loads(as_json.out)
    assert {each["check"] for each in document["paths"]} == {"rpc-range"}
    assert document["range"]["outbound"]["addresses"][0]["blocked"] == ["20050-20099"]
    assert other.code is Exit.OK
    assert "No dynamic range is asked from here to SQL01" in other.err


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"host": "BTS02"}, "runs as BTS01, not as BTS02"), ({"text": SITE.replace("contoso", "other")}, "another site")],
)
async def test_an_agent_of_somebody_else_is_told_from_ours(
    folder: Path, status: Status, asked: dict[str, str], said: str
) -> None:
    async with agent(folder, known(ALL_WELL)):
        found = await status(**asked)
    assert (found.code, found.out) == (Exit.INCONCLUSIVE, "")
    assert said in found.err


# Nobody answers, or somebody else does.


async def test_without_a_file_no_agent_runs_here(folder: Path, status: Status) -> None:
    found = await status()
    assert (found.code, found.out) == (Exit.INCONCLUSIVE, "")
    assert found.err == f"no agent runs here: there is no {folder / NAME}\n"


async def test_an_agent_that_was_killed_does_not_answer(folder: Path, status: Status) -> None:
    async with agent(folder, known(ALL_WELL)):
        pass
    gone = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await gone.wait()
    file = folder / NAME
    file.write_text(json.dumps({**json.loads(file.read_text()), "pid": gone.pid}))
    found = await status()
    assert (found.code, found.out) == (Exit.INCONCLUSIVE, "")
    assert "does not answer: Connection refused" in found.err
    assert f"Its process, {gone.pid}, is gone" in found.err


async def test_another_agent_on_that_port_gets_no_token(folder: Path, status: Status) -> None:
    """It answers as an agent does, but cannot prove that it wrote the file."""
    asked: list[web.Request] = []
    app = ours(known(ALL_WELL))
    app.on_response_prepare.append(proving(Local(None, pytest.fail).prove))

    async def note(request: web.Request, _: web.StreamResponse) -> None:
        asked.append(request)

    app.on_response_prepare.append(note)
    async with listening(app) as port:
        Local(folder, pytest.fail).write([f"http://127.0.0.1:{port}"])
        found = await status()
    assert (found.code, found.out) == (Exit.INCONCLUSIVE, "")
    assert "not the agent of this machine's file answers there" in found.err
    assert [request.path for request in asked] == ["/-/healthy"]
    assert "Authorization" not in asked[0].headers


async def test_who_hands_the_challenge_on_to_the_agent_gets_no_token(folder: Path, status: Status) -> None:
    """The agent listens elsewhere now; whoever has its old port may well ask it."""
    heard = bytearray()

    async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(request := await reader.readuntil(b"\r\n\r\n"))
        answers, agents = await asyncio.open_connection("127.0.0.1", port)
        agents.write(request)
        writer.write(answer := await answers.read())
        heard.extend(answer)
        agents.close()
        writer.close()

    async with agent(folder, known(ALL_WELL)) as local:
        port = int(find([folder]).urls[0].rpartition(":")[2])
        relay = await asyncio.start_server(hand_on, "127.0.0.1", 0)
        local.write([f"http://127.0.0.1:{relay.sockets[0].getsockname()[1]}"])
        found = await status()
        relay.close()
    assert (found.code, found.out) == (Exit.INCONCLUSIVE, "")
    assert PROOF.encode() in heard
    assert b"Authorization" not in heard


def authority() -> tuple[ssl.SSLContext, str]:
    """A server's side of TLS, and the fingerprint of its certificate."""
    made = trustme.CA().issue_cert("agent.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.configure_cert(context)
    return context, hashlib.sha256(ssl.PEM_cert_to_DER_cert(made.cert_chain_pems[0].bytes().decode())).hexdigest()


@pytest.mark.parametrize("right", [True, False])
async def test_with_tls_only_the_certificate_of_the_file_is_spoken_to(
    folder: Path, status: Status, right: bool
) -> None:
    """Nobody needs to have signed it."""
    context, fingerprint = authority()
    local = Local(folder, pytest.fail)
    app = ours(known(ALL_WELL))
    app.on_response_prepare.append(proving(local.prove))
    async with listening(app, context) as port:
        local.write([f"https://127.0.0.1:{port}"], fingerprint if right else authority()[1])
        found = await status()
    assert found.code is (Exit.OK if right else Exit.INCONCLUSIVE)
    assert ("shows another certificate than the agent's" in found.err) is not right


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.200:10135",
        "https://127.0.0.1:10135",
        "http://localhost:10135",
        "ftp://127.0.0.1:21",
        "http://127.0.0.1:99999",
        "http://[::1",
        "file:///etc/passwd",
        "\x1b[2J",
    ],
)
async def test_nobody_else_is_spoken_to(folder: Path, status: Status, url: str) -> None:
    """An address that is not this machine's, or TLS without a fingerprint."""
    Local(folder, pytest.fail).write([url])
    found = await status()
    assert (found.code, found.out) == (Exit.INCONCLUSIVE, "")
    assert "no address" in found.err or "not an address of this machine" in found.err
    assert "\x1b" not in found.err


async def test_of_several_addresses_one_that_answers_is_enough(folder: Path, status: Status) -> None:
    async with agent(folder, known(ALL_WELL)) as local:
        port = re.findall(r":(\d+)", find([folder]).urls[0])[0]
        local.write(["http://127.0.0.1:1", f"http://127.0.0.1:{port}"])
        assert (await status()).code is Exit.OK


# Answers that nobody means well. The first request is answered as the agent would: what is tried comes then.

Handler = Callable[[asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
NEGATIVE = CHUNKED + b"-5\r\nabc\r\n0\r\n\r\n"


def saying(text: bytes) -> Handler:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(text)

    return say


def body(text: bytes) -> Handler:
    return saying(OK + b"Content-Length: %d\r\n\r\n" % len(text) + text)


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(CHUNKED)
    while True:
        writer.write(b"10000\r\n" + b"[" * 65536 + b"\r\n")
        await writer.drain()


async def endless_chunk(writer: asyncio.StreamWriter) -> None:
    """Of -1 octets, which is all that comes."""
    writer.write(CHUNKED + b"-1\r\n")
    while True:
        writer.write(b"[" * 65536)
        await writer.drain()


async def dribbling(writer: asyncio.StreamWriter) -> None:
    """A header that never ends, a letter at a time: each one in good time."""
    writer.write(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.02)


async def mute(_: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


def forged(**more: Any) -> bytes:
    return json.dumps({**document(ALL_WELL), **more}).encode()


HOSTILE: dict[str, tuple[Handler, str]] = {
    "endless body": (endless, "does not come to an end"),
    "endless chunk": (endless_chunk, "does not come to an end"),
    "endless header": (dribbling, "does not answer within"),
    "nothing": (mute, "does not answer within"),
    "closed": (saying(b""), "no agent"),
    "garbage": (saying(b"\x00\x01\x02\xff" * 100 + b"\r\n"), "no agent"),
    "another protocol": (saying(b"SSH-2.0-OpenSSH_9\x1b[2J\r\n"), "no agent"),
    "cut off": (saying(OK + b"Content-Length: 1000\r\n\r\n{"), "not understood"),
    "a huge length": (saying(OK + b"Content-Length: 99999999999999\r\n\r\n{}"), "not understood"),
    "a chunk of less than nothing": (saying(NEGATIVE), "no agent"),
    "redirect": (
        saying(b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.200/\r\nContent-Length: 0\r\n\r\n"),
        "refuses: 302",
    ),
    "refusal": (saying(b"HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\nNo.\x1b[2J\xff\n"), r"refuses: 403 No.\x1b[2J"),
    "many headers": (saying(OK + b"X: y\r\n" * 5000 + b"\r\n"), "no agent"),
    "no JSON": (body(b"<html>"), "no JSON"),
    "deep JSON": (body(b"[" * 1_000_000), "no JSON"),
    "a list": (body(b"[]"), "not of schema 1"),
    "another schema": (body(forged(schema=2)), "not of schema 1"),
    "no paths": (body(forged(paths=None)), "does not know"),
    "no time": (body(forged(started="yesterday")), "does not know"),
    "a new verdict": (body(forged(paths=[{**document(ALL_WELL)["paths"][0], "verdict": "\x1bodd"}])), "does not know"),
}


@asynccontextmanager
async def pretending(folder: Path, then: Handler, healthy: bool = True) -> AsyncIterator[None]:
    """Somebody who can prove that he is the agent, and then does `then`."""
    local = Local(folder, pytest.fail)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            challenge = re.search(f"{CHALLENGE}: ([0-9a-f]+)", head)
            if challenge and healthy:
                shown = proof(local.token, challenge[1], writer.get_extra_info("sockname"))
                answer = f"HTTP/1.1 200 OK\r\n{PROOF}: {shown}\r\nContent-Length: 0\r\n\r\n"
                writer.write(answer.encode())
            else:
                await then(writer)
            await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort() if then in (endless, endless_chunk, dribbling, mute) else writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    local.write([f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"])
    try:
        yield
    finally:
        server.close()


@pytest.mark.parametrize(("then", "said"), HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("form", ["table", "json"])
async def test_an_answer_that_nobody_means_well_is_refused(
    folder: Path, status: Status, monkeypatch: pytest.MonkeyPatch, then: Handler, said: str, form: str
) -> None:
    monkeypatch.setattr(calling, "DEADLINE", 1.5 if then in (dribbling, mute) else 30.0)
    monkeypatch.setattr(calling, "LARGEST", 1 << 20)
    async with pretending(folder, then):
        found = await status(form=form)
    assert found.code is Exit.INCONCLUSIVE
    assert said in found.err
    assert "Traceback" not in found.err
    assert "\x1b" not in found.out + found.err


@pytest.mark.parametrize(
    "then",
    [
        *(endless, endless_chunk, dribbling, mute),
        *(saying(text) for text in (b"", b"junk\r\n", OK + b"\r\n{}", NEGATIVE)),
    ],
)
async def test_who_cannot_even_prove_himself_is_refused_before_that(
    folder: Path, status: Status, monkeypatch: pytest.MonkeyPatch, then: Handler
) -> None:
    monkeypatch.setattr(calling, "DEADLINE", 1.5)
    monkeypatch.setattr(calling, "LARGEST", 1 << 20)
    async with pretending(folder, then, healthy=False):
        found = await status()
    assert (found.code, found.out) == (Exit.INCONCLUSIVE, "")
    assert found.err


def hostile_texts(value: Any) -> Any:
    """Every text that is no word of a closed list becomes one that would do harm, and a long one."""
    if isinstance(value, dict):
        kept = ("verdict", "cause", "check", "direction", "evidence", "started", "site", "schema")
        return {key: each if key in kept else hostile_texts(each) for key, each in value.items()}
    if isinstance(value, list):
        return [hostile_texts(each) for each in value]
    return "\x1b[2J\u202e[red]\n\x07" + "a" * 5000 if isinstance(value, str) else value


async def test_hostile_text_does_no_harm_to_the_terminal(folder: Path, status: Status) -> None:
    noted = Finding("SQL01", Kind.NAME_STALE, "Its name is stale.", "Mend it.")
    evil = hostile_texts(document(replace(BAD, findings=[noted], sso=standing())))
    for each in evil["paths"]:
        each["suspect"] = []
    async with pretending(folder, body(json.dumps(evil).encode())):
        table = await status()
        as_json = await status(form="json")
    assert table.code is as_json.code is Exit.BAD
    assert "[red]" in table.out
    for found in (table, as_json):
        assert not [letter for letter in found.out if not letter.isprintable() and letter != "\n"]
    assert len(table.out) < 30_000
    assert json.loads(as_json.out) == evil


# What it is called with.


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--peer", "NOBODY"], "--peer NOBODY: not in the file; hosts: BTS01, MSS, SQL01"),
        (["--format", "nagios"], "nagios"),
        (["--config", "/nowhere.yaml"], "/nowhere.yaml"),
    ],
)
def test_usage_is_exit_2(tmp_path: Path, argv: Sequence[str], said: str) -> None:
    config = tmp_path / "ssoreach.yaml"
    config.write_text(f"state_dir: state\n{SITE}")
    done = probe(config, *argv)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())


def test_with_a_bad_file_the_last_good_one_is_taken(tmp_path: Path) -> None:
    """As by the agent, which runs on with it: whoever mends the file wants to know how it stands."""
    config = tmp_path / "ssoreach.yaml"
    config.write_text(f"state_dir: state\n{SITE}")
    origin = FileOrigin(config, "BTS01", lambda: 1.0)
    origin.took(origin.load())
    config.write_text(f"state_dir: state\nbogus: 1\n{SITE}")
    done = probe(config)
    assert done.returncode == 3
    assert "bogus: unknown key" in done.stderr
    assert done.stderr.endswith(
        f"the last good one is taken instead\nno agent runs here: there is no {tmp_path / 'state' / NAME}\n"
    )


def test_a_bad_file_alone_is_exit_2(tmp_path: Path) -> None:
    config = tmp_path / "ssoreach.yaml"
    config.write_text(f"state_dir: state\nbogus: 1\n{SITE}")
    done = probe(config)
    assert (done.returncode, done.stdout) == (2, "")
    assert "bogus: unknown key" in done.stderr


def test_no_agent_is_exit_3(tmp_path: Path) -> None:
    config = tmp_path / "ssoreach.yaml"
    config.write_text(f"state_dir: state\n{SITE}")
    done = probe(config)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"no agent runs here: there is no {tmp_path / 'state' / NAME}\n"


def probe(config: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agent.cli", "status", "--config", str(config), *argv]
    environment = {**os.environ, "SSOREACH_CONFIG": "", "COLUMNS": "120"}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
