"""All that is fuzzed: one table."""

from functools import partial

from tests.fuzz import (
    datagrams,
    documents,
    far_story,
    files,
    met,
    near_story,
    remembered,
    requests,
    sites,
    talks,
    vocabulary,
    wire,
    wire_seeds,
    words,
)
from tests.fuzz.target import Target

HTTP = partial(Target, seeds=requests.seeds, words=vocabulary.HTTP, times=400)
JSON = partial(Target, words=vocabulary.JSON)
YAML = partial(Target, words=vocabulary.YAML, longest=4096)

TARGETS: dict[str, Target] = {
    "rpc": Target(wire.pdus, wire_seeds.pdus, times=4000, longest=8192),
    "epm": Target(wire.stubs, wire_seeds.stubs, times=4000, longest=8192),
    "tds": Target(wire.prelogin, wire_seeds.prelogins, times=4000, longest=4200),
    "browser": Target(wire.browser, wire_seeds.browsers, times=4000, longest=4200),
    "icmp": Target(wire.icmp_records, wire_seeds.icmp_records, times=4000, longest=64),
    "proof": Target(wire.proofs, wire_seeds.proofs, times=4000, longest=1100),
    "talk": Target(talks.talk, talks.seeds, times=1000, longest=16384),
    "datagram": Target(datagrams.damaged, datagrams.genuine, times=4000, longest=1300),
    "sealed": Target(datagrams.sealed, datagrams.seeds_of_sealed, times=4000, longest=1300),
    "holder": Target(far_story.holder, far_story.seeds, times=300, longest=1024),
    "seeker": Target(near_story.seeker, near_story.seeds, times=300, longest=1024),
    "told": Target(words.told, words.seeds_of_told, times=100, longest=1200),
    "http": HTTP(requests.from_elsewhere),
    "http-here": HTTP(requests.from_here),
    "http-passwords": HTTP(requests.with_passwords),
    "http-passwords-here": HTTP(requests.with_passwords_here, times=200),
    "met": Target(met.met, met.seeds, words=vocabulary.HTTP, times=300),
    "config": YAML(files.configuration, files.configurations, times=200),
    "site": Target(sites.site, sites.seeds, times=5, longest=3000),
    "web-config": YAML(files.web_configuration, files.web_configurations, times=300),
    "key-file": Target(files.key_file, files.key_files, times=200, longest=512),
    "rule-set": JSON(files.rule_set, files.rule_sets, times=2000),
    "whereabouts": JSON(files.whereabouts, files.whereabouts_files, times=100),
    "event": Target(files.event, files.events, times=2000, longest=1024),
    "state": JSON(remembered.state_files, remembered.seeds, times=150, longest=4096),
    "document": JSON(documents.told, documents.seeds, times=700, longest=8192),
    "words": Target(words.words, words.seeds, times=10, longest=600),
}
