"""Every row that is about one firm, read table by table: always the same number of statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.tables import (
    AnswerRow,
    Assessment,
    Candidate,
    ChoiceRow,
    ConditionAnswer,
    Decided,
    Document,
    Evidence,
    Explanation,
    Firm,
    FirmListing,
    FirmNeed,
    FirmTitle,
    FirmYear,
    Interest,
    Introduction,
    Minutes,
    NationalFiling,
    NeedEntry,
    NeedWord,
    NoteRow,
    Notice,
    Opinion,
    Paper,
    PoolEntry,
    ProgressReport,
    Project,
    ProjectFigure,
    ProjectPackage,
    ProjectPaper,
    Provider,
    ProviderClaim,
    Recognition,
    RecognitionProposal,
    Response,
    ReturnRequest,
    Roster,
    Round,
    Sample,
    SampleChoice,
    SampleConsent,
    SampleCopy,
    SampleShowing,
    ScoreRow,
    SheetRow,
    Showing,
    Signature,
    StageChange,
    Subsidy,
    SubsidyPolicy,
    Table,
    User,
)

Of = TypeVar("Of", bound=Table)
Key = InstrumentedAttribute[Any]

OF_FIRM: tuple[Key, ...] = (
    Assessment.firm_id,
    PoolEntry.firm_id,
    Recognition.firm_id,
    NationalFiling.firm_id,
    RecognitionProposal.firm_id,
    Project.firm_id,
    Sample.firm_id,
    SampleCopy.firm_id,
    SampleShowing.firm_id,
    FirmNeed.firm_id,
    Candidate.firm_id,
    ConditionAnswer.firm_id,
    Introduction.firm_id,
    Showing.firm_id,
    FirmTitle.firm_id,
    FirmYear.firm_id,
    FirmListing.firm_id,
    User.firm_id,
)
OF_ROW: Mapping[type[Table], tuple[Key, ...]] = {
    Assessment: (
        SheetRow.assessment_id,
        ReturnRequest.assessment_id,
        Response.assessment_id,
        NoteRow.assessment_id,
        Signature.assessment_id,
        Explanation.assessment_id,
        ChoiceRow.assessment_id,
    ),
    SheetRow: (ScoreRow.sheet_id, Evidence.sheet_id, Opinion.sheet_id),
    PoolEntry: (StageChange.entry_id, Decided.entry_id),
    Project: (
        ProjectPackage.project_id,
        ProgressReport.project_id,
        ProjectFigure.project_id,
        Subsidy.project_id,
        ProjectPaper.project_id,
        ProviderClaim.project_id,
    ),
    Sample: (SampleConsent.sample_id,),
    SampleCopy: (SampleChoice.copy_id,),
}
"""What hangs on a firm, and what hangs on that: whatever is about a firm stands here, or a test says why not."""


class Held:
    """The rows of one firm by their table, each in the order of its key."""

    def __init__(self, firm: Firm) -> None:
        self.firm = firm
        self.all: dict[type[Any], list[Any]] = {}
        self._by_id: dict[tuple[type[Any], int], Any] = {}
        self.names: dict[int, str] = {}
        """Of the people its rows speak of, by id, as they are called today."""

    def of(self, table: type[Of]) -> list[Of]:
        return self.all.get(table, [])

    def under(self, table: type[Of], key: str) -> dict[int, list[Of]]:
        """Return the rows of a table by what they hang on."""
        found: dict[int, list[Of]] = {}
        for row in self.of(table):
            found.setdefault(getattr(row, key), []).append(row)
        return found

    def one(self, table: type[Of], id_: int | None) -> Of | None:
        """Return what a row refers to, such as its round or its paper."""
        return self._by_id.get((table, id_ or 0))

    def named(self, user_id: int | None) -> str:
        return self.names.get(user_id or 0, "")

    def keep(self, table: type[Any], rows: Iterable[Any]) -> None:
        self.all[table] = list(rows)

    def know(self, table: type[Any], rows: Iterable[Any]) -> None:
        self._by_id.update(((table, row.id), row) for row in rows)


def held(session: Session, firm: Firm, *, answers: bool = False) -> Held:
    """Read everything of one firm.

    Args:
        answers: Those of its sheets, too: thousands, which no page shows.
    """
    found = Held(firm)
    for key in OF_FIRM:
        found.keep(table_of(key), _rows(session, table_of(key), key == firm.id))
    for table, keys in OF_ROW.items():
        ids = [row.id for row in found.all[table]]
        for key in keys:
            found.keep(table_of(key), _rows(session, table_of(key), key.in_(ids)))
    if answers:
        sheets = [row.id for row in found.of(SheetRow)]
        found.keep(AnswerRow, _rows(session, AnswerRow, AnswerRow.sheet_id.in_(sheets)))
    found.keep(NeedEntry, _entries(session, found.of(FirmNeed)))
    found.keep(Document, _documents(session, found))
    found.keep(Interest, _rows(session, Interest, Interest.code == firm.code))
    _look_up(session, found)
    return found


def table_of(key: Key) -> Any:
    """Return the table a column is of."""
    return key.class_


def _rows(session: Session, table: type[Any], where: ColumnElement[bool]) -> list[Any]:
    query = select(table).where(where).order_by(*table.__table__.primary_key.columns)
    return list(session.scalars(query))


def _entries(session: Session, needs: Collection[FirmNeed]) -> list[NeedEntry]:
    """Return what was said on the way of its needs; of what one was joined to all but that firm's word."""
    own = {need.id for need in needs}
    main = {need.main_id for need in needs if need.main_id} - own
    entry = NeedEntry
    shared = entry.need_id.in_(main) & (entry.kind != NeedWord.CALL_BACK)
    return _rows(session, entry, or_(entry.need_id.in_(own), shared))


