"""Few pages at once, and nobody kept out by a long one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock

from survey.web.lanes import Lanes

LONG = 30
"""Seconds that no test here waits for."""


class Working:
    """An application that notes how many are at it at once, and waits for a word to end."""

    def __init__(self, wanted):
        self.now = self.most = 0
        self.lock, self.go, self.full = Lock(), Event(), Event()
        self.wanted = wanted

    def __call__(self, environ, start_response):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            if self.now == self.wanted:
                self.full.set()
        assert self.go.wait(LONG)
        with self.lock:
            self.now -= 1
        return [b"done"]


def ask(lanes, method="GET"):
    return lanes({"REQUEST_METHOD": method}, None)


def test_no_more_pages_than_lanes_are_made_at_once():
    working = Working(wanted=2)
    lanes = Lanes(working, width=2, patience=LONG)
    with ThreadPoolExecutor(8) as readers:
        answers = [readers.submit(ask, lanes) for _ in range(8)]
        assert working.full.wait(LONG)
        working.go.set()
        assert [answer.result() for answer in answers] == [[b"done"]] * 8
    assert working.most == 2


def test_whoever_has_waited_for_a_moment_goes_on_beside_a_long_page():
    working = Working(wanted=3)
    lanes = Lanes(working, width=2, patience=0.01)
    with ThreadPoolExecutor(3) as readers:
        answers = [readers.submit(ask, lanes) for _ in range(3)]
        assert working.full.wait(LONG), "the third was kept out"
        working.go.set()
        assert all(answer.result() for answer in answers)


def test_a_body_on_its_way_takes_no_lane():
    together = Barrier(3, timeout=LONG)
    lanes = Lanes(lambda *_: together.wait() or [b""], width=1, patience=LONG)
    with ThreadPoolExecutor(3) as readers:
        answers = [readers.submit(ask, lanes, method) for method in ("POST", "GET", "PUT")]
        assert len([answer.result() for answer in answers]) == 3


def test_a_page_that_fails_gives_its_lane_back():
    def failing(*_):
        raise ValueError

    lanes = Lanes(failing, width=1, patience=0.01)
    for _ in range(3):
        try:
            ask(lanes)
        except ValueError:
            continue
    lanes.app = lambda *_: [b"done"]
    assert lanes._free.acquire(blocking=False)
