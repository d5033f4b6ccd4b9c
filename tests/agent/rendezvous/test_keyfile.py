"""The key file: where it is, what stands in it, and that a bad one is told in one sentence without its keys."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.config.load import load
from agent.config.model import Config
from agent.rendezvous.keyfile import KeyFileError, KeyPlace, find_key, load_ring, read_keys
from agent.rendezvous.keywriter import make, new_key, rewrite
from probes.wire.rendezvous.keys import Keys

ONE, TWO, THREE, FOUR, FIVE = (letter * 32 for letter in (b"a", b"b", b"c", b"d", b"e"))
BOM = b"\xef\xbb\xbf"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A good one, of one key."""
    path = tmp_path / "site.key"
    make(path, [ONE])
    return path


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def refusal(path: Path, *, unchecked: bool = False) -> str:
    """The sentence, without the path in front of it."""
    with pytest.raises(KeyFileError) as refused:
        load_ring(path, unchecked=unchecked)
    head, _, why = str(refused.value).partition(": ")
    assert head == str(path)
    assert "\n" not in why
    return why


# What stands in it.


def is_ring(path: Path, *keys: bytes) -> bool:
    """Keys print nothing of themselves, and are compared as a whole."""
    return load_ring(path, unchecked=False) == tuple(map(Keys.derive, keys))


def test_each_line_is_a_key_and_their_order_is_kept(file: Path) -> None:
    assert is_ring(written(file, b"\n".join([TWO, ONE, FOUR, THREE])), TWO, ONE, FOUR, THREE)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", BOM])
@pytest.mark.parametrize("last", [True, False])
def test_what_editors_on_windows_leave_is_nothing(file: Path, end: bytes, mark: bytes, last: bool) -> None:
    content = mark + end.join([b"# the site's key", b"", ONE, b" \t", b"\t" + TWO + b"  ", b"  # old"])
    assert is_ring(written(file, content + (end if last else b"")), ONE, TWO)


def test_a_mark_in_front_of_a_key_is_no_part_of_it(file: Path) -> None:
    assert is_ring(written(file, BOM + ONE + b"\n" + BOM + TWO), ONE, TWO)


def test_a_key_is_as_it_is_written(file: Path) -> None:
    """Nothing is decoded: the letters are the secret, spaces and what is no ASCII included."""
    key = "a sentence of Zoë's that is long enough # and more".encode()
    assert is_ring(written(file, key), key)


SHORT = b"x" * 31


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "has no key in it; probe key writes one into a new file"),
        (b"# " + ONE + b"\n\n", "has no key in it; probe key writes one into a new file"),
        (ONE + b"\n" + SHORT, "line 2: a key of 31 octets; it takes 32, such as probe key writes"),
        (SHORT + b"  \n", "line 1: a key of 31 octets; it takes 32, such as probe key writes"),
        (b"\n" + ONE + b"\0", "line 2: a control character; a key is text, such as probe key writes"),
        (ONE + b"\t" + TWO, "line 1: a control character; a key is text, such as probe key writes"),
        (ONE + b"\x1b[2J", "line 1: a control character; a key is text, such as probe key writes"),
        (ONE + b"\x7f", "line 1: a control character; a key is text, such as probe key writes"),
        (ONE + b"\x0c\n", "line 1: a control character; a key is text, such as probe key writes"),
        (ONE + b"\n#\n" + TWO + b"\n " + ONE, "line 4: the same key as in line 1"),
        (b"\n".join([ONE, TWO, THREE, FOUR, FIVE]), "has 5 keys, and 4 are the most; take the oldest out"),
        (ONE.decode().encode("utf-16"), "is UTF-16; save it as UTF-8 or ASCII"),
        (b"\xfe\xff" + ONE.decode().encode("utf-16-be"), "is UTF-16; save it as UTF-8 or ASCII"),
        (b"#" * (64 * 1024 + 1), "larger than 64 KiB, so it is no key file"),
    ],
)
def test_what_is_wrong_with_it_is_said_in_one_sentence(file: Path, content: bytes, why: str) -> None:
    assert refusal(written(file, content)) == why


def test_a_key_of_32_octets_and_a_file_of_64_kib_are_taken(file: Path) -> None:
    comment = b"#" * (64 * 1024 - 33)
    assert is_ring(written(file, comment + b"\n" + ONE), ONE)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_content_is_more_than_a_refusal_that_tells_nothing_of_it(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "site.key"
    make(path, [])
    try:
        known = len(load_ring(written(path, content), unchecked=False))
    except KeyFileError:
        assert len(refusal(path)) < 100
        assert refusal(path).isprintable()
    else:
        assert 1 <= known <= 4


@pytest.mark.parametrize("unchecked", [True, False])
def test_a_key_is_in_no_sentence_and_no_representation(file: Path, unchecked: bool) -> None:
    key = new_key()
    why = refusal(written(file, key + b"\n" + key), unchecked=unchecked)
    assert key.decode()[:6] not in why
    assert repr(load_ring(written(file, key), unchecked=unchecked)).count("'") == 0


# What cannot be read.


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "site.key") == "cannot be read: No such file or directory"


def test_a_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "cannot be read: it is a folder"


def test_the_root_folder() -> None:
    assert refusal(Path(Path.cwd().anchor)) == "cannot be read: it is a folder"


def test_a_path_that_no_system_has() -> None:
    with pytest.raises(KeyFileError, match=r"a\\x00b: cannot be read: "):
        load_ring(Path("a\0b"), unchecked=True)


