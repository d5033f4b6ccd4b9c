"""The file: what it may say, every mistake in it at once, and what is done otherwise than it says."""

from pathlib import Path

import pytest
import trustme

from agent.config.mistakes import ConfigError
from agent.web.toolkit.names import CIPHERS, CIPHERS_13
from agent.web.toolkit.read import read
from agent.web.toolkit.settings import Settings
from tests.agent.web.toolkit.papers import REQUIRED, authority, hashed, issued, put, users


def settings(folder: Path, text: str) -> Settings:
    (folder / "web.yml").write_text(text, encoding="utf-8")
    return read(folder / "web.yml")


def mistakes(folder: Path, text: str) -> list[str]:
    """Without the file's name: `LINE: KEY: SENTENCE`."""
    with pytest.raises(ConfigError) as refused:
        settings(folder, text)
    return [line.removeprefix(f"{folder / 'web.yml'}:") for line in str(refused.value).splitlines()]


def test_without_a_file_nothing_is_asked_for() -> None:
    assert read(None) == Settings()


@pytest.mark.parametrize("text", ["", "# nothing\n", "tls_server_config:\n", "basic_auth_users: {}\n"])
def test_a_file_that_asks_for_nothing_is_good(tmp_path: Path, text: str) -> None:
    found = settings(tmp_path, text)
    assert (found.context, found.is_protected, found.notes) == (None, False, ())


def test_every_key_of_the_exporters_is_known(tmp_path: Path) -> None:
    text = put(tmp_path) + REQUIRED
    text += "  client_allowed_sans: [prometheus.contoso.test]\n  min_version: TLS12\n  max_version: TLS13\n"
    text += f"  cipher_suites: [{', '.join(CIPHERS)}]\n  prefer_server_cipher_suites: false\n"
    text += "  curve_preferences: [CurveP256]\n"
    text += "http_server_config:\n  http2: false\n  headers:\n"
    text += "    Content-Security-Policy: default-src 'self'\n    X-Frame-Options: deny\n"
    text += (
        "    X-Content-Type-Options: nosniff\n    X-XSS-Protection: '0'\n    Strict-Transport-Security: max-age=60\n"
    )
    text += users(ann="a", bob="b") + "rate_limit: {interval: 100ms, burst: 5}\n"
    found = settings(tmp_path, text)
    assert found.context is not None
    assert found.requires_certificate
    assert found.sans == {"prometheus.contoso.test"}
    assert set(found.users) == {"ann", "bob"}
    assert found.headers["X-Frame-Options"] == "deny"
    assert len(found.headers) == 5
    assert found.rate == (0.1, 5)


def test_certificates_may_stand_in_the_file_itself(tmp_path: Path) -> None:
    certificate, key = issued().cert_chain_pems[0].bytes().decode(), issued().private_key_pem.bytes().decode()
    blocks = {"cert": certificate, "key": key, "client_ca": authority().cert_pem.bytes().decode()}
    text = "tls_server_config:\n  client_auth_type: RequireAndVerifyClientCert\n"
    for name, block in blocks.items():
        text += f"  {name}: |\n" + "".join(f"    {line}\n" for line in block.splitlines())
    found = settings(tmp_path, text)
    assert found.context is not None
    assert found.files == (tmp_path / "web.yml",)


def test_relative_paths_are_taken_from_beside_the_file(tmp_path: Path) -> None:
    found = settings(tmp_path, put(tmp_path) + REQUIRED)
    assert found.files == tuple(tmp_path / name for name in ("web.yml", "server.crt", "server.key", "ca.crt"))


def test_every_mistake_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    text = """\
tls_server_config:
  cert_file: server.crt
  key_fiel: server.key
  min_version: SSL3
  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]
http_server_config:
  http2: perhaps
  headers:
    X-Powered-By: us
    X-Frame-Options: allow
    X-XSS-Protection: "a\\nb"
basic_auth_users:
  ann: secret
  "b:b": x
rate_limit: {burst: -1}
web: {}
"""
    found = mistakes(tmp_path, text)
    starts = [line.split(": ", 2)[:2] for line in found]
    assert starts == [
        ["3", "tls_server_config.key_fiel"],
        ["4", "tls_server_config.min_version"],
        ["5", "tls_server_config.cipher_suites[0]"],
        ["7", "http_server_config.http2"],
        ["9", "http_server_config.headers.X-Powered-By"],
        ["10", "http_server_config.headers.X-Frame-Options"],
        ["11", "http_server_config.headers.X-XSS-Protection"],
        ["13", "basic_auth_users.ann"],
        ["14", "basic_auth_users.b:b"],
        ["14", "basic_auth_users.b:b"],
        ["15", "rate_limit.burst"],
        ["16", "web"],
    ]
    assert "did you mean key_file?" in found[0]


