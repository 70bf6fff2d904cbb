"""Who goes on a visit and on which day: what an officer may wish for, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from survey.lifecycle.errors import Invalid
from survey.store import accounts
from survey.store.assessments import usernames_of
from survey.tables import Assessment, Role, User

FARTHEST = timedelta(days=365)
"""How far ahead a visit may be planned."""


@dataclass(frozen=True)
class Team:
    """Whoever goes on a visit: one who leads it, perhaps one who goes along, perhaps on a day."""

    lead: User
    second: User | None = None
    day: date | None = None
    keeps_day: bool = False
    """Whether a day that was planned before stays where none is given."""

    def day_of(self, assessment: Assessment) -> date | None:
        return assessment.planned_on if self.keeps_day and not self.day else self.day

    def goes_to(self, assessment: Assessment) -> bool:
        """Whether an assessment has these people and this day already."""
        there = (assessment.consultant_id, assessment.second_consultant_id, assessment.planned_on)
        return there == (*self.ids, self.day_of(assessment))

    @property
    def ids(self) -> tuple[int, int | None]:
        return self.lead.id, self.second.id if self.second else None


def team(
    session: Session,
    consultant_id: int,
    second_id: int | None = None,
    day: date | None = None,
    *,
    keeps_day: bool = False,
) -> Team:
    """Return people who may be sent together.

    Raises:
        Invalid: One of them is no consultant in use, or both are the same.
    """
    lead = _consultant(session, consultant_id, "consultant")
    if second_id is None:
        return Team(lead, None, day, keeps_day)
    if second_id == consultant_id:
        raise Invalid({"second": "组长和组员是同一个人。请另选一位组员，或不选组员。"})
    return Team(lead, _consultant(session, second_id, "second"), day, keeps_day)


def _consultant(session: Session, user_id: int, field: str) -> User:
    found = accounts.user(session, user_id)
    if found is None or found.role != Role.CONSULTANT or not found.active:
        raise Invalid({field: "请选择一位在用的诊断顾问。"})
    return found


def require_day(day: date | None, today: date) -> None:
    """Refuse a day that no visit can be planned for."""
    if day is not None and day < today:
        raise Invalid({"planned_on": f"计划日期不能早于今天（{today}），请改填今天或以后的日期。"})
    if day is not None and day > today + FARTHEST:
        last = today + FARTHEST
        raise Invalid({"planned_on": f"计划日期太远，最远填到 {last}，请核对年份。"})


def kept(session: Session, assessment: Assessment) -> dict[str, Any]:
    """Return who goes, by user name, and when, as the log keeps it; None where nobody, no day."""
    names = usernames_of(session, assessment.visitors)
    return {
        "consultant": names.get(assessment.consultant_id or 0),
        "second": names.get(assessment.second_consultant_id or 0),
        "planned_on": assessment.planned_on,
    }
