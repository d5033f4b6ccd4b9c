"""Text from the network cannot do more than be read."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ground.text import MOST, plain
from agent.report.escape import SPECIAL, markdown, paragraph, status

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
        ("[x](http://evil.example)", "\\[x\\](http\\://evil.example)"),
        ("see HTTPS://evil.example or www.evil.example", "see HTTPS\\://evil.example or www\\.evil.example"),
        ("at 10:00:00 of fe80::1", "at 10:00:00 of fe80::1"),
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


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("TCP 135 is shut.", "TCP 135 is shut."),
        ("- a list", "\\- a list"),
        ("+ another", "\\+ another"),
        ("1. a third", "1\\. a third"),
        ("12) a fourth", "12\\) a fourth"),
        ("192.0.2.1 refuses", "192\\.0.2.1 refuses"),
        ("===", "\\==="),
        ("---", "\\---"),
        ("    code", "code"),
        ("> quoted", "&gt; quoted"),
        ("# heading", "\\# heading"),
        ("", ""),
    ],
)
def test_a_paragraph_is_one_however_it_begins(text: str, safe: str) -> None:
    assert paragraph(text) == safe


def test_the_text_of_a_plugin_s_line_has_nothing_that_ends_it_or_that_a_shell_reads() -> None:
    assert status("a|b'c\"d`e$f&g<h>i~j\\k\nl") == "a_b_c_d_e_f_g_h_i_j_k_nl"


@given(ANYTHING)
def test_the_text_of_a_plugin_s_line_is_bounded_and_plain(text: str) -> None:
    safe = status(text)
    assert safe.isprintable()
    assert len(safe) <= MOST
    assert not set(map(ord, safe)) & SPECIAL.keys()
