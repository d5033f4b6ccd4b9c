"""How an RPC service is known among the entries of an endpoint mapper."""

from uuid import UUID

import pytest

from agent.ground.path import Matcher

MSDTC = UUID("906b0ce0-c70b-1067-b317-00dd010662da")
OTHER = UUID("12345678-1234-abcd-ef00-0123456789ab")
BY_TEXT, BY_INTERFACE = Matcher("entsso", annotation="SSOSecretServer"), Matcher("msdtc", interface=MSDTC)


@pytest.mark.parametrize(
    ("matcher", "annotation", "interface", "matches"),
    [
        (BY_TEXT, "SSOSecretServer", OTHER, True),
        (BY_TEXT, "ssosecretserver", MSDTC, True),
        (BY_TEXT, "SSOSecretServer2", OTHER, False),
        (BY_TEXT, " SSOSecretServer", OTHER, False),
        (BY_TEXT, "", OTHER, False),
        (BY_INTERFACE, "", MSDTC, True),
        (BY_INTERFACE, "SSOSecretServer", MSDTC, True),
        (BY_INTERFACE, "msdtc", OTHER, False),
        (Matcher("x", "X", MSDTC), "X", OTHER, False),  # an interface is the better of the two
        (Matcher("x"), "", OTHER, False),
    ],
)
def test_what_is_this_service(matcher: Matcher, annotation: str, interface: UUID, matches: bool) -> None:
    assert matcher.matches(annotation, interface) is matches


def test_a_service_need_not_be_anywhere_unless_it_is_said() -> None:
    assert (BY_TEXT.required, BY_TEXT.confirmed, BY_TEXT.fixed_port) == (False, False, None)
