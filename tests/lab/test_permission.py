"""Who cannot have a lab is told what is missing and how to get it."""

import shutil

import pytest

from . import permission

way_in = permission.way_in.__wrapped__  # what it found for the other tests is not what it would find here


def test_missing_programs_are_named_with_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None if program in ("nft", "ip") else f"/usr/bin/{program}")
    with pytest.raises(permission.LabUnavailableError, match="apt-get install iproute2 nftables"):
        way_in()


@pytest.mark.lab
@pytest.mark.usefixtures("lab")
def test_refusals_of_the_kernel_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def refuse(way: tuple[str, ...]) -> str:
        asked.append(way)
        return f"unshare {len(asked)}: Operation not permitted"

    monkeypatch.setattr(permission, "refusal", refuse)
    with pytest.raises(permission.LabUnavailableError, match=r"unshare 1: .*; unshare 2: .* root .*userns") as refused:
        way_in()
    assert asked == [permission.AS_ROOT, permission.AS_USER]
    assert "\n" not in str(refused.value)


@pytest.mark.lab
@pytest.mark.usefixtures("lab")
def test_way_of_an_ordinary_user_works_for_root_too() -> None:
    assert permission.refusal(permission.AS_USER) is None
