"""What must be reachable: the documentation's two tables, one literal, a requirement a row.

Source: "Ports for the Enterprise Single Sign-On Servers"; the optional rows: "Ports for the Processing Servers".
"""

from agent.ground.path import Check, Requirement
from agent.ground.roles import Role

__all__ = ["DTC", "REQUIREMENTS", "Requirement", "requirements"]

_USER = "Logged on user"
_SSO_ACCOUNT = "Single Sign-On service account"
_SQL = "SQL Server"
_SSO = "Single Sign-On service"
DTC = "DTC"
_DATABASE = "To create and connect to the SSO database."
_RETRIEVE = (
    "Transacted connection to SQL Server for the Single Sign-On service to retrieve the master secret key "
    "from the master secret server"
)
_SECONDARY = "Secondary RPC ports used to retrieve the secret key from the master secret server."
_TRANSACT = "Transacted connection to SQL Server to connect to the SSO database"
_RANGE = "49152-65535"
_NOTE = "You can change to larger dynamic port range or better use fixed port for MSDTC and EntSSO services."

_P, _M, _D = Role.PROCESSING, Role.MASTER_SECRET, Role.SSO_DATABASE

REQUIREMENTS = (
    Requirement(_P, _D, _SQL, Check.SQL, "1433", _USER, _DATABASE),
    Requirement(_P, _M, _SSO, Check.EPM, "135", _SSO_ACCOUNT, _RETRIEVE),
    Requirement(_P, _M, _SSO, Check.RPC_RANGE, _RANGE, _SSO_ACCOUNT, _SECONDARY, _NOTE),
    Requirement(_M, _D, _SQL, Check.SQL, "1433", _USER, _DATABASE),
    Requirement(_M, _P, _SSO, Check.EPM, "135", _SSO_ACCOUNT, _RETRIEVE),
    Requirement(_M, _P, _SSO, Check.RPC_RANGE, _RANGE, _SSO_ACCOUNT, _SECONDARY, _NOTE),
    Requirement(_P, _D, DTC, Check.EPM, "135", _USER, _TRANSACT, optional=True),
    Requirement(_P, _D, DTC, Check.RPC_RANGE, _RANGE, _USER, "Secondary RPC ports", _NOTE, optional=True),
)


def requirements(*, dtc_to_database: bool) -> tuple[Requirement, ...]:
    """The rows that a site asks for."""
    return tuple(row for row in REQUIREMENTS if dtc_to_database or not row.optional)
