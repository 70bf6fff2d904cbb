"""Firms, people and what they did, straight into the database: the ground that page tests stand on.

Everything takes a session and returns rows; steps with rules of their own go through the lifecycle.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any

from flask import Flask
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from questionnaires.library import SHIPPED
from questionnaires.model import Question
from reports.dashboard import Basis
from survey import db
from survey.config import MEGABYTE, Config
from survey.files import uploads
from survey.files.stores import contents_of
from survey.library import questionnaire_of
from survey.lifecycle import (
    annuals,
    bundles,
    district_pages,
    documents,
    jobs,
    passwords,
    word_editions,
)
from survey.lifecycle import assessments as steps
from survey.lifecycle import evidence as evidence_steps
from survey.lifecycle.bundles import Packed
from survey.lifecycle.documents import Content
from survey.lifecycle.step import About, Actor, Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store.accounts import hashed
from survey.tables import (
    AnswerRevision,
    AnswerRow,
    Assessment,
    Bundle,
    Document,
    DocumentStanding,
    Evidence,
    Firm,
    Job,
    Outlook,
    Provider,
    Role,
    Round,
    SheetKind,
    User,
    UserSession,
    Verdict,
)
from tests.support.client import CheckingClient
from tests.support.files import a_photo
from tests.support.numbers import NUMBERS

EDITION = "2026"
PASSWORD = "一句 好记的 Long 话"
TESTER = Actor(None, "测试")
ROOM = evidence_steps.Limits(1000, 100 * MEGABYTE)


def moment() -> datetime:
    return datetime.now(UTC)


def a_firm(session: Session, name: str = "虚构阀门厂", **given: Any) -> Firm:
    """A firm with every process of its trade; ``given`` are columns."""
    trade = given.get("trade", "valve")
    known = {
        "code": f"91330000FS{next(NUMBERS):08d}",
        "name": name,
        "trade": trade,
        "processes": sorted(p.id for p in SHIPPED.load(EDITION).trades[trade].processes),
        "size": "small",
        "above_scale": True,
        "employees": 80,
        "contact_name": "虚构人",
        "contact_phone": "000-00000000",
        "fictional": True,
        "created_at": moment(),
    }
    with db.writing(session):
        session.add(firm := Firm(**known | given))
        session.flush()
    return firm


def a_user(session: Session, role: str = Role.FIRM, firm: Firm | None = None, **given: Any) -> User:
    """A user whose password is PASSWORD; a firm's user gets a firm where none is given."""
    if role == Role.FIRM and firm is None:
        firm = a_firm(session)
    if role == Role.PROVIDER and "provider_id" not in given:
        given["provider_id"] = _bare_provider(session)
    known = {
        "username": f"{role}-{next(NUMBERS)}",
        "name": "虚构人",
        "role": role,
        "firm_id": firm.id if firm else None,
        "password_hash": _kept_password(),
        "owner": role == Role.FIRM,
        "active": True,
        "agreed_version": 1,
        "created_at": moment(),
    }
    with db.writing(session):
        session.add(user := User(**known | given))
        session.flush()
    return user


def _bare_provider(session: Session) -> int:
    """A provider of whom nothing is known but its name."""
    code = f"91330000OP{next(NUMBERS):08d}"
    with db.writing(session):
        session.add(row := Provider(code=code, name="虚构服务商", created_at=moment()))
        session.flush()
    return row.id


@cache
def _kept_password() -> str:
    return passwords.hashed(PASSWORD)


def a_round(session: Session, **given: Any) -> Round:
    known = {
        "title": f"第 {next(NUMBERS)} 轮",
        "edition": EDITION,
        "opens_on": date(2020, 1, 1),
        "closes_on": None,
        "created_at": moment(),
    }
    with db.writing(session):
        session.add(round_ := Round(**known | given))
        session.flush()
    return round_


def begun(session: Session, firm: Firm | None = None, round_: Round | None = None) -> Assessment:
    """An assessment nobody has answered anything in, its firm's profile looked at."""
    firm, round_ = firm or a_firm(session), round_ or a_round(session)
    assessment = steps.begin(Step(session, TESTER, moment()), firm.id, round_.id)
    look_at_profile(session, firm.id)
    return assessment


def look_at_profile(session: Session, firm_id: int) -> None:
    """Let a firm say that its profile holds for what it has begun."""
    with db.writing(session):
        session.execute(update(Firm).where(Firm.id == firm_id).values(confirmed_at=moment()))


def wire_for(question: Question, level: int = 2, words: str = "虚构的回答") -> object:
    """A good answer in wire form, whatever the kind of question."""
    match question.kind:
        case "level":
            return level
        case "ratio":
            return {"part": 1, "whole": 2}
        case "number":
            return str(int(question.least))
        case "choice":
            return question.options[0].id
        case "multiple":
            return [question.options[0].id]
        case "text":
            return words[: question.most]
    return {question.rows[0].id: {question.columns[0].id: "1"}}


