"""Keys of the configuration that this version reads but does not use: whoever writes one is told so."""

from collections.abc import Iterator

from pydantic import BaseModel

from agent.config.model import Config

UNUSED = ("web.reload_endpoint",)


def unused(config: Config) -> Iterator[str]:
    """One line for each such key that the file sets."""
    for key in _set(config):
        yield f"{key}: read, but this version does not use it yet"


def _set(config: Config) -> Iterator[str]:
    for key in UNUSED:
        section, _, name = key.rpartition(".")
        if _differs(getattr(config, section) if section else config, name):
            yield key


def _differs(section: BaseModel, key: str) -> bool:
    """From the default, which the model itself knows."""
    return bool(getattr(section, key) != type(section).model_fields[key].default)
