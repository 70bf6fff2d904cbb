"""Rounds, assessments, their two sheets, every answer and what it was before."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from survey.tables.accounts import User
from survey.tables.base import Table, one_of
from survey.tables.enums import AssessmentState, RequestState, ScanState, SheetKind, Verdict
from survey.tables.firms import Firm
from survey.tables.uploads import Scan


class Round(Table):
    """One year's campaign over one edition (评估轮次)."""

    __tablename__ = "rounds"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(100), unique=True)
    edition: Mapped[str] = mapped_column(String(40))
    notice: Mapped[str] = mapped_column(String(100), default="", server_default="")
    """The number of the notice that calls for it (文号)."""
    opens_on: Mapped[date]
    closes_on: Mapped[date | None]
    """The firms' last day."""
    check_by: Mapped[date | None]
    """By when the district has checked."""
    upward_by: Mapped[date | None]
    """By when the result goes upward."""
    quotas: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default=text("'{}'"))
    """How many firms of a township are to hand in, by its name."""
    only_invited: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it is for the firms that are invited, or for every firm."""
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    created_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}

    @property
    def ended_on(self) -> date | None:
        """The last day on which it was open for a while: one closed on its first day had that one."""
        return self.closes_on and max(self.opens_on, self.closes_on)


class Assessment(Table):
    """One firm in one round (评估). Its edition and trade never change."""

    __tablename__ = "assessments"
    __table_args__ = (
        UniqueConstraint("firm_id", "round_id"),
        CheckConstraint(one_of("state", AssessmentState), name="state"),
        CheckConstraint("second_consultant_id <> consultant_id", name="pair"),
        Index("ix_assessments_submitted", "edition", "submitted_at"),
        Index(
            "ix_assessments_ladder",
            *("round_id", "state", "trade", "own_step", "visited_step"),
            *("own_permille", "visited_permille", "firm_id"),
        ),
        Index(
            "ix_assessments_way",
            *("edition", "state", "trade", "pooled", "own_permille", "visited_permille", "firm_id"),
        ),
        Index("ix_assessments_begun", "round_id", "created_at"),
        Index("ix_assessments_handed_in", "round_id", "submitted_at", "state"),
        Index("ix_assessments_pooled", "state", "pooled", "confirmed_at"),
        Index("ix_assessments_waiting", "state", "submitted_at"),
        Index("ix_assessments_round", "firm_id", "round_id", "state", "trade"),
        Index(
            "ix_assessments_newest",
            *("state", "round_id", "created_at", "firm_id"),
            # As it is asked: SQLite uses the index of a part only where the question says the same.
            sqlite_where=text("newest = 1"),
            postgresql_where=text("newest"),
        ),
        Index(
            "ix_assessments_newest_confirmed",
            *("edition", "visited_step", "firm_id"),
            sqlite_where=text("newest_confirmed = 1"),
            postgresql_where=text("newest_confirmed"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    edition: Mapped[str] = mapped_column(String(40))
    trade: Mapped[str] = mapped_column(String(60))
    state: Mapped[AssessmentState] = mapped_column(default=AssessmentState.DRAFT)
    consultant_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    """Who leads the visit (组长)."""
    second_consultant_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    """Who goes along (组员); both see the visit and work on it."""
    planned_on: Mapped[date | None]
    """The day the visit is planned for."""
    declared_by: Mapped[str | None] = mapped_column(String(60))
    """Who signed the truth statement, by name."""
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    return_reason: Mapped[str | None] = mapped_column(Text)
    return_questions: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """The questions to be looked at again, named by whoever returned the sheet."""
    confirmed_at: Mapped[datetime | None]
    problems: Mapped[str | None] = mapped_column(Text)
    """The consultant's summary of problems, in the report's words."""
    planned_at: Mapped[datetime | None]
    """When the consultant last decided on packages (``choices``); None leaves the computed advice."""
    own_share: Mapped[str | None] = mapped_column(String(80))
    """What ``scores`` says of the firm's own sheet handed in last, kept here as well by
    ``store.standings``: lists narrow and order tens of thousands of rows by it."""
    own_permille: Mapped[int | None]
    own_step: Mapped[int | None]
    own_rung: Mapped[str | None] = mapped_column(String(60))
    visited_share: Mapped[str | None] = mapped_column(String(80))
    """The same of the consultant's sheet confirmed last; it counts while the state says so."""
    visited_permille: Mapped[int | None]
    visited_step: Mapped[int | None]
    visited_rung: Mapped[str | None] = mapped_column(String(60))
    own_support: Mapped[int | None]
    visited_support: Mapped[int | None]
    visited_unseen_support: Mapped[int | None]
    visited_floor_step: Mapped[int | None]
    newest: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it is its firm's newest; kept by ``store.newest``, for lists that count by it."""
    newest_confirmed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it is its firm's newest confirmed one of its edition; kept in the same place."""
    pooled: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether its firm has an entry in the pool, of whatever state; kept in the same place."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    firm: Mapped[Firm] = relationship(lazy="raise")
    round: Mapped[Round] = relationship(lazy="raise")
    consultant: Mapped[User | None] = relationship(lazy="raise", foreign_keys=[consultant_id])

    __mapper_args__ = {"version_id_col": version}

    @property
    def visitors(self) -> tuple[int, ...]:
        """Whoever the visit is assigned to, by id, the one who leads it first."""
        pair = (self.consultant_id, self.second_consultant_id)
        return tuple(id for id in pair if id is not None)


