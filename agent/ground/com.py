"""Objects of Windows' COM, made from their names alone.

pywin32 also keeps code that it generates for them, in a folder of %TEMP%: as soon as it is imported it makes that
folder, or unpickles what is there. Where the agent is the system, or an administrator, that may be what somebody else
has put there. So the part of it that does this is never imported: an empty module stands in its place.
"""

import sys
from types import ModuleType

GENERATED = "win32com.client.gencache"

if sys.platform == "win32":
    sys.modules.setdefault(GENERATED, ModuleType(GENERATED))
    import pythoncom
    from win32com.client import VARIANT, dynamic

    __all__ = ["VARIANT", "dynamic", "pythoncom"]
