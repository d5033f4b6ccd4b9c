"""Whether somebody says that the master secret is backed up, and of which secret that may be. No agent can see it.

A date has no time of day and no zone, so it is held against a moment only where no zone could make it right.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from agent.found.finding import Finding, Kind
from agent.ground.text import timestamp

KEY = "sso.backup_confirmed"
WESTERNMOST = timedelta(hours=12)  # behind UTC: where a day begins, and ends, last
AHEAD = timedelta(days=1)  # somewhere it may be the next day already

WHY = (
    'The documentation: "If the SSO master secret server fails and you lose the key, or if the key becomes corrupted, '
    "you will not be able to retrieve data stored in the SSO database. You must back up the master secret, or you risk "
    'losing data from the SSO database."'
)
REMEDY = (
    f"{WHY} On the master secret server run `ssoconfig -backupsecret FILE` (elevated; it is in the folder Common "
    "Files\\Enterprise Single Sign-On), keep the file in a secure place that is not on that server, and its password "
    f"elsewhere; then write the day to `{KEY}`."
)


def backup_findings(masters: Iterable[str], confirmed: date | None, changed: float | None, now: float) -> list[Finding]:
    """At most one, about the first of the master secret servers; without one there is none.

    `confirmed`: the day on which the operator saw that there is a backup. `changed`: when the service last told of
    a change. `changed` and `now` are UTC, in seconds.
    """
    master = next(iter(masters), None)
    if master is None:
        return []
    if confirmed is None:
        detail = f"Nobody says that the master secret is backed up: `{KEY}` is not set, and an agent cannot see it."
        if changed is not None:
            detail += f" {_event(changed)}."
        return [Finding(master, Kind.BACKUP_UNCONFIRMED, detail, REMEDY)]
    if confirmed - _day(now) > AHEAD:
        detail = (
            f"`{KEY}` is {confirmed}, a day in the future by this machine's clock ({timestamp(now)}): it confirms no "
            "backup that there is. The date or the clock is wrong."
        )
        return [Finding(master, Kind.BACKUP_UNCONFIRMED, detail, f"Correct the date, or the clock. {REMEDY}")]
    if changed is not None and confirmed < _day(changed - WESTERNMOST.total_seconds()):
        detail = (
            f"{_event(changed)}: after the day on which the secret was last confirmed to be backed up ({confirmed}, "
            f"`{KEY}`). That backup may not hold the secret in use; if a newer one was made, its day was not written "
            "down."
        )
        return [Finding(master, Kind.BACKUP_OUTDATED, detail, REMEDY)]
    return []


def _event(at: float) -> str:
    return (
        f"An event of source ENTSSO at {timestamp(at)} says that the master secret is not backed up (10589), or that "
        "its server is another one (10575)"
    )


def _day(seconds: float) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()
