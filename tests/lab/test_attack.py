"""What can be done to the door of an agent that runs, by those without its key and by those with it.

Whatever is wrong is counted; nobody gets more bytes than he sent; nothing is opened that may not be.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from probes.wire.rendezvous.frame import ANSWER, HEAD, Kind
from probes.wire.rendezvous.greeting import Hello
from probes.wire.rendezvous.messages import Hold, Holding

from .agents import Agent, Plan, once, running
from .forging import Door, Forger, Forgery, forging
from .inside import udp
from .insider import Insider
from .listeners import listening
from .rules import RENDEZVOUS, drop
from .star import Star, address
from .tapping import Datagram, Tap, tapping
from .watching import Watch, watching

pytestmark = [pytest.mark.lab, pytest.mark.timeout(480)]

FIRST, LAST = 20_000, 23_999
PLAN = Plan(ports=f"{FIRST}-{LAST}", samples=2, interval="15s")
SEED = int(os.environ.get("SSOREACH_SEED", "5"))
NOISE, A_SECOND = 200_000, 20_000
GROWTH = 16 << 20  # bytes
LARGEST = 1_200  # bytes of a datagram
MOST_LISTENERS = 1_024
ME, OTHER, IT, STRANGER = (address(host) for host in ("BTS01", "BTS02", "MSS", "STRANGER"))
DOOR = IT, RENDEZVOUS
UNTRUE = [("BTS02", "MSS"), ("MSS", "MSS"), ("EVIL", "MSS"), ("BTS01", "BTS02"), ("BTS01", "OTHER")]  # who to whom


@pytest.fixture(scope="module")
def master(star: Star, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    with running(star, "MSS", PLAN.write(tmp_path_factory.mktemp("master"))) as agent:
        yield agent


@pytest.fixture
def forger(star: Star) -> Iterator[Forger]:
    with forging(star["STRANGER"]) as forger:
        yield forger


@pytest.fixture(scope="module")
def exchange(star: Star, master: Agent, tmp_path_factory: pytest.TempPathFactory) -> list[Datagram]:
    """All that an honest `once` and the agent said to each other."""
    with tapping(star, "MSS") as tap:
        path = once(star, "BTS01", PLAN.write(tmp_path_factory.mktemp("once")), "--no-exact").range()
        assert path["evidence"] == "held"
        return [each for each in tap.heard() if each.target == DOOR or _is_answer(each)]


def _is_answer(each: Datagram) -> bool:
    """Of the agent's. It asks others from the same port."""
    return each.source == DOOR and bool(each.data[5] & ANSWER)


def dropped(agent: Agent) -> float:
    return agent.metrics().total("rendezvous_dropped_total")


def reasons(agent: Agent) -> dict[str, float]:
    return {labels["reason"]: value for labels, value in agent.metrics().rows("rendezvous_dropped_total")}


@contextmanager
def nothing_opened(star: Star, file: Path) -> Iterator[Watch]:
    """Nobody listens in the namespace of the master who did not before; an honest lease may still end."""
    with watching(star["MSS"], file) as watch:
        yield watch
    before, *after = watch.sightings()
    assert after
    assert all(each.listeners <= before.listeners for each in after)


def every_one_counted(agent: Agent, tap: Tap, before: float, sent: int, most: int) -> None:
    """Of so many datagrams, each is dropped and counted or answered, and of these there are no more than `most`."""
    heard = tap.until(lambda heard: sum(each.target == DOOR for each in heard) == sent)
    agent.until(lambda metrics: metrics.total("rendezvous_dropped_total") + len(_answers(tap)) >= before + sent, 20)
    assert dropped(agent) + len(_answers(tap)) == before + sent
    assert len(_answers(tap)) <= most
    nobody_gets_more_than_he_sent(heard)


def _answers(tap: Tap) -> list[Datagram]:
    return [each for each in tap.heard() if _is_answer(each)]


def nobody_gets_more_than_he_sent(heard: Sequence[Datagram]) -> None:
    """At any time, for any address and port; and no answer is longer than a request that had its id."""
    balance: dict[Door, int] = {}
    longest: dict[bytes, int] = {}
    for each in heard:
        number = each.data[8:24]
        if each.target == DOOR:
            balance[each.source] = balance.get(each.source, 0) + len(each.data)
            longest[number] = max(len(each.data), longest.get(number, 0))
        elif _is_answer(each):
            balance[each.target] = balance.get(each.target, 0) - len(each.data)
            assert balance[each.target] >= 0
            assert len(each.data) <= longest[number]


