"""What a signal does that comes before there is an agent; Windows has none of these."""

import os
import signal
import sys
from collections.abc import Iterator

import pytest

from agent.cli.early import note_early

if sys.platform != "win32":

    @pytest.fixture(autouse=True)
    def _as_before() -> Iterator[None]:
        before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGTERM)}
        yield
        for number, handler in before.items():
            signal.signal(number, handler)

    def test_a_reload_is_not_lost() -> None:
        early = note_early()
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGHUP)
        assert early == [signal.SIGHUP, signal.SIGHUP]

    def test_a_stop_is_a_good_end() -> None:
        note_early()
        with pytest.raises(SystemExit) as end:
            os.kill(os.getpid(), signal.SIGTERM)
        assert end.value.code == 0
