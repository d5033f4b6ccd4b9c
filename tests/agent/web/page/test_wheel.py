"""What the pages are made of travels with the program."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[4]
BUILD = "import hatchling.build, sys; print(hatchling.build.build_wheel(sys.argv[1]))"


def test_templates_and_what_they_load_are_in_the_wheel(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-c", BUILD, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    with zipfile.ZipFile(tmp_path / made.stdout.split()[-1]) as wheel:
        there = set(wheel.namelist())
    folder = ROOT / "agent" / "web" / "page"
    wanted = {str(each.relative_to(ROOT)) for kind in ("templates", "static") for each in (folder / kind).iterdir()}
    assert len(wanted) >= 7
    assert wanted <= there
