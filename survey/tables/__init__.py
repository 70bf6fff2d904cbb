"""What is remembered. One schema for SQLite and PostgreSQL, cut by subject."""

from survey.tables.accounts import (
    KnownDevice,
    OneTimeLink,
    Throttle,
    User,
    UserSession,
)
from survey.tables.assessments import (
    AnswerRevision,
    AnswerRow,
    Assessment,
    Evidence,
    Round,
    ScoreRow,
    SheetRow,
)
from survey.tables.audit import AuditEntry
from survey.tables.base import ENUMERATIONS, Moment, Table
from survey.tables.documents import Document, NumberSeries
from survey.tables.editions import EditionRow
from survey.tables.enums import (
    AssessmentState,
    DocumentKind,
    DocumentStanding,
    EditionState,
    Fault,
    JobState,
    LinkPurpose,
    Need,
    PoolState,
    Role,
    SheetKind,
    Size,
    Verdict,
)
from survey.tables.firms import Firm, Setting
from survey.tables.jobs import Job
from survey.tables.pool import (
    PoolEntry,
    Recognition,
)

__all__ = [
    "ENUMERATIONS",
    "AnswerRevision",
    "AnswerRow",
    "Assessment",
    "AssessmentState",
    "AuditEntry",
    "Document",
    "DocumentKind",
    "DocumentStanding",
    "EditionRow",
    "EditionState",
    "Evidence",
    "Fault",
    "Firm",
    "Job",
    "JobState",
    "KnownDevice",
    "LinkPurpose",
    "Moment",
    "Need",
    "NumberSeries",
    "OneTimeLink",
    "PoolEntry",
    "PoolState",
    "Recognition",
    "Role",
    "Round",
    "ScoreRow",
    "Setting",
    "SheetKind",
    "SheetRow",
    "Size",
    "Table",
    "Throttle",
    "User",
    "UserSession",
    "Verdict",
]
