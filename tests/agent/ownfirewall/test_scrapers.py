"""Who may read metrics, as an operator writes it."""

import pytest

from agent.ownfirewall.scrapers import Scrapers, scrapers


def test_addresses_names_and_networks_are_told_apart() -> None:
    assert scrapers(["192.0.2.9", "prometheus.contoso.test", "10.1.0.0/16", "2001:db8::/64"]) == Scrapers(
        ("192.0.2.9", "prometheus.contoso.test"), ("10.1.0.0/16", "2001:db8::/64")
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0.0.0.0/0", "is everybody"),
        ("10.1.2.3/16", "has host bits set; write the network"),
        ("http://prometheus/", "write the network as"),
        ("*", "is neither an IP address nor a host name"),
        ("LocalSubnet,Any", "is neither an IP address nor a host name"),
        ("", "is neither an IP address nor a host name"),
    ],
)
def test_what_is_no_such_thing_is_refused_and_all_of_it_at_once(written: str, said: str) -> None:
    with pytest.raises(ValueError, match="--scraper: .*" + said):
        scrapers(["192.0.2.9", written])
    with pytest.raises(ValueError, match=r"everybody; write whom to let in\n--scraper: "):
        scrapers(["::/0", written])
