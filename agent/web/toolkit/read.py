"""From the file to what it asks for, or to every mistake in it."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from agent.config.explain import complaints
from agent.config.load import read_text
from agent.config.mistakes import ConfigError, Mistake, Place, key_path
from agent.config.positions import Written
from agent.config.positions import read as read_yaml
from agent.config.yamltext import UnreadableError
from agent.web.toolkit.context import context_of
from agent.web.toolkit.model import HASH, WebFile
from agent.web.toolkit.names import REQUIRED
from agent.web.toolkit.settings import Settings, stamp

MOST_MISTAKES = 200
SLOW = 15  # bcrypt's cost from which on a check takes seconds


def read(path: Path | None) -> Settings:
    """What stands in the file, and in those that it names. May block. Raises ConfigError with every mistake."""
    if path is None:
        return Settings()
    written = _yaml(read_text(path), path)
    wrong, wanted = list(written.mistakes), None
    if isinstance(written.data, dict):
        try:
            wanted = WebFile.model_validate(written.data)
        except ValidationError as error:
            wrong += complaints(error, WebFile)
    elif written.data is not None:
        wrong.append(((), "must be a mapping of keys such as tls_server_config and basic_auth_users"))
    else:
        wanted = WebFile()
    if wrong or wanted is None:
        raise ConfigError(_by_line(wrong, written, path))
    return _settled(path, wanted, written)


def _yaml(text: str, path: Path) -> Written:
    """An empty file asks for nothing, as it does in the exporters."""
    try:
        return read_yaml(text)
    except UnreadableError as error:
        if error.message == "the file is empty":
            return Written()
        raise ConfigError([Mistake(str(path), error.line, "", error.message)]) from None


def _settled(path: Path, wanted: WebFile, written: Written) -> Settings:
    wrong: list[tuple[Place, str]] = []
    notes: list[str] = []
    tls = wanted.tls_server_config.beside(path.absolute().parent) if wanted.tls_server_config else None
    files = (path, *(tls.files() if tls else ()))
    before = stamp(files)  # first: what changes while it is read is read again
    context = context_of(tls, lambda place, message: wrong.append((place, message)), notes.append) if tls else None
    if wrong:
        raise ConfigError(_by_line(wrong, written, path))
    rate = wanted.rate_limit
    return Settings(
        path=path,
        context=context.ssl if context else None,
        fingerprint=context.fingerprint if context else None,
        requires_certificate=tls is not None and tls.client_auth_type in REQUIRED,
        sans=frozenset(tls.client_allowed_sans if tls else ()),
        users=wanted.basic_auth_users,
        headers=wanted.http_server_config.headers.written(),
        rate=(rate.interval, rate.burst) if rate.interval else None,
        files=files,
        stamp=before,
        notes=(*notes, *_notes(wanted)),
    )


def _notes(wanted: WebFile) -> Iterator[str]:
    if "http2" in wanted.http_server_config.model_fields_set and wanted.http_server_config.http2:
        yield "http_server_config.http2: without effect: HTTP/1.1 is what is spoken here"
    for name in wanted.http_server_config.headers.written():
        yield f"http_server_config.headers.{name}: takes the place of the agent's own"
    if wanted.basic_auth_users and wanted.tls_server_config is None:
        yield "basic_auth_users: passwords cross the network as they are; set tls_server_config"
    for user, hashed in wanted.basic_auth_users.items():
        found = HASH.fullmatch(hashed)
        if found is not None and int(found[1]) >= SLOW:
            yield f"basic_auth_users.{user}: at a cost of {found[1]} a check takes seconds"


def _by_line(wrong: list[tuple[Place, str]], written: Written, path: Path) -> list[Mistake]:
    found = [
        Mistake(str(path), written.line_of(place), key_path(place), message) for place, message in dict.fromkeys(wrong)
    ]
    found.sort(key=lambda mistake: (mistake.line or 0, mistake.path))
    more = len(found) - MOST_MISTAKES
    return found if more <= 0 else [*found[:-more], Mistake(str(path), None, "", f"{more} more mistakes")]
