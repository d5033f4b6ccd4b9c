"""The events of the SSO service that an operator will meet: Application log, source ENTSSO. None is read here."""

from typing import NamedTuple


class Event(NamedTuple):
    """`id`: of the event, or an error code. `means` and `when`: short, in our own words; when may not be known."""

    id: str
    means: str
    when: str


# In the order in which a list of them is read best: contact, the secret, the database, the service, error codes.
EVENTS = {
    each.id: each
    for each in (
        Event("10532", "contact with the master secret server is lost", "soon: the service asks every 30 to 60 s"),
        Event("10602", "a remote procedure call (RPC) failed", "whenever the service asks another SSO server"),
        Event("10520", "its own secrets are missing", "on the master secret server, at a start"),
        Event("10521", "its own secrets are not loaded", "on the master secret server, at a start"),
        Event("10565", "its own secrets are invalid", "on the master secret server, at a start"),
        Event("10513", "the first access to the SSO database failed", "at a start: tried 12 times, every 5 s"),
        Event("10588", "SQL Server is not found", "when the SSO database is asked"),
        Event("10514", "an access to the SSO database failed", "when the SSO database is asked, every 30 s"),
        Event("10515", "contact with the SSO database is lost", "when the SSO database is asked, every 30 s"),
        Event("10590", "the service goes offline", "about 5 min after contact with the SSO database is lost"),
        Event("10503", "the start of the service failed", "at a start"),
        Event("10504", "the service is stopping", "at a stop"),
        Event("10505", "the service has stopped", "at a stop"),
        Event("0x800706BA", "the RPC service is unavailable", "as the error code of a failed call"),
        Event("0x800706D9", "the endpoint mapper there knows no such service", "as the error code of a failed call"),
        Event("0x80002918", "there are no secrets", "as the error code of what needs the secret"),
    )
}

NO_CONTACT = ("10532", "10602", "0x800706BA", "0x800706D9")
NO_SECRET = ("10532", "0x80002918")
OWN_SECRET = ("10520", "10521", "10565")
NO_DATABASE = ("10588", "10514", "10515", "10590")
NO_START = ("10513", "10588", "10503")
AT_REST = ("10504", "10505")


def events(*ids: str) -> tuple[Event, ...]:
    """Those of `ids`, each once, in the table's order."""
    return tuple(event for key, event in EVENTS.items() if key in ids)
