"""What waits for a firm's owner and its colleagues."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from survey.clock import LOCAL
from survey.readings.sheets import FilledSheet
from survey.readings.todo.heaps import Heap, Kind, Waiting, by_age, heap
from survey.store.notices import Reminded
from survey.tables import (
    Assessment,
    Firm,
    FirmNeed,
    Introduction,
    Project,
    Response,
    Round,
    Sample,
    User,
)


@dataclass(frozen=True)
class AtFirm:
    """What a firm's first page has read already."""

    firm: Firm
    rounds: Sequence[Round]
    """Open rounds it has not begun; none for who may not begin one."""
    drafts: Sequence[FilledSheet]
    returned: Mapping[int, datetime]
    """When each sheet came back, by assessment id."""
    people: Sequence[User]
    """Its users, for whom their invitations concern."""
    unsaid: Sequence[Assessment]
    """Confirmed ones on which its owner has said nothing; none for anybody else."""
    settled: Sequence[tuple[Assessment, Response]]
    """Objections of its owner that were answered, and nothing was said since."""
    answered: Sequence[FirmNeed]
    """Needs with an answer on which it has said nothing; none for who sees modules only."""
    projects: Sequence[Project]
    """Those of which the bureau asks something to be mended; none for whom they do not concern."""
    asked: Sequence[Introduction]
    """Providers that would know who it is; none for whom that does not concern."""
    samples: Sequence[Sample]
    """Cards about it that wait for its owner's consent; none for anybody else."""
    called: Sequence[Reminded]
    """Notices it was reminded of and may still hand in for; none for who may not see them."""
    whole: bool
    """Whether the reader has the whole sheet; otherwise some modules."""


def _begin(at: AtFirm) -> Heap:
    return heap(
        Kind.BEGIN,
        (Waiting(r.title, r.id, _midnight(r.opens_on), r.closes_on) for r in at.rounds),
    )


def _draft(at: AtFirm, sheet: FilledSheet, said: str = "") -> Waiting:
    assessment = sheet.assessment
    return Waiting(
        assessment.round.title,
        assessment.id,
        at.returned.get(assessment.id, assessment.created_at),
        assessment.round.closes_on,
        sheet.answered,
        sheet.required,
        said,
    )


def _finish(at: AtFirm) -> Heap:
    own = (s for s in at.drafts if at.whole and not s.assessment.return_reason)
    return heap(Kind.FINISH, (_draft(at, sheet) for sheet in own))


def _returned(at: AtFirm) -> Heap:
    back = (s for s in at.drafts if at.whole and s.assessment.return_reason)
    return heap(
        Kind.RETURNED, (_draft(at, sheet, sheet.assessment.return_reason or "") for sheet in back)
    )


def _given(at: AtFirm) -> Heap:
    """Modules given to a colleague in which an answer is missing."""
    open_ = (s for s in at.drafts if not at.whole and s.answered < s.required)
    return heap(Kind.GIVEN, (_draft(at, sheet) for sheet in open_))


def _profile(at: AtFirm) -> Heap:
    firm = at.firm
    needed = (firm.size, firm.employees, firm.contact_name, firm.contact_phone)
    lacks = at.whole and (not firm.processes or any(value is None for value in needed))
    return heap(Kind.PROFILE, [Waiting("", since=firm.created_at)] if lacks else [])


def _invited(at: AtFirm) -> Heap:
    """Colleagues who have not opened their link."""
    silent = (u for u in at.people if u.active and not u.password_hash and not u.owner)
    return heap(Kind.INVITED, (Waiting(u.name, u.id, u.created_at) for u in silent))


def _unsaid(at: AtFirm) -> Heap:
    """Confirmed results that are neither acknowledged nor objected to."""
    return heap(Kind.UNSAID, (Waiting(a.round.title, a.id, a.confirmed_at) for a in at.unsaid))


def _settled(at: AtFirm) -> Heap:
    """Objections that were answered, while the firm has said nothing since."""
    return heap(
        Kind.SETTLED,
        (Waiting(a.round.title, a.id, said.settled_at, said=said.answer) for a, said in at.settled),
    )


def _need_answered(at: AtFirm) -> Heap:
    """Needs that were answered, while the firm has not said whether they are solved."""
    return heap(
        Kind.NEED_ANSWERED,
        (Waiting(f"{one.category} {one.number}", one.id, one.changed_at) for one in at.answered),
    )


def _project_mend(at: AtFirm) -> Heap:
    """Projects of which the bureau asks something to be mended."""
    back = (Waiting(p.title, p.id, p.changed_at, said=p.returned) for p in at.projects)
    return heap(Kind.PROJECT_MEND, back)


def _name_asked(at: AtFirm) -> Heap:
    """Providers that would like the firm to be named to them."""
    return heap(
        Kind.NAME_ASKED, (Waiting(one.provider.name, one.id, one.changed_at) for one in at.asked)
    )


def _sample_asked(at: AtFirm) -> Heap:
    """Cards about the firm that others would be shown."""
    return heap(
        Kind.SAMPLE_ASKED, (Waiting(one.title, one.id, one.changed_at) for one in at.samples)
    )


def _called(at: AtFirm) -> Heap:
    """Notices whose day is near."""
    return heap(
        Kind.CALLED, (Waiting(one.title, one.id, one.made_at, one.until) for one in at.called)
    )


FIRM: tuple[Callable[[AtFirm], Heap], ...] = (
    _returned,
    _project_mend,
    _unsaid,
    _settled,
    _need_answered,
    _name_asked,
    _sample_asked,
    _called,
    _begin,
    _finish,
    _given,
    _profile,
    _invited,
)


def of_firm(at: AtFirm) -> list[Heap]:
    """Return what waits for a reader of a firm."""
    return by_age(kind(at) for kind in FIRM)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)
