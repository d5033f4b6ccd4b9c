"""The generator makes the same case from the same numbers, and every kind of firewall sooner or later."""

import itertools
import subprocess
from dataclasses import replace

import pytest

from .case import SQL, Device, Far, Fate, Limited, Shut
from .draw import changed, draw
from .rules import apart, host, own, router

CASES = [draw(seed, number) for seed in (1, 2) for number in range(250)]
MACHINES = [machine for case in CASES for machine in case.machines]


def test_a_case_is_made_of_its_numbers_alone() -> None:
    assert draw(7, 3) == draw(7, 3)
    assert len({draw(seed, number) for seed in range(5) for number in range(5)}) == 25


def test_every_kind_of_firewall_comes_up() -> None:
    assert {shut.fate for machine in MACHINES for shut in machine.shuts} == set(Fate) - {Fate.OPEN}
    assert {machine.device for machine in MACHINES} == set(Device)
    assert {machine.limited for machine in MACHINES} == set(Limited)
    assert {peer.far for case in CASES for peer in case.peers} == set(Far)
    assert {machine.stealth for machine in MACHINES} == {machine.dead for machine in MACHINES} == {True, False}
    assert {(machine.loss.there, machine.loss.back, machine.loss.tcp_only) for machine in MACHINES} >= {
        (*ways, tcp_only) for ways in ((True, False), (False, True), (True, True)) for tcp_only in (True, False)
    }
    assert max(machine.loss.percent for machine in MACHINES) == 20
    assert {case.version for case in CASES} == {4, 6}
    assert {len(case.peers) for case in CASES} >= {1, 2, 3}
    assert max(len(peer.machines) for case in CASES for peer in case.peers) == 2
    assert max(len(machine.shuts) for machine in MACHINES) >= 4
    assert any(SQL not in machine.services for machine in MACHINES if machine.host == "STRANGER")


def test_a_change_is_one_of_firewalls_alone() -> None:
    for case in CASES:
        for peer, other in zip(case.peers, changed(case).peers, strict=True):
            alike = zip(peer.machines, other.machines, strict=True)
            assert all(replace(one, shuts=()) == replace(another, shuts=()) for one, another in alike)
            assert (peer.name, peer.roles, peer.far) == (other.name, other.roles, other.far)
    assert sum(changed(case).peers != case.peers for case in CASES) > len(CASES) / 2


def test_there_is_someone_to_ask() -> None:
    for case in CASES:
        assert any(peer.is_master for peer in case.peers)
        assert any(peer.is_database for peer in case.peers)
        assert 0 < case.first < case.last < 65_536
        assert 0 < case.service < 65_536
        addresses = [machine.address for machine in case.machines]
        assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize("number", range(40))
def test_intervals_that_do_not_meet_have_the_same_fates(number: int) -> None:
    for machine in draw(3, number).machines:
        parts = [*apart(machine)]
        assert all(one.last < other.first for one, other in itertools.pairwise(parts))
        marks = {
            port for each in (*machine.shuts, *parts) for port in (each.first - 1, each.first, each.last, each.last + 1)
        }
        for port in marks:
            fates = [shut.fate for shut in parts if shut.first <= port <= shut.last] or [Fate.OPEN]
            assert fates == [machine.fate(port)]


def test_the_first_that_has_a_port_decides() -> None:
    (machine, *_) = draw(1, 0).machines
    both = (Shut(100, 100, Fate.RESET), Shut(50, 200, Fate.DROP))
    assert [(each.first, each.last, each.fate) for each in apart(replace(machine, shuts=both))] == [
        (50, 99, Fate.DROP),
        (100, 100, Fate.RESET),
        (101, 200, Fate.DROP),
    ]


@pytest.mark.lab
def test_nft_takes_all_of_it(lab: None) -> None:
    for number in range(40):
        case = draw(4, number)
        for rules in (router(case), own(case), *(host(case, name) for name in {each.host for each in case.machines})):
            done = subprocess.run(["unshare", "-rn", "nft", "-f", "-"], input=rules, text=True, capture_output=True)
            assert done.returncode == 0, f"{done.stderr}\n{rules}"
