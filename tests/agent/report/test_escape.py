"""Text from the network cannot do more than be read."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.report.escape import markdown
from agent.text import MOST, plain

ANYTHING = st.text(st.characters(codec=None), max_size=500)  # lone surrogates too


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("RST", "RST"),
        ("Größe 5 µs – ok", "Größe 5 µs – ok"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("one\ntwo\r\nthree", "one\\ntwo\\r\\nthree"),
        ("tab\there", "tab\\there"),
        ("gnp.\u202eexe", "gnp.\\u202eexe"),
        ("\u2066isolate\u2069", "\\u2066isolate\\u2069"),
        ("a\u2028b\u2029c\x85d", "a\\u2028b\\u2029c\\x85d"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("nul\0", "nul\\x00"),
        ("half \ud83d", "half \\ud83d"),
        ("tag \U000e0041", "tag \\U000e0041"),
    ],
)
def test_what_is_not_printable_is_spelled(text: str, safe: str) -> None:
    assert plain(text) == safe


@given(ANYTHING)
def test_plain_text_is_one_printable_bounded_line(text: str) -> None:
    safe = plain(text)
    assert safe.isprintable()
    assert len(safe.splitlines()) <= 1
    assert len(safe) <= MOST
    assert not {unicodedata.category(letter) for letter in safe} & {"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"}
    safe.encode()


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=MOST))
def test_plain_text_is_left_as_it_is(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(("length", "most"), [(300, 300), (301, 300), (10_000_000, 300), (5, 3)])
def test_long_text_is_cut_with_a_sign(length: int, most: int) -> None:
    safe = plain("x" * length, most)
    assert len(safe) == min(length, most)
    assert safe.endswith("…") == (length > most)


def test_the_bound_is_on_what_is_shown() -> None:
    """What is spelled is longer than what it stands for."""
    assert len(plain("\x1b" * 300, 300)) == 300


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a | b", "a \\| b"),
        ("*bold* _it_ ~no~", "\\*bold\\* \\_it\\_ \\~no\\~"),
        ("[x](http://evil.example)", "\\[x\\](http://evil.example)"),
        ("![x](y)", "\\!\\[x\\](y)"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("&lt;", "&amp;lt;"),
        ("`code`", "\\`code\\`"),
        ("# heading", "\\# heading"),
        ("back\\slash\\|", "back\\\\slash\\\\\\|"),
        ("line\nbreak", "line\\\\nbreak"),
    ],
)
def test_markdown_text_is_no_markup(text: str, safe: str) -> None:
    assert markdown(text) == safe


@given(ANYTHING)
def test_a_markdown_cell_stays_one_cell(text: str) -> None:
    safe = markdown(text)
    assert len(safe.splitlines()) <= 1
    assert not re.search(r"(?<!\\)(\\\\)*[|`*_\[\]<>]", safe)


def test_markdown_is_bounded_as_told() -> None:
    assert markdown("x" * 2000, 1000) == "x" * 999 + "…"
