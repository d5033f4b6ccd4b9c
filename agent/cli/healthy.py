"""`probe healthy`: whether the agent of this machine answers, for whoever looks after it and can only run a command.

It is met where it says that it is, whatever port, certificate or users it has. Where it could not write that down, as
without a place for its state, it is asked where its configuration has it listen, and whoever answers is believed.
"""

import http.client
import os
import ssl
import sys
import time
from contextlib import closing
from dataclasses import replace
from itertools import product
from pathlib import Path

from agent.cli.calling import MetAgent, Stream
from agent.config.credential import WEB, credential
from agent.config.find import find as find_file
from agent.config.load import load
from agent.config.mistakes import ConfigError
from agent.config.model import Config
from agent.ground.text import plain
from agent.local.local import NAME, NotMetError, find
from agent.store.kept import default_state_folder, state_folder

PATIENCE = 3.0  # seconds for one question
LONGEST = 8.0  # seconds in all
MOST_URLS = 2  # loopback comes first

HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound here


def is_healthy(file: Path | None) -> bool:
    """Says why not on standard error."""
    try:
        _meet(file, time.monotonic() + LONGEST)
    except NotMetError as error:
        print(error, file=sys.stderr)
        return False
    return True


def _meet(file: Path | None, end: float) -> None:
    """The folder that needs no configuration comes first: that may be a bad one, and to read it takes the longest."""
    default = default_state_folder()
    if _met(default, end):
        return
    config = _configuration(file)
    if (folder := state_folder(config)) == default or not _met(folder, end):
        _ask_where_it_should_be(config, end)


def _met(folder: Path, end: float) -> bool:
    """False: no agent of this user has written there. Raises NotMetError where one has, and is not there."""
    if not _is_there(folder / NAME):
        return False
    found = find([folder])
    MetAgent(replace(found, urls=found.urls[:MOST_URLS]), _left(end))
    return True


def _is_there(file: Path) -> bool:
    """Not so where this user may not look."""
    try:
        return file.exists()
    except PermissionError:
        return False


def _ask_where_it_should_be(config: Config, end: float) -> None:
    encrypted = credential(WEB, os.environ) or config.web.config_file
    schemes = ("http",) if encrypted is None else ("https", "http")
    problems = []
    for scheme, listen in product(schemes, config.web.listen[:MOST_URLS]):
        try:
            return _ask(scheme, HERE.get(listen.host, listen.host), listen.port, _left(end))
        except NotMetError as error:
            problems.append(str(error))
    raise NotMetError("\n".join(problems))


def _configuration(file: Path | None) -> Config:
    try:
        return load(find_file(file, os.environ, interactive=False, platform=sys.platform))
    except ConfigError as error:
        raise NotMetError(str(error)) from error


def _ask(scheme: str, host: str, port: int, patience: float) -> None:
    where = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    end = time.monotonic() + patience
    with closing(_connection(scheme, host, port, patience)) as connection:
        try:
            connection.request("GET", "/-/healthy")
            status = _status(Stream(connection.sock, end))
        except (OSError, http.client.HTTPException) as error:
            why = plain(getattr(error, "strerror", None) or str(error) or type(error).__name__, 200)
            raise NotMetError(f"{where}: does not answer: {why}") from error
    if status != http.client.OK:
        raise NotMetError(f"{where}: answers {status}")


def _status(stream: Stream) -> int:
    answer = http.client.HTTPResponse(stream, method="GET")  # type: ignore[arg-type] # all that it uses
    answer.begin()
    return answer.status


def _connection(scheme: str, host: str, port: int, patience: float) -> http.client.HTTPConnection:
    """No secret is sent, so whose certificate it is does not matter."""
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=patience)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=patience, context=context)


def _left(end: float) -> float:
    if (left := end - time.monotonic()) <= 0:
        raise NotMetError(f"no answer within {LONGEST:g} s")
    return min(PATIENCE, left)
