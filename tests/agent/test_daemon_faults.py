"""`probe run` as a process, on whose host somebody takes away what it needs: it runs on, says it once, and recovers."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform != "win32":  # SIGHUP, and folders that can be taken away while they are in use
    ROOT = Path(__file__).parents[2]
    SITE = """\
site: test
names: false
{state}web: {{listen: "127.0.0.1:0"}}
schedule: {{interval: 10s, timeout: 500ms}}
{more}hosts:
  - {{name: BTS01, role: processing, address: 127.0.0.1}}
  - {{name: MSS, role: master-secret, address: 127.0.0.9}}
"""
    PATIENCE = 40.0  # seconds that a test waits at most

    class Daemon:
        """A running agent and what it says to standard error."""

        def __init__(self, process: subprocess.Popen[bytes], said: Path) -> None:
            self.process = process
            self._said = said

        @property
        def said(self) -> str:
            return self._said.read_text(encoding="utf-8", errors="replace")

        def until(self, holds: Callable[[], bool]) -> None:
            deadline = time.monotonic() + PATIENCE
            while not holds():
                assert self.process.poll() is None, self.said
                assert time.monotonic() < deadline, self.said
                time.sleep(0.02)

        def until_said(self, word: str, times: int = 1) -> None:
            self.until(lambda: self.said.count(word) >= times)

        @property
        def metrics(self) -> str:
            found = re.search(r"metrics=(\S+)", self.said)
            assert found
            with urllib.request.urlopen(found[1], timeout=10) as answer:
                return str(answer.read().decode())

        def reload(self) -> None:
            self.process.send_signal(signal.SIGHUP)

    @pytest.fixture
    def etc(tmp_path: Path) -> Path:
        folder = tmp_path / "etc"
        folder.mkdir()
        return folder

    def write(etc: Path, *, state: str = "state_dir: ../state\n", more: str = "") -> Path:
        path = etc / "ssoreach.yaml"
        path.write_text(SITE.format(state=state, more=more))
        return path

    @pytest.fixture
    def start(tmp_path: Path) -> Iterator[Callable[[Path], Daemon]]:
        """Starts an agent, waits until it listens; all of them have to come to a good end."""
        running: list[Daemon] = []
        environment = {**os.environ, "STATE_DIRECTORY": str(tmp_path / "default")}

        def begin(config: Path) -> Daemon:
            said = tmp_path / f"said{len(running)}"
            with said.open("wb") as file:
                argv = [sys.executable, "-m", "agent.cli", "run", "--config", str(config)]
                process = subprocess.Popen(argv, stderr=file, stdout=file, cwd=ROOT, env=environment)
            running.append(Daemon(process, said))
            running[-1].until_said("listening")
            return running[-1]

        try:
            yield begin
            for each in running:
                end(each)
                assert "Traceback" not in each.said
        finally:
            for each in running:
                each.process.kill()
                each.process.wait()

    def end(daemon: Daemon) -> None:
        if daemon.process.poll() is None:
            daemon.process.terminate()
            assert daemon.process.wait(PATIENCE) == 0, daemon.said

    def restart(config: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "agent.cli", "run", "--config", str(config)]
        environment = {**os.environ, "STATE_DIRECTORY": str(tmp_path / "default")}
        return subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT, env=environment)

    Start = Callable[[Path], Daemon]

    def test_a_configuration_that_is_gone_is_refused_in_words_and_starts_from_the_last_good_one(
        etc: Path, start: Start
    ) -> None:
        config = write(etc, state="")
        text = config.read_text()
        daemon = start(config)
        config.unlink()
        daemon.reload()
        daemon.until_said("the configuration was not loaded anew")
        assert f"{config}: cannot be read: No such file" in daemon.said
        daemon.until(lambda: "ssoreach_config_last_reload_successful 0.0" in daemon.metrics)
        config.write_text(text)
        daemon.reload()
        daemon.until_said("the configuration was loaded anew")
        daemon.until(lambda: "ssoreach_config_last_reload_successful 1.0" in daemon.metrics)
        config.unlink()
        end(daemon)
        again = start(config)
        assert "started from the last good configuration" in again.said
        assert "cannot be read: No such file" in again.said

    def test_where_nothing_tells_where_the_last_good_one_is_it_says_so(etc: Path, tmp_path: Path, start: Start) -> None:
        config = write(etc)
        end(start(config))
        config.unlink()
        done = restart(config, tmp_path)
        assert done.returncode == 2
        assert done.stderr.splitlines() == [
            f"{config}: cannot be read: No such file or directory",
            f"{tmp_path / 'default' / 'last-good.json'}: no last good configuration of it;"
            " if its state_dir said another folder, nothing tells which",
        ]

    def test_a_state_folder_that_is_taken_away_is_made_again(etc: Path, tmp_path: Path, start: Start) -> None:
        daemon = start(write(etc))
        folder = tmp_path / "state"
        daemon.until((folder / "agent.json").exists)
        shutil.rmtree(folder)
        daemon.until((folder / "agent.json").exists)
        assert json.loads((folder / "agent.json").read_text())["pid"] == daemon.process.pid
        assert folder.stat().st_mode & 0o777 == 0o700

    def test_a_state_folder_that_cannot_be_written_is_said_once_and_written_again(
        etc: Path, tmp_path: Path, start: Start
    ) -> None:
        """A file in its place: what no user can write to, root included."""
        daemon = start(write(etc))
        folder = tmp_path / "state"
        daemon.until((folder / "agent.json").exists)
        shutil.rmtree(folder)
        folder.write_text("")
        daemon.until_said("agent.json: cannot be written")
        assert "ssoreach_build_info" in daemon.metrics
        daemon.reload()  # takes some more of its turns
        daemon.until_said("the last good configuration cannot be kept")
        assert daemon.said.count("agent.json: cannot be written") == 1
        folder.unlink()
        daemon.until((folder / "agent.json").exists)
        daemon.reload()
        daemon.until((folder / "last-good.json").exists)
        shutil.rmtree(folder)
        folder.write_text("")
        daemon.until_said("agent.json: cannot be written", times=2)

    def test_a_log_without_room_is_said_once_and_goes_on(etc: Path, tmp_path: Path, start: Start) -> None:
        """In its place is a device on which there never is room, until there is a file: real errors of the system."""
        log = tmp_path / "ssoreach.log"
        log.symlink_to("/dev/full")
        daemon = start_with_log(etc, tmp_path, log)
        try:
            daemon.until_said("log.file: ")
            daemon.until(lambda: (tmp_path / "state" / "agent.json").exists())
            url = json.loads((tmp_path / "state" / "agent.json").read_text())["urls"][0]
            with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
                assert b"ssoreach_build_info" in answer.read()
            log.unlink()
            daemon.reload()
            daemon.until(lambda: log.is_file() and "lost before" in log.read_text())
            assert daemon.said.count("log.file: ") == 1
            assert "Traceback" not in daemon.said
            end(daemon)
        finally:
            daemon.process.kill()
            daemon.process.wait()

    def start_with_log(etc: Path, tmp_path: Path, log: Path) -> Daemon:
        config = write(etc, more=f"log: {{file: '{log}'}}\n")
        said = tmp_path / "said-log"
        with said.open("wb") as file:
            argv = [sys.executable, "-m", "agent.cli", "run", "--config", str(config)]
            return Daemon(subprocess.Popen(argv, stderr=file, stdout=file, cwd=ROOT), said)
