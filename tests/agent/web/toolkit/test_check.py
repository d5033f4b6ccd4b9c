"""`probe check-config`, of the file that `web.config_file` names."""

from pathlib import Path

import pytest
import typer

from agent.cli.web_config import check_web_config
from agent.config.load import load
from tests.agent.serving import SITE
from tests.agent.web.toolkit.papers import put, users


def checked(folder: Path, text: str | None) -> None:
    (folder / "site.yaml").write_text(SITE + "web: {config_file: web.yml}\n", encoding="utf-8")
    if text is not None:
        (folder / "web.yml").write_text(text, encoding="utf-8")
    check_web_config(load(folder / "site.yaml"))


def test_a_good_file_is_checked_without_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked(tmp_path, put(tmp_path) + users(ann="a"))
    assert capsys.readouterr().err == ""


def test_every_mistake_is_said_and_is_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as end:
        checked(tmp_path, "a: 1\nb: 2\n")
    assert end.value.exit_code == 2
    starts = [line.removeprefix(str(tmp_path / "web.yml"))[:5] for line in capsys.readouterr().err.splitlines()]
    assert starts == [":1: a", ":2: b"]


def test_what_is_done_otherwise_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked(tmp_path, "http_server_config: {http2: true}\n")
    assert capsys.readouterr().err.startswith("web.config_file: http_server_config.http2: without effect")


def test_where_the_file_is_not_the_configuration_may_be_good(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the same on every host, and is checked elsewhere, too."""
    checked(tmp_path, None)
    assert "web.yml: cannot be read" in capsys.readouterr().err


def test_without_such_a_file_there_is_nothing_to_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    check_web_config(load(tmp_path / "site.yaml"))
    assert capsys.readouterr().err == ""
