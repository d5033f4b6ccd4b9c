"""What stands in the bundle beside the program: to read, to copy from, to run."""

import shutil
from pathlib import Path

# Where in the checkout, and where in the bundle.
COPIED = (
    ("deploy/ssoreach.example.yaml", "."),
    ("deploy/windows/*.ps1", "scripts"),
    ("deploy/prometheus/*.yml", "prometheus"),
    ("deploy/grafana/*.json", "grafana"),
    ("docs/*.md", "docs"),
    ("docs/*.png", "docs"),
    ("CHANGELOG.md", "docs"),
)


def fill(folder: Path, root: Path, version: str) -> None:
    """LookupError where there is nothing of a kind that the bundle has to have."""
    for pattern, place in COPIED:
        files = sorted(root.glob(pattern))
        if not files:
            raise LookupError(f"nothing is called {pattern}")
        for file in files:
            (folder / place).mkdir(exist_ok=True)
            shutil.copyfile(file, folder / place / file.name)
    readme = Path(__file__).with_name("README.txt").read_text("utf-8").replace("VERSION", version)
    (folder / "README.txt").write_bytes(_for_notepad(readme))
    (folder / "LICENSE.txt").write_bytes(_for_notepad((root / "LICENSE").read_text("utf-8")))


def _for_notepad(text: str) -> bytes:
    """That of Windows Server 2016 knows no other end of a line."""
    return text.replace("\n", "\r\n").encode("utf-8")
