"""From a file to an agent, and what that leaves behind."""

from pathlib import Path

from agent.config.model import Config
from agent.hosting.prepare import prepare
from agent.term.origin import FILE_NAME
from tests.agent.ownfirewall.site import SITE


def no_log(_: Config) -> None:
    """The test's own."""


def test_what_was_good_stays_as_it_was_kept_when_it_is_started_from(tmp_path: Path) -> None:
    """With the time at which it was good: metrics tell that, however often the agent starts with a bad file."""
    place = tmp_path / "ssoreach.yaml"
    place.write_text(SITE + "state_dir: state\n")
    assert prepare(place, "BTS01", no_log).loaded.setup.config.site == "contoso"
    kept = (tmp_path / "state" / FILE_NAME).read_bytes()
    place.write_text(SITE + "state_dir: state\nnothing: of ours\n")
    again = prepare(place, "BTS01", no_log)
    assert again.loaded.setup.config.site == "contoso"
    assert (tmp_path / "state" / FILE_NAME).read_bytes() == kept
