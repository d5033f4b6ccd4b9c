"""What stands beside the paths, of SSO: the backup of the master secret, and names that still lead to the old node."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from agent.found.finding import Finding
from agent.sso.backup import backup_findings
from agent.sso.dns import stale_from_afar, stale_on_node
from agent.sso.part import Place
from agent.sso.reach import Newest
from agent.sso.standing import Standing


@dataclass(frozen=True, slots=True)
class Beside:
    """What else is known. `own`: addresses of this machine; `resolved`: what each name of its clusters gives.

    `secret_changed`: UTC of the newest change of the master secret that the service tells of.
    `is_from_file`: the site is one of a file, in which the backup can be confirmed.
    """

    newest: Newest
    own: Collection[str] = ()
    resolved: Mapping[str, Collection[str]] = field(default_factory=dict)
    secret_changed: float | None = None
    is_from_file: bool = True


def sso_findings(standing: Standing, beside: Beside, now: float) -> list[Finding]:
    """`now` is UTC."""
    part = standing.part
    if part.place is Place.NONE:
        return []
    found = stale_from_afar(part.masters, beside.newest)
    found += stale_on_node(part, standing.service, beside.own, beside.resolved)
    if beside.is_from_file:
        found += backup_findings(part.secret_of, standing.backup_confirmed, beside.secret_changed, now)
    return found
