"""What a person asks to have installed, looked at before anything is. Raises RefusedError."""

import sys

if sys.platform == "win32":
    from collections.abc import Sequence
    from dataclasses import dataclass
    from pathlib import Path

    import agent
    from agent.config.load import load
    from agent.config.mistakes import ConfigError
    from agent.config.model import Config
    from agent.hosting.manager import RefusedError, Wish
    from agent.hosting.program import Program, this_installation
    from agent.hosting.windows import folders
    from agent.hosting.windows.accounts import (
        EVERY_SERVICE,
        LOCAL_SERVICE,
        NETWORK_SERVICE,
        OF_SYSTEM,
        Account,
        Kind,
        account_of,
        service_sid,
    )
    from agent.hosting.windows.command import hosted, what_windows_would_change, written
    from agent.hosting.windows.control import Configured
    from agent.hosting.windows.lists import own_sid, sid_of
    from agent.site.topology import site_of
    from agent.site.whoami import UnknownHostError, this_machine, whoami

    @dataclass(frozen=True, slots=True)
    class Asked:
        """`line`: what the service control manager is to run. `sid`: the account's; `sid_before`: of the one before.

        `is_new_account`: not as before.
        """

        program: Program
        config: Config
        place: Path
        line: str
        account: Account
        sid: str
        sid_before: str | None
        is_new_account: bool

    def understood(wish: Wish, before: Configured | None) -> Asked:
        """Reads only. The account that was chosen before stays, unless another one is."""
        program = _program()
        words = program.command(*hosted(str(wish.config), wish.host))
        if why := what_windows_would_change(words):
            raise RefusedError(why)
        try:
            config = load(wish.config)
            account = account_of(wish.account or (before.account if before else None))
            whoami(site_of(config), this_machine(), wish.host)  # else the service would not start
        except (ConfigError, UnknownHostError) as error:
            raise RefusedError(str(error)) from None
        except ValueError as error:
            raise RefusedError(f"--account: {error}") from None
        try:
            sid = account.sid or sid_of(account.name)
        except LookupError as error:
            raise RefusedError(f"--account: {account.name}: {error}") from None
        return Asked(
            program=program,
            config=config,
            place=wish.config,
            line=written(words),
            account=account,
            sid=sid,
            sid_before=_sid_of(before),
            is_new_account=before is None or wish.account is not None,
        )

    def _sid_of(before: Configured | None) -> str | None:
        """None also for an account that is gone by now."""
        if before is None:
            return None
        try:
            account = account_of(before.account)
            return account.sid or sid_of(account.name)
        except (ValueError, LookupError):
            return None

    def _program() -> Program:
        """A virtual environment's python.exe starts another one, which Windows does not take for the service."""
        if sys.prefix != sys.base_prefix:
            raise RefusedError(
                f"{sys.prefix} is a virtual environment. Its python.exe starts another process, and Windows takes only "
                "the one that it started for the service. Install the bundle, or ssoreach into a Python of its own"
            )
        return this_installation()

    def judge_program(asked: Asked) -> None:
        """Changes nothing. What is elsewhere than its folder, as in an editable installation, counts too."""
        folders.local(asked.place)
        folders.judge_key_is_there(asked.config)
        folders.judge_program(asked.program, Path(agent.__file__).parent, _trusted(asked))
        folders.judge_reading(asked.program, _sids(asked))

    def lay_out(asked: Asked) -> Sequence[str]:
        """What is ours; what was done, a line each."""
        of_services = {asked.sid, asked.sid_before, service_sid(), LOCAL_SERVICE, NETWORK_SERVICE}
        return folders.lay_out(asked.config, asked.place, _trusted(asked) | {sid for sid in of_services if sid})

    def judge_files(asked: Asked) -> Sequence[str]:
        """What was let be read, a line each."""
        lines = folders.judge_files(asked.config, asked.place, _sids(asked), _trusted(asked))
        folders.judge_key(asked.config)
        folders.judge_state(asked.config, _sids(asked))
        if asked.account.kind is Kind.SYSTEM:
            folders.judge_writing(asked.config, _trusted(asked))
        return lines

    def _sids(asked: Asked) -> set[str]:
        """Whoever the service's process is."""
        return {
            asked.sid,
            service_sid(),
            *(OF_SYSTEM if asked.account.kind is Kind.SYSTEM else EVERY_SERVICE),
        }

    def _trusted(asked: Asked) -> set[str]:
        """What an administrator's own account may write, his programs without elevation may write, too.

        To be the system by that would be more than he is.
        """
        return set() if asked.account.kind is Kind.SYSTEM else {own_sid()}
