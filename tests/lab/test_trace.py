"""`probe trace` in a chain of routers: what it says equals what the rules are, and never a wrong hop."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest

from .chain import PROBER, SERVER, Chain, address, router_address, server_address
from .listeners import listening
from .namespace import Namespace
from .rows import NO_RST

pytestmark = pytest.mark.lab

PORT, UNLISTENED, CONTROL = 5001, 5002, 135
SILENT_ICMP = (
    "ip protocol icmp drop; meta l4proto ipv6-icmp icmpv6 type { time-exceeded, destination-unreachable } drop"
)
PORT_ONLY = f"tcp dport {{ {PORT}, {UNLISTENED} }}"


@pytest.fixture(scope="module")
def chain(lab: None) -> Iterator[Chain]:
    with Chain() as made, listening(made.server, doors(), lifetime=600):
        yield made


def doors() -> list[tuple[str, int]]:
    return [(server_address(version), port) for version in (4, 6) for port in (PORT, CONTROL)]


AT_ONCE = 6  # chains: a trace waits, most of its time
QUICK = ("--timeout", "700ms")  # the lab's routers answer at once


def trace(prober: Namespace, *argv: str) -> tuple[int, dict[str, Any]]:
    """Exit code, and the one address of the document."""
    (found,) = trace_all(prober, argv)
    return found


def trace_all(prober: Namespace, *argvs: Sequence[str]) -> list[tuple[int, dict[str, Any]]]:
    """Several of them at once."""
    command = (sys.executable, "-m", "agent.cli", "trace")
    running = [prober.popen(*command, *argv, "--format", "json", stderr=subprocess.PIPE) for argv in argvs]
    return [_ended(each) for each in running]


def _ended(running: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    out, err = running.communicate(timeout=100)
    assert out, err
    document = json.loads(out)
    assert len(document["addresses"]) == 1
    return running.returncode, document["addresses"][0]


class Story(NamedTuple):
    """Rules, by machine and hook, and what a trace of the port has to make of them."""

    rules: dict[int, dict[str, str]]
    ending: str
    shown: bool
    after: int | None
    before: int | None
    code: int
    port: int = PORT


def drop(place: int, hook: str = "forward", what: str = PORT_ONLY) -> dict[int, dict[str, str]]:
    return {place: {hook: f"{what} drop"}}


# A reset takes over the mark of its SYN, if the router is told so; and here its hops by that.
FEW = range(1, 33)
LEFT = "\n".join(
    f"{PORT_ONLY} {hops} {number + 1} meta mark set {number}" for number in FEW for hops in ("ip ttl", "ip6 hoplimit")
)
AS_LEFT = "\n".join(
    f"tcp flags & rst == rst meta mark {number} {hops} set {number}"
    for number in FEW
    for hops in ("ip ttl", "ip6 hoplimit")
)


STORIES = {
    "everything open": Story({}, "open", True, 3, 4, 0),
    "nobody listens": Story({}, "reset", True, 3, 4, 0, UNLISTENED),
    "dropped by router 1": Story(drop(1), "silence", True, 1, 2, 1),
    "dropped by router 2": Story(drop(2), "silence", True, 2, 3, 1),
    "dropped by router 2 as it takes in": Story(drop(2, "prerouting"), "silence", True, 1, 2, 1),
    "dropped by router 1 as it takes in": Story(drop(1, "prerouting"), "silence", True, 0, 1, 1),
    "dropped by router 3": Story(drop(3), "silence", False, 3, None, 1),
    "dropped by the peer": Story(drop(SERVER, "input"), "silence", False, 3, None, 1),
    "stealth": Story({SERVER: {"output": NO_RST}}, "silence", False, 3, None, 1, UNLISTENED),
    "reset by router 1": Story(
        {1: {"forward": f"{PORT_ONLY} reject with tcp reset"}}, "injected-reset", True, 1, 2, 1
    ),
    "reset by router 2": Story(
        {2: {"forward": f"{PORT_ONLY} reject with tcp reset"}}, "injected-reset", True, 2, 3, 1
    ),
    "reset by router 3, which looks like the peer": Story(
        {3: {"forward": f"{PORT_ONLY} reject with tcp reset"}}, "reset", True, 3, 4, 0
    ),
    "refused by router 2": Story(
        {2: {"forward": f"{PORT_ONLY} reject with icmpx admin-prohibited"}}, "refused", True, 2, 3, 1
    ),
    "no way from router 2": Story(
        {2: {"forward": f"{PORT_ONLY} reject with icmpx no-route"}}, "no-way", True, 2, 3, 1
    ),
    "the port's answers lost on their way back": Story(
        drop(2, what=f"tcp sport {PORT}"), "silence", False, 3, None, 1
    ),
    "all answers lost on their way back": Story(
        drop(2, what="iifname link-c"), "silence", False, 2, None, 1
    ),
    "router 2 sends no ICMP, and nothing is wrong": Story({2: {"output": SILENT_ICMP}}, "open", True, 3, 4, 0),
    "router 2 sends no ICMP and drops": Story(
        {2: {"output": SILENT_ICMP, "forward": f"{PORT_ONLY} drop"}}, "silence", True, 1, 3, 1
    ),
    "router 3 sends no ICMP, router 2 drops": Story(
        {3: {"output": SILENT_ICMP}} | drop(2), "silence", False, 2, None, 1
    ),
    "no router sends any ICMP, router 2 drops": Story(
        {place: {"output": SILENT_ICMP} for place in (1, 3)}
        | {2: {"output": SILENT_ICMP, "forward": f"{PORT_ONLY} drop"}},
        "silence", False, 0, None, 1,
    ),
    "port and control dropped by router 2": Story(
        drop(2, what=f"tcp dport {{ {PORT}, {CONTROL} }}"), "silence", False, 2, None, 1
    ),
    "control dropped by router 3, port by router 1": Story(
        drop(3, what=f"tcp dport {CONTROL}") | drop(1, what=f"tcp dport {PORT}"), "silence", True, 1, 2, 1
    ),
    "control refused by router 1, port dropped by router 3": Story(
        {1: {"forward": f"tcp dport {CONTROL} reject with tcp reset"}} | drop(3), "silence", False, 3, None, 1
    ),
    "control accepted for the peer by nobody: reset by router 1, port reset by router 2": Story(
        {1: {"forward": f"tcp dport {CONTROL} reject with tcp reset"},
         2: {"forward": f"{PORT_ONLY} reject with tcp reset"}}, "reset", False, 2, 3, 3
    ),
    "reset by router 2, with as many hops as the SYN has left": Story(
        {2: {"prerouting": LEFT, "forward": f"{PORT_ONLY} reject with tcp reset", "output": AS_LEFT}},
        "reset", False, 2, 4, 3,
    ),
    "this host's own firewall resets": Story(
        {PROBER: {"output": f"{PORT_ONLY} reject with tcp reset"}}, "injected-reset", True, 0, 1, 1
    ),
    "this host's own firewall drops": Story(drop(PROBER, "output"), "local-fault", False, None, None, 3),
}  # fmt: skip


@pytest.fixture(scope="module")
def told(lab: None) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    """What each story's traces came to, in both versions of IP; several stories at once, each in a chain of its own."""
    stories = list(STORIES)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        parts = threads.map(_told, (stories[number::AT_ONCE] for number in range(AT_ONCE)))
        return {name: found for part in parts for name, found in part}


