"""The unit, as systemd reads it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from agent.config import credential
from agent.hosting.program import this_installation
from agent.hosting.systemd.unit import CREDENTIALS, NAME, is_ours, unit
from tests.lab.daemon import need

SHIPPED = Path(__file__).parents[4] / "deploy" / "systemd" / NAME
COMMAND = ("/opt/ssoreach/bin/python", "-I", "-m", "agent.cli")
MOST_EXPOSED = 2.0
ODD = "/srv/50 % $HOME \"für\" 'uns' \\ ;/ssoreach.yaml"


def line(text: str, key: str) -> str:
    """The last one of it."""
    return [each for each in text.splitlines() if each.startswith(f"{key}=")][-1]


def test_what_is_shipped_is_what_install_writes() -> None:
    """Renew it by writing this text there."""
    assert SHIPPED.read_text("utf-8") == unit(COMMAND, "/etc/ssoreach/ssoreach.yaml")


def test_our_own_is_known_again() -> None:
    assert is_ours(unit(COMMAND, "/x"))
    assert not is_ours("[Unit]\nDescription=another program of that name\n")


def test_a_host_s_name_is_for_the_agent_alone() -> None:
    text = unit(COMMAND, "/etc/x.yaml", "BTS01")
    assert line(text, "ExecStart").endswith(" run --config /etc/x.yaml --host BTS01")
    assert line(text, "ExecReload").endswith(" check-config --config /etc/x.yaml")


def test_no_path_is_a_specifier_or_ends_its_quotes() -> None:
    written = r'''"/srv/50 %% $HOME \"für\" 'uns' \\ ;/ssoreach.yaml"'''
    assert line(unit(COMMAND, ODD), "ExecStart").endswith(written)
    assert line(unit(COMMAND, "/srv/%n/x"), "ExecStart").endswith(' "/srv/%%n/x"')


@pytest.mark.parametrize("bad", ["/srv/a\nb", "/srv/\x1b", "/srv/\udcff"])
def test_what_no_unit_can_hold_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="character"):
        unit(COMMAND, bad)


def test_the_agent_looks_for_the_credentials_that_the_unit_loads() -> None:
    assert {credential.KEY, credential.WEB} <= {*CREDENTIALS}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """With the program that runs this; paths as nobody should have them."""
    need("systemd-analyze")
    folder = tmp_path / "für 100 % $x"
    folder.mkdir()
    launcher = folder / "python"
    launcher.symlink_to(sys.executable)
    place = tmp_path / NAME
    place.write_text(unit([str(launcher), *this_installation().arguments], ODD, "BTS 01"), "utf-8")
    return place


@pytest.mark.lab
def test_systemd_finds_no_mistake_in_it(written: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", written], text=True, capture_output=True, timeout=60
    )
    about_us = [line for line in done.stderr.splitlines() if NAME in line]
    assert (done.returncode, about_us) == (0, [])


@pytest.mark.lab
def test_it_is_exposed_no_more_than_it_has_to_be(written: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(written)]
    done = subprocess.run(command, text=True, capture_output=True, timeout=60, env={**os.environ, "LC_ALL": "C.UTF-8"})
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= MOST_EXPOSED, done.stdout
