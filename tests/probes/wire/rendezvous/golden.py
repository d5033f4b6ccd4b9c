"""Whole datagrams of each kind, so that the format cannot change unseen: agents of two versions meet in the field.

Written by hand from the layout that `frame` states; keys and MACs were computed with OpenSSL's command line.
"""

from probes.wire.rendezvous.frame import ID_SIZE, Kind
from probes.wire.rendezvous.greeting import Hello, OtherVersion, Welcome
from probes.wire.rendezvous.messages import (
    Admission,
    Asked,
    Found,
    Grant,
    Held,
    Hold,
    Holding,
    Reason,
    Report,
    Reported,
)
from probes.wire.rendezvous.states import Accepted, PathState, ProbeBack, States, Told, Willing
from tests.probes.wire.rendezvous.values import Message

SENDER, RECEIVER = "BTS01", "MSS"  # of requests
ID = b"\x10" * ID_SIZE
COOKIE = b"\xc0" * 24
LEASE = b"\x20" * ID_SIZE
NEWER = 9  # the version in which somebody asked who got OTHER_VERSION
HELLO_SIZE = 98  # padded, as a request is

MEANT: dict[Kind, Message] = {
    Kind.HELLO: Hello(newest=1),
    Kind.WELCOME: Welcome(1, 1_767_261_600_000, bytes(range(24)), "NODE1"),
    Kind.HOLD: Hold(LEASE, (49_152, 65_535)),
    Kind.HELD: Held(5_000, (Grant(49_152, Holding.HELD), Grant(65_535, Holding.REFUSED, Reason.EXCLUDED))),
    Kind.REPORT: Report(LEASE, (Asked(49_152, 32_769), Asked(65_535, 0))),
    Kind.REPORTED: Reported(True, "192.0.2.31", Admission.ADMITS, 3_600, {49_152: Found.MINE, 65_535: Found.HALF_OPEN}),
    Kind.TELL: PathState(
        *(4, 3, 2, 1, 61),
        confirmed=True,
        tested=66,
        largest_untested=1_023,
        rejected_by="192.0.2.254",
        blocked=((57_344, 65_535),),
        passes=((49_152, 57_343),),
        said=1_767_261_600_000,
    ),
    Kind.TOLD: Told(),
    Kind.PROBE_BACK: ProbeBack(50_001),
    Kind.ACCEPTED: Accepted(Willing.YES, (1, 3)),
    Kind.STATES: States(3),
    Kind.STATE: PathState(
        *(3, 2, 1, 0, None),
        settled=True,
        tested=16,
        largest_untested=1_023,
        suspect=((50_000, 50_010),),
        cut_short=True,
    ),
    Kind.OTHER_VERSION: OtherVersion(newest=1, oldest=0),
}

WRITTEN: dict[Kind, str] = {
    Kind.HELLO: """
        53534f52 01 01 0001 10101010101010101010101010101010 000000000000000000000000000000000000000000000000
        05 4254533031 03 4d5353
        01 00 00 00 00 00 00 00
        13b139c8653e83e24b6c52ea88ec3a77839137c001ae76832599d2cd2dc99e2a
    """,
    Kind.WELCOME: """
        53534f52 01 81 0027 10101010101010101010101010101010 000000000000000000000000000000000000000000000000
        03 4d5353 05 4254533031
        01 0000019b78fff900 000102030405060708090a0b0c0d0e0f1011121314151617 05 4e4f444531
        50fa06f261d64bb2ad8551a965355326f9715204234725cf3df851f45180ad09
    """,
    Kind.HOLD: """
        53534f52 01 02 0015 10101010101010101010101010101010 c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0
        05 4254533031 03 4d5353
        20202020202020202020202020202020 02 c000 ffff
        4479c8517a7fdbe7ec4eb9d0813b62e6045365db66b32082ec6c346bc790d409
    """,
    Kind.HELD: """
        53534f52 01 82 000b 10101010101010101010101010101010 000000000000000000000000000000000000000000000000
        03 4d5353 05 4254533031
        1388 02 c000 00 00 ffff 03 07
        e395ebfa9124beb545a5a28a1f1ee366de9d4e9a1e44bdd8aefd426eb9008fee
    """,
    Kind.REPORT: """
        53534f52 01 03 0019 10101010101010101010101010101010 c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0
        05 4254533031 03 4d5353
        20202020202020202020202020202020 02 c000 8001 ffff 0000
        d9cd51dc747bae8bc85e37b24fa71425abe9a1523b39ad2b3d64b476ed2d6c0f
    """,
    Kind.REPORTED: """
        53534f52 01 83 0018 10101010101010101010101010101010 000000000000000000000000000000000000000000000000
        03 4d5353 05 4254533031
        01 01 00000e10 0a 3139322e302e322e3331 02 c000 02 ffff 03
        1c7bd144afce56b50813a6cc35660fb0b6d5723f88490b9bae823a4a9125733e
    """,
    Kind.TELL: """
        53534f52 01 04 0030 10101010101010101010101010101010 c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0
        05 4254533031 03 4d5353
        04 03 02 01 01 0000003d 00000042 000003ff 0000019b78fff900
        0b 3139322e302e322e323534 01 e000 ffff 01 c000 dfff 00
        341cba5d0a64deef4e5cf6fa9a5e22e8de601f841691a33d07b50b50eb36ff8e
    """,
    Kind.TOLD: """
        53534f52 01 84 0000 10101010101010101010101010101010 000000000000000000000000000000000000000000000000
        03 4d5353 05 4254533031
        a51124930657376bad2895ff461b1ff1ba935abbb79d84fdaf94513325354988
    """,
    Kind.PROBE_BACK: """
        53534f52 01 05 0002 10101010101010101010101010101010 c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0
        05 4254533031 03 4d5353
        c351
        018110d4c29ea3f1bfc636767a908a496c39374552efde93849dc8ad839cad92
    """,
    Kind.ACCEPTED: """
        53534f52 01 85 0004 10101010101010101010101010101010 000000000000000000000000000000000000000000000000
        03 4d5353 05 4254533031
        01 02 01 03
        18b56e7cdaa6cb651ca54616b9d7cf2acd598631f524a80a25e615ea2d48f94a
    """,
    Kind.STATES: """
        53534f52 01 06 0001 10101010101010101010101010101010 c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0
        05 4254533031 03 4d5353
        03
        f03bd678229a3bc3ea65e09b0f313966168bf93c2e8f2fe235dd510e239b9afd
    """,
    Kind.STATE: """
        53534f52 01 86 0021 10101010101010101010101010101010 000000000000000000000000000000000000000000000000
        03 4d5353 05 4254533031
        03 02 01 00 06 ffffffff 00000010 000003ff 0000000000000000 00 00 00 01 c350 c35a
        79796137d588e5f85c964e9db8b544fa0a8d04cb13392cb7d0ead6179c076ec8
    """,
    Kind.OTHER_VERSION: """
        53534f52 09 ff 0002 10101010101010101010101010101010 000000000000000000000000000000000000000000000000
        03 4d5353 05 4254533031
        01 00
        872e4b395fff64e404d8446adafd2cf132610c4c4291c644bc3fbc00c8223b2e
    """,
}


DATAGRAMS = {kind: bytes.fromhex(written) for kind, written in WRITTEN.items()}