def test_a_password_that_is_written_as_it_is_is_not_said_again(tmp_path: Path) -> None:
    assert "hunter2" not in "\n".join(mistakes(tmp_path, "basic_auth_users: {ann: hunter2}\n"))


@pytest.mark.parametrize(
    "written",
    [
        "$2y$10$short",
        "$1$salt$1234567890123456789012",
        hashed().replace("$04$", "$31$"),
        hashed().replace("$04$", "$19$"),
        hashed().replace("$04$", "$03$"),
        hashed()[:-1] + "!",
    ],
)
def test_what_is_no_bcrypt_hash_is_a_mistake(tmp_path: Path, written: str) -> None:
    (line,) = mistakes(tmp_path, f"basic_auth_users:\n  ann: '{written}'\n")
    assert line.startswith("2: basic_auth_users.ann: ")
    assert "bcrypt" in line


@pytest.mark.parametrize("prefix", ["$2a$", "$2b$", "$2y$"])
def test_each_kind_of_bcrypt_hash_that_tools_write_is_taken(tmp_path: Path, prefix: str) -> None:
    found = settings(tmp_path, f"basic_auth_users: {{ann: '{prefix}{hashed()[4:]}'}}\n")
    assert set(found.users) == {"ann"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("  client_auth_type: Sometimes\n", "client_auth_type: 'Sometimes' is none of NoClientCert, "),
        ("  client_auth_type: RequireAnyClientCert\n", "client_auth_type: RequireAnyClientCert needs client_ca_file"),
        ("  client_auth_type: VerifyClientCertIfGiven\n", "client_auth_type: VerifyClientCertIfGiven needs client_ca"),
        ("  client_ca_file: ca.crt\n", "client_ca_file: without effect"),
        ("  client_allowed_sans: [a]\n", "client_allowed_sans: needs client_auth_type"),
        (REQUIRED.replace("ca.crt", "nowhere.crt"), "client_ca_file: "),
        (REQUIRED.replace("ca.crt", "server.key"), "client_ca_file: holds no usable certificate"),
        ("  max_version: TLS11\n", "max_version: TLS11: older than TLS 1.2"),
        ("  min_version: TLS13\n  max_version: TLS12\n", "max_version: TLS12 is older than min_version"),
        ("  max_version: TLS12\n  cipher_suites: [TLS_AES_128_GCM_SHA256]\n", "cipher_suites: none of them is for"),
        (
            "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n",
            "tls_server_config: with these settings no client could connect: NO_SHARED_CIPHER",
        ),
        ("  cert: hello\n", "cert: must be PEM text"),
        ("  curve_preferences: [P-256]\n", "curve_preferences[0]: 'P-256' is not a curve"),
    ],
)
def test_settings_that_cannot_be_are_mistakes(tmp_path: Path, change: str, said: str) -> None:
    (line,) = mistakes(tmp_path, put(tmp_path) + change)
    assert said in line


def test_both_spellings_of_one_thing_are_a_mistake(tmp_path: Path) -> None:
    text = put(tmp_path) + '  key: "-----BEGIN PRIVATE KEY-----"\n'
    assert "key_file: key and key_file say the same" in "\n".join(mistakes(tmp_path, text))


def _missing(folder: Path) -> None:
    (folder / "server.key").unlink()


def _folder(folder: Path) -> None:
    (folder / "server.key").unlink()
    (folder / "server.key").mkdir()


def _others(folder: Path) -> None:
    (folder / "server.key").write_bytes(issued(again=1).private_key_pem.bytes())


def _of_another_sort(folder: Path) -> None:
    """The certificate in these tests is not for RSA."""
    given = authority().issue_cert("localhost", key_type=trustme.KeyType.RSA)
    (folder / "server.key").write_bytes(given.private_key_pem.bytes())


def _swapped(folder: Path) -> None:
    (folder / "server.key").write_bytes((folder / "server.crt").read_bytes())


def _encrypted(folder: Path) -> None:
    (folder / "server.key").write_text(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"
    )


def _damaged(folder: Path) -> None:
    text = (folder / "server.key").read_text()
    (folder / "server.key").write_text(text.replace(text.splitlines()[1], "?" * 64))


