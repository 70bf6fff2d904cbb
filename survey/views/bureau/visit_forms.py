"""What an officer has to give for visits: what the fields start with, what was typed, what it means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from reports.falls.choice import DAYS, HALVES, MOST_DAYS, UNSAID, Aim
from survey.lifecycle import typed
from survey.readings.visiting import Terms
from survey.words.forecasts import AIMS, SIZED, days

LONGEST: Final = 10
"""Days of one visit."""
_DAYS = re.compile(r"(\d{1,3})(?:\.([05])0*)?")
STARTS: Final = {
    "days": "10",
    "aim": Aim.EACH,
    **{f"days-{size or 'none'}": days(DAYS.get(size, UNSAID)) for size in SIZED},
}
"""Reference values of ours."""


class VisitForm:
    """The fields as they stand; ``faults`` names those that cannot be taken."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given, self.faults = given, dict[str, str]()
        self.terms = self._terms()

    def value(self, name: str) -> str:
        """What stands in a field."""
        return self.given.get(name, STARTS[name])

    @property
    def told(self) -> list[tuple[str, str]]:
        """Each fault with the field it is about."""
        return [(name, f"{self._label(name)}：{words}") for name, words in self.faults.items()]

    def _label(self, name: str) -> str:
        labels = {"days": "顾问天数", "aim": "怎样算多"}
        sized = {f"days-{size or 'none'}": f"{title}企业的天数" for size, title in SIZED.items()}
        return (labels | sized)[name]

    def _terms(self) -> Terms | None:
        length = self._halves("days", MOST_DAYS)
        lengths = {size: self._halves(f"days-{size or 'none'}", LONGEST) for size in SIZED}
        if self.value("aim") not in tuple(Aim):
            self.faults["aim"] = f"请从这几种里选：{'、'.join(AIMS.values())}。"
        if self.faults:
            return None
        return Terms(length, lengths, Aim(self.value("aim")))

    def _halves(self, name: str, most: int) -> int:
        """Read days as half days; 0 with a fault where they are none."""
        found = _DAYS.fullmatch(typed.plain(self.value(name)).removesuffix("天"))
        halves = int(found[1]) * HALVES + (found[2] == "5") if found else 0
        if not 1 <= halves <= most * HALVES:
            self.faults[name] = f"请填 0.5 到 {most} 之间的天数，以半天计，例如 2 或 2.5。"
        return halves
