"""What a SQL Server says of itself in PRELOGIN, in words."""

from probes.wire.tds import Encryption, Version

PRODUCTS = {
    (8, 0): "SQL Server 2000",
    (9, 0): "SQL Server 2005",
    (10, 0): "SQL Server 2008",
    (10, 50): "SQL Server 2008 R2",
    (11, 0): "SQL Server 2012",
    (12, 0): "SQL Server 2014",
    (13, 0): "SQL Server 2016",
    (14, 0): "SQL Server 2017",
    (15, 0): "SQL Server 2019",
    (16, 0): "SQL Server 2022",
    (17, 0): "SQL Server 2025",
}

ENCRYPTIONS = {
    Encryption.OFF: "encryption available, not required",
    Encryption.ON: "encryption on",
    Encryption.NOT_SUP: "encryption not available",
    Encryption.REQ: "encryption required",
}


def version_words(version: Version) -> str:
    """`SQL Server 2019, 15.0.4430`; `SQL Server, version 99.1.2` for one that we do not know."""
    product = PRODUCTS.get((version.major, version.minor), "SQL Server")
    known = "" if product != "SQL Server" else "version "
    return f"{product}, {known}{version.major}.{version.minor}.{version.build}"


def encryption_words(encryption: Encryption) -> str:
    """For a server's answer; it has no business to send any but the first four."""
    return ENCRYPTIONS.get(encryption, f"encryption unknown (0x{encryption:02X})")
