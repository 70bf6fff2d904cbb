"""The web server beside the jobs: a fork of the process that loaded the application.

What both have in memory is there once. The fork is taken before anything is used, so that it shares
no connection, no thread and no lock with its parent; it waits until it is told that the instance is
ready, and ends with its parent.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import ssl
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path

from flask import Flask

from survey import db
from survey.config import AUTHORITY, CERTIFICATE, KEY

WORKERS, THREADS = 2, 8
SETTINGS: dict[str, str | int | bool] = {
    "workers": WORKERS,
    "threads": THREADS,
    "worker_class": "gthread",
    "preload_app": True,
    "timeout": 60,
    "graceful_timeout": 15,
    "loglevel": "warning",
    "control_socket_disable": True,
}
"""gunicorn's, by their names in its configuration."""
GIVE_BACK = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576"}
"""Checking a password takes 19 MB for a moment. Left to itself, the C library keeps that for each
thread that ever did so; told so, it gives large pieces back (glibc; elsewhere nothing)."""
M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3
PR_SET_PDEATHSIG = 1


class WebServer:
    """A process that serves an application once it is told to begin."""

    def __init__(self, app: Flask, address: str, tls: Path | None = None) -> None:
        fork = multiprocessing.get_context("fork")
        waits, self._ready = fork.Pipe(duplex=False)
        self._process = fork.Process(target=_serve, args=(app, address, tls, waits, self._ready))
        self._process.start()
        waits.close()

    def begin(self) -> None:
        """Let it answer: the instance is ready."""
        self._ready.send(True)

    @property
    def is_running(self) -> bool:
        return self._process.is_alive()

    @property
    def exit_code(self) -> int | None:
        return self._process.exitcode

    def stop(self, seconds: float) -> None:
        """Let it finish the pages it is at; end it when that takes too long."""
        self._ready.close()
        self._process.terminate()
        self._process.join(seconds)
        self._process.kill()
        self._process.join()


def _serve(
    app: Flask, address: str, tls: Path | None, waits: Connection, parents: Connection
) -> None:
    os.setsid()  # Ctrl-C reaches the parent alone, which then lets the pages finish what they are at
    parents.close()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    try:
        waits.recv()
    except EOFError:
        return
    _give_back()
    try:
        _run(app, address, SETTINGS | (encrypted(tls) if tls else {}))
    finally:
        db.close()  # the workers come by here too; a fork made this way calls nothing at its end


def _give_back() -> None:
    """Have this process, and what it starts, keep less of what they gave back."""
    os.environ.update(GIVE_BACK)
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(M_ARENA_MAX, int(GIVE_BACK["MALLOC_ARENA_MAX"]))
        library.mallopt(M_MMAP_THRESHOLD, int(GIVE_BACK["MALLOC_MMAP_THRESHOLD_"]))


def encrypted(folder: Path) -> dict[str, str | int | bool]:
    """Return gunicorn's settings for TLS with whoever shows a certificate of our authority, alone.

    Else anybody who reaches this machine could say that somebody else asks.
    """
    return {
        "certfile": str(folder / CERTIFICATE),
        "keyfile": str(folder / KEY),
        "ca_certs": str(folder / AUTHORITY),
        "cert_reqs": int(ssl.CERT_REQUIRED),
    }


def _run(app: Flask, address: str, settings: Mapping[str, str | int | bool]) -> None:
    from gunicorn.app.base import BaseApplication

    class Pages(BaseApplication):
        """The application that stands here, under these settings."""

        def load_config(self) -> None:
            for name, value in settings.items():
                self.cfg.set(name, value)
            self.cfg.set("bind", address)

        def load(self) -> Flask:
            return app

    Pages().run()
