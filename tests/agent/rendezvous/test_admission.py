"""Whether this host's firewall admits what comes to us is said only where it is certain."""

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.rendezvous import admission_linux
from agent.rendezvous.admission import own_firewall
from agent.rendezvous.admission_windows import judged
from agent.rendezvous.ruleset import judge
from probes.wire.rendezvous.messages import Admission

# As nft 1.0.6 writes them.
META = {"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}}
ESTABLISHED = {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": "established"}}
SSH = {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 22}}
COUNTER = {"counter": {"packets": 0, "bytes": 0}}
ACCEPT, DROP, RETURN = {"accept": None}, {"drop": None}, {"return": None}
REJECT = {"reject": {"type": "tcp reset"}}
JUMP = {"jump": {"target": "more"}}


def table(family: str = "inet", **more: object) -> list[object]:
    return [{"table": {"family": family, "name": "t", "handle": 1, **more}}]


def chain(
    hook: str | None, policy: str, *rules: list[object], family: str = "inet", kind: str = "filter"
) -> list[object]:
    """With its rules; without a hook one that others jump to."""
    name = hook or "more"
    base = {} if hook is None else {"type": kind, "hook": hook, "prio": 0, "policy": policy}
    where = {"family": family, "table": "t"}
    said = [{"rule": {**where, "chain": name, "handle": 9, "expr": rule}} for rule in rules]
    return [{"chain": {**where, "name": name, "handle": 2, **base}}, *said]


def judged_as(*parts: list[object]) -> Admission:
    return judge(json.dumps({"nftables": [META, *(item for part in parts for item in part)]}).encode())


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [table()],
        [table(), chain("input", "accept")],
        [table(), chain("input", "accept", [ESTABLISHED, COUNTER, ACCEPT], [SSH, {"log": {"prefix": "x"}}])],
        [table(), chain("input", "accept", [JUMP]), chain(None, "", [ESTABLISHED, RETURN], [SSH, ACCEPT])],
        [table(), chain("forward", "drop", [SSH, DROP]), chain("output", "drop"), chain("input", "accept")],
        [table(), chain("forward", "drop", [JUMP]), chain(None, "", [DROP])],
        [table("netdev"), chain("ingress", "accept", [COUNTER], family="netdev")],
        [table(), chain("postrouting", "accept", [{"masquerade": None}], kind="nat")],
    ],
)
def test_rules_that_drop_nothing_that_comes_in_admit(parts: list[list[object]]) -> None:
    assert judged_as(*parts) is Admission.ADMITS


@pytest.mark.parametrize(
    "parts",
    [
        [table(), chain("input", "drop")],
        [table(), chain("prerouting", "drop")],
        [table(), chain("input", "drop", [ESTABLISHED, COUNTER, DROP], [SSH, REJECT], [SSH, RETURN])],
        [chain("input", "drop", family="ip"), chain("input", "drop", family="ip6")],
        [table(), chain("input", "drop"), chain("prerouting", "accept", [{"xt": None}])],
    ],
)
def test_chain_that_drops_all_that_comes_in_and_accepts_nothing_shuts(parts: list[list[object]]) -> None:
    assert judged_as(*parts) is Admission.SHUTS


@pytest.mark.parametrize(
    "rule",
    [
        [SSH, DROP],
        [REJECT],
        [{"queue": {"num": 3}}],
        [{"vmap": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": "@v"}}],
        [{"dnat": {"addr": "192.0.2.9"}}],
        [{"redirect": {"port": 5}}],
        [{"tproxy": {"port": 5}}],
        [{"mangle": {"key": {"meta": {"key": "mark"}}, "value": 5}}],
        [{"synproxy": None}],
        [{"xt": None}],
        [{"something": "new"}],
        [{"accept": None, "drop": None}],
        ["counter packets 0 bytes 0"],
        [None],
    ],
    ids=str,
)
@pytest.mark.parametrize("hook", ["input", "prerouting", "ingress", "something-new", "jumped to"])
def test_rules_that_may_drop_or_divert_something_are_not_judged(hook: str, rule: list[object]) -> None:
    if hook == "jumped to":
        parts = [chain("input", "accept", [JUMP]), chain(None, "", rule)]
    else:
        parts = [chain(hook, "accept", rule)]
    assert judged_as(table(), *parts) is Admission.UNKNOWN


@pytest.mark.parametrize(
    "parts",
    [
        [table(), chain("input", "drop", [SSH, ACCEPT])],
        [table(), chain("input", "drop", [JUMP]), chain(None, "", [DROP])],
        [table(), chain("input", "drop", ["a statement without words"])],
        [table(), chain("input", "drop", [{"vmap": None}])],
        [table(flags="dormant"), chain("input", "drop")],
        [table(flags="e"), chain("input", "drop")],  # nft 1.0.6 writes what it finds there
        [table("ip"), chain("input", "drop", family="ip")],
        [table("netdev"), chain("ingress", "drop", family="netdev")],
        [table(), chain("ingress", "drop")],  # of one device only
        [table("bridge"), chain("input", "drop", family="bridge")],
        [table(), chain("input", "something-new")],
        [table(), chain("input", "drop", kind="nat")],
    ],
)
def test_chain_that_may_let_something_in_is_not_judged(parts: list[list[object]]) -> None:
    assert judged_as(*parts) is Admission.UNKNOWN


@pytest.mark.parametrize(
    "listed",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        '{"nftables": null}',
        '{"nftables": [5]}',
        '{"nftables": [{}]}',
        '{"nftables": [{"chain": null}]}',
        '{"nftables": [{"rule": {"family": "inet", "table": "t", "chain": "input", "expr": []}}]}',
        '{"nftables": [{"chain": {"family": [], "table": {}, "name": 5}}]}',
        '{"nftables": ' + "[" * 100_000,
        "\x00\xff",
    ],
)
def test_what_is_no_rule_set_is_not_judged(listed: str) -> None:
    assert judge(listed.encode("latin-1")) is Admission.UNKNOWN


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["nftables", "table", "chain", "rule", "family", "name", "hook", "policy", "expr", "drop"]),
            inner,
            max_size=4,
        )
    ),
)


