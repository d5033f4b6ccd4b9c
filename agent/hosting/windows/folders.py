"""The folders of the service: laid out for it alone, and judged where somebody else laid them out. Raises RefusedError.

What is in %ProgramData%\\ssoreach is laid out here: the service may read all of it and write in its state alone.
Whatever is elsewhere is somebody's own affair: it is looked at, and refused with the command that mends it.
"""

import sys

if sys.platform == "win32":
    import os
    from collections.abc import Collection, Iterator, Sequence
    from itertools import chain, islice
    from pathlib import Path

    import win32file

    from agent.config.mistakes import ConfigError
    from agent.config.model import Config
    from agent.hosting.manager import RefusedError
    from agent.hosting.program import Program
    from agent.hosting.windows.access import READS, WRITES, may
    from agent.hosting.windows.accounts import service_sid
    from agent.hosting.windows.lists import (
        FOLDER,
        KEEPS,
        READ_ONLY,
        access_of,
        is_link,
        keep_to,
        let_read,
        name_of,
    )
    from agent.hosting.windows.names import data_folder
    from agent.hosting.windows.places import MOST, Open, opened, replaceable, within
    from agent.rendezvous.keyfile import KeyFileError, find_key, load_ring
    from agent.store.kept import state_folder
    from agent.web.toolkit.read import read as read_web

    NUL, REMOTE = 1, 4  # DRIVE_NO_ROOT_DIR, DRIVE_REMOTE

    def data() -> Path:
        """%ProgramData%\\ssoreach."""
        return Path(data_folder(os.environ.get("PROGRAMDATA")))

    def local(path: Path) -> None:
        """A service sees neither a person's drive letters nor, with its own account, other machines' folders."""
        if path.drive.startswith("\\\\") or win32file.GetDriveType(path.anchor) in (NUL, REMOTE):
            raise RefusedError(f"{path}: is not on a disk of this machine; copy it to one")

    def judge_program(program: Program, package: Path, trusted: Collection[str]) -> None:
        """All of it: whoever can change one file of it has the rights of the service's account."""
        folder = program.folder.resolve()
        others = [each.resolve() for each in (program.executable.parent, package)]
        places = [folder, *(each for each in others if folder not in (each, *each.parents))]
        for place in places:
            local(place)
        with _readable():
            found = chain.from_iterable(
                chain(replaceable(place, access_of, trusted), opened(within(place), access_of, trusted))
                for place in places
            )
            _refuse(
                found,
                "the program can be changed by who is no administrator; copy (do not move) its folder into one that "
                "only administrators can write, such as %ProgramFiles%\\ssoreach",
            )

    def lay_out(config: Config, place: Path, trusted: Collection[str]) -> Sequence[str]:
        """%ProgramData%\\ssoreach, and where the agent keeps what it knows. What was done, a line each."""
        folder, state, said = data(), state_folder(config), []
        local(state)
        with _readable():
            if folder in (*state.parents, *place.parents):
                folder.mkdir(parents=True, exist_ok=True)
                _judge_owners(folder, trusted)
                keep_to(folder, service_sid(), READ_ONLY, FOLDER)
                _judge_owners(folder, trusted)  # until then every user could make something in it
                said.append(f"{folder}: the service may read it, administrators may write it, others nothing")
            if not state.exists() or folder in state.parents:
                state.mkdir(parents=True, exist_ok=True)
                if is_link(state):  # which somebody made meanwhile
                    raise RefusedError(f"{state}: is a link to another place; remove it")
                keep_to(state, service_sid(), KEEPS, FOLDER)
                said.append(f"{state}: the service may write there")
        return said

    def _judge_owners(folder: Path, trusted: Collection[str]) -> None:
        """Who made a file may change it whatever its list says."""
        if is_link(folder):
            raise RefusedError(f"{folder}: is a link to another place; remove it")
        _refuse(
            opened(within(folder), access_of, trusted, harm=0),
            f'it belongs to who is no administrator; look at what is in it, then: takeown /A /R /F "{folder}"',
        )

    def judge_files(config: Config, place: Path, sids: Collection[str], trusted: Collection[str]) -> Sequence[str]:
        """Configuration, key and web configuration: the service can read them, and nobody else can change them."""
        said = []
        with _readable():
            files = [file.resolve() for file in _named(config, place)]  # a link counts for what it leads to
            for file in files:
                local(file)
                if not may(access_of(file), sids, READS):
                    if data() not in file.parents:
                        raise RefusedError(
                            f"{file}: the service's account cannot read it; let it:\n"
                            f'icacls "{file}" /grant "*{service_sid()}:R"'
                        )
                    let_read(file, service_sid())
                    said.append(f"{file}: the service may read it")
            for file in files:
                _refuse(
                    chain(
                        opened((file, file.parent), access_of, trusted),
                        replaceable(file.parent, access_of, trusted),
                    ),
                    f"who is no administrator could put another file in the place of {file.name}; move it to {data()}",
                )
        return said

    def judge_state(config: Config, sids: Collection[str]) -> None:
        """And where its log goes."""
        with _readable():
            for folder in _written_in(config):
                if data() not in folder.parents and not may(access_of(folder), sids, WRITES):
                    raise RefusedError(
                        f"{folder}: the service's account cannot write there; let it:\n"
                        f'icacls "{folder}" /grant "*{service_sid()}:(OI)(CI)M"'
                    )

    def judge_writing(config: Config, trusted: Collection[str]) -> None:
        """For the system itself: it would write to wherever a link leads that others lay there."""
        with _readable():
            for folder in _written_in(config):
                _refuse(
                    chain(
                        opened((folder,), access_of, {*trusted, service_sid()}),
                        replaceable(folder, access_of, trusted),
                    ),
                    "who is no administrator could have the system write elsewhere; keep state and log in "
                    f"{data()}, or take the service's own account",
                )

    def _written_in(config: Config) -> list[Path]:
        return [state_folder(config), *([config.log.file.parent] if config.log.file else [])]

    def judge_reading(program: Program, sids: Collection[str]) -> None:
        """Else it would not even start, and Windows would only say: access denied."""
        with _readable():
            for path in (program.executable, program.folder):
                if not may(access_of(path), sids, READS):
                    raise RefusedError(
                        f"{path}: the service's account cannot run it; let it:\n"
                        f'icacls "{program.folder}" /grant "*{service_sid()}:(OI)(CI)RX" /T'
                    )

    def _named(config: Config, place: Path) -> Iterator[Path]:
        """The configuration, and what it names that is read."""
        yield place
        key = find_key(config, {})
        if key is not None:
            yield key.path
        try:
            yield from read_web(config.web.config_file).files
        except ConfigError as error:
            raise RefusedError("\n".join(f"web.config_file: {line}" for line in str(error).splitlines())) from None

    def judge_key_is_there(config: Config) -> None:
        """Before anything is done; what is wrong with it otherwise `judge_key` says."""
        key = find_key(config, {})
        if key is not None and not key.path.exists():
            raise RefusedError(f"rendezvous.key_file: {key.path}: is not there; copy the site's key to it")

    def judge_key(config: Config) -> None:
        """As the agent will."""
        key = find_key(config, {})
        try:
            if key is not None:
                load_ring(key.path, unchecked=key.unchecked)
        except KeyFileError as error:
            raise RefusedError(f"rendezvous.key_file: {error}") from None

    def _refuse(found: Iterator[Open], why: str) -> None:
        """With the first ones; nothing, where there are none."""
        lines = [f"{each.path}: {', '.join(map(name_of, each.sids))}" for each in islice(found, MOST)]
        if lines:
            raise RefusedError("\n".join([*lines, why]))

    class _readable:  # noqa: N801 - read as a word: with _readable()
        """What cannot be looked at is not known to be safe."""

        def __enter__(self) -> None:
            pass

        def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
            if isinstance(error, OSError):
                raise RefusedError(f"{error.filename}: {error.strerror or error}") from None
