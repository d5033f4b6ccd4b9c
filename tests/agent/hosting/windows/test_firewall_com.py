"""What Windows' firewall says when it refuses, in words that say what to do."""

import sys

import pytest

from agent.hosting.manager import RefusedError
from agent.hosting.windows.firewall_com import opened, why


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((-2147024891, "Access is denied.", None, None), "it takes an administrator: start PowerShell as one"),
        (
            (-2147352567, "Exception occurred.", (0, None, None, None, 0, -2147024891), None),
            "it takes an administrator: start PowerShell as one",
        ),
        ((-2147023143, "No endpoints.", None, None), "Windows' firewall service (MpsSvc) does not run: start it"),
        (
            (-2147352567, "Exception occurred.", (0, "x", "Der Parameter ist falsch.\r\n", None, 0, -2147024809), None),
            "Der Parameter ist falsch. (0x80070057)",
        ),
        ((-2147467263, None, None, None), "no reason given (0x80004001)"),
        ((-2147467259, "odd\x1b[31m", None, None), r"odd\x1b[31m (0x80004005)"),
        ((), "no reason given (0x00000000)"),
    ],
)
def test_a_refusal_says_what_to_do_or_what_windows_said(arguments: tuple[object, ...], said: str) -> None:
    assert why(arguments) == said


@pytest.mark.skipif(sys.platform == "win32", reason="there it is")
def test_elsewhere_there_is_no_windows_firewall() -> None:
    with pytest.raises(RefusedError, match="not here"), opened():
        raise AssertionError
