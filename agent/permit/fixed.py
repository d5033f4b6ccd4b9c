"""The other way: fixed ports, or a smaller range, in place of the whole dynamic one; with the registry's values.

What has no documented value has none here either.
"""

from collections.abc import Iterator
from typing import NamedTuple

from agent.ground.ports import PortSet

LEAST = 1000  # ports that a smaller range should have, by the documentation
FIRST = 20000  # and where it should begin, or above


class Value(NamedTuple):
    """One value of the registry. `then`: when it counts."""

    what: str
    key: str
    name: str
    kind: str
    data: str
    then: str


_MSDTC = r"HKLM\SOFTWARE\Microsoft\MSDTC"
_CLUSTERED = r"HKLM\Cluster\Resources\<GUID of the DTC resource>\MSDTCPRIVATE\MSDTC"
_RPC = r"HKLM\SOFTWARE\Microsoft\Rpc\Internet"
_AGAIN, _REBOOT = "restart MSDTC", "restart the machine"
EXAMPLE = f"{FIRST}-{FIRST + LEAST - 1}"

REGISTRY = (
    Value("MSDTC at a fixed port", _MSDTC, "ServerTcpPort", "REG_DWORD", "the port", _AGAIN),
    Value(
        "MSDTC of a cluster", _CLUSTERED, "ServerTcpPort", "REG_DWORD", "a port of its own for each instance", _AGAIN
    ),
    Value("A smaller range for RPC", _RPC, "Ports", "REG_MULTI_SZ", f"for example {EXAMPLE}", _REBOOT),
    Value("A smaller range for RPC", _RPC, "PortsInternetAvailable", "REG_SZ", "Y", _REBOOT),
    Value("A smaller range for RPC", _RPC, "UseInternetPorts", "REG_SZ", "Y", _REBOOT),
)

HEADING = "Instead of the dynamic range: fixed ports"
SENTENCES = (
    'The documentation says: "You can change to larger dynamic port range or better use fixed port for MSDTC and '
    'EntSSO services." These rules ask for {ports}, {count:,} ports.',
    "For the SSO service (ENTSSO) there is no documented registry value for a fixed port. What is left is a smaller "
    "range for all RPC services of the machine.",
    f"A smaller range should have {LEAST:,} ports or more and begin at {FIRST} or above: all RPC services of the "
    "machine share it. Set it on every machine that is asked.",
    "TCP 135 is needed all the same.",
    "Then write it into the configuration, so that it is what is probed and asked for: rpc.dynamic_ports, or "
    "fixed_ports with the service's name.",
)


def sentences(dynamic: PortSet) -> Iterator[str]:
    """Nothing where no range is asked for: all ports are fixed."""
    if dynamic:
        yield from (each.format(ports=f"TCP {', '.join(dynamic.texts())}", count=len(dynamic)) for each in SENTENCES)


def lines(dynamic: PortSet) -> Iterator[str]:
    """All of it as plain lines, for the comments of a script."""
    if dynamic:
        yield f"{HEADING}."
        yield from sentences(dynamic)
        yield from (
            f"{each.what}: {each.key}, {each.name} ({each.kind}) = {each.data}; {each.then}." for each in REGISTRY
        )
