"""Two machines of one installation: one database, one queue, one bucket, and nothing on a disk."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import select

from survey.joining import create_app
from survey.tables import Document
from tests.support.client import CheckingClient
from tests.support.labour import work
from tests.support.people import a_user, handed_in, signed_in


@pytest.fixture
def machines(settings, engine, session, bucket, tmp_path):
    """Two applications that share everything but their folders."""
    made = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        shared = replace(
            settings,
            instance=tmp_path / name,
            content_url=bucket,
            queue_url=settings.database_url,
        )
        app = create_app(shared, engine)
        app.test_client_class = CheckingClient
        app.extensions["tests_session"] = session
        made.append(app)
    yield made
    for app in made:
        app.extensions["survey_queue"].close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_report_asked_for_here_is_printed_there_and_downloaded_here(machines, session):
    here, there = machines
    user = a_user(session)
    assessment = handed_in(session, user)
    owner = signed_in(here, session, user)
    result = f"/assessments/{assessment.id}/result/self"
    owner.get(result)
    owner.submit(f"{result}/report")

    assert work(there) == 1

    document = session.scalars(select(Document)).one()
    printed = owner.get(f"/reports/{document.id}.pdf")
    assert printed.status_code == 200
    assert sha256(printed.data).hexdigest() == document.sha256
    assert not [*here.config["SURVEY"].instance.rglob("*.pdf"), *there.config["SURVEY"].instance.rglob("*.pdf")]  # fmt: skip
