"""A site with a cluster, a name, IPv6, a database of its own, and what this machine, BTS01, makes of it."""

from agent.config.load import parse
from agent.config.model import Config
from agent.site.setup import Setup, set_up
from agent.site.topology import Source, site_of
from agent.site.whoami import Machine, whoami

SITE = """\
site: contoso
hosts:
  - {name: BTS01, role: processing, address: 192.0.2.11}
  - {name: BTS02, role: processing, address: bts02.contoso.test}
  - name: MSS
    role: master-secret
    address: 192.0.2.30
    nodes: [{name: NODE1, address: 192.0.2.31}, {name: NODE2, address: "2001:db8::32", source_address: 192.0.2.33}]
  - {name: SQL01, role: sso-database, address: 192.0.2.90}
rpc: {dynamic_ports: [5000-5020, 20000]}
"""
BTS02 = "192.0.2.12"


def config(more: str = "") -> Config:
    return parse(SITE + more, "test")


def source(config: Config, name: str = "BTS01") -> Source:
    return whoami(site_of(config), Machine((), ()), name)


def setup(config: Config) -> Setup:
    return set_up(config, source(config))
