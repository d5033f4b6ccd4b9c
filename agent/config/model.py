"""Every key of the configuration and its default. Rules that span keys are in `rules`."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from agent.config.address import HostPort
from agent.config.fields import (
    Addresses,
    Count,
    Day,
    File,
    Flag,
    Format,
    Instance,
    Level,
    Listens,
    Literal,
    LogFormat,
    LogLevel,
    Port,
    Ports,
    Remote,
    Roles,
    Seconds,
    Text,
    Uuid,
    Word,
    without_repeats,
)
from agent.ground.ports import PortSet

# A service that the file names gets, key by key, what it leaves out here.
DEFAULT_SERVICES: dict[str, dict[str, object]] = {
    "entsso": {"annotation": "SSOSecretServer", "required_on": ["master-secret"]},
    "msdtc": {"uuid": "906b0ce0-c70b-1067-b317-00dd010662da"},
}
MATCHERS = ("annotation", "uuid")  # the keys that say how a service is known; one of them


def with_default_services(written: object) -> object:
    """What is written of a service takes the place of its default, key by key; a matcher that of all matchers."""
    if not isinstance(written, Mapping):
        return written
    services: dict[object, object] = {}
    for name, default in DEFAULT_SERVICES.items():
        given = written.get(name, {})
        if isinstance(given, Mapping):
            chosen = any(key in given for key in MATCHERS)
            services[name] = {k: v for k, v in default.items() if not (chosen and k in MATCHERS)} | dict(given)
    return services | {name: given for name, given in written.items() if name not in services}


class _Keys(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Service(_Keys):
    """An RPC service, known in the endpoint mapper by its annotation or by its interface."""

    annotation: Text | None = None
    uuid: Uuid | None = None
    required_on: Roles = ()
    confirmed: Flag = False


class Rpc(_Keys):
    dynamic_ports: Ports = PortSet(((49152, 65535),))
    fixed_ports: dict[Word, Port] = {}
    samples: Count = 16
    coverage_window: Seconds | None = None
    services: Annotated[dict[Word, Service], BeforeValidator(with_default_services)] = Field(
        default={}, validate_default=True
    )


class Requirements(_Keys):
    dtc_to_database: Flag = False


class Sql(_Keys):
    prelogin: Flag = False


class Schedule(_Keys):
    """In seconds."""

    interval: Seconds = 60.0
    timeout: Seconds = 3.0


class Web(_Keys):
    listen: Listens = (HostPort("0.0.0.0", 10135),)  # noqa: S104 - what is served there to others is limited (`web`)
    config_file: File | None = None
    open_pages: Flag = False
    reload_endpoint: Flag = False


class Rendezvous(_Keys):
    listen: Listens = (HostPort("0.0.0.0", 10135),)  # noqa: S104 - nothing is opened without a key
    key_file: File | None = None
    key_file_unchecked: Flag = False


class Sso(_Keys):
    service: Text = "ENTSSO"
    backup_confirmed: Day | None = None


class Log(_Keys):
    level: Level = LogLevel.INFO
    format: Format = LogFormat.TEXT
    file: File | None = None


class NodeEntry(_Keys):
    """A machine with an agent. Without an address its name is its address."""

    name: Word
    address: Annotated[Addresses, AfterValidator(without_repeats)] = ()
    agent: Remote | None = None
    rendezvous: Remote | None = None
    source_address: Literal | None = None
    listen: Listens | None = None


class HostEntry(NodeEntry):
    roles: Annotated[Roles, AfterValidator(without_repeats)] = Field(validation_alias=AliasChoices("role", "roles"))
    nodes: tuple[NodeEntry, ...] = ()
    zone: Word | None = None
    port: Port | None = None
    instance: Instance | None = None
    epm_port: Port = 135
    fixed_ports: dict[Word, Port] = {}


class Config(_Keys):
    site: Word
    hosts: tuple[HostEntry, ...]
    rpc: Rpc = Rpc()
    requirements: Requirements = Requirements()
    sql: Sql = Sql()
    schedule: Schedule = Schedule()
    web: Web = Web()
    rendezvous: Rendezvous = Rendezvous()
    sso: Sso = Sso()
    names: Flag = True
    log: Log = Log()
    state_dir: File | None = None

    _digest: str = PrivateAttr("")

    @property
    def sha256(self) -> str:
        """Of what was understood, not of the text: the same for every way to write the same configuration."""
        return self._digest or _digest(self)

    def beside(self, folder: Path) -> Self:
        """The same configuration, its relative paths taken from `folder`. Its digest stays that of what was written."""
        placed = self.model_copy(
            update={
                "web": _placed(self.web, "config_file", folder),
                "rendezvous": _placed(self.rendezvous, "key_file", folder),
                "log": _placed(self.log, "file", folder),
                "state_dir": None if self.state_dir is None else folder / self.state_dir,
            }
        )
        placed._digest = self.sha256  # hosts keep their files in different folders, and must not differ by that
        return placed


def _placed(section: _Keys, key: str, folder: Path) -> _Keys:
    path = getattr(section, key)
    return section if path is None else section.model_copy(update={key: folder / path})


def _digest(config: Config) -> str:
    canonical = json.dumps(config.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
