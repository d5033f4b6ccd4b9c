"""Whether a name could not be asked for by a fault of this machine, or was asked for and not found."""

import errno
import socket

import pytest

from probes.resolve import Resolver


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (OSError(errno.EMFILE, "Too many open files"), True),
        (OSError(errno.ENFILE, "Too many open files in system"), True),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), True),
        (socket.gaierror(socket.EAI_MEMORY, "Memory allocation failure"), True),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), False),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), False),
        (TimeoutError(errno.ETIMEDOUT, "it took too long"), False),
        (PermissionError(errno.EACCES, "Permission denied"), False),
        (ValueError("embedded null character"), False),
    ],
)
async def test_only_what_this_machine_lacks_is_ours(error: Exception, ours: bool) -> None:
    def lookup(*_: object, **__: object) -> list[tuple[object, object, object, str, tuple[object, ...]]]:
        raise error

    found = await Resolver(lookup).resolve("host.test", 10.0)
    assert (found.addresses, found.ours) == ((), ours)
