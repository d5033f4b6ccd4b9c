"""What `probe service` does with systemd units."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from agent.config.load import load
from agent.config.mistakes import ConfigError
from agent.ground import files
from agent.hosting.manager import RefusedError, Status, Wish
from agent.hosting.program import Program, this_installation
from agent.hosting.systemd.fitness import faults
from agent.hosting.systemd.hints import STORE, hints
from agent.hosting.systemd.status import PROPERTIES, status_of
from agent.hosting.systemd.systemctl import RUNS, Ask, Said, ask, shown
from agent.hosting.systemd.unit import CREDENTIALS, NAME, is_ours, unit
from agent.site.topology import site_of
from agent.site.whoami import UnknownHostError, this_machine, whoami

ROOT = Path("/")
UNIT = Path("etc/systemd/system") / NAME
DROP_INS = UNIT.with_name(f"{NAME}.d")
OURS = (Path("etc/ssoreach"), Path("var/lib/private/ssoreach"), Path("var/lib/ssoreach"))
OF_WINDOWS = (
    "--account is for Windows: here the service has an account of its own for as long as it runs (DynamicUser)",
    "--firewall-scope is for Windows: here the rules for the host's own firewall are yours to load (probe rules)",
)


class SystemdManager:
    """A `Manager`. `root`: below which everything lies; `asked`: runs systemd's commands."""

    def __init__(self, root: Path = ROOT, asked: Ask = ask, program: Program | None = None) -> None:
        self._root = root
        self._ask = asked
        self._program = program or this_installation()

    def install(self, wish: Wish) -> Sequence[str]:
        """See `Manager`."""
        for_windows = (wish.account is not None, wish.firewall_scope or bool(wish.scrapers))
        _refuse([line for line, wanted in zip(OF_WINDOWS, for_windows, strict=True) if wanted])
        self._may("install")
        _refuse([*faults(self._program, wish.config)])
        try:
            text = unit(self._program.command(), str(wish.config), wish.host)
            config = load(wish.config)
            whoami(site_of(config), this_machine(), wish.host)
        except (ValueError, ConfigError, UnknownHostError) as error:
            raise RefusedError(str(error)) from None
        place, again = self._root / UNIT, self._is_there()
        try:
            files.replace(place, text.encode(), for_others=True)
        except OSError as error:
            raise RefusedError(f"{place}: {error.strerror or error}") from None
        self._do(f"{place} was written, but", "daemon-reload")
        self._do(f"{place} was written, but", "enable", NAME)
        done = "renewed" if again else "installed"
        lines = [f"{done}: {place}; it starts with the system", *hints(config, self._root)]
        if wish.start:
            return [*lines, *self._started("restart")]
        if self._shown()["ActiveState"] == "active":
            lines.append("what runs now is as it was before: probe service stop, and probe service start")
        return lines

    def uninstall(self, *, purge: bool) -> Sequence[str]:
        """See `Manager`."""
        self._may("uninstall")
        place, lines = self._root / UNIT, list[str]()
        if self._is_there():
            self._do("nothing was removed", "disable", "--now", NAME)
            place.unlink(missing_ok=True)
            self._ask("systemctl", "daemon-reload")
            self._ask("systemctl", "reset-failed", NAME)  # where it had not failed this fails, which is as well
            lines.append(f"removed: {place}")
        if purge:
            own = [self._root / each for each in (*OURS, *(STORE / name for name in CREDENTIALS))]
            lines += [f"removed: {path}" for path in own if _removed(path)]
        if (self._root / DROP_INS).exists():
            lines.append(f"kept, as it is yours: {self._root / DROP_INS}")
        return lines or [f"there is no {NAME}, and nothing else to remove"]

    def start(self) -> Sequence[str]:
        """See `Manager`."""
        self._may("start", installed=True)
        return self._started("start")

    def stop(self) -> Sequence[str]:
        """See `Manager`."""
        self._may("stop", installed=True)
        self._do("not stopped", "stop", NAME)
        return ["stopped"]

    def reload(self) -> Sequence[str]:
        """See `Manager`."""
        self._may("reload", installed=True)
        if self._shown()["ActiveState"] in ("inactive", "failed"):
            raise RefusedError("it does not run")
        done = self._ask("systemctl", "reload", NAME)
        if done.code:
            raise RefusedError("\n".join(["what ran before runs on", *done.lines, *self._log()]))
        return ["the configuration was loaded anew"]

    def status(self) -> Status:
        """See `Manager`."""
        self._has_systemd()
        return status_of(self._shown())

    def _started(self, word: str) -> list[str]:
        self._ask("systemctl", "reset-failed", NAME)  # a person who starts it is not one start too many
        done = self._ask("systemctl", word, NAME)
        if done.code:
            raise RefusedError("\n".join(["it did not start", *done.lines[:1], *self._log()]))
        return ["it runs", *status_of(self._shown()).details[:1]]

    def _log(self) -> list[str]:
        """The end of it: why is there, as a rule."""
        return self._ask("journalctl", f"--unit={NAME}", "--lines=8", "--output=cat", "--no-pager").lines

    def _do(self, otherwise: str, *words: str) -> Said:
        done = self._ask("systemctl", *words)
        if done.code:
            raise RefusedError("\n".join([f"{otherwise}: systemctl {' '.join(words)} failed", *done.lines]))
        return done

    def _shown(self) -> dict[str, str]:
        done = self._ask("systemctl", "show", f"--property={','.join(PROPERTIES)}", NAME)
        if done.code:
            raise RefusedError("\n".join(["systemd does not answer", *done.lines]))
        return {name: shown(done.text).get(name, "") for name in PROPERTIES}

    def _is_there(self) -> bool:
        """Ours. Raises RefusedError where something else has that name."""
        named = self._shown()["FragmentPath"]
        for place in dict.fromkeys((self._root / UNIT, *([Path(named)] if named else []))):
            try:
                text = place.read_text("utf-8", "replace")
            except FileNotFoundError:
                continue
            except OSError as error:
                raise RefusedError(f"{place}: {error.strerror or error}") from None
            if not is_ours(text):
                raise RefusedError(f"{place} is not ours: another program's unit, or one that somebody wrote; move it")
        return (self._root / UNIT).exists()

    def _may(self, word: str, *, installed: bool = False) -> None:
        self._has_systemd()
        if sys.platform != "win32" and os.geteuid() != 0:
            raise RefusedError(f"this takes root: sudo probe service {word}")
        if installed and self._shown()["LoadState"] == "not-found":
            raise RefusedError(f"{NAME} is not installed: probe service install")

    def _has_systemd(self) -> None:
        if not (self._root / RUNS).is_dir():
            raise RefusedError("systemd does not run here: have what does keep services run: probe run")


def _refuse(lines: Sequence[str]) -> None:
    if lines:
        raise RefusedError("\n".join(lines))


def _removed(path: Path) -> bool:
    """A link itself, and never what it leads to. Raises RefusedError."""
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise RefusedError(f"{error.filename or path}: {error.strerror or error}") from None
    return True
