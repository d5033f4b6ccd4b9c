"""The command line that the service control manager runs: what is written is read again as the same words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.hosting.windows.command import Command, hosted, read, what_windows_would_change, written

PROGRAM = r"C:\Program Files\Überwachung\ssoreach.exe"
CONFIG = r"D:\Größe und Maß\ssoreach.yaml"
WORDS = st.lists(st.text(st.sampled_from('ab \\"\tü='), max_size=8), max_size=5)


def test_a_path_with_spaces_and_umlauts_stays_one_word() -> None:
    line = written((PROGRAM, *hosted(CONFIG, "BTS01")))
    assert line == rf'"{PROGRAM}" service host --config "{CONFIG}" --host BTS01'
    assert read(line) == Command(PROGRAM, ("service", "host", "--config", CONFIG, "--host", "BTS01"))


def test_a_program_without_spaces_is_quoted_as_well() -> None:
    assert written((r"C:\x\ssoreach.exe", "service")) == r'"C:\x\ssoreach.exe" service'


@given(WORDS)
def test_whatever_the_words_are_they_are_read_as_they_were_written(words: list[str]) -> None:
    assert read(written((PROGRAM, *words))) == Command(PROGRAM, tuple(words))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (r"C:\Windows\System32\svchost.exe -k netsvcs -p", (r"C:\Windows\System32\svchost.exe", "-k", "netsvcs", "-p")),
        (r'  "C:\a b\x.exe"   -c  "d e" ', (r"C:\a b\x.exe", "-c", "d e")),
        (r'"C:\x.exe" a\\b c\\\"d "e\\" f\ ', (r"C:\x.exe", r"a\\b", r"c\"d", "e\\", "f\\")),
        (r'"C:\x.exe" f\\', (r"C:\x.exe", r"f\\")),
        ("", ("",)),
    ],
)
def test_what_somebody_else_wrote_is_read_as_windows_does(line: str, words: tuple[str, ...]) -> None:
    assert (read(line).program, *read(line).arguments) == words


@pytest.mark.parametrize(
    ("line", "ours"),
    [
        (written((PROGRAM, *hosted(CONFIG, None))), True),
        (written((r"C:\Python\python.exe", "-I", "-m", "agent.cli", *hosted(CONFIG, None))), True),
        (r'"C:\other\ssoreach.exe" --service', False),
        (r'"C:\other\x.exe" host service', False),
        (r'"C:\other\x.exe"', False),
    ],
)
def test_ours_is_what_runs_the_hidden_command(line: str, ours: bool) -> None:
    assert read(line).is_ours is ours


def test_the_file_and_the_host_that_it_was_installed_with_are_known_again() -> None:
    both = read(written((PROGRAM, *hosted(CONFIG, "BTS 01"))))
    assert (both.config, both.host) == (CONFIG, "BTS 01")
    without = read(written((PROGRAM, "service", "host")))
    assert (without.config, without.host) == (None, None)
    assert read(r'"C:\x.exe" service host --config').config is None


def test_a_name_that_windows_would_take_for_a_variable_is_refused() -> None:
    """The command line is kept as text in which variables are filled in."""
    assert what_windows_would_change((PROGRAM, CONFIG)) is None
    assert "%TEMP%" in (what_windows_would_change((PROGRAM, r"D:\%TEMP%\x.yaml")) or "")
