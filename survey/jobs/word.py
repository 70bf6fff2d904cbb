"""Make the Word edition of a report that stands: the same diagnosis, in the bureau's template."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from survey import clock
from survey.files import word
from survey.files.contents import Damaged, Missing
from survey.files.inside import Verdict
from survey.files.stores import contents_of
from survey.files.uploads import BadUpload
from survey.jobs.reports import photos_of
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import word_editions
from survey.lifecycle.documents import Content
from survey.lifecycle.errors import NotThere
from survey.lifecycle.jobs import Effect
from survey.readings.diagnoses import diagnosis_of
from survey.store import assessments, documents
from survey.store.settings import read
from survey.tables import Fault

if TYPE_CHECKING:
    from reports.diagnosis import Diagnosis
    from reports.word.fields import Fields

FAULTS = {Verdict.SLOW: Fault.TOO_SLOW, Verdict.HEAVY: Fault.TOO_LARGE}


def make(workshop: Workshop) -> Effect:
    """Write the Word edition a job asks for; what is left to do once is to keep it."""
    from reports.word.diagnosis import FIELDS
    from reports.word.templates import of_diagnosis

    content = written(workshop, word_editions.REPORT, of_diagnosis, FIELDS, _diagnosis(workshop))
    taken = workshop.taken
    return lambda step: {"document": word_editions.keep(step, taken, content).document_id}


def _diagnosis(workshop: Workshop) -> Diagnosis:
    session, taken = workshop.session, workshop.taken
    document = documents.document(session, taken.subject_id or 0)
    assessment = assessments.assessment(session, document.subject_id) if document else None
    if document is None or assessment is None:
        raise WorkFailed(Fault.GONE)
    assessment_id, sheet = assessment.id, word_editions.SHEETS[document.kind]
    photos = photos_of(workshop, assessment_id, sheet)
    try:
        diagnosis = diagnosis_of(
            session,
            assessment,
            sheet,
            district=read(session),
            issued=document.issued_at.astimezone(clock.LOCAL).date(),
            number=document.number,
            photos=photos,
        )
    except NotThere:
        raise WorkFailed(Fault.GONE) from None
    session.expire_all()
    if not word_editions.is_current(session, document, assessment):
        raise WorkFailed(Fault.CHANGED)
    return diagnosis


def written(
    workshop: Workshop, listed: str, shipped: Callable[[], bytes], fields: Fields, it: Any
) -> Content:
    """Fill the bureau's template of a kind, or the one we ship; ``basis`` names which it was."""
    from reports.paper.pictures import pngs
    from reports.paper.presses import PrintingFailed
    from reports.word.fields import Drawn, complete, shape, values

    session, contents = workshop.session, contents_of(workshop.config)
    template = word_editions.template_of(session, listed)
    session.rollback()  # writing takes a while; no snapshot is held open meanwhile
    drawn: Drawn = []
    said = values(fields, it, drawn)
    try:
        complete(drawn, pngs([drawing for _, drawing in drawn], contents.incoming))
        bytes_ = contents.read(template) if template else shipped()
        made = word.filled(bytes_, "template.docx", shape(fields), said)
    except PrintingFailed as error:
        raise WorkFailed(Fault(error.reason)) from error
    except (Missing, Damaged) as error:
        raise WorkFailed(Fault.TEMPLATE) from error
    except BadUpload as error:
        raise WorkFailed(FAULTS.get(Verdict(error.fault), Fault.TEMPLATE)) from error
    return Content(template, contents.put(made), len(made))
