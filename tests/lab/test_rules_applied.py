"""`probe rules --missing --format nft`, applied to the router that drops: it opens what was shut, and nothing else."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from .agents import ROOT, Plan, running
from .listeners import listening
from .mapping import mapping
from .rules import drop, one_way
from .star import Star, address

pytestmark = [pytest.mark.lab, pytest.mark.timeout(480)]

PLAN = Plan(
    ports="20000-20511",
    samples=16,
    interval="1h",
    addresses={"BTS01": (address("BTS01"),), "MSS": (address("MSS"),)},
)
HERE, THERE = address("BTS01"), address("MSS")
TABLE = "inet lab"
UNASKED = 445  # a port that is shut, and that SSO does not need
FORTH, BACK, LOST = ["135", "20040-20099", "20160-20219"], ["20300-20389"], ["20420-20469"]
SEATS = ("BTS01", "MSS")


class Applied(NamedTuple):
    """What was found before and after, by seat; what the kernel has for it; and how a port is that nobody asked for."""

    before: dict[str, dict[str, Any]]
    text: str
    code: int
    chain: list[dict[str, Any]]
    again: list[dict[str, Any]]
    after: dict[str, dict[str, Any]]
    unasked: str


def probe(star: Star, seat: str, *argv: str) -> tuple[int, str, str]:
    done = star[seat].run(sys.executable, "-m", "agent.cli", *argv, cwd=ROOT, timeout=200)
    return done.returncode, done.stdout, done.stderr


def asked(star: Star, configs: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """`probe once` of both seats at the same time; each leaves its document beside its configuration."""
    begun = {}
    for seat, config in configs.items():
        argv = ["once", "-c", str(config), "--host", seat, "-f", "json", "-o", str(config.parent / "found.json")]
        begun[seat] = star[seat].popen(sys.executable, "-m", "agent.cli", *argv, stderr=subprocess.PIPE, cwd=ROOT)
    for each in begun.values():
        assert each.communicate(timeout=200)[0] == ""
    return {seat: json.loads((config.parent / "found.json").read_text("utf-8")) for seat, config in configs.items()}


def write(folder: Path, seat: str, plan: Plan = PLAN) -> Path:
    """The master is the database server, too: so there is always a port at its address that answers."""
    config = plan.write(folder / seat)
    text = config.read_text("utf-8").replace("role: master-secret", "roles: [master-secret, sso-database]")
    config.write_text(text, "utf-8")
    return config


@pytest.fixture(scope="module")
def applied(star: Star, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    folder = tmp_path_factory.mktemp("rules")
    configs = {seat: write(folder, seat) for seat in SEATS}
    once = {seat: write(folder / "once", seat) for seat in SEATS}
    with ExitStack() as stack:
        for seat in SEATS:
            stack.enter_context(mapping(star[seat], address(seat)))
            stack.enter_context(running(star, seat, configs[seat]))
        stack.enter_context(listening(star["MSS"], [(THERE, 1433), (THERE, UNASKED)]))
        shut = [drop(HERE, THERE, f"{', '.join(FORTH)}, {UNASKED}"), drop(THERE, HERE, ", ".join(BACK))]
        stack.enter_context(star.between(*shut, one_way(HERE, THERE, ", ".join(LOST))))
        before = asked(star, once)
        documents = [word for seat in SEATS for word in ("--from", str(once[seat].parent / "found.json"))]
        code, text, said = probe(
            star,
            "BTS01",
            "rules",
            "-c",
            str(configs["BTS01"]),
            "--missing",
            *documents,
            "-f",
            "nft",
            "--nft-table",
            TABLE,
        )
        print(said, text)
        chain = applied_to(star, text)
        yield Applied(before, text, code, chain, applied_to(star, text), asked(star, once), connect(star, UNASKED))


def applied_to(star: Star, text: str) -> list[dict[str, Any]]:
    """As an operator does it; the rules of its chain as the kernel has them."""
    (name,) = {line.split()[1] for line in text.splitlines() if line.startswith("\tchain ")}
    star.router.nft(text)
    listed = star.router.run("nft", "list", "chain", *TABLE.split(), "forward", check=True).stdout
    if f"jump {name}" not in listed:
        star.router.run("nft", "insert", "rule", *TABLE.split(), "forward", "jump", name, check=True)
    told = json.loads(star.router.run("nft", "-j", "list", "chain", *TABLE.split(), name, check=True).stdout)
    return [each["rule"] for each in told["nftables"] if "rule" in each]


def connect(star: Star, port: int) -> str:
    code = f"import socket; s = socket.socket(); s.settimeout(2); print(s.connect_ex(({THERE!r}, {port})))"
    return star["BTS01"].python("-c", code).stdout.strip()


def opened(rules: list[dict[str, Any]]) -> set[tuple[str, str, str, int]]:
    """Source, destination, which end's port, port: each packet that is let through, element by element."""
    found = set()
    for rule in rules:
        match = {}
        for each in rule["expr"]:
            if "match" in each and "payload" in each["match"]["left"]:
                match[each["match"]["left"]["payload"]["field"]] = elements(each["match"]["right"])
        side = "dport" if "dport" in match else "sport"
        found |= {(a, b, side, c) for a in match["saddr"] for b in match["daddr"] for c in match[side]}
    return found


def elements(value: Any) -> list[Any]:
    if isinstance(value, dict) and "set" in value:
        return [one for each in value["set"] for one in elements(each)]
    if isinstance(value, dict) and "range" in value:
        first, last = value["range"]
        return [*range(first, last + 1)]
    return [value]


def numbers(intervals: list[str]) -> set[int]:
    ends = [[*map(int, each.split("-"))] for each in intervals]
    return {port for each in ends for port in range(each[0], each[-1] + 1)}


def ranges(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        seat: path
        for seat, document in found.items()
        for path in document["paths"]
        if (path["check"], path["direction"]) == ("rpc-range", "outbound")
    }


def test_what_is_shut_is_found(applied: Applied) -> None:
    (mapper,) = [path for path in applied.before["BTS01"]["paths"] if path["check"] == "epm"]
    assert (mapper["verdict"], mapper["cause"]) == ("blocked", "silent-drop")
    found = ranges(applied.before)
    assert found["BTS01"]["blocked"] == [*FORTH[1:], *LOST]
    assert found["MSS"]["blocked"] == BACK


def test_exactly_what_was_shut_is_opened(applied: Applied) -> None:
    assert applied.code == 0
    assert opened(applied.chain) == {
        *((HERE, THERE, "dport", port) for port in numbers(FORTH)),
        *((THERE, HERE, "dport", port) for port in numbers(BACK)),
        *((THERE, HERE, "sport", port) for port in numbers(LOST)),
    }


def test_it_may_be_applied_again(applied: Applied) -> None:
    assert len(applied.again) == len(applied.chain)
    assert opened(applied.again) == opened(applied.chain)


def test_then_all_is_reachable(applied: Applied) -> None:
    for seat, document in applied.after.items():
        verdicts = {path["check"]: path["verdict"] for path in document["paths"] if path["direction"] == "outbound"}
        print(seat, document["paths"])
        assert set(verdicts.values()) == {"reachable"}


def test_what_nobody_asked_for_stays_shut(applied: Applied) -> None:
    assert applied.unasked not in {"0", ""}
