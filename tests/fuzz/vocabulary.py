"""What is put into inputs: the words of each language, so that chance need not spell them."""


def _each(text: str, *more: str) -> tuple[bytes, ...]:
    """The words of a text, and those that have spaces in them."""
    return tuple(word.encode() for word in (*text.split(), *more))


YAML = _each(
    """
    site hosts name role roles address nodes zone port instance fixed_ports epm_port source_address listen agent
    processing master-secret master-secret-standby sso-database rpc dynamic_ports 49152-65535 samples coverage_window
    services entsso annotation uuid required_on confirmed requirements dtc_to_database schedule interval timeout
    web config_file open_pages rendezvous key_file sso backup_confirmed 2026-01-01 log level state_dir names null true
    : - , { } [ ] & * ! | > # % @ ` " ' ~ << ? --- ... !!python/object: !!binary &a *a 0 -1 1e9 0x1F .inf 0s 1h
    99999999h 999999999999999999999999 0.0.0.0:0 [::1]:1 fe80::1%eth0 \\U0010FFFF \\x41
    """,
    *("\n", "\n\n  ", "\t", "\r", "\x85", "\u2028", "\ufeff", "\0", "\ud7ff"),
)
JSON = _each(
    """
    {" "} [ ] : , null true false 1e999 -1 0.5 NaN Infinity -Infinity "\\ud800" "\\u0000" 1e308 "" [[[[ {} -0.0 1E-400
    "version":1 2 9999-12-31T23:59:59Z 0001-01-01 50000-50015 65536 192.0.2.1 fe80::1%eth0
    """,
    "9" * 400,
)
HTTP = _each(
    """
    localhost 127.0.0.1 evil.test [::1] [::ffff:127.0.0.1] 99999999 %2e%2e%2f /../ // % %zz ? ; /api/ /metrics
    /-/reload Og== http://a/ 0
    """,
    *("GET ", "POST ", "HEAD ", "OPTIONS ", "CONNECT ", "TRACE ", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", " HTTP/1.1\r\n"),
    *(
        "Host: ",
        "Content-Length: ",
        "Transfer-Encoding: chunked\r\n",
        "\r\n",
        "\r\n\r\n",
        "\n",
        "\r",
        "\0",
        "\x80\ufeff",
    ),
    *("X-Forwarded-For: 127.0.0.1\r\n", "Origin: http://evil.test\r\n", "Sec-Fetch-Site: cross-site\r\n", ": "),
    *("Authorization: Basic ", "Bearer ", "Cookie: a=b\r\n", "Range: bytes=0-1\r\n", "Expect: 100-continue\r\n"),
    "Connection: keep-alive\r\n",
)
