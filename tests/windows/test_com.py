"""Nobody's code is run but ours when COM is asked; on Windows alone."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

if sys.platform == "win32":
    ASK = """\
from agent.ground.com import dynamic, pythoncom
pythoncom.CoInitialize()
try:
    dynamic.DumbDispatch("HNetCfg.FwMgr")
except pythoncom.com_error:  # a system without it refuses; nothing else may come of it
    pass
"""

    class Planted:
        """Whoever unpickles it makes a folder."""

        def __init__(self, mark: Path) -> None:
            self._mark = mark

        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(self._mark),)

    def test_what_somebody_put_in_the_temporary_folder_is_not_run(tmp_path: Path) -> None:
        mark, temp = tmp_path / "it was run", tmp_path / "temp"
        folder = temp / "gen_py" / f"{sys.version_info.major}.{sys.version_info.minor}"
        folder.mkdir(parents=True)
        (folder / "dicts.dat").write_bytes(pickle.dumps(Planted(mark)))
        _ask(temp)
        assert not mark.exists()

    def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path) -> None:
        _ask(tmp_path)
        assert [*tmp_path.iterdir()] == []

    def _ask(temp: Path) -> None:
        environment = os.environ | {"TEMP": str(temp), "TMP": str(temp)}
        silent = subprocess.DEVNULL  # what COM starts would keep a pipe
        argv = [sys.executable, "-c", ASK]
        done = subprocess.run(argv, env=environment, stdin=silent, stdout=silent, stderr=silent, timeout=60)
        assert done.returncode == 0