def fill(
    session: Session,
    assessment: Assessment,
    author: User,
    *,
    kind: str = SheetKind.SELF,
    level: int = 2,
    optional: bool = True,
    **given: Any,
) -> None:
    """Answer every question of a sheet in one go; ``given`` are further columns of an answer.

    Args:
        optional: Whether the sections that may be left out are answered as well.
    """
    questionnaire = questionnaire_of(assessment)
    words = str(given.get("remark", "虚构的回答"))
    with db.writing(session):
        sheet = store.sheet(session, assessment.id, kind)
        assert sheet is not None
        kept = answer_store.answers(session, sheet.id)
        fresh: list[dict[str, Any]] = []
        again: list[dict[str, Any]] = []
        for question in questionnaire.all_asked(frozenset(sheet.processes)):
            if questionnaire.section_of[question.id].optional and not optional:
                continue
            row = kept.get(question.id)
            fields = {
                "sheet_id": sheet.id,
                "question_id": question.id,
                "value": row.value if row else wire_for(question, level, words),
                "author_id": author.id,
                "saved_at": moment(),
                "revision": row.revision + 1 if row else 1,
            }
            (again if row else fresh).append(fields | given)
        for statement, rows in ((insert(AnswerRow), fresh), (update(AnswerRow), again)):
            if rows:
                session.execute(statement, rows)
        history = [row | {"request_id": f"fill.{next(NUMBERS)}"} for row in fresh + again]
        session.execute(insert(AnswerRevision), history)


def filled(session: Session, user: User, *, level: int = 2, **given: Any) -> Assessment:
    """A complete draft of the user's firm."""
    assessment = begun(session, session.get(Firm, user.firm_id))
    fill(session, assessment, user, level=level, **given)
    return assessment


def handed_in(session: Session, user: User, **given: Any) -> Assessment:
    """A submitted assessment of the user's firm."""
    assessment = filled(session, user, **given)
    by = Actor(user.id, user.name)
    steps.submit(Step(session, by, moment()), assessment.id, declared_by=user.name)
    return assessment


def visited(session: Session, user: User, consultant: User, **given: Any) -> Assessment:
    """An assessment whose visit is under way."""
    assessment = handed_in(session, user, **given)
    steps.assign(Step(session, TESTER, moment()), assessment.id, consultant.id)
    return assessment


def confirmed(session: Session, user: User, consultant: User, **given: Any) -> Assessment:
    """An assessment whose visit is closed, every answer confirmed as the firm gave it."""
    assessment = visited(session, user, consultant, **given)
    fill(session, assessment, consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)
    by = Actor(consultant.id, consultant.name)
    steps.confirm(Step(session, by, moment()), assessment.id)
    return assessment


def a_consultant(session: Session, **given: Any) -> User:
    return a_user(session, Role.CONSULTANT, **given)


def a_file(
    session: Session,
    config: Config,
    assessment: Assessment,
    question_id: str,
    *,
    kind: str = SheetKind.SELF,
    name: str = "照片.jpg",
    content: bytes = b"",
) -> Evidence:
    """A file behind an answer, taken in as an upload is."""
    stored = uploads.take(
        BytesIO(content or a_photo()), name, contents_of(config), config.most_upload_bytes
    )
    uploader = session.query(User).filter_by(firm_id=assessment.firm_id).first()
    by = Actor(uploader.id if uploader else 1, "测试")
    return evidence_steps.attach(
        Step(session, by, moment()), assessment.id, kind, question_id, stored, limits=ROOM
    )


def a_district_page(session: Session, config: Config, round_: Round, user: User) -> Document:
    """The district's page of a round as an issued document; its file is invented."""
    by = Step(session, Actor(user.id, user.name), moment())
    job = district_pages.request(by, round_.id, Basis.OWN, outward=False)
    content = b"%PDF invented district"
    finished = Content("invented", contents_of(config).put(content), len(content))
    worker = Step(session, jobs.WORKER, moment())
    taken = jobs.take(worker, job.id, lambda _kind: timedelta(minutes=1))
    assert taken is not None
    issued: list[Document] = []

    def issue(step: Step) -> dict[str, int]:
        issued.append(district_pages.issue(step, taken, finished))
        return {"document": issued[0].id}

    jobs.finish(worker, taken, issue)
    return issued[0]


