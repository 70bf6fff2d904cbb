"""Take a photo from a device in parts, and put it behind its question exactly once.

The device gives the photo a number (``request_id``) and says what will come; then it sends the bytes
in order, as many at a time as the network bears, and in the end asks for the photo to be taken. Each
of these may be repeated: the answer says how much is here. Who may, and whether the visit still
runs, is read again under the lock every time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.files.uploads import Stored
from survey.lifecycle import evidence
from survey.lifecycle.errors import IdReused, Invalid, NotAnnounced, NotThere
from survey.lifecycle.evidence import Caption, Limits, Place
from survey.lifecycle.step import Step
from survey.store import assessments as store_of_assessments
from survey.store import uploads as store
from survey.tables import Assessment, Evidence, SheetKind, Upload, UploadPart

PART_BYTES = 256 * 1024
"""The most that one part may hold."""
AT_ONCE = 5
"""How many photos of one person may be under way; the device still has those that are dropped."""
LEFT_BEHIND = timedelta(days=1)
REMEMBERED = timedelta(days=180)


@dataclass(frozen=True)
class Announced:
    """A photo as its device announces it."""

    question_id: str
    request_id: str
    sha256: str
    size: int
    name: str
    caption: str
    taken_at: datetime | None


@dataclass(frozen=True)
class Progress:
    """How far a photo is: bytes received, and the evidence it became.

    ``done`` without ``file``: it arrived, and somebody has removed it since.
    """

    request_id: str
    received: int
    done: bool
    file: Evidence | None = None


def begin(step: Step, assessment_id: int, photo: Announced, *, limits: Limits) -> Progress:
    """Announce a photo, or ask how far it is.

    Raises:
        NotThere: The visit is not, or no longer, this consultant's.
        Locked: The sheet may not be written now.
        IdReused: The number stands for another photo.
        Invalid: The question is not asked, or a limit is reached.
    """
    caption = evidence.caption_of(photo.caption)
    with step.writing() as session:
        require_visitor(step, session, assessment_id)
        known = store.upload(session, assessment_id, _consultant(step), photo.request_id)
        if known is not None:
            _require_same(known, photo)
            return _progress(session, known)
        place = _place(session, assessment_id, photo.question_id)
        evidence.require_room_for(session, place, photo.size, limits)
        store.drop_unfinished(session, _consultant(step), keep=AT_ONCE - 1)
        session.add(
            row := Upload(
                assessment_id=assessment_id,
                user_id=_consultant(step),
                request_id=photo.request_id,
                question_id=photo.question_id,
                sha256=photo.sha256,
                size=photo.size,
                received=0,
                name=photo.name,
                caption=caption,
                taken_at=photo.taken_at,
                touched_at=step.now,
            )
        )
        return _progress(session, row)


def add_part(
    step: Step, assessment_id: int, request_id: str, offset: int, content: bytes
) -> Progress:
    """Keep the next bytes of a photo; bytes that are not the next ones are left aside.

    Raises:
        NotThere: The visit is not, or no longer, this consultant's.
        NotAnnounced: The photo was never announced, or was swept away.
        Locked: The sheet may not be written now.
        Invalid: The part is empty, too large, or more than was announced.
    """
    if not 0 < len(content) <= PART_BYTES:
        raise Invalid({"part": f"每一段应有 1 至 {PART_BYTES} 字节。"})
    with step.writing() as session:
        row = _upload(step, session, assessment_id, request_id)
        if row.done_at is None and offset == row.received:
            if offset + len(content) > row.size:
                raise Invalid({"part": "收到的内容比照片说明的大小还多，请重新选择照片。"})
            session.add(UploadPart(upload_id=row.id, offset=offset, content=content))
            row.received, row.touched_at = offset + len(content), step.now
        return _progress(session, row)


@dataclass(frozen=True)
class Arrived:
    """A photo that is here whole."""

    name: str
    content: bytes


def arrived(step: Step, assessment_id: int, request_id: str) -> Arrived | None:
    """Return a photo that is here whole and not yet taken; None where there is more to do first.

    A photo that is not what was announced begins again.
    """
    with step.writing() as session:
        row = _upload(step, session, assessment_id, request_id)
        if row.done_at is not None or row.received < row.size:
            return None
        content = b"".join(store.parts(session, row.id))
        if hashlib.sha256(content).hexdigest() == row.sha256:
            return Arrived(row.name, content)
        store.drop_parts(session, row.id)
        row.received = 0
        return None


def take(
    step: Step, assessment_id: int, request_id: str, stored: Stored, *, limits: Limits
) -> Progress:
    """Put an arrived photo, checked and stored, behind its question.

    Raises:
        NotThere: The visit is no longer this consultant's.
        Locked: The sheet may not be written now.
        Invalid: The question is not asked any more, or a limit is reached.
    """
    with step.writing() as session:
        row = _upload(step, session, assessment_id, request_id)
        if row.done_at is None and row.received == row.size:
            place = _place(session, assessment_id, row.question_id)
            caption = Caption(row.caption, row.taken_at)
            file = evidence.put(step, session, place, stored, caption, limits=limits)
            store.drop_parts(session, row.id)
            row.evidence_id, row.done_at, row.touched_at = file.id, step.now, step.now
        return _progress(session, row)


def progress(step: Step, assessment_id: int, request_id: str) -> Progress:
    """Say how far a photo is."""
    with step.writing() as session:
        return _progress(session, _upload(step, session, assessment_id, request_id))


def forget_left_behind(step: Step) -> dict[str, int]:
    """Forget what no device goes on with, inside a transaction; returns how many photos."""
    unfinished, finished = step.now - LEFT_BEHIND, step.now - REMEMBERED
    return {"uploads": store.forget_before(step.session, unfinished, finished)}


def _consultant(step: Step) -> int:
    if step.by.user_id is None:
        raise NotThere
    return step.by.user_id


def require_visitor(step: Step, session: Session, assessment_id: int) -> Assessment:
    """Lock the assessment; to anybody but its consultants of this moment it is not there."""
    assessment = store_of_assessments.assessment(session, assessment_id, lock=True)
    if assessment is None or _consultant(step) not in assessment.visitors:
        raise NotThere
    return assessment


def _place(session: Session, assessment_id: int, question_id: str) -> Place:
    return evidence.writable(session, assessment_id, SheetKind.ONSITE, question_id, lock=True)


def _upload(step: Step, session: Session, assessment_id: int, request_id: str) -> Upload:
    require_visitor(step, session, assessment_id)
    row = store.upload(session, assessment_id, _consultant(step), request_id)
    if row is None:
        raise NotAnnounced({"request_id": "这张照片还没有登记，或登记已过期。请重新发送。"})
    if row.done_at is None:
        _place(session, assessment_id, row.question_id)
    return row


def _progress(session: Session, row: Upload) -> Progress:
    file = session.get(Evidence, row.evidence_id) if row.evidence_id else None
    return Progress(row.request_id, row.received, row.done_at is not None, file)


def _require_same(row: Upload, photo: Announced) -> None:
    same = (row.question_id, row.sha256, row.size) == (photo.question_id, photo.sha256, photo.size)
    if not same:
        raise IdReused({"request_id": "这个编号已用于另一张照片，本次没有保存。请重新选择照片。"})
