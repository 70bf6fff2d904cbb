"""What is kept of a person goes when they ask for it; what was decided, answered and issued stays.

A firm's contacts, people met and who signed for it go with the firm's contacts; somebody with an
account with the account. In the log they go as soon as its rows are sealed. Scores, answers, evidence
and documents are not touched: a signature still names what was signed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from survey.lifecycle import typed
from survey.lifecycle.accounts import require_another
from survey.lifecycle.errors import Invalid, NotThere
from survey.lifecycle.sealing import GONE, erased_name
from survey.lifecycle.signing import content_hash
from survey.lifecycle.step import Step
from survey.store import accounts, batches, bundles, firms, seals
from survey.store import erasing as store
from survey.tables import Assessment, AuditEntry, NoteKind, SheetKind, SheetRow, SignerRole, User

CONTACT = ("contact_name", "contact_post", "contact_phone", "contact_mail")
LISTED = ("contact_name", "contact_post", "contact_phone", "legal_person", "owner_phone")
IN_LOG = ("profile", "create", "edit", "sign", "acknowledge", "object")
"""Steps whose rows may name a firm's contacts or who signed for it."""
MOST_REASON = 200
Scrub = Callable[[dict[str, Any]], dict[str, Any]]


def erase_contact(step: Step, firm_id: int, *, reason: str) -> None:
    """Erase whom a firm is reached by, who was met there and who signed for it.

    Raises:
        NotThere: No such firm.
        Invalid: No reason, or a mail to it is on its way.
    """
    why = _reason(reason)
    with step.writing() as session:
        firm = firms.firm(session, firm_id, lock=True)
        if firm is None:
            raise NotThere
        if store.mails_leave(session, firm_id):
            raise Invalid({"reason": "有一封邮件正在发给这家企业，请几分钟后再办。"})
        for name in CONTACT:
            setattr(firm, name, None)
        for row in store.listed_rows(session, firm):
            for name in LISTED:
                setattr(row, name, None)
            changes = [one for one in row.shown.get("changes", ()) if one[0] not in LISTED]
            row.shown = {**row.shown, "changes": changes} if "changes" in row.shown else row.shown
        store.forget_listing(session, firm_id)
        store.forget_mail_addresses(session, firm_id)
        store.forget_who_said(session, firm_id, GONE)
        bundles.end(session, step.now, firm_id)
        batches.end_files(session, firm_id)
        for assessment in store.assessments_of(session, firm_id):
            _forget_visit(step, assessment)
        entry = _numbered(step, step.log("erase_contact", firm, reason=why))
        about = seals.about_contact(firm_id, IN_LOG)
        seals.ask_erasure(session, "values", entry, about)


def _numbered(step: Step, entry: AuditEntry) -> int:
    step.session.flush()
    return entry.id


def _reason(reason: str) -> str:
    why = typed.line(reason)
    if not why or len(why) > MOST_REASON:
        raise Invalid({"reason": f"请写明是谁、什么时候、为什么提出的（{MOST_REASON} 字以内）。"})
    return why


def _forget_visit(step: Step, assessment: Assessment) -> None:
    """Erase the firm's people in one assessment, and let signatures stand as they stood."""
    with _still_signed(step, assessment):
        _scrub_notes(step, assessment, NoteKind.PERSON, lambda held: dict.fromkeys(held, GONE))
        if assessment.declared_by:
            assessment.declared_by = GONE
        for sheet in store.sheets(step.session, assessment.id):
            if sheet.beside and sheet.beside.get("declared_by"):
                sheet.beside = {**sheet.beside, "declared_by": GONE}
        for response in store.responses(step.session, assessment.id):
            response.name, response.post = GONE, ""
        for signature in store.signatures(step.session, assessment.id):
            if signature.role == SignerRole.FIRM:
                signature.name, signature.post = GONE, ""
                signature.sha256, signature.media_type = None, ""


@contextmanager
def _still_signed(step: Step, assessment: Assessment) -> Iterator[None]:
    """Have each signature name its sheet as it reads once names in it are gone."""
    session, signed = step.session, store.signatures(step.session, assessment.id)
    if not signed:
        yield
        return
    sheets = [
        sheet
        for sheet in store.sheets(session, assessment.id)
        if sheet.kind == SheetKind.ONSITE and not sheet.second
    ]
    before = {content_hash(session, assessment, sheet): sheet for sheet in sheets}
    yield
    session.flush()
    for signature in signed:
        if (sheet := before.get(signature.signed)) is not None:
            signature.signed = content_hash(session, assessment, sheet)


def _scrub_notes(step: Step, assessment: Assessment, kind: NoteKind, scrub: Scrub) -> None:
    for note in store.notes(step.session, assessment.id, kind):
        note.content = scrub(note.content)
    for sheet in store.sheets(step.session, assessment.id):
        if sheet.beside and sheet.beside.get("notes"):
            sheet.beside = {**sheet.beside, "notes": _scrubbed(sheet, kind, scrub)}


def _scrubbed(sheet: SheetRow, kind: NoteKind, scrub: Scrub) -> list[dict[str, Any]]:
    held = (sheet.beside or {})["notes"]
    return [
        note | {"content": scrub(note["content"])} if note["kind"] == kind else note
        for note in held
    ]


def erase_user(step: Step, user_id: int, *, reason: str) -> None:
    """Close an account for good and erase whose it was; what they did stays, by a number.

    Raises:
        NotThere: No such user, or they were erased already.
        Invalid: No reason; it is oneself, the last administrator, or somebody on a visit.
    """
    why = _reason(reason)
    with step.writing() as session:
        administrators = accounts.lock_administrators(session)
        user = accounts.user(session, user_id, lock=True)
        if user is None or user.is_erased:
            raise NotThere
        if user.id == step.by.user_id:
            raise Invalid({"reason": "不能注销自己的账号，请另一位管理员办理。"})
        require_another(administrators, user, "reason")
        visits = store.visited_by(session, user_id)
        if store.visits_open(visits):
            raise Invalid({"reason": "这位顾问还有正在进行的现场诊断，请先改派再注销。"})
        entry = _numbered(step, step.log("erase_user", user, reason=why))
        seals.ask_erasure(session, "who", entry, seals.of_person(user_id))
        seals.ask_erasure(session, "values", entry, seals.about_person(user_id, user.username))
        _forget(step, user, visits)
        bundles.end(session, step.now)  # whoever it was may be named in any firm's
        batches.end_files(session)


def _forget(step: Step, user: User, visits: list[Assessment]) -> None:
    name, pseudonym = user.name, erased_name(user.id)
    spellings = (name, f"{name}（{user.username}）")
    for visit in visits:
        with _still_signed(step, visit):
            _scrub_notes(step, visit, NoteKind.MEMBER, lambda held: _unnamed(held, name, pseudonym))
            for signature in store.signatures(step.session, visit.id):
                if signature.role != SignerRole.FIRM and signature.name == name:
                    signature.name, signature.sha256, signature.media_type = pseudonym, None, ""
    store.forget_account(step.session, user, spellings[1:], pseudonym)
    user.username, user.name, user.phone = f"#{user.id}", pseudonym, None
    user.password_hash, user.active = None, False


def _unnamed(held: dict[str, Any], name: str, pseudonym: str) -> dict[str, Any]:
    return held | {"name": pseudonym, "post": ""} if held.get("name") == name else held