def noises() -> list[Forgery]:
    """From a configured host's address and from strangers; nonsense, and what looks like a datagram of ours."""
    random = Random(SEED)
    sources = [(ME, 4000), (OTHER, RENDEZVOUS), (STRANGER, 1), ("192.0.2.77", 65_535)]
    head = HEAD.pack(b"SSOR", 1, 1, 0, bytes(16), bytes(24))
    shapes: list[Callable[[], bytes]] = [
        lambda: random.randbytes(random.randrange(200)),
        lambda: head + random.randbytes(LARGEST - len(head)),
        lambda: head + random.randbytes(300),
        lambda: random.randbytes(1_400),
    ]
    return [(random.choice(sources), DOOR, random.choice(shapes)()) for _ in range(2_000)]


def test_noise_costs_no_memory_and_keeps_nobody_out(star: Star, master: Agent, forger: Forger, tmp_path: Path) -> None:
    print(f"SSOREACH_SEED={SEED}")
    before, descriptors, counted = master.memory, master.descriptors, dropped(master)
    with forger.noise(noises(), A_SECOND) as noise:
        path = once(star, "BTS01", PLAN.write(tmp_path), "--no-exact").range()
        deadline = time.monotonic() + 60
        while noise.sent < NOISE:
            assert time.monotonic() < deadline, f"{noise.sent} of {NOISE} in a minute"
            time.sleep(0.05)
    print(f"{before} {master.memory} {reasons(master)} {noise.sent}")
    assert (path["verdict"], path["evidence"]) == ("reachable", "held")
    assert master.memory - before < GROWTH
    assert master.descriptors <= descriptors + 64
    assert counted < dropped(master) <= counted + noise.sent


def test_what_was_said_before_opens_nothing_when_it_is_said_again(
    star: Star, master: Agent, forger: Forger, exchange: list[Datagram], tmp_path: Path
) -> None:
    """By whom it was: as often as an answer may have got lost, he gets the same one again."""
    said = [(each.source, DOOR, each.data) for each in exchange if each.target == DOOR]
    before = dropped(master)
    with nothing_opened(star, tmp_path / "seen"), tapping(star, "MSS") as tap:
        sent = sum(forger.send_all(said) for _ in range(6))
        every_one_counted(master, tap, before, sent, most=3 * len(said))
    assert reasons(master)["replay"] > 0


@pytest.mark.parametrize("source", [(OTHER, RENDEZVOUS), (STRANGER, 4000)], ids=["peer", "stranger"])
def test_what_another_said_is_worth_nothing(
    star: Star, master: Agent, forger: Forger, exchange: list[Datagram], tmp_path: Path, source: Door
) -> None:
    said = [(source, DOOR, each.data) for each in exchange if each.target == DOOR]
    before = dropped(master)
    with nothing_opened(star, tmp_path / "seen"), tapping(star, "MSS") as tap:
        every_one_counted(master, tap, before, forger.send_all(said), most=0)


def test_its_own_answers_and_requests_come_back_to_nobody(
    star: Star, master: Agent, forger: Forger, exchange: list[Datagram], tmp_path: Path
) -> None:
    answers = [(each.target, DOOR, each.data) for each in exchange if each.source == DOOR]
    with tapping(star, "MSS") as tap:  # it greets others, who do not run
        own = tap.until(lambda heard: any(each.source == DOOR and not _is_answer(each) for each in heard), 90)
    back = [(each.target, DOOR, each.data) for each in own if each.source == DOOR and not _is_answer(each)]
    before = dropped(master)
    with nothing_opened(star, tmp_path / "seen"), tapping(star, "MSS") as tap:
        every_one_counted(master, tap, before, forger.send_all([*answers, *back]), most=0)


