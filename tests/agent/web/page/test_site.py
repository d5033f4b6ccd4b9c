"""What stands on `/`, before it is HTML."""

from dataclasses import replace

import pytest

from agent.ground.path import Check
from agent.ground.ports import NO_PORTS
from agent.judge.verdict import Verdict
from agent.site.topology import site_of
from agent.sso.state import Why
from agent.sso.ways import Way
from agent.web.page.groups import MOST_OPEN, zones
from agent.web.page.row import Row
from agent.web.page.rows import href, row
from agent.web.page.single import ReadPath, path_page
from agent.web.page.site import DRAWN, FULL, SAID, Read, drawn_peers, site_page
from agent.web.page.view import SitePage
from tests.agent.seen import path
from tests.agent.sso.standing import NOW, reach, standing

from .everything import FOUND, IN, OUT, Is, World, crowd, everything, known

V = Verdict
WORKS = Is(V.REACHABLE, detail="It answered.")


def page_of(world: World) -> SitePage:
    return site_page(Read(world.run(), world.setup, world.known, world.charts))


def rows(page: SitePage) -> list[Row]:
    return [each for need in page.needs for group in need.groups for part in group.parts for each in part.rows]


def test_every_verdict_is_on_it() -> None:
    """The fixture has them all: what is tested with it is tested of all."""
    assert {each.chip.words for each in rows(page_of(everything()))} == {
        "reachable", "partly blocked", "blocked", "service down", "unreachable", "unresolved", "inconclusive",
        "not asked yet",
    }  # fmt: skip


def test_each_path_stands_under_the_requirement_that_asks_for_it_in_its_own_direction() -> None:
    page = page_of(everything())
    found = {
        (need.source, need.target, need.service, need.port): {
            each.tells for group in need.groups for part in group.parts for each in part.rows
        }
        for need in page.needs
    }
    sql = found["processing server", "SSO database", "SQL Server", "1433"]
    assert sql == {f"BTS01 to SQL0{n}, SQL Server (1433)" for n in (1, 2, 3)}
    inwards = found["master secret server", "processing server", "Single Sign-On service", "135"]
    assert inwards == {f"{name} to BTS01, RPC endpoint mapper (135)" for name in ("NODE1", "NODE2", "MSS2", "MSSDR")}
    assert ("master secret server", "SSO database", "SQL Server", "1433") not in found  # nobody here asks for it
    assert sum(map(len, found.values())) == len(everything().known)


def test_paths_are_grouped_by_the_zones_that_they_cross() -> None:
    page = page_of(everything())
    pairs = {
        (group.source, group.target): {each.tells for part in group.parts for each in part.rows}
        for group in page.needs[0].groups
    }
    assert set(pairs) == {("app", "data"), ("app", "no zone")}
    assert pairs["app", "no zone"] == {"BTS01 to SQL03, SQL Server (1433)"}
    inwards = {(group.source, group.target) for group in page.needs[-1].groups}
    assert inwards == {("core", "app"), ("dr", "app")}  # a node has the zone of its cluster


@pytest.mark.parametrize(("zone", "said"), [("app", "within app"), (None, "no zone")])
def test_paths_that_cross_no_border_say_so(zone: str | None, said: str) -> None:
    world = everything()
    hosts = tuple(host.model_copy(update={"zone": zone}) for host in world.setup.config.hosts)
    world.setup = replace(world.setup, config=world.setup.config.model_copy(update={"hosts": hosts}))
    assert {group.within for need in page_of(world).needs for group in need.groups} == {said}
    assert {group.within for need in page_of(everything()).needs for group in need.groups} == {""}


def test_a_node_of_two_clusters_has_the_zone_of_the_first_that_has_one() -> None:
    site = site_of(everything().setup.config)
    cluster = next(host for host in site.hosts if host.nodes)
    hosts = (replace(cluster, name="A", zone=None), replace(cluster, name="B", zone="b"), replace(cluster, name="C"))
    assert zones(replace(site, hosts=hosts)) == {"b": "b", "node1": "b", "node2": "b", "c": "core"}


