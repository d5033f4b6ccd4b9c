"""What each row of the table of states means, in sentences; a place in the SSO system may have sentences of its own.

The fields are the keys of `facts.facts_of`. What depends on more than the row is added by `beside`. What is said of the
cached secret is the documentation's ("High Availability for Enterprise Single Sign-On"): it lasts until the service or
the host instance is restarted, or the secret is changed.
"""

from typing import NamedTuple

from agent.sso.part import Place
from agent.sso.state import Why
from agent.sso.words.events import AT_REST, NO_CONTACT, NO_SECRET, OWN_SECRET


class Row(NamedTuple):
    """Templates. `short` stands in the headline, in brackets; `events`: which ones to expect here."""

    short: str
    seen: str
    works: str = ""
    fails: str = ""
    avoid: str = ""
    remedy: str = ""
    events: tuple[str, ...] = ()


_NO_WAY = "{no_way}"
_ROWS = "`probe once` says what is shut, and what to do"
_MEND = f"Mend the way to {{masters}}: {_ROWS}. The service then asks again by itself, every 30 to 60 s."
_PERHAPS = (
    "Do not restart {service}, host instances or {here} before the way is open: if the service holds a copy of the "
    "secret, that would release it."
)
_NOTHING_NEW = "Nothing new can be encrypted, and neither ports nor the SSO configuration can be changed."
_IN_LOG = (
    "The Application log of {here} tells (source ENTSSO, since that start): 10529 or 10533 say that it got the secret, "
    "10532 that it did not."
)