def _told(names: Sequence[str]) -> list[tuple[str, list[tuple[int, dict[str, Any]]]]]:
    with Chain() as made, listening(made.server, doors(), lifetime=600):
        made[2].sysctl({"ipv4/fwmark_reflect": 1, "ipv6/fwmark_reflect": 1})
        return [(name, _play(made, STORIES[name])) for name in names]


def _play(chain: Chain, story: Story) -> list[tuple[int, dict[str, Any]]]:
    # Whether this host's own firewall drops shows when a SYN is repeated, after a second.
    patience = () if PROBER in story.rules else QUICK
    with chain.rules(story.rules):
        return trace_all(chain.prober, *((server_address(each), str(story.port), *patience) for each in (4, 6)))


@pytest.mark.timeout(300)  # for whichever of them comes first, and has all stories played
@pytest.mark.parametrize("name", STORIES)
def test_what_it_says_is_what_the_rules_are(told: dict[str, list[tuple[int, dict[str, Any]]]], name: str) -> None:
    story = STORIES[name]
    for code, found in told[name]:
        seen = (found["ending"], found["shown"], found["after"], found["before"], code)
        assert seen == (story.ending, story.shown, story.after, story.before, story.code), found["detail"]


@pytest.mark.parametrize("version", [4, 6])
def test_hops_are_the_routers_in_their_order(chain: Chain, version: int) -> None:
    _, found = trace(chain.prober, server_address(version), str(PORT))
    hops = [{(each["said"], each["address"]) for each in answers} for answers in found["walk"]["hops"]]
    assert hops == [*({("hop", router_address(hop, version))} for hop in (1, 2, 3)), {("open", None)}]
    assert found["source"] == address("a", PROBER, version)
    assert found["control"] is None


