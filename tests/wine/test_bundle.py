"""The bundle on a Windows host that has nothing else: what is in it, and that all of it runs."""

import base64
import hashlib
import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bcrypt
import pytest

from agent import __version__
from tests.lab.fetch import fetch
from tests.lab.rules import drop
from tests.lab.star import Star, address

from . import site
from .wine import Wine

BASE = f"http://127.0.0.1:{site.PORT}"
NEEDED = (
    "LICENSE.txt",
    "README.txt",
    "SHA256SUMS",
    "docs/bundle.md",
    "docs/windows.md",
    "licences/LIST.txt",
    "prometheus/paths.rules.yml",
    "ssoreach.example.yaml",
    "ssoreach.exe",
)
# Of wine's own making, of the tests, or of whoever built it.
NEVER = re.compile(r"bcryptprimitives|pytest|hypothesis|panda3d|pythonservice|direct_url|tests/|\.pyc?$")


def test_everything_is_in_one_folder_whose_name_has_no_version(bundle: Path) -> None:
    """A firewall's rule and a service name the program by its path: an upgrade must not change it."""
    names = zipfile.ZipFile(bundle).namelist()
    assert {name.partition("/")[0] for name in names} == {"ssoreach"}
    assert {f"ssoreach/{name}" for name in NEEDED} <= set(names)
    assert any(name.endswith(".ps1") for name in names)
    assert not [name for name in names if NEVER.search(name)]


def test_what_is_in_it_is_packed_in_one_order_with_one_time(bundle: Path) -> None:
    entries = zipfile.ZipFile(bundle).infolist()
    assert [each.filename for each in entries] == sorted(each.filename for each in entries)
    assert len({each.date_time for each in entries}) == 1


def test_every_file_has_its_hash_in_the_list_and_the_zip_beside_it(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "ssoreach"
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    assert {line.removesuffix(": OK") for line in done.stdout.splitlines()} == files
    said = bundle.with_name(f"{bundle.name}.sha256").read_text("ascii")
    assert said == f"{hashlib.sha256(bundle.read_bytes()).hexdigest()} *{bundle.name}\n"


def test_windows_shows_what_the_program_is(program: Path) -> None:
    """Rules of WDAC and AppLocker can name it."""
    found = program.read_bytes()
    for text in ("OriginalFilename", "ssoreach.exe", "ProductVersion", __version__):
        assert text.encode("utf-16-le") in found


def test_it_says_its_version(wine: Wine, program: Path) -> None:
    done = wine.run(program, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"ssoreach {__version__}\n", "")


def test_the_example_that_comes_with_it_is_good(wine: Wine, program: Path) -> None:
    example = wine.named(program.with_name("ssoreach.example.yaml"))
    done = wine.run(program, "check-config", "--config", example)
    assert done.returncode == 0, done.stderr
    assert "good" in done.stdout + done.stderr


def test_the_demo_has_its_one_finding(wine: Wine, program: Path) -> None:
    done = wine.run(program, "demo", "--once")
    assert done.returncode == 1, done.stderr
    assert "SQL01" in done.stdout
    assert "1 of 4 paths do not work." in done.stdout


def test_once_tells_an_open_way_from_a_shut_one(wine: Wine, program: Path, star: Star, tmp_path: Path) -> None:
    config = wine.named(site.write(tmp_path / "Größe 1" / "ssoreach.yaml"))
    argv = ("once", "--config", config, "--host", site.HOST, "--format", "json", "--no-exact")
    done = wine.run(program, *argv)
    assert done.returncode == 0, done.stdout + done.stderr
    paths = {(path["peer"], path["check"]): path["verdict"] for path in json.loads(done.stdout)["paths"]}
    assert paths == WITHOUT_A_FAR_AGENT
    with star.between(drop(address(site.HOST), site.DATABASE, "1433")):
        done = wine.run(program, *argv)
    assert done.returncode == 1, done.stdout + done.stderr
    paths = {(path["peer"], path["check"]): path["verdict"] for path in json.loads(done.stdout)["paths"]}
    assert paths == WITHOUT_A_FAR_AGENT | {("SQL01", "sql"): "unreachable"}


# The master is in stealth mode: where nobody listens it is silent, and nobody holds a listener there.
WITHOUT_A_FAR_AGENT = {
    ("MSS", "epm"): "reachable",
    ("MSS", "rpc-endpoint"): "reachable",
    ("MSS", "rpc-range"): "inconclusive",
    ("SQL01", "sql"): "reachable",
}


@contextmanager
def running(wine: Wine, program: Path, star: Star, config: Path) -> Iterator[None]:
    """`ssoreach.exe run` for as long as the block lasts."""
    with wine.started(program, "run", "--config", wine.named(config), "--host", site.HOST) as process:
        site.until(lambda: fetch(star[site.HOST], f"{BASE}/-/healthy")[0] or process.poll(), "it answers")
        yield


def test_the_page_and_what_belongs_to_it_are_in_it(wine: Wine, program: Path, star: Star, tmp_path: Path) -> None:
    """Templates, style and script are data, which is easily forgotten."""
    with running(wine, program, star, site.write(tmp_path / "ssoreach.yaml", "open_pages: true")):
        status, page = fetch(star[site.HOST], f"{BASE}/")
        assert (status, "SQL01" in page) == (200, True), page
        links = re.findall(r'"(/static/[^"]+)"', page)
        assert {link.rpartition(".")[2] for link in links} == {"css", "js", "svg"}
        assert {fetch(star[site.HOST], BASE + link)[0] for link in links} == {200}
        status, metrics = fetch(star["STRANGER"], f"http://{address(site.HOST)}:{site.PORT}/metrics")
        assert (status, "ssoreach_build_info" in metrics) == (200, True)


@pytest.mark.parametrize(("password", "status"), [("right", 200), ("wrong", 401)])
def test_passwords_are_compared(
    wine: Wine, program: Path, star: Star, tmp_path: Path, password: str, status: int
) -> None:
    """By a library of its own, which asks Windows for chance."""
    kept = bcrypt.hashpw(b"right", bcrypt.gensalt(4)).decode()
    (tmp_path / "web.yml").write_text(f"basic_auth_users: {{prometheus: {kept}}}\n", "ascii")
    with running(wine, program, star, site.write(tmp_path / "ssoreach.yaml", "config_file: web.yml")):
        header = "Authorization: Basic " + base64.b64encode(f"prometheus:{password}".encode()).decode()
        found, _ = fetch(star["STRANGER"], f"http://{address(site.HOST)}:{site.PORT}/metrics", header)
    assert found == status
