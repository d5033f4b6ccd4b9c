"""What the tests of the bundle stand on. `make test-windows` runs them, after it has made all of that."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import __version__
from tests.lab.star import Star

from . import site
from .wine import ROOT, Wine, wine_in

ZIP = ROOT / "dist" / f"ssoreach-{__version__}-win64.zip"
WITH_A_SPACE_AND_AN_UMLAUT = Path("Program Files", "Prüfstelle für SSO")


@pytest.fixture(scope="session")
def bundle() -> Path:
    """The zip."""
    assert ZIP.exists(), "make bundle"
    return ZIP


@pytest.fixture(scope="session")
def star() -> Iterator[Star]:
    """A network, in which the Windows host's peers answer.

    That host resets as others do: wine asks itself for things that are not there, and would wait for each of them.
    """
    with Star() as star, site.serving(star):
        star[site.HOST].nft("flush ruleset\n")
        yield star


@pytest.fixture(scope="session")
def wine(star: Star, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wine]:
    """A Windows host in it; tests leave it as they found it."""
    with wine_in(star[site.HOST], tmp_path_factory.mktemp("wine") / "prefix") as wine:
        yield wine


@pytest.fixture(scope="session")
def program(bundle: Path, wine: Wine) -> Path:
    """ssoreach.exe, unpacked where people do."""
    folder = wine.c / WITH_A_SPACE_AND_AN_UMLAUT
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    return folder / "ssoreach" / "ssoreach.exe"
