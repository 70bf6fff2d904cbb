"""A sample as its readers see it: the card, whom it resembles, and what came of its copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from reports.contracts import Prices
from reports.samples import Alike, Card, Differs, Done, Far, Item, Seeker, deviations, how_far, rank
from survey import library
from survey.lifecycle.projects import once
from survey.readings.prices import prices
from survey.readings.projects import spent_of
from survey.readings.recommended import recommended
from survey.store import firms, projects
from survey.store import samples as store
from survey.store.samples import Taken
from survey.tables import (
    Firm,
    Project,
    ProjectPackage,
    ProjectState,
    Sample,
    SampleChoice,
    SampleCopy,
    SampleState,
)

Packages = Mapping[int, Mapping[str, ProjectPackage]]


# --- what came of it ------------------------------------------------------------------------------


@dataclass(frozen=True)
class TakenSeen:
    """One item of a copy, the project it became, and how that differs from the card."""

    choice: SampleChoice
    project: Project | None
    differs: tuple[Differs, ...]
    price: int | None
    """What its contract cost once, in 0.01 万元; None before it is signed."""


@dataclass(frozen=True)
class CopySeen:
    """One firm's copy with everything it took."""

    row: SampleCopy
    firm: Firm
    taken: tuple[TakenSeen, ...]

    @property
    def far(self) -> Far:
        return how_far(one.project.state for one in self.taken if one.project)

    @property
    def price(self) -> int:
        """What its contracts cost once, in 0.01 万元."""
        return sum(one.price or 0 for one in self.taken)


def copies_of(session: Session, cards: Mapping[int, str]) -> list[tuple[str, CopySeen]]:
    """Return every copy of cards with the title of its card, in three statements.

    Args:
        cards: Titles by number.
    """
    rows = store.copies(session, list(cards))
    taken = store.taken(session, [row.id for row in rows])
    packages = _packages(session, [one for ones in taken.values() for one in ones])
    return [
        (
            cards[row.sample_id],
            CopySeen(row, row.firm, tuple(_seen(one, packages) for one in taken[row.id])),
        )
        for row in rows
    ]


def _packages(session: Session, taken: Collection[Taken]) -> Packages:
    return projects.packages_of(session, [one.project.id for one in taken if one.project])


def _seen(one: Taken, packages: Packages) -> TakenSeen:
    done = _done(one.choice, one.project, packages)
    differs = deviations(_item(one.choice), done)
    return TakenSeen(one.choice, one.project, differs, done.price if done else None)


def _item(choice: SampleChoice) -> Item:
    return Item(
        package=choice.package,
        needed=choice.needed,
        quantity=choice.quantity,
        price=choice.price,
        weeks=choice.weeks,
        provider=choice.provider_name,
    )


def _done(choice: SampleChoice, project: Project | None, packages: Packages) -> Done | None:
    """Return what a copy made of an item; None where it was left out, stopped or taken out again."""
    if project is None or project.state == ProjectState.STOPPED:
        return None
    parts = packages[project.id]
    part = parts.get(choice.package)
    if part is None:
        return None
    return Done(
        part.quantity, _price(project, part, len(parts)), spent_of(project).weeks,
        project.provider_name,
    )  # fmt: skip


def _price(project: Project, part: ProjectPackage, parts: int) -> int | None:
    """What the contract says of one package; all of it where there is no other."""
    if project.contracted_on is None:
        return None
    return part.price if part.price is not None else once(project) if parts == 1 else None


@dataclass(frozen=True)
class Came:
    """What came of a card, as everybody may know it: nobody is named.

    ``prices`` of one unit by package, of all accepted contracts as they are told to everybody: those
    of the copies alone, beside them, would tell on single ones.
    """

    far: Mapping[Far, int]
    prices: Mapping[str, Prices]

    @property
    def copied(self) -> int:
        return sum(self.far.values())


def came_of(session: Session, sample_id: int) -> Came:
    rows = store.copies(session, [sample_id])
    taken = store.taken(session, [row.id for row in rows])
    wanted = {one.choice.package for ones in taken.values() for one in ones}
    far = Counter(
        how_far(one.project.state for one in ones if one.project) for ones in taken.values()
    )
    told = prices(session)
    return Came(far, {code: told[code] for code in sorted(wanted & told.keys())})


# --- one card -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Names:
    """Titles of what cards name by id and code."""

    trades: Mapping[str, str]
    processes: Mapping[str, str]
    packages: Mapping[str, str]

    @property
    def every(self) -> Mapping[str, str]:
        return {**self.processes, **self.packages}


def names(session: Session, editions: Collection[str]) -> Names:
    known = library.named(session)
    packages = {
        package.code: package.title
        for edition in sorted(set(editions))
        for package in library.load(session, edition).packages
    }
    return Names(known.trades, known.processes, packages)


@dataclass(frozen=True)
class CardSeen:
    """One card with the words of its catalogue and what came of it."""

    row: Sample
    card: Card
    names: Names
    came: Came
    both: Alike | None = None
    """What it has in common with the firm that looks."""

    @property
    def id(self) -> int:
        return self.row.id


def card_seen(session: Session, row: Sample, firm_id: int | None = None) -> CardSeen:
    card = Card.read(row.card)
    both = None
    if firm_id is not None and firm_id != row.firm_id:
        both = rank(seeker(session, firm_id), {row.id: card})[0][1]
    return CardSeen(row, card, names(session, [row.edition]), came_of(session, row.id), both)


# --- which cards ----------------------------------------------------------------------------------


def seeker(session: Session, firm_id: int) -> Seeker:
    """Return a firm as it looks for samples: its last result says what it lacks."""
    firm = firms.firm(session, firm_id)
    if firm is None:
        return Seeker("", None)
    found = recommended(session, firm_id)
    lacks = tuple(one.package.code for one in found.purchases) if found else ()
    return Seeker(firm.trade, firm.size, tuple(firm.processes), lacks)


@dataclass(frozen=True)
class Offered:
    """One published card in a list, with what it has in common with who looks."""

    row: Sample
    card: Card
    both: Alike | None


def offered(session: Session, firm_id: int | None = None) -> tuple[Sequence[Offered], Names]:
    """Return the cards that are shown to others, the most alike first; a firm's own are not among."""
    rows = [row for row in store.published(session) if row.firm_id != firm_id]
    cards = {row.id: Card.read(row.card) for row in rows}
    by_id = {row.id: row for row in rows}
    if firm_id is None:
        found = [Offered(row, cards[row.id], None) for row in rows]
    else:
        ranked = rank(seeker(session, firm_id), cards)
        found = [Offered(by_id[number], cards[number], both) for number, both in ranked]
    return found, names(session, {row.edition for row in rows})


# --- a project that copies one --------------------------------------------------------------------


@dataclass(frozen=True)
class Copied:
    """The card a project copies: what it says, and how the project differs.

    ``row`` is None where its firm took it back: then nothing of the card is shown.
    """

    choice: SampleChoice
    row: Sample | None
    differs: tuple[Differs, ...]


def copied(session: Session, project: Project, *, everything: bool) -> Copied | None:
    """Return what a project copies; None where it copies nothing.

    Args:
        everything: Also of a card that is no more published, for the bureau.
    """
    choice = store.choice_of_project(session, project.id)
    if choice is None:
        return None
    row = store.sample_of_copy(session, choice.copy_id)
    packages = projects.packages_of(session, [project.id])
    seen = _seen(Taken(choice, project), packages)
    if row is None or not (everything or row.state == SampleState.PUBLISHED):
        return Copied(choice, None, ())
    return Copied(choice, row, seen.differs)
