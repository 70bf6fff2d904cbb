"""kill -9 of the real server in a storm of saves: what was acknowledged is there afterwards."""

import http.client
import json
import os
import random
import re
import socket
import threading
import time
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from survey import db
from survey.store.accounts import hashed
from survey.tables import (
    AnswerRevision,
    AnswerRow,
    AuditEntry,
    Firm,
    SheetRow,
    User,
    UserSession,
)
from tests.support.patience import joined, until
from tests.support.people import a_user, begun, filled, moment
from tests.support.servers import Server

QUESTIONS = ("scheduling", "delivery_promise", "progress_reporting", "exceptions")
FIRMS, ROUNDS = 4, 3


@dataclass
class Browser:
    """A signed-in firm's user with a page open: its cookies and its token."""

    assessment: int
    cookie: str
    token: str


class Acknowledged:
    """What the server said it kept; a line is on disk before the next save is sent."""

    def __init__(self, path):
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self.lines = []

    def write(self, **line):
        with self._lock:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self.lines.append(line)

    def close(self):
        self._file.close()


@pytest.fixture
def server(settings):
    server = Server(settings, workers=2, threads=4)
    yield server
    server.kill()


def a_browser(session, server, user, number):
    """Open a page over the wire, as a browser does."""
    word = f"word-{user.id}"
    with db.writing(session):
        session.add(
            UserSession(
                token_hash=hashed(word),
                user_id=user.id,
                created_at=moment(),
                seen_at=moment(),
                address="127.0.0.1",
                agent="测试",
            )
        )
    session.rollback()
    signer = _signer(server)
    cookie = f"survey={signer.dumps({'sid': word})}"
    answer, page = fetch(server, "GET", f"/firm/assessments/{number}/sections/production", cookie)
    assert answer.status == 200
    kept = re.search(r"survey=([^;]+)", answer.headers["Set-Cookie"])
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    return Browser(number, f"survey={kept[1]}", token)


def _signer(server):
    app = Flask("cookies")
    app.secret_key = server.config.secret_key
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return signer


def fetch(server, method, path, cookie, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request(method, path, body, {"Cookie": cookie} | (headers or {}))
        answer = connection.getresponse()
        return answer, answer.read().decode()
    finally:
        connection.close()


def storm(server, browser, log, stopping, number, bases):
    """Save one answer after another until told to stop or cut off."""
    turn = 0
    while not stopping.is_set():
        question = QUESTIONS[turn % len(QUESTIONS)]
        sent = {
            "question": question,
            "request_id": f"b{number}-{bases['round']}.{turn}",
            "base_revision": bases[question],
            "value": random.choice([level for level in range(5) if level != bases[question + "?"]]),
            "remark": f"{number} {bases['round']} {turn}",
        }
        turn += 1
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-CSRFToken": browser.token,
        }
        path = f"/firm/assessments/{browser.assessment}/answers"
        try:
            answer, text_ = fetch(server, "POST", path, browser.cookie, json.dumps(sent), headers)
            said = json.loads(text_)
        except (OSError, http.client.HTTPException, ValueError):
            return  # cut off: nobody said that this one was kept
        assert answer.status == 200, said
        bases[question], bases[question + "?"] = said["revision"], said["value"]
        log.write(
            assessment=browser.assessment,
            question=question,
            request=sent["request_id"],
            value=sent["value"],
            remark=sent["remark"],
            revision=said["revision"],
        )


def kept_answers(engine):
    """Return {(assessment, question, request): (value, remark, revision)} and the present ones."""
    with Session(engine) as session:
        rows = session.execute(
            select(AnswerRevision, SheetRow.assessment_id).join(
                SheetRow, SheetRow.id == AnswerRevision.sheet_id
            )
        ).all()
        history = {
            (number, row.question_id, row.request_id): (row.value, row.remark, row.revision)
            for row, number in rows
        }
        steps = [(number, row.question_id, row.revision) for row, number in rows]
        present = {
            (number, row.question_id): (row.value, row.remark, row.revision)
            for row, number in session.execute(
                select(AnswerRow, SheetRow.assessment_id).join(
                    SheetRow, SheetRow.id == AnswerRow.sheet_id
                )
            )
        }
    return history, steps, present


def require_everything(engine, log):
    history, steps, present = kept_answers(engine)
    for line in log.lines:
        key = line["assessment"], line["question"], line["request"]
        assert history.get(key) == (line["value"], line["remark"], line["revision"]), key
    assert len(steps) == len(set(steps))
    for (number, question), now in present.items():
        mine = [r for a, q, r in steps if (a, q) == (number, question)]
        assert sorted(mine) == list(range(1, len(mine) + 1))
        assert now[2] == len(mine)
        last = next(k for k in history if k[:2] == (number, question) and history[k][2] == now[2])
        assert history[last] == now
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


