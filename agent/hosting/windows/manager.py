"""What `probe service` does with Windows services."""

import sys

if sys.platform == "win32":
    import shutil
    import time
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import contextmanager
    from pathlib import Path

    import pywintypes
    import win32service
    import winerror

    import agent
    from agent.config.load import load
    from agent.config.mistakes import ConfigError
    from agent.config.model import Config
    from agent.hosting.manager import RefusedError, Standing, Status, Wish
    from agent.hosting.program import Program, this_installation
    from agent.hosting.windows import command, control, eventlog, firewall, folders, rights
    from agent.hosting.windows.accounts import EVERY_SERVICE, OF_SYSTEM, Account, Kind, account_of, service_sid
    from agent.hosting.windows.command import hosted, what_windows_would_change, written
    from agent.hosting.windows.conditions import ended, standing
    from agent.hosting.windows.control import Configured
    from agent.hosting.windows.lists import own_sid, sid_of
    from agent.hosting.windows.names import PATIENCE, SERVICE, SOURCE
    from agent.hosting.windows.words import said
    from agent.text import timestamp

    Ask = Callable[[str], str | None]

    class WindowsManager:
        """A `Manager`. `ask`: a password, of a person who is there; None: nobody is."""

        def __init__(self, ask: Ask) -> None:
            self._ask = ask

        def install(self, wish: Wish) -> Sequence[str]:
            """See `Manager`."""
            rights.need_administrator()
            with _told():
                before = _ours()
                account = _account(wish, before)
                line, program, config = _line(wish), _program(), _config(wish.config)
                lines = _judged(program, config, wish.config, account)
                lines += self._installed(line, account, before, wish)
                eventlog.register()
                lines += control.manners()
            if wish.firewall_scope:
                lines += firewall.install(config, program.executable, wish.scrapers, wish.host)
            return [*lines, *(self._started_anew(before) if wish.start else ())]

        def _installed(self, line: str, account: Account, before: Configured | None, wish: Wish) -> Sequence[str]:
            """Created, or changed to it."""
            password = account.empty_password
            granted: Sequence[str] = ()
            is_new_account = before is None or wish.account is not None
            if account.needs_password and is_new_account:
                password = self._ask(f"Password of {account.name}: ")
                if password is None:
                    raise RefusedError(f"{account.name} has a password, which only a person at a terminal is asked for")
            if account.kind in (Kind.PERSON, Kind.MANAGED) and is_new_account:
                granted = rights.let_log_on(account.name, _sid(account))
            if before is None:
                control.create(line, account.name, password)
                return [*granted, f"installed the service {SERVICE}; it runs as {account.name}"]
            control.change(line, account.name if is_new_account else None, password if is_new_account else None)
            return [*granted, f"renewed the service {SERVICE}, which was there; it runs as {account.name}"]

        def _started_anew(self, before: Configured | None) -> Sequence[str]:
            if before is not None and control.seen().state != win32service.SERVICE_STOPPED:
                self.stop()
            return self.start()

        def uninstall(self, *, purge: bool) -> Sequence[str]:
            """See `Manager`."""
            rights.need_administrator()
            lines = []
            with _told():
                if _ours() is not None:
                    lines += [*_stopped(), *_deleted()]
                if eventlog.unregister():
                    lines.append(f"removed the source {SOURCE} from the event log")
            lines += firewall.uninstall()
            if purge:
                lines += _purged(folders.data())
            return lines or [f"there is no service {SERVICE}, and nothing else to remove"]

        def start(self) -> Sequence[str]:
            """See `Manager`."""
            with _told():
                _must_be_ours()
                control.start()
                now = control.wait(win32service.SERVICE_START_PENDING, PATIENCE)
            if now.state != win32service.SERVICE_RUNNING:
                raise RefusedError(
                    f"it did not start: {ended(now.code, now.specific)}; its log and the event log say more"
                )
            return [f"it runs, as process {now.pid}"]

        def stop(self) -> Sequence[str]:
            """See `Manager`."""
            with _told():
                _must_be_ours()
                return _stopped() or ["it does not run"]

        def reload(self) -> Sequence[str]:
            """See `Manager`."""
            with _told():
                _must_be_ours()
                control.tell(win32service.SERVICE_CONTROL_PARAMCHANGE, win32service.SERVICE_PAUSE_CONTINUE)
            return ["asked to read its configuration anew; its log and the event log say what came of it"]

        def status(self) -> Status:
            """See `Manager`."""
            with _told():
                found = control.configured()
                if found is None:
                    return Status(Standing.ABSENT)
                line = command.read(found.line)
                if not line.is_ours:
                    return Status(Standing.ABSENT, (f"a service of this name is another program: {found.line}",))
                now = control.seen()
            details = [
                f"account: {found.account}",
                f"program: {line.program}",
                f"configuration: {line.config}" + (f", as host {line.host}" if line.host else ""),
            ]
            if now.pid:
                details += [f"process: {now.pid}", *_since(now.pid)]
            if now.state == win32service.SERVICE_STOPPED:
                details.append(f"last: {ended(now.code, now.specific)}")
            return Status(standing(now.state, now.code), tuple(details))

    def _ours() -> Configured | None:
        """RefusedError where somebody else's has the name."""
        found = control.configured()
        if found is not None and not command.read(found.line).is_ours:
            raise RefusedError(
                f"there is a service {SERVICE} that is another program, and was left alone: {found.line}"
            )
        return found

    def _must_be_ours() -> None:
        if _ours() is None:
            raise RefusedError("it is not installed")

    def _account(wish: Wish, before: Configured | None) -> Account:
        """What was chosen before stays, unless another one is."""
        try:
            return account_of(wish.account or (before.account if before else None))
        except ValueError as error:
            raise RefusedError(f"--account: {error}") from None

    def _sid(account: Account) -> str:
        try:
            return account.sid or sid_of(account.name)
        except LookupError as error:
            raise RefusedError(f"--account: {account.name}: {error}") from None

    def _program() -> Program:
        """A virtual environment's python.exe starts another one, which Windows does not take for the service."""
        if sys.prefix != sys.base_prefix:
            raise RefusedError(
                f"{sys.prefix} is a virtual environment. Its python.exe starts another process, and Windows takes only "
                "the one that it started for the service. Install the bundle, or ssoreach into a Python of its own"
            )
        return this_installation()

    def _line(wish: Wish) -> str:
        words = this_installation().command(*hosted(str(wish.config), wish.host))
        if why := what_windows_would_change(words):
            raise RefusedError(why)
        return written(words)

    def _config(place: Path) -> Config:
        try:
            return load(place)
        except ConfigError as error:
            raise RefusedError(str(error)) from None

    def _judged(program: Program, config: Config, place: Path, account: Account) -> list[str]:
        """Laid out what is ours, and looked at all else."""
        sid = _sid(account)
        sids = {sid, service_sid(), *(OF_SYSTEM if account.kind is Kind.SYSTEM else EVERY_SERVICE)}
        # What an administrator's own account may write, his programs without elevation may write, too. To be the system
        # by that would be more than he is.
        trusted = set() if account.kind is Kind.SYSTEM else {own_sid()}
        folders.local(place)
        folders.judge_program(program, Path(agent.__file__).parent, trusted)
        folders.judge_reading(program, sids)
        lines = [*folders.lay_out(config, place, trusted | sids)]
        lines += folders.judge_files(config, place, sids, trusted)
        folders.judge_key(config)
        folders.judge_state(config, sids)
        return lines

    def _stopped() -> list[str]:
        if control.seen().state == win32service.SERVICE_STOPPED:
            return []
        control.wait(win32service.SERVICE_START_PENDING, PATIENCE)
        try:
            control.tell(win32service.SERVICE_CONTROL_STOP, win32service.SERVICE_STOP)
        except pywintypes.error as error:
            if error.winerror != winerror.ERROR_SERVICE_NOT_ACTIVE:
                raise
        control.wait(win32service.SERVICE_RUNNING, PATIENCE)
        now = control.wait(win32service.SERVICE_STOP_PENDING, PATIENCE)
        if now.state != win32service.SERVICE_STOPPED:
            raise RefusedError(f"it did not stop; end its process: taskkill /F /PID {now.pid}")
        return ["it has stopped"]

    def _deleted() -> list[str]:
        control.delete()
        deadline = time.monotonic() + PATIENCE / 3
        while control.configured() is not None:
            if time.monotonic() > deadline:
                return [f"the service {SERVICE} goes as soon as nobody looks at it: close the Services window"]
            time.sleep(control.EVERY)
        return [f"removed the service {SERVICE}"]

    def _purged(folder: Path) -> list[str]:
        if not folder.exists():
            return []
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise RefusedError(f"{error.filename}: cannot be removed: {error.strerror or error}") from None
        return [f"removed {folder} with all that was in it"]

    def _since(pid: int) -> Sequence[str]:
        import psutil

        try:
            return [f"since: {timestamp(psutil.Process(pid).create_time())}"]
        except psutil.Error:
            return []

    @contextmanager
    def _told() -> Iterator[None]:
        """What Windows says against it, in our words."""
        try:
            yield
        except pywintypes.error as error:
            raise RefusedError(said(error.winerror, error.strerror)) from None
