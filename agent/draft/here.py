"""What this machine knows by itself, as suggestions: its name, its role, where its SSO database is."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from agent.config.address import address, word
from agent.draft.registry import Registered, of_this_machine
from agent.ground.roles import Role
from agent.services.look import look
from agent.site.whoami import Machine, this_machine
from agent.sso.seen import Condition, Sighting

SERVICE = "ENTSSO"
NOTHING_REGISTERED = Registered()


@dataclass(frozen=True, slots=True)
class Here:
    """`name`: empty where no host can be called so. `sure`: its role shows; else it is likely and no more."""

    today: date
    name: str = ""
    domain: str = ""
    role: Role | None = None
    sure: bool = False
    why: str = ""
    registered: Registered = NOTHING_REGISTERED


def here(today: date) -> Here:
    """Looks at this machine alone; no name server is asked."""
    return known(this_machine(), os.environ, look(SERVICE), of_this_machine(), today)


def known(machine: Machine, environ: Mapping[str, str], sighting: Sighting, found: Registered, today: date) -> Here:
    """What follows from what was seen."""
    name = next(filter(_can_be_a_host, machine.names), "")
    role, sure, why = _role(sighting)
    domains = (environ.get("USERDNSDOMAIN", ""), name.partition(".")[2])
    domain = next(filter(_is_word, (each.partition(".")[0].lower() for each in domains)), "")
    return Here(today, name, domain, role, sure, why, found)


def _role(sighting: Sighting) -> tuple[Role | None, bool, str]:
    """Host instances are on processing servers alone; the service without them hints at the master."""
    if sighting.instances:
        return Role.PROCESSING, True, "BizTalk host instances are on this machine"
    there = sighting.service.condition in (Condition.RUNNING, Condition.STOPPED)
    if there and sighting.listed:
        return Role.MASTER_SECRET, False, f"{SERVICE} is on this machine, and no BizTalk host instance"
    return None, False, ""


def _can_be_a_host(name: str) -> bool:
    try:
        return bool(word(name) and address(name)) and name.casefold() != "localhost"
    except ValueError:
        return False


def _is_word(text: str) -> bool:
    try:
        return bool(word(text))
    except ValueError:
        return False