def test_a_path_that_two_rows_ask_for_has_room_under_the_first_only() -> None:
    world = everything()
    at = world.find("SQL02", Check.SQL)
    found = world.known[at]
    also = world.known[world.find("MSS", Check.EPM)].path.requirements
    both = replace(found.path, requirements=(*found.path.requirements, *also))
    world.known[at] = replace(found, result=replace(found.result, path=both))
    first, second = [each for each in rows(page_of(world)) if each.target == "SQL02"]
    assert first.detail
    assert first.sentence
    assert second.detail is None
    assert not second.sentence
    assert first.href == second.href
    assert first.place != second.place


@pytest.mark.parametrize(
    ("becomes", "said"),
    [
        ({}, "1 of 3 paths does not work. The worst is blocked."),
        ({"SQL02": WORKS}, "Everything that was asked is reachable."),
        ({"SQL02": None}, "Everything that is known is reachable; 1 of 3 are not known yet."),
        ({"SQL01": None, "SQL02": None, "SQL03": None}, "Nothing has been asked yet."),
        (
            {"SQL02": Is(V.INCONCLUSIVE)},
            "Nothing is shown to be shut, but not everything is shown to be open.",
        ),
    ],
)
def test_the_summary(becomes: dict[str, Is | None], said: str) -> None:
    world = everything()
    of = {"SQL01": WORKS, "SQL02": FOUND["SQL02", Check.SQL, OUT], "SQL03": WORKS, **becomes}
    paths = [each.path for each in world.known if each.path.peer in of]
    world.known = [known(each, of[each.peer], NOW) for each in paths]
    assert page_of(world).summary == said


def test_a_host_that_probes_nothing_says_so() -> None:
    world = everything()
    world.known = []
    page = page_of(world)
    assert (page.summary, page.needs) == ("Nothing is probed from this host.", ())


def test_what_it_means_for_sso_comes_with_what_not_to_do_first() -> None:
    world = everything()
    world.standing = standing(Why.SAME)
    told = page_of(world).sso
    assert (told.tone, told.said[0].label) == ("poor", "Do not")
    assert "on-cache" in told.headline
    assert told.events


def test_where_nobody_looked_there_is_a_sentence_too() -> None:
    world = everything()
    world.standing = None
    assert page_of(world).sso.headline.endswith("nobody has looked.")


def test_what_does_not_work_says_why_and_what_to_do() -> None:
    for each in rows(page_of(everything())):
        if each.troubled:
            assert each.sentence
            assert each.remedy


def test_the_last_failures_come_newest_first_and_say_how_many_more_there_are() -> None:
    found = next(each for each in rows(page_of(everything())) if each.target == "SQL02")
    assert found.detail
    times = [each.at for each in found.detail.failures]
    assert len(times) == 3
    assert times == sorted(times, reverse=True)
    assert found.detail.failures[0].icmp == "3/13 from 192.0.2.1"
    assert found.detail.more_failures.startswith("2 earlier failures")


def test_a_time_that_lies_ahead_is_just_now() -> None:
    """The clock was set back since."""
    world = everything()
    world.now -= 7200
    assert all("-" not in each.since.ago for each in rows(page_of(world)))


def test_how_a_peer_is_spelt_in_an_address() -> None:
    assert href(path(peer="A/b c%?#ü")) == "/paths/outbound/epm/A%2Fb%20c%25%3F%23%C3%BC"


