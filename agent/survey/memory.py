"""What a round remembers for the next: addresses, controls, silences, and what a sample of the range answered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from agent.judge.silence import Loss, Silence
from agent.survey.range.known import RangeMemory
from probes.epm import Key
from probes.outcome import Outcome
from probes.state import State
from probes.wire.ept_lookup import Entry

CONTROLS = 8  # remembered for each address
MOST_RANGES = 16  # remembered of addresses that a name does not come to now: it may again
HOURLY = 3600.0  # seconds between two readings of a mapper's whole table

Keys = dict[str, frozenset[Key]]  # service → what it is registered as


@dataclass(slots=True)
class MapperMemory:
    """What is known of the mapper of one address. `read_at` is monotonic; None: its table has not been read."""

    keys: Keys = field(default_factory=dict)
    natural: frozenset[int] = frozenset()
    named: frozenset[int] = frozenset()  # ports of the services that must be there, the last time
    opened_by_mapper: frozenset[int] = frozenset()  # silent before it was asked the last time, open while it was
    read_at: float | None = None

    def is_due(self, now: float) -> bool:
        return self.read_at is None or now - self.read_at >= HOURLY

    def read(self, entries: tuple[Entry, ...], keys: Keys, now: float) -> None:
        self.keys, self.read_at = keys, now
        towers = (entry.tower for entry in entries)
        self.natural = frozenset(tower.tcp_port for tower in towers if tower and tower.tcp_port)


@dataclass(slots=True)
class DatabaseMemory:
    """What is known of the SQL Server at one address. `strict`: it reset a PRELOGIN, and is not sent another."""

    asked_at: float | None = None  # monotonic, the last PRELOGIN
    failed: Outcome | None = None  # that PRELOGIN, if its answer was none of SQL Server's
    strict: bool = False

    def is_due(self, now: float) -> bool:
        return self.asked_at is None or now - self.asked_at >= HOURLY


@dataclass(slots=True)
class Memory:
    """Of one peer."""

    addresses: dict[str, tuple[str, ...]] = field(default_factory=dict)  # name → last good addresses
    controls: dict[str, list[int]] = field(default_factory=dict)  # address → ports that answered, the best one last
    losses: dict[str, Loss] = field(default_factory=dict)  # address → how often its listeners are silent by bad luck
    silences: dict[tuple[str, int], Silence] = field(default_factory=dict)
    ranges: dict[str, RangeMemory] = field(default_factory=dict)  # address → its dynamic range
    samples: dict[str, Mapping[int, Outcome]] = field(default_factory=dict)  # address → the last sample of its range

    mappers: dict[str, MapperMemory] = field(default_factory=dict)  # address → its endpoint mapper
    databases: dict[str, DatabaseMemory] = field(default_factory=dict)  # address → its SQL Server
    matched: set[str] = field(default_factory=set)  # services that were ever found registered

    def go_on_from(self, before: "Memory", names: Collection[str], *, is_same: bool) -> None:
        """In place of it, as far as it is about the same: `names` are those of now. Ranges see to themselves.

        `is_same`: every path leads where it did. Otherwise what answered, and how, is found out anew.
        """
        self.addresses.update({name: known for name, known in before.addresses.items() if name in names})
        self.losses.update(before.losses)
        if is_same:
            self.controls.update(before.controls)
            self.silences.update(before.silences)
            self.samples.update(before.samples)
            self.mappers.update(before.mappers)
            self.matched.update(before.matched)

    def mapper(self, address: str) -> MapperMemory:
        return self.mappers.setdefault(address, MapperMemory())

    def database(self, address: str) -> DatabaseMemory:
        return self.databases.setdefault(address, DatabaseMemory())

    def loss(self, address: str) -> Loss:
        return self.losses.setdefault(address, Loss())

    def silence(self, address: str, port: int) -> Silence:
        return self.silences.setdefault((address, port), Silence(loss=self.loss(address)))

    def control(self, address: str, *, but: int) -> int | None:
        """The port, other than `but`, that answered last."""
        return next((port for port in self.answering(address) if port != but), None)

    def answering(self, address: str) -> list[int]:
        """Ports that answered, the one that did last first."""
        return self.controls.get(address, [])[::-1]

    def note(self, address: str, outcome: Outcome) -> None:
        """A port that answers is the best control; one that stays silent the last choice, one that refuses none."""
        ports, port = self.controls.setdefault(address, []), outcome.target.port
        known = port in ports
        if known:
            ports.remove(port)
        if outcome.state is State.OPEN:
            ports.append(port)
        elif known and outcome.state is not State.CLOSED:
            ports.insert(0, port)
        del ports[:-CONTROLS]

    def keep(self, addresses: Collection[str]) -> None:
        """Forget every other address: a name may come to ever new ones."""
        for by_address in (self.controls, self.samples, self.mappers, self.databases, self.losses):
            for address in by_address.keys() - addresses:
                del by_address[address]
        for address in [each for each in self.ranges if each not in addresses][:-MOST_RANGES]:
            del self.ranges[address]
        for address, port in [key for key in self.silences if key[0] not in addresses]:
            del self.silences[address, port]
