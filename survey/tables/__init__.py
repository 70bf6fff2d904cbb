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
    ChoiceRow,
    Evidence,
    Explanation,
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
    AwardLevel,
    DocumentKind,
    DocumentStanding,
    Doubt,
    EditionState,
    Fault,
    JobState,
    LinkPurpose,
    Need,
    PoolState,
    RecognitionStanding,
    ResponseKind,
    Role,
    Settlement,
    SheetKind,
    Size,
    Verdict,
)
from survey.tables.firms import Firm, Setting
from survey.tables.jobs import Job
from survey.tables.pool import (
    Decided,
    Minutes,
    Paper,
    PoolEntry,
    Recognition,
)
from survey.tables.responses import Response
from survey.tables.uploads import Upload, UploadPart

__all__ = [
    "ENUMERATIONS",
    "AnswerRevision",
    "AnswerRow",
    "Assessment",
    "AssessmentState",
    "AuditEntry",
    "AwardLevel",
    "ChoiceRow",
    "Decided",
    "Document",
    "DocumentKind",
    "DocumentStanding",
    "Doubt",
    "EditionRow",
    "EditionState",
    "Evidence",
    "Explanation",
    "Fault",
    "Firm",
    "Job",
    "JobState",
    "KnownDevice",
    "LinkPurpose",
    "Minutes",
    "Moment",
    "Need",
    "NumberSeries",
    "OneTimeLink",
    "Paper",
    "PoolEntry",
    "PoolState",
    "Recognition",
    "RecognitionStanding",
    "Response",
    "ResponseKind",
    "Role",
    "Round",
    "ScoreRow",
    "Setting",
    "Settlement",
    "SheetKind",
    "SheetRow",
    "Size",
    "Table",
    "Throttle",
    "Upload",
    "UploadPart",
    "User",
    "UserSession",
    "Verdict",
]