def an_annual_report(session: Session, config: Config, round_: Round, user: User) -> Document:
    """The yearly report of a round as an issued document; its files are invented."""
    by = Step(session, Actor(user.id, user.name), moment())
    said = dict.fromkeys(annuals.PARTS, "虚构的一段话。")
    annuals.keep_words(by, round_.id, outward=False, version=0, written=said)
    job = annuals.request(by, round_.id, outward=False)
    paper, word = (
        Content("", contents_of(config).put(ending), len(ending))
        for ending in (b"%PDF invented annual", b"PK invented annual")
    )
    worker = Step(session, jobs.WORKER, moment())
    taken = jobs.take(worker, job.id, lambda _kind: timedelta(minutes=1))
    assert taken is not None
    issued: list[Document] = []

    def issue(step: Step) -> dict[str, int]:
        issued.append(annuals.issue(step, taken, paper, word))
        return {"document": issued[0].id}

    jobs.finish(worker, taken, issue)
    return issued[0]


def a_word_edition(session: Session, config: Config, document: Document) -> None:
    """The same document as Word, invented as well."""
    content = Content("", contents_of(config).put(b"PK invented word"), 16)
    step = Step(session, jobs.WORKER, moment())
    with step.writing():
        word_editions.keep_beside(step, document, content)
        step.log("word_make", About("report", document.number))


def an_issued_report(
    session: Session,
    config: Config,
    assessment: Assessment,
    user: User,
    kind: str = SheetKind.SELF,
    content: bytes | Callable[[Job], Content] = b"%PDF-1.7 invented",
) -> Document:
    """A finished report whose file holds ``content``, or what that makes for its job."""
    by = Actor(user.id, user.name)
    job = documents.request_report(Step(session, by, moment()), assessment.id, kind)
    assert job is not None
    if isinstance(content, bytes):
        finished = Content(job.arguments["basis"], contents_of(config).put(content), len(content))
    else:
        finished = content(job)
    worker = Step(session, jobs.WORKER, moment())
    taken = jobs.take(worker, job.id, lambda _kind: timedelta(minutes=1))
    assert taken is not None
    issued: list[Document] = []

    def issue(step: Step) -> dict[str, int]:
        issued.append(documents.issue_report(step, taken, finished))
        issued[0].short = issued[0].picture = finished.sha256
        return {"document": issued[0].id}

    jobs.finish(worker, taken, issue)
    return issued[0]


def a_bundle(
    session: Session, config: Config, firm_id: int, user: User, outlook: Outlook
) -> Bundle:
    """A packed file of a firm, whose content is an invented ZIP."""
    by = Step(session, Actor(user.id, user.name), moment())
    job = bundles.request(by, firm_id, outlook, "b" * 64, is_kept=lambda _bundle: True)
    assert job is not None
    content = f"PK {user.name} {outlook}".encode()
    packed = Packed("b" * 64, contents_of(config).put(content), len(content), 1, 0)
    worker = Step(session, jobs.WORKER, moment())
    taken = jobs.take(worker, job.id, lambda _kind: timedelta(minutes=1))
    assert taken is not None
    kept: list[Bundle] = []

    def keep(step: Step) -> dict[str, int]:
        kept.append(bundles.keep(step, taken, packed))
        return {"bundle": kept[0].id}

    jobs.finish(worker, taken, keep)
    return kept[0]


def a_superseded_report(session: Session, report: Document) -> Document:
    """An earlier report beside one that stands, and its stamped copy; both hold the same content."""
    number = f"2020-{report.id:06d}"
    with db.writing(session):
        copied = {
            name: getattr(report, name)
            for name in ("kind", "subject", "subject_id", "sha256", "size", "issued_at")
        }
        session.add(
            earlier := Document(
                number=number,
                basis="earlier",
                token=secrets.token_urlsafe(32),
                attached=[],
                standing=DocumentStanding.SUPERSEDED,
                stamped=report.sha256,
                stamped_for=report.number,
                **copied,
            )
        )
        session.flush()
    return earlier


def signed_in(app: Flask, session: Session, user: User) -> CheckingClient:
    """A browser this user is signed in with, its token known."""
    word, now = secrets.token_urlsafe(32), app.config["CLOCK"]()
    with db.writing(session):
        session.add(
            UserSession(
                token_hash=hashed(word),
                user_id=user.id,
                created_at=now,
                seen_at=now,
                address="127.0.0.1",
                agent="测试",
            )
        )
    client = app.test_client()
    assert isinstance(client, CheckingClient)
    with client.session_transaction() as kept:
        kept["sid"] = word
    client.get("/account")
    return client


def with_password(app: Flask, user: User, password: str = PASSWORD) -> CheckingClient:
    """A browser that signed in through the page."""
    client = app.test_client()
    assert isinstance(client, CheckingClient)
    client.get("/sign-in")
    answer = client.submit("", {"username": user.username, "password": password})
    assert answer.status_code == 302, answer.text
    return client


def later(app: Flask, **by: float) -> datetime:
    """Let the application's clock run ahead (``timedelta`` words); return its new time."""
    then = app.config["CLOCK"]() + timedelta(**by)
    app.config["CLOCK"] = lambda: then
    return then
