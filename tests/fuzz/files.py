"""What is read from files: any bytes in them come to a value, or to sentences for a person; never to a traceback."""

import atexit
import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from agent.config.load import load
from agent.config.mistakes import ConfigError
from agent.config.model import Config
from agent.ground.text import timestamp
from agent.local.local import LONGEST_URL, NotMetError
from agent.local.local import read as read_local
from agent.rendezvous.keyfile import MOST_KEYS, KeyFileError, load_ring
from agent.rendezvous.ruleset import judge
from agent.services.secret_changes import created
from agent.site.plan import inbound, plan
from agent.site.topology import site_of
from agent.web.toolkit.read import read as read_web
from tests.agent.config.test_config import DEFAULTS, EXAMPLE, SMALLEST
from tests.agent.web.toolkit import papers
from tests.fuzz.target import has_words

MOST_MISTAKES = 201
LONGEST_LINE = 400
LONGEST_OWN = 20  # letters of a word of our own sentences
MOST_HOSTS = 20  # of a configuration whose plan is looked at: that of thousands takes its time


@cache
def folder() -> Path:
    """Of this process; gone with it."""
    made = Path(mkdtemp(prefix="ssoreach-fuzz-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def _written(name: str, data: bytes) -> Path:
    place = folder() / name
    place.write_bytes(data)
    place.chmod(0o600)
    return place


def configuration(data: bytes) -> None:
    """And what is made of it: every machine's plan."""
    place = _written("ssoreach.yaml", data)
    config = _or_mistakes(lambda: load(place))
    if config is None:
        return
    assert len(config.sha256) == 64
    site = site_of(config)
    if len(config.hosts) <= MOST_HOSTS:
        for source in site.sources():
            for path in (*plan(config, site, source), *inbound(config, site, source)):
                assert path.peer != source.name


def web_configuration(data: bytes) -> None:
    """Its certificates are there, those that stand in the file itself as well as those in files."""
    place = _written("web.yml", data)
    _or_mistakes(lambda: read_web(place))


def _or_mistakes(read: Callable[[], object]) -> Config | None:
    try:
        found = read()
    except ConfigError as error:
        are_lines(error)
        return None
    return found if isinstance(found, Config) else None


def are_lines(error: ConfigError) -> None:
    """A mistake a line, so many and no more."""
    lines = str(error).split("\n")
    assert len(lines) == len(error.mistakes)
    assert 0 < len(lines) <= MOST_MISTAKES
    assert all(line.isprintable() and len(line) <= LONGEST_LINE for line in lines)


def key_file(data: bytes) -> None:
    """What is wrong with it is said without a byte of a key."""
    place = _written("key", data)
    try:
        ring = load_ring(place, unchecked=False)
    except KeyFileError as error:
        _tells_no_key(str(error).removeprefix(str(place)), data)
    else:
        assert 1 <= len(ring) <= MOST_KEYS


def _tells_no_key(words: str, data: bytes) -> None:
    assert words.isprintable()
    assert not any(len(word) > LONGEST_OWN and word.decode("latin-1") in words for word in data.split())


def whereabouts(data: bytes) -> None:
    """Where the agent of this machine is met."""
    try:
        found = read_local(_written("agent.json", data))
    except NotMetError as error:
        has_words(error)
    else:
        assert all(isinstance(url, str) and len(url) <= LONGEST_URL for url in found.urls)


def rule_set(data: bytes) -> None:
    """What nft lists. Bytes that are no rule set show nothing."""
    found = judge(data)
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        assert found.name == "UNKNOWN"


def event(data: bytes) -> None:
    """An event of Windows as its log renders it; others write their own part of it."""
    at = created(data.decode("utf-8", "replace"))
    if at is not None:
        assert timestamp(at)[:19].encode() in data


WEB = """\
tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [prometheus.contoso.test]
  min_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
  curve_preferences: [X25519]
http_server_config:
  http2: false
  headers: {X-Frame-Options: deny, Content-Security-Policy: "default-src 'self'"}
rate_limit: {interval: 1s, burst: 20}
"""
LISTED = """{"nftables": [{"metainfo": {"json_schema_version": 1}}, {"table": {"family": "inet", "name": "f"}},
{"chain": {"family": "inet", "table": "f", "name": "in", "type": "filter", "hook": "input", "prio": 0,
"policy": "drop"}}, {"rule": {"family": "inet", "table": "f", "chain": "in", "expr": [{"counter": {"packets": 0}},
{"drop": null}]}}, {"chain": {"family": "inet", "table": "f", "name": "x"}}, {"set": {"name": "s", "family": "ip"}}]}"""


def configurations() -> list[bytes]:
    texts = [SMALLEST, SMALLEST + DEFAULTS, EXAMPLE.read_text(encoding="utf-8")]
    return [*(text.encode() for text in texts), b"\xef\xbb\xbf" + SMALLEST.encode()]


def web_configurations() -> list[bytes]:
    """One of them with its PEM text inside."""
    named = papers.put(folder()) + papers.REQUIRED
    texts = [WEB, named, papers.users(prometheus=papers.PASSWORD), WEB[WEB.index("http_server") :], "", _inline()]
    return [text.encode() for text in texts]


def _inline() -> str:
    """Every line of a text behind a bar is indented."""
    names = {"cert": "server.crt", "key": "server.key", "client_ca": "ca.crt"}
    texts = {key: (folder() / name).read_text("ascii") for key, name in names.items()}
    lines = (f"  {key}: |\n" + "".join(f"    {line}\n" for line in text.splitlines()) for key, text in texts.items())
    return "tls_server_config:\n  client_auth_type: RequireAndVerifyClientCert\n" + "".join(lines)


def key_files() -> list[bytes]:
    return [b"k" * 44 + b"\n", b"# two\r\n" + b"a" * 32 + b"\r\n\r\n" + b"b" * 64, b"short\n", b"\xff\xfea\0"]


def whereabouts_files() -> list[bytes]:
    said = {"version": 1, "token": "ab" * 32, "urls": ["http://127.0.0.1:10135"], "pid": 4711, "fingerprint": "cd" * 32}
    return [json.dumps(said).encode(), json.dumps(said | {"fingerprint": None}).encode()]


def events() -> list[bytes]:
    system = "<System><TimeCreated SystemTime='{}'/></System><EventData>'{}'</EventData></Event>"
    times = ("2026-01-02T03:04:05.6789012Z", "1969-01-01T00:00:00Z")
    return [f"<Event>{system}".format(at, at).encode() for at in times]


def rule_sets() -> list[bytes]:
    return [LISTED.encode(), LISTED.replace('"drop"', '"accept"').encode(), b'{"nftables": []}']
