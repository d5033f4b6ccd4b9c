"""Windows' event log: our name in it, and what is written there."""

import sys

if sys.platform == "win32":
    import logging
    import winreg

    import win32evtlog
    import win32evtlogutil

    from agent.hosting.windows.names import SOURCE

    KEY = rf"SYSTEM\CurrentControlSet\Services\EventLog\Application\{SOURCE}"
    # The upper bits of a number say how grave it is, and the message file has a text for each; people see the lower.
    INFORMATION = (win32evtlog.EVENTLOG_INFORMATION_TYPE, 0x4000_0000)
    WARNING = (win32evtlog.EVENTLOG_WARNING_TYPE, 0x8000_0000)
    ERROR = (win32evtlog.EVENTLOG_ERROR_TYPE, 0xC000_0000)

    def write(event: int, level: int, text: str) -> None:
        """Raises pywintypes.error."""
        kind, bits = ERROR if level >= logging.ERROR else WARNING if level >= logging.WARNING else INFORMATION
        win32evtlogutil.ReportEvent(SOURCE, event | bits, eventType=kind, strings=[text])

    def register() -> None:
        """The file with the messages' texts is part of this installation. Raises pywintypes.error."""
        win32evtlogutil.AddSourceToRegistry(SOURCE, win32evtlog.__file__)

    def unregister() -> bool:
        """False: it was not there. Raises pywintypes.error."""
        was_there = _is_registered()
        win32evtlogutil.RemoveSourceFromRegistry(SOURCE)
        return was_there

    def _is_registered() -> bool:
        try:
            winreg.CloseKey(winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, KEY))
        except OSError:
            return False
        return True
