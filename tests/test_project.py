"""The project's own order: one version, locked requirements, the verbs, the set-up script, what a skip costs."""

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import agent

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def _requirements(lock: Path) -> dict[str, list[str]]:
    """Every pinned requirement of a lock file, with its hashes."""
    logical_lines = lock.read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    found = {}
    for line in logical_lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found[line.split(" --hash", 1)[0].strip()] = re.findall(r"--hash=(\S+)", line)
    return found


def test_the_version_is_in_one_place() -> None:
    assert importlib.metadata.version("ssoreach") == agent.__version__
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert "version" not in PROJECT["project"]


def test_there_is_a_lock_for_each_place_where_something_is_installed() -> None:
    names = ["build.txt", "bundle.txt", "dev.txt", "fuzz.txt", "honeypot.txt", "run.txt", "windows-python.txt"]
    assert [lock.name for lock in LOCKS] == names


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_and_hashes_everything_and_names_no_place(lock: Path) -> None:
    requirements = _requirements(lock)
    assert requirements
    for requirement, hashes in requirements.items():
        assert re.match(r"[a-z0-9-]+==[\w.]+( ; .+)?$", requirement)
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes)
    assert "://" not in lock.read_text(encoding="utf-8")


def test_developing_uses_the_very_versions_that_run() -> None:
    run, build, dev = (_requirements(ROOT / "requirements" / f"{name}.txt") for name in ("run", "build", "dev"))
    assert {*run, *build} <= set(dev)


def test_windows_runs_the_very_versions_that_run_here() -> None:
    names = ("run", "bundle", "windows-python")
    run, bundle, windows = (_requirements(ROOT / "requirements" / f"{name}.txt") for name in names)
    assert set(run) <= set(bundle)
    # That lock is for one platform, so nothing in it depends on which one it is; all the rest is the same.
    assert {each.partition(" ;")[0] for each in bundle if "darwin" not in each} <= set(windows)


@pytest.mark.parametrize(
    ("group", "lock"),
    [
        ("run", "run"),
        ("build", "build"),
        ("test", "dev"),
        ("lint", "dev"),
        ("run", "bundle"),
        ("bundle", "bundle"),
        ("run", "windows-python"),
        ("bundle", "windows-python"),
        ("test", "windows-python"),
        ("windows-python", "windows-python"),
        ("fuzz", "fuzz"),
    ],
)
def test_every_dependency_is_locked(group: str, lock: str) -> None:
    wanted = PROJECT["project"]["dependencies"] if group == "run" else PROJECT["dependency-groups"][group]
    locked = {requirement.split("==")[0] for requirement in _requirements(ROOT / "requirements" / f"{lock}.txt")}
    assert {re.split(r"[^\w-]", one)[0].lower() for one in wanted} <= locked


def test_the_honeypot_is_locked_and_is_nobody_elses_dependency() -> None:
    wanted = (ROOT / "requirements" / "honeypot.in").read_text(encoding="utf-8").splitlines()[-1]
    assert wanted in _requirements(ROOT / "requirements" / "honeypot.txt")
    for lock in LOCKS:
        assert (wanted in _requirements(lock)) == (lock.name == "honeypot.txt")


VERBS = ["setup", "demo", "test", "test-windows", "check", "lint", "wire", "bundle", "wheelhouse"]
VERBS += ["fmt", "lock", "bench", "scale", "soak", "fuzz", "clean"]


@pytest.mark.parametrize("verb", VERBS)
def test_make_alone_lists_every_verb(verb: str) -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^{verb} +\S", listed, re.MULTILINE)


