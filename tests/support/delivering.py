"""Tablets that deliver answers and photos over a bad network, speaking as static/js/offline/sync.js does.

Each sends one thing after another and repeats it until the server has acknowledged it by its own
number. What the network does to each request is drawn by lot; meanwhile the server is killed and
started again. In the end the database is counted: what was meant must be there, once and in order.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Protocol

from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.library import questionnaire_of
from survey.store import assessments as store
from survey.tables import AnswerRevision, Assessment, Evidence, SheetKind, UploadPart
from tests.support.patience import PATIENCE_SECONDS
from tests.support.people import a_consultant, a_user, signed_in, visited
from tests.support.servers import Server

QUESTIONS = ("scheduling", "exceptions", "design_tools")
PART = 700
"""Bytes of a part: an invented photo of a few thousand goes in several."""
EVERY_PHOTO = 12
"""One delivery in so many is a photo."""
FAULTS = ("good", "good", "good", "good", "lost", "unheard", "twice", "late", "cut", "portal")
"""What becomes of a request: sent and heard; lost on the way; kept, but the answer is lost; sent
twice; an older one arrives after it; cut in the middle; answered by somebody else."""
Answer = tuple[int, dict[str, Any]] | None


@dataclass
class Outcome:
    """What was meant and what the database holds."""

    meant: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    left_over: int = 0
    kills: int = 0
    mix: Counter[str] = field(default_factory=Counter)

    @property
    def is_exact(self) -> bool:
        return not (self.lost or self.doubled or self.disordered or self.left_over)

    def __str__(self) -> str:
        mix = ", ".join(f"{name} {count}" for name, count in sorted(self.mix.items()))
        return (
            f"{self.meant} deliveries: {self.lost} lost, {self.doubled} doubled, "
            f"{self.disordered} out of order, {self.left_over} parts left over; "
            f"{self.kills} servers killed; requests: {mix}"
        )


class Site(Protocol):
    """Where requests go, whoever answers them."""

    def line(self) -> http.client.HTTPConnection: ...


class Tablet:
    """One consultant's device over one visit; what it means to deliver is known beforehand."""

    def __init__(
        self, site: Site, visit: Assessment, cookie: str, number: int, deliveries: int = 0
    ) -> None:
        self.visit, self.number, self.deliveries = visit.id, number, deliveries
        asked = questionnaire_of(visit).all_asked(frozenset(visit.firm.processes))
        self._photographed = [question.id for question in asked]
        self.said: dict[str, list[str]] = {question: [] for question in QUESTIONS}
        self.photos: list[str] = []
        self.mix: Counter[str] = Counter()
        self.patience: float = PATIENCE_SECONDS
        self._site, self._cookie = site, cookie
        self._dice = random.Random(number)
        self._sequence = 0
        self._revisions = dict.fromkeys(QUESTIONS, 1)
        self._past: list[tuple[str, bytes, str]] = []
        self._token = ""

    def deliver(self) -> None:
        for turn in range(self.deliveries):
            self._deliver_one(turn)

    def deliver_until(self, over: threading.Event, pause: float) -> None:
        """Deliver one after another, so many seconds apart; what was begun is brought to its end."""
        while not over.wait(pause):
            self._deliver_one(self.deliveries)
            self.deliveries += 1

    def _deliver_one(self, turn: int) -> None:
        if turn % EVERY_PHOTO == 0:
            self._deliver_photo()
        else:
            self._deliver_answer()

    # --- what a device sends --------------------------------------------------------------------

    def _deliver_answer(self) -> None:
        question = self._dice.choice(QUESTIONS)
        words = f"{self.number}-{question}-{len(self.said[question])}"
        self.said[question].append(words)
        request = self._next_request()
        body = {
            "question": question,
            "request_id": request,
            "base_revision": self._revisions[question],
            "finding": words,
        }
        sent = json.dumps(body).encode()
        where = f"/visits/{self.visit}/answers"
        kept = self._until(where, sent, "application/json", request, "revision")
        self._revisions[question] = kept["revision"]

    def _deliver_photo(self) -> None:
        photo, request = self._a_photo(), self._next_request()
        self.photos.append(hashlib.sha256(photo).hexdigest())
        announced = {
            "question": self._photographed[len(self.photos) % len(self._photographed)],
            "request_id": request,
            "sha256": self.photos[-1],
            "size": len(photo),
            "name": "照片.jpg",
            "caption": f"{self.number}-{len(self.photos)}",
            "taken_at": self._dice.choice(("2026-11-25", "2026-11-27")) + "T09:00:00+08:00",
        }
        where = f"/visits/{self.visit}/photos"
        begin = json.dumps(announced).encode()
        progress = self._until(where, begin, "application/json", request, "received")
        while not progress["done"]:
            at = progress["received"]
            if at < len(photo):
                part = photo[at : at + PART]
                step = (f"{where}/{request}/parts/{at}", part, "application/octet-stream")
            else:
                step = (f"{where}/{request}/finish", b"", "application/octet-stream")
            progress = self._until(*step, request, "received")

    def _a_photo(self) -> bytes:
        drawn = BytesIO()
        noise = self._dice.randbytes(40 * 30 * 3)
        Image.frombytes("RGB", (40, 30), noise).save(drawn, "JPEG", quality=90)
        return drawn.getvalue()

    def _next_request(self) -> str:
        self._sequence += 1
        return f"tablet{self.number}.{self._sequence}"

    # --- what becomes of it ---------------------------------------------------------------------

    def _until(
        self, where: str, body: bytes, kind: str, request: str, names: str
    ) -> dict[str, Any]:
        """Send until the server acknowledges this very request."""
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            answer = self._try(where, body, kind)
            if answer is None:
                continue
            status, said = answer
            if status == 200 and said.get("request_id") == request and names in said:
                self._past.append((where, body, kind))
                return said
            if status in (400, 401):
                self._token = ""
            elif status < 500 and status != 200:
                raise AssertionError(f"{where}: {status} {said}")
        raise AssertionError(f"{where} never arrived")

    def _try(self, where: str, body: bytes, kind: str) -> Answer:
        fault = self._dice.choice(FAULTS)
        self.mix[fault] += 1
        if fault == "lost":
            return None
        if fault == "portal":
            return 200, {"login": "portal"}
        if fault == "cut":
            return self._ask(where, body, kind, cut=True)
        if fault == "twice":
            self._ask(where, body, kind)
        answer = self._ask(where, body, kind)
        if fault == "late" and self._past:
            self._ask(*self._dice.choice(self._past[-20:]))
        return None if fault == "unheard" else answer

    def _ask(self, where: str, body: bytes, kind: str, *, cut: bool = False) -> Answer:
        """Send one request; None where the network, or the server, went."""
        if not self._token and not self._meet():
            return None
        headers = {"Content-Type": kind, "X-CSRFToken": self._token} | self._who()
        try:
            line = self._site.line()
            try:
                line.putrequest("POST", where)
                for name, value in (headers | {"Content-Length": str(len(body))}).items():
                    line.putheader(name, value)
                line.endheaders()
                line.send(body[: len(body) // 2] if cut else body)
                return None if cut else _heard(line)
            finally:
                line.close()
        except (OSError, http.client.HTTPException, ValueError):
            time.sleep(0.02)
            return None

    def _meet(self) -> bool:
        try:
            line = self._site.line()
            try:
                line.request("GET", "/visits/device", headers=self._who())
                self._token = _heard(line)[1]["token"]
            finally:
                line.close()
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            time.sleep(0.02)
            return False
        return True

    def _who(self) -> dict[str, str]:
        return {"Accept": "application/json", "Cookie": f"survey={self._cookie}"}


def _heard(line: http.client.HTTPConnection) -> tuple[int, dict[str, Any]]:
    response = line.getresponse()
    return response.status, json.loads(response.read())


def deliver(
    app: Flask, session: Session, server: Server, *, deliveries: int, kills: int, tablets: int = 4
) -> Outcome:
    """Let tablets deliver while the server is killed and started again; count what arrived."""
    devices = [
        a_tablet(app, session, server, number, deliveries // tablets) for number in range(tablets)
    ]
    session.rollback()
    over = threading.Event()
    with ThreadPoolExecutor(tablets + 1) as pool:
        killing = pool.submit(_kill, server, kills, over, lambda: _share(devices))
        done = [pool.submit(device.deliver) for device in devices]
        try:
            for each in done:
                each.result()
        finally:
            over.set()
        outcome = counted(session, devices)
        outcome.kills = killing.result()
    return outcome


def _share(devices: list[Tablet]) -> float:
    sent = sum(len(d.photos) + sum(map(len, d.said.values())) for d in devices)
    return sent / sum(d.deliveries for d in devices)


def _kill(server: Server, kills: int, over: threading.Event, share: Callable[[], float]) -> int:
    """Kill the server and start it again, spread over the whole time."""
    for kill in range(kills):
        while share() < (kill + 1) / (kills + 1) and not over.is_set():
            time.sleep(0.01)
        if over.is_set():
            return kill
        server.kill()
        server.start()
    return kills


def a_tablet(app: Flask, session: Session, site: Site, number: int, deliveries: int = 0) -> Tablet:
    consultant = a_consultant(session)
    visit = visited(session, a_user(session), consultant, level=2)
    cookie = signed_in(app, session, consultant).get_cookie("survey")
    assert cookie is not None
    return Tablet(site, visit, cookie.value, number, deliveries)


def counted(session: Session, devices: list[Tablet]) -> Outcome:
    outcome = Outcome(mix=sum((device.mix for device in devices), Counter()))
    for device in devices:
        sheet = store.sheet(session, device.visit, SheetKind.ONSITE)
        assert sheet is not None
        for question, said in device.said.items():
            query = select(AnswerRevision.finding).where(
                AnswerRevision.sheet_id == sheet.id,
                AnswerRevision.question_id == question,
                AnswerRevision.revision > 1,
            )
            kept = list(session.scalars(query.order_by(AnswerRevision.revision)))
            _compare(outcome, said, kept)
        photos = list(session.scalars(select(Evidence.sha256).where(Evidence.sheet_id == sheet.id)))
        _compare(outcome, sorted(device.photos), sorted(photos))
    outcome.left_over = session.scalar(select(func.count()).select_from(UploadPart)) or 0
    session.rollback()
    return outcome


def _compare(outcome: Outcome, meant: list[str], kept: list[str]) -> None:
    outcome.meant += len(meant)
    outcome.lost += (Counter(meant) - Counter(kept)).total()
    outcome.doubled += (Counter(kept) - Counter(meant)).total()
    outcome.disordered += Counter(kept) == Counter(meant) and kept != meant
