"""Whatever is answered, there is a draft that the loader takes, or a line on what is wrong."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.config.load import parse
from agent.draft.asking import alone
from agent.draft.here import Here
from agent.draft.questions import QUESTIONS
from agent.draft.sqlserver import sql_server
from agent.draft.text import text
from tests.agent.draft.understood import as_draft, with_plain_path

HERE = Here(date(2026, 1, 31), "BTS01", "contoso")

# The words of answers, so that what is generated reaches behind the first check.
WORDS = "MSS BTS01 SQL01 null 1 192.0.2.1 2001:db8::1 [::1] (local) . tcp: np: SSO entsso msdtc 5000-5020 50100 yes no"
PIECES = st.sampled_from([*WORDS.split(), *"=,+@/\\:- \t?üß'\"#\n\x1b", "2026-01-31", "münchen", "-"]) | st.text(
    max_size=4
)
ANSWERS = st.lists(PIECES, max_size=8).map("".join)
OPTIONS = st.dictionaries(st.sampled_from([question.option for question in QUESTIONS]), ANSWERS)
GOOD = {"site": "contoso", "master": "MSS", "processing": "BTS01", "sql": "SQL01"}


@given(OPTIONS)
@settings(deadline=None, max_examples=400)
def test_a_draft_that_the_loader_takes_or_what_is_wrong(given_ones: dict[str, str]) -> None:
    answers = alone(GOOD | given_ones, HERE)
    if not answers.wrong:
        assert as_draft(parse(text(answers.draft), "draft"), "") == with_plain_path(answers.draft)
    for line in answers.wrong:
        assert line.startswith("--"), "each answer is judged when it is given, not only all of them together"
        assert line.isprintable()
        assert len(line) < 3000


@given(ANSWERS)
@settings(deadline=None, max_examples=400)
def test_a_database_s_server_is_understood_or_refused(written: str) -> None:
    try:
        found = sql_server(written.strip(), "BTS01")
    except ValueError:
        return
    assert found.port is None or found.instance is None
    assert found.machine.name
