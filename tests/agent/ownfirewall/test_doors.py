"""Which doors there are, and who has a reason to come to them."""

import pytest

from agent.ownfirewall.doors import doors, peers
from tests.agent.ownfirewall.site import config, source


def shown(more: str = "", name: str = "BTS01") -> list[str]:
    site = config(more)
    return [f"{door.purpose}: {door}" for door in doors(site, source(site, name))]


def test_the_doors_are_those_of_the_design() -> None:
    assert shown() == [
        "what agents ask one another: UDP 10135",
        "metrics and pages: TCP 10135",
        "ports held for other agents: TCP 5000-5020,20000",
    ]


@pytest.mark.parametrize(
    ("more", "udp", "tcp"),
    [
        ('web: {listen: ["0.0.0.0:80", "[::]:81"]}', "UDP 10135", "TCP 80-81"),
        ('rendezvous: {listen: "192.0.2.11:7"}', "UDP 7", "TCP 10135"),
        ('web: {listen: ["127.0.0.1:80", "192.0.2.11:81", "[::1]:82"]}', "UDP 10135", "TCP 81"),
        ('web: {listen: "0.0.0.0:0"}\nrendezvous: {listen: "127.0.0.1:10135"}', None, None),
    ],
)
def test_a_door_is_where_others_can_come_and_always_the_same(more: str, udp: str | None, tcp: str | None) -> None:
    assert [line.rpartition(": ")[2] for line in shown(more)][:-1] == list(filter(None, (udp, tcp)))


def test_whoever_may_run_an_agent_may_come() -> None:
    site = config()
    assert peers(site, source(site)) == ("bts02.contoso.test", "192.0.2.31", "192.0.2.30", "2001:db8::32", "192.0.2.33")


def test_a_node_lets_in_the_other_one_and_the_clusters_own_address() -> None:
    site = config()
    assert peers(site, source(site, "NODE1")) == (
        "192.0.2.11",
        "bts02.contoso.test",
        "2001:db8::32",
        "192.0.2.33",
        "192.0.2.30",
    )
