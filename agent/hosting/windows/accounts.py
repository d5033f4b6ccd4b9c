"""Whose rights the service has: the kinds of accounts, and the numbers of those that need no look-up. Pure.

Sources: Microsoft's "Service user accounts", "Security identifiers" and, for the number of a service's own account,
"[MS-DTYP] service SIDs": SHA-1 of its name in capitals.
"""

import hashlib
import struct
from dataclasses import dataclass
from enum import Enum

from agent.hosting.windows.access import ADMINISTRATORS, SYSTEM
from agent.hosting.windows.names import SERVICE

LOCAL_SERVICE, NETWORK_SERVICE = "S-1-5-19", "S-1-5-20"
# What every process of a service has beside its own account, whoever that is.
EVERY_SERVICE = frozenset(
    {
        "S-1-1-0",  # Everyone
        "S-1-2-0",  # LOCAL
        "S-1-5-6",  # SERVICE
        "S-1-5-11",  # Authenticated Users
        "S-1-5-15",  # This Organization
        "S-1-5-80-0",  # ALL SERVICES
        "S-1-5-32-545",  # Users
    }
)
OF_SYSTEM = frozenset({SYSTEM, ADMINISTRATORS, "S-1-1-0", "S-1-5-11"})  # the system is an administrator


class Kind(Enum):
    """What Windows wants to know of an account."""

    OWN = "an account that Windows makes for this service alone"
    SYSTEM = "the system itself"
    BUILT_IN = "shared by many services"
    MANAGED = "its password is Windows' own affair"
    PERSON = "with a password"


@dataclass(frozen=True, slots=True)
class Account:
    """`name`: as the service control manager wants it. `sid`: where it needs no look-up."""

    name: str
    kind: Kind
    sid: str | None = None

    @property
    def needs_password(self) -> bool:
        """Only then is one asked for."""
        return self.kind is Kind.PERSON

    @property
    def empty_password(self) -> str | None:
        """What the service control manager wants where there is none."""
        return "" if self.kind in (Kind.SYSTEM, Kind.BUILT_IN) else None


def service_sid(service: str = SERVICE) -> str:
    """The number of NT SERVICE\\<service>, whether it is installed or not."""
    digest = hashlib.sha1(service.upper().encode("utf-16-le"), usedforsecurity=False).digest()
    return "-".join(["S-1-5-80", *map(str, struct.unpack("<5I", digest))])


OWN = Account(rf"NT SERVICE\{SERVICE}", Kind.OWN, service_sid())
KNOWN = {
    "LOCALSYSTEM": Account("LocalSystem", Kind.SYSTEM, SYSTEM),
    "LOCALSERVICE": Account(r"NT AUTHORITY\LocalService", Kind.BUILT_IN, LOCAL_SERVICE),
    "NETWORKSERVICE": Account(r"NT AUTHORITY\NetworkService", Kind.BUILT_IN, NETWORK_SERVICE),
}
KNOWN["SYSTEM"] = KNOWN["LOCALSYSTEM"]


def account_of(written: str | None) -> Account:
    """As a person writes it; nothing: the service's own. Raises ValueError with a sentence."""
    if written is None:
        return OWN
    name = written.strip()
    domain, _, user = name.rpartition("\\")
    if domain.upper() in ("", ".", "NT AUTHORITY") and (known := KNOWN.get(user.upper().replace(" ", ""))):
        return known
    if domain.upper() == "NT SERVICE":
        if user.casefold() == SERVICE:
            return OWN
        raise ValueError(f"{name} is another service's own account; {OWN.name} is this one's")
    if not user or "/" in name:
        raise ValueError(f"{name or 'an empty name'} is no account; write DOMAIN\\name")
    if user.endswith("$"):
        if domain in ("", "."):
            raise ValueError(f"{name}: a managed account is one of a domain; write DOMAIN\\{user}")
        return Account(name, Kind.MANAGED)
    return Account(name if domain or "@" in name else rf".\{name}", Kind.PERSON)
