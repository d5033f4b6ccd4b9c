"""Access lists of real files; on Windows alone. Below wine they are a file's mode: owner, and everybody."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    import winreg

    import win32evtlog

    from agent.hosting.windows import eventlog
    from agent.hosting.windows.access import CHANGES, READS, may, strangers
    from agent.hosting.windows.command import read, written
    from agent.hosting.windows.lists import (
        FOLDER,
        READ_ONLY,
        access_of,
        is_link,
        keep_to,
        name_of,
        own_sid,
        sid_of,
    )

    EVERYONE, ALL = "S-1-1-0", "0x1f01ff"

    def test_what_is_kept_to_one_is_shut_to_others(tmp_path: Path) -> None:
        folder = tmp_path / "Größe und Maß"
        folder.mkdir()
        keep_to(folder, EVERYONE, ALL, FOLDER)
        assert EVERYONE in strangers(access_of(folder), CHANGES, {own_sid()})
        keep_to(folder, EVERYONE, READ_ONLY, FOLDER)
        assert strangers(access_of(folder), CHANGES, {own_sid()}) == ()
        assert may(access_of(folder), {EVERYONE}, READS)

    def test_what_is_not_there_is_an_error_with_its_name(tmp_path: Path) -> None:
        with pytest.raises(OSError, match="no-such") as caught:
            access_of(tmp_path / "no-such")
        assert caught.value.filename == str(tmp_path / "no-such")

    def test_a_folder_is_no_link(tmp_path: Path) -> None:
        assert not is_link(tmp_path)

    def test_accounts_have_names_and_numbers() -> None:
        assert name_of(EVERYONE).rpartition("\\")[2] == "Everyone"
        assert name_of("S-1-5-80-1-2-3-4-5") == "S-1-5-80-1-2-3-4-5"
        assert sid_of(r"NT AUTHORITY\SYSTEM") == "S-1-5-18"
        with pytest.raises(LookupError):
            sid_of("nobody-of-this-name")

    def test_the_source_of_events_is_registered_with_the_file_of_its_texts_and_removed() -> None:
        eventlog.register()
        eventlog.register()
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, SOURCE) as key:
            assert winreg.QueryValueEx(key, "EventMessageFile")[0] == win32evtlog.__file__
        eventlog.write(6, 30, "verdict changed\r\npeer: MSS")
        assert eventlog.unregister()
        assert not eventlog.unregister()

    SOURCE = r"SYSTEM\CurrentControlSet\Services\EventLog\Application\ssoreach"

    @pytest.mark.parametrize("level", [0x4000_0000, 0x8000_0000, 0xC000_0000])
    @pytest.mark.parametrize("number", range(1, 10))
    def test_every_event_has_a_text_that_is_just_ours(number: int, level: int) -> None:
        """Else Event Viewer says that it cannot find the description."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.LoadLibraryExW.restype = ctypes.c_void_p
        library = ctypes.c_void_p(kernel.LoadLibraryExW(ctypes.c_wchar_p(win32evtlog.__file__), None, 2))
        text = ctypes.create_unicode_buffer(1000)
        from_module, no_inserts = 0x800, 0x200
        length = kernel.FormatMessageW(from_module | no_inserts, library, number | level, 0, text, 1000, None)
        kernel.FreeLibrary(library)
        assert length
        assert text.value.strip() == "%1"

    @pytest.mark.parametrize(
        "words",
        [
            (r"C:\Program Files\Größe und Maß\ssoreach.exe", "service", "host", "--config", r"D:\Größe und Maß\s.yaml"),
            (r"C:\x.exe", "", 'a"b', "c\\", "d e\\", '\\"', '\\\\" f', "\tg"),
        ],
    )
    def test_windows_reads_a_command_line_as_we_do(words: tuple[str, ...]) -> None:
        shell, count = ctypes.WinDLL("shell32"), ctypes.c_int()
        shell.CommandLineToArgvW.restype = ctypes.POINTER(ctypes.c_wchar_p)
        line = written(words)
        found = shell.CommandLineToArgvW(ctypes.c_wchar_p(line), ctypes.byref(count))
        assert tuple(found[: count.value]) == words == (read(line).program, *read(line).arguments)
        assert tuple(read(subprocess.list2cmdline(words)).arguments) == words[1:]
