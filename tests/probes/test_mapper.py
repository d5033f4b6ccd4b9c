"""A conversation with an endpoint mapper: what it learns, and a state for every way in which one can misbehave."""

import asyncio
import tracemalloc
from uuid import UUID

import pytest

from probes.engine.engine import Engine
from probes.epm import MOST_ENTRIES, MOST_PAGES, Consultation, Key, Registered
from probes.outcome import Target
from probes.registry import Kind, knock
from probes.state import Phase, State
from probes.wire.epm import MAX_ENTRIES, LookupHandleFree
from probes.wire.ept_lookup import EptLookup
from probes.wire.ept_map import EptMap
from probes.wire.syntax import SyntaxId
from tests.fakes.door import Left, door
from tests.fakes.mapper import Ending, Manner, Mapper
from tests.fakes.meeting import BRIEF, Met, meet, sockets
from tests.fakes.table import MSDTC, MSDTC_CID, MSDTC_PORT, SSO, SSO_ANNOTATION, SSO_PORT, TABLE, crowd, tcp
from tests.probes.engine.conftest import turns
from tests.probes.engine.doors import LONG

SSO_KEY, MSDTC_KEY = Key(SSO), Key(MSDTC, MSDTC_CID)
UNKNOWN = Key(SyntaxId(UUID(int=99), 1))
MEBIBYTE = 1 << 20

# All that does not end in an answer; the default is a table of a few entries, in one page.
ENDS = {
    Manner.BIND_NAK: (State.DECLINED, Phase.DECODE),
    Manner.REJECTION: (State.DECLINED, Phase.DECODE),
    Manner.NO_RESULT: (State.DECLINED, Phase.DECODE),
    Manner.CLOSE_AFTER_BIND: (State.HUNG_UP, Phase.REPLY),
    Manner.FAULT: (State.DECLINED, Phase.DECODE),
    Manner.FAULT_AND_CLOSE: (State.DECLINED, Phase.DECODE),
    Manner.FAILURE: (State.DECLINED, Phase.DECODE),
    Manner.WRONG_CALL: (State.GARBLED, Phase.DECODE),
    Manner.BIG_ENDIAN: (State.GARBLED, Phase.REPLY),
    Manner.VERSION_4: (State.GARBLED, Phase.REPLY),
    Manner.LENGTH_0: (State.GARBLED, Phase.REPLY),
    Manner.LENGTH_MOST: (State.GARBLED, Phase.REPLY),
    Manner.CUT_FRAME: (State.HUNG_UP, Phase.REPLY),
    Manner.ENDLESS: (State.GARBLED, Phase.DECODE),
    Manner.HOLLOW: (State.GARBLED, Phase.DECODE),
    Manner.MILLION: (State.GARBLED, Phase.DECODE),
}
SILENCES = {Manner.HALF_HEADER, Manner.HEADER_ONLY, Manner.DRIP}
ANSWERS = {Manner.PROPER, Manner.GAP}
BY_THEMSELVES = {Manner.RESET_AFTER_BIND, Manner.FRAGMENTS, Manner.NO_FREE}


async def consult(engine: Engine, mapper: Mapper, question: Consultation | None = None, patience: float = LONG) -> Met:
    return await meet(engine, mapper.treat, Kind.MAPPER, question or Consultation(), patience)


async def registered(engine: Engine, mapper: Mapper, question: Consultation | None = None) -> Registered:
    outcome, caller = await consult(engine, mapper, question)
    assert (outcome.state, outcome.phase, outcome.detail) == (State.OPEN, Phase.DONE, "SYN-ACK")
    assert caller.left is Left.FIN
    assert isinstance(outcome.answer, Registered)
    return outcome.answer


def test_every_misbehaviour_is_tried() -> None:
    assert set(Manner) == set(ENDS) | SILENCES | ANSWERS | BY_THEMSELVES


