"""Copies of a sample (学样): what a firm takes of a card becomes projects of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from reports.samples import Card, Item
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, NotThere, Stale, WrongState
from survey.lifecycle.projects import MOST_QUANTITY, ProjectFacts, begun, catalogue_of
from survey.lifecycle.step import About, Step
from survey.store import firms
from survey.store import projects as project_store
from survey.store import samples as store
from survey.tables import Firm, Project, ProjectState, Sample, SampleChoice, SampleCopy, SampleState

MOST_REASON: Final = 300
SUMMARY: Final = "照样本做：{package}。"
AGAIN: Final = "（照样本）"


@dataclass(frozen=True)
class TypedCopy:
    """What a firm takes of a card, as typed.

    Attributes:
        quantities: By package, for what is taken.
        reasons: Why an N item is left out, by package.
    """

    quantities: Mapping[str, str]
    reasons: Mapping[str, str] = field(default_factory=dict)


def show(step: Step, firm_id: int, sample_id: int) -> None:
    """Note that a firm looked at a card: once a day, whatever is looked at again."""
    known = store.showing(step.session, sample_id, firm_id)
    if known is not None and known.last_on == step.today:
        return
    with step.writing() as session:
        row = store.sample(session, sample_id)
        if row is None or row.state != SampleState.PUBLISHED:
            return
        if store.count_showing(session, sample_id, firm_id, step.today):
            step.log("sample_show", About("firm", firm_id, firm_id), after={"sample": sample_id})


def copy(
    step: Step, firm_id: int, sample_id: int, said: TypedCopy, *, revision: int
) -> list[Project]:
    """Make projects of what a firm takes of a card; more of it may be taken later.

    Raises:
        NotThere: The card is not published, or is the firm's own.
        Stale: It was changed since the firm's page was made.
        Invalid: Names every field that cannot be.
    """
    with step.writing() as session:
        firm = firms.firm(session, firm_id, lock=True)
        row = store.sample(session, sample_id, lock=True)
        if firm is None or row is None or row.state != SampleState.PUBLISHED:
            raise NotThere
        if row.firm_id == firm_id:
            raise NotThere
        if row.revision != revision:
            raise Stale
        made = _Copy(step, firm, row, store.choices_of_firm(session, sample_id, firm_id)).take(said)
        copied = About("sample", row.id, firm_id)
        step.log("sample_copy", copied, after={"items": len(made)})
        return made


@dataclass(frozen=True)
class _Copy:
    """One firm takes of one card."""

    step: Step
    firm: Firm
    sample: Sample
    known: Mapping[str, SampleChoice]

    def take(self, said: TypedCopy) -> list[Project]:
        card = Card.read(self.sample.card)
        standing = self._standing()
        open_ = [item for item in card.items if item.package not in standing]
        taken = {item.package: self._quantity(item, said) for item in open_}
        faults = {
            f"quantity-{code}": f"请填 1–{MOST_QUANTITY} 的整数，不做就空着。"
            for code, number in taken.items()
            if number is None
        }
        left = {
            item.package: self._why(item, said, faults) for item in open_ if not taken[item.package]
        }
        if not faults and not any(taken.values()):
            faults[""] = "请至少选一项来做。" if open_ else "这张卡里的每一项都已经立项了。"
        if faults:
            raise Invalid(faults)
        copied = self._row()
        return [
            project
            for item in open_
            if (project := self._keep(copied, item, taken[item.package] or 0, left)) is not None
        ]

    def _standing(self) -> Collection[str]:
        """The items that are projects of this firm already, and were not stopped."""
        ids = {one.project_id for one in self.known.values() if one.project_id}
        stopped = store.stopped(self.step.session, ids)
        return {
            code
            for code, one in self.known.items()
            if one.project_id is not None and one.project_id not in stopped
        }

    def _quantity(self, item: Item, said: TypedCopy) -> int | None:
        """How many are taken; 0 for none, None where it cannot be read."""
        words = typed.plain(said.quantities.get(item.package))
        if not words:
            return 0
        number = typed.whole(words)
        return number if number is not None and 0 <= number <= MOST_QUANTITY else None

    def _why(self, item: Item, said: TypedCopy, faults: dict[str, str]) -> str:
        words = typed.line(said.reasons.get(item.package))
        if len(words) > MOST_REASON:
            faults[f"why-{item.package}"] = f"最多 {MOST_REASON} 字，请删减。"
        elif item.needed and not words and f"quantity-{item.package}" not in faults:
            faults[f"why-{item.package}"] = "这一项是同行都要做的；不做，请写明原因。"
        return words

    def _row(self) -> SampleCopy:
        session, ids = self.step.session, (self.sample.id, self.firm.id)
        found = store.copy_of_firm(session, *ids)
        if found is None:
            found = SampleCopy(
                sample_id=self.sample.id,
                firm_id=self.firm.id,
                copied_by=self.step.by.user_id,
                copied_at=self.step.now,
            )
            session.add(found)
            session.flush()
        return found

    def _keep(
        self, copied: SampleCopy, item: Item, quantity: int, left: Mapping[str, str]
    ) -> Project | None:
        """Keep what became of an item; an X that is not taken leaves no trace."""
        if not quantity and not item.needed:
            return None
        project = self._begin(item, quantity) if quantity else None
        choice = self.known.get(item.package) or SampleChoice(
            copy_id=copied.id, package=item.package
        )
        choice.needed, choice.quantity = item.needed, item.quantity
        choice.price, choice.weeks = item.price, item.weeks
        choice.provider_name = item.provider
        choice.project_id = project.id if project else None
        choice.reason = left.get(item.package, "")
        self.step.session.add(choice)
        return project

    def _begin(self, item: Item, quantity: int) -> Project:
        session = self.step.session
        basis = project_store.newest_handed_in(session, self.firm.id, self.step.now)
        edition = basis.edition if basis else self.sample.edition
        known = catalogue_of(session, edition, self.firm.trade)
        if item.package not in known:
            raise Invalid({f"quantity-{item.package}": "本企业的目录里没有这个场景，请空着。"})
        title = known[item.package].title
        if project_store.titled(session, self.firm.id, title) is not None:
            title += AGAIN
        facts = ProjectFacts(
            title=title,
            summary=SUMMARY.format(package=known[item.package].title),
            packages={item.package: str(quantity)},
        )
        try:
            return begun(self.step, self.firm, facts, basis)
        except Invalid as error:
            said = "".join(error.fields.values())
            raise Invalid({f"quantity-{item.package}": said}) from None


def explain(step: Step, firm_id: int, project_id: int, *, reason: str) -> None:
    """Say why a project is done otherwise than in its sample.

    Raises:
        NotThere: The firm has no such project that copies a sample.
        WrongState: It was stopped.
        Invalid: The reason is missing or too long.
    """
    words = typed.line(reason)
    if not words or len(words) > MOST_REASON:
        raise Invalid({"reason": f"请写明为什么不一样（{MOST_REASON} 字以内）。"})
    with step.writing() as session:
        found = store.choice_of_project(session, project_id, lock=True)
        project = project_store.project(session, project_id)
        if found is None or project is None or project.firm_id != firm_id:
            raise NotThere
        if project.state == ProjectState.STOPPED:
            raise WrongState({"": "项目已终止，不能再写。"})
        found.reason = words
        step.log("sample_explain", project, reason=words)