def test_every_acknowledged_save_survives_the_death_of_the_server(
    server, session, engine, instance
):
    log, dice = Acknowledged(instance / "acknowledged.log"), random.Random(11)
    users = [a_user(session) for _ in range(FIRMS)]
    drafts = [begun(session, session.get(Firm, user.firm_id)).id for user in users]
    server.start()
    browsers = [
        a_browser(session, server, user, draft) for user, draft in zip(users, drafts, strict=True)
    ]
    bases = [dict.fromkeys(QUESTIONS, 0) | {q + "?": None for q in QUESTIONS} for _ in browsers]

    for round_ in range(ROUNDS):
        stopping, before = threading.Event(), len(log.lines)
        for known in bases:
            known["round"] = round_
        storming = [
            threading.Thread(target=storm, args=(server, browser, log, stopping, number, known))
            for number, (browser, known) in enumerate(zip(browsers, bases, strict=True))
        ]
        for thread in storming:
            thread.start()
        until(lambda enough=before + 20: len(log.lines) >= enough)
        time.sleep(dice.uniform(0.05, 0.4))
        server.kill()
        stopping.set()
        joined(*storming)
        require_everything(engine, log)
        for known, browser in zip(bases, browsers, strict=True):
            _, _, present = kept_answers(engine)
            for question in QUESTIONS:  # as a reload shows it: what was cut off may be kept or not
                now = present.get((browser.assessment, question), (None, "", 0))
                known[question], known[question + "?"] = now[2], now[0]
        engine.dispose()
        server.start()

    assert len(log.lines) >= 20 * ROUNDS
    for browser in browsers:
        answer, _ = fetch(server, "GET", f"/firm/assessments/{browser.assessment}/", browser.cookie)
        assert answer.status == 200
    log.close()


def test_a_server_told_to_stop_finishes_what_it_was_asked(server, session, engine, instance):
    log = Acknowledged(instance / "acknowledged.log")
    user = a_user(session)
    draft = filled(session, user).id
    server.start()
    browser = a_browser(session, server, user, draft)
    known = dict.fromkeys(QUESTIONS, 1) | {q + "?": 2 for q in QUESTIONS} | {"round": 0}
    stopping = threading.Event()
    storming = threading.Thread(target=storm, args=(server, browser, log, stopping, 0, known))
    storming.start()
    until(lambda: len(log.lines) >= 5)

    server.stop()
    stopping.set()
    joined(storming)

    assert len(log.lines) >= 5
    history, _, _ = kept_answers(engine)
    for line in log.lines:
        assert (line["assessment"], line["question"], line["request"]) in history
    log.close()


def test_handing_in_is_one_step_however_the_server_dies(server, session, engine):
    """Killed around the answer; pressed again after the restart: one receipt, one score."""
    user = a_user(session)
    number = filled(session, user).id
    server.start()
    browser = a_browser(session, server, user, number)
    body = f"csrf_token={browser.token}&agreed=y&declared_by=abc"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"/firm/assessments/{number}/review"

    def press():
        try:
            answer, _ = fetch(server, "POST", path, browser.cookie, body, form)
        except (OSError, http.client.HTTPException):
            return None
        return answer.status

    pressing = threading.Thread(target=press)
    pressing.start()
    time.sleep(0.03)
    server.kill()
    joined(pressing)
    server.start()

    assert press() == 302
    assert press() == 302
    with Session(engine) as fresh:
        submits = fresh.scalars(select(AuditEntry.id).where(AuditEntry.action == "submit")).all()
    assert len(submits) == 1


def test_a_request_cut_off_on_the_wire_saves_nothing(server, session, engine):
    user = a_user(session)
    draft = begun(session, session.get(Firm, user.firm_id)).id
    server.start()
    browser = a_browser(session, server, user, draft)
    body = json.dumps(
        {"question": "scheduling", "request_id": "c.1", "base_revision": 0, "value": 3}
    ).encode()
    head = (
        f"POST /firm/assessments/{browser.assessment}/answers HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{server.port}\r\nCookie: {browser.cookie}\r\n"
        f"X-CSRFToken: {browser.token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    for cut in range(0, len(body), 13):
        with socket.create_connection(("127.0.0.1", server.port), 10) as line:
            line.sendall(head + body[:cut])
            line.shutdown(socket.SHUT_WR)
            said = line.recv(300)
            assert not said or b" 400 " in said.split(b"\r\n")[0], (cut, said)
    both = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"
    for smuggled in (
        head.replace(b"Content-Length", both + b"X-Length"),
        head.replace(b"Content-Length: ", b"Content-Length: +"),
        head.replace(b" HTTP/1.1", b" HTTP/9.9"),
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", server.port), 10) as line:
            line.sendall(smuggled + body)
            line.shutdown(socket.SHUT_WR)
            said = line.recv(300)
            assert not said or b" 200 " not in said.split(b"\r\n")[0]
    with Session(engine) as fresh:
        assert fresh.scalars(select(AnswerRevision.revision)).all() == []
        assert fresh.get(User, user.id)
    answer, _ = fetch(server, "GET", "/account", browser.cookie)
    assert answer.status == 200
