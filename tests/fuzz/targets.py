"""All that is fuzzed: one table."""

from functools import partial

from tests.fuzz import datagrams, documents, files, halves, remembered, requests, talks, wire, wire_seeds, words
from tests.fuzz.target import Target

HTTP = partial(Target, seeds=requests.seeds, code=("agent.web",), words=requests.WORDS)
FILE = partial(Target, words=files.YAML_WORDS, longest=4096)

TARGETS: dict[str, Target] = {
    "rpc": Target(wire.pdus, wire_seeds.pdus, ("probes.wire",), times=4000, longest=8192),
    "epm": Target(wire.stubs, wire_seeds.stubs, ("probes.wire",), times=4000, longest=8192),
    "tds": Target(wire.prelogin, wire_seeds.prelogins, ("probes.wire",), times=4000, longest=4200),
    "browser": Target(wire.browser, wire_seeds.browsers, ("probes.wire",), times=4000, longest=4200),
    "icmp": Target(wire.icmp_records, wire_seeds.icmp_records, ("probes",), times=4000, longest=64),
    "proof": Target(wire.proofs, wire_seeds.proofs, ("probes.wire",), times=4000, longest=1100),
    "talk": Target(talks.talk, talks.seeds, ("probes",), times=1000, longest=16384),
    "datagram": Target(
        datagrams.damaged, lambda: list(datagrams.genuine()), ("probes.wire",), times=4000, longest=1300
    ),
    "sealed": Target(datagrams.sealed, datagrams.seeds_of_sealed, ("probes.wire",), times=4000, longest=1300),
    "holder": Target(halves.holder, halves.stories, ("agent.rendezvous", "probes.wire"), times=300, longest=1024),
    "seeker": Target(
        halves.seeker, halves.stories_of_the_seeker, ("agent.rendezvous", "probes.wire"), times=300, longest=1024
    ),
    "told": Target(words.told, words.seeds_of_told, ("agent.inbound", "probes.wire"), times=100, longest=1200),
    "http": HTTP(requests.from_elsewhere, times=700),
    "http-here": HTTP(requests.from_here, times=700),
    "http-passwords": HTTP(requests.with_passwords, times=700),
    "config": FILE(files.configuration, files.configurations, ("agent.config", "agent.site.topology"), times=200),
    "web-config": FILE(files.web_configuration, files.web_configurations, ("agent.web.toolkit",), times=300),
    "key-file": Target(files.key_file, files.key_files, ("agent.rendezvous.keyfile",), times=500, longest=512),
    "rule-set": Target(
        files.rule_set, files.rule_sets, ("agent.rendezvous.ruleset",), times=2000, words=files.JSON_WORDS
    ),
    "whereabouts": Target(
        files.whereabouts, files.whereabouts_files, ("agent.local.local",), times=300, words=files.JSON_WORDS
    ),
    "state": Target(
        remembered.state_files,
        remembered.seeds,
        (
            "agent.store.store",
            "agent.store.kept",
            "agent.sso",
            "agent.dynamic",
            "agent.survey.range",
            "agent.term.origin",
        ),
        times=150,
        longest=4096,
        words=files.JSON_WORDS,
    ),
    "document": Target(
        documents.told,
        documents.seeds,
        ("agent.report", "agent.permit"),
        times=700,
        longest=8192,
        words=files.JSON_WORDS,
    ),
    "words": Target(
        words.words, words.seeds, ("agent.report", "agent.web.page", "agent.ground.text"), times=25, longest=600
    ),
}
