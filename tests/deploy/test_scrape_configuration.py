"""What `deploy/prometheus` says to Prometheus, as promtool reads it; with the variants that stand there as comments."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import trustme
import yaml

from tests.deploy.dashboard import DOCUMENT
from tests.deploy.scrape import AGENT_MODE, DEPLOYED, WHOLE, variants


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., str]:
    """What promtool says of a configuration that it finds right, with all files there that the configuration names."""
    if not which("promtool"):
        pytest.skip("promtool is not installed (Debian's package prometheus)")
    authority = trustme.CA()
    leaf = authority.issue_cert("prometheus")
    authority.cert_pem.write_to_path(str(tmp_path / "ssoreach-ca.pem"))
    leaf.cert_chain_pems[0].write_to_path(str(tmp_path / "prometheus.pem"))
    leaf.private_key_pem.write_to_path(str(tmp_path / "prometheus.key"))
    for name in ("ssoreach-password", "store-password", "store-ca.pem"):
        (tmp_path / name).write_text("x")
    for rules in DEPLOYED.glob("*.rules.yml"):
        (tmp_path / rules.name).write_text(rules.read_text("utf-8"), "utf-8")

    def check(text: str, *options: str) -> str:
        path = tmp_path / "prometheus.yml"
        path.write_text(text.replace("/etc/prometheus/", f"{tmp_path}/"), "utf-8")
        argv = ["promtool", "check", "config", *options, str(path)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return check


def test_the_whole_file_is_right_and_finds_every_rule(check: Callable[..., str]) -> None:
    rules = [*DEPLOYED.glob("*.rules.yml")]
    told = check(WHOLE)
    assert rules
    assert f"{len(rules)} rule files found" in told


def test_agent_mode_is_right(check: Callable[..., str]) -> None:
    check(AGENT_MODE, "--agent")


def test_agent_mode_is_right_with_a_password_for_the_store(check: Callable[..., str]) -> None:
    text = re.sub(r"(?m)^    # (?=basic_auth|tls_config)", "    ", AGENT_MODE)
    assert "password_file" in yaml.safe_load(text)["remote_write"][0]["basic_auth"]
    check(text, "--agent")


def test_there_is_a_variant_for_each_way_to_serve() -> None:
    assert len(variants()) == 3


@pytest.mark.parametrize("number", range(3))
def test_each_variant_is_right(check: Callable[..., str], number: int) -> None:
    check(variants()[number])


def test_a_variant_says_for_the_discovery_what_it_says_for_the_scrapes() -> None:
    for text in variants()[:2]:
        (job,) = yaml.safe_load(text)["scrape_configs"]
        for discovery in job["http_sd_configs"]:
            assert discovery["url"].startswith("https://")
            for key in ("tls_config", "basic_auth"):
                assert discovery.get(key) == job.get(key)


def jobs(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(text)["scrape_configs"]
    return found


def test_the_job_has_one_name_everywhere() -> None:
    assert [job["job_name"] for text in (WHOLE, AGENT_MODE, *variants()) for job in jobs(text)] == ["ssoreach"] * 5
    assert jobs(AGENT_MODE) == jobs(WHOLE)


def test_what_the_document_shows_is_what_the_files_say() -> None:
    (shown, *_) = re.findall(r"```yaml\n(scrape_configs:.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert yaml.safe_load(shown)["scrape_configs"] == jobs(WHOLE)


def test_vmalert_takes_the_rules_too() -> None:
    if not which("vmalert"):
        pytest.skip("vmalert is not installed (Debian's package victoria-metrics)")
    argv = ["vmalert", "-dryRun", f"-rule={DEPLOYED}/*.rules.yml"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
