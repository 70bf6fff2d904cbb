"""Which sheet speaks: decided here, for every query that reads one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, case
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import AliasedClass

from survey.tables import Assessment, AssessmentState, ScoreRow, SheetKind, SheetRow

Query = Select[Any]
IS_CONFIRMED = Assessment.state == AssessmentState.CONFIRMED
"""The consultant's sheet speaks for the firm; before that, its own does."""


def speaking(
    kind: SheetKind | BindParameter[Any], sheet: type[SheetRow] | AliasedClass[SheetRow] = SheetRow
) -> ColumnElement[bool]:
    """Return the condition that a sheet is the one of this kind which speaks for its assessment."""
    return and_(sheet.kind == kind, sheet.speaks)


def kind_of(state: AssessmentState) -> SheetKind:
    """Return which kind of sheet speaks for the firm while its assessment is in this state."""
    return SheetKind.ONSITE if state == AssessmentState.CONFIRMED else SheetKind.SELF


@dataclass(frozen=True)
class Standing:
    """Where a sheet puts its firm. ``verified``: it is the consultant's confirmed one."""

    share: Fraction | None
    step: int | None
    rung: str | None
    verified: bool
    floor_step: int | None = None

    @property
    def provisional(self) -> bool:
        """Whether the rung would be lost if what nobody saw were not so (暂核)."""
        if not self.verified or self.step is None or self.floor_step is None:
            return False
        return self.floor_step < self.step


_own, _visited, _last = aliased(SheetRow), aliased(SheetRow), aliased(SheetRow)
_own_score, _visited_score, _last_score = (aliased(ScoreRow) for _ in range(3))


def spoken(column: str) -> ColumnElement[Any]:
    """The column of the sheet that speaks: the confirmed one, else the firm's own handed in.

    While a sheet is returned to its firm, the version that was handed in last.
    """
    return case(
        (Assessment.state == AssessmentState.DRAFT, getattr(_last_score, column)),
        (IS_CONFIRMED, getattr(_visited_score, column)),
        else_=getattr(_own_score, column),
    )


def with_scores(query: Query) -> Query:
    own = and_(_own.assessment_id == Assessment.id, speaking(SheetKind.SELF, _own))
    visited = and_(_visited.assessment_id == Assessment.id, speaking(SheetKind.ONSITE, _visited))
    last = and_(
        _last.assessment_id == Assessment.id,
        _last.kind == SheetKind.SELF,
        _last.version == _own.version - 1,
    )
    return (
        query.outerjoin(_own, own)
        .outerjoin(_own_score, _own_score.sheet_id == _own.id)
        .outerjoin(_last, last)
        .outerjoin(_last_score, _last_score.sheet_id == _last.id)
        .outerjoin(_visited, visited)
        .outerjoin(_visited_score, _visited_score.sheet_id == _visited.id)
    )


STANDING = (
    spoken("share").label("share"),
    spoken("step").label("step"),
    spoken("rung").label("rung"),
    spoken("floor_step").label("floor_step"),
    IS_CONFIRMED.label("verified"),
)


def standing_of(row: Any) -> Standing:
    share = None if row.share is None else Fraction(row.share)
    return Standing(share, row.step, row.rung, bool(row.verified), row.floor_step)


def exact_share(row: ScoreRow) -> Fraction:
    return Fraction(row.share)
