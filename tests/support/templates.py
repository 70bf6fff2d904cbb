"""What officers keep of their lists, for tests: a view, a workbook of the bureau's own."""

from __future__ import annotations

from io import BytesIO

from openpyxl import Workbook
from sqlalchemy.orm import Session

from survey.config import Config
from survey.files.stores import contents_of
from survey.files.templates import Held
from survey.files.uploads import Stored
from survey.lifecycle import templates, views
from survey.lifecycle.step import Actor, Step
from survey.tables import ListTemplate, SavedView, User
from survey.web.downloads import WORD, WORKBOOK
from tests.support.people import moment


def a_workbook(*marks: str) -> bytes:
    """A template with a line over its one row of names."""
    book = Workbook()
    page = book.active
    page["A1"] = "{{区县}}名单"
    for at, mark in enumerate(marks or ("序号", "企业名称"), start=1):
        page.cell(2, at, f"{{{{{mark}}}}}")
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def a_template(
    session: Session,
    config: Config,
    officer: User,
    title: str,
    listed: str = "assessments",
    names: tuple[str, ...] = ("企业名称",),
) -> ListTemplate:
    """A template of one list that holds these names beside the number of each row."""
    content = a_workbook("序号", *names)
    stored = Stored(
        f"{title}.xlsx", contents_of(config).put(content), WORKBOOK, len(content), False
    )
    held = Held((), (("Sheet", 2),), ("区县", "序号", *names), ())
    step = Step(session, Actor(officer.id, officer.name), moment())
    return templates.keep_template(step, listed, title, stored, held)


def a_word_template(session: Session, config: Config, officer: User, listed: str) -> ListTemplate:
    """A Word template of the bureau's own for one document; its file is invented."""
    sha256 = contents_of(config).put(f"PK invented {listed}".encode())
    stored = Stored("模板.docx", sha256, WORD, 20, False)
    step = Step(session, Actor(officer.id, officer.name), moment())
    title = templates.DOCUMENTS[listed]
    return templates.keep_template(step, listed, title, stored, Held((), (), (), ()))


def a_view(session: Session, officer: User, title: str) -> SavedView:
    step = Step(session, Actor(officer.id, officer.name), moment())
    return views.keep_view(step, "assessments", title, {"sort": "firm"}, shared=True)
