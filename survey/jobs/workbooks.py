"""Write the answers and results of a batch's firms as one workbook, firm by firm."""

from __future__ import annotations

from sqlalchemy.orm import Session

from reports.answer_book import open_book
from reports.tables import Origin
from survey import clock
from survey.files.stores import contents_of
from survey.jobs.batch_archives import finished
from survey.jobs.workshop import Workshop
from survey.library import questionnaire_of
from survey.lifecycle.errors import NotThere
from survey.lifecycle.jobs import Effect
from survey.readings.diagnoses import diagnosis_of
from survey.store import assessments as assessment_store
from survey.store import batches as store
from survey.store.settings import read
from survey.store.sheets import kind_of
from survey.tables import Assessment, AssessmentState, Batch

AT_ONCE = 20
"""Firms between two signs of life; what was read of them is then forgotten."""


def write(workshop: Workshop, batch: Batch) -> Effect:
    """Write every firm's rows; what is left to do once is to put the file down."""
    session, read_at = workshop.session, clock.utc_now()
    ids = store.assessments_of(session, batch.id)
    place, contents = read(session), contents_of(workshop.config)
    asked = [questionnaire_of(one) for one in store.one_of_each_trade(session, batch.id)]
    today = clock.utc_now().astimezone(clock.LOCAL)
    origin = Origin(place.bureau, today, batch.scope, place.demonstration)
    contents.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = contents.incoming / f"making-{workshop.taken.id}-{workshop.taken.fence}.xlsx"
    with open_book(target, asked, origin) as book:
        for done, assessment_id in enumerate(ids):
            if done % AT_ONCE == 0:
                session.expunge_all()
                session.rollback()
                workshop.progress(done, len(ids))
                workshop.let_others()
            if assessment := _told(session, assessment_id):
                kind, day = kind_of(assessment.state), today.date()
                book.add(diagnosis_of(session, assessment, kind, district=place, issued=day))
    session.rollback()
    size, sha256 = target.stat().st_size, contents.put(target)
    target.unlink(missing_ok=True)  # a folder takes the file itself, a bucket a copy of it
    return finished(batch.id, sha256, size, read_at)


def _told(session: Session, assessment_id: int) -> Assessment | None:
    """Return an assessment, unless it went back to its firm since it was asked for."""
    found = assessment_store.assessment(session, assessment_id)
    if found is None:
        raise NotThere
    return None if found.state == AssessmentState.DRAFT else found
