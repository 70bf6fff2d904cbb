"""Long work goes behind others, and whoever started it keeps its own place."""

from __future__ import annotations

import os
import threading

import pytest

from survey import priority
from survey.priority import Told, Unwanted


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def untold(_done: int, _total: int) -> None:
    """Nobody listens."""


def test_work_behind_others_has_the_last_place_and_so_has_what_it_starts():
    def work(_tell: Told) -> list[int]:
        seen = [niceness()]
        helper = threading.Thread(target=lambda: seen.append(niceness()))
        helper.start()
        helper.join()
        return seen

    assert priority.behind_others(work, untold) == [priority.NICEST] * 2


def test_a_worker_that_was_set_further_back_stays_there():
    seen, began = list[int](), niceness()

    def steps() -> None:
        for niceness_ in (priority.BEHIND_PAGES, priority.NICEST, priority.BEHIND_PAGES):
            priority.step_back(niceness_)
            seen.append(niceness())

    thread = threading.Thread(target=steps)
    thread.start()
    thread.join()

    assert seen == [max(began, priority.BEHIND_PAGES), priority.NICEST, priority.NICEST]


def test_whoever_waits_for_it_keeps_the_place_it_had():
    before, heard = niceness(), list[int]()

    priority.behind_others(lambda _tell: niceness(), lambda *_: heard.append(niceness()))

    assert {niceness(), *heard} == {before}
    assert before < priority.NICEST


@pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt()])
def test_what_it_raises_reaches_whoever_waits(error):
    def fail(_tell: Told) -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        priority.behind_others(fail, untold)

    assert caught.value is error


def test_how_far_it_is_is_heard_by_whoever_waits_who_may_stop_it(monkeypatch):
    monkeypatch.setattr(priority, "TELL_SECONDS", 0.001)
    heard, ended = [], []

    def work(tell: Told) -> None:
        try:
            while True:
                tell(3, 7)
        except Unwanted:
            ended.append(True)
            raise

    def told(done: int, total: int) -> None:
        heard.append((done, total, threading.current_thread()))
        if (done, total) == (3, 7):
            raise LookupError("overtaken")

    with pytest.raises(LookupError, match="overtaken"):
        priority.behind_others(work, told)

    assert heard[-1] == (3, 7, threading.main_thread())
    assert ended == [True]
