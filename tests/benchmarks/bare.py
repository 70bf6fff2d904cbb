"""What the application is compared with: the same work in Flask, with nothing else around it.

Two pages on the server the application runs on. ``/page`` shows one section's questions through
WTForms and Jinja: the same number of fields, the same words, about the same bytes, but no reader, no
database, no edition. ``/answers`` keeps one answer of the same size by one upsert, in one
transaction, on the same kind of database with the same settings, without asking who may.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from jinja2 import DictLoader
from sqlalchemy import JSON, Column, DateTime, Integer, MetaData, String, Table, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from wtforms import Form, HiddenField, MultipleFileField, RadioField, StringField, TextAreaField

from survey import db
from survey.web import here

MATTER = "BARE_PAGE"
"""Environment: the file with the questions of the page (``Matter`` as JSON)."""
PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><main><h1>{{ title }}</h1>
<form method="post" enctype="multipart/form-data">
{% for field in form %}
<div class="question">{{ field.label }}{{ field(**{"class": "form-control"}) }}
{% for words in field.errors %}<p class="error">{{ words }}</p>{% endfor %}</div>
{% endfor %}
<button type="submit">保存</button>
</form></main>
<!-- {{ padding }} --></body></html>
"""

answers = Table(
    "answers",
    MetaData(),
    Column("sheet_id", Integer, primary_key=True),
    Column("question_id", String(60), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("author_id", Integer, nullable=False),
    Column("value", JSON),
    Column("remark", Text, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
)
KEY = ("sheet_id", "question_id")
REPLACED = ("revision", "author_id", "value", "remark", "saved_at")


def bare_form(matter: dict[str, Any]) -> type[Form]:
    """Declare the form once, as an application of fixed pages would."""
    fields: dict[str, Any] = {}
    for question in matter["questions"]:
        name = question["id"]
        if question["options"]:
            choices = list(enumerate(question["options"]))
            fields[name] = RadioField(question["text"], choices=choices, coerce=int)
        for part in question["parts"]:
            fields[f"{name}-{part}"] = StringField(part)
        fields[f"{name}-base"] = HiddenField()
        fields[f"{name}-remark"] = TextAreaField("备注")
        fields[f"{name}-photo"] = MultipleFileField("拍照")
        fields[f"{name}-files"] = MultipleFileField("选择文件")
    return type("BareForm", (Form,), fields)


def create_bare_app() -> Flask:
    """Join a form, a template and a database: no more than a page and an upsert need."""
    bare = Flask("bare")
    bare.jinja_loader = DictLoader({"page.html": PAGE})
    bare.jinja_env.trim_blocks = bare.jinja_env.lstrip_blocks = True
    matter = json.loads(Path(os.environ[MATTER]).read_text(encoding="utf-8"))
    form_class = bare_form(matter)
    here.init_app(bare, db.engine_for(os.environ["DATABASE_URL"]), {})

    @bare.get("/health/ready")
    def health() -> str:
        return "ok\n"

    @bare.get("/page")
    def page() -> str:
        form = form_class(data=matter["kept"])
        return render_template(
            "page.html", form=form, title=matter["title"], padding=matter["padding"]
        )

    @bare.post("/answers")
    def save() -> Response:
        body = request.get_json()
        now = datetime.now(UTC)
        row = {name: body[name] for name in ("sheet_id", "question_id", "revision", "value")}
        row |= {"author_id": body["sheet_id"], "remark": body["remark"], "saved_at": now}
        with db.writing(here.session()) as session:
            upsert(session, row)
        return jsonify(revision=row["revision"], saved_at=now.isoformat(), value=row["value"])

    return bare


def upsert(session: Session, row: dict[str, Any]) -> None:
    """Insert an answer or replace it, in one statement."""
    on_postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql if on_postgres else sqlite).insert(answers)
    replaced = {name: insert.excluded[name] for name in REPLACED}
    session.execute(insert.on_conflict_do_update(index_elements=KEY, set_=replaced), row)