def test_a_refusal_names_its_sender_and_which_hop_that_is(chain: Chain) -> None:
    with chain.rules({2: {"forward": "tcp dport 5001 reject with icmp admin-prohibited"}}):
        _, found = trace(chain.prober, server_address(), str(PORT))
    assert found["rejected_by"] == router_address(2)
    assert (
        f"ICMP 3/13, communication administratively prohibited, from {router_address(2)}, which is hop 2"
        in (found["detail"])
    )


def test_the_peers_own_refusal_is_told_as_the_peers(chain: Chain) -> None:
    with chain.rules({SERVER: {"input": "tcp dport 5001 reject with icmp admin-prohibited"}}):
        code, found = trace(chain.prober, server_address(), str(PORT))
    assert (code, found["ending"], found["rejected_by"]) == (1, "refused", server_address())
    assert "the peer's own address" in found["detail"]


@pytest.mark.parametrize("rules", [{}, drop(2)], ids=["open", "router 2"])
def test_routers_that_answer_seldom_are_not_mistaken_for_a_firewall(
    lab: None, rules: dict[int, dict[str, str]]
) -> None:
    """As Linux has it by default. The second traces meet routers that owe no answer."""
    argvs = [(server_address(version), str(PORT)) for version in (4, 6)]
    with Chain(icmp_limits=True) as seldom, listening(seldom.server, doors()), seldom.rules(rules):
        traced = [*trace_all(seldom.prober, *argvs), *trace_all(seldom.prober, *argvs)]
    for code, found in traced:
        if not rules:
            assert (code, found["ending"], found["hops_away"]) == (0, "open", 4)
            continue
        assert (code, found["ending"]) == (1, "silence"), found["detail"]
        assert found["after"] <= 2 <= (found["before"] or 2), found["detail"]


# Drops each SYN from a port that it has seen one from, as firewalls do that take it for a forgery.
REMEMBERS = """
flush ruleset
table inet lab {
    set seen {
        type ipv4_addr . inet_service . inet_service
        flags dynamic, timeout
        timeout 2m
    }
    chain forward {
        type filter hook forward priority 0
        tcp flags & (syn | ack) == syn ip saddr . tcp sport . tcp dport @seen drop
        tcp flags & (syn | ack) == syn add @seen { ip saddr . tcp sport . tcp dport }
    }
}
"""


