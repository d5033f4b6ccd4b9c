"""Three network namespaces, prober - router - server, with documentation addresses and no route out.

The server has an address for each row of `rows.ROWS`; `flip` changes what happens to an address while the lab runs.

    with Network() as net:
        net.prober.python("-m", "agent.cli", "once", "--sql", net.address("drop"))
"""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from . import wiring
from .firewall import PROBER_CHAINS, ROUTER_CHAINS, SERVER_CHAINS, Flip, flipped, rules
from .namespace import Namespace, namespaces
from .rows import BY_NAME, Row, Sender


class Network:
    """The lab. With `icmp_limits` the kernel's ICMP rate limits stay on, as they are on most routers.

    Entering raises LabUnavailableError where this machine or this user may not have one.
    """

    prober: Namespace
    router: Namespace
    server: Namespace

    def __init__(self, *, icmp_limits: bool = False) -> None:
        self._settings = wiring.AT_ONCE | ({} if icmp_limits else wiring.NO_ICMP_LIMITS)
        self._flips: list[Flip] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.prober, self.router, self.server = stack.enter_context(namespaces(3))
            self._wire()
            self.firewall()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def address(self, name: str, version: int = 4) -> str:
        """The address that the row of that name is about. Raises KeyError."""
        return wiring.ADDRESSES[BY_NAME[name, version]]

    def prober_address(self, version: int = 4) -> str:
        return wiring.prober_address(version)

    def router_address(self, version: int = 4) -> str:
        """The router's, on the prober's side."""
        return wiring.router_address(version)

    def sender(self, row: Row) -> str | None:
        """The address from which this row's ICMP error comes."""
        senders = {
            Sender.ROUTER: wiring.router_address(row.version),
            Sender.SERVER: wiring.ADDRESSES[row],
            Sender.OWN: wiring.prober_address(row.version),
        }
        return senders.get(row.sender)

    def firewall(self) -> None:
        """Install the table's rules, and nothing else, in all three namespaces; flips are forgotten."""
        self._flips = []
        self.prober.nft(rules(PROBER_CHAINS))
        self.router.nft(rules(ROUTER_CHAINS))
        self.server.nft(rules(SERVER_CHAINS))

    def flip(self, address: str, statement: str = "drop", *, ports: str = "", replies: bool = False) -> None:
        """From now on the router does this with what goes to `address`; the newest flip wins, over the table too.

        `statement` is nft's ("accept" opens), `ports` as in "135, 5000-5020" (TCP and UDP; none means all traffic).
        With `replies` it is about what comes from there instead. Connections that stand are met as well.
        """
        self._load([Flip(address, statement, ports, replies), *self._flips])

    def restore(self, address: str | None = None) -> None:
        """Forget the flips of an address, or all of them."""
        self._load([flip for flip in self._flips if address not in (None, flip.address)])

    def _load(self, flips: list[Flip]) -> None:
        self.router.nft(flipped(flips))
        self._flips = flips

    def _wire(self) -> None:
        for namespace in (self.prober, self.router, self.server):
            namespace.sysctl(self._settings)
        self.router.sysctl(wiring.FORWARDING)
        ends = (self.prober.descriptor, self.server.descriptor)
        self.router.ip(wiring.router_links(*ends), ends)
        self.prober.ip(wiring.prober_links())
        self.server.ip(wiring.server_links())
