"""How many pages a process works at at once.

Python runs one thread at a time. Eight that all make a page hand it to each other at every row and
every statement, and each page then costs a tenth more than two at a time do.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WIDTH = 2
PATIENCE_SECONDS = 0.1


class Lanes:
    """Let few pages be made at once; the others wait for a moment, and no longer.

    Only what has no body to be sent, so that nobody's slow network keeps a lane; and only for a moment,
    so that a large workbook on both lanes keeps nobody out.

    Args:
        app: What answers.
        width: How many at once.
        patience: For how many seconds another waits for them before it goes on beside them.
    """

    def __init__(
        self, app: WSGIApplication, width: int = WIDTH, patience: float = PATIENCE_SECONDS
    ) -> None:
        self.app = app
        self.patience = patience
        self._free = BoundedSemaphore(width)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self.app(environ, start_response)
        mine = self._free.acquire(timeout=self.patience)
        try:
            return self.app(environ, start_response)
        finally:
            if mine:
                self._free.release()
