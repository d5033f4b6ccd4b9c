"""What a host is for in the SSO system. The words are those of the configuration file."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """A stand-in (`master-secret-standby`) is made master by hand: probed, but its registration is not expected."""

    PROCESSING = "processing"
    MASTER_SECRET = "master-secret"  # noqa: S105 - the name of a role, not a password
    MASTER_SECRET_STANDBY = "master-secret-standby"  # noqa: S105 - likewise
    SSO_DATABASE = "sso-database"

    @property
    def counts_as(self) -> "Role":
        """The role as the documentation's tables know it: a stand-in needs what the master needs."""
        return Role.MASTER_SECRET if self is Role.MASTER_SECRET_STANDBY else self


def only_a_database(roles: Iterable[Role]) -> bool:
    """Whether that is all that it is for: such a machine asks nothing of others, and has no agent as a rule."""
    return set(roles) == {Role.SSO_DATABASE}
