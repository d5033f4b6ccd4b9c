"""Whether Windows' firewall admits what comes to a program at a port, asked by COM (INetFwMgr, netfw.h).

Nowhere run yet against Windows' own firewall.
"""

import sys
from pathlib import Path

from probes.wire.rendezvous.messages import Admission

TCP, ANY_VERSION = 6, 2  # NET_FW_IP_PROTOCOL_TCP (as IP numbers them), NET_FW_IP_VERSION_ANY


def judged(allowed: object, restricted: object) -> Admission:
    """`allowed`: from some addresses at least; `restricted`: not from all of them, and nobody says from which."""
    if allowed is True and restricted is False:
        return Admission.ADMITS
    return Admission.SHUTS if allowed is False else Admission.UNKNOWN


if sys.platform == "win32":
    from agent.ground.com import VARIANT, dynamic, pythoncom

    def own_firewall(program: Path, port: int, protocol: int = TCP) -> Admission:
        """In whatever thread."""
        try:
            pythoncom.CoInitialize()
        except pythoncom.com_error:
            return Admission.UNKNOWN
        try:
            return judged(*_asked(program, port, protocol))
        except (pythoncom.com_error, AttributeError, TypeError, ValueError):
            return Admission.UNKNOWN
        finally:
            pythoncom.CoUninitialize()

    def _asked(program: Path, port: int, protocol: int) -> tuple[object, object]:
        allowed, restricted = (VARIANT(pythoncom.VT_BYREF | pythoncom.VT_VARIANT, None) for _ in range(2))
        manager = dynamic.DumbDispatch("HNetCfg.FwMgr")  # type: ignore[no-untyped-call]
        manager.IsPortAllowed(str(program), ANY_VERSION, port, "", protocol, allowed, restricted)
        return allowed.value, restricted.value
