"""Sign a visit: consultants and the firm's representative, under exactly what they saw.

A signature names the hash of what was signed. It is never taken back; where the sheet, its notes or
its photos are not the same any more, it is a signature under an earlier version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from survey.files.uploads import Stored
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, Locked, NotThere, Stale
from survey.lifecycle.photos import require_visitor
from survey.lifecycle.step import Step
from survey.lifecycle.versions import beside
from survey.store import answers, assessments, evidence
from survey.store import signatures as store
from survey.tables import (
    NOTE,
    Assessment,
    AssessmentState,
    SheetKind,
    SheetRow,
    Signature,
    SignerRole,
)

MOST_NAME = 60
MOST_SIGNATURES = 40
SIGNED_IN = (AssessmentState.VISITING, AssessmentState.CONFIRMED)


@dataclass(frozen=True)
class Signing:
    """Somebody's signature as it was given; ``drawn`` is None where the name was typed alone."""

    role: SignerRole
    name: str
    post: str = ""
    drawn: Stored | None = None


def content_hash(session: Session, assessment: Assessment, sheet: SheetRow | None = None) -> str:
    """Return the SHA-256 of what an on-site sheet says: answers, verdicts, conclusion, notes, photos.

    Args:
        sheet: A version that was left behind; without it the one that speaks.
    """
    row = sheet or assessments.sheet(session, assessment.id, SheetKind.ONSITE)
    if row is None:
        raise NotThere
    said = beside(session, assessment, row)
    files = evidence.by_question(session, [row.id])[row.id]
    noted = {f"{NOTE}{note.item_id}" for note in said.notes}
    content: dict[str, Any] = {
        "assessment": assessment.id,
        "processes": sorted(row.processes),
        "answers": {
            question: [found.value, found.remark, found.verification, found.reason, found.finding]
            for question, found in answers.answers(session, row.id).items()
        },
        "problems": said.problems or "",
        "notes": [[note.item_id, note.kind, note.content] for note in said.notes],
        "photos": sorted(
            [place, file.sha256, file.caption]
            for place, kept in files.items()
            for file in kept
            if place in noted or not place.startswith(NOTE)
        ),
    }
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def sign(step: Step, assessment_id: int, signing: Signing, *, shown: str) -> Signature:
    """Keep a signature given on a consultant's device; the same given twice is kept once.

    Args:
        shown: The ``content_hash`` of what the signer saw.

    Raises:
        NotThere: The visit is not this consultant's.
        Locked: It is with the firm or the bureau.
        Stale: The sheet changed since it was shown.
        Invalid: Nobody's name is given, or there are too many signatures.
    """
    with step.writing() as session:
        assessment = require_visitor(step, session, assessment_id)
        if assessment.state not in SIGNED_IN:
            raise Locked(assessment.state)
        if shown != content_hash(session, assessment):
            raise Stale
        return keep(step, assessment, [signing])[0]


def keep(step: Step, assessment: Assessment, signings: Iterable[Signing]) -> list[Signature]:
    """Keep signatures under what stands now, inside the caller's transaction."""
    sheet = assessments.sheet(step.session, assessment.id, SheetKind.ONSITE)
    if sheet is None:
        raise NotThere
    signed = content_hash(step.session, assessment)
    return [_keep(step, assessment, sheet, signing, signed) for signing in signings]


def _keep(
    step: Step, assessment: Assessment, sheet: SheetRow, signing: Signing, signed: str
) -> Signature:
    name, post = tidied(signing)
    sha256 = signing.drawn.sha256 if signing.drawn else None
    known = store.signatures(step.session, assessment.id)
    for row in known:
        if (row.role, row.name, row.post, row.sha256, row.signed) == (
            *(signing.role, name, post),
            *(sha256, signed),
        ):
            return row
    if len(known) >= MOST_SIGNATURES:
        raise Invalid({"signer": f"一次诊断最多留 {MOST_SIGNATURES} 个签名，不能再加。"})
    row = Signature(
        assessment_id=assessment.id,
        role=signing.role,
        name=name,
        post=post,
        sha256=sha256,
        media_type=signing.drawn.media_type if signing.drawn else "",
        signed=signed,
        version=sheet.version,
        author_id=step.by.user_id or 0,
        signed_at=step.now,
    )
    step.session.add(row)
    step.session.flush()
    after = {"name": name, "post": post, "signed": signed} | ({"sha256": sha256} if sha256 else {})
    step.log("sign", assessment, after=after)
    return row


def tidied(signing: Signing) -> tuple[str, str]:
    """Return name and post as they are kept.

    Raises:
        Invalid: The name is missing, or one of them is too long.
    """
    name, post, faults = typed.line(signing.name), typed.line(signing.post), dict[str, str]()
    if not name or len(name) > MOST_NAME:
        faults["signer"] = f"请填写签名人的姓名（{MOST_NAME} 字以内）。"
    if len(post) > MOST_NAME:
        faults["signer_post"] = f"职务最多 {MOST_NAME} 字，请删减。"
    if faults:
        raise Invalid(faults)
    return name, post