@pytest.mark.parametrize("manner", ENDS)
async def test_every_misbehaviour_has_its_state(engine: Engine, manner: Manner) -> None:
    outcome, caller = await consult(engine, Mapper(manner=manner))
    assert (outcome.state, outcome.phase) == ENDS[manner]
    assert outcome.answer is None
    assert caller.left is Left.FIN


@pytest.mark.parametrize("manner", sorted(SILENCES))
async def test_what_never_becomes_an_answer_is_mute(engine: Engine, manner: Manner) -> None:
    outcome, caller = await consult(engine, Mapper(manner=manner, pause=BRIEF / 10), patience=BRIEF)
    assert (outcome.state, outcome.phase) == (State.MUTE, Phase.REPLY)
    assert caller.left is Left.FIN or manner is Manner.DRIP  # which talks on, to nobody: its own bytes bring the RST


async def test_an_association_that_is_cut_off(engine: Engine) -> None:
    outcome, _ = await consult(engine, Mapper(manner=Manner.RESET_AFTER_BIND))
    assert outcome.state is State.RESET


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        (Manner.BIND_NAK, "refuses the association: protocol_version_not_supported (0x4)"),
        (Manner.REJECTION, "refuses its own interface: abstract_syntax_not_supported (0x1)"),
        (Manner.NO_RESULT, "refuses its own interface: no answer to it"),
        (Manner.FAULT, "refuses the question: access_denied (0x5)"),
        (Manner.FAILURE, "cannot answer: win32_ept_s_cant_perform_op (0x6d8)"),
        (Manner.BIG_ENDIAN, "big-endian"),
        (Manner.VERSION_4, "version 4.0"),
        (Manner.WRONG_CALL, "call 2, context 0 was due, and call 3, context 0 came"),
        (Manner.LENGTH_MOST, "65535 bytes"),
        (Manner.MILLION, "1000000 elements claimed"),
        (Manner.ENDLESS, "more than 10000 entries or 64 pages"),
    ],
)
async def test_the_detail_says_what_was_wrong(engine: Engine, manner: Manner, words: str) -> None:
    outcome, _ = await consult(engine, Mapper(manner=manner))
    assert words in outcome.detail


@pytest.mark.parametrize("manner", [Manner.FAILURE, Manner.FAULT])
async def test_a_mapper_that_fails_does_not_say_that_a_service_is_missing(engine: Engine, manner: Manner) -> None:
    outcome, _ = await consult(engine, Mapper(manner=manner), Consultation(full=False, wanted=[SSO_KEY]))
    assert (outcome.state, outcome.answer) == (State.DECLINED, None)


@pytest.mark.parametrize("ending", Ending)
@pytest.mark.parametrize("page", [1, 5, 6, 7, MAX_ENTRIES])
async def test_the_whole_table_however_it_is_paged(engine: Engine, ending: Ending, page: int) -> None:
    said = await registered(engine, Mapper(ending=ending, page=page))
    assert said.entries == TABLE


@pytest.mark.parametrize("ending", Ending)
async def test_an_empty_table(engine: Engine, ending: Ending) -> None:
    assert (await registered(engine, Mapper((), ending=ending))).entries == ()


async def test_an_empty_page_is_not_the_end_while_there_is_a_handle(engine: Engine) -> None:
    assert (await registered(engine, Mapper(manner=Manner.GAP, page=2))).entries == TABLE


@pytest.mark.parametrize("fragment", [48, 1024, 4280, 5840])
async def test_pages_in_fragments(engine: Engine, fragment: int) -> None:
    table = crowd(MAX_ENTRIES)
    assert (await registered(engine, Mapper(table, fragment=fragment))).entries == table


async def test_a_page_has_no_more_entries_than_were_asked_for(engine: Engine) -> None:
    table = crowd(2 * MAX_ENTRIES + 1)
    mapper = Mapper(table, page=10 * MAX_ENTRIES)
    assert (await registered(engine, mapper)).entries == table
    assert [type(question) for question in mapper.asked] == [EptLookup] * 3


