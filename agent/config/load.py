"""From a file, or its text, to a configuration, or to every mistake in it."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from agent.config.explain import complaints
from agent.config.mistakes import ConfigError, Mistake, Place, key_path
from agent.config.model import Config
from agent.config.pace import samples_that_fit
from agent.config.positions import Written, read
from agent.config.rules import breaches
from agent.config.yamltext import UnreadableError
from agent.ground.files import octets

MAX_BYTES = 1024 * 1024
_MOST_MISTAKES = 200  # shown: a file that is not ours has as many as lines


def load(path: Path) -> Config:
    """Raises ConfigError."""
    return parse(read_text(path), str(path), path.absolute().parent)


def read_text(path: Path) -> str:
    """The file's text. Raises ConfigError if it cannot be read, is too large or is not UTF-8."""
    try:
        content = octets(path, MAX_BYTES)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _whole(str(path), None, f"cannot be read: {reason}") from None
    if len(content) > MAX_BYTES:
        raise _whole(str(path), None, "larger than 1 MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _whole(str(path), line, "not UTF-8; save the file in that encoding") from None


def parse(text: str, name: str, beside: Path | None = None) -> Config:
    """Raises ConfigError. `name` stands for the file in its mistakes; relative paths are taken from `beside`."""
    if len(text) > MAX_BYTES:
        raise _whole(name, None, "larger than 1 MiB")
    try:
        written = read(text)
    except UnreadableError as error:
        raise _whole(name, error.line, error.message) from None
    if written.data is None and not written.mistakes:
        raise _whole(name, 1, "the file is empty")
    return understand(written, name, beside)


def understand(written: Written, name: str, beside: Path | None = None) -> Config:
    """The configuration that `written` holds. Raises ConfigError with every mistake, by line."""
    wrong = list(written.mistakes)
    config: Config | None = None
    if isinstance(written.data, dict):
        _add(wrong, breaches(written.data))
        try:
            config = Config.model_validate(written.data)
        except ValidationError as error:
            _add(wrong, complaints(error))
    elif not wrong:
        wrong.append(((), "must be a mapping of keys such as site and hosts"))
    if wrong or config is None:
        raise ConfigError(_by_line(wrong, written, name))
    config = _paced(config)
    return config if beside is None else config.beside(beside)


def _add(wrong: list[tuple[Place, str]], more: Iterable[tuple[Place, str]]) -> None:
    """What is already said to be wrong is not also said to be missing or unknown."""
    said = {place for place, _ in wrong}
    wrong.extend((place, message) for place, message in more if place not in said)


def _paced(config: Config) -> Config:
    """A shorter interval has room for fewer samples than the default; only samples asked for by name are refused."""
    fit = samples_that_fit(config.schedule.interval)
    if "samples" in config.rpc.model_fields_set or config.rpc.samples <= fit:
        return config
    return config.model_copy(update={"rpc": config.rpc.model_copy(update={"samples": fit})})


def _by_line(wrong: Iterable[tuple[Place, str]], written: Written, name: str) -> list[Mistake]:
    mistakes = []
    for place, message in dict.fromkeys(wrong):
        mistakes.append(Mistake(name, written.line_of(place), key_path(_as_written(place, written)), message))
    mistakes.sort(key=lambda mistake: (mistake.line or 0, mistake.path))
    more = len(mistakes) - _MOST_MISTAKES
    return mistakes if more <= 0 else [*mistakes[:-more], Mistake(name, None, "", f"{more} more mistakes")]


def _as_written(place: Place, written: Written) -> Place:
    """`address[0]` as `address`, if a single one was written without a list."""
    return place[:-1] if place and isinstance(place[-1], int) and place not in written.lines else place


def _whole(name: str, line: int | None, message: str) -> ConfigError:
    return ConfigError([Mistake(name, line, "", message)])
