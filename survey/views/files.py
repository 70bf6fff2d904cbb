"""Evidence files: put behind an answer, looked at, taken away, for firms and consultants alike."""

from __future__ import annotations

from typing import IO, Any, NamedTuple

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from survey.config import Config
from survey.files import pictures, uploads
from survey.files.contents import form_of
from survey.files.kinds import BY_MEDIA_TYPE
from survey.files.pictures import SMALL
from survey.files.uploads import BadUpload
from survey.library import questionnaire_of
from survey.lifecycle import evidence as steps
from survey.lifecycle.errors import Invalid
from survey.store import evidence as store
from survey.tables import NOTE, Assessment, AssessmentState, Evidence, Role, SheetKind
from survey.web import access, downloads, errors, here, scanning
from survey.words import scans as scan_words
from survey.words import uploads as words

pages = Blueprint("files", __name__)


class Limits(NamedTuple):
    """The limits as the page says them before anybody chooses a file."""

    bytes: int
    size: str
    types: str
    files: int


def limits_in_words() -> Limits:
    config = _config()
    most = config.most_upload_bytes
    return Limits(most, words.size_words(most), words.TYPES, config.most_files_per_question)


@pages.url_value_preprocessor
def _room_for_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks into the body: the CSRF check does.
    if endpoint == "files.upload":
        request.max_content_length = _config().most_upload_bytes


@pages.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    most = words.size_words(_config().most_upload_bytes)
    return errors.answer(413, f"文件超过 {most}，未上传。请压缩或缩小后重试。")


@pages.app_errorhandler(BadUpload)
def _refused(error: BadUpload) -> ResponseReturnValue:
    return errors.answer(error.status, words.refusal(error))


@pages.post("/assessments/<row:assessment_id>/questions/<question_id>/evidence")
def upload(assessment_id: int, question_id: str) -> ResponseReturnValue:
    """Put files behind one question of the reader's own sheet."""
    assessment = access.readable_assessment(assessment_id)
    _require_given(assessment, question_id)
    kind = SheetKind.SELF if here.reader().role == Role.FIRM else SheetKind.ONSITE
    chosen = [file for file in request.files.getlist("files") if file.filename]
    if not chosen:
        raise Invalid({"files": "请先选择要上传的文件。"})
    kept, refused = _kept(chosen, assessment.id, kind, question_id)
    if refused:
        return _partly(kept, refused)
    if access.wants_json():
        return {"files": [described(row) for row in kept]}, 201
    return redirect(_section_url(assessment, question_id))


def _kept(
    chosen: list[FileStorage], assessment_id: int, kind: SheetKind, question_id: str
) -> tuple[list[Evidence], dict[str, tuple[int, str]]]:
    """Keep every good file; a bad one hides no other. Returns what is said of each refused one."""
    kept, refused = [], {}
    for file in chosen:
        try:
            kept.append(keep(file, assessment_id, kind, question_id))
        except BadUpload as error:
            refused[error.name] = error.status, words.refusal(error)
        except Invalid as error:
            said = "；".join(error.fields.values())
            refused[file.filename or ""] = error.status, f"“{file.filename}”没有上传：{said}"
    return kept, refused


def _partly(kept: list[Evidence], refused: dict[str, tuple[int, str]]) -> ResponseReturnValue:
    """Say a line for each file that was refused, and which were taken."""
    lines = {name: said for name, (_, said) in refused.items()}
    if kept:
        lines[""] = f"已上传：{'、'.join(row.name for row in kept)}。"
    message = "有文件没有上传：" if len(lines) > 1 else "".join(lines.values())
    status = max(status for status, _ in refused.values())
    files = [described(row) for row in kept]
    return errors.answer(status, message, fields=lines, files=files)


@pages.get("/evidence/<row:evidence_id>")
def evidence(evidence_id: int) -> ResponseReturnValue:
    """Hand a file out as it was taken in, to be saved."""
    return _handed_out(readable(evidence_id).file, shown=False)


@pages.get("/evidence/<row:evidence_id>/view")
def view(evidence_id: int) -> ResponseReturnValue:
    """Open a picture or a PDF to be looked at, apart from our pages; anything else is saved."""
    row = readable(evidence_id).file
    return _handed_out(row, shown=BY_MEDIA_TYPE[row.media_type].is_shown)


def _handed_out(row: Evidence, *, shown: bool) -> ResponseReturnValue:
    contents, kind = here.contents(), BY_MEDIA_TYPE[row.media_type]
    name = row.sha256
    if kind.is_picture:
        name = pictures.handed_out(contents, row.sha256, row.media_type)
    return downloads.attachment(
        contents,
        name,
        media_type=row.media_type,
        name=row.name,
        plain_name=f"evidence-{row.id}.{kind.extensions[0]}",
        shown=shown,
    )


@pages.get("/evidence/<row:evidence_id>/thumbnail")
def thumbnail(evidence_id: int) -> ResponseReturnValue:
    """Show the small picture of a photo: drawn anew by us, without anything the photo carried."""
    row = readable(evidence_id).file
    if not row.has_thumbnail:
        return errors.answer(404, words.MISSING)
    return downloads.picture(here.contents(), form_of(row.sha256, SMALL))


