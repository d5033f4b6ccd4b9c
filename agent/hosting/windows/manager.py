"""What `probe service` does with Windows services."""

import sys

if sys.platform == "win32":
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import contextmanager

    import pywintypes
    import win32service

    from agent.ground.text import timestamp
    from agent.hosting.manager import RefusedError, ServiceState, Status, Wish
    from agent.hosting.windows import asked, command, control, eventlog, firewall, folders, rights
    from agent.hosting.windows.accounts import Kind
    from agent.hosting.windows.asked import Asked
    from agent.hosting.windows.conditions import ended, state_of
    from agent.hosting.windows.control import Configured
    from agent.hosting.windows.leaving import deleted, purged, stopped
    from agent.hosting.windows.names import PATIENCE, SERVICE, SOURCE
    from agent.hosting.windows.words import said

    Ask = Callable[[str], str | None]

    class WindowsManager:
        """A `Manager`. `ask`: a password, of a person who is there; None: nobody is."""

        def __init__(self, ask: Ask) -> None:
            self._ask = ask

        def install(self, wish: Wish) -> Sequence[str]:
            """See `Manager`."""
            rights.need_administrator()
            done: list[str] = []
            with _told(done):
                before = _ours()
                what = asked.understood(wish, before)
                asked.judge_program(what)
                password = self._password(what)
                done += asked.lay_out(what)
                done += asked.judge_files(what)
                done += _written(what, password, before)
                eventlog.register()
                done += control.manners()
                if wish.firewall_scope:
                    done += firewall.install(what.config, what.program.executable, wish.scrapers, wish.host)
                if wish.start:
                    done += [*stopped(), *self.start()]
            return done

        def _password(self, what: Asked) -> str | None:
            if not (what.is_new_account and what.account.needs_password):
                return what.account.empty_password
            password = self._ask(f"Password of {what.account.name}: ")
            if password is None:
                raise RefusedError(
                    f"{what.account.name} has a password, for which only a person at a terminal is asked"
                )
            return password

        def uninstall(self, *, purge: bool) -> Sequence[str]:
            """See `Manager`."""
            rights.need_administrator()
            done: list[str] = []
            with _told(done):
                if _ours() is not None:
                    done += stopped()
                    done += deleted()
                if eventlog.unregister():
                    done.append(f"removed the source {SOURCE} from the event log")
                done += firewall.uninstall()
                if purge:
                    done += purged(folders.data())
            return done or [f"there is no service {SERVICE}, and nothing else to remove"]

        def start(self) -> Sequence[str]:
            """See `Manager`."""
            with _told():
                _must_be_ours()
                now = control.seen()
                if now.state == win32service.SERVICE_RUNNING:
                    return [f"it runs already, as process {now.pid}"]
                control.start()
                now = control.wait(win32service.SERVICE_START_PENDING, PATIENCE)
            if now.state != win32service.SERVICE_RUNNING:
                why = ended(now.code, now.specific)
                raise RefusedError(f"it did not start: {why}; its log and the event log say more")
            return [f"it runs, as process {now.pid}"]

        def stop(self) -> Sequence[str]:
            """See `Manager`."""
            with _told():
                _must_be_ours()
                return stopped() or ["it does not run"]

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
                    return Status(ServiceState.ABSENT)
                line = command.read(found.line)
                if not line.is_ours:
                    return Status(ServiceState.ABSENT, (f"a service of this name is another program: {found.line}",))
                now = control.seen()
            details = [
                f"account: {found.account}",
                f"program: {line.program}",
                f"configuration: {line.config}" + (f", as host {line.host}" if line.host else ""),
            ]
            if now.pid:
                details += [f"process: {now.pid}", *_since(now.pid)]
            details += _log(line.config)
            if now.state == win32service.SERVICE_STOPPED:
                details.append(f"last: {ended(now.code, now.specific)}")
            return Status(state_of(now.state, now.code), tuple(details))

    def _written(what: Asked, password: str | None, before: Configured | None) -> Sequence[str]:
        """Created, or changed to it."""
        account = what.account
        if before is None:
            control.create(what.line, account.name, password)
            done = [f"installed the service {SERVICE}; it runs as {account.name}"]
        else:
            new = (account.name, password) if what.is_new_account else (None, None)
            control.change(what.line, *new)
            done = [f"renewed the service {SERVICE}; from its next start on it runs as {account.name}"]
        if account.kind in (Kind.PERSON, Kind.MANAGED) and what.is_new_account:
            done += rights.let_log_on(account.name, what.sid)
        return done

    def _ours() -> Configured | None:
        """RefusedError where somebody else's has the name."""
        found = control.configured()
        if found is not None and not command.read(found.line).is_ours:
            raise RefusedError(f"a service {SERVICE} is there, another program, and was left alone: {found.line}")
        return found

    def _must_be_ours() -> None:
        if _ours() is None:
            raise RefusedError("it is not installed")

    def _since(pid: int) -> Sequence[str]:
        import psutil

        try:
            return [f"since: {timestamp(psutil.Process(pid).create_time())}"]
        except psutil.Error:
            return []

    def _log(config: str | None) -> Sequence[str]:
        """Nothing for whoever may not read the configuration, and where that has a mistake."""
        from pathlib import Path

        from agent.config.load import load
        from agent.config.mistakes import ConfigError
        from agent.hosting.windows.journal import log_file

        try:
            return [f"log: {log_file(load(Path(config)))}"] if config else []
        except ConfigError:
            return []

    @contextmanager
    def _told(done: Sequence[str] = ()) -> Iterator[None]:
        """What Windows says against it, in our words, behind what was `done` before."""
        try:
            yield
        except pywintypes.error as error:
            raise RefusedError("\n".join([*done, said(error.winerror, error.strerror)])) from None
        except RefusedError as error:
            raise RefusedError("\n".join([*done, str(error)])) from None
