"""The service, installed, played with and removed by the commands that people use; on Windows alone."""

import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

PATIENCE = 60.0
pytestmark = pytest.mark.timeout(400)  # each command starts a Python, which under wine takes seconds
SITE = """\
site: contoso
web: {{listen: "127.0.0.1:{port}"}}
names: false
schedule: {{interval: {interval}}}
hosts:
  - {{name: BTS01, role: processing, address: 127.0.0.1}}
  - {{name: MSS, role: master-secret, address: 127.0.0.2, epm_port: {port}}}
  - {{name: SQL01, role: sso-database, address: 127.0.0.3, port: {port}}}
"""

if sys.platform == "win32":
    import ctypes
    import os
    import winreg

    import psutil
    import win32service

    from agent.hosting.manager import RefusedError, Wish
    from agent.hosting.windows import control
    from agent.hosting.windows.lists import FOLDER, READ_ONLY, keep_to
    from agent.hosting.windows.manager import WindowsManager
    from agent.rendezvous.keywriter import make, new_key
    from tests.windows.conftest import Installation

    EVERYONE, USERS, ALL = "S-1-1-0", "S-1-5-32-545", "0x1f01ff"
    EVENTS = r"SYSTEM\CurrentControlSet\Services\EventLog\Application\ssoreach"
    SERVICE = r"SYSTEM\CurrentControlSet\Services\ssoreach"

    @pytest.fixture
    def port() -> int:
        with socket.create_server(("127.0.0.1", 0)) as sock:
            found: int = sock.getsockname()[1]
        return found

    @pytest.fixture
    def config(data: Path, port: int) -> Path:
        file = data / "ssoreach.yaml"
        file.write_text(SITE.format(port=port, interval="60s"), "utf-8")
        return file

    def healthy(port: int) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/healthy", timeout=10) as answer:
            return bool(answer.status == 200)

    def exists(key: str) -> bool:
        try:
            winreg.CloseKey(winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key))
        except FileNotFoundError:
            return False
        return True

    def until(holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.2)

    def test_from_nothing_to_nothing(installation: Installation, config: Path, port: int) -> None:
        log = config.parent / "state" / "agent.log"
        assert installation.probe("service", "status") == (3, "not installed\n")

        code, said = installation.probe("service", "install", "--host", "BTS01", "--start")
        assert code == 0, said
        assert r"installed the service ssoreach; it runs as NT SERVICE\ssoreach" in said
        assert "it runs, as process " in said
        assert healthy(port)
        code, said = installation.probe("service", "status")
        pid = control.seen().pid
        assert (code, said.splitlines()[:5]) == (
            0,
            [
                "running",
                r"account: NT SERVICE\ssoreach",
                f"program: {installation.python}",
                f"configuration: {config}, as host BTS01",
                f"process: {pid}",
            ],
        )
        assert psutil.Process(pid).cmdline()[1:] == [
            *("-I", "-m", "agent.cli", "service", "host", "--config", str(config), "--host", "BTS01")
        ]
        assert said.splitlines()[-1] == f"log: {log}"
        assert exists(EVENTS)

        config.write_text(SITE.format(port=port, interval="30s"), "utf-8")
        assert installation.probe("service", "reload")[0] == 0
        until(lambda: "the configuration was loaded anew" in log.read_text("utf-8"))

        began = time.monotonic()
        code, said = installation.probe("service", "stop")
        assert (code, said) == (0, "it has stopped\n")
        assert time.monotonic() - began < 10
        assert not psutil.pid_exists(pid)
        with pytest.raises(urllib.error.URLError):
            healthy(port)
        code, said = installation.probe("service", "status")
        assert (code, said.splitlines()[0], said.splitlines()[-1]) == (1, "stopped", "last: it ended well")
        assert installation.probe("service", "stop") == (0, "it does not run\n")

        assert installation.probe("service", "start")[0] == 0
        assert healthy(port)
        code, said = installation.probe("service", "uninstall")
        assert code == 0, said
        assert said.startswith("it has stopped\nremoved the service ssoreach\n")
        assert (exists(SERVICE), exists(EVENTS), config.exists(), log.exists()) == (False, False, True, True)
        assert installation.probe("service", "status")[0] == 3

        code, said = installation.probe("service", "uninstall", "--purge")
        assert code == 0, said
        assert not config.parent.exists()
        assert Path(os.environ["PROGRAMDATA"]).exists()

    def test_installed_twice_it_is_renewed_and_keeps_its_account(installation: Installation, config: Path) -> None:
        code, said = installation.probe("service", "install", "--account", "LocalService")
        assert (code, r"it runs as NT AUTHORITY\LocalService" in said) == (0, True), said
        code, said = installation.probe("service", "install", "--host", "BTS01")
        assert code == 0, said
        assert r"renewed the service ssoreach; from its next start on it runs as NT AUTHORITY\LocalService" in said
        found = control.configured()
        assert found is not None
        assert found.line.endswith("--host BTS01")

    def test_a_machine_that_is_no_host_of_the_file_gets_no_service(installation: Installation, config: Path) -> None:
        code, said = installation.probe("service", "install", "--host", "BTS02")
        assert (code, said.splitlines()[0]) == (2, "no host 'BTS02' in the file")
        assert control.configured() is None

    def test_without_the_key_that_the_file_names_nothing_is_done(installation: Installation, config: Path) -> None:
        text = config.read_text("utf-8")
        config.write_text(text + "rendezvous: {key_file: keys/site.key}\n", "utf-8")
        code, said = installation.probe("service", "install", "--host", "BTS01")
        key = config.parent / "keys" / "site.key"
        assert (code, said) == (2, f"rendezvous.key_file: {key}: is not there; copy the site's key to it\n")
        assert not (config.parent / "state").exists()
        assert control.configured() is None

    def test_a_service_of_that_name_that_is_another_program_is_left_alone(
        installation: Installation, config: Path
    ) -> None:
        line = r'"C:\windows\system32\services.exe" --other'
        control.create(line, "LocalSystem", "")
        for command in ("install", "uninstall", "start", "stop", "reload"):
            code, said = installation.probe("service", command)
            assert (code, "another program" in said) == (2, True), (command, said)
        assert installation.probe("service", "status")[0] == 3
        found = control.configured()
        assert found is not None
        assert found.line == line

    def test_a_configuration_that_cannot_be_used_is_a_clear_end_and_no_error_1053(
        installation: Installation, config: Path, port: int
    ) -> None:
        assert installation.probe("service", "install", "--host", "BTS01")[0] == 0
        config.write_text("site: contoso\nsmapling: 3\n", "utf-8")
        code, said = installation.probe("service", "start")
        assert (code, "(service-specific error 1)" in said) == (2, True), said
        assert "smapling" in (config.parent / "state" / "agent.log").read_text("utf-8")
        code, said = installation.probe("service", "status")
        assert (code, said.splitlines()[0]) == (1, "failed")

        config.write_text(SITE.format(port=port, interval="60s"), "utf-8")
        with socket.create_server(("127.0.0.1", port)):
            code, said = installation.probe("service", "start")
        assert (code, "(service-specific error 2)" in said) == (2, True), said
        assert installation.probe("service", "start")[0] == 0
        assert healthy(port)

    def test_a_configuration_that_goes_while_it_runs(installation: Installation, config: Path, port: int) -> None:
        log = config.parent / "state" / "agent.log"
        assert installation.probe("service", "install", "--host", "BTS01", "--start")[0] == 0
        config.unlink()
        assert installation.probe("service", "reload")[0] == 0
        until(lambda: "the configuration was not loaded anew" in log.read_text("utf-8"))
        assert healthy(port)
        assert installation.probe("service", "stop")[0] == 0
        assert installation.probe("service", "start")[0] == 0
        assert "started from the last good configuration" in log.read_text("utf-8")
        assert healthy(port)

    def test_a_program_that_others_can_change_is_refused(installation: Installation, config: Path) -> None:
        keep_to(installation.folder / "DLLs", EVERYONE, ALL, FOLDER)
        try:
            code, said = installation.probe("service", "install")
        finally:
            keep_to(installation.folder / "DLLs", EVERYONE, READ_ONLY, FOLDER)
        assert (code, f"{installation.folder / 'DLLs'}: Everyone" in said) == (2, True), said
        assert control.configured() is None

    def test_a_configuration_that_others_can_put_another_one_in_the_place_of_is_refused(
        installation: Installation, config: Path
    ) -> None:
        folder = installation.folder / "sites"
        folder.mkdir()
        keep_to(folder, EVERYONE, ALL, FOLDER)
        place = folder / "ssoreach.yaml"
        place.write_text(config.read_text("utf-8"), "utf-8")
        code, said = installation.probe("service", "install", "--config", str(place))
        keep_to(folder, EVERYONE, READ_ONLY, FOLDER)
        assert (code, "Everyone" in said, control.configured()) == (2, True, None), said

    def test_a_key_that_the_service_cannot_read(installation: Installation, config: Path) -> None:
        """In its own folder it is let; elsewhere whoever laid it out is told how."""
        key = installation.folder / "site.key"
        make(key, [new_key()])
        with config.open("a", encoding="utf-8") as file:
            file.write(f"rendezvous: {{key_file: '{key}'}}\n")
        code, said = installation.probe("service", "install")
        assert (code, f'icacls "{key}" /grant "*S-1-5-80-' in said, control.configured()) == (2, True, None), said

        make(config.parent / "site.key", [new_key()])
        config.write_text(config.read_text("utf-8").replace(str(key), "site.key"), "utf-8")
        code, said = installation.probe("service", "install")
        assert (code, f"{config.parent / 'site.key'}: the service may read it" in said) == (0, True), said

    def test_only_windows_starts_the_program_of_the_service(installation: Installation, config: Path) -> None:
        code, said = installation.probe("service", "host", "--config", str(config))
        assert (code, said) == (2, "only Windows starts this, for the service; in the foreground: probe run\n")

    def test_without_the_rights_it_says_which_and_changes_nothing(
        config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ctypes.windll.shell32, "IsUserAnAdmin", lambda: 0)
        manager = WindowsManager(lambda _: None)
        with pytest.raises(RefusedError, match="the rights of an administrator"):
            manager.install(Wish(config))
        with pytest.raises(RefusedError, match="the rights of an administrator"):
            manager.uninstall(purge=True)
        assert config.exists()
        assert manager.status().state.value == "not installed"

    def test_a_password_is_asked_of_a_person_or_not_at_all(installation: Installation, config: Path) -> None:
        name = os.environ.get("USERNAME", "")
        code, said = installation.probe("service", "install", "--account", name)
        assert (code, "only a person at a terminal" in said, control.configured()) == (2, True, None), said

    def test_what_windows_was_told_of_it(installation: Installation, config: Path) -> None:
        assert installation.probe("service", "install")[0] == 0
        with control.service(win32service.SERVICE_QUERY_CONFIG) as handle:
            found = win32service.QueryServiceConfig(handle)
            told = win32service.QueryServiceConfig2(handle, win32service.SERVICE_CONFIG_DESCRIPTION)
        assert (found[0], found[1]) == (win32service.SERVICE_WIN32_OWN_PROCESS, win32service.SERVICE_AUTO_START)
        assert found[3].startswith(f'"{installation.python}" -I ')
        assert "BizTalk" in told