def _imports(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield str(node.module).split(".")[0]


def test_probes_need_the_standard_library_and_asyncio_dgram_only() -> None:
    assert set(_imports(ROOT / "probes")) - sys.stdlib_module_names <= {"probes", "asyncio_dgram"}


PYWIN32 = {"pythoncom", "pywintypes", "servicemanager", "winerror", "_win32typing"}  # and what begins with win32


def _packages(module: str) -> set[str]:
    """Those that bring a module; pywin32 is not installed here."""
    if module in PYWIN32 or module.startswith("win32"):
        return {"pywin32"}
    bring = importlib.metadata.packages_distributions().get(module, [module])
    return {name.lower().replace("_", "-") for name in bring}


def test_whatever_we_import_is_a_dependency_of_our_own_and_not_of_another_alone() -> None:
    wanted = {re.split(r"[^\w-]", one)[0].lower() for one in PROJECT["project"]["dependencies"]}
    theirs = {*_imports(ROOT / "agent"), *_imports(ROOT / "probes")} - sys.stdlib_module_names - {"agent", "probes"}
    used = {module: _packages(module) for module in theirs}
    assert {module for module, packages in used.items() if not packages & wanted} == set()
    assert wanted <= set().union(*used.values()), "nothing uses it"


SUITE = """
import pytest
def test_that_passes(): pass
@pytest.mark.xfail(strict=True)
def test_that_is_expected_to_fail(): assert False
"""
SKIP = "def test_that_skips(): pytest.skip('nothing to see')\n"
LAB = "@pytest.mark.lab\ndef test_in_the_lab(): pass\n"
MODULE_SKIP = "pytest.skip('not here', allow_module_level=True)\n"
FAILURE = "def test_that_fails(): assert False\n"


@pytest.mark.parametrize(
    ("suite", "environment", "status", "says"),
    [
        (SUITE, {"CI": "true"}, 0, "1 passed, 1 xfailed"),
        (SUITE + SKIP, {}, 0, "1 skipped"),
        (SUITE + SKIP, {"CI": "false"}, 0, "1 skipped"),
        (SUITE + SKIP, {"CI": "true"}, 1, "CI is set and 1 skipped: that is a failure"),
        (SUITE + SKIP, {"CI": "1"}, 1, "nothing to see"),
        (SUITE + MODULE_SKIP, {"CI": "true"}, 5, "CI is set and 1 skipped"),
        (SUITE + SKIP + FAILURE, {"CI": "true"}, 1, "1 failed, 1 passed, 1 skipped"),
        (SUITE + LAB, {}, 0, "2 passed"),
        (SUITE + LAB, {"LAB": "0"}, 0, "LAB=0 leaves the lab out"),
        (SUITE + LAB, {"LAB": "0", "CI": "true"}, 1, "CI is set and 1 skipped"),
    ],
)
def test_what_a_skip_costs(tmp_path: Path, suite: str, environment: dict[str, str], status: int, says: str) -> None:
    done = _pytest(tmp_path, suite, environment)
    assert done.returncode == status, done.stdout
    assert says in done.stdout


@pytest.mark.parametrize(
    ("suite", "status", "says"),
    [
        (SUITE, 0, "1 passed, 1 xfailed"),
        (SUITE + SKIP, 1, "CI is set and 1 skipped: that is a failure"),
        (SUITE + FAILURE, 1, "1 failed, 1 passed, 1 xfailed"),
    ],
)
def test_it_costs_the_same_where_processes_share_the_tests(tmp_path: Path, suite: str, status: int, says: str) -> None:
    done = _pytest(tmp_path, suite, {"CI": "true"}, "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
    assert done.returncode == status, done.stdout
    assert says in done.stdout


def _pytest(folder: Path, suite: str, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Of a folder with that suite, and with our own conftest.py."""
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    lab\n", encoding="utf-8")
    (folder / "test_suite.py").write_text(suite, encoding="utf-8")
    outside = {name: value for name, value in os.environ.items() if name not in {"CI", "LAB", "PYTEST_ADDOPTS"}}
    pytest_run = [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", *words]
    return subprocess.run(pytest_run, cwd=folder, env=outside | environment, capture_output=True, text=True)


def test_the_wheel_runs_outside_of_the_checkout(tmp_path: Path) -> None:
    """Nothing that the program needs may be missing from it, or be found only because we stand in the checkout."""
    build = "import hatchling.build, sys; print(hatchling.build.build_wheel(sys.argv[1]))"
    made = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    with zipfile.ZipFile(tmp_path / made.stdout.split()[-1]) as wheel:
        wheel.extractall(tmp_path / "lib")
    run = "import sys; sys.path.insert(0, sys.argv.pop()); import agent.cli; agent.cli.main()"
    argv = [sys.executable, "-I", "-c", run, "demo", "--once", str(tmp_path / "lib")]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, done.stderr
    assert "SQL01" in done.stdout
