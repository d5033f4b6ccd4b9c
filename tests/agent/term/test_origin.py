"""The configuration file of an agent: every way in which it may be bad, and the last good one."""

import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import agent.term.origin
from agent.config.model import Config
from agent.term.origin import FILE_NAME, FileOrigin
from agent.term.reload import UnusableError

assert sys.platform != "win32"  # the type checker then leaves this file out there

SITE = """\
site: contoso
{more}
hosts:
  - {{name: BTS01, role: processing, address: 192.0.2.11}}
  - {{name: MSS, role: master-secret, address: 192.0.2.31}}
  - {{name: SQL01, role: sso-database, address: 192.0.2.41}}
"""
GOOD = SITE.format(more="state_dir: state")


class Bench:
    """A file, the origin that reads it, and a platform's folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "etc" / "ssoreach.yaml"
        self.default = folder / "default"
        self.file.parent.mkdir()
        self.told: list[Config] = []
        self.origin = self.started()

    def started(self, file: Path | None = None) -> FileOrigin:
        return FileOrigin(file or self.file, "BTS01", lambda: 1_800_000_000.5, self.told.append)

    def was_good(self, text: str = GOOD) -> None:
        """An agent ran with it, and ended."""
        self.file.write_text(text)
        origin = self.started()
        origin.took(origin.load())
        self.told.clear()

    @property
    def kept(self) -> Path:
        return self.file.parent / "state" / FILE_NAME

    def mistakes(self) -> str:
        with pytest.raises(UnusableError) as error:
            self.origin.load()
        return "\n".join(error.value.mistakes)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path)
    monkeypatch.setattr(agent.term.origin, "default_state_folder", lambda: made.default)
    monkeypatch.setattr("agent.store.kept.default_state_folder", lambda: made.default)
    return made


def as_it_is(file: Path) -> None:
    """Somebody wrote nothing at all."""
    file.write_bytes(b"")


def as_a_folder(file: Path) -> None:
    file.unlink(missing_ok=True)
    file.mkdir()


BAD: list[tuple[Callable[[Path], object], str]] = [
    (as_it_is, "empty"),
    (lambda file: file.unlink(missing_ok=True), "cannot be read"),
    (as_a_folder, "cannot be read"),
    (lambda file: file.write_text(GOOD.replace("site: contoso", "site: [contoso")), "not YAML"),
    (lambda file: file.write_text(GOOD.replace("  - {name: MSS", "\t- {name: MSS")), "tab"),
    (lambda file: file.write_text(f"{GOOD}unknown_key: 1\n"), "unknown_key"),
    (lambda file: file.write_text(GOOD.replace("processing", "porter")), "porter"),
    (lambda file: file.write_text(GOOD.replace("BTS01", "BTS09")), "BTS01"),
    (lambda file: file.write_text(f"{GOOD}rendezvous: {{key_file: nowhere}}\n"), "rendezvous.key_file"),
    (lambda file: file.write_bytes(GOOD.encode() + b"\xff\xfe\n"), "not UTF-8"),
    (lambda file: file.write_bytes(b"\x00" * 100), "YAML"),
    (lambda file: file.write_text(GOOD + "#" * (1 << 20)), "larger than 1 MiB"),
]


@pytest.mark.parametrize(("spoil", "said"), BAD)
def test_a_bad_file_is_told_and_the_last_good_one_is_there(
    bench: Bench, spoil: Callable[[Path], object], said: str
) -> None:
    bench.was_good()
    spoil(bench.file)
    assert said in bench.mistakes()
    last = bench.started().last_good()
    found_by_name = "state_dir" in (bench.file.read_bytes().decode("utf-8", "replace") if bench.file.is_file() else "")
    if not found_by_name:  # what does not say where its state is has it where this platform has it
        assert last is None
        bench.default.mkdir()
        bench.kept.rename(bench.default / FILE_NAME)
        last = bench.started().last_good()
    assert last is not None
    assert (last.text, last.at) == (GOOD, 1_800_000_000.5)
    assert bench.origin.understand(last.text).setup.source.name == "BTS01"


@pytest.mark.parametrize(
    "named",
    ["state", '"state"', "'state'", "state  # where it lies", '"state" # here', "./state/../state", "{place}"],
)
def test_the_folder_of_a_file_that_is_no_yaml_is_found_by_its_line(bench: Bench, named: str) -> None:
    written = named.format(place=bench.file.parent / "state")
    text = SITE.format(more=f"state_dir: {written}")
    bench.was_good(text)
    bench.file.write_text(f"{text}  - {{name: [\n")
    last = bench.started().last_good()
    assert last is not None
    assert last.text == text


@pytest.mark.parametrize("named", ["", "null", "~", "# state"])
@pytest.mark.parametrize("rest", ["unknown: 1\n", "  - {name: [\n"])
def test_a_folder_that_is_not_named_is_this_platform_s(bench: Bench, named: str, rest: str) -> None:
    bench.was_good(SITE.format(more=""))
    assert (bench.default / FILE_NAME).exists()
    bench.file.write_text(SITE.format(more=f"state_dir: {named}") + rest)
    assert bench.started().last_good() is not None


def test_what_is_kept_is_for_nobody_else_s_eyes(bench: Bench) -> None:
    bench.was_good()
    assert stat.S_IMODE(bench.kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(bench.kept.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("expose", "said"),
    [
        (lambda kept: kept.chmod(0o606), "lets everybody at it"),
        (lambda kept: kept.chmod(0o660), "lets its group change it"),
        (lambda kept: kept.parent.chmod(0o777), "lets everybody put another file in its place"),
    ],
    ids=["everybody", "group", "folder"],
)
def test_what_others_may_have_written_does_not_decide_what_we_do(
    bench: Bench, expose: Callable[[Path], object], said: str
) -> None:
    bench.was_good()
    expose(bench.kept)
    with pytest.raises(UnusableError, match=said):
        bench.started().last_good()


def test_nor_does_what_belongs_to_somebody_else(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may give the file away; for anybody else `geteuid` is made to say that it is somebody else's."""
    bench.was_good()
    if os.geteuid() == 0:
        os.chown(bench.kept, 65534, -1)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(UnusableError, match="belongs to user"):
        bench.started().last_good()