if sys.platform != "win32":  # which has no such pipes, and access lists instead of modes

    @pytest.mark.parametrize("unchecked", [True, False])
    def test_a_pipe_keeps_nobody_waiting(tmp_path: Path, unchecked: bool) -> None:
        os.mkfifo(tmp_path / "pipe", 0o600)
        assert refusal(tmp_path / "pipe", unchecked=unchecked) == "cannot be read: not a regular file"

    def test_a_device_is_not_read(tmp_path: Path) -> None:
        assert refusal(Path("/dev/zero"), unchecked=True) == "cannot be read: not a regular file"

    def test_no_descriptor_is_left_of_a_refusal(file: Path, tmp_path: Path) -> None:
        before = set(Path("/dev/fd").iterdir())
        for bad in (file, tmp_path, tmp_path / "missing"):
            file.chmod(0o644)
            refusal(bad)
        assert set(Path("/dev/fd").iterdir()) == before

    # Who may read it.

    def test_one_that_others_can_read_is_refused_with_what_to_do(file: Path) -> None:
        file.chmod(0o644)
        assert refusal(file) == (
            "its mode 0644 lets everybody at it; chmod 600, or 640 for the group of a service's account"
            " (rendezvous.key_file_unchecked: true takes it as it is)"
        )
        with pytest.raises(KeyFileError, match=r"0644.*service's account$"):
            read_keys(file)

    def test_it_is_taken_all_the_same_where_the_configuration_says_so(file: Path) -> None:
        file.chmod(0o666)
        file.parent.chmod(0o777)
        assert load_ring(file, unchecked=True) == (Keys.derive(ONE),)

    def test_one_that_is_not_checked_must_be_a_good_one(file: Path) -> None:
        written(file, SHORT).chmod(0o666)
        assert "a key of 31 octets" in refusal(file, unchecked=True)

    # Writing.

    def test_where_a_file_cannot_be_kept_from_others_no_key_is_written(tmp_path: Path) -> None:
        tmp_path.chmod(0o777)
        with pytest.raises(KeyFileError, match="of its folder"):
            make(tmp_path / "site.key", [ONE])
        assert list(tmp_path.iterdir()) == []

    def test_a_link_stays_and_what_it_leads_to_is_written(file: Path, tmp_path: Path) -> None:
        link = tmp_path / "folder" / "link"
        link.parent.mkdir()
        link.symlink_to(file)
        rewrite(link, [TWO])
        assert link.is_symlink()
        assert read_keys(file) == [TWO]
        assert list(link.parent.iterdir()) == [link]


def test_a_new_key_is_long_enough_fits_into_a_line_and_is_another_one_each_time() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert {len(key) for key in keys} == {43}
    assert all(key.decode().replace("-", "a").replace("_", "a").isalnum() for key in keys)


def test_what_is_written_is_read_again(file: Path) -> None:
    rewrite(file, [THREE, ONE])
    assert read_keys(file) == [THREE, ONE]
    assert file.read_bytes() == THREE + b"\n" + ONE + b"\n"
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_is_there_is_not_made_anew(file: Path) -> None:
    with pytest.raises(FileExistsError):
        make(file, [TWO])
    assert read_keys(file) == [ONE]


@pytest.mark.parametrize("step", [(os, "fsync"), (Path, "replace")])
@pytest.mark.parametrize("raised", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_whatever_fails_the_old_keys_stand_and_nothing_is_left_beside_them(
    file: Path, step: tuple[object, str], raised: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise raised

    with monkeypatch.context() as patch:
        patch.setattr(*step, fail)
        with pytest.raises(type(raised)):
            rewrite(file, [TWO])
    assert read_keys(file) == [ONE]
    assert list(file.parent.iterdir()) == [file]


def test_a_new_file_that_cannot_be_written_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        make(tmp_path / "site.key", [ONE])
    assert list(tmp_path.iterdir()) == []


# Where it is.

SITE = "site: test\nhosts:\n  - {name: MSS, role: master-secret}\n"


def site(folder: Path, more: str = "") -> Config:
    path = folder / "ssoreach.yaml"
    path.write_text(SITE + more)
    return load(path)


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "ssoreach-key").write_bytes(TWO)
    return folder


@pytest.mark.parametrize("unchecked", [True, False])
def test_the_configuration_s_file_is_beside_it(tmp_path: Path, unchecked: bool) -> None:
    more = f"rendezvous: {{key_file: keys/site.key, key_file_unchecked: {str(unchecked).lower()}}}\n"
    place = KeyPlace(tmp_path / "keys" / "site.key", unchecked)
    assert find_key(site(tmp_path, more), {}) == place
    assert find_key(site(tmp_path, more), {"CREDENTIALS_DIRECTORY": str(tmp_path / "none")}) == place


@pytest.mark.parametrize("more", ["", "rendezvous: {key_file: keys/site.key}\n"])
def test_systemd_s_credential_takes_its_place_and_is_not_checked(tmp_path: Path, credentials: Path, more: str) -> None:
    """The same configuration serves hosts with systemd and hosts without."""
    place = find_key(site(tmp_path, more), {"CREDENTIALS_DIRECTORY": str(credentials)})
    assert place == KeyPlace(credentials / "ssoreach-key", unchecked=True)


@pytest.mark.parametrize("folder", ["", "{tmp}", "{tmp}/missing", "{tmp}/ssoreach.yaml", "a\0b"])
def test_without_a_file_in_it_there_is_no_key(tmp_path: Path, folder: str) -> None:
    config = site(tmp_path)
    assert find_key(config, {"CREDENTIALS_DIRECTORY": folder.format(tmp=tmp_path)}) is None
    assert find_key(config, {}) is None


def test_a_credential_that_may_not_be_looked_at_is_not_passed_over(
    tmp_path: Path, credentials: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    config = site(tmp_path)
    monkeypatch.setattr(Path, "stat", refused)
    assert find_key(config, {"CREDENTIALS_DIRECTORY": str(credentials)}) is not None
