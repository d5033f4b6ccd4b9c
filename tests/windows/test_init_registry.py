"""What `probe init` reads of a real registry: keys made for it below a scratch key. On Windows alone."""

import secrets
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from agent.draft.registry import ENTSSO_SQL, READ, RPC_INTERNET, Registered, registered
from agent.ground.ports import PortSet

if sys.platform == "win32":
    import winreg

    from agent.draft.registry import WindowsRegistry, of_this_machine

    Values = Mapping[str, tuple[int, int | str | list[str] | bytes]]  # name: type, value

    SQL: Values = {"Server": (winreg.REG_SZ, r"SQLÜ01\SSO"), "Database": (winreg.REG_SZ, "SSODB")}
    LIMITED: Values = {
        "PortsInternetAvailable": (winreg.REG_SZ, "Y"),
        "UseInternetPorts": (winreg.REG_SZ, "y"),
        "Ports": (winreg.REG_MULTI_SZ, ["5000-5020", "6000-6001"]),
    }
    FOUND = Registered(r"SQLÜ01\SSO", "SSODB")

    class Scratch:
        """A key of its own, which goes with all below it."""

        def __init__(self, root: int, view: int = 0) -> None:
            self._root = root
            self._view = view
            self._name = rf"SOFTWARE\ssoreach-test-{secrets.token_hex(6)}"
            self.registry = WindowsRegistry(root, self._name + "\\")

        def put(self, key: str, values: Values) -> None:
            access = winreg.KEY_WRITE | self._view
            with winreg.CreateKeyEx(self._root, rf"{self._name}\{key}", 0, access) as opened:
                for name, (kind, value) in values.items():
                    winreg.SetValueEx(opened, name, 0, kind, value)

        def remove(self, key: str = "") -> None:
            path = self._name + key
            try:
                with winreg.OpenKeyEx(self._root, path, 0, winreg.KEY_READ | self._view) as opened:
                    below = [winreg.EnumKey(opened, index) for index in range(winreg.QueryInfoKey(opened)[0])]
            except FileNotFoundError:
                return
            for name in below:
                self.remove(rf"{key}\{name}")
            winreg.DeleteKeyEx(self._root, path, self._view or winreg.KEY_WOW64_64KEY)

    @pytest.fixture
    def scratch() -> Iterator[Scratch]:
        made = Scratch(winreg.HKEY_CURRENT_USER)
        yield made
        made.remove()

    @pytest.fixture
    def narrow() -> Iterator[Scratch]:
        """In the registry of 32-bit programs, which only the machine's own has; it takes an administrator."""
        made = Scratch(winreg.HKEY_LOCAL_MACHINE, winreg.KEY_WOW64_32KEY)
        yield made
        made.remove()

    def test_server_and_database(scratch: Scratch) -> None:
        scratch.put(ENTSSO_SQL, SQL)
        assert registered(scratch.registry) == FOUND

    def test_an_empty_registry(scratch: Scratch) -> None:
        assert registered(scratch.registry) == Registered()
        scratch.put(ENTSSO_SQL, {})
        assert registered(scratch.registry) == Registered()

    def test_values_of_other_types(scratch: Scratch) -> None:
        scratch.put(ENTSSO_SQL, {"Server": (winreg.REG_DWORD, 7), "Database": (winreg.REG_BINARY, b"SSODB")})
        scratch.put(RPC_INTERNET, {**LIMITED, "Ports": (winreg.REG_SZ, "5000-5020")})
        assert registered(scratch.registry) == Registered()

    def test_limited_ports(scratch: Scratch) -> None:
        scratch.put(RPC_INTERNET, LIMITED)
        assert registered(scratch.registry) == Registered(ports=PortSet(((5000, 5020), (6000, 6001))))

    def test_a_setup_of_32_bits(narrow: Scratch) -> None:
        narrow.put(ENTSSO_SQL, SQL)
        assert registered(narrow.registry) == FOUND

    def test_the_secret_s_key_stays_shut_and_nothing_is_listed(
        scratch: Scratch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scratch.put(ENTSSO_SQL, {**SQL, "Password": (winreg.REG_SZ, "never")})
        scratch.put(RPC_INTERNET, LIMITED)
        scratch.put(r"SOFTWARE\Microsoft\ENTSSO\SSOSS", {"Secret": (winreg.REG_BINARY, b"never")})
        opened, asked = list[tuple[str, int]](), list[str]()
        open_key, query = winreg.OpenKeyEx, winreg.QueryValueEx

        def opening(root: int, key: str, reserved: int, access: int) -> Any:
            opened.append((key.partition("\\")[2].partition("\\")[2], access))
            return open_key(root, key, reserved, access)

        def querying(key: Any, name: str) -> Any:
            asked.append(name)
            return query(key, name)

        def refused(*_: object, **__: object) -> None:
            raise AssertionError("this is not to be called")

        with monkeypatch.context() as patch:
            patch.setattr(winreg, "OpenKeyEx", opening)
            patch.setattr(winreg, "QueryValueEx", querying)
            for name in ("OpenKey", "EnumKey", "EnumValue", "QueryInfoKey", "QueryValue", "ConnectRegistry", "SaveKey"):
                patch.setattr(winreg, name, refused)
            assert registered(scratch.registry).server == FOUND.server
        assert {key for key, _ in opened} == set(READ)
        views = winreg.KEY_WOW64_64KEY | winreg.KEY_WOW64_32KEY
        assert {access & ~views for _, access in opened} == {winreg.KEY_QUERY_VALUE}
        assert set(asked) == {name for values in READ.values() for name in values}

    def test_this_machine_s_own_can_be_read() -> None:
        assert isinstance(of_this_machine(), Registered)