class ReturnRequest(Table):
    """A firm asks to have its sheet back, or its confirmed result opened again (申请退回修改)."""

    __tablename__ = "return_requests"
    __table_args__ = (
        CheckConstraint(one_of("state", RequestState), name="state"),
        Index(
            "uq_return_requests_open",
            "assessment_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), index=True)
    state: Mapped[RequestState]
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, default="")
    """What the officer wrote to the firm when declining."""
    settled_at: Mapped[datetime | None]


class SheetRow(Table):
    """One version of the firm's own sheet or of a consultant's.

    Of each kind at most one speaks for its assessment: the one that is worked on, or stands. The
    others were handed in or confirmed once and are kept to be read, or are the second's of a pair.
    """

    __tablename__ = "sheets"
    __table_args__ = (
        Index(
            "ix_sheets_version",
            "assessment_id",
            "kind",
            "version",
            unique=True,
            sqlite_where=text("NOT second"),
            postgresql_where=text("NOT second"),
        ),
        Index(
            "ix_sheets_speaks",
            "assessment_id",
            "kind",
            unique=True,
            # As it is asked: SQLite uses the index of a part only where the question says the same.
            sqlite_where=text("speaks = 1"),
            postgresql_where=text("speaks"),
        ),
        CheckConstraint(one_of("kind", SheetKind), name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), index=True)
    kind: Mapped[SheetKind]
    version: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """The consultant an on-site sheet belongs to; nobody's in particular for the firm's own."""
    speaks: Mapped[bool] = mapped_column(default=True)
    second: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it is what the second of a pair keeps apart, see ``SecondSheet``; it never speaks."""
    processes: Mapped[list[str]] = mapped_column(JSON, default=list)
    lacking: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default=text("'{}'"))
    """Why the firm lacks a process its trade usually has, by process id."""
    beside: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What its assessment said beside it when it was left behind, see ``lifecycle.versions``."""
    created_at: Mapped[datetime]
    saved_on: Mapped[date | None]
    """The local day on which an answer of it was saved last; written by triggers alone
    (``migrations.watching``), so that every save tells it, whoever makes it."""

    start: Mapped[Start | None] = relationship(
        lazy="raise", viewonly=True, primaryjoin="SheetRow.id == Start.sheet_id"
    )
    """What the firm's own begins with, where it had a round before."""


class Start(Table):
    """What a firm's sheet begins with from its last round (上一轮的答案), as it stood on that day.

    None of it is an answer: a question counts as answered by its row in ``answers`` alone.
    """

    __tablename__ = "starts"
    __table_args__ = (CheckConstraint(one_of("kind", SheetKind), name="kind"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"), primary_key=True)
    last_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), index=True)
    """The assessment of the last round."""
    own_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"))
    """The firm's own sheet there; its files may be confirmed again."""
    kind: Mapped[SheetKind]
    """The sheet that spoke for the firm, and so begins this one."""
    same: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON)
    """By question id what may stand again: ``question`` of then, ``value``, ``remark`` of the firm;
    where the visit found otherwise what the firm had ``said`` and ``why``."""
    again: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON)
    """By question id what has to be answered anew: ``question`` and ``value`` of then."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the firm's profile said of its size on that day, by name."""

    last: Mapped[Assessment] = relationship(lazy="raise")


class AnswerFields:
    """What an answer holds now, and what each of its revisions held."""

    value: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    """The wire form of ``questionnaires.answers``; NULL when cleared."""
    remark: Mapped[str] = mapped_column(Text, default="")
    verification: Mapped[Verdict | None]
    """On-site sheets only."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why the consultant changed the level, or could not see."""
    finding: Mapped[str] = mapped_column(Text, default="")
    saved_at: Mapped[datetime]


