"""What the agent says when this host's own firewall shuts it out: once, with what to type, and only what is certain."""

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import pytest

from agent.ground.clock import SystemClock
from agent.ownfirewall.entrance import Entrance
from agent.rendezvous.admission import this_program
from probes.resolve import Resolver
from probes.wire.rendezvous.messages import Admission
from tests.agent.ownfirewall.site import config, setup

A, S, U = Admission.ADMITS, Admission.SHUTS, Admission.UNKNOWN
UDP, WEB, HELD = (17, 10135), (6, 10135), (6, 5000)
LAST = (6, 20000)  # of what is held; as the first one, unless told otherwise


class Firewall:
    """Says of each protocol and port what it is told to; it knows of nothing else."""

    def __init__(self, says: Mapping[tuple[int, int], Admission]) -> None:
        self.says = says
        self.asked: list[tuple[int, int]] = []

    def __call__(self, program: Path, port: int, protocol: int) -> Admission:
        assert program == this_program()
        self.asked.append((protocol, port))
        at = (protocol, port)
        return self.says[HELD if at == LAST and at not in self.says else at]


def entrance(firewall: Firewall | None, lines: list[str], meets: bool = True, held_is_shut: bool = False) -> Entrance:
    return Entrance(
        setup(config()),
        SystemClock(),
        lines.append,
        lambda: held_is_shut,
        meets=meets,
        ask=firewall,
        resolver=Resolver(no_address),
    )


def no_address(name: str, *_: object, **__: object) -> NoReturn:
    raise OSError(None, f"nobody is {name}")


@pytest.mark.parametrize(
    ("says", "shut"),
    [
        ((A, A, A), None),
        ((U, U, U), None),
        ((U, S, A), "TCP 10135"),
        ((S, U, A), "UDP 10135"),
        ((A, A, S), "TCP 5000-5020,20000"),
        ((S, S, S), "UDP 10135, TCP 10135, TCP 5000-5020,20000"),
    ],
)
async def test_only_doors_that_are_certainly_shut_are_told(
    says: tuple[Admission, Admission, Admission], shut: str | None
) -> None:
    lines = list[str]()
    looked = entrance(Firewall(dict(zip((UDP, WEB, HELD), says, strict=True))), lines)
    await looked.look()
    told = f"The firewall of BTS01 does not admit this agent's program ({this_program()}) to listen at {shut}: "
    assert [told in line for line in lines] == [True] * (shut is not None)
    assert [(each.peer, str(each.kind), told in each.detail) for each in looked.findings] == [
        ("BTS01", "own-firewall-shut", True)
    ] * (shut is not None)


async def test_it_says_the_command_that_mends_it_with_the_addresses_of_the_peers() -> None:
    lines = list[str]()
    looked = entrance(Firewall({UDP: S, WEB: S, HELD: A}), lines)
    await looked.look()
    (found,) = looked.findings
    assert lines == [f"{found.detail} {found.remedy}"]
    assert found.remedy == (
        "In PowerShell, as an administrator: `$ssoreach = @{Direction='Inbound'; Action='Allow'; Group='ssoreach'; "
        f"Program='{this_program()}'; "
        "RemoteAddress='192.0.2.31','192.0.2.30','2001:db8::32','192.0.2.33'}; "
        "New-NetFirewallRule @ssoreach -DisplayName 'ssoreach: what agents ask one another (UDP 10135)' -Protocol UDP "
        "-LocalPort '10135'; "
        "New-NetFirewallRule @ssoreach -DisplayName 'ssoreach: metrics and pages (TCP 10135)' -Protocol TCP "
        "-LocalPort '10135'`. Add the address of your Prometheus to the rule for metrics. "
        "Without an address now, and so not in it: bts02.contoso.test."
    )


async def test_it_is_said_once_and_again_when_it_is_another_door() -> None:
    lines = list[str]()
    firewall = Firewall({UDP: S, WEB: A, HELD: A})
    looked = entrance(firewall, lines)
    await looked.look()
    await looked.look()
    assert len(lines) == 1
    after = entrance(firewall, lines)
    after.go_on_from(looked)
    await after.look()
    assert len(lines) == 1
    firewall.says = {UDP: S, WEB: S, HELD: A}
    await after.look()
    assert len(lines) == 2
    firewall.says = dict.fromkeys((UDP, WEB, HELD), A)
    await after.look()
    assert (len(lines), list(after.findings)) == (2, [])


async def test_without_a_key_nobody_but_readers_come() -> None:
    firewall = Firewall({WEB: A})
    await entrance(firewall, [], meets=False).look()
    assert firewall.asked == [WEB]


@pytest.mark.parametrize("shut", [True, False])
async def test_elsewhere_it_is_what_the_rendezvous_knows(shut: bool) -> None:
    lines = list[str]()
    looked = entrance(None, lines, held_is_shut=shut)
    await looked.look()
    remedy = "Allow it inbound from the hosts of the site alone, by a rule that accepts TCP 5000-5020,20000 from them."
    assert [each.remedy for each in looked.findings] == [remedy] * shut
    assert len(lines) == shut


async def test_a_fault_of_ours_is_told_and_the_next_look_comes() -> None:
    faults = list[Exception]()
    broken = entrance(Firewall({}), [])
    async with broken.opened(faults.append):
        while not faults:
            await SystemClock().sleep(0.01)
    assert [type(fault) for fault in faults] == [KeyError]


async def test_a_rule_that_blocks_one_port_of_a_range_does_not_shut_all_of_it() -> None:
    lines = list[str]()
    looked = entrance(Firewall({UDP: A, WEB: A, HELD: S, LAST: A}), lines)
    await looked.look()
    assert (lines, [*looked.findings]) == ([], [])