@pages.post("/evidence/<row:evidence_id>/delete")
def delete(evidence_id: int) -> ResponseReturnValue:
    """Take a file away from the reader's own sheet."""
    found = readable(evidence_id, own=True)
    steps.remove(here.step(), found.file.id)
    if access.wants_json():
        return {"removed": evidence_id}
    return redirect(_section_url(found.assessment, found.file.question_id))


@pages.post("/evidence/<row:evidence_id>/caption")
def describe(evidence_id: int) -> ResponseReturnValue:
    """Change what is said beside a photo of the consultant's own."""
    found = readable(evidence_id, own=True)
    steps.describe(here.step(), found.file.id, request.form.get("caption", ""))
    return redirect(_section_url(found.assessment, found.file.question_id))


def taken(name: str, *, read_at_once: bool = False) -> uploads.Stored:
    """Check and store the one file of a form, for a step that says what it is.

    Args:
        read_at_once: Whether the step reads it, so that the virus scanner goes first.

    Raises:
        Invalid: None was chosen.
        BadUpload: Says what is wrong with it.
    """
    file = request.files.get(name)
    if file is None or not file.filename:
        raise Invalid({name: "请先选择要上传的文件。"})
    if read_at_once:
        scanning.require_clean(file.stream, file.filename)
    return checked(file.stream, file.filename)


def keep(file: FileStorage, assessment_id: int, kind: SheetKind, question_id: str) -> Evidence:
    """Check and store one uploaded file, then put it behind the question."""
    return keep_stream(file.stream, file.filename or "", assessment_id, kind, question_id)


def keep_stream(
    stream: IO[bytes], name: str, assessment_id: int, kind: SheetKind, question_id: str
) -> Evidence:
    """Do so with what comes as a stream, refusing early what there is no room for."""
    limits, session = room(), here.session()
    steps.require_room(session, assessment_id, kind, question_id, limits)
    stored = checked(stream, name)
    return steps.attach(here.step(), assessment_id, kind, question_id, stored, limits=limits)


def checked(stream: IO[bytes], name: str) -> uploads.Stored:
    """Look into a file and store it, for a step that puts it somewhere.

    Raises:
        BadUpload: Says what is wrong with it.
    """
    here.session().rollback()  # looking into a file takes time; nothing may wait for it
    stored = uploads.take(stream, name, here.contents(), _config().most_upload_bytes)
    scanning.require_asked(stored.sha256, stored.name)
    return stored


def room() -> steps.Limits:
    """Return how much evidence this installation takes."""
    config = _config()
    return steps.Limits(config.most_files_per_question, config.most_bytes_per_assessment)


class Readable(NamedTuple):
    """A file that its reader may see: of which kind of sheet, of which assessment."""

    file: Evidence
    kind: SheetKind
    assessment: Assessment


def readable(evidence_id: int, *, own: bool = False) -> Readable:
    """Find a file this reader may see (or, ``own``, may change); any other is not there."""
    found = store.attached(here.session(), evidence_id) or abort(404)
    find = access.readable_assessment if found.sheet.speaks else access.known_assessment
    assessment = find(found.sheet.assessment_id)
    role, kind = here.reader().role, found.sheet.kind
    if own and kind != (SheetKind.SELF if role == Role.FIRM else SheetKind.ONSITE):
        abort(404)
    if (
        role == Role.FIRM
        and kind == SheetKind.ONSITE
        and found.sheet.speaks
        and assessment.state != AssessmentState.CONFIRMED
    ):
        abort(404)
    _require_given(assessment, found.file.question_id)
    return Readable(found.file, SheetKind(kind), assessment)


def _require_given(assessment: Assessment, question_id: str) -> None:
    if here.reader().sections is not None:
        section = questionnaire_of(assessment).section_of.get(question_id)
        access.require_given(section.id if section else "")


def described(row: Evidence) -> dict[str, Any]:
    """Say of a file what a page that stays open shows of it."""
    return {
        "id": row.id,
        "name": row.name,
        "size": words.size_words(row.size),
        "caption": row.caption,
        "scan": scan_words.STATES.get(row.scan_state or ""),
        "url": url_for("files.evidence", evidence_id=row.id),
        "view": url_for("files.view", evidence_id=row.id),
        "thumbnail": url_for("files.thumbnail", evidence_id=row.id) if row.has_thumbnail else None,
        "remove": url_for("files.delete", evidence_id=row.id),
    }


def _section_url(assessment: Assessment, question_id: str) -> str:
    if question_id.startswith(NOTE):
        item = question_id.removeprefix(NOTE)
        return url_for("consultant.notes", assessment_id=assessment.id, _anchor=f"note-{item}")
    section = questionnaire_of(assessment).section_of[question_id]
    endpoint = "firm.section" if here.reader().role == Role.FIRM else "consultant.section"
    url = url_for(endpoint, assessment_id=assessment.id, section_id=section.id)
    return f"{url}#question-{question_id}"


def _config() -> Config:
    config: Config = current_app.config["SURVEY"]
    return config
