"""What one outlook sees of one firm's rows; every part of the file asks here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from questionnaires.edition import Edition
from questionnaires.library import UnknownEdition
from questionnaires.loading import BadEdition
from reports.facts import Outlook
from survey import library
from survey.clock import LOCAL
from survey.store.firm_file import Held
from survey.tables import (
    Assessment,
    AssessmentState,
    Document,
    DocumentStanding,
    Round,
    SheetKind,
    SheetRow,
)


@dataclass(frozen=True)
class Seeing:
    """One firm's rows before one outlook."""

    session: Session
    held: Held
    outlook: Outlook
    heads: Mapping[str, str]
    """What the columns of lists are called, by key."""

    @property
    def is_bureau(self) -> bool:
        return self.outlook == Outlook.BUREAU

    @cached_property
    def named(self) -> library.Named:
        return library.named(self.session)

    @cached_property
    def assessments(self) -> list[Assessment]:
        """The firm's assessments, the newest first."""
        found = self.held.of(Assessment)
        return sorted(found, key=lambda row: (row.created_at, row.id), reverse=True)

    @cached_property
    def by_id(self) -> dict[int, Assessment]:
        return {row.id: row for row in self.assessments}

    def round_of(self, assessment_id: int) -> str:
        found = self.held.one(Round, self.by_id[assessment_id].round_id)
        return found.title if found else ""

    def rung(self, rung_id: str | None) -> str:
        return self.named.rungs.get(rung_id or "", rung_id or "") if rung_id else ""

    def edition(self, edition_id: str) -> Edition | None:
        """Return an edition; None where it can no longer be read."""
        try:
            return library.load(self.session, edition_id)
        except (BadEdition, UnknownEdition):
            return None

    def packages(self, edition_id: str) -> dict[str, str]:
        edition = self.edition(edition_id)
        return {p.code: p.title for p in edition.packages} if edition else {}

    @cached_property
    def sheets(self) -> list[SheetRow]:
        """The sheets this outlook may read: a draft is the firm's, a visit under way the bureau's."""
        return [row for row in self.held.of(SheetRow) if self._reads(row)]

    def _reads(self, sheet: SheetRow) -> bool:
        state = self.by_id[sheet.assessment_id].state
        if self.is_bureau:
            return not (sheet.speaks and state == AssessmentState.DRAFT)
        if sheet.second:
            return False
        visited = sheet.kind == SheetKind.ONSITE and sheet.speaks
        return not visited or state == AssessmentState.CONFIRMED

    def visited(self, rows: Iterable[Any]) -> list[Any]:
        """Return the rows of visits that this outlook may read: a firm once they are confirmed."""
        return [
            row
            for row in rows
            if self.is_bureau or self.by_id[row.assessment_id].state == AssessmentState.CONFIRMED
        ]

    def may_open(self, document: Document) -> bool:
        return self.is_bureau or document.standing != DocumentStanding.WITHDRAWN


def day(moment: datetime | None) -> date | None:
    """Return the local day of a moment."""
    return moment.astimezone(LOCAL).date() if moment else None


def clock(moment: datetime) -> datetime:
    """Return a moment by the local clock."""
    return moment.astimezone(LOCAL)


def yes(value: bool | None) -> str:
    return "" if value is None else "是" if value else "否"
