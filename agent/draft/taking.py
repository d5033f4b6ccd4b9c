"""From the text of an answer to the draft with it. Raises ValueError, with the loader's sentence where it has one."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from agent.config.address import word
from agent.draft.answers import Draft, Entry, Taken
from agent.draft.checked import day, fits, path
from agent.draft.here import Here
from agent.draft.hosts import joined, machine, split_zone, with_node
from agent.draft.sqlserver import sql_server
from agent.ground.ports import PortSet, port_number
from agent.ground.roles import Role
from agent.site.topology import DEFAULT_SQL_PORT
from agent.sso.backup import WHY

Take = Callable[[Draft, str, Here], Taken]

YES, NO = frozenset({"y", "yes", "true"}), frozenset({"n", "no", "false"})
NOTHING = "-"  # no name begins with it
NONE = "none"  # as the prompt spells it
AHEAD = timedelta(days=1)  # somewhere it may be the next day already
WITHOUT_BACKUP = f"Without a confirmed backup the agents say so in a finding. {WHY}"


def site(draft: Draft, text: str, here: Here) -> Taken:
    """Its name."""
    return Taken(replace(draft, site=word(text)))


def hosts_with(role: Role) -> Take:
    """Several, with commas or blanks between."""

    def take(draft: Draft, text: str, here: Here) -> Taken:
        hosts, notes = draft.hosts, list[str]()
        for each in _several(text):
            written, zone = split_zone(each)
            found, said = machine(written)
            hosts = joined(hosts, Entry(found, (role,), zone))
            notes += said
        return Taken(fits(replace(draft, hosts=hosts)), tuple(notes))

    return take


def database(draft: Draft, text: str, here: Here) -> Taken:
    """Its server. The database's name is known only where the registry named that server."""
    found = sql_server(text, here.name)
    port = found.port or (DEFAULT_SQL_PORT if found.instance is None else None)
    entry = Entry(found.machine, (Role.SSO_DATABASE,), found.zone, port, found.instance)
    name = here.registered.database if text == here.registered.server else ""
    return Taken(fits(replace(draft, hosts=joined(draft.hosts, entry), database=name)), found.notes)


def nodes(draft: Draft, text: str, here: Here) -> Taken:
    """CLUSTER/NODE; without CLUSTER they are the master secret server's."""
    notes = list[str]()
    for each in _several(text):
        cluster, slash, written = each.partition("/")
        found, said = machine(written if slash else each)
        draft = replace(draft, hosts=with_node(draft.hosts, cluster if slash else _only_master(draft), found))
        notes += said
    return Taken(fits(draft), tuple(notes))


def _only_master(draft: Draft) -> str:
    masters = draft.with_role(Role.MASTER_SECRET)
    if len(masters) != 1:
        raise ValueError("say of which cluster it is: CLUSTER/NODE")
    return masters[0].name


def dtc(draft: Draft, text: str, here: Here) -> Taken:
    """Yes or no."""
    return Taken(replace(draft, dtc_to_database=_yes(text)))


def _yes(text: str) -> bool:
    folded = text.casefold()
    if folded not in YES | NO:
        raise ValueError("write yes or no")
    return folded in YES


def dynamic_ports(draft: Draft, text: str, here: Here) -> Taken:
    """One range or several."""
    return Taken(fits(replace(draft, dynamic_ports=PortSet.parse(text))))


def fixed_ports(draft: Draft, text: str, here: Here) -> Taken:
    """SERVICE=PORT, several."""
    found = {}
    for each in _several(text):
        name, equals, port = each.partition("=")
        if not equals:
            raise ValueError(f"{each[:80]} has no port; write SERVICE=PORT, such as entsso=50100")
        found[word(name)] = port_number(port)
    return Taken(fits(replace(draft, fixed_ports={**draft.fixed_ports, **found})))


def key_file(draft: Draft, text: str, here: Here) -> Taken:
    """A path, as it is to stand in the file."""
    return Taken(fits(replace(draft, key_file=path(text))))


def backup(draft: Draft, text: str, here: Here) -> Taken:
    """A day, or no."""
    if text.casefold() in NO:
        return Taken(replace(draft, backup_confirmed=None), (WITHOUT_BACKUP,))
    confirmed = day(text)
    if confirmed - here.today > AHEAD:
        raise ValueError(f"{confirmed} is a day in the future by this machine's clock")
    return Taken(replace(draft, backup_confirmed=confirmed))


def _several(text: str) -> list[str]:
    found = [each for each in re.split(r"[,\s]+", text) if each]
    if not found:
        raise ValueError("nothing is named")
    return found
