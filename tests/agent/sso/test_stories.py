"""What happens to a service, a way and an agent, and what the agent makes of it: design's table, told as stories."""

from collections.abc import Callable

import pytest

from agent.sso.seen import Condition
from agent.sso.state import STATE, SsoState, Why
from agent.sso.ways import Way

from .world import World

OPEN, SHUT, UNSURE = Way.OPEN, Way.SHUT, Way.UNSURE
Story = Callable[[], World]


def normal() -> World:
    return World().passes(300)


def cut() -> World:
    return normal().turns(SHUT).passes(300)


def lost() -> World:
    return cut().runs("B").passes(300)


STORIES: dict[str, tuple[Story, Why]] = {
    "open": (normal, Why.OPEN),
    "asked, and nothing learned": (lambda: World(way=UNSURE).passes(120), Why.NOT_ASKED),
    "cut": (cut, Why.SAME),
    "cut for a day": (lambda: cut().passes(86_400), Why.SAME),
    "shut from the start": (lambda: World(way=SHUT).passes(300), Why.NEVER),
    "shut from the start, and restarted": (lambda: World(way=SHUT).passes(300).runs("B").passes(300), Why.NEVER),
    "restarted in the outage": (lost, Why.LOST),
    "restarted in the outage, a stand-in is reached": (lambda: lost().with_stand_in(OPEN).passes(10), Why.ELSEWHERE),
    "restarted in the outage, a stand-in is unclear": (lambda: lost().with_stand_in(UNSURE).passes(10), Why.ELSEWHERE),
    "restarted in the outage, the stand-in is cut off": (lambda: lost().with_stand_in(SHUT).passes(10), Why.LOST),
    "a stand-in was reached for a while, and is cut off as well": (
        lambda: lost().with_stand_in(OPEN).passes(60).with_stand_in(SHUT).passes(60),
        Why.ELSEWHERE,
    ),
    "the same, the agent away, and the service restarted again": (
        lambda: (
            lost()
            .with_stand_in(OPEN)
            .passes(60)
            .with_stand_in(SHUT)
            .passes(60)
            .agent_ends()
            .passes(9)
            .agent_starts()
            .passes(120)
            .runs("C")
            .passes(120)
        ),
        Why.LOST,
    ),
    "cut, a stand-in is reached": (lambda: cut().with_stand_in(OPEN).passes(10), Why.SAME),
    "restarted twice in the outage": (lambda: lost().runs("C").passes(300), Why.LOST),
    "restarted just now": (lambda: cut().runs("B").passes(10), Why.JUST_BEGUN),
    "stopped and started in the outage": (lambda: cut().runs(None).passes(60).runs("B").passes(120), Why.LOST),
    "stopped before, started in the outage": (
        lambda: normal().runs(None).passes(60).turns(SHUT).passes(120).runs("B").passes(120),
        Why.LOST,
    ),
    "restarted while the way was open": (lambda: normal().runs("B").passes(120).turns(SHUT).passes(120), Why.SAME),
    "restarted about when it was cut": (lambda: normal().turns(SHUT).runs("B").passes(300), Why.UNWATCHED),
    "stopped": (lambda: normal().runs(None).passes(10), Why.STOPPED),
    "stopped in the outage": (lambda: cut().runs(None).passes(10), Why.STOPPED),
    "open again": (lambda: lost().turns(OPEN).passes(120), Why.OPEN),
    "open again, and gone again": (lambda: lost().turns(OPEN).passes(120).turns(SHUT).passes(120), Why.SAME),
    "open again, gone again, restarted": (
        lambda: lost().turns(OPEN).passes(120).turns(SHUT).passes(120).runs("C").passes(120),
        Why.LOST,
    ),
    "not asked with success for a round": (lambda: normal().turns(UNSURE).passes(120), Why.OPEN),
    "not asked with success for long": (lambda: normal().turns(UNSURE).passes(600), Why.STALE),
    "cut, and then not asked with success": (lambda: cut().turns(UNSURE).passes(600), Why.STALE),
    "cut, not asked for long, cut": (lambda: cut().turns(UNSURE).passes(600).turns(SHUT).passes(120), Why.SAME),
    "restarted when nobody could ask": (
        lambda: cut().turns(UNSURE).passes(600).runs("B").passes(60).turns(SHUT).passes(120),
        Why.UNWATCHED,
    ),
    "lost, then not asked for long, then shut": (
        lambda: lost().turns(UNSURE).passes(600).turns(SHUT).passes(120),
        Why.UNWATCHED,
    ),
    "not there": (lambda: World().seen_as(Condition.ABSENT).passes(120), Why.ABSENT),
    "there before, and not there": (lambda: normal().seen_as(Condition.ABSENT).passes(10), Why.STOPPED),
    "barred": (lambda: cut().seen_as(Condition.FORBIDDEN).passes(120), Why.FORBIDDEN),
    "several": (lambda: cut().seen_as(Condition.SEVERAL).passes(120), Why.SEVERAL),
    "not told by the system": (lambda: cut().seen_as(Condition.FAILED).passes(120), Why.FAILED),
    "barred for a while": (
        lambda: cut().seen_as(Condition.FORBIDDEN).passes(600).seen_as(None).passes(10),
        Why.SAME,
    ),
    "restarted while barred": (
        lambda: cut().seen_as(Condition.FORBIDDEN).passes(60).runs("B").passes(60).seen_as(None).passes(120),
        Why.LOST,
    ),
    "restarted while barred, the way open once": (
        lambda: (
            cut()
            .seen_as(Condition.FORBIDDEN)
            .turns(OPEN)
            .passes(120)
            .turns(SHUT)
            .passes(120)
            .runs("B")
            .seen_as(None)
            .passes(120)
        ),
        Why.UNWATCHED,
    ),
    # The agent is killed, and starts again.
    "open, agent away": (lambda: normal().agent_ends().passes(30).agent_starts(), Why.OPEN),
    "open, agent away for long": (lambda: normal().agent_ends().passes(600).agent_starts(), Why.STALE),
    "cut, agent away": (lambda: cut().agent_ends().passes(30).agent_starts(), Why.SAME),
    "cut, agent away for a day": (
        lambda: cut().agent_ends().passes(86_400).agent_starts().passes(120),
        Why.SAME,
    ),
    "lost, agent away": (lambda: lost().agent_ends().passes(30).agent_starts(), Why.LOST),
    "lost, agent away, asked again": (lambda: lost().agent_ends().passes(30).agent_starts().passes(120), Why.LOST),
    "lost, agent away for long": (lambda: lost().agent_ends().passes(600).agent_starts().passes(120), Why.UNWATCHED),
    "stopped, agent away": (lambda: cut().runs(None).passes(10).agent_ends().passes(9).agent_starts(), Why.STOPPED),
    "stopped and no process, agent away": (
        lambda: cut().runs(None).seen_as(Condition.ABSENT).passes(10).agent_ends().passes(9).agent_starts(),
        Why.STOPPED,
    ),
    "restarted while the agent was away": (
        lambda: cut().agent_ends().passes(30).runs("B").agent_starts().passes(120),
        Why.UNWATCHED,
    ),
    "restarted twice, once while away": (
        lambda: lost().agent_ends().passes(30).runs("C").agent_starts().passes(120),
        Why.UNWATCHED,
    ),
    "restarted while away, and again while watched": (
        lambda: cut().agent_ends().passes(30).runs("B").agent_starts().passes(120).runs("C").passes(120),
        Why.LOST,
    ),
    "started while away": (
        lambda: cut().runs(None).passes(60).agent_ends().passes(9).runs("B").agent_starts().passes(120),
        Why.UNWATCHED,
    ),
    "the file is gone": (lambda: cut().agent_ends().passes(9).agent_starts().forgets().passes(120), Why.NEVER),
    # Clocks.
    "clock set back in the outage": (lambda: cut().clock_steps(-86_400).passes(120), Why.SAME),
    "clock set forward in the outage": (lambda: cut().clock_steps(86_400).passes(120), Why.SAME),
    "clock set back, lost": (lambda: lost().clock_steps(-86_400).passes(120), Why.LOST),
    "clock set forward, lost": (lambda: lost().clock_steps(86_400).passes(120), Why.LOST),
    "clock set back while the agent was away": (
        lambda: lost().agent_ends().clock_steps(-86_400).passes(30).agent_starts().passes(120),
        Why.LOST,
    ),
    "clock set forward while the agent was away": (
        lambda: lost().agent_ends().clock_steps(86_400).passes(30).agent_starts().passes(120),
        Why.LOST,
    ),
    "clock set, open": (lambda: normal().clock_steps(-86_400).passes(120), Why.OPEN),
    "suspended in the outage": (lambda: cut().sleeps(86_400, counted=False).passes(120), Why.SAME),
    "suspended in the outage, counted": (lambda: cut().sleeps(86_400, counted=True).passes(120), Why.SAME),
    "suspended, lost": (lambda: lost().sleeps(86_400, counted=False).passes(120), Why.LOST),
    "suspended, lost, counted": (lambda: lost().sleeps(86_400, counted=True).passes(120), Why.UNWATCHED),
    # Another run of the machine.
    "booted in the outage": (
        lambda: cut().agent_ends().reboots("B", 120).agent_starts().passes(120),
        Why.UNWATCHED,
    ),
    "booted, later than it had run": (
        lambda: cut().agent_ends().reboots("B", 20_000).agent_starts().passes(120),
        Why.UNWATCHED,
    ),
    "booted at about the same time of running": (
        lambda: cut().agent_ends().reboots("B", 10_620).agent_starts().passes(120),
        Why.UNWATCHED,
    ),
    "booted, and restarted when watched": (
        lambda: cut().agent_ends().reboots("B", 10_620).agent_starts().passes(120).runs("C").passes(120),
        Why.LOST,
    ),
    "booted, and restarted before the way was asked": (
        lambda: cut().agent_ends().reboots("B", 10_620).agent_starts().runs("C").passes(300),
        Why.UNWATCHED,
    ),
    "booted, the service stopped": (
        lambda: cut().agent_ends().reboots(None, 120).agent_starts().passes(10),
        Why.STOPPED,
    ),
}


