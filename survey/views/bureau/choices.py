"""What a request narrows a list to: the edition, its trades and rungs, the district's places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import g

from questionnaires.edition import Edition
from questionnaires.model import Rung
from survey import library
from survey.store import rounds
from survey.store.lists import BELOW
from survey.web import here, lists
from survey.words.wording import STATES

NO_RUNG = "尚未达到最低等级"
CONFIRMED = {"yes": "已核定", "no": "未核定"}


@dataclass(frozen=True)
class Frame:
    """The edition a list is about; lists and counts never mix editions."""

    edition: Edition
    others: tuple[Edition, ...]

    @property
    def trades(self) -> dict[str, str]:
        return {trade.id: trade.title for trade in self.edition.trades.values()}

    @property
    def rungs(self) -> dict[str, str]:
        return {rung.id: rung.title for rung in self.edition.ladder}

    @property
    def rung_choices(self) -> list[tuple[str, str]]:
        return [*self.rungs.items(), (BELOW, NO_RUNG)]

    @property
    def edition_choices(self) -> list[tuple[str, str]]:
        return [(edition.id, edition.title) for edition in self.others]

    def rung(self, rung_id: str | None) -> Rung | None:
        return next((rung for rung in self.edition.ladder if rung.id == rung_id), None)

    def step(self, rung_id: str | None) -> int:
        """Return a rung's place from the ground, 0 for none."""
        return next((s for s, r in enumerate(self.edition.ladder, 1) if r.id == rung_id), 0)


def frame() -> Frame:
    """Return the edition asked for; by default that of the newest round. Read once per request."""
    if "bureau_frame" not in g:
        g.bureau_frame = _frame()
    found: Frame = g.bureau_frame
    return found


def _frame() -> Frame:
    shelf = library.of(here.session())
    there = shelf.editions()
    used = [edition for edition in rounds.editions_used(here.session()) if edition in there]
    known = used or [max(there)]
    chosen = lists.one_of("edition", known) or known[0]
    return Frame(shelf.load(chosen), tuple(shelf.load(edition) for edition in known))


def frame_of(edition: str) -> Frame:
    return Frame(library.of(here.session()).load(edition), ())


def township() -> str:
    """Return the township asked for: any words, for firms may still lie in a renamed one."""
    return lists.words("township")


def townships() -> list[tuple[str, str]]:
    """Return the district's places as choices, with the one asked for if it is no longer there."""
    places = list(here.district().townships)
    if (asked := township()) and asked not in places:
        places.append(asked)
    return [(place, place) for place in places]


def said_filters(chosen: Mapping[str, str]) -> str:
    """Write the filters in force, for the head of an export and for the log."""
    return "；".join(f"{title}：{value}" for title, value in chosen.items() if value) or "全部"


def state_filter() -> str:
    return lists.one_of("state", STATES)
