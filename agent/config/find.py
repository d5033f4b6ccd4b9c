"""Where the configuration file is looked for."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from agent.config.mistakes import ConfigError, Mistake

VARIABLE = "SSOREACH_CONFIG"
FILE_NAME = "ssoreach.yaml"


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except PermissionError:
        return True  # reading it says so; passing over it would be a riddle
    except (OSError, ValueError):
        return False
    return True


def find(
    explicit: Path | None,
    env: Mapping[str, str],
    *,
    interactive: bool,
    platform: str,
    is_there: Callable[[Path], bool] = _is_there,
) -> Path:
    """The file to read. Raises ConfigError with the places that were looked at.

    `interactive`: a person started an unelevated command; nobody else gets a file out of the current folder.
    A file that was named is not looked for: whether it can be read is for `load` to say.
    """
    named = explicit or (Path(env[VARIABLE]) if env.get(VARIABLE) else None)
    if named is not None:
        return named
    places = list(_places(env, interactive=interactive, platform=platform))
    for place in places:
        if is_there(place):
            return place
    looked = ", ".join(map(str, places))
    message = f"not found; looked at {looked}; --config or ${VARIABLE} names another place, and probe init writes one"
    raise ConfigError([Mistake(FILE_NAME, None, "", message)])


def _places(env: Mapping[str, str], *, interactive: bool, platform: str) -> Iterator[Path]:
    if interactive:
        yield Path(FILE_NAME)
    yield platform_place(env, platform)


def platform_place(env: Mapping[str, str], platform: str) -> Path:
    """Where the file of a whole machine lies."""
    if platform == "win32":
        return Path(env.get("ProgramData") or r"C:\ProgramData", "ssoreach", FILE_NAME)
    return Path("/etc/ssoreach", FILE_NAME)