ROWS: dict[tuple[Why, Place | None], Row] = {
    (Why.NO_PART, None): Row("no SSO service is expected here", "By its roles {here} has no part in the SSO system."),
    (Why.ABSENT, None): Row(
        "no such service here",
        "{here} has no service {service}{detail}, and had none since this agent remembers. (Where there is no Windows, "
        "a process of this name stands for it.)",
        remedy="If it has another name, set `sso.service` to it (the short one, as `Get-Service` has it); if it does "
        "not belong on {here}, correct its roles.",
    ),
    (Why.FORBIDDEN, None): Row(
        "it may not be seen",
        "This account may not see {service} of {here}{detail}.",
        remedy="Run this elevated (as an administrator, or as root), or as an account that may see services.",
    ),
    (Why.SEVERAL, None): Row(
        "several have this name",
        "Which process of {here} is {service} is not known{detail}.",
        remedy="End those that are not the SSO service, or set `sso.service` to a name that it alone has.",
    ),
    (Why.FAILED, None): Row(
        "the system does not say",
        "The system did not say whether {service} of {here} runs{detail}.",
        remedy="This agent asks again by itself; meanwhile look at the service in the system's own list of services.",
    ),
    (Why.PASSIVE, None): Row(
        "a node at rest",
        "{service} does not run on {here}{detail}, a node of the cluster {clusters}. {holding}",
        avoid="Do not start {service} here by hand: the cluster starts it on the node that holds its name, and "
        "elsewhere clients find no endpoint (0x800706D9).",
        events=AT_REST,
    ),
    (Why.STANDBY, None): Row(
        "a stand-in",
        "{service} runs on {here}, a stand-in: until it is made master by hand, nobody asks it for the secret. Whether "
        "it could fetch the secret itself is not asked.",
    ),
    (Why.STOPPED, None): Row(
        "not running",
        "{service} {stopped} on {here}{detail}.",
        fails="Adapter configuration is not accessible on {here}: host instances cannot read theirs, and none can be "
        "started with success.",
        avoid="Do not restart host instances on {here} before {service} runs.",
        remedy="After a boot Windows may be about to start it (delayed start): give it a few minutes.",
        events=AT_REST,
    ),
    (Why.STOPPED, Place.MASTER): Row(
        "not running",
        "{service} {stopped} on {here}{detail}, which is the master secret server.",
        works="Processing servers work on with their cached copies of the secret, decryption included.",
        fails=f"No processing server can fetch the secret. {_NOTHING_NEW} On them expect event 10532.",
        avoid="Do not restart ENTSSO or host instances on {processing}, nor those machines: the cached copy would be "
        "released, and no other can be fetched.",
        remedy="Start {service} on {here}; of a cluster bring its resource online, and start no service by hand.",
        events=(*AT_REST, *OWN_SECRET),
    ),
    (Why.STOPPED, Place.STANDBY): Row(
        "not running",
        "{service} {stopped} on {here}{detail}, which is a stand-in.",
        works="Nobody asks a stand-in for the secret.",
        fails="It cannot be made master while its service does not run.",
        remedy="Start {service} on {here}.",
        events=AT_REST,
    ),
    (Why.OPEN, None): Row(
        "the master secret server is reached{shown}",
        "{contact}",
        works="As far as the network goes, {service} can fetch the secret.",
    ),
    (Why.ITSELF, None): Row(
        "the master secret server itself",
        "{service} runs on {here}, which is the master secret server and has the secret itself.",
        works="It encrypts and decrypts, and gives the secret to those who reach it.",
    ),
    (Why.NOT_ASKED, None): Row(
        "not asked, or no definite answer",
        "Whether there is a way to {masters} is not known yet{said}. {contact}",
        avoid=_PERHAPS,
    ),
    (Why.STALE, None): Row(
        "the newest definite answer is too old",
        "What is known of the way to {masters} is too old to count{said}. {contact}",
        avoid=_PERHAPS,
        remedy="Wait for the next round. If it goes on, the answers are not definite, or this agent was held up: "
        f"{_ROWS}.",
    ),
    (Why.NEVER, None): Row(
        "not reached, and no contact is remembered",
        f"{_NO_WAY} {{contact}} Whether the service holds a copy of the secret is not known.",
        fails=_NOTHING_NEW,
        avoid=_PERHAPS,
        remedy=_MEND,
        events=NO_CONTACT,
    ),
    (Why.SAME, None): Row(
        "runs on the cached secret",
        f"{_NO_WAY} {{contact}} {{service}} was not restarted since, so it should hold a copy of the secret in memory; "
        "the copy itself cannot be seen.",
        works="What runs goes on with that copy, decryption included, unless the secret was changed.",
        fails=_NOTHING_NEW,
        avoid="Do not restart {service}, host instances or {here}, and do not change the secret: the copy would be "
        "released, and no other can be fetched. Mind what restarts by itself: application pools of isolated hosts, "
        "monitors that restart services, updates that reboot.",
        remedy=_MEND,
        events=NO_CONTACT,
    ),
    (Why.LOST, None): Row(
        "the cached secret is gone",
        f"{_NO_WAY} {{contact}} {{service}} was restarted{{began}} while the way was shut: its copy of the secret was "
        "released then. It would look the same if the way was open for a moment between two of our attempts and the "
        "service fetched the secret in it; if the service asks another server, name or address than the file gives "
        f"(`ssomanage -displaydb` tells); or if only this agent is kept back. {_IN_LOG}",
        fails="{here} cannot decrypt: adapter configuration is not accessible, and no host instance can be started "
        "with success. Host instances that still run from before may seem to work on, and get nothing new. "
        f"{_NOTHING_NEW}",
        avoid="Do not restart host instances on {here}: those that still work would fail, too.",
        remedy=f"{_MEND} Give it two minutes, then start the host instances that do not run.",
        events=(*NO_CONTACT, *NO_SECRET),
    ),
    (Why.ELSEWHERE, None): Row(
        "restarted in the outage; a stand-in may be master",
        f"{_NO_WAY} {{contact}} {{service}} was restarted{{began}} while the way was shut: its copy of the secret was "
        "released then. But {standbys} may have been made master by hand meanwhile, and was not shown to be out of "
        f"reach: then the service has the secret from there. {_IN_LOG}",
        fails="If no stand-in is master now, {here} cannot decrypt: adapter configuration is not accessible, and no "
        f"host instance can be started with success. {_NOTHING_NEW}",
        avoid="Do not restart host instances on {here} before that is clear.",
        remedy="`ssomanage -displaydb` tells which server is master. If it is a stand-in, give it the role "
        "`master-secret` in the file. If not: " + _MEND,
        events=(*NO_CONTACT, *NO_SECRET),
    ),
    (Why.JUST_BEGUN, None): Row(
        "restarted just now",
        f"{_NO_WAY} {{contact}} {{service}} was restarted{{began}}, and the way was not asked since: whether it could "
        "fetch the secret is not known yet.",
        avoid="Do not restart anything more on {here} before the next round is over.",
        remedy=f"Wait for the next round; if the way is still shut then: {_ROWS}.",
        events=(*NO_CONTACT, *NO_SECRET),
    ),
    (Why.UNWATCHED, None): Row(
        "perhaps restarted, and nobody watched",
        f"{_NO_WAY} {{contact}} {{service}} is not known to be the run that was there then: this agent did not watch "
        f"all the time.{{run}} Whether it holds a copy of the secret is not known. {_IN_LOG}",
        fails=_NOTHING_NEW,
        avoid=_PERHAPS,
        remedy=_MEND,
        events=(*NO_CONTACT, *NO_SECRET),
    ),
}


def row(why: Why, place: Place) -> Row:
    """The place's own, otherwise that of any."""
    return ROWS.get((why, place)) or ROWS[why, None]