class AnswerRow(AnswerFields, Table):
    """The present answer to one question of one sheet."""

    __tablename__ = "answers"
    # When a sheet was saved last is asked of every line of a round.
    __table_args__ = (Index("ix_answers_sheet_id_saved_at", "sheet_id", "saved_at"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"), primary_key=True)
    question_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    revision: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class AnswerRevision(AnswerFields, Table):
    """Every revision an answer ever had. ``request_id`` is made by the client: a replay is known."""

    __tablename__ = "answer_revisions"
    __table_args__ = (UniqueConstraint("sheet_id", "request_id"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"), primary_key=True)
    question_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    request_id: Mapped[str] = mapped_column(String(64))


class ScoreRow(Table):
    """The score of a submitted or confirmed sheet, in columns for lists and filters."""

    __tablename__ = "scores"

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"), primary_key=True)
    share: Mapped[str] = mapped_column(String(80))
    """The exact fraction, such as 41/80."""
    permille: Mapped[int]
    """The share in thousandths, rounded down, for sorting only."""
    step: Mapped[int]
    """0 below the ladder, 1 on its first rung."""
    rung: Mapped[str | None] = mapped_column(String(60))
    floor_step: Mapped[int | None]
    """The step that is left when every unseen answer stands at its lowest; less than ``step`` makes
    the rung provisional (暂核). Of the firm's own sheet, nobody's seeing asked, it is ``step``; None
    until told again."""
    support: Mapped[int | None]
    """The fewest answers whose fall by one level would lose the rung (``reports.robustness``); 0 where
    none would; None until told again."""
    unseen_support: Mapped[int | None]
    """The same where only answers may fall that no consultant saw: of the firm's own sheet, all."""
    sections: Mapped[dict[str, Any]] = mapped_column(JSON)
    failed_gates: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    """The next rung's failed gates, as ``questionnaires.gates.plain``; None until told again."""
    scored_at: Mapped[datetime]

    @property
    def is_provisional(self) -> bool:
        """Whether the rung would be lost if what nobody saw were not so (暂核)."""
        return self.floor_step is not None and self.floor_step < self.step


class UnmetGate(Table):
    """A gate of the next rung that the sheet of this kind scored last does not meet, for lists.

    ``gate`` is named by what it looks at, see ``questionnaires.gates.name_of``.
    """

    __tablename__ = "unmet_gates"
    __table_args__ = (Index("ix_unmet_gates_gate", "gate", "kind", "assessment_id"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    kind: Mapped[SheetKind] = mapped_column(primary_key=True)
    gate: Mapped[str] = mapped_column(String(400), primary_key=True)


class Explanation(Table):
    """Why a contradiction is none (矛盾提示的说明), in a sentence of the consultant.

    It settles the contradiction it spoke of: the check, with these values on both sides.
    """

    __tablename__ = "explanations"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    check_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    spoke_of: Mapped[dict[str, Any]] = mapped_column(JSON)
    says: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    author: Mapped[str] = mapped_column(String(120))
    saved_at: Mapped[datetime]


class ChoiceRow(Table):
    """One line of the consultant's plan (顾问方案), see ``reports.facts.Choice``.

    Either a package of the edition, by its code, or a measure of the consultant's own with a title.
    """

    __tablename__ = "choices"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), default="")
    title: Mapped[str] = mapped_column(String(100), default="")
    what: Mapped[str] = mapped_column(Text, default="")
    why: Mapped[str] = mapped_column(Text, default="")
    units: Mapped[int | None]
    low: Mapped[int | None]
    high: Mapped[int | None]
    """In 0.01 万元."""
    weeks: Mapped[int | None]
    starts: Mapped[str] = mapped_column(String(10), default="")
    helps: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)


class Evidence(Table):
    """A file behind an answer; its bytes lie under their SHA-256 in the evidence folder."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("sheet_id", "question_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"))
    question_id: Mapped[str] = mapped_column(String(60))
    """A question's, or ``NOTE`` and the id of a finding."""
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    has_thumbnail: Mapped[bool] = mapped_column(default=False)
    caption: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    taken_at: Mapped[datetime | None]
    """When the photo was taken, as the device knows it; its clock may be wrong."""
    first_at: Mapped[datetime | None]
    """When it was first handed in, where the firm says that a file of an earlier round still holds."""
    likeness: Mapped[str | None] = mapped_column(String(16))
    """What a picture looks like (``files.inside.picture.likeness``); "" where it shows nothing, NULL
    for other files and while nobody looked."""
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]
    scan_state: Mapped[ScanState | None] = column_property(
        select(Scan.state).where(Scan.sha256 == sha256).scalar_subquery()
    )
    """How its content stands with the virus scanner; None where nobody asked."""
