"""What other users of this machine could put into the folder of the service; on Windows alone."""

import stat
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    from agent.config.load import parse
    from agent.hosting.manager import RefusedError
    from agent.hosting.windows import folders, leaving
    from agent.hosting.windows.access import Access
    from agent.hosting.windows.lists import FOLDER, access_of, keep_to, own_sid

    EVERYONE, STRANGER, ALL = "S-1-1-0", "S-1-5-21-1-2-3-1001", "0x1f01ff"
    SITE = """\
site: contoso
hosts:
  - {name: BTS01, role: processing, address: 127.0.0.1}
  - {name: MSS, role: master-secret, address: 127.0.0.2}
  - {name: SQL01, role: sso-database, address: 127.0.0.3}
"""

    def test_what_somebody_makes_in_it_before_it_is_shut_is_refused(
        data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who owns a file may always change it: the agent would read, or write through, what is theirs."""
        planted = data / "planted.json"

        def late(path: Path, sid: str, rights: str, kind: str) -> None:
            planted.touch()
            keep_to(path, sid, rights, kind)

        def seen(path: Path) -> Access:
            return Access(STRANGER, ()) if path == planted else access_of(path)

        monkeypatch.setattr(folders, "keep_to", late)
        monkeypatch.setattr(folders, "access_of", seen)
        with pytest.raises(RefusedError, match="planted"):
            folders.lay_out(parse(SITE, "test.yaml"), data / "ssoreach.yaml", {own_sid()})

    def test_a_folder_that_others_can_change_is_not_purged(data: Path) -> None:
        """One of them could make a junction of what is just being removed, and have anything removed."""
        keep_to(data, EVERYONE, ALL, FOLDER)
        with pytest.raises(RefusedError, match="can be changed by"):
            leaving.purged(data)
        assert data.is_dir()

    def test_what_was_laid_out_is_purged(data: Path) -> None:
        folders.lay_out(parse(SITE, "test.yaml"), data / "ssoreach.yaml", {own_sid()})
        leaving.purged(data)
        assert not data.exists()

    def test_what_is_marked_read_only_is_purged_too(data: Path) -> None:
        """As a copy from a version control or a disc is."""
        folders.lay_out(parse(SITE, "test.yaml"), data / "ssoreach.yaml", {own_sid()})
        (data / "ssoreach.yaml").write_text(SITE, "utf-8")
        (data / "ssoreach.yaml").chmod(stat.S_IREAD)
        leaving.purged(data)
        assert not data.exists()

    @pytest.mark.parametrize("key", ["state_dir: '{0}'", "log: {{file: '{0}/agent.log'}}"])
    def test_the_system_writes_in_no_folder_that_others_can_change(data: Path, tmp_path: Path, key: str) -> None:
        """It would append to whatever file their link names."""
        folders.lay_out(parse(SITE, "test.yaml"), data / "ssoreach.yaml", {own_sid()})
        folders.judge_writing(parse(SITE, "test.yaml"), {own_sid()})
        keep_to(tmp_path, EVERYONE, ALL, FOLDER)
        with pytest.raises(RefusedError, match="could have the system write elsewhere"):
            folders.judge_writing(parse(SITE + key.format(tmp_path), "test.yaml"), {own_sid()})
