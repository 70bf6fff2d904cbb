"""How the district sorts needs (诉求): its categories, and the departments that answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from survey.tables import Setting

KEY = "needs"


@dataclass(frozen=True)
class Category:
    """A kind of need.

    Attributes:
        days: Working days its department has.
        department: Who answers it as a rule; empty where nobody said.
        words: What an answer of a sheet names where it speaks of such a need.
    """

    name: str
    days: int
    department: str = ""
    words: tuple[str, ...] = ()


SHIPPED: tuple[Category, ...] = (
    Category("政策法规", 5),
    Category("经营管理", 10),
    Category("资金", 15, words=("资金", "融资", "贷款", "缺钱")),
    Category("用工", 10, words=("招工", "用工", "招不到人")),
    Category("用地", 15, words=("用地", "厂房不够")),
    Category("能源", 10, words=("限电", "停电", "电价")),
    Category("技术改造", 15),
    Category("设备", 10),
    Category("软件", 10),
    Category("人才", 10, words=("缺人才", "缺技术人员", "留不住人")),
    Category("市场", 10, words=("订单不足", "销路")),
    Category("其他", 10),
)
"""Until the district says otherwise: a proposal, not a rule of anybody's."""


MOST_OPEN = 20
"""Needs a firm may have open at once until the district says otherwise: a proposal as well."""


@dataclass(frozen=True)
class NeedRules:
    """The categories in the order in which they are offered, and further departments.

    Attributes:
        most_open: How many needs a firm may have open at once; what officers write down is not
            refused for it.
    """

    categories: tuple[Category, ...] = SHIPPED
    departments: tuple[str, ...] = ()
    most_open: int = MOST_OPEN

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.categories)

    @property
    def every_department(self) -> tuple[str, ...]:
        """Those the categories name first, each once."""
        named = (one.department for one in self.categories if one.department)
        return tuple(dict.fromkeys([*named, *self.departments]))

    def category(self, name: str) -> Category | None:
        return next((one for one in self.categories if one.name == name), None)


def read(session: Session) -> NeedRules:
    kept = session.get(Setting, KEY)
    if kept is None:
        return NeedRules()
    categories = (Category(**one | {"words": tuple(one["words"])}) for one in kept.value["kinds"])
    most_open = kept.value.get("most_open", MOST_OPEN)
    return NeedRules(tuple(categories), tuple(kept.value["departments"]), most_open)


def keep(session: Session, rules: NeedRules) -> None:
    """Store the rules; the caller's transaction decides."""
    session.merge(Setting(key=KEY, value=written(rules)))


def written(rules: NeedRules) -> dict[str, Any]:
    """Return the rules as they are stored: plain values."""
    kinds = [asdict(one) | {"words": list(one.words)} for one in rules.categories]
    return {
        "kinds": kinds,
        "departments": list(rules.departments),
        "most_open": rules.most_open,
    }
