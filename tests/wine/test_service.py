"""The bundle's Windows service under wine's service manager, from nothing to nothing, while somebody watches it."""

import json
import re
import time
from pathlib import Path

import pytest

from tests.lab.fetch import Metrics, fetch
from tests.lab.rules import drop
from tests.lab.star import Star, address

from . import site
from .wine import Wine

SERVICES = r"HKLM\System\CurrentControlSet\Services"  # the source of its events is there, too
MANAGER_S_TIME = 10  # seconds in which it has to stop
FOLDER = Path("ProgramData", "ssoreach")
WATCHED = f"http://{address(site.HOST)}:{site.PORT}/metrics"


class Told:
    """`ssoreach.exe service ...`, which must not fail."""

    def __init__(self, wine: Wine, program: Path) -> None:
        self._wine = wine
        self._program = program

    def __call__(self, *words: str, code: int = 0) -> str:
        done = self._wine.run(self._program, "service", *words)
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        return said


@pytest.mark.timeout(300)
def test_a_service_is_installed_scraped_sees_a_firewall_change_stops_and_leaves_nothing(
    wine: Wine, program: Path, star: Star
) -> None:
    told = Told(wine, program)
    before = traces(wine)
    assert "not installed" in told("status", code=3)
    config = site.write(wine.c / FOLDER / "ssoreach.yaml", state="null")  # where it is by default

    told("install", "--config", wine.named(config), "--host", site.HOST)
    installed = "\n".join(wine.registry(rf"{SERVICES}\ssoreach"))
    assert f'"{wine.named(program)}" service' in installed  # quoted: its folder has spaces
    assert "stopped" in told("status", code=1)

    told("start")
    assert "running" in told("status")
    assert wine.processes().count("ssoreach.exe") == 1
    site.until(lambda: verdict(star, "sql") == "reachable", "the database is reachable, as a scrape has it")

    with star.between(drop(address(site.HOST), site.DATABASE, "1433")):
        site.until(lambda: verdict(star, "sql") == "unreachable", "it is not, and a scrape says so")
        assert database_in_the_document(star)["verdict"] == "unreachable"
    site.until(lambda: verdict(star, "sql") == "reachable", "it is again")
    assert changes(wine) == ["reachable", "unreachable", "reachable"]

    began = time.monotonic()
    told("stop")
    assert time.monotonic() - began < MANAGER_S_TIME
    assert "stopped" in told("status", code=1)
    assert fetch(star["STRANGER"], WATCHED) == (0, "")

    told("uninstall", "--purge")
    assert "not installed" in told("status", code=3)
    assert sorted(traces(wine) ^ before) == []


def traces(wine: Wine) -> set[str]:
    """Whatever the service could leave: files, values and keys of the registry, processes."""
    ours = [name for name in wine.processes() if name == "ssoreach.exe"]  # wine's own come and go
    kinds = {"file": wine.files(), "registry": wine.registry(SERVICES), "process": ours}
    return {f"{kind} {each}" for kind, found in kinds.items() for each in found}


def verdict(star: Star, check: str) -> str | None:
    """As somebody elsewhere scrapes it."""
    status, body = fetch(star["STRANGER"], WATCHED)
    rows = Metrics(body).rows("path_verdict", check=check) if status == 200 else []
    return next((labels["verdict"] for labels, value in rows if value), None)


def database_in_the_document(star: Star) -> dict[str, str]:
    """What its API says of the way to the database, on the host itself."""
    status, body = fetch(star[site.HOST], f"http://127.0.0.1:{site.PORT}/api/v1/paths")
    assert status == 200, body
    (path,) = [path for path in json.loads(body)["paths"] if path["check"] == "sql"]
    found: dict[str, str] = path
    return found


def changes(wine: Wine) -> list[str]:
    """The verdicts on the way to the database, as its log has them, which is beside its state."""
    (log,) = (wine.c / FOLDER).rglob("*.log")
    return re.findall(r"verdict changed peer=SQL01 check=sql .* verdict=(\S+)", log.read_text("utf-8"))
