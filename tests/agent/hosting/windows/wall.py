"""Windows' firewall as its documentation has it, in memory: what is set on a rule in force is in force at once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from agent.hosting.windows.firewall_com import POLICY, RULE, Wall


class RefusesError(Exception):
    """What COM raises."""


class Rule:
    """INetFwRule. `fields`: what was set, in that order."""

    def __init__(self, name: str = "", group: str | None = None) -> None:
        object.__setattr__(self, "fields", {"Name": name, "Grouping": group})

    def __getattr__(self, name: str) -> Any:
        return self.fields[name]

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "LocalPorts" and "Protocol" not in self.fields:
            raise RefusesError("ports before a protocol")
        self.fields[name] = value


class Rules(list[Rule]):
    """INetFwRules. `refuses`: at which of those that are added."""

    refuses: int | None = None

    def Add(self, rule: Rule) -> None:  # noqa: N802 - so Windows calls it
        """As the last one."""
        if self.refuses == 0:
            raise RefusesError("not this one")
        self.refuses = None if self.refuses is None else self.refuses - 1
        self.append(rule)

    def Remove(self, name: str) -> None:  # noqa: N802
        """The first one of that name, whosever it is."""
        self.remove(next(rule for rule in self if rule.Name == name))


class Firewall:
    """INetFwPolicy2, and the wall that is built on it."""

    def __init__(self, *rules: Rule, state: int = 0) -> None:
        self.Rules = Rules(rules)
        self.LocalPolicyModifyState = state

    def wall(self) -> Wall:
        made: Mapping[str, Callable[[], Any]] = {POLICY: lambda: self, RULE: Rule}
        return Wall(lambda name: made[name]())

    @contextmanager
    def opened(self) -> Iterator[Wall]:
        yield self.wall()

    @property
    def names(self) -> list[tuple[str, str | None]]:
        """And groups."""
        return [(rule.Name, rule.Grouping) for rule in self.Rules]
