"""The example of the document, and what Prometheus's own tool says of files that we take or refuse."""

import re
import subprocess
from pathlib import Path

import pytest
from pydantic import BaseModel

from agent.config.mistakes import ConfigError
from agent.web.toolkit.model import Headers, HttpServer, RateLimit, TlsServer, WebFile
from agent.web.toolkit.names import CURVES, VERSIONS, ClientAuth
from agent.web.toolkit.read import read
from tests.agent.web.toolkit.papers import REQUIRED, hashed, issued, put, users

DOCUMENT = (Path(__file__).parents[4] / "docs/web-config.md").read_text(encoding="utf-8")
EXAMPLE = next(block for block in re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL) if "tls_server_config" in block)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With the certificates that the example names."""
    put(tmp_path, name="agent")
    (tmp_path / "ca.crt").rename(tmp_path / "monitoring-ca.crt")
    put(tmp_path)
    return tmp_path


def takes(folder: Path, text: str) -> bool:
    (folder / "web.yml").write_text(text, encoding="utf-8")
    try:
        read(folder / "web.yml")
    except ConfigError:
        return False
    return True


def promtool_takes(folder: Path) -> bool:
    argv = ["promtool", "check", "web-config", str(folder / "web.yml")]
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


def test_the_example_is_good_and_does_all_that_it_says(folder: Path) -> None:
    (folder / "web.yml").write_text(EXAMPLE, encoding="utf-8")
    found = read(folder / "web.yml")
    assert (found.requires_certificate, set(found.users), found.notes) == (True, {"prometheus"}, ())


def test_the_document_has_every_key_and_word() -> None:
    models: list[type[BaseModel]] = [WebFile, TlsServer, HttpServer, RateLimit]
    words = {name for model in models for name in model.model_fields}
    words |= set(Headers(**{"X-Frame-Options": "deny"}).written()) | {"Content-Security-Policy", "X-XSS-Protection"}
    words |= {"X-Content-Type-Options", "Strict-Transport-Security", *CURVES, *VERSIONS, *ClientAuth}
    assert [word for word in sorted(words) if word not in DOCUMENT] == []


@pytest.mark.lab
@pytest.mark.parametrize(
    ("change", "good"),
    [
        ("", True),
        ("http_server_config: {http2: false, headers: {X-Frame-Options: deny}}\n", True),
        ("http_server_config: {headers: {X-Frame-Options: allow}}\n", False),
        ("http_server_config: {headers: {Server: us}}\n", False),
        (REQUIRED, True),
        (REQUIRED.replace("RequireAndVerifyClientCert", "Sometimes"), False),
        ("  client_ca_file: ca.crt\n", False),
        ("  min_version: TLS12\n  max_version: TLS13\n", True),
        ("  min_version: SSL3\n", False),
        ("  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]\n", True),
        ("  cipher_suites: [TLS_MADE_UP]\n", False),
        ("  curve_preferences: [X25519, CurveP256]\n  prefer_server_cipher_suites: false\n", True),
        ("  curve_preferences: [P-256]\n", False),
        ("  unheard_of: 1\n", False),
        ("unheard_of: 1\n", False),
        (users(ann="a"), True),
        (f"basic_auth_users: {{ann: '$2y${hashed()[4:]}'}}\n", True),
        ("basic_auth_users: {ann: secret}\n", False),
    ],
)
def test_the_exporters_own_tool_says_the_same(folder: Path, change: str, good: bool) -> None:
    """Where its version knows the key: `client_allowed_sans` and `rate_limit` came later than Debian's."""
    assert takes(folder, put(folder) + change) == good
    asked = subprocess.run(
        ["promtool", "check", "web-config", str(folder / "web.yml")], capture_output=True, check=False
    )
    assert (asked.returncode == 0) == good, asked.stderr.decode()


@pytest.mark.lab
def test_the_exporters_own_tool_refuses_a_key_that_does_not_belong_to_the_certificate(folder: Path) -> None:
    text = put(folder)
    (folder / "server.key").write_bytes(issued(again=1).private_key_pem.bytes())
    assert not takes(folder, text)
    asked = subprocess.run(
        ["promtool", "check", "web-config", str(folder / "web.yml")], capture_output=True, check=False
    )
    assert asked.returncode != 0
