"""The table in the code against the documentation's own rows, written out here once more."""

import pytest

from agent.ground.path import Check
from agent.ground.roles import Role
from agent.site.requirements import REQUIREMENTS, requirements

# Context | destination server | destination service | port | reason. Both tables of
# "Ports for the Enterprise Single Sign-On Servers": for a processing server, and for the master secret server.
PROCESSING = """
Logged on user|SSO database|SQL Server|1433|To create and connect to the SSO database.
Single Sign-On service account|Master secret server|Single Sign-On service|135|Transacted connection to SQL Server for the Single Sign-On service to retrieve the master secret key from the master secret server
Single Sign-On service account|Master secret server|Single Sign-On service|49152-65535|Secondary RPC ports used to retrieve the secret key from the master secret server. **Note:**  You can change to larger dynamic port range or better use fixed port for MSDTC and EntSSO services.
"""  # noqa: E501 - rows are lines
MASTER = """
Logged on user|SSO database|SQL Server|1433|To create and connect to the SSO database.
Single Sign-On service account|Processing server(s)|Single Sign-On service|135|Transacted connection to SQL Server for the Single Sign-On service to retrieve the master secret key from the master secret server
Single Sign-On service account|Processing server(s)|Single Sign-On service|49152-65535|Secondary RPC ports used to retrieve the secret key from the master secret server. **Note:**  You can change to larger dynamic port range or better use fixed port for MSDTC and EntSSO services.
"""  # noqa: E501 - rows are lines

SERVERS = {
    "SSO database": Role.SSO_DATABASE,
    "Master secret server": Role.MASTER_SECRET,
    "Processing server(s)": Role.PROCESSING,
}
CHECKS = {"1433": Check.SQL, "135": Check.EPM, "49152-65535": Check.RPC_RANGE}


@pytest.mark.parametrize(("source", "table"), [(Role.PROCESSING, PROCESSING), (Role.MASTER_SECRET, MASTER)])
def test_the_table_is_the_documentation(source: Role, table: str) -> None:
    documented = [tuple(row.split("|")) for row in table.strip().splitlines()]
    rows = [row for row in requirements(dtc_to_database=False) if row.source is source]
    ours = []
    for row in rows:
        server = next(name for name, role in SERVERS.items() if role is row.destination)
        reason = f"{row.reason} **Note:**  {row.note}" if row.note else row.reason
        ours.append((row.account, server, row.service, row.port, reason))
        assert row.check is CHECKS[row.port]
    assert ours == documented


def test_six_rows_and_two_on_request() -> None:
    assert len(requirements(dtc_to_database=False)) == 6
    assert requirements(dtc_to_database=True) == REQUIREMENTS
    assert [(row.source, row.destination, row.service, row.port) for row in REQUIREMENTS[6:]] == [
        (Role.PROCESSING, Role.SSO_DATABASE, "DTC", "135"),
        (Role.PROCESSING, Role.SSO_DATABASE, "DTC", "49152-65535"),
    ]


def test_a_stand_in_counts_as_master_secret() -> None:
    assert [role.counts_as for role in Role] == [
        Role.PROCESSING,
        Role.MASTER_SECRET,
        Role.MASTER_SECRET,
        Role.SSO_DATABASE,
    ]
