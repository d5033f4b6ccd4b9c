"""What was seen of services on this machine: the SSO service, and BizTalk's host instances."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

HOST_INSTANCES = "BTSSvc$*"  # the names of BizTalk's host instances, as services


class Condition(StrEnum):
    """What a service is in. The first two show whether it runs; the others do not."""

    RUNNING = "running"
    STOPPED = "stopped"  # there, and not at work: stopped, or on its way from or to that
    ABSENT = "absent"  # no such service; where a process stands for it, none has the name
    FORBIDDEN = "forbidden"  # this account may not see it
    SEVERAL = "several"  # several processes have the name, and which of them is meant is not known
    FAILED = "failed"  # the system did not say


@dataclass(frozen=True, slots=True)
class Service:
    """One service. `incarnation` is that of its process, as long as it has one: also while it starts.

    Incarnations are compared for equality and nothing else: clocks may step. (Linux: boot id, pid, start ticks;
    Windows: pid and creation time.) `started` is UTC, for people, and may be off after a step. `detail`: how the system
    put it.
    """

    name: str
    condition: Condition
    incarnation: str | None = None
    pid: int | None = None
    started: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One look at this machine. `instances`: the host instances that are there, by name; not `listed`: nobody knows."""

    service: Service
    instances: Mapping[str, Service] = field(default_factory=dict)
    listed: bool = True