def _huge(folder: Path) -> None:
    (folder / "server.key").write_bytes(b"x" * (1 << 21))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_missing, "server.key: cannot be read: No such file or directory"),
        (_folder, "cannot be read"),
        (_others, "key_file: does not belong to the certificate"),
        (_of_another_sort, "key_file: does not belong to the certificate"),
        (_swapped, "key_file: holds no private key in PEM"),
        (_encrypted, "key_file: the private key is encrypted"),
        (_damaged, "cannot be used"),
        (_huge, "larger than 1 MiB"),
    ],
)
def test_a_key_that_cannot_be_used_is_named(tmp_path: Path, harm: object, said: str) -> None:
    assert callable(harm)
    text = put(tmp_path)
    harm(tmp_path)
    (line,) = mistakes(tmp_path, text)
    assert said in line


@pytest.mark.parametrize("letter", ["\u00e9", "\u2028", "?", "\U0001f511"])
def test_an_authority_with_letters_that_pem_has_not_is_a_mistake(tmp_path: Path, letter: str) -> None:
    text = put(tmp_path) + REQUIRED
    signer = (tmp_path / "ca.crt").read_text("ascii")
    (tmp_path / "ca.crt").write_text(signer.replace("CERTIFICATE-----\nMII", f"CERTIFICATE-----\n{letter}II"), "utf-8")
    (line,) = mistakes(tmp_path, text)
    assert "client_ca_file: holds no usable certificate in PEM" in line


@pytest.mark.parametrize("text", ["- a\n", "just text\n", "a: [\n", "\x00", "a: 1\na: 2\n"])
def test_what_is_no_such_file_at_all_is_a_mistake(tmp_path: Path, text: str) -> None:
    assert mistakes(tmp_path, text)


def test_a_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path / "nowhere.yml")


@pytest.mark.parametrize(
    ("change", "noted"),
    [
        ("", []),
        ("  client_auth_type: NoClientCert\n", []),
        ("  client_auth_type: RequestClientCert\n", ["client_auth_type: RequestClientCert is without effect here"]),
        (
            "  client_auth_type: RequireAnyClientCert\n  client_ca_file: ca.crt\n",
            ["client_auth_type: RequireAnyClientCert is taken as RequireAndVerifyClientCert"],
        ),
        (
            "  client_auth_type: RequireClientCert\n  client_ca_file: ca.crt\n",
            ["client_auth_type: RequireAnyClientCert is taken as RequireAndVerifyClientCert"],
        ),
        ("  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.crt\n", []),
        (REQUIRED, []),
        ("  min_version: TLS10\n", ["min_version: TLS10 is not spoken here"]),
        (f"  cipher_suites: [{', '.join(CIPHERS)}]\n", []),
        (
            f"  cipher_suites: [{', '.join(sorted(CIPHERS_13))}]\n",
            ["cipher_suites: those of TLS 1.3 are without effect", "cipher_suites: none is for TLS 1.2"],
        ),
        ("  curve_preferences: [X25519]\n", []),
        ("  curve_preferences: [X25519, CurveP256]\n", ["curve_preferences: without effect"]),
        ("http_server_config: {http2: true}\n", ["http2: without effect"]),
        ("http_server_config: {http2: false}\n", []),
        (
            "http_server_config: {headers: {Content-Security-Policy: ''}}\n",
            ["headers.Content-Security-Policy: takes the place of the agent's own"],
        ),
        (
            f"basic_auth_users: {{ann: '{hashed().replace('$04$', '$16$')}'}}\n",
            ["basic_auth_users.ann: at a cost of 16"],
        ),
    ],
)
def test_what_is_done_otherwise_is_noted_and_nothing_else(tmp_path: Path, change: str, noted: list[str]) -> None:
    notes = settings(tmp_path, put(tmp_path) + change).notes
    assert len(notes) == len(noted)
    assert all(part in note for note, part in zip(notes, noted, strict=True))


def test_passwords_without_tls_are_noted(tmp_path: Path) -> None:
    (note,) = settings(tmp_path, users(ann="a")).notes
    assert "cross the network as they are" in note


def test_an_own_certificate_that_has_expired_is_noted_and_used(tmp_path: Path) -> None:
    found = settings(tmp_path, put(tmp_path, issued(expired=True)))
    assert found.context is not None
    (note,) = found.notes
    assert note == "tls_server_config.cert_file: the certificate has expired; clients that check will not connect"


def test_settings_do_not_show_hashes_when_printed(tmp_path: Path) -> None:
    assert "$2b$" not in repr(settings(tmp_path, users(ann="a")))
