"""Firms' needs as tests want them: registered, and brought as far as is asked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from survey.lifecycle import need_joining, needs
from survey.lifecycle.needs import Given, Heard
from survey.lifecycle.step import Actor, Step
from survey.store import needs as store
from survey.tables import FirmNeed, NeedSource, NeedState, Rating
from tests.support.people import TESTER, moment

ON_THE_WAY = (
    NeedState.HANDED_OVER,
    NeedState.WORKING,
    NeedState.ANSWERED,
    NeedState.CALLED_BACK,
    NeedState.CLOSED,
)


def given(text: str = "虚构的诉求", **more: object) -> Given:
    """A need as it is typed."""
    known = {"category": "资金", "wish": "", "said_by": "虚构人", "source": NeedSource.PHONE}
    known |= {"text": text, "raised_on": date(2026, 11, 2)} | more
    return Given(**known)  # type: ignore[arg-type]


def a_need(
    session: Session,
    firm_id: int,
    text: str = "虚构的诉求",
    state: NeedState = NeedState.REGISTERED,
    *,
    at: datetime | None = None,
    by: Actor = TESTER,
    days: int = 5,
    **more: object,
) -> FirmNeed:
    """A need of a firm, brought to a state by the steps that lead there."""
    step = Step(session, by, at or moment())
    need = needs.register(step, firm_id, given(text, **more))
    if state == NeedState.DEFERRED:
        needs.defer(step, need.id, need.version, reason="明年再办。")
    if state == NeedState.DECLINED:
        needs.decline(step, need.id, need.version, reason="办不了。")
    way = ON_THE_WAY[: ON_THE_WAY.index(state) + 1] if state in ON_THE_WAY else ()
    for one in way:
        _go(step, need, one, days)
    return need


def _go(step: Step, need: FirmNeed, state: NeedState, days: int) -> None:
    at = (step, need.id, need.version)
    match state:
        case NeedState.HANDED_OVER:
            needs.hand_over(*at, category=need.category, department="虚构科", days=days)
        case NeedState.WORKING:
            needs.note_progress(*at, says=f"{need.text}的进展")
        case NeedState.ANSWERED:
            needs.answer(*at, says=f"{need.text}的答复", public=True)
        case NeedState.CALLED_BACK:
            needs.call_back(*at, Heard(True, Rating.GOOD, ""))
        case NeedState.CLOSED:
            needs.close(*at)


def a_joined_need(session: Session, firm_id: int, main: FirmNeed, text: str) -> FirmNeed:
    """A need that follows another."""
    need = a_need(session, firm_id, text)
    step = Step(session, TESTER, moment())
    return need_joining.join(step, need.id, need.version, main.id)


def fresh(session: Session, need: FirmNeed) -> FirmNeed:
    """The same row as the database has it now."""
    session.rollback()
    session.expire_all()
    found = store.need(session, need.id)
    assert found is not None
    return found
