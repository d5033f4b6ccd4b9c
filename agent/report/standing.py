"""How a machine stands in the SSO system, as the documented JSON."""

from typing import Any

from agent.ground.text import plain, timestamp
from agent.sso.availability import Availability
from agent.sso.reach import Reach
from agent.sso.seen import Service
from agent.sso.standing import Standing
from agent.sso.state import SsoState, Why
from agent.sso.words.compose import words
from agent.sso.words.facts import is_known
from agent.sso.words.restart import Answer, restart

LONGEST = 2000  # letters of one part of the words, which are bounded themselves


def sso_document(standing: Standing | None, now: float) -> dict[str, Any]:
    """The value of `sso`. Of None, where nobody looked, the same keys. Times are null where they are not known."""
    if standing is None:
        return _unseen()
    told, answer, contact = words(standing, now), restart(standing), standing.contact
    sentences = {key: plain(getattr(told, key), LONGEST) for key in ("works", "fails", "avoid", "remedy")}
    return {
        "state": str(standing.state),
        "since": _time(standing.since, now),
        "last_contact": _time(contact.at if contact else None, now),
        "why": str(standing.why),
        "service": _service(standing.service, now),
        "restarted": [plain(each) for each in standing.restarted],
        "halted": [plain(each) for each in standing.halted],
        "headline": "" if standing.why is Why.NO_PART else plain(told.headline, LONGEST),
        "detail": plain(told.seen, LONGEST),
        **sentences,
        "events": [each._asdict() for each in told.events],
        "availability": str(standing.availability),
        "availability_detail": plain(told.availability, LONGEST),
        "addresses": [
            {"host": plain(host), "address": plain(address), "state": str(state)}
            for host, addresses in standing.addresses.items()
            for address, state in addresses.items()
        ],
        "databases": [_database(each) for each in standing.databases],
        "processing": [{"host": plain(host), "way": str(way)} for host, way in standing.processing.items()],
        "safe_to_restart": str(answer.answer),
        "safe_to_restart_because": [plain(each, LONGEST) for each in answer.why],
        "backup_confirmed": standing.backup_confirmed.isoformat() if standing.backup_confirmed else None,
    }


def _unseen() -> dict[str, Any]:
    return {
        "state": str(SsoState.UNKNOWN),
        **dict.fromkeys(("since", "last_contact", "why", "service")),
        "restarted": [],
        "halted": [],
        **dict.fromkeys(("headline", "detail", "works", "fails", "avoid", "remedy"), ""),
        "events": [],
        "availability": str(Availability.UNKNOWN),
        "availability_detail": "",
        "addresses": [],
        "databases": [],
        "processing": [],
        "safe_to_restart": str(Answer.UNKNOWN),
        "safe_to_restart_because": [],
        "backup_confirmed": None,
    }


def _service(service: Service, now: float) -> dict[str, Any]:
    return {
        "name": plain(service.name),
        "condition": str(service.condition),
        "pid": service.pid,
        "started": _time(service.started, now),
        "detail": plain(service.detail),
    }


def _database(reach: Reach) -> dict[str, str]:
    return {"host": plain(", ".join(reach.peers)), "way": str(reach.way)}


def _time(at: float | None, now: float) -> str | None:
    return timestamp(at) if at is not None and is_known(at, now) else None
