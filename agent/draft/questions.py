"""The one table of what is asked: in this order, each with its option, and with what Enter takes."""

from collections.abc import Callable
from dataclasses import dataclass

from agent.draft import taking
from agent.draft.answers import DYNAMIC, Draft
from agent.draft.here import Here
from agent.draft.sqlserver import FORMS, sql_server
from agent.draft.taking import NOTHING, Take
from agent.ground.roles import Role


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What Enter takes; nothing: there has to be an answer. Not `sure`: only a person who sees it may take it."""

    text: str = ""
    why: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """`option`: without its hyphens. `optional`: a hyphen, or nothing where there is no suggestion, means none."""

    option: str
    asks: str
    explains: str
    take: Take
    suggests: Callable[[Draft, Here], Suggestion]
    optional: bool = False


def _site(draft: Draft, here: Here) -> Suggestion:
    return Suggestion(here.domain, "this machine's domain" if here.domain else "")


def _this_machine_if(role: Role) -> Callable[[Draft, Here], Suggestion]:
    def suggest(draft: Draft, here: Here) -> Suggestion:
        if here.role is not role or not here.name:
            return Suggestion()
        return Suggestion(here.name, here.why, here.sure)

    return suggest


def _database(draft: Draft, here: Here) -> Suggestion:
    try:
        sql_server(here.registered.server, here.name)
    except ValueError:
        return Suggestion()
    named = f", database {here.registered.database}" if here.registered.database else ""
    return Suggestion(here.registered.server, f"as the SSO service's registry key has it{named}")


def _dynamic_ports(draft: Draft, here: Here) -> Suggestion:
    if here.registered.ports is None:
        return Suggestion(str(DYNAMIC))
    return Suggestion(str(here.registered.ports), r"as HKLM\SOFTWARE\Microsoft\Rpc\Internet limits it on this machine")


def _nothing(draft: Draft, here: Here) -> Suggestion:
    return Suggestion(NOTHING)


def _no(draft: Draft, here: Here) -> Suggestion:
    return Suggestion("no")


def _key_file(draft: Draft, here: Here) -> Suggestion:
    return Suggestion("site.key", sure=False)  # without the key's file nothing runs that names it


HOSTS = "NAME or NAME=ADDRESS, several with commas between; NAME=ADDRESS+ADDRESS for two, @ZONE behind it for a zone."

QUESTIONS = (
    Question(
        "site",
        "Name of the site",
        "What Prometheus and the page call it: letters, digits, '_', '.', '-'. The same on every host.",
        taking.site,
        _site,
    ),
    Question(
        "master",
        "Master secret server",
        f"It hands the secret to all others; for a cluster write its network name.\n{HOSTS}\n"
        "On any BizTalk server `ssomanage -displaydb` says which it is. No registry has it.",
        taking.hosts_with(Role.MASTER_SECRET),
        _this_machine_if(Role.MASTER_SECRET),
    ),
    Question(
        "standby",
        "Stand-by master secret server",
        f"One that is made master by hand, if the master fails.\n{HOSTS}",
        taking.hosts_with(Role.MASTER_SECRET_STANDBY),
        _nothing,
        optional=True,
    ),
    Question(
        "processing",
        "Processing servers",
        f"All BizTalk servers that run host instances.\n{HOSTS}",
        taking.hosts_with(Role.PROCESSING),
        _this_machine_if(Role.PROCESSING),
    ),
    Question(
        "sql",
        "SQL Server with the SSO database",
        f"As in SQL Server's own tools: {FORMS}; an availability group's listener is a server, too.\n"
        "NAME= before it says what to call it here, @ZONE behind it its zone.",
        taking.database,
        _database,
    ),
    Question(
        "node",
        "Nodes of clusters",
        "Where a name from above is a cluster's: CLUSTER/NODE or CLUSTER/NODE=ADDRESS, several with commas between.\n"
        "The nodes run the agents. Without CLUSTER/ they are the master secret server's.",
        taking.nodes,
        _nothing,
        optional=True,
    ),
    Question(
        "dtc",
        "Is DTC used from the processing servers to the database?",
        "yes: port 135 and the dynamic range of the database's server are probed, too. The documentation asks for it\n"
        "on its pages for servers that process, receive and send, not on those for SSO.",
        taking.dtc,
        _no,
    ),
    Question(
        "dynamic-ports",
        "Dynamic RPC ports",
        "Where Windows was told to use other ports than its own: 5000-5020, or several ranges with commas between.\n"
        "`netsh int ipv4 show dynamicport tcp` says what a server has.",
        taking.dynamic_ports,
        _dynamic_ports,
    ),
    Question(
        "fixed-port",
        "Fixed ports of services",
        "Where a service was given a port of its own: entsso=50100, msdtc=50101. The range is then not needed for it.",
        taking.fixed_ports,
        _nothing,
        optional=True,
    ),
    Question(
        "key-file",
        "File of the site's key",
        "With a key the agents hold ports open for one another, and tell a firewall from a port without a service.\n"
        f"`probe key FILE` makes one; it lies beside the configuration on every host. {NOTHING} for none.",
        taking.key_file,
        _key_file,
        optional=True,
    ),
    Question(
        "backup-confirmed",
        "Day on which a backup of the master secret was last seen",
        f"Such as 2026-01-31, or no. {taking.WITHOUT_BACKUP}",
        taking.backup,
        _no,
    ),
)
