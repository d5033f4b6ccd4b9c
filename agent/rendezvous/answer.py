"""Whether a datagram answers what we ask, and whom we ask."""

from collections.abc import Mapping

from agent.rendezvous.bodies import ANSWERS, Answered
from agent.rendezvous.question import Question, Sealing
from probes.wire.reader import WireError
from probes.wire.rendezvous.frame import ANSWER, Drop, DropError, Frame, Kind, open_answer
from probes.wire.rendezvous.keys import Ring


def believed(
    data: bytes, ring: Ring, me: str, peer: str, asked: Mapping[bytes, tuple[Question, Sealing]]
) -> tuple[Frame, Answered]:
    """It, and what stands in it. `asked`: by id. Raises DropError, with the reason not to believe it."""
    frame = open_answer(data, ring).frame
    if frame.receiver.casefold() != me.casefold():
        raise DropError(Drop.RECEIVER)
    if frame.sender.casefold() != peer.casefold():
        raise DropError(Drop.SENDER)
    if frame.id not in asked:
        raise DropError(Drop.REPLAY)
    question, sealing = asked[frame.id]
    if frame.version != sealing.version:
        raise DropError(Drop.VERSION)
    if frame.kind not in (question.kind | ANSWER, Kind.OTHER_VERSION):
        raise DropError(Drop.MALFORMED)
    try:
        return frame, ANSWERS[frame.kind](frame.body)
    except WireError as error:
        raise DropError(Drop.MALFORMED) from error