def test_a_long_group_in_which_all_work_is_collapsed() -> None:
    """Of each peer there are two paths in one of the groups."""
    few, many, some = crowd(MOST_OPEN // 2), crowd(MOST_OPEN + 1), crowd(MOST_OPEN + 1, bad=1)
    assert all(group.open for need in page_of(few).needs for group in need.groups)
    assert not any(group.open for need in page_of(many).needs for group in need.groups)
    opened = [group for need in page_of(some).needs for group in need.groups if group.open]
    assert [group.said for group in opened] == [f"1 of {2 * (MOST_OPEN + 1)} paths does not work"]


def test_what_works_beside_what_does_not_is_collapsed_where_it_is_much() -> None:
    page = page_of(crowd(MOST_OPEN, bad=2))
    parts = [(part.rest, len(list(part.rows))) for need in page.needs for group in need.groups for part in group.parts]
    assert ("38 paths that work", 38) in parts
    assert ("", 2) in parts
    few = page_of(crowd(MOST_OPEN // 2, bad=2))
    assert not any(part.rest for need in few.needs for group in need.groups for part in group.parts)


def test_what_does_not_work_has_room_first() -> None:
    world = crowd(1_000)
    for number in (3, 500, 999):
        world.becomes(f"PEER{number:04}", Check.EPM, FOUND["SQL02", Check.SQL, OUT])
    page = page_of(world)
    shown = rows(page)
    assert len(shown) == 6_000
    assert sum(each.detail is not None for each in shown) == FULL
    assert sum(bool(each.sentence) for each in shown) == FULL + SAID
    assert all(each.detail for each in shown if each.bad)
    assert page.in_short.startswith(f"{6_000 - FULL - SAID:,} paths are shown in short")
    assert page.summary == "3 of 6,000 paths do not work. The worst is blocked."


def test_only_so_many_ranges_are_asked_for() -> None:
    assert len(drawn_peers(crowd(1_000, bad=1_000).known)) == DRAWN
    assert drawn_peers(everything().known) == ["MSS", "MSS2", "MSSDR"]


def test_more_findings_than_there_is_room_for_are_counted() -> None:
    world = everything()
    world.findings *= 30
    page = page_of(world)
    assert (len(page.notes), page.more_notes[:21]) == (40, "20 more findings are ")


def test_the_title_has_the_worst_verdict_and_the_host() -> None:
    assert page_of(everything()).title == "blocked – BTS01 – ssoreach"


def test_a_row_of_an_inbound_path_leads_here() -> None:
    world = everything()
    read = Read(world.run(), world.setup, world.known, {})
    shown = row(world.known[world.find("NODE1", Check.EPM, IN)], read.around, room=2)  # type: ignore[arg-type]
    assert (shown.source, shown.target, shown.inbound) == ("NODE1", "BTS01", True)


def test_what_does_not_work_is_named_at_the_top_the_worst_first() -> None:
    """Whoever opens it at night need not look for it."""
    world = everything()
    page = page_of(world)
    bad = [each for each in rows(page) if each.bad]
    assert 0 < len(page.worst) < len(bad)
    assert page.worst[0].chip.words == "blocked"
    assert {each.href for each in page.worst} <= {each.href for each in bad}
    assert page.more_worst == f"And {len(bad) - len(page.worst)} more, below."
    world.known = [each for each in world.known if each.result.verdict is V.REACHABLE]
    assert (page_of(world).worst, page_of(world).more_worst) == ((), "")


def test_beside_a_green_range_stands_how_much_of_it_was_tested() -> None:
    world = everything()
    whole = world.known[world.find("MSS", Check.RPC_RANGE)]
    judgement = replace(whole.result.judgement, verdict=V.REACHABLE, cause=None, blocked=NO_PORTS)
    world.known = [replace(whole, result=replace(whole.result, judgement=judgement))]
    assert [each.cause for each in rows(page_of(world))] == ["412 of 16,383 ports tested"]


def test_sso_is_not_green_while_its_database_is_out_of_reach() -> None:
    """It goes offline for want of it, a few minutes later."""
    world = everything()
    for shut, tone in ((False, "good"), (True, "poor")):
        stands = standing(Why.OPEN, databases=(reach(Way.SHUT),)) if shut else standing(Why.OPEN)
        page = site_page(Read(replace(world.run(), sso=stands), world.setup, world.known, world.charts))
        assert page.sso.tone == tone


def test_a_verdict_that_was_there_from_the_start_may_be_older() -> None:
    """An agent that is started in an outage does not know when that began."""
    world = everything()
    of = world.known[world.find("SQL02", Check.SQL)]
    around = Read(world.run(), world.setup, world.known, world.charts).around
    for changes, older in ((of.changes, False), (of.changes[-1:], True)):
        assert path_page(ReadPath("contoso", around, replace(of, changes=changes), ())).from_start is older
