"""The host at a seat, beside the agent that runs on it: its firewall, its link, its address."""

from tests.lab.namespace import Namespace

from .field import Field, gateway, near_link, seat_address


class Host:
    """What is done to it is done at once, and lasts."""

    def __init__(self, field: Field, number: int) -> None:
        self._field = field
        self._number = number
        self._namespace: Namespace = field.seat(number)

    def rules(self, *statements: str) -> None:
        """Its own firewall on what goes out."""
        chain = "\n".join(["chain own {", "type filter hook output priority 0;", *statements, "}"])
        self._namespace.nft(f"flush ruleset\ntable inet own {{\n{chain}\n}}\n")

    def link(self, state: str) -> None:
        """`up` or `down`, by this host itself; a route goes with it."""
        way = f"route replace default via {gateway(self._number)}\n" if state == "up" else ""
        self._namespace.ip(f"link set eth0 {state}\n{way}")

    def cable(self, state: str) -> None:
        """The same at the other end: this host has no carrier, and its routes stay."""
        self._field.router.ip(f"link set {near_link(self._number)} {state}\n")

    def address(self, new: int, old: int) -> None:
        """This host has another address than before."""
        lines = (
            f"address add {seat_address(self._number, new)}/29 dev eth0",
            f"address del {seat_address(self._number, old)}/29 dev eth0",
            f"route replace default via {gateway(self._number)}",
        )
        self._namespace.ip("\n".join(lines) + "\n")
