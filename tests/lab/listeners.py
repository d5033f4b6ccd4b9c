"""Real TCP listeners inside a namespace, all of them misbehaving (or not) in exactly one way."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from .namespace import LabCommandError, Namespace

LISTENER = Path(__file__).with_name("listener.py")


class Behaviour(StrEnum):
    """What a caller gets. All but FULL complete the handshake; all but RESET and CLOSE then keep the connection."""

    HOLD = "hold"  # nothing, ever
    CLOSE = "close"  # a polite close (FIN)
    RESET = "reset"  # an RST
    SEND = "send"  # so many octets
    FULL = "full"  # silence: the accept queue is full and nobody accepts


@contextmanager
def listening(
    namespace: Namespace,
    doors: Iterable[tuple[str, int]],
    behaviour: Behaviour = Behaviour.HOLD,
    *,
    text: str = "",
    octets: int = 0,
    lifetime: int = 120,
) -> Iterator[subprocess.Popen[str]]:
    """Listeners at all doors (address, port) for as long as the block lasts, or `lifetime` seconds at most.

    SEND sends `text` (latin-1, a banner), or `octets` octets, of `text` over and over if there is one.
    Raises LabCommandError when a door cannot be bound.
    """
    octets = octets or len(text)
    orders = {"behaviour": behaviour, "doors": list(doors), "text": text or "x", "octets": octets, "lifetime": lifetime}
    # Isolated, so that a module of the current directory cannot stand in the way of the standard library's.
    argv = (sys.executable, "-I", str(LISTENER))
    listener = namespace.popen(*argv, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    with listener:
        try:
            assert listener.stdin
            assert listener.stdout
            assert listener.stderr
            listener.stdin.write(json.dumps(orders) + "\n")
            listener.stdin.flush()
            if listener.stdout.readline() != "ready\n":
                raise LabCommandError(f"no listeners: {listener.stderr.read().strip()}")
            yield listener
        finally:
            listener.kill()
