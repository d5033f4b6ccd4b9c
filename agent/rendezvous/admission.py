"""Whether this host's own firewall admits what comes to this program: as far as the system says, and no further.

Takes up to some seconds: for a thread.
"""

import sys
from pathlib import Path

from probes.wire.rendezvous.messages import Admission

if sys.platform == "win32":
    from agent.rendezvous.admission_windows import own_firewall
elif sys.platform == "linux":
    from agent.rendezvous import admission_linux

    def own_firewall(program: Path, port: int, protocol: int = 6) -> Admission:
        """`program`: whose process listens, which for Windows' firewall is what counts; `port`: one of many alike.

        `protocol`: as IP numbers them, TCP unless told otherwise.
        """
        del program, port, protocol  # here it is asked whether anything is dropped at all
        return admission_linux.own_firewall()
else:

    def own_firewall(program: Path, port: int, protocol: int = 6) -> Admission:
        """Nothing is known of other systems' firewalls."""
        del program, port, protocol
        return Admission.UNKNOWN


def this_program() -> Path:
    """Whose process this is, which need not be what started it: Python itself, where an environment has a launcher."""
    import psutil  # only here: `probe --help` is to be quick

    try:
        return Path(psutil.Process().exe())
    except (psutil.Error, OSError):
        return Path(sys.executable)


__all__ = ["own_firewall", "this_program"]
