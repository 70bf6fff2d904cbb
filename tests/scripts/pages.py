"""The pages that the scripts are tried on, as the application draws them today."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from survey import db, migrations
from survey.config import Config, sqlite_url
from survey.joining import create_app
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.tables import Assessment, Firm, SheetKind
from tests.support.client import CheckingClient
from tests.support.people import a_consultant, a_user, begun, filled, handed_in, signed_in, visited

SECTIONS = ("production", "equipment", "key_figures", "application_facts", "miit_facts")
"""Every kind of question stands in one of them."""


def draw(folder: Path) -> None:
    """Write ``NAME.html`` for every page, ``stored.json`` with the answers behind the firm's, and
    ``standing.json`` with how far the visit is whose firm left the optional sections out.
    """
    instance = folder / "instance"
    instance.mkdir()
    config = Config(
        instance=instance,
        database_url=sqlite_url(instance / "survey.db"),
        secret_key="tests-only-" + "0" * 32,
        base_url="http://localhost",
        testing=True,
    )
    engine = db.engine_for(config.database_url, create=True)
    migrations.migrate(engine, instance)
    app = create_app(config, engine)
    app.test_client_class = CheckingClient
    with Session(engine, expire_on_commit=False) as session:
        for name, page in _pages(app, session, folder):
            (folder / f"{name}.html").write_text(page, encoding="utf-8")
    engine.dispose()


def _pages(app: Flask, session: Session, folder: Path) -> Iterator[tuple[str, str]]:
    user = a_user(session, name="王小明")
    draft = filled(session, user, remark="原来的备注")
    (folder / "stored.json").write_text(json.dumps(_stored(session, draft)), encoding="utf-8")
    firm = signed_in(app, session, user)
    for section in SECTIONS:
        yield f"firm-{section}", _got(firm, f"/firm/assessments/{draft.id}/sections/{section}")
    yield "firm-refused", _refused(firm, f"/firm/assessments/{draft.id}/sections/production")
    other = a_user(session)
    locked = handed_in(session, other)
    reader = signed_in(app, session, other)
    yield "firm-locked", _got(reader, f"/firm/assessments/{locked.id}/sections/production")
    again = begun(session, session.get(Firm, other.firm_id))
    yield "firm-again", _got(reader, f"/firm/assessments/{again.id}/sections/production")
    consultant = a_consultant(session)
    visit = visited(session, a_user(session), consultant, level=2)
    tablet = signed_in(app, session, consultant)
    yield "visit-production", _got(tablet, f"/visits/{visit.id}/sections/production")
    short = visited(session, a_user(session), consultant, optional=False)
    yield "visit-left-out", _got(tablet, f"/visits/{short.id}/sections/production")
    standing = _got(tablet, f"/visits/{short.id}/standing")
    (folder / "standing.json").write_text(standing, encoding="utf-8")


def _stored(session: Session, draft: Assessment) -> dict[str, object]:
    sheet = store.sheet(session, draft.id, SheetKind.SELF)
    assert sheet is not None
    return {row.question_id: row.value for row in answer_store.answers(session, sheet.id).values()}


def _got(client: CheckingClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.text


def _refused(client: CheckingClient, path: str) -> str:
    """A page that came back: one remark too long, and never kept."""
    client.get(path)
    answer = client.submit("", {"q_scheduling": "4", "q_scheduling-remark": "长" * 2001})
    assert answer.status_code == 422
    return answer.text
