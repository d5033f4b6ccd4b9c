"""The closed lists that people read stand in a table of a document, each word of them once, and no other."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import yaml
from pydantic import AliasChoices, BaseModel

from agent.config.load import parse
from agent.config.model import Config, HostEntry, Service
from agent.ground.path import Direction
from agent.ground.roles import Role
from agent.hosting.windows.events import Event
from agent.judge.verdict import Cause, Proof, Verdict
from agent.report.spoken import EVIDENCE
from agent.sso.availability import AddressState, Availability
from agent.sso.seen import Condition
from agent.sso.state import SsoState, Why
from agent.sso.ways import Way
from agent.sso.words.restart import Answer
from probes.state import Phase, State
from probes.wire.rendezvous.frame import Drop
from tests.reference import PLACE, reference

ROOT = Path(__file__).parent.parent
VERDICTS = (ROOT / "docs" / "verdicts.md").read_text(encoding="utf-8")
HTTP = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
SSO = (ROOT / "docs" / "sso.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "deploy" / "ssoreach.example.yaml").read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """What stands under a heading of the second level."""
    return text.split(f"\n## {title}\n")[1].partition("\n## ")[0]


def first_column(text: str) -> list[str]:
    """The words in it, of all rows of a table."""
    cells = re.findall(r"^\| ([^|]*) \|", text, re.MULTILINE)
    return [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize(
    ("title", "words"), [("Verdicts", Verdict), ("Causes", Cause), ("States of an attempt", State)]
)
def test_every_word_has_its_row_and_no_other(title: str, words: Iterable[str]) -> None:
    assert first_column(section(VERDICTS, title)) == [str(word) for word in words]


def test_every_phase_and_direction_is_described() -> None:
    assert all(f"`{word}`" in VERDICTS for word in (*Phase, *Direction))


def test_what_evidence_is_called_in_tables_and_in_json() -> None:
    rows = re.findall(r"^\| ([a-z ]+) \| `(\w+)` \|", section(VERDICTS, "Evidence"), re.MULTILINE)
    assert {Proof(word): said for said, word in rows} == EVIDENCE


def test_the_readme_has_every_verdict() -> None:
    """But `pending`, which no run ends with."""
    assert set(first_column(section(README, "How to read a verdict"))) == set(Verdict) - {Verdict.PENDING}


def routes() -> set[str]:
    """What is served, each with the method if it is not read."""
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "agent" / "web").rglob("*.py")]
    found = [each for text in texts for each in re.findall(r'router\.add_(\w+)\("([^"]+)"', text)]
    return {("" if method == "get" else f"{method.upper()} ") + _as_documented(path) for method, path in found}


def _as_documented(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda match: match[1].upper(), path)


def test_every_page_is_documented_and_no_other() -> None:
    table = HTTP.partition("\nWithout `web.config_file`")[0]
    documented = re.findall(r"`((?:POST )?/[^`]*)`", table)
    assert {path.replace("…", "NAME") for path in documented} == routes()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("state", SsoState),
        ("why", Why),
        ("service", Condition),
        ("availability", Availability),
        ("addresses", AddressState),
        ("databases", Way),
        ("safe_to_restart", Answer),
    ],
)
def test_every_word_of_a_key_stands_in_its_row(row: str, words: Iterable[str]) -> None:
    of_sso = HTTP.partition("What stands in `sso`")[2].partition("\n## ")[0]
    (said,) = re.findall(rf"^\| `{row}`[^|]*\| (.*) \|$", of_sso, re.MULTILINE)
    assert [word for word in words if f"`{word}`" not in said] == []


def test_every_state_of_sso_is_in_its_table() -> None:
    assert set(first_column(section(SSO, "The states"))) == set(SsoState)


@pytest.mark.parametrize("role", Role)
def test_every_role_is_in_the_example(role: str) -> None:
    assert re.search(rf"\b{role}\b", EXAMPLE)


def test_every_command_and_option_is_documented_as_it_is_declared() -> None:
    """`python -m tests.reference` writes the document anew."""
    assert PLACE.read_text(encoding="utf-8") == reference()


def keys(model: type[BaseModel], above: str = "") -> Iterator[str]:
    """Of a configuration, with the groups that they stand in; what is under a name of the file's own is one key."""
    for name, field in model.model_fields.items():
        spelled = field.validation_alias.choices[0] if isinstance(field.validation_alias, AliasChoices) else name
        yield f"{above}{spelled}"
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from keys(inner, f"{above}{name}.")


def example_keys() -> set[str]:
    """What the example says outside of its comments."""
    return {
        ".".join(path) for path in places(yaml.safe_load(EXAMPLE)) if path[0] != "hosts" and path[1:2] != ("services",)
    }


def places(told: object) -> Iterator[tuple[str, ...]]:
    for name, inner in told.items() if isinstance(told, dict) else ():
        yield (name,)
        yield from ((name, *path) for path in places(inner))


def test_the_example_has_every_key_and_no_other() -> None:
    """No other, as the loader refuses one: `test_docs` loads it."""
    wanted = {key for key in keys(Config) if key != "hosts"} - {"rpc.services"}
    assert wanted <= example_keys()
    of_services = {name for service in yaml.safe_load(EXAMPLE)["rpc"]["services"].values() for name in service}
    assert of_services == set(keys(Service))


@pytest.mark.parametrize("key", sorted({*keys(HostEntry)} | {"role", "roles"}))
def test_every_key_of_a_host_is_in_the_example(key: str) -> None:
    hosts = EXAMPLE.split("\nhosts:")[1].split("\nrpc:")[0]
    assert re.search(rf"(?:^|[{{,#]) *(?:- )?{key}:", hosts, re.MULTILINE)


def test_the_example_shows_defaults_as_it_says() -> None:
    told = parse(EXAMPLE, "example")
    least = parse("site: a\nhosts:\n  - {name: A, role: processing}\n  - {name: B, role: master-secret}\n", "least")
    assert {name for name in Config.model_fields if getattr(told, name) != getattr(least, name)} == {"site", "hosts"}


def environment() -> set[str]:
    """What is asked of it by name, in upper case, as Windows does not tell one from the other."""
    asked = r'environ\.(?:get|pop)\("(\w+)"|\bVARIABLE = "(\w+)"|for name in \(("[A-Z_", ]+)\)'
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "agent").rglob("*.py")]
    found = [name for text in texts for groups in re.findall(asked, text) for name in groups]
    return {word.upper() for each in found for word in re.findall(r"\w+", each)}


def test_every_variable_of_the_environment_is_documented_and_no_other() -> None:
    documented = first_column(PLACE.read_text(encoding="utf-8").partition("\n## ")[0])
    rich = "NO_COLOR"  # asked for by the library that draws tables
    assert {name.upper() for name in documented} == {*environment(), rich}


def test_every_event_of_windows_is_documented_and_no_other() -> None:
    text = (ROOT / "docs" / "windows-service.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\d+) \|", section(text, "Events"), re.MULTILINE) == [str(int(event)) for event in Event]


@pytest.mark.parametrize("document", ["metrics.md", "security.md"])
def test_every_reason_to_drop_a_datagram_is_documented(document: str) -> None:
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    assert [reason for reason in Drop if f"`{reason}`" not in text] == []
