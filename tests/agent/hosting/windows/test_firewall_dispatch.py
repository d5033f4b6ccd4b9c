"""The same through COM itself, on Windows and under wine: pywin32 asks, and objects in memory stand in for Windows."""

import sys

if sys.platform == "win32":
    from typing import Any, ClassVar

    import pytest
    import pythoncom
    import winerror
    from win32com.client import dynamic
    from win32com.server.exception import COMException
    from win32com.server.util import NewEnum, wrap

    from agent.hosting.windows.firewall import replace
    from agent.hosting.windows.firewall_com import POLICY, Wall, why
    from agent.ownfirewall.doors import doors
    from agent.ownfirewall.rules import rules
    from tests.agent.ownfirewall.site import config, source

    FIELDS = [
        *("Name", "Grouping", "Description", "ApplicationName", "Protocol", "LocalPorts", "RemoteAddresses"),
        *("Direction", "Action", "Profiles", "EdgeTraversal", "Enabled"),
    ]

    class Rule:
        """INetFwRule."""

        _public_methods_: ClassVar[list[str]] = []
        _public_attrs_ = FIELDS

        def __init__(self, **fields: Any) -> None:
            self.__dict__ = dict.fromkeys(FIELDS) | fields

        def __getattr__(self, name: str) -> Any:
            raise AttributeError(name)

    class Rules:
        """INetFwRules."""

        _public_methods_ = ("_NewEnum", "Add", "Remove")
        _public_attrs_ = ("Count",)

        def __init__(self) -> None:
            self.kept = list[tuple[Rule, Any]]()
            self.refuses = False

        @property
        def Count(self) -> int:  # noqa: N802 - so Windows calls it
            return len(self.kept)

        def _NewEnum(self) -> Any:  # noqa: N802
            return NewEnum([rule for _, rule in self.kept])

        def Add(self, rule: Any) -> None:  # noqa: N802
            if self.refuses and self.kept:
                raise COMException(description="Not this one.\r\n", scode=winerror.E_INVALIDARG)
            given = dynamic.Dispatch(rule)
            made = Rule(**{field: getattr(given, field) for field in FIELDS})
            self.kept.append((made, wrap(made)))

        def Remove(self, name: str) -> None:  # noqa: N802
            self.kept.remove(next(each for each in self.kept if each[0].Name == name))

    class Policy:
        """INetFwPolicy2."""

        _public_methods_: ClassVar[list[str]] = []
        _public_attrs_ = ("Rules", "LocalPolicyModifyState")

        def __init__(self, rules: Rules) -> None:
            self.Rules = wrap(rules)
            self.LocalPolicyModifyState = 1

    def wall(inside: Rules) -> Wall:
        policy = wrap(Policy(inside))
        return Wall(lambda name: dynamic.Dispatch(policy if name == POLICY else wrap(Rule())))

    def test_rules_are_made_listed_renamed_and_removed() -> None:
        site, inside = config(), Rules()
        table = rules(doors(site, source(site)), r"C:\Program Files\ö\ssoreach.exe", ["192.0.2.12"])
        for _ in range(2):
            replace(wall(inside), table)
            assert [rule.Name for rule, _ in inside.kept] == [rule.name for rule in table]
        made = inside.kept[0][0]
        assert (made.Grouping, made.Protocol, made.LocalPorts, made.RemoteAddresses, made.Enabled) == (
            "ssoreach",
            17,
            "10135",
            "192.0.2.12",
            True,
        )
        assert wall(inside).caution is not None
        replace(wall(inside), ())
        assert inside.kept == []

    def test_what_is_refused_says_why_and_leaves_what_was_there() -> None:
        site, inside = config(), Rules()
        table = rules(doors(site, source(site)), r"C:\ssoreach.exe", ["192.0.2.12"])
        replace(wall(inside), table[:1])
        inside.refuses = True
        with pytest.raises(pythoncom.com_error) as refused:
            replace(wall(inside), table)
        assert why(refused.value.args) == "Not this one. (0x80070057)"
        assert [rule.Name for rule, _ in inside.kept] == [table[0].name]
