"""`probe service`: the agent as a service of this host, whatever keeps services here."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from agent.cli.options import Config, Host

if TYPE_CHECKING:
    from agent.hosting.manager import Manager

service = typer.Typer(
    help="The agent as a systemd unit or a Windows service.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

FAILED, ABSENT = 1, 3  # of `status`: it does not run; it is not installed


@service.command()
def install(
    config: Config = None,
    host: Host = None,
    account: Annotated[
        str | None,
        typer.Option(help="Windows: whose rights it has. A password is asked for where one is needed.", metavar="NAME"),
    ] = None,
    firewall_scope: Annotated[
        bool, typer.Option("--firewall-scope", help="Windows: with firewall rules for this program alone.")
    ] = False,
    scraper: Annotated[
        list[str] | None,
        typer.Option(help="With --firewall-scope: who may read /metrics, such as Prometheus.", metavar="ADDRESS"),
    ] = None,
    start: Annotated[bool, typer.Option("--start", help="Start it, too.")] = False,
) -> None:
    """Install the service, or renew it. It starts with the system."""
    from agent.cli.site import read
    from agent.cli.usage import wrong
    from agent.hosting.manager import Wish

    if scraper and not firewall_scope:
        wrong("--scraper says whom the firewall is to let in; it needs --firewall-scope")
    _, place = read(config)
    wish = Wish(place.absolute(), host, account, start, firewall_scope, tuple(scraper or ()))
    _say(lambda manager: manager.install(wish))


@service.command()
def uninstall(
    purge: Annotated[
        bool, typer.Option("--purge", help="With configuration, keys and what the agent remembers.")
    ] = False,
) -> None:
    """Remove the service, its rules and what it told the system about itself; files stay unless --purge."""
    _say(lambda manager: manager.uninstall(purge=purge))


@service.command()
def start() -> None:
    """Start it, and wait until it runs."""
    _say(lambda manager: manager.start())


@service.command()
def stop() -> None:
    """Stop it, and wait until it has."""
    _say(lambda manager: manager.stop())


@service.command()
def reload() -> None:
    """Have it read its configuration anew; its log says what came of it."""
    _say(lambda manager: manager.reload())


@service.command()
def status() -> None:
    """How it is. Exit 0: it runs, 1: it does not, 3: it is not installed."""
    from agent.hosting.manager import RefusedError, ServiceState

    try:
        found = _manager().status()
    except RefusedError as error:
        _refused(error)
    print(found.state.value)
    for line in found.details:
        print(line)
    raise typer.Exit({ServiceState.RUNNING: 0, ServiceState.ABSENT: ABSENT}.get(found.state, FAILED))


@service.command(hidden=True)
def host(
    config: Annotated[Path, typer.Option("--config", help="The configuration file.", metavar="FILE")],
    host: Host = None,
) -> None:
    """What Windows starts for the service."""
    from agent.cli.usage import wrong
    from agent.hosting.manager import RefusedError

    if sys.platform == "win32":
        from agent.hosting.windows.host import host as be_service

        try:
            be_service(config, host)
        except RefusedError as error:
            _refused(error)
    else:
        wrong("only Windows starts this; here: probe run")


def _say(do: "Callable[[Manager], Sequence[str]]") -> None:
    from agent.hosting.manager import RefusedError

    try:
        for line in do(_manager()):
            print(line, file=sys.stderr)
    except RefusedError as error:
        _refused(error)


def _refused(error: Exception) -> NoReturn:
    from agent.cli.usage import wrong

    wrong(str(error))


def _manager() -> "Manager":
    if sys.platform == "win32":
        from agent.hosting.windows.manager import WindowsManager

        return WindowsManager(_ask_password)
    else:
        from agent.hosting.systemd.manager import SystemdManager

        return SystemdManager()


def _ask_password(question: str) -> str | None:
    """At a terminal, and nowhere else: neither an option nor a variable has it, as others can read those."""
    import getpass

    from agent.cli.usage import person_reads

    return getpass.getpass(question) if person_reads() else None