@given(st.lists(values))
def test_whatever_nft_says_nothing_is_raised(items: list[object]) -> None:
    assert isinstance(judge(json.dumps({"nftables": items}).encode()), Admission)


@pytest.fixture
def nft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where nft is looked for, and files of the kernel that tell of no tables."""
    monkeypatch.setattr(admission_linux, "PLACES", str(tmp_path))
    monkeypatch.setattr(admission_linux, "TABLES", (tmp_path / "names4", tmp_path / "names6"))
    monkeypatch.setattr(admission_linux, "SYMBOLS", tmp_path / "kallsyms")
    return tmp_path / "nft"


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


NOTHING = "echo '{\"nftables\": []}'"
SYMBOLS = "0000000000000000 T tcp_v4_rcv\n"
OF_NFTABLES = "0000000000000000 t nft_do_chain\t[nf_tables]\n"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux' firewall")
class TestLinux:
    def test_no_rules_and_no_tables_admit(self, nft: Path) -> None:
        program(nft, f"test \"$*\" = '--json --terse list ruleset' && {NOTHING}")
        assert own_firewall(Path("/usr/bin/python3"), 50000) is Admission.ADMITS

    @pytest.mark.parametrize("name", ["names4", "names6"])
    def test_tables_as_they_were_before_nftables_are_not_judged(self, nft: Path, name: str) -> None:
        program(nft, NOTHING)
        nft.with_name("names4").write_text("")
        assert admission_linux.own_firewall() is Admission.ADMITS
        nft.with_name(name).write_text("filter\n")
        assert admission_linux.own_firewall() is Admission.UNKNOWN

    def test_tables_that_may_not_be_looked_at_are_not_judged(self, nft: Path) -> None:
        program(nft, NOTHING)
        nft.with_name("names6").mkdir()  # whose bytes not even root can read
        assert admission_linux.own_firewall() is Admission.UNKNOWN

    @pytest.mark.parametrize(
        "script",
        [
            "exit 1",
            f"{NOTHING}; exit 1",
            f"{NOTHING}; kill -9 $$",
            "echo",
            "exec sleep 600",
            "exec yes",
            "exec tr '\\0' ' ' </dev/zero",
        ],
    )
    def test_nft_that_does_not_answer_says_nothing(
        self, nft: Path, script: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(admission_linux, "PATIENCE", 0.05 if "sleep" in script else 60.0)
        program(nft, script)
        nft.with_name("kallsyms").write_text(SYMBOLS + OF_NFTABLES)
        assert admission_linux.own_firewall() is Admission.UNKNOWN

    @pytest.mark.parametrize(
        ("symbols", "expected"),
        [
            (SYMBOLS, Admission.ADMITS),
            (SYMBOLS + OF_NFTABLES, Admission.UNKNOWN),
            ("", Admission.UNKNOWN),
            (None, Admission.UNKNOWN),
            ("\n0 T\nodd\n", Admission.UNKNOWN),
        ],
        ids=["without nftables", "with nftables", "tells nothing", "no file", "odd"],
    )
    def test_without_nft_it_is_the_kernel_that_tells(self, nft: Path, symbols: str | None, expected: Admission) -> None:
        if symbols is not None:
            nft.with_name("kallsyms").write_text(symbols)
        assert admission_linux.own_firewall() is expected

    def test_this_kernel_tells(self) -> None:
        assert admission_linux.ANY in admission_linux.SYMBOLS.read_text("ascii", "replace")


@pytest.mark.parametrize(
    ("allowed", "restricted", "expected"),
    [
        (True, False, Admission.ADMITS),
        (True, True, Admission.UNKNOWN),
        (False, False, Admission.SHUTS),
        (False, True, Admission.SHUTS),
        (None, None, Admission.UNKNOWN),
        (True, None, Admission.UNKNOWN),
    ],
)
def test_windows_firewall_admits_where_nothing_is_restricted(
    allowed: object, restricted: object, expected: Admission
) -> None:
    assert judged(allowed, restricted) is expected
