"""What a step may refuse. Each carries a status code; ``wording`` says it in Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from questionnaires.reading import Fault
from survey.store.interests import Held
from survey.tables import AssessmentState, Doubt, Need, PairNeed


class Refusal(Exception):
    """A step that did not happen; nothing changed."""

    status = 409


class NotThere(Refusal):
    """The row does not exist, or not for this reader: the answer is the same."""

    status = 404


class Locked(Refusal):
    """The assessment is not in a state that allows this step."""

    def __init__(self, state: AssessmentState) -> None:
        super().__init__(state)
        self.state = state


class SheetFinished(Locked):
    """The second of a pair has said that the sheet is finished, or the lead went on without it."""


class ForTheLead(Refusal):
    """It belongs to the sheet that speaks, and the second of a pair keeps one apart."""

    status = 403


class Unsettled(Refusal):
    """Two sheets of a pair stand against the step: what is to be done, and for which questions."""

    status = 422

    def __init__(self, need: PairNeed, questions: tuple[str, ...] = ()) -> None:
        super().__init__(need, questions)
        self.need = need
        self.questions = questions


class Invalid(Refusal):
    """Fields that cannot be taken: {field: Chinese sentence with the remedy}."""

    status = 422

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(fields)
        self.fields = fields


class Incomplete(Refusal):
    """Questions that still need something before the step, with what they need."""

    status = 422

    def __init__(self, missing: dict[str, tuple[Need, ...]]) -> None:
        super().__init__(missing)
        self.missing = missing


class Contradicted(Refusal):
    """Contradictions that nobody has settled, by their checks' ids."""

    status = 422

    def __init__(self, checks: tuple[str, ...]) -> None:
        super().__init__(checks)
        self.checks = checks


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


@dataclass(frozen=True)
class NoteNow:
    """A note as it stands; ``fields`` as a form holds them, None where it was removed."""

    item_id: str
    revision: int
    author: str
    saved_at: datetime
    fields: Mapping[str, str] | None


class NoteConflict(Refusal):
    """Two people changed one note of a visit; the later one is shown both and asked."""

    def __init__(self, current: NoteNow) -> None:
        super().__init__(current.item_id)
        self.current = current


class PhoneShared(Refusal):
    """Two accounts claim the phone number that was typed; the user name tells them apart."""


class WrongPassword(Refusal):
    """The name or the password is wrong; which of them is nobody's business."""


class TooManyTries(Refusal):
    """The next try is allowed in so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class LinkSpent(Refusal):
    """The one-time link is unknown, used, or too old."""


class IdReused(Invalid):
    """A request's id stands for one content; another content under it was never kept."""

    status = 409


class NotAnnounced(Invalid):
    """No photo of this number is on its way, or no more; its device begins again."""

    status = 409


class RoundClosed(Invalid):
    """The round has not begun, or is over."""

    status = 409


class NotInvited(Invalid):
    """The round is for firms that are invited, and this one is not."""

    status = 409


class NotDraft(Refusal):
    """A published edition never changes; a draft copy may."""


class AlreadyThere(Refusal):
    """An edition of this id exists."""

    def __init__(self, edition_id: str) -> None:
        super().__init__(edition_id)
        self.edition_id = edition_id


class Unused(Refusal):
    """The step does not fit the state: a draft cannot be retired, a published one not discarded."""


class Faulty(Refusal):
    """What was handed in, or the draft itself, has faults: all of them."""

    status = 422

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(len(faults))
        self.faults = faults


class CodeTaken(Invalid):
    """Another firm has this code."""

    status = 409


class WrongState(Invalid):
    """The entry is not where this step begins."""

    status = 409


class Cleared(Invalid):
    """What a list held was cleared once its retention was over."""

    status = 410

    def __init__(self) -> None:
        super().__init__({"roster": "名单内容已按保存期限清除，不能再下载，也不能再撤销导入。"})


class Doubtful(Refusal):
    """A decision does not fit what is known; said to be meant, it is taken."""

    status = 409

    def __init__(self, doubts: tuple[Doubt, ...]) -> None:
        super().__init__(doubts)
        self.doubts = doubts


class Interested(Refusal):
    """Somebody who is to visit a firm has an interest in it; said why all the same, they go."""

    def __init__(self, found: Sequence[Held]) -> None:
        super().__init__(len(found))
        self.found = tuple(found)


class Shifted(Refusal):
    """What a filter finds is no longer what the page showed: how many rows it is now."""

    def __init__(self, now: int) -> None:
        super().__init__(now)
        self.now = now


class NotTogether(Refusal):
    """A decision about several firms that some of them do not allow: why, by the row's id."""

    def __init__(self, why: dict[int, Refusal]) -> None:
        super().__init__(why)
        self.why = why


class RecognisedBefore(Invalid):
    """The firm already holds this rung by another document."""

    status = 409


class TitleTaken(Invalid):
    """Another round has this title."""

    status = 409


class AlreadySaid(Invalid):
    """The firm has said its word on this version, or the bureau on it."""

    status = 409


class MovedOn(Refusal):
    """What stands between a firm and a provider is not in a state for this step any more."""


class JobEnded(Refusal):
    """The job is over, or not yet: it cannot be cancelled, or need not be tried again."""
