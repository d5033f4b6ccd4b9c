"""The image, built from the checkout's Dockerfile, and containers of it in the lab, with next to no rights."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .image_engine import Engine
from .namespace import PAUSE, Namespace

ROOT = Path(__file__).parents[2]
MADE = ROOT / ".image"  # by .ci/image
IMAGE = "localhost/ssoreach"
USER = 10135
CONTEXT = ("Dockerfile", ".dockerignore", "pyproject.toml", "README.md", "LICENSE", "requirements", "agent", "probes")
BASE = "docker.io/library/python:3.12-slim-bookworm"  # what the Dockerfile asks for

# OCI's own format has no health checks.
BUILD = ("bud", "--pull-never", "--isolation=chroot", "--format=docker")
# A root that cannot be written, not even in memory, no rights and no way to any.
HARDENED = (
    *("--read-only", "--read-only-tmpfs=false", "--cap-drop=all", "--security-opt=no-new-privileges"),
    *("--network=host", "--no-healthcheck", "--ulimit=host", "--log-driver=k8s-file", "--no-hosts"),
)


def build(engine: Engine, folder: Path) -> None:
    """Without the Internet, on a base that is not the one of that name, but as much of one as is needed."""
    context = folder / "context"
    context.mkdir()
    for name in CONTEXT:
        place, copy = ROOT / name, context / name
        if place.is_dir():
            shutil.copytree(place, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(place, copy)
    shutil.copytree(MADE / "wheelhouse", context / "wheelhouse")
    engine.podman("import", "--quiet", str(MADE / "base.tar"), BASE, timeout=120)
    engine.buildah(*BUILD, "--build-arg=PIP_NO_INDEX=1", f"--tag={IMAGE}", str(context), timeout=300)


class Container:
    """One that runs."""

    def __init__(self, engine: Engine, namespace: Namespace, name: str) -> None:
        self._engine = engine
        self._namespace = namespace
        self._name = name

    @property
    def log(self) -> str:
        done = self._engine.podman("logs", self._name)
        return done.stdout + done.stderr

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """A command inside. With the network of its host a container has none to enter, so it is said again."""
        return self._engine.podman("exec", self._name, *argv, namespace=self._namespace, timeout=30, check=False)

    def hear(self, signal: str) -> None:
        self._engine.podman("kill", f"--signal={signal}", self._name)

    def stop(self, seconds: int = 20) -> int:
        """As an engine does, with the signal that the image names: its exit code. 137: it was killed."""
        self._engine.podman("stop", f"--time={seconds}", self._name, timeout=seconds + 30)
        return int(self._engine.podman("inspect", "--format={{.State.ExitCode}}", self._name).stdout)

    def until(self, wanted: Callable[[str], bool], seconds: float = 30) -> str:
        """The log, once it is as it should be. AssertionError if it never is."""
        deadline = time.monotonic() + seconds
        while not wanted(log := self.log):
            assert time.monotonic() < deadline, log
            time.sleep(PAUSE)
        return log


@contextmanager
def running(
    engine: Engine, namespace: Namespace, *options: str, words: Sequence[str] = ("run",), image: str = IMAGE
) -> Iterator[Container]:
    """In that network, from when the agent listens to the end of the block."""
    name = f"agent-{time.monotonic_ns()}"
    parent = f"--cgroup-parent={engine.cgroup}"
    engine.podman("run", "--detach", f"--name={name}", parent, *HARDENED, *options, image, *words, namespace=namespace)
    try:
        container = Container(engine, namespace, name)
        container.until(lambda log: " listening " in log)
        yield container
    finally:
        engine.podman("rm", "--force", "--time=1", name)


def ended(
    engine: Engine, namespace: Namespace, *options: str, words: Sequence[str], image: str = IMAGE
) -> subprocess.CompletedProcess[str]:
    """A container that ends by itself."""
    parent = f"--cgroup-parent={engine.cgroup}"
    argv = ["run", "--rm", parent, *HARDENED, *options, image, *words]
    return engine.podman(*argv, namespace=namespace, check=False)


def lacking() -> str | None:
    """Why there can be no image, if there can be none."""
    if not (MADE / ".built-from").exists():
        return "there is nothing to build the image on; `make test` as root on Debian brings it"
    return None
