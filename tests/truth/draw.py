"""A random case from a seed: the same seed and number always make the same one."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import TypeVar

from tests.lab.star import address

from .case import EVERYTHING, MAPPER, SQL, Case, Device, Far, Fate, Limited, Loss, Machine, Peer, Shut

T = TypeVar("T")

CODES = {
    (4, Fate.REFUSE): ("port-unreachable", "prot-unreachable", "admin-prohibited", "net-prohibited", "host-prohibited"),
    (4, Fate.NO_WAY): ("net-unreachable", "host-unreachable"),
    (6, Fate.REFUSE): ("port-unreachable", "admin-prohibited", "policy-fail", "reject-route"),
    (6, Fate.NO_WAY): ("no-route", "addr-unreachable"),
}
LIKE = {Fate.HOST_REFUSE: Fate.REFUSE, Fate.OWN_REFUSE: Fate.REFUSE}  # the same codes
FATES = {
    Fate.DROP: 5,
    Fate.REFUSE: 4,
    Fate.RESET: 2,
    Fate.ONE_WAY: 2,
    Fate.HOST_DROP: 2,
    Fate.HOST_REFUSE: 1,
    Fate.HOST_RESET: 1,
    Fate.NO_WAY: 1,
    Fate.DIVERT: 1,
    Fate.OWN_DROP: 1,
    Fate.OWN_REFUSE: 1,
}
PLANS = {"open": 3, "range": 8, "port": 4, "range and port": 3, "everything": 2, "device": 2, "dead": 1}
FARS = {Far.AGENT: 6, Far.NONE: 4, Far.DEAF: 1, Far.STRANGE: 1}
MODIFIERS = {"none": 7, "loss": 2, "limit": 2}
MOST_CUTS = 4
MOST_BACK = 256  # ports of a range that is probed back: its agent asks 40 a minute
BACK = {Fate.DROP: 3, Fate.REFUSE: 2, Fate.RESET: 2, Fate.ONE_WAY: 1}


def draw(seed: int, number: int) -> Case:
    """The case of that number."""
    random = Random(f"{seed} {number}")
    version = 6 if random.random() < 0.2 else 4
    size = random.choice((64, 200, 256, 500, 1_000, 2_000))
    first = random.choice((5_000, 20_000, 49_152, random.randrange(2_000, 60_000)))
    last = first + size - 1
    service = random.randrange(first + 4, last - 4) if random.random() < 0.85 else last + 100
    key = random.random() < 0.8
    drawer = _Drawer(random, version, first, last, service, key)
    peers = tuple(drawer.peers())
    both = peers[0].far is Far.AGENT and size <= MOST_BACK and random.random() < 0.3
    return Case(
        seed,
        number,
        version,
        peers,
        first,
        last,
        service,
        samples=random.choice((4, 8, 16, 32)),
        timeout=random.choice((1_500, 2_000, 3_000)),
        key=key,
        back=tuple(drawer.back()) if both else (),
        both=both,
        rounds=not both and random.random() < 0.15,
    )


def changed(case: Case) -> Case:
    """The same hosts, with other firewalls around them."""
    random = Random(f"{case.name} changed")
    drawer = _Drawer(random, case.version, case.first, case.last, case.service, case.key)
    return replace(case, peers=tuple(drawer.around(peer) for peer in case.peers))


class _Drawer:
    def __init__(self, random: Random, version: int, first: int, last: int, service: int, key: bool) -> None:
        self._random = random
        self._version = version
        self._first = first
        self._last = last
        self._service = service
        self._key = key

    def peers(self) -> Iterator[Peer]:
        """One or two masters, and as many databases; a master may be one, too."""
        shared = self._chance(0.4)
        roles = ("master-secret", "sso-database") if shared else ("master-secret",)
        addresses = 2 if self._chance(0.2) else 1
        yield self._peer("MSS", roles, [("MSS", number) for number in range(addresses)])
        if self._chance(0.35):
            yield self._peer("MSS2", ("master-secret",), [("BTS02", 0)])
        if not shared or self._chance(0.3):
            yield self._peer("SQL01", ("sso-database",), [("STRANGER", 0)])
        if self._chance(0.3):
            yield self._peer("SQL02", ("sso-database",), [("MSS", 4), *[("MSS", 5)] * self._chance(0.4)])

    def around(self, peer: Peer) -> Peer:
        """With other firewalls."""
        return replace(peer, machines=tuple(self._around(machine, peer.roles) for machine in peer.machines))

    def _around(self, machine: Machine, roles: tuple[str, ...]) -> Machine:
        """Its services and its manners stay, and whatever answers in its place."""
        plan = self._random.choice(("open", "range", "port", "range and port", "everything"))
        proxied = machine.device is Device.SYN_PROXY
        return replace(machine, shuts=() if proxied else tuple(self._shuts(plan, machine.stealth, roles)))

    def back(self) -> Iterator[Shut]:
        """What the router does with what is sent to us: one cut, or none."""
        if self._chance(0.75):
            first, last = sorted(self._random.sample(range(self._first, self._last + 1), 2))
            fate = self._weighted(BACK)
            codes = CODES.get((self._version, fate))
            yield Shut(first, last, fate, self._random.choice(codes) if codes else "")

    def _peer(self, name: str, roles: tuple[str, ...], places: list[tuple[str, int]]) -> Peer:
        far = self._weighted(FARS) if "master-secret" in roles and self._key else Far.NONE
        return Peer(name, roles, tuple(self._machine(place, roles) for place in places), far)

    def _machine(self, place: tuple[str, int], roles: tuple[str, ...]) -> Machine:
        plan, stealth = self._weighted(PLANS), self._chance(0.5)
        services = self._services(roles)
        loss, limited = Loss(), Limited.NOTHING
        modifier = self._weighted(MODIFIERS)
        if modifier == "loss":
            loss = self._loss()
        elif modifier == "limit":
            limited = self._random.choice((Limited.SYN, Limited.RST, Limited.ICMP))
        dead = plan == "dead" and place != ("MSS", 0)
        device = Device.SYN_PROXY if plan == "device" and self._chance(0.5) else Device.NONE
        return Machine(
            address(*place, self._version),
            place[0],
            () if device is Device.SYN_PROXY else tuple(self._shuts(plan, stealth, roles)),
            services,
            stealth,
            dead,
            device,
            loss,
            limited,
            self._random.choice((2, 5, 10)) if limited is not Limited.NOTHING else 0,
        )

    def _services(self, roles: tuple[str, ...]) -> frozenset[int]:
        """A mapper always runs, as on Windows; what it names, too. A database may be stopped."""
        services = {MAPPER, self._service} if "master-secret" in roles else set[int]()
        if "sso-database" in roles and self._chance(0.85):
            services.add(SQL)
        return frozenset(services)

    def _loss(self) -> Loss:
        there, back = self._random.choice(((True, False), (False, True), (True, True)))
        return Loss(self._random.randint(2, 20), there, back, self._chance(0.5))

    def _shuts(self, plan: str, stealth: bool, roles: tuple[str, ...]) -> Iterator[Shut]:
        """Single ports first: they decide over what is around them."""
        if plan in ("port", "range and port"):
            doors = [SQL] * ("sso-database" in roles) + [MAPPER, self._service] * ("master-secret" in roles)
            port = self._random.choice(doors)
            yield self._shut((port, port), stealth)
        if plan in ("range", "range and port"):
            yield from self._cuts(stealth)
        if plan == "everything":
            yield self._shut(EVERYTHING, stealth)
        if plan == "device":
            yield Shut(*EVERYTHING, Fate.DIVERT)

    def _cuts(self, stealth: bool) -> Iterator[Shut]:
        """Intervals of the range, of one fate each, as a rule the same."""
        if self._chance(0.15):
            yield self._shut((self._first, self._last), stealth)
            return
        count = self._random.randint(1, MOST_CUTS)
        marks = sorted(self._random.sample(range(self._first, self._last + 1), 2 * count))
        marks[0] = self._first if self._chance(0.15) else marks[0]
        marks[-1] = self._last if self._chance(0.3) else marks[-1]
        same = self._chance(0.6)
        one = self._shut((0, 0), stealth)
        for first, last in zip(marks[::2], marks[1::2], strict=True):
            each = one if same else self._shut((0, 0), stealth)
            yield Shut(first, last, each.fate, each.code)

    def _shut(self, ports: tuple[int, int], stealth: bool) -> Shut:
        fate = self._weighted(FATES)
        if fate is Fate.HOST_RESET and stealth:  # its RST would not leave it
            fate = Fate.HOST_DROP
        codes = CODES.get((self._version, LIKE.get(fate, fate)))
        return Shut(*ports, fate, self._random.choice(codes) if codes else "")

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _weighted(self, table: dict[T, int]) -> T:
        return self._random.choices(list(table), weights=list(table.values()))[0]