@pytest.mark.parametrize(
    ("rules", "seen"), [({}, ("open", 3, 4, 0)), (drop(2), ("silence", 2, 3, 1))], ids=["open", "router 2"]
)
def test_a_firewall_that_takes_a_second_syn_for_a_forgery(
    chain: Chain, rules: dict[int, dict[str, str]], seen: tuple[str, int, int, int]
) -> None:
    with chain.rules({1: {}} | rules):
        chain[1].nft(REMEMBERS)
        code, found = trace(chain.prober, server_address(), str(PORT), *QUICK)
    assert (found["ending"], found["after"], found["before"], code) == seen, found["detail"]


def test_a_loop_of_routes_is_told_as_one(lab: None) -> None:
    with Chain() as made:
        made[2].ip(f"route replace {address('d', 0)}/24 via {address('b', 1)}\n")
        code, found = trace(made.prober, server_address(), str(PORT), "--max-hops", "8")
    assert (code, found["ending"]) == (1, "loop")
    assert [answers[0]["address"] for answers in found["walk"]["hops"]][:3] == [
        router_address(1),
        router_address(2),
        router_address(1),
    ]


@pytest.fixture
def forked(lab: None) -> Iterator[Chain]:
    with Chain() as made, listening(made.server, doors()):
        made.fork()
        yield made


WAYS = {router_address(2), address("e", 4)}


def test_each_query_keeps_to_one_way(forked: Chain) -> None:
    """Its port on this host stays the same; where routers choose by ports, several queries show several ways."""
    _, found = trace(forked.prober, server_address(), str(PORT), "--queries", "5")
    second = [each["address"] for each in found["walk"]["hops"][1]]
    assert {each["said"] for each in found["walk"]["hops"][1]} == {"hop"}
    assert set(second) <= WAYS
    assert ("There are several ways" in found["detail"]) is (len(set(second)) > 1)


@pytest.mark.parametrize("silent", [2, 4])
def test_where_ways_differ_a_silent_router_on_one_is_no_proof(forked: Chain, silent: int) -> None:
    """The port is dropped by router 3 whichever way it comes; hop 2 answers on one way only."""
    rules = drop(3) | {silent: {"output": SILENT_ICMP}}
    with forked.rules(rules):
        code, found = trace(forked.prober, server_address(), str(PORT), *QUICK)
    assert (code, found["ending"], found["before"]) == (1, "silence", None), found["detail"]


def test_a_filter_on_one_of_two_ways_is_no_wrong_hop(forked: Chain) -> None:
    with forked.rules(drop(4)):
        code, found = trace(forked.prober, server_address(), str(PORT), "--queries", "5", *QUICK)
    said = {each["said"] for each in found["walk"]["knocks"]}
    if said == {"open", "silence"}:
        assert (code, found["ending"]) == (0, "open")
        assert "Several ways, of which not every one does the same" in found["detail"]
    elif said == {"open"}:
        assert (code, found["ending"]) == (0, "open")
    else:
        assert (code, found["after"]) == (1, 2)


def test_people_read_a_row_a_hop_and_a_sentence(chain: Chain) -> None:
    with chain.rules(drop(2)):
        done = chain.prober.python("-m", "agent.cli", "trace", server_address(), str(PORT), *QUICK)
    text = " ".join(done.stdout.split())
    assert done.stderr.startswith(f"At most 108 connects to TCP {PORT} of {server_address()}")
    assert f"dies between hop 2 ({router_address(2)}) and hop 3 ({router_address(3)})" in text
    assert f"3 no answer {router_address(3)} passes on" in text
    assert "\x1b" not in done.stdout + done.stderr


def test_an_ordinary_user_traces_as_well(chain: Chain) -> None:
    """Without any right: the lab's root gives up what it has."""
    bare = ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--ambient-caps", "-all")
    argv = ("-m", "agent.cli", "trace", server_address(), str(PORT), "--format", "json", *QUICK)
    with chain.rules(drop(2)):
        done = chain.prober.run(*bare, sys.executable, *argv)
    found = json.loads(done.stdout)["addresses"][0]
    assert (done.returncode, found["after"], found["before"]) == (1, 2, 3)
