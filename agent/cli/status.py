"""`probe status`: asks the agent of this machine what it knows, and probes nothing."""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.cli.calling import MetAgent, Missing
from agent.cli.usage import wrong
from agent.config.load import load, parse
from agent.config.mistakes import ConfigError
from agent.config.model import Config
from agent.found.exit import Exit
from agent.ground.path import Direction
from agent.ground.text import plain
from agent.local.local import NotMetError, Whereabouts, find
from agent.report.answered import answer
from agent.report.document import dumps
from agent.report.status import exit_of, print_status
from agent.site.topology import site_of
from agent.store.kept import state_folder
from agent.store.store import default_folder
from agent.term.origin import FileOrigin
from agent.term.reload import UnusableError


def ask_status(config: Config, host: str | None, peer: str | None, form: str) -> Exit:
    """Print what is known, and say how to exit; 3 and why when the agent cannot be asked."""
    name = None if peer is None else _known_peer(config, peer)
    try:
        return _asked(config, host, name, form)
    except NotMetError as error:
        print(error, file=sys.stderr)
        return Exit.INCONCLUSIVE


def configuration(place: Path) -> Config:
    """The file's; where that is bad, the one that the agent runs with. Neither: exit 2, with every mistake."""
    try:
        return load(place)
    except ConfigError as error:
        mistakes = str(error)
    try:
        last = FileOrigin(place, None, time.time).last_good()
    except UnusableError as error:
        wrong("\n".join([mistakes, *error.mistakes]))
    if last is None:
        wrong(mistakes)
    print(f"{mistakes}\nthe last good one is taken instead", file=sys.stderr)
    try:
        return parse(last.text, str(place), place.absolute().parent)
    except ConfigError as error:
        wrong(f"{mistakes}\n{error}")


def what_the_agent_knows(config: Config) -> dict[str, Any]:
    """The document of the agent of this machine. Raises NotMetError."""
    return _paths(_meet(find(_folders(config))), config, None)


def _paths(agent: MetAgent, config: Config, host: str | None) -> dict[str, Any]:
    document = agent.ask("/api/v1/paths")
    _check_who(document, config, host)
    return document


def _asked(config: Config, host: str | None, peer: str | None, form: str) -> Exit:
    agent = _meet(find(_folders(config)))
    document = _paths(agent, config, host)
    ranged = None
    if peer is not None:
        ranged = _range(agent, peer)
        document = {**_only(document, peer), "range": ranged}
    if form == "json":
        print(dumps(document))
    try:
        told = answer(document)
        if form != "json":
            print_status(told, ranged, sys.stdout)
    except ValueError as error:
        raise NotMetError(f"the agent speaks of what this version does not know ({plain(str(error))})") from error
    return exit_of(told.paths)


def _meet(found: Whereabouts) -> MetAgent:
    try:
        return MetAgent(found)
    except NotMetError as error:
        import psutil

        gone = (
            "" if psutil.pid_exists(found.pid) else f"\nIts process, {found.pid}, is gone: it was killed, or crashed."
        )
        raise NotMetError(f"{error}{gone}") from error


def _folders(config: Config) -> list[Path]:
    """An agent that runs as a service has another folder by default than the person who asks."""
    folders = [state_folder(config)]
    if config.state_dir is None:
        folders.append(
            default_folder({**os.environ, "STATE_DIRECTORY": ""}, Path("/"), platform=sys.platform, is_root=True)
        )
    return list(dict.fromkeys(folders))


def _check_who(document: Mapping[str, Any], config: Config, host: str | None) -> None:
    """Several agents may have run here, each in its turn, with one state folder."""
    site, name = document.get("site"), document.get("host")
    if site != config.site:
        raise NotMetError(f"the agent here is of another site: {plain(str(site), 100)}")
    if host is not None and str(name).casefold() != host.casefold():
        raise NotMetError(f"the agent here runs as {plain(str(name), 100)}, not as {plain(host, 100)}")


def _known_peer(config: Config, peer: str) -> str:
    names = [name for host in site_of(config).hosts for name in host.names]
    for name in names:
        if name.casefold() == peer.casefold():
            return name
    wrong(f"--peer {plain(peer)}: not in the file; hosts: {', '.join(names)}")


def _only(document: Mapping[str, Any], peer: str) -> dict[str, Any]:
    """With the paths to and from one peer, and what was found of it."""
    kept = {
        key: [each for each in _mappings(document, key) if str(_other_end(each)).casefold() == peer.casefold()]
        for key in ("paths", "findings")
    }
    if not kept["paths"]:
        print(f"no path leads from here to {peer}, nor from there", file=sys.stderr)
    return {**document, **kept}


def _mappings(document: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = document.get(key)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _other_end(each: Mapping[str, Any]) -> object:
    return each.get("source" if each.get("direction") == Direction.INBOUND else "peer")


def _range(agent: MetAgent, peer: str) -> Mapping[str, Any] | None:
    from urllib.parse import quote

    try:
        return agent.ask(f"/api/v1/peers/{quote(peer, safe='')}/range")
    except Missing as error:
        print(error, file=sys.stderr)
        return None
