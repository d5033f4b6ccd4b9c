"""Whatever is written, the loader has a configuration or a ConfigError for it, and nothing else."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.config.load import parse, understand
from agent.config.mistakes import ConfigError
from agent.config.positions import Written

# The words of the configuration, so that the generated data reach behind the first check.
KEYS = """
site hosts name role roles address nodes zone port instance fixed_ports rpc services entsso annotation uuid samples
dynamic_ports schedule interval timeout web listen processing master-secret sso-database 10s 5 true a b
"""
WORDS = st.sampled_from([*KEYS.split(), *"[]{}:-&*!|>,#"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
DATA = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=6)
)
SITES = st.fixed_dictionaries(
    {"site": LEAVES, "hosts": st.lists(st.dictionaries(WORDS, DATA, max_size=8), max_size=3) | DATA},
    optional={"rpc": st.dictionaries(WORDS, DATA, max_size=5), "schedule": st.dictionaries(WORDS, DATA, max_size=3)},
)


def mistakes_of(read: Callable[[], object]) -> list[str]:
    try:
        read()
    except ConfigError as error:
        return [str(mistake) for mistake in error.mistakes] or ["an error without a mistake\n"]
    return []


@given(st.text() | st.lists(WORDS | st.sampled_from([" ", "\n", "\n  ", "\t", '"', "'"]), max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_configuration_or_a_config_error(text: str) -> None:
    assert all(line.isprintable() for line in mistakes_of(lambda: parse(text, "f.yaml")))


@given(DATA | SITES)
@settings(max_examples=300, deadline=None)
def test_any_data_is_a_configuration_or_a_config_error(data: object) -> None:
    assert all(line.isprintable() for line in mistakes_of(lambda: understand(Written(data), "f.yaml")))
