"""A case as nft rules: for the router, for our own host and for each of the others. Pure."""

import itertools
from collections.abc import Iterator, Sequence

from tests.lab.rows import NO_RST
from tests.lab.star import address

from .case import Case, Device, Far, Fate, Limited, Machine, Shut

DEVICE_PORT = 7_000  # of the router; what is diverted comes there
RENDEZVOUS = 10_135  # UDP
BURST = 5  # packets
LIMITS = {Limited.SYN: "daddr {} tcp flags & (syn | ack) == syn", Limited.RST: "saddr {} tcp flags & rst == rst"}
ROUTER = {
    Fate.DROP: "drop",
    Fate.REFUSE: "reject with {icmp} {code}",
    Fate.NO_WAY: "reject with {icmp} {code}",
    Fate.RESET: "reject with tcp reset",
}
HOST = {
    Fate.HOST_DROP: "drop",
    Fate.HOST_REFUSE: "reject with {icmp} {code}",
    Fate.HOST_RESET: "reject with tcp reset",
}
OWN = {Fate.OWN_DROP: "drop", Fate.OWN_REFUSE: "reject with {icmp} {code}"}
PROXY = "synproxy mss 1400 wscale 7 timestamp sack-perm"

HOOKS = {
    "raw": "type filter hook prerouting priority -300",
    "nat": "type nat hook prerouting priority -100",
    "forward": "type filter hook forward priority 0",
    "input": "type filter hook input priority 0",
    "output": "type filter hook output priority 0",
}


def seat(case: Case) -> str:
    """Our own address."""
    return address("BTS01", 0, case.version)


def router(case: Case) -> str:
    """What stands between all hosts."""
    deaf = [machine for peer in case.peers if peer.far is Far.DEAF for machine in peer.machines]
    forward = [f"{_to(case, machine)} udp dport {RENDEZVOUS} drop" for machine in deaf]
    forward += _back(case)
    for machine in case.machines:
        forward += [*_lossy(case, machine), *_limited(case, machine)]
        forward += [line for shut in apart(machine) for line in _forwarded(case, machine, shut)]
    proxied = [machine for machine in case.machines if machine.device is Device.SYN_PROXY]
    raw = [f"{_to(case, machine)} tcp flags & (fin | syn | rst | ack) == syn notrack" for machine in proxied]
    for machine in proxied:
        tcp = f"{_to(case, machine)} tcp dport 1-65535"
        forward += [f"{tcp} ct state invalid,untracked {PROXY}", f"{tcp} ct state invalid drop"]
    nat = [
        f"{_asked(case, machine, shut)} redirect to :{DEVICE_PORT}"
        for machine in case.machines
        for shut in apart(machine)
        if shut.fate is Fate.DIVERT
    ]
    return _ruleset({"raw": raw, "nat": nat, "forward": forward})


def own(case: Case) -> str:
    """Our own host's."""
    output = [NO_RST, *_guarded(case, case.machines, OWN)]
    return _ruleset({"output": output})


def host(case: Case, name: str) -> str:
    """Another host's."""
    machines = [machine for machine in case.machines if machine.host == name]
    quiet = [f"{_family(case)} saddr {each.address} {NO_RST}" for each in machines if each.stealth]
    return _ruleset({"input": [*_guarded(case, machines, HOST)], "output": quiet})


def _guarded(case: Case, machines: Sequence[Machine], statements: dict[Fate, str]) -> Iterator[str]:
    for machine in machines:
        for shut in apart(machine):
            if shut.fate in statements:
                yield f"{_asked(case, machine, shut)} {_statement(case, shut, statements)}"


def _forwarded(case: Case, machine: Machine, shut: Shut) -> Iterator[str]:
    asked = _asked(case, machine, shut)
    if shut.fate is Fate.ONE_WAY:
        back = f"{_family(case)} saddr {machine.address} {_family(case)} daddr {seat(case)}"
        yield f"{back} tcp sport {shut.first}-{shut.last} drop"
    elif shut.fate in ROUTER:
        statement = _statement(case, shut, ROUTER)
        if machine.limited is Limited.ICMP and "icmp" in statement:
            yield f"{asked} limit rate {machine.rate}/second burst {BURST} packets {statement}"
            statement = "drop"
        yield f"{asked} {statement}"


def _back(case: Case) -> Iterator[str]:
    """What masters send to us."""
    if not case.back:
        return
    family, asks = _family(case), case.peers[0].machines[0].address
    for shut in case.back:
        if shut.fate is Fate.ONE_WAY:
            yield f"{family} saddr {seat(case)} {family} daddr {asks} tcp sport {shut.first}-{shut.last} drop"
            continue
        asked = f"{family} saddr {asks} {family} daddr {seat(case)} tcp dport {shut.first}-{shut.last}"
        yield f"{asked} {_statement(case, shut, ROUTER)}"


def _statement(case: Case, shut: Shut, statements: dict[Fate, str]) -> str:
    icmp = "icmpv6" if case.version == 6 else "icmp"
    return statements[shut.fate].format(icmp=icmp, code=shut.code)


def _lossy(case: Case, machine: Machine) -> Iterator[str]:
    loss = machine.loss
    only = " meta l4proto tcp" if loss.tcp_only else ""
    for end, holds in (("daddr", loss.there), ("saddr", loss.back)):
        if holds:
            lost = f"numgen random mod 100 < {loss.percent} drop"
            yield f"{_family(case)} {end} {machine.address}{only} {lost}"


def _limited(case: Case, machine: Machine) -> Iterator[str]:
    if template := LIMITS.get(machine.limited):
        what = template.format(machine.address)
        yield f"{_family(case)} {what} limit rate over {machine.rate}/second burst {BURST} packets drop"


def apart(machine: Machine) -> Iterator[Shut]:
    """The same fates as intervals that do not meet, so that it does not matter which host has which rule."""
    marks = sorted({mark for shut in machine.shuts for mark in (shut.first, shut.last + 1)})
    for first, beyond in itertools.pairwise(marks):
        if machine.fate(first) is not Fate.OPEN:
            yield Shut(first, beyond - 1, machine.fate(first), machine.code(first))


def _asked(case: Case, machine: Machine, shut: Shut) -> str:
    who = f"{_family(case)} saddr {seat(case)} {_to(case, machine)}"
    return f"{who} tcp dport {shut.first}-{shut.last}"


def _to(case: Case, machine: Machine) -> str:
    return f"{_family(case)} daddr {machine.address}"


def _family(case: Case) -> str:
    return "ip6" if case.version == 6 else "ip"


def _ruleset(chains: dict[str, list[str]]) -> str:
    """Packets are only tracked where a chain asks for it; an empty chain is left out."""
    lines = ["flush ruleset", "table inet truth {"]
    for name, texts in chains.items():
        if texts:
            lines += [f"chain {name} {{", f"{HOOKS[name]};", *texts, "}"]
    return "\n".join([*lines, "}"]) + "\n"