def _documents(session: Session, found: Held) -> list[Document]:
    assessments = [row.id for row in found.of(Assessment)]
    about = (Document.subject == "assessment") & Document.subject_id.in_(assessments)
    itself = (Document.subject == "firm") & (Document.subject_id == found.firm.id)
    return _rows(session, Document, or_(about, itself))


def _look_up(session: Session, found: Held) -> None:
    """Read what the rows refer to, and what the people are called who took part."""

    def know(table: type[Any], ids: Iterable[int | None]) -> None:
        wanted = {id_ for id_ in ids if id_ is not None}
        found.know(table, _rows(session, table, table.id.in_(wanted)))

    decided = [row.minutes_id for row in found.of(Decided)]
    moved = [row.minutes_id for row in found.of(StageChange)]
    know(Round, (row.round_id for row in found.of(Assessment)))
    know(Minutes, [*decided, *moved, *(row.minutes_id for row in found.of(Candidate))])
    minutes = [found.one(Minutes, id_) for id_ in decided]
    signed: list[Any] = [*found.of(Recognition), *filter(None, minutes)]
    know(Paper, (row.paper_id for row in signed))
    know(Notice, (row.notice_id for row in found.of(Candidate)))
    dealt: list[Any] = [*found.of(Introduction), *found.of(Showing), *found.of(ProviderClaim)]
    know(Provider, (row.provider_id for row in dealt))
    shown: list[Any] = [*found.of(SampleCopy), *found.of(SampleShowing)]
    know(Sample, (row.sample_id for row in shown))
    know(SubsidyPolicy, (row.policy_id for row in found.of(Subsidy)))
    listed: list[Any] = [*found.of(FirmTitle), *found.of(FirmYear)]
    know(Roster, (row.roster_id for row in listed))
    query = select(User.id, User.name).where(User.id.in_(_people(found)))
    found.names = dict(session.execute(query).all())


def _people(found: Held) -> set[int]:
    """Return who took part, by id: every column of a row that names a user."""
    ids: set[int] = set()
    for table, rows in found.all.items():
        names = [column.name for column in table.__table__.columns if _is_of_user(column)]
        for row in rows:
            ids.update(id_ for name in names if (id_ := getattr(row, name)) is not None)
    return ids


def _is_of_user(column: Any) -> bool:
    return any(key.column.table is User.__table__ for key in column.foreign_keys)
