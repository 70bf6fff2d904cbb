"""Those who use a site while its parts are killed, and what each of them remembers of it.

Devices deliver answers and photos (``tests/support/delivering``), an officer's program asks for
reports, readers open pages. What was acknowledged to them must be there once when all is over.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle

from tests.support.delivering import Site

PAUSE_SECONDS = 0.2
BETWEEN_REPORTS_SECONDS = 6.0


def ask(
    site: Site, method: str, path: str, headers: dict[str, str], body: bytes | None = None
) -> tuple[int, bytes] | None:
    """Send one request; None where nobody answered it to its end."""
    try:
        line = site.line()
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()
    except (OSError, http.client.HTTPException):
        return None


@dataclass
class Front:
    """What stands before several servers, as nginx does: who cannot be reached is not asked.

    Attributes:
        addresses: Host and port of each.
        asked: How many lines each was given.
    """

    addresses: Sequence[tuple[str, int]]
    asked: Counter[tuple[str, int]] = field(default_factory=Counter)

    def line(self) -> http.client.HTTPConnection:
        for address in random.sample(self.addresses, len(self.addresses)):
            line = http.client.HTTPConnection(*address, timeout=30)
            try:
                line.connect()
            except OSError:
                continue
            self.asked[address] += 1
            return line
        raise ConnectionRefusedError(self.addresses)


@dataclass
class Reader:
    """Somebody who opens pages, one after another, and counts how long none came.

    ``longest`` is the longest time in seconds between asking for a page and having one, over as many
    tries as that took: a slow answer counts like an error; ``longest_until`` is when it was over.
    """

    site: Site
    paths: Sequence[str]
    cookie: str
    good: int = 0
    bad: Counter[int] = field(default_factory=Counter)
    """Answers that were no page, by status; 0 for none at all."""
    longest: float = 0.0
    longest_until: float = 0.0

    def read(self, over: threading.Event) -> None:
        waiting_since: float | None = None
        for path in cycle(self.paths):
            if over.is_set():
                break
            waiting_since = waiting_since or time.monotonic()
            answer = ask(self.site, "GET", path, {"Cookie": f"survey={self.cookie}"})
            if (now := time.monotonic()) - waiting_since > self.longest:
                self.longest, self.longest_until = now - waiting_since, now
            if answer and answer[0] == 200:
                self.good += 1
                waiting_since = None
            else:
                self.bad[answer[0] if answer else 0] += 1
            over.wait(PAUSE_SECONDS)


@dataclass
class Asker:
    """A program that asks for one report after another and goes on only when it was promised."""

    site: Site
    token: str
    assessments: Sequence[int]
    between: float = BETWEEN_REPORTS_SECONDS
    promised: list[int] = field(default_factory=list)
    again: int = 0
    """How often it had to ask again."""

    def ask_on(self, over: threading.Event) -> None:
        for assessment in self.assessments:
            while not over.is_set() and not self.is_promised(assessment):
                self.again += 1
                over.wait(PAUSE_SECONDS)
            if over.wait(self.between):
                break

    def is_promised(self, assessment: int) -> bool:
        """Ask for one; True once the site has said that it makes it, or has it."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        body = json.dumps({"assessment": assessment, "kind": "self"}).encode()
        answer = ask(self.site, "POST", "/api/v1/documents", headers, body)
        if answer is None or answer[0] != 200:
            return False
        if assessment not in self.promised:
            self.promised.append(assessment)
        return True
