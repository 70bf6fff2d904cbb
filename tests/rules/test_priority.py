"""Long work goes behind others, and whoever started it keeps its own place."""

from __future__ import annotations

import os
import threading

import pytest

from survey import priority


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_work_behind_others_has_the_last_place_and_so_has_what_it_starts():
    def work() -> list[int]:
        seen = [niceness()]
        helper = threading.Thread(target=lambda: seen.append(niceness()))
        helper.start()
        helper.join()
        return seen

    assert priority.behind_others(work) == [priority.NICEST] * 2


def test_whoever_waits_for_it_keeps_the_place_it_had():
    before = niceness()

    priority.behind_others(niceness)

    assert niceness() == before < priority.NICEST


@pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt()])
def test_what_it_raises_reaches_whoever_waits(error):
    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        priority.behind_others(fail)

    assert caught.value is error
