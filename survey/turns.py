"""One writer after another, in the order they asked, among all threads and processes of a file.

Left to themselves, writers who find a database locked sleep and look again; whoever sleeps is
overtaken, often many times over. Here the kernel wakes the next in line. A turn only orders: what
may be written is still decided by the database's own lock, so going on without a turn does no harm.
"""

from __future__ import annotations

import _thread
import fcntl
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class WaitedTooLong(TimeoutError):
    """Others had their turn for as long as a writer is willing to wait."""


class Turns:
    """The line before one file.

    The threads of a process stand in a queue of their own. For the first of them the process gets
    the turn by locking a file beside the database; the kernel takes that lock back whenever the
    process ends, however it ends.

    ``patience`` is in seconds.
    """

    def __init__(self, path: str, patience: float) -> None:
        self.patience = patience
        self._path = path
        self._begin()

    def _begin(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._busy = False  # somebody here has the turn, or it is being fetched
        self._held: int | None = None

    def forget_parent(self) -> None:
        """Begin afresh in a forked process: the line it finds in memory is its parent's."""
        if self._held is not None:
            os.close(self._held)  # without unlocking: that would end the parent's turn
        self._begin()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the turn as long as the block lasts.

        Raises:
            WaitedTooLong: The turn did not come.
        """
        self._wait()
        try:
            yield
        finally:
            with self._mutex:
                self._give_back()
                self._call_next()

    def _wait(self) -> None:
        called = threading.Lock()
        called.acquire()
        with self._mutex:
            self._waiting.append(called)
            if not self._busy:
                self._call_next()
        if called.acquire(timeout=self.patience):
            return
        with self._mutex:
            if called in self._waiting:  # not called at the last moment
                self._waiting.remove(called)
                raise WaitedTooLong(self._path)

    def _call_next(self) -> None:
        """Get the turn for whoever waits here longest; the caller holds the mutex."""
        self._busy = bool(self._waiting)
        if not self._busy:
            return
        try:
            self._take(fcntl.LOCK_NB)
        except BlockingIOError:
            # A wait for a locked file has no time limit, so it is left to a thread of its own:
            # a bare one, for a threading.Thread holds up its starter until it runs.
            with suppress(RuntimeError):  # no more threads: go on without a turn
                _thread.start_new_thread(self._fetch, ())
                return
        self._waiting.popleft().release()

    def _fetch(self) -> None:
        self._take()
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:  # they lost patience meanwhile
                self._give_back()
                self._busy = False

    def _take(self, at_once: int = 0) -> None:
        """Get the turn among processes; with ``LOCK_NB`` at once or not at all."""
        try:
            # A lock given back is anybody's, and the kernel needs a moment to wake who waits for
            # it. Who is to be next holds a lock of its own, so that nobody takes two turns on end.
            ahead = _locked(f"{self._path}-next", at_once)
            try:
                self._held = _locked(f"{self._path}-turn", at_once)
            finally:
                _unlock(ahead)
        except BlockingIOError:
            raise
        except OSError:
            self._held = None  # no room for such a file, or no right: go on without

    def _give_back(self) -> None:
        if self._held is not None:
            _unlock(self._held)
            self._held = None


def _locked(path: str, at_once: int) -> int:
    file = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | at_once)
    except OSError:
        os.close(file)
        raise
    return file


def _unlock(file: int) -> None:
    fcntl.flock(file, fcntl.LOCK_UN)  # closing is not enough while a fork has it open too
    os.close(file)
