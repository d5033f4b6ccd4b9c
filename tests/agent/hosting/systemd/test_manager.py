"""What `probe service` does to a system, with systemd's commands played; the real ones: `tests/lab/test_systemd.py`."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from agent.hosting.manager import RefusedError, ServiceState, Wish
from agent.hosting.program import Program
from agent.hosting.systemd import fitness
from agent.hosting.systemd import manager as managers
from agent.hosting.systemd.manager import SystemdManager
from agent.hosting.systemd.systemctl import Said

assert sys.platform != "win32"  # the type checker then leaves this file out there

SITE = """\
site: contoso
hosts:
  - {name: BTS01, role: processing, address: 192.0.2.11}
  - {name: SQL01, role: sso-database, address: 192.0.2.41}
  - {name: MSS, role: master-secret, address: 192.0.2.31}
"""
UNIT, NAME = "etc/systemd/system/ssoreach.service", "ssoreach.service"


class Played:
    """A system below a folder, of which root is who runs the test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.asked: list[str] = []
        self.fails: dict[str, str] = {}  # words of a command, and what it says then
        self.shown = {"LoadState": "loaded", "ActiveState": "inactive", "UnitFileState": "enabled"}
        for folder in ("run/systemd/system", "etc/systemd/system", "etc/ssoreach", "opt/ssoreach/bin"):
            (root / folder).mkdir(parents=True)
        self.python = self.file("opt/ssoreach/bin/python", "")
        self.config = self.file("etc/ssoreach/ssoreach.yaml", SITE)
        self.program = Program(self.python, ("-I", "-m", "agent.cli"), root / "opt/ssoreach")
        self.manager = SystemdManager(root, self.ask, self.program)

    def file(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def ask(self, program: str, *words: str) -> Said:
        said = " ".join(words)
        if words[0] == "show":
            return Said(0, "".join(f"{name}={value}\n" for name, value in self.shown.items()))
        self.asked.append(said if program == "systemctl" else program)
        failed = next((text for start, text in self.fails.items() if said.startswith(start)), None)
        return Said(0, "") if failed is None else Said(1, failed)

    def wish(self, **more: object) -> Wish:
        return Wish(**{"config": self.config, "host": "BTS01", **more})  # type: ignore[arg-type]


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    """Below a folder that everybody may pass, as a system's own."""
    if os.geteuid() != 0:
        pytest.skip("takes root, whose files alone are taken")
    monkeypatch.setattr(fitness, "UNSEEN", (Path("/home"),))
    with TemporaryDirectory(dir="/var/tmp") as folder:
        root = Path(folder)
        root.chmod(0o755)
        yield Played(root)


def refused(played: Played, **more: object) -> str:
    with pytest.raises(RefusedError) as error:
        played.manager.install(played.wish(**more))
    assert not (played.root / UNIT).exists()
    assert played.asked == []
    return str(error.value)


def test_it_is_written_and_enabled_and_a_second_time_renewed(played: Played) -> None:
    first = played.manager.install(played.wish())
    text = (played.root / UNIT).read_text("utf-8")
    assert f"--config {played.config} --host BTS01\n" in text
    assert (played.root / UNIT).stat().st_mode & 0o777 == 0o644
    assert first[0].startswith("installed: ")
    assert played.asked == ["daemon-reload", f"enable {NAME}"]
    (played.root / UNIT).write_text(text + "# as of an older version\n")
    assert played.manager.install(played.wish())[0].startswith("renewed: ")
    assert (played.root / UNIT).read_text("utf-8") == text


def test_with_start_it_is_restarted_and_otherwise_that_is_said(played: Played) -> None:
    played.shown["ActiveState"] = "active"
    assert "as it was before" in played.manager.install(played.wish())[-1]
    played.manager.install(played.wish(start=True))
    assert played.asked[-2:] == [f"reset-failed {NAME}", f"restart {NAME}"]


def test_what_does_not_run_cannot_be_loaded_anew_and_it_is_said_so(played: Played) -> None:
    for state in ("inactive", "failed"):
        played.shown["ActiveState"] = state
        with pytest.raises(RefusedError) as error:
            played.manager.reload()
        assert str(error.value) == "it does not run"
    assert played.asked == []


@pytest.mark.parametrize("where", [UNIT, "usr/lib/systemd/system/ssoreach.service"])
def test_a_unit_that_is_not_ours_is_left_alone(played: Played, where: str) -> None:
    theirs = played.file(where, "[Unit]\nDescription=another program\n")
    played.shown["FragmentPath"] = str(theirs)
    with pytest.raises(RefusedError, match="is not ours"):
        played.manager.install(played.wish())
    with pytest.raises(RefusedError, match="is not ours"):
        played.manager.uninstall(purge=True)
    assert theirs.read_text() == "[Unit]\nDescription=another program\n"
    assert played.asked == []


@pytest.mark.parametrize("option", [{"account": "svc"}, {"firewall_scope": True}, {"scrapers": ("192.0.2.90",)}])
def test_what_only_windows_has_is_refused_in_words(played: Played, option: dict[str, object]) -> None:
    assert "is for Windows" in refused(played, **option)


def test_without_rights_and_without_systemd_that_is_said(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "takes root" in refused(played)
    assert played.manager.status().state is ServiceState.STOPPED, "which takes no rights"
    (played.root / "run/systemd/system").rmdir()
    assert "systemd does not run here" in refused(played)


def test_a_host_that_the_file_does_not_have_is_refused(played: Played) -> None:
    assert "BTS99" in refused(played, host="BTS99")


@pytest.mark.parametrize("name", ["opt/ssoreach/bin", "opt/ssoreach/bin/python", "etc/ssoreach", "etc"])
@pytest.mark.parametrize("mode", [0o777, 0o757])
def test_what_others_can_change_is_refused(played: Played, name: str, mode: int) -> None:
    (played.root / name).chmod(mode)
    assert f"{played.root / name}: its mode {mode:04o} lets others change it" in refused(played)


def test_root_s_own_group_is_as_good_as_root(played: Played) -> None:
    library = played.file("opt/ssoreach/lib/a.py", "")
    library.chmod(0o664)
    played.manager.install(played.wish())
    os.chown(library, 0, 1000)
    (played.root / UNIT).unlink()
    played.asked.clear()
    assert f"{library}: its mode 0664 lets others change it" in refused(played)


def test_what_belongs_to_another_user_is_refused(played: Played) -> None:
    for number in range(7):
        os.chown(played.file(f"opt/ssoreach/lib/{number}.py", ""), 1000, 1000)
    os.chown(played.config, 1000, 0)
    said = refused(played)
    assert f"{played.config}: belongs to user 1000" in said
    assert said.count("belongs to user 1000") == fitness.MOST
    assert "(3 more like these)" in said


def test_code_that_others_can_change_is_refused_wherever_a_link_or_an_editable_installation_has_it(
    played: Played,
) -> None:
    source = played.file("srv/alice/src/agent/app.py", "").parent
    os.chown(source / "app.py", 1000, 1000)
    played.manager = SystemdManager(played.root, played.ask, replace(played.program, package=source))
    assert f"{source / 'app.py'}: belongs to user 1000" in refused(played)


def test_a_program_behind_a_link_is_refused_where_others_can_take_its_folder_away(played: Played) -> None:
    real = played.root / "srv/alice/ssoreach"
    real.parent.mkdir(parents=True)
    (played.root / "opt/ssoreach").rename(real)
    (played.root / "opt/ssoreach").symlink_to(real)
    os.chown(real.parent, 1000, 1000)
    real.joinpath("bin/python").unlink()
    real.joinpath("bin/python").symlink_to("/bin/sh")
    assert f"{real.parent}: belongs to user 1000" in refused(played)


@pytest.mark.parametrize("name", ["etc/ssoreach/ssoreach.yaml", "etc/ssoreach"])
def test_what_the_service_could_not_read_is_refused(played: Played, name: str) -> None:
    (played.root / name).chmod(0o700)
    assert f"{played.root / name}: the service's own account cannot read it" in refused(played)


def test_what_the_sandbox_hides_is_refused(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitness, "UNSEEN", (played.root / "opt",))
    assert f"sees nothing of {played.root / 'opt'}" in refused(played)


def test_what_the_service_cannot_do_is_said(played: Played) -> None:
    key = played.file("etc/ssoreach/key", "x")
    key.chmod(0o600)
    played.config.write_text(SITE + "rendezvous: {key_file: key}\nlog: {file: a.log}\nweb: {listen: '0.0.0.0:443'}\n")
    said = "\n".join(played.manager.install(played.wish()))
    assert f"ln -s {key} {played.root / 'etc/credstore/ssoreach-key'}" in said
    assert "log.file: " in said
    assert "port 443" in said
    key.chmod(0o644)
    assert "ln -s" not in "\n".join(played.manager.install(played.wish())), "as everybody may read it there"
    key.chmod(0o600)
    played.file("etc/credstore/ssoreach-key", "x")
    assert "ln -s" not in "\n".join(played.manager.install(played.wish()))


def test_what_fails_half_way_says_how_far_it_came(played: Played) -> None:
    played.fails["enable"] = "Failed to enable unit: it is masked\n"
    with pytest.raises(RefusedError, match=r"was written, but: systemctl enable .* failed\nFailed to enable"):
        played.manager.install(played.wish())


def test_it_is_removed_and_what_a_person_wrote_stays(played: Played) -> None:
    played.manager.install(played.wish())
    drop_in = played.file(f"{UNIT}.d/override.conf", "[Service]\n")
    said = "\n".join(played.manager.uninstall(purge=False))
    assert not (played.root / UNIT).exists()
    assert f"disable --now {NAME}" in played.asked
    assert played.config.exists()
    assert f"kept, as it is yours: {drop_in.parent}" in said
    assert drop_in.exists()


def test_a_purge_takes_what_is_ours_and_nothing_else(played: Played) -> None:
    outside = played.file("srv/keys/site.key", "x")
    state = played.file("var/lib/private/ssoreach/agent.json", "{}").parent
    (played.root / "var/lib/ssoreach").symlink_to("private/ssoreach")
    (played.root / "etc/credstore").mkdir()
    (played.root / "etc/credstore/ssoreach-key").symlink_to(outside)
    others = [played.file("etc/credstore/other", "x"), played.file("var/lib/private/other/x", "x"), outside]
    played.manager.install(played.wish())
    played.manager.uninstall(purge=True)
    assert all(each.exists() for each in others)
    gone = (state, played.root / "var/lib/ssoreach", played.config.parent, played.root / "etc/credstore/ssoreach-key")
    assert not any(each.is_symlink() or each.exists() for each in gone)
    assert played.manager.uninstall(purge=True) == [f"there is no {NAME}, and nothing else to remove"]


def test_no_port_of_the_file_s_own_takes_no_right(played: Played) -> None:
    played.config.write_text(SITE + "web: {listen: '0.0.0.0:0'}\n")
    assert "CAP_NET_BIND_SERVICE" not in "\n".join(played.manager.install(played.wish()))


def test_a_purge_follows_no_link_to_a_folder(played: Played) -> None:
    outside = played.file("srv/ssoreach/ssoreach.yaml", SITE)
    played.manager.install(played.wish())
    played.config.unlink()
    played.config.parent.rmdir()
    played.config.parent.symlink_to(outside.parent)
    played.manager.uninstall(purge=True)
    assert outside.exists()
    assert not played.config.parent.is_symlink()


def test_a_failed_start_shows_the_end_of_the_log(played: Played) -> None:
    played.fails |= {"start": "Job for ssoreach.service failed.\n", "--unit": "ssoreach.yaml:3: \x1b[31mno\n"}
    with pytest.raises(RefusedError) as error:
        played.manager.start()
    assert str(error.value).splitlines() == [
        "it did not start",
        "Job for ssoreach.service failed.",
        "ssoreach.yaml:3: \\x1b[31mno",
    ]


@pytest.mark.parametrize("word", ["start", "stop", "reload"])
def test_what_is_not_installed_cannot_be_told(played: Played, word: str) -> None:
    played.shown["LoadState"] = "not-found"
    with pytest.raises(RefusedError, match="is not installed"):
        getattr(played.manager, word)()


@pytest.mark.parametrize("do", [managers.SystemdManager.stop, managers.SystemdManager.reload])
def test_what_systemd_refuses_is_passed_on(played: Played, do: object) -> None:
    played.shown["ActiveState"] = "active"
    played.fails |= {"stop": "no\n", "reload": "no\n"}
    with pytest.raises(RefusedError, match=r"no$"):
        do(played.manager)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("shown", "state", "detail"),
    [
        ({"LoadState": "not-found"}, ServiceState.ABSENT, None),
        ({"ActiveState": "active", "StatusText": "all is\x07 well"}, ServiceState.RUNNING, "all is\\x07 well"),
        ({"ActiveState": "reloading"}, ServiceState.RUNNING, None),
        (
            {"ActiveState": "activating", "SubState": "auto-restart"},
            ServiceState.STARTING,
            "it is about to be started again",
        ),
        ({"ActiveState": "deactivating"}, ServiceState.STOPPING, None),
        ({"ActiveState": "failed", "Result": "watchdog"}, ServiceState.FAILED, "it ended last by watchdog (exit )"),
        ({"ActiveState": "inactive"}, ServiceState.STOPPED, None),
        ({"LoadState": "masked", "ActiveState": "inactive"}, ServiceState.STOPPED, "the unit is masked"),
        ({"UnitFileState": "disabled"}, ServiceState.STOPPED, "it does not start with the system (disabled)"),
        ({"NRestarts": "3"}, ServiceState.STOPPED, "started again by systemd: 3 times"),
    ],
)
def test_how_it_is(played: Played, shown: dict[str, str], state: ServiceState, detail: str | None) -> None:
    played.shown |= shown
    status = played.manager.status()
    assert status.state is state
    assert detail is None or detail in status.details