async def test_the_largest_table_that_is_read(engine: Engine) -> None:
    said = await registered(engine, Mapper(crowd(MOST_ENTRIES)))
    assert said.entries is not None
    assert len(said.entries) == MOST_ENTRIES


async def test_one_entry_more_is_too_much(engine: Engine) -> None:
    outcome, caller = await consult(engine, Mapper(crowd(MOST_ENTRIES + 1)))
    assert (outcome.state, caller.left) == (State.GARBLED, Left.FIN)


@pytest.mark.parametrize("manner", [Manner.ENDLESS, Manner.HOLLOW])
async def test_a_table_without_end_is_asked_for_so_often_and_no_oftener(engine: Engine, manner: Manner) -> None:
    mapper = Mapper(manner=manner)
    await consult(engine, mapper)
    assert sum(isinstance(question, EptLookup) for question in mapper.asked) == MOST_PAGES


async def test_an_answer_without_end_fills_no_memory(engine: Engine) -> None:
    mapper = Mapper(manner=Manner.FRAGMENTS)
    tracemalloc.start()
    try:
        outcome, _ = await consult(engine, mapper)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (outcome.state, outcome.phase) == (State.GARBLED, Phase.DECODE)
    assert most < 8 * MEBIBYTE


async def test_where_services_listen_is_asked_by_interface_and_object(engine: Engine) -> None:
    mapper = Mapper()
    said = await registered(engine, mapper, Consultation(full=False, wanted=[SSO_KEY, MSDTC_KEY, Key(MSDTC), UNKNOWN]))
    ports = {SSO_KEY: (SSO_PORT,), MSDTC_KEY: (MSDTC_PORT,), Key(MSDTC): (), UNKNOWN: ()}
    assert said == Registered(None, ports)
    assert [type(question) for question in mapper.asked] == [EptMap] * 4


async def test_every_port_of_a_service_once(engine: Engine) -> None:
    mapper = Mapper((tcp(SSO, 50_001), tcp(SSO, 50_002), tcp(SSO, 50_001)))
    said = await registered(engine, mapper, Consultation(full=False, wanted=[SSO_KEY]))
    assert said.ports == {SSO_KEY: (50_001, 50_002)}


async def test_the_whole_table_says_what_is_wanted(engine: Engine) -> None:
    question = Consultation(
        choose=lambda entries: {
            Key(entry.tower.interface, entry.object)
            for entry in entries
            if entry.annotation == SSO_ANNOTATION and entry.tower and entry.tower.interface
        },
        wanted=[UNKNOWN],
    )
    assert await registered(engine, Mapper(), question) == Registered(TABLE, {SSO_KEY: (SSO_PORT,)})


@pytest.mark.parametrize("full", [False, True])
async def test_a_handle_that_is_left_is_freed(engine: Engine, full: bool) -> None:
    mapper = Mapper(manner=Manner.NO_FREE)
    outcome, caller = await consult(engine, mapper, Consultation(full, [SSO_KEY], choose=lambda entries: [SSO_KEY]))
    assert isinstance(mapper.asked[-1], LookupHandleFree)
    assert caller.left is Left.FIN
    assert outcome.state is State.OPEN


@pytest.mark.parametrize("asked_before", [1, 2, 3])
async def test_given_up_it_leaves_in_order(engine: Engine, asked_before: int) -> None:
    """At whichever point of the conversation the agent is stopped."""
    before = sockets()
    mapper = Mapper(page=1)
    stuck = mapper.stick_at(asked_before)
    async with door(mapper.treat) as host:
        task = asyncio.create_task(knock(engine, Target("127.0.0.1", host.port, LONG), Kind.MAPPER, Consultation()))
        await stuck.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        (caller,) = await host.all_left()
    await turns()
    assert caller.left is Left.FIN
    assert sockets() == before