def test_damaged_datagrams_are_worth_nothing(
    star: Star, master: Agent, forger: Forger, exchange: list[Datagram], tmp_path: Path
) -> None:
    random = Random(SEED)
    print(f"SSOREACH_SEED={SEED}")
    said = [(each.source, each.data) for each in exchange if each.target == DOOR]
    damaged = [(source, DOOR, _damaged(data, random)) for source, data in random.choices(said, k=1_000)]
    before = dropped(master)
    with nothing_opened(star, tmp_path / "seen"), tapping(star, "MSS") as tap:
        every_one_counted(master, tap, before, _in_parts(forger, damaged), most=0)


def _damaged(data: bytes, random: Random) -> bytes:
    """Cut off somewhere, longer, or with one bit that is another one."""
    how = random.randrange(3)
    if how == 0:
        return data[: random.randrange(len(data))]
    if how == 1:
        return data + random.randbytes(random.randrange(1, 400))
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def _in_parts(forger: Forger, forgeries: Sequence[Forgery]) -> int:
    """Slowly enough that none is lost on the way."""
    for each in forgeries:
        forger.send(*each)
        time.sleep(0.0005)
    return len(forgeries)


def test_names_of_others_are_worth_nothing_even_with_the_key(star: Star, master: Agent, tmp_path: Path) -> None:
    with nothing_opened(star, tmp_path / "seen"), tapping(star, "MSS") as tap, udp(star["BTS01"], ME) as speaker:
        insider = Insider(speaker, "BTS01", IT)
        hold = Hold(bytes(16), (FIRST,)).encode()
        cookie = insider.greet()
        before = reasons(master)
        for name, receiver in UNTRUE:
            liar = Insider(speaker, name, IT, receiver)
            liar.say(liar.request(Kind.HELLO, Hello(1).encode()))
            liar.say(liar.request(Kind.HOLD, hold, cookie))
        master.until(lambda metrics: metrics.total("rendezvous_dropped_total") == sum(before.values()) + 10)
        assert len(_answers(tap)) == 1
    after = reasons(master)
    assert (after["sender"] - before.get("sender", 0), after["receiver"] - before.get("receiver", 0)) == (6, 4)


def test_nobody_opens_a_port_outside_of_the_range(star: Star, master: Agent, tmp_path: Path) -> None:
    """Not even who has the key."""
    wanted = 22, 1433, RENDEZVOUS, FIRST - 1, LAST + 1
    with listening(star["MSS"], [(IT, 1433)]), nothing_opened(star, tmp_path / "seen"), udp(star["BTS01"], ME) as him:
        held = Insider(him, "BTS01", IT).hold(*wanted)
    assert held is not None
    assert not [each for each in held.grants if each.holding in (Holding.HELD, Holding.BUSY)]


def test_a_thousand_leases_are_as_many_as_a_host_may_have(star: Star, master: Agent, tmp_path: Path) -> None:
    descriptors, before = master.descriptors, dropped(master)
    with (
        watching(star["MSS"], tmp_path / "seen") as watch,
        tapping(star, "MSS") as tap,
        udp(star["BTS01"], ME) as speaker,
    ):
        insider, random = Insider(speaker, "BTS01", IT), Random(SEED)
        cookie = insider.greet()
        for _ in range(1_000):
            ports = random.sample(range(FIRST, LAST + 1), 64)
            insider.say(insider.request(Kind.HOLD, Hold(random.randbytes(16), tuple(ports)).encode(), cookie))
            time.sleep(0.001)
        every_one_counted(master, tap, before, 1_001, most=1_001)
        watch.until(lambda ports: not any(FIRST <= port <= LAST for port in ports), 30)
    most = max(sum(FIRST <= port <= LAST for _, port in each.listeners) for each in watch.sightings())
    strange = {port for each in watch.sightings() for _, port in each.listeners if not FIRST <= port <= LAST}
    assert 0 < most <= MOST_LISTENERS
    assert strange == {RENDEZVOUS}
    assert master.descriptors <= descriptors + 8


def test_after_all_of_it_the_door_is_as_it_was(star: Star, master: Agent, tmp_path: Path) -> None:
    with star.between(drop(ME, IT, "22000-23999")):
        path = once(star, "BTS01", PLAN.write(tmp_path)).range()
    assert (path["verdict"], path["cause"], path["blocked"]) == ("partly-blocked", "silent-drop", ["22000-23999"])
    assert "Traceback" not in master.log
