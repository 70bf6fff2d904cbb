"""What a request narrows a list to: every choice from a closed list, every word taken literally."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from flask import g, request

from questionnaires.edition import Edition
from questionnaires.model import Rung
from survey import library
from survey.lifecycle import typed
from survey.store import bureau as store
from survey.store.bureau import Slice
from survey.web import here
from survey.words.wording import STATES

PAGE_SIZE = 30
MOST_WORDS = 60
NO_FILTERS = frozenset({"page", "endpoint"})
"""Names in an address that narrow nothing; ``url_for`` owns the second, and all with a leading _."""
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
        return [*self.rungs.items(), (store.BELOW, NO_RUNG)]

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
    used = [edition for edition in store.editions_used(here.session()) if edition in there]
    known = used or [max(there)]
    chosen = one_of("edition", known) or known[0]
    return Frame(shelf.load(chosen), tuple(shelf.load(edition) for edition in known))


def frame_of(edition: str) -> Frame:
    return Frame(library.of(here.session()).load(edition), ())


def one_of(name: str, allowed: Collection[str]) -> str:
    """Return one choice of a filter, empty for all; anything else answers 400."""
    value = request.args.get(name, "")
    if value and value not in allowed:
        here.refuse(400, "筛选或排序条件不正确，请从列表上方重新选择。")
    return value


def words(name: str = "q") -> str:
    return typed.line(request.args.get(name))[:MOST_WORDS]


def sort_key(sorts: Collection[str]) -> str:
    return one_of("sort", {*sorts, *(f"-{key}" for key in sorts)})


def township() -> str:
    """Return the township asked for: any words, for firms may still lie in a renamed one."""
    return words("township")


def townships() -> list[tuple[str, str]]:
    """Return the district's places as choices, with the one asked for if it is no longer there."""
    places = list(here.district().townships)
    if (asked := township()) and asked not in places:
        places.append(asked)
    return [(place, place) for place in places]


def day(name: str) -> date | None:
    """Return a day of a filter, None where it is empty."""
    value = request.args.get(name, "")
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        here.refuse(400, "日期不正确，请写成 2026-01-31 这样的格式。")


def part(page: int) -> Slice:
    return Slice(page, PAGE_SIZE)


def arguments() -> dict[str, str]:
    """Return the filters in force as the arguments of a link: to the next page, to the workbook."""
    return {
        name: value
        for name, value in request.args.items()
        if value and name not in NO_FILTERS and not name.startswith("_")
    }


def pages_of(total: int) -> int:
    return max(1, -(-total // PAGE_SIZE))


def said_filters(chosen: Mapping[str, str]) -> str:
    """Write the filters in force, for the head of an export and for the log."""
    return "；".join(f"{title}：{value}" for title, value in chosen.items() if value) or "全部"


def state_filter() -> str:
    return one_of("state", STATES)
