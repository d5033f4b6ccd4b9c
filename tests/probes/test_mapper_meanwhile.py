"""While the conversation with a mapper stays open: its ports are tried, and perhaps asked for once more."""

import asyncio

import pytest

from probes.engine.engine import Engine
from probes.epm import Consultation, Key, Ports, Registered
from probes.outcome import Target
from probes.registry import Kind, knock
from probes.state import Phase, State
from tests.fakes import stubborn
from tests.fakes.door import Left, door
from tests.fakes.mapper import Manner, Mapper
from tests.fakes.meeting import meet, sockets
from tests.fakes.table import MSDTC, MSDTC_CID, MSDTC_PORT, SSO, SSO_PORT, tcp
from tests.probes.engine.doors import LONG

SSO_KEY, MSDTC_KEY = Key(SSO), Key(MSDTC, MSDTC_CID)


async def registered(engine: Engine, mapper: Mapper, question: Consultation) -> Registered:
    outcome, caller = await meet(engine, mapper.treat, Kind.MAPPER, question)
    assert (outcome.state, outcome.phase, caller.left) == (State.OPEN, Phase.DONE, Left.FIN)
    assert isinstance(outcome.answer, Registered)
    return outcome.answer


async def test_the_mapper_is_still_there_while_its_ports_are_tried(engine: Engine) -> None:
    """Firewalls that understand RPC open the port with the answer, and close it with the connection."""
    present: list[int] = []

    async with door(stubborn.treatment(stubborn.Manner.MUTE)) as service:
        mapper = Mapper((tcp(SSO, service.port),))
        async with door(mapper.treat) as host:

            async def meanwhile(ports: Ports) -> bool:
                for port in ports[SSO_KEY]:
                    reached = await knock(engine, Target("127.0.0.1", port))
                    assert reached.state is State.OPEN
                await service.all_left()
                present.append(host.present)
                return True

            question = Consultation(wanted=[SSO_KEY], full=False, meanwhile=meanwhile)
            outcome = await knock(engine, Target("127.0.0.1", host.port, LONG), Kind.MAPPER, question)
            await host.all_left()
    assert outcome.state is State.OPEN
    assert present == [1]


@pytest.mark.parametrize("again", [False, True])
async def test_the_ports_are_asked_for_again_only_if_that_is_wanted(engine: Engine, again: bool) -> None:
    mapper = Mapper()

    async def restarted(ports: Ports) -> bool:
        mapper.table = (tcp(SSO, 50_005),)
        return again

    said = await registered(engine, mapper, Consultation(False, [SSO_KEY, MSDTC_KEY], meanwhile=restarted))
    assert said.ports == {SSO_KEY: (SSO_PORT,), MSDTC_KEY: (MSDTC_PORT,)}
    assert said.still == ({SSO_KEY: (50_005,), MSDTC_KEY: ()} if again else None)
    assert len(mapper.asked) == (4 if again else 2)


async def test_what_took_its_time_meanwhile_does_not_count(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    before = loop.time

    async def long(_: Ports) -> bool:
        monkeypatch.setattr(loop, "time", lambda: before() + 10 * LONG)
        return True

    said = await registered(engine, Mapper(), Consultation(False, [SSO_KEY], meanwhile=long))
    assert said.still == {SSO_KEY: (SSO_PORT,)}


async def test_what_a_mapper_said_stands_when_it_is_gone_meanwhile(engine: Engine) -> None:
    """It named the port, and then said nothing more: of what is there now nothing is known."""
    mapper = Mapper()

    async def fall_ill(_: Ports) -> bool:
        mapper.manner = Manner.CUT_FRAME
        return True

    outcome, _ = await meet(engine, mapper.treat, Kind.MAPPER, Consultation(False, [SSO_KEY], meanwhile=fall_ill))
    assert outcome.state is State.OPEN
    assert isinstance(outcome.answer, Registered)
    assert (outcome.answer.ports, outcome.answer.still) == ({SSO_KEY: (SSO_PORT,)}, {})


async def test_what_fails_meanwhile_on_our_side_is_no_fault_of_the_mapper(engine: Engine) -> None:
    async def broken(_: Ports) -> bool:
        async with asyncio.TaskGroup() as group:
            group.create_task(_fail())
        return True

    before = sockets()
    async with door(Mapper().treat) as host:
        question = Consultation(False, [SSO_KEY], meanwhile=broken)
        with pytest.raises(ExceptionGroup):
            await knock(engine, Target("127.0.0.1", host.port, LONG), Kind.MAPPER, question)
        (caller,) = await host.all_left()
    assert caller.left is Left.FIN
    assert sockets() == before


async def _fail() -> None:
    raise ConnectionResetError("of another connection")
