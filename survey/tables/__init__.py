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
from survey.tables.editions import EditionRow
from survey.tables.enums import (
    AssessmentState,
    EditionState,
    JobState,
    LinkPurpose,
    PoolState,
    Role,
    SheetKind,
    Size,
    Verdict,
)
from survey.tables.firms import Firm, Setting
from survey.tables.pool import (
    PoolEntry,
    Recognition,
    Report,
)

__all__ = [
    "ENUMERATIONS",
    "AnswerRevision",
    "AnswerRow",
    "Assessment",
    "AssessmentState",
    "AuditEntry",
    "EditionRow",
    "EditionState",
    "Evidence",
    "Firm",
    "JobState",
    "KnownDevice",
    "LinkPurpose",
    "Moment",
    "OneTimeLink",
    "PoolEntry",
    "PoolState",
    "Recognition",
    "Report",
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
