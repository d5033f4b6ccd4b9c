"""One handshake with ourselves: it finds what no look at the file would, and whether our certificate still holds."""

import ssl

STEPS = 20  # messages; a handshake takes two or three
NOT_YET, EXPIRED = 9, 10  # OpenSSL's X509_V_ERR numbers


def rehearse(server: ssl.SSLContext, certificate: bytes) -> str | None:
    """Serve a client in this process that trusts just `certificate` (DER). Raises SSLError: nobody could be served.

    What a client that checks would say of the certificate's dates, if anything.
    """
    try:
        _shake(server, _trusting(certificate))
    except ssl.SSLCertVerificationError as error:
        said = {EXPIRED: "the certificate has expired", NOT_YET: "the certificate is not valid yet"}
        _shake(server, _trusting(None))
        return said.get(error.verify_code)
    return None


def _trusting(certificate: bytes | None) -> ssl.SSLContext:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        client.verify_mode = ssl.CERT_REQUIRED
        client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # whoever signed it is of no interest here
        client.load_verify_locations(cadata=certificate)
    return client


def _shake(server: ssl.SSLContext, client: ssl.SSLContext) -> None:
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [server.wrap_bio(up, down, server_side=True), client.wrap_bio(down, up)]
    for step in range(STEPS):
        try:
            ends[step % 2 - 1].do_handshake()
            if step % 2:
                return  # the server is content
        except ssl.SSLWantReadError:
            continue
    raise ssl.SSLError("a handshake with ourselves does not end")
