"""What a firm says of a confirmed visit, and how the bureau settles an objection."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.lifecycle import typed
from survey.lifecycle.colleagues import require_owner
from survey.lifecycle.errors import AlreadySaid, Invalid, Locked, NotThere
from survey.lifecycle.step import Step
from survey.store import assessments as store
from survey.store import responses as queries
from survey.tables import (
    Assessment,
    AssessmentState,
    Response,
    ResponseKind,
    Settlement,
    SheetKind,
)

MOST_NAME = 60
MOST_WORDS = 1000
_SAID = {
    ResponseKind.ACKNOWLEDGED: "这次核定已经签认过了，不用再签。",
    ResponseKind.OBJECTED: "已有一条异议等主管部门处理，处理后才能再提交。",
}


@dataclass(frozen=True)
class Word:
    """What somebody says for a firm, as typed: who, in what post, and what they object to."""

    kind: ResponseKind | None
    name: str
    post: str = ""
    says: str = ""

    def tidied(self) -> Word:
        """Return it as it is stored.

        Raises:
            Invalid: Names every field at fault.
        """
        name, post = typed.line(self.name), typed.line(self.post)
        says, faults = typed.paragraph(self.says), dict[str, str]()
        if self.kind is None:
            faults["word"] = "请选“签认”或“有异议”。"
        if not name or len(name) > MOST_NAME:
            faults["name"] = f"请填写企业代表的姓名（{MOST_NAME} 字以内）。"
        if len(post) > MOST_NAME:
            faults["post"] = f"职务最多 {MOST_NAME} 字，请删减。"
        if self.kind == ResponseKind.ACKNOWLEDGED:
            says = ""
        elif not says or len(says) > MOST_WORDS:
            faults["says"] = f"请写明对哪一题、为什么有异议（{MOST_WORDS} 字以内）。"
        if faults:
            raise Invalid(faults)
        return Word(self.kind, name, post, says)


def say(step: Step, assessment_id: int, version: int, word: Word) -> Response:
    """Keep what the firm's owner says under their own sign-in; the same said twice is kept once.

    Args:
        version: That of the confirmed sheet the page showed.

    Raises:
        NotThere: Whoever says it is not the owner of this firm.
        Locked: The visit is not confirmed, or by now in another version.
        AlreadySaid: It is acknowledged, or an objection is open.
        Invalid: Somebody's name, or what is objected to, is missing.
    """
    with step.writing() as session:
        assessment = store.assessment(session, assessment_id, lock=True)
        if assessment is None:
            raise NotThere
        require_owner(step, assessment.firm_id)
        if version != confirmed_version(session, assessment):
            raise Locked(assessment.state)
        return keep(step, assessment, version, word, on_site=False)


def keep(
    step: Step, assessment: Assessment, version: int, word: Word, *, on_site: bool
) -> Response:
    """Keep a word on a version that is confirmed, inside the caller's transaction."""
    word = word.tidied()
    for said in queries.responses(step.session, assessment.id, version):
        if Word(said.kind, said.name, said.post, said.says) == word and not said.settlement:
            return said
        if said.kind == ResponseKind.ACKNOWLEDGED or said.is_open:
            raise AlreadySaid({"": _SAID[said.kind]})
    row = Response(
        assessment_id=assessment.id,
        version=version,
        kind=word.kind,
        name=word.name,
        post=word.post,
        says=word.says,
        on_site=on_site,
        author_id=step.by.user_id,
        said_at=step.now,
    )
    step.session.add(row)
    step.session.flush()
    action = "acknowledge" if word.kind == ResponseKind.ACKNOWLEDGED else "object"
    said_by = {"version": version, "name": word.name, "post": word.post}
    step.log(action, assessment, after=said_by, reason=word.says)
    return row


def answer(step: Step, assessment_id: int, response_id: int, *, says: str) -> Response:
    """Settle an objection by keeping the result, and tell the firm why; once is enough.

    To uphold it the visit is opened again, see ``assessments.reopen``.
    """
    why = typed.reason(says)
    with step.writing() as session:
        assessment = store.assessment(session, assessment_id, lock=True)
        row = queries.response(session, response_id)
        if assessment is None or row is None or row.assessment_id != assessment.id:
            raise NotThere
        if row.kind != ResponseKind.OBJECTED:
            raise NotThere
        if not row.is_open:
            raise AlreadySaid({"": "这条异议已经处理过了，请刷新页面查看。"})
        settle(step, assessment, row, Settlement.KEPT, why)
        return row


def settle_open(step: Step, assessment: Assessment, why: str) -> None:
    """Uphold an open objection, inside the transaction that opens the visit again."""
    for row in queries.open_objections(step.session, [assessment.id]).values():
        settle(step, assessment, row, Settlement.UPHELD, why)


def settle(step: Step, assessment: Assessment, row: Response, how: Settlement, why: str) -> None:
    row.settlement, row.answer = how, why
    row.settled_by, row.settled_at = step.by.name, step.now
    after = {"version": row.version, "settlement": how}
    step.log("settle_objection", assessment, after=after, reason=why)


def confirmed_version(session: Session, assessment: Assessment) -> int | None:
    """Return the number of the on-site sheet that speaks for a firm; None before it does."""
    if assessment.state != AssessmentState.CONFIRMED:
        return None
    sheet = store.sheet(session, assessment.id, SheetKind.ONSITE)
    return sheet.version if sheet else None
