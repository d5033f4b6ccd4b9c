"""One answer in many fragments: taken together, and taken apart. C706 12.6.3.5, 12.6.4.10; MS-RPCE 2.2.2.6."""

from probes.wire.call import RESPONSE, Response
from probes.wire.pdu import HEADER_SIZE, MAX_XMIT_FRAG, PacketFlags
from probes.wire.reader import WireError

MAX_STUB = 1 << 20  # a mapper's page of 500 entries is a tenth of it


class Reassembly:
    """The answer to one call, fragment by fragment, in at most `limit` bytes of memory.

    Everything that is not the next fragment of that answer is a WireError.
    """

    def __init__(self, call_id: int, context_id: int = 0, limit: int = MAX_STUB) -> None:
        self._call = call_id, context_id
        self._limit = limit
        self._stub = bytearray()
        self._begun = False
        self._done = False

    def feed(self, fragment: Response) -> bytes | None:
        """The whole stub once the last fragment is there, None until then."""
        self._check_place(fragment)
        self._begun = True
        self._done = PacketFlags.LAST_FRAG in fragment.flags
        if not (fragment.stub or self._done):
            raise WireError("an empty fragment that is not the last")
        if len(self._stub) + len(fragment.stub) > self._limit:
            raise WireError(f"an answer of more than {self._limit} bytes")
        self._stub += fragment.stub
        return bytes(self._stub) if self._done else None

    def _check_place(self, fragment: Response) -> None:
        call = fragment.call_id, fragment.context_id
        if call != self._call:
            raise WireError("call {}, context {} was due, and call {}, context {} came".format(*self._call, *call))
        if self._done:
            raise WireError("a fragment after the last")
        if (PacketFlags.FIRST_FRAG in fragment.flags) == self._begun:
            raise WireError("a second first fragment" if self._begun else "the first fragment is missing")


def fragments(call_id: int, stub: bytes, context_id: int = 0, max_frag: int = MAX_XMIT_FRAG) -> list[Response]:
    """A server's answer in fragments of at most `max_frag` bytes; all but the last carry a multiple of eight."""
    step = (max_frag - HEADER_SIZE - RESPONSE.size) // 8 * 8
    starts = range(0, len(stub), step) or [0]
    return [
        Response(call_id, stub[at : at + step], context_id, _place(at, at + step, len(stub)), alloc_hint=len(stub) - at)
        for at in starts
    ]


def _place(start: int, end: int, size: int) -> PacketFlags:
    first = PacketFlags.FIRST_FRAG if start == 0 else PacketFlags(0)
    return first | PacketFlags.LAST_FRAG if end >= size else first
