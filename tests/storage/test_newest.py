"""Which assessment of a firm is its newest, and its newest confirmed one of an edition."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import db
from survey.store import newest
from survey.tables import Assessment, AssessmentState, Firm
from tests.support.people import a_firm, a_round, moment

EDITIONS = ("2026", "2026-0")
CONFIRMED = AssessmentState.CONFIRMED


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.sampled_from(EDITIONS), st.sampled_from(AssessmentState)), max_size=6),
    st.data(),
)
def test_it_is_kept_as_the_rows_say_whatever_was_begun_confirmed_and_opened_again(
    session: Session, lives: list[tuple[str, AssessmentState]], data: st.DataObject
):
    mine = _lived(session, lives)
    if mine:
        again = data.draw(st.sampled_from(mine))
        with db.writing(session):
            session.get_one(Assessment, again).state = data.draw(st.sampled_from(AssessmentState))
            newest.tell(session, session.get_one(Assessment, again).firm_id)

    _require_true(session)


def test_rows_written_in_sets_are_told_together(session: Session):
    _lived(session, [("2026", CONFIRMED), ("2026", CONFIRMED), ("2026", AssessmentState.DRAFT)])
    with db.writing(session):
        for row in session.scalars(select(Assessment)):
            row.newest, row.newest_confirmed = not row.newest, not row.newest_confirmed
        newest.tell_all(session)

    _require_true(session)


def _lived(session: Session, lives: list[tuple[str, AssessmentState]]) -> list[int]:
    """Take a firm through a round each, beside another with one; return its assessments."""
    one, other = a_firm(session, "虚构多轮厂"), a_firm(session, "虚构旁边厂")
    made = []
    for firm, (edition, state) in [
        (other, (EDITIONS[0], CONFIRMED)),
        *((one, life) for life in lives),
    ]:
        round_ = a_round(session, edition=edition)
        with db.writing(session):
            begun = Assessment(
                firm_id=firm.id,
                round_id=round_.id,
                edition=edition,
                trade=firm.trade,
                state=state,
                created_at=moment(),
            )
            session.add(begun)
            newest.tell(session, firm.id)
        made.append(begun.id)
    return made[1:]


def _require_true(session: Session) -> None:
    session.expire_all()
    for firm in session.scalars(select(Firm)).all():
        of_firm = list(session.scalars(select(Assessment).where(Assessment.firm_id == firm.id)))
        last = max((one.id for one in of_firm), default=0)
        confirmed = {
            edition: max(
                (one.id for one in of_firm if one.edition == edition and one.state == CONFIRMED),
                default=0,
            )
            for edition in EDITIONS
        }
        for one in of_firm:
            assert one.newest == (one.id == last)
            assert one.newest_confirmed == (one.id == confirmed[one.edition])