def test_a_file_of_another_place_has_no_last_good_one_here(bench: Bench) -> None:
    bench.was_good()
    other = bench.file.with_name("other.yaml")
    other.write_text(f"{GOOD}unknown: 1\n")
    assert bench.started(other).last_good() is None
    assert bench.started().last_good() is not None


def test_it_is_the_same_file_from_wherever_it_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.was_good()
    monkeypatch.chdir(bench.file.parent)
    assert bench.started(Path("ssoreach.yaml")).last_good() is not None


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "[" * 100_000,
        lambda text: "[]",
        lambda text: text.replace('"version": 1', '"version": 2'),
        lambda text: json.dumps({**json.loads(text), "at": "yesterday"}),
        lambda text: json.dumps({**json.loads(text), "at": float("nan")}),
        lambda text: json.dumps({**json.loads(text), "text": 5}),
        lambda text: text + " " * (9 << 20),
    ],
)
def test_what_is_no_last_good_file_is_none(bench: Bench, damage: Callable[[str], str]) -> None:
    bench.was_good()
    bench.kept.write_text(damage(bench.kept.read_text()))
    found = bench.started().last_good()
    assert found is None or found.text == GOOD


def test_nor_is_a_folder_or_a_pipe(bench: Bench) -> None:
    bench.was_good()
    bench.kept.unlink()
    bench.kept.mkdir()
    assert bench.started().last_good() is None
    bench.kept.rmdir()
    os.mkfifo(bench.kept)
    assert bench.started().last_good() is None


def test_a_folder_that_cannot_be_written_costs_nothing_but_that(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.file.write_text(GOOD)
    (bench.file.parent / "state").write_text("a file, where a folder should be")
    bench.origin.took(bench.origin.load())
    assert "cannot be kept" in caplog.text
    assert len(bench.told) == 1
    assert bench.started().last_good() is None


def test_relative_paths_lie_beside_the_file_wherever_its_last_good_text_came_from(bench: Bench) -> None:
    key = bench.file.parent / "key"
    key.touch(mode=0o600)
    key.write_text("a key that is long enough to be one, of a test\n")
    text = SITE.format(more="state_dir: state\nrendezvous: {key_file: key}\nlog: {file: agent.log}")
    bench.was_good(text)
    bench.file.write_text("state_dir: state\nsite: [")
    last = bench.started().last_good()
    assert last is not None
    loaded = bench.origin.understand(last.text)
    assert loaded.ring is not None
    assert loaded.setup.config.state_dir == bench.file.parent / "state"
    assert loaded.setup.config.log.file == bench.file.parent / "agent.log"


def test_what_is_kept_is_the_text_that_came_into_force_and_no_later_one(bench: Bench) -> None:
    bench.file.write_text(GOOD)
    loaded = bench.origin.load()
    bench.file.write_text(f"{GOOD}unknown: 1\n")
    assert "unknown" in bench.mistakes()
    bench.origin.took(loaded)
    last = bench.origin.last_good()
    assert last is not None
    assert last.text == GOOD
    assert bench.told == [loaded.setup.config]


def test_systemd_s_credential_is_the_web_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it names without a path is beside it, among the other credentials."""
    bench, given = Bench(tmp_path), tmp_path / "given"
    given.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    bench.file.write_text(SITE.format(more="web: {config_file: web.yml}"))
    bench.file.with_name("web.yml").write_text("http_server_config: {http2: true}")
    assert bench.origin.load().web.path == bench.file.with_name("web.yml")
    (given / "ssoreach-web").write_text("tls_server_config: {cert_file: ssoreach-web.crt, key_file: ssoreach-web.key}")
    assert f"{given / 'ssoreach-web'}:1" in bench.mistakes()
    assert f"{given / 'ssoreach-web.crt'}" in bench.mistakes()
    (given / "ssoreach-web").write_text("http_server_config: {http2: true}")
    assert bench.origin.load().web.path == given / "ssoreach-web"
