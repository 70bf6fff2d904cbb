"""Which sheet speaks: decided here, for every query that reads one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, case
from sqlalchemy.orm.util import AliasedClass

from survey.tables import Assessment, AssessmentState, ScoreRow, SheetKind, SheetRow

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
    support: int | None = None
    """The fewest answers whose fall by one level would lose the rung; 0 where none would."""
    unseen_support: int | None = None
    """The same where only what no consultant saw may fall: of an own sheet, everything."""

    @property
    def permille(self) -> int | None:
        """The share in thousandths, cut as figures are."""
        return None if self.share is None else int(self.share * 1000)

    @property
    def provisional(self) -> bool:
        """Whether the rung would be lost if what nobody saw were not so (暂核)."""
        if not self.verified or self.step is None or self.floor_step is None:
            return False
        return self.floor_step < self.step


def spoken(column: str) -> ColumnElement[Any]:
    """The column of the sheet that speaks: the confirmed one, else the firm's own handed in.

    While a sheet is returned to its firm, the version that was handed in last.
    """
    own, visited = (getattr(Assessment, f"{sheet}_{column}") for sheet in ("own", "visited"))
    return case((IS_CONFIRMED, visited), else_=own)


UNSEEN_SUPPORT = case(
    (IS_CONFIRMED, Assessment.visited_unseen_support), else_=Assessment.own_support
)
"""Of the sheet that speaks, the fewest answers nobody saw that hold its rung."""


RESULTS = (
    Assessment.own_share,
    Assessment.own_step,
    Assessment.own_rung,
    Assessment.own_support,
    Assessment.visited_share,
    Assessment.visited_step,
    Assessment.visited_rung,
    Assessment.visited_support,
    Assessment.visited_unseen_support,
    Assessment.visited_floor_step,
    IS_CONFIRMED.label("verified"),
)


@dataclass(frozen=True)
class Results:
    """What both sheets of an assessment are worth; ``visited`` is empty until it is confirmed."""

    own: Standing
    visited: Standing

    @property
    def speaking(self) -> Standing:
        return self.visited if self.visited.verified else self.own

    @property
    def deviation(self) -> int | None:
        """How far the own share stands above the confirmed one, in thousandths as both are read."""
        if self.own.permille is None or self.visited.permille is None:
            return None
        return self.own.permille - self.visited.permille


def results_of(row: Any) -> Results:
    """Read the columns ``RESULTS`` of a row."""
    own = Standing(
        _share(row.own_share),
        row.own_step,
        row.own_rung,
        verified=False,
        support=row.own_support,
        unseen_support=row.own_support,
    )
    if not row.verified:
        return Results(own, Standing(None, None, None, verified=False))
    said = (_share(row.visited_share), row.visited_step, row.visited_rung)
    kept = (row.visited_floor_step, row.visited_support, row.visited_unseen_support)
    return Results(own, Standing(*said, True, *kept))


def _share(kept: str | None) -> Fraction | None:
    return None if kept is None else Fraction(kept)


def exact_share(row: ScoreRow) -> Fraction:
    return Fraction(row.share)
