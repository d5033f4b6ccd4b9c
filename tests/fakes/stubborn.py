"""A listener that speaks no protocol, or another one than was expected, in exactly one way.

As a program: `python -m tests.fakes.stubborn ADDRESS PORT MANNER`.
"""

import argparse
import asyncio
from enum import StrEnum

from tests.fakes.door import Caller, Treatment, stay


class Manner(StrEnum):
    """What a caller gets whose connection was accepted."""

    MUTE = "mute"  # nothing, ever
    CLOSE = "close"  # FIN at once
    CLOSE_WHEN_ASKED = "close-when-asked"  # FIN after the first bytes
    RESET = "reset"  # RST at once
    RESET_WHEN_ASKED = "reset-when-asked"
    HTTP = "http"  # a web server's answer to what it cannot read
    TLS = "tls"  # an alert of seven bytes, then FIN
    TLS_RESET = "tls-reset"  # an alert, then RST
    SSH = "ssh"  # a banner before anybody asks
    SHORT = "short"  # three bytes of no protocol, then nothing
    FLOOD = "flood"  # zeros for ever


HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>Bad Request</h1>\r\n"
TLS_ALERT = bytes.fromhex("15 03 03 00 02 02 46")  # fatal: protocol_version
SSH = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"
PART = bytes(65_536)


def treatment(manner: Manner) -> Treatment:
    async def treat(caller: Caller) -> None:
        if manner not in AT_ONCE:
            await caller.hear(1)
        await caller.say(BANNERS.get(manner, b""))
        while manner is Manner.FLOOD:
            await caller.say(PART)
        if manner in RESETS:
            caller.reset()
        elif manner not in STAYS:
            caller.hang_up()

    return treat


AT_ONCE = {Manner.MUTE, Manner.CLOSE, Manner.RESET, Manner.SSH, Manner.FLOOD}
RESETS = {Manner.RESET, Manner.RESET_WHEN_ASKED, Manner.TLS_RESET}
STAYS = {Manner.MUTE, Manner.SSH, Manner.SHORT}
BANNERS = {
    Manner.HTTP: HTTP,
    Manner.TLS: TLS_ALERT,
    Manner.TLS_RESET: TLS_ALERT,
    Manner.SSH: SSH,
    Manner.SHORT: b"???",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("manner", type=Manner, choices=list(Manner))
    given = parser.parse_args()
    asyncio.run(stay(treatment(given.manner), given.address, given.port))


if __name__ == "__main__":
    main()