@pytest.mark.parametrize(("story", "why"), STORIES.values(), ids=STORIES)
def test_what_happens_and_what_the_agent_makes_of_it(story: Story, why: Why) -> None:
    assert story().why == why.name


def test_every_row_of_the_table_that_follows_from_ways_and_services_has_a_story() -> None:
    elsewhere = {Why.NO_PART, Why.PASSIVE, Why.STANDBY, Why.ITSELF}
    assert {why for _, why in STORIES.values()} == set(Why) - elsewhere


def test_every_reason_has_a_state() -> None:
    assert set(STATE) == set(Why)
    assert set(STATE.values()) == set(SsoState)


def test_host_instances_that_were_restarted_in_the_outage_are_named() -> None:
    world = cut().instance("BTSSvc$One", "i2").instance("BTSSvc$Two", "j1").passes(10)
    assert world.standing is not None
    assert world.standing.restarted == ("BTSSvc$One", "BTSSvc$Two")
    assert world.standing.halted == ()


def test_host_instances_that_have_stopped_in_the_outage_are_named() -> None:
    world = cut().instance("BTSSvc$One", None).passes(10)
    assert world.standing is not None
    assert (world.standing.restarted, world.standing.halted) == ((), ("BTSSvc$One",))


def test_host_instances_restarted_while_all_is_well_are_no_news() -> None:
    world = normal().instance("BTSSvc$One", "i2").passes(120)
    assert world.standing is not None
    assert world.standing.restarted == ()


def test_the_last_contact_is_that_of_the_newest_good_round() -> None:
    world = cut()
    assert world.memory.contact is not None
    assert world.memory.contact.incarnation == "A"
    assert world.memory.contact.held >= 120
    since_cut = world.now + world.ahead - world.memory.contact.at
    assert 300 <= since_cut < 360


def test_a_contact_of_which_nobody_saw_who_ran_is_nobody_s() -> None:
    """Restarted within the round that found the way open: the process may have begun behind it."""
    world = World().passes(1).runs("B").passes(4)
    assert world.memory.contact is not None
    assert world.memory.contact.incarnation is None
