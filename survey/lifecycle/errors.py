"""What a step may refuse. Each carries a status code; ``wording`` says it in Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class Refusal(Exception):
    """A step that did not happen; nothing changed."""

    status = 409


class NotThere(Refusal):
    """The row does not exist, or not for this reader: the answer is the same."""

    status = 404


class Locked(Refusal):
    """The assessment is not in a state that allows this step."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class Invalid(Refusal):
    """Fields that cannot be taken: {field: Chinese sentence with the remedy}."""

    status = 422

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(fields)
        self.fields = fields


class Incomplete(Refusal):
    """Questions that still need something before the step, with what they need."""

    status = 422

    def __init__(self, missing: dict[str, str]) -> None:
        super().__init__(missing)
        self.missing = missing


class Stale(Refusal):
    """Somebody else changed the row since this reader last saw it."""


@dataclass(frozen=True)
class AnswerNow:
    """An answer as it stands: what the later of two savers is shown."""

    value: object
    remark: str
    revision: int
    author: str
    saved_at: datetime
    verification: str | None = None
    reason: str = ""
    finding: str = ""


class Conflict(Refusal):
    """Two people changed one answer; the later one is shown both and asked."""

    def __init__(self, question_id: str, current: AnswerNow, yours: object) -> None:
        super().__init__(question_id)
        self.question_id = question_id
        self.current = current
        self.yours = yours
