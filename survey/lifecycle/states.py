"""Which state leads to which, and by which step: the one table that every step obeys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from survey.tables import (
    AssessmentState,
    BatchState,
    CandidateState,
    DeliveryState,
    DocumentStanding,
    EditionState,
    IntroductionState,
    ItemState,
    JobState,
    MailState,
    NeedState,
    NoticeState,
    PoolState,
    ProjectState,
    RecognitionStanding,
    RequestState,
    RosterState,
    SampleState,
    SheetKind,
    WebhookState,
)

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Transition(Generic[S]):
    """Where a step may begin and where it leads; ``None`` is where nothing stands yet."""

    begins: frozenset[S | None]
    leads: S


def _from(*begins: S | None, to: S) -> Transition[S]:
    return Transition(frozenset(begins), to)


_A, _P, _E = AssessmentState, PoolState, EditionState
_J, _D, _R, _Q = JobState, DocumentStanding, RecognitionStanding, RequestState

ASSESSMENT: Mapping[str, Transition[AssessmentState]] = {
    "begin": _from(None, to=_A.DRAFT),
    "submit": _from(_A.DRAFT, to=_A.SUBMITTED),
    "assign": _from(_A.SUBMITTED, _A.VISITING, to=_A.VISITING),
    "unassign": _from(_A.VISITING, to=_A.SUBMITTED),
    "return": _from(_A.SUBMITTED, _A.VISITING, to=_A.DRAFT),
    "confirm": _from(_A.VISITING, to=_A.CONFIRMED),
    "reopen": _from(_A.CONFIRMED, to=_A.VISITING),
}
POOL: Mapping[str, Transition[PoolState]] = {
    "propose": _from(None, _P.WITHDRAWN, to=_P.PROPOSED),
    "admit": _from(None, _P.PROPOSED, _P.WITHDRAWN, to=_P.IN_POOL),
    "raise_target": _from(_P.IN_POOL, _P.RECOGNISED, to=_P.IN_POOL),
    "recognise": _from(_P.IN_POOL, _P.RECOGNISED, to=_P.RECOGNISED),
    "revoke": _from(_P.RECOGNISED, to=_P.IN_POOL),
    "withdraw": _from(_P.PROPOSED, _P.IN_POOL, _P.RECOGNISED, to=_P.WITHDRAWN),
}
EDITION: Mapping[str, Transition[EditionState]] = {
    "edition_copy": _from(None, to=_E.DRAFT),
    "edition_publish": _from(_E.DRAFT, to=_E.PUBLISHED),
    "edition_retire": _from(_E.PUBLISHED, to=_E.RETIRED),
    "edition_restore": _from(_E.RETIRED, to=_E.PUBLISHED),
}
JOB: Mapping[str, Transition[JobState]] = {
    "job_ask": _from(None, to=_J.QUEUED),
    "job_take": _from(_J.QUEUED, to=_J.WORKING),
    "job_finish": _from(_J.WORKING, to=_J.DONE),
    "job_fail": _from(_J.WORKING, to=_J.FAILED),
    "job_put_off": _from(_J.WORKING, to=_J.QUEUED),
    "job_release": _from(_J.WORKING, to=_J.QUEUED),
    "job_cancel": _from(_J.QUEUED, _J.WORKING, to=_J.CANCELLED),
    "job_retry": _from(_J.FAILED, _J.CANCELLED, to=_J.QUEUED),
}
RECOGNITION: Mapping[str, Transition[RecognitionStanding]] = {
    "recognise": _from(None, to=_R.VALID),
    "correct_recognition": _from(_R.VALID, to=_R.CORRECTED),
    "revoke_recognition": _from(_R.VALID, to=_R.REVOKED),
}
DOCUMENT: Mapping[str, Transition[DocumentStanding]] = {
    "document_issue": _from(None, to=_D.VALID),
    "document_supersede": _from(_D.VALID, to=_D.SUPERSEDED),
    "document_withdraw": _from(_D.VALID, to=_D.WITHDRAWN),
}
REQUEST: Mapping[str, Transition[RequestState]] = {
    "ask_return": _from(None, to=_Q.OPEN),
    "grant_return": _from(_Q.OPEN, to=_Q.GRANTED),
    "decline_return": _from(_Q.OPEN, to=_Q.DECLINED),
    "take_back_request": _from(_Q.OPEN, to=_Q.TAKEN_BACK),
}

_O = ProjectState
PROJECT: Mapping[str, Transition[ProjectState]] = {
    "project_begin": _from(None, to=_O.PLANNED),
    "project_contract": _from(_O.PLANNED, to=_O.CONTRACTED),
    "project_start": _from(_O.CONTRACTED, to=_O.UNDER_WAY),
    "project_finish": _from(_O.CONTRACTED, _O.UNDER_WAY, to=_O.FINISHED),
    "project_send_back": _from(_O.FINISHED, to=_O.UNDER_WAY),
    "project_accept": _from(_O.FINISHED, to=_O.ACCEPTED),
    "project_reopen": _from(_O.ACCEPTED, to=_O.FINISHED),
    "project_stop": _from(_O.PLANNED, _O.CONTRACTED, _O.UNDER_WAY, _O.FINISHED, to=_O.STOPPED),
    "project_resume": _from(_O.STOPPED, to=_O.CONTRACTED),
    "project_replan": _from(_O.STOPPED, to=_O.PLANNED),
}
"""What was stopped goes on as contracted, or as planned where there was no contract."""

_L = RosterState
ROSTER: Mapping[str, Transition[RosterState]] = {
    "roster_bring": _from(None, to=_L.UPLOADED),
    "roster_check": _from(_L.UPLOADED, _L.CHECKED, _L.CHECKING, to=_L.CHECKING),
    "roster_checked": _from(_L.CHECKING, to=_L.CHECKED),
    "roster_import": _from(_L.CHECKED, _L.IMPORTING, to=_L.IMPORTING),
    "roster_overtaken": _from(_L.IMPORTING, to=_L.CHECKED),
    "roster_imported": _from(_L.IMPORTING, to=_L.IMPORTED),
    "roster_undo": _from(_L.IMPORTED, _L.UNDOING, to=_L.UNDOING),
    "roster_undone": _from(_L.UNDOING, to=_L.UNDONE),
}
"""A step that asks for work may be taken again where the work came to nothing."""

_M = MailState
MAIL: Mapping[str, Transition[MailState]] = {
    "mail_queue": _from(None, to=_M.WAITING),
    "mail_take": _from(_M.WAITING, to=_M.SENDING),
    "mail_put_back": _from(_M.SENDING, to=_M.WAITING),
    "mail_sent": _from(_M.SENDING, _M.UNSURE, to=_M.SENT),
    "mail_fail": _from(_M.SENDING, to=_M.FAILED),
    "mail_lose": _from(_M.SENDING, to=_M.UNSURE),
    "mail_retry": _from(_M.FAILED, _M.UNSURE, to=_M.WAITING),
}

_H, _Y = WebhookState, DeliveryState
WEBHOOK: Mapping[str, Transition[WebhookState]] = {
    "webhook_add": _from(None, to=_H.ON),
    "webhook_off": _from(_H.ON, _H.FAILED, to=_H.OFF),
    "webhook_on": _from(_H.OFF, _H.FAILED, to=_H.ON),
    "webhook_fail": _from(_H.ON, to=_H.FAILED),
}
DELIVERY: Mapping[str, Transition[DeliveryState]] = {
    "webhook_tell": _from(None, to=_Y.WAITING),
    "webhook_taken": _from(_Y.WAITING, to=_Y.TAKEN),
    "webhook_give_up": _from(_Y.WAITING, to=_Y.GIVEN_UP),
    "webhook_again": _from(_Y.WAITING, _Y.TAKEN, _Y.GIVEN_UP, to=_Y.WAITING),
}

_N, _C = NoticeState, CandidateState
NOTICE: Mapping[str, Transition[NoticeState]] = {
    "notice_draft": _from(None, to=_N.DRAFT),
    "notice_publish": _from(_N.DRAFT, to=_N.PUBLISHED),
    "notice_end": _from(_N.PUBLISHED, to=_N.ENDED),
    "notice_reopen": _from(_N.ENDED, to=_N.PUBLISHED),
    "notice_withdraw": _from(_N.PUBLISHED, _N.ENDED, to=_N.WITHDRAWN),
}
CANDIDATE: Mapping[str, Transition[CandidateState]] = {
    "candidate_found": _from(None, to=_C.OPEN),
    "candidate_intend": _from(_C.OPEN, _C.DECLINED, to=_C.INTENDED),
    "candidate_decline": _from(_C.OPEN, _C.INTENDED, to=_C.DECLINED),
    "candidate_recommend": _from(_C.INTENDED, to=_C.RECOMMENDED),
    "candidate_take_off": _from(_C.RECOMMENDED, to=_C.INTENDED),
    "candidate_pass": _from(_C.RECOMMENDED, _C.FAILED, to=_C.PASSED),
    "candidate_fail": _from(_C.RECOMMENDED, _C.PASSED, to=_C.FAILED),
}

_W = NeedState
NEED: Mapping[str, Transition[NeedState]] = {
    "need_register": _from(None, to=_W.REGISTERED),
    "need_hand_over": _from(_W.REGISTERED, _W.HANDED_OVER, _W.WORKING, to=_W.HANDED_OVER),
    "need_progress": _from(_W.HANDED_OVER, _W.WORKING, to=_W.WORKING),
    "need_answer": _from(_W.HANDED_OVER, _W.WORKING, to=_W.ANSWERED),
    "need_solved": _from(_W.ANSWERED, _W.CALLED_BACK, to=_W.CALLED_BACK),
    "need_unsolved": _from(_W.ANSWERED, _W.CALLED_BACK, to=_W.WORKING),
    "need_close": _from(_W.CALLED_BACK, to=_W.CLOSED),
    "need_defer": _from(_W.REGISTERED, _W.HANDED_OVER, _W.WORKING, to=_W.DEFERRED),
    "need_decline": _from(_W.REGISTERED, _W.HANDED_OVER, _W.WORKING, _W.DEFERRED, to=_W.DECLINED),
    "need_resume": _from(_W.DEFERRED, _W.DECLINED, to=_W.REGISTERED),
}

_I = IntroductionState
INTRODUCTION: Mapping[str, Transition[IntroductionState]] = {
    "ask_introduction": _from(None, to=_I.ASKED),
    "agree_introduction": _from(None, _I.ASKED, _I.REFUSED, _I.WITHDRAWN, _I.ENDED, to=_I.AGREED),
    "refuse_introduction": _from(_I.ASKED, to=_I.REFUSED),
    "introduce": _from(_I.AGREED, to=_I.INTRODUCED),
    "contract_introduction": _from(_I.INTRODUCED, to=_I.CONTRACTED),
    "follow_contract": _from(_I.AGREED, _I.INTRODUCED, _I.CONTRACTED, to=_I.CONTRACTED),
    "lose_contract": _from(_I.CONTRACTED, to=_I.INTRODUCED),
    "end_introduction": _from(_I.AGREED, _I.INTRODUCED, _I.CONTRACTED, to=_I.ENDED),
    "withdraw_consent": _from(_I.AGREED, _I.INTRODUCED, _I.ENDED, to=_I.WITHDRAWN),
}

_B, _T = BatchState, ItemState
BATCH: Mapping[str, Transition[BatchState]] = {
    "batch_ask": _from(None, to=_B.MAKING),
    "batch_made": _from(_B.MAKING, to=_B.MADE),
    "batch_cancel": _from(_B.MAKING, to=_B.CANCELLED),
    "batch_resume": _from(_B.MAKING, _B.CANCELLED, to=_B.MAKING),
    "batch_retry": _from(_B.MAKING, _B.MADE, _B.CANCELLED, to=_B.MAKING),
}
"""What lost all its workers is still being made, and may be gone on with."""
ITEM: Mapping[str, Transition[ItemState]] = {
    "item_take": _from(_T.WAITING, _T.WORKING, _T.DONE, to=_T.WORKING),
    "item_done": _from(_T.WORKING, to=_T.DONE),
    "item_fail": _from(_T.WORKING, to=_T.FAILED),
    "item_put_back": _from(_T.WORKING, to=_T.WAITING),
    "item_retry": _from(_T.FAILED, to=_T.WAITING),
}

_S = SampleState
SAMPLE: Mapping[str, Transition[SampleState]] = {
    "sample_draft": _from(None, to=_S.DRAFT),
    "sample_edit": _from(_S.DRAFT, _S.ASKED, _S.PUBLISHED, _S.WITHDRAWN, to=_S.DRAFT),
    "sample_ask": _from(_S.DRAFT, to=_S.ASKED),
    "sample_agree": _from(_S.ASKED, to=_S.PUBLISHED),
    "sample_decline": _from(_S.ASKED, to=_S.DRAFT),
    "sample_withdraw": _from(_S.DRAFT, _S.ASKED, _S.PUBLISHED, to=_S.WITHDRAWN),
    "sample_revoke": _from(_S.PUBLISHED, to=_S.WITHDRAWN),
}
"""A changed card is a draft again: what the firm agreed to was another."""

WRITABLE: Mapping[SheetKind, AssessmentState] = {
    SheetKind.SELF: AssessmentState.DRAFT,
    SheetKind.ONSITE: AssessmentState.VISITING,
}
"""The state in which each kind of sheet may be written."""
