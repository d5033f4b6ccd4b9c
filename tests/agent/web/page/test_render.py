"""How a value becomes a piece of HTML."""

from typing import NamedTuple

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from agent.web.page.render import LONGEST, Templates, finalize, html, prose
from agent.web.page.row import Geometry
from agent.web.page.static import assets


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "plain"),
        ("a\x00b\u202ec\n", "a\\x00b\\u202ec\\n"),
        ("ü→", "ü→"),
        ("", ""),
        ("x" * LONGEST, "x" * LONGEST),
    ],
)
def test_text_is_made_plain(text: str, written: str) -> None:
    assert finalize(text) == written


def test_text_is_bounded_and_drawings_are_not() -> None:
    assert len(str(finalize("x" * 5_000))) == LONGEST
    assert finalize("x" * 5_000).endswith("…")  # type: ignore[attr-defined]
    assert finalize(Geometry("0" * 5_000)) == "0" * 5_000


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("use `probe once` here", "use <code>probe once</code> here"),
        ("`a` and `b`", "<code>a</code> and <code>b</code>"),
        ("a ` alone", "a ` alone"),
        ("`a` and ` alone", "<code>a</code> and ` alone"),
        ("`<b>` & <i>", "<code>&lt;b&gt;</code> &amp; &lt;i&gt;"),
        ("`\u202e`", "<code>\\u202e</code>"),
        ("", ""),
    ],
)
def test_what_stands_between_back_quotes_is_code(text: str, written: str) -> None:
    made = prose(text)
    assert (type(made), made) == (Markup, written)


def test_a_value_that_a_template_lacks_is_an_error_and_no_empty_place() -> None:
    class Nothing(NamedTuple):
        title: str = ""

    with pytest.raises(UndefinedError):
        html(Templates(assets()).site, page=Nothing())
