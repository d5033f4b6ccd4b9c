"""What this machine suggests."""

from collections.abc import Mapping
from datetime import date

import pytest

from agent.draft.here import here, known
from agent.draft.registry import Registered
from agent.ground.roles import Role
from agent.site.whoami import Machine
from agent.sso.seen import Condition, Service, Sighting

TODAY = date(2026, 1, 31)
INSTANCE = {"BTSSvc$App": Service("BTSSvc$App", Condition.STOPPED)}


def sighting(condition: Condition, *, instances: Mapping[str, Service] | None = None, listed: bool = True) -> Sighting:
    return Sighting(Service("ENTSSO", condition), instances or {}, listed)


@pytest.mark.parametrize(
    ("seen", "role", "sure"),
    [
        (sighting(Condition.RUNNING, instances=INSTANCE), Role.PROCESSING, True),
        (sighting(Condition.ABSENT, instances=INSTANCE), Role.PROCESSING, True),
        (sighting(Condition.RUNNING), Role.MASTER_SECRET, False),
        (sighting(Condition.STOPPED), Role.MASTER_SECRET, False),
        (sighting(Condition.RUNNING, listed=False), None, False),
        (sighting(Condition.ABSENT), None, False),
        (sighting(Condition.FORBIDDEN), None, False),
        (sighting(Condition.FAILED), None, False),
    ],
)
def test_the_role_follows_from_the_services(seen: Sighting, role: Role | None, sure: bool) -> None:
    found = known(Machine(("BTS01",), ()), {}, seen, Registered(), TODAY)
    assert (found.role, found.sure, bool(found.why)) == (role, sure, role is not None)


@pytest.mark.parametrize(
    ("names", "environ", "name", "domain"),
    [
        (("BTS01",), {}, "BTS01", ""),
        (("bts01.contoso.test", "BTS01"), {}, "bts01.contoso.test", "contoso"),
        (("BTS01",), {"USERDNSDOMAIN": "CONTOSO.TEST"}, "BTS01", "contoso"),
        (("BTS01",), {"USERDNSDOMAIN": "MÜNCHEN.TEST"}, "BTS01", ""),
        (("büro", "BURO"), {}, "BURO", ""),
        (("localhost",), {}, "", ""),
        (("a b", ""), {}, "", ""),
        ((), {}, "", ""),
    ],
)
def test_its_name_and_its_domain(names: tuple[str, ...], environ: dict[str, str], name: str, domain: str) -> None:
    found = known(Machine(names, ()), environ, sighting(Condition.ABSENT), Registered(), TODAY)
    assert (found.name, found.domain) == (name, domain)


def test_this_machine_can_really_be_looked_at() -> None:
    assert here(TODAY).today == TODAY
