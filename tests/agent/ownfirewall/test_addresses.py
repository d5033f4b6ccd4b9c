"""From names to the addresses that a rule can have."""

from agent.ownfirewall.addresses import look_up
from probes.resolve import Resolver


def lookup(name: str, *_: object, **__: object) -> list[tuple[object, object, object, str, tuple[object, ...]]]:
    if name != "bts02":
        raise OSError(None, "not\x1b known")
    return [(0, 0, 0, "", (address, 0)) for address in ("192.0.2.12", "2001:db8::12", "fe80::1%eth0")]


async def test_every_name_has_its_addresses_or_the_reason_why_not() -> None:
    names = ["192.0.2.11", "bts02", "gone", "fe80::7%4", "bts02"]
    found = await look_up(names, 5.0, Resolver(lookup))
    assert found.of == {
        "192.0.2.11": ("192.0.2.11",),
        "bts02": ("192.0.2.12", "2001:db8::12", "fe80::1"),
        "fe80::7": ("fe80::7",),
    }
    assert found.missing == {"gone": "the name service: not\\x1b known"}
    assert list(found.named) == ["bts02"]
    assert found.behind(["fe80::7%4", "gone", "bts02", "fe80::7"]) == (
        "fe80::7",
        "192.0.2.12",
        "2001:db8::12",
        "fe80::1",
    )
