"""Merging changes how it is said, and nothing of what is let through."""

from hypothesis import given
from hypothesis import strategies as st

from agent.ground.ports import PortSet
from agent.permit.flow import Need, Permit, Protocol, Spot, Why
from agent.permit.merged import merged
from tests.agent.permit.sites import SCRAPER, SMALLEST, change, config, expanded

ZONES = {1: None, 2: "app", 3: "app", 4: "data", 5: None, 6: "data"}
SPOTS = [Spot(f"H{number}", f"192.0.2.{number}", zone, (f"H{number}",)) for number, zone in ZONES.items()]
SIXES = [Spot(f"H{number}", f"2001:db8::{number}", zone, (f"H{number}",)) for number, zone in ZONES.items()]
PORTS = [PortSet.parse(text) for text in ("135", "135,1433", "5000-5010", "5005-5020,7000", "1-3")]
WHYS = [Why("A", "For a."), Why("B", "For b.", "account"), Why("C", "For c.")]


@st.composite
def single(draw: st.DrawFn) -> Permit:
    version = draw(st.sampled_from([4, 6]))
    spots = st.sampled_from(SPOTS if version == 4 else SIXES)
    return Permit(
        (draw(spots),),
        (draw(spots),),
        draw(st.sampled_from(Protocol)),
        version,
        draw(st.sampled_from(Need)),
        ((draw(st.sampled_from(WHYS)), draw(st.sampled_from(PORTS))),),
        draw(st.booleans()),
    )


@st.composite
def alike(draw: st.DrawFn) -> Permit:
    """Of one kind, among few: so that much of it can be merged, and some of it only nearly."""
    few = st.sampled_from([SPOTS[1], SPOTS[2], SPOTS[1]._replace(name="H7", address="192.0.2.7")])
    whys = ((WHYS[0], draw(st.sampled_from(PORTS[:2]))),)
    return Permit((draw(few),), (draw(few),), Protocol.TCP, 4, Need.REQUIRED, whys)


MANY = st.lists(single(), max_size=40) | st.lists(alike(), max_size=20)


def ways(permits: list[Permit] | tuple[Permit, ...]) -> set[object]:
    """With the way of each packet, the reasons for it, and the hosts."""
    return {
        (permit.need, permit.answers, source, destination, permit.protocol, why, port)
        for permit in permits
        for source in permit.sources
        for destination in permit.destinations
        for why, ports in permit.whys
        for port in ports
    }


@given(MANY)
def test_what_is_merged_lets_through_exactly_what_its_parts_do(permits: list[Permit]) -> None:
    found = merged(permits)
    assert expanded(found) == expanded(permits)
    assert ways(found) == ways(permits)
    assert len(found) <= len({(p.need, p.answers, p.protocol, p.sources, p.destinations) for p in permits})


@given(MANY)
def test_a_merged_permit_is_of_one_kind(permits: list[Permit]) -> None:
    for permit in merged(permits):
        assert len({spot.zone for spot in permit.sources}) == 1
        assert len({spot.zone for spot in permit.destinations}) == 1
        assert len({":" in spot.address for spot in (*permit.sources, *permit.destinations)}) == 1


@given(MANY)
def test_merging_again_changes_nothing(permits: list[Permit]) -> None:
    once = merged(permits)
    assert {*merged(once)} == {*once}


def test_hosts_that_need_the_same_share_a_rule() -> None:
    hosts = "".join(
        f"  - {{name: BTS{number}, role: processing, address: 192.0.2.{number}}}\n" for number in range(100, 140)
    )
    found = change(config(SMALLEST + hosts))
    shared = [permit for permit in found.permits if len(permit.sources) > 40]
    assert shared
    assert len(found.permits) <= 12
    assert any(SCRAPER in {spot.address for spot in permit.sources} for permit in found.permits)
