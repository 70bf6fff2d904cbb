"""States and kinds that rows hold, each a word of its own; ``survey.words`` says them in Chinese."""

from __future__ import annotations

from enum import StrEnum

from reports.facts import SheetKind, Size, Verdict


class Role(StrEnum):
    """What a user may be."""

    FIRM = "firm"
    CONSULTANT = "consultant"
    OFFICER = "officer"
    ADMINISTRATOR = "administrator"


class AssessmentState(StrEnum):
    """Where an assessment is in its life; ``lifecycle.states`` says what leads on."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    VISITING = "visiting"
    CONFIRMED = "confirmed"


class PoolState(StrEnum):
    """Where a firm stands in the cultivation pool."""

    PROPOSED = "proposed"
    IN_POOL = "in_pool"
    RECOGNISED = "recognised"
    WITHDRAWN = "withdrawn"


class EditionState(StrEnum):
    """What may be done with an edition of the questionnaire."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class JobState(StrEnum):
    """How far a job has come."""

    QUEUED = "queued"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    INVITE = "invite"
    RESET = "reset"


__all__ = [
    "AssessmentState",
    "EditionState",
    "JobState",
    "LinkPurpose",
    "PoolState",
    "Role",
    "SheetKind",
    "Size",
    "Verdict",
]
