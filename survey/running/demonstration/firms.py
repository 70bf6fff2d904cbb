"""The invented district, its rounds and its firms."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import yaml
from sqlalchemy.orm import Session

from questionnaires.library import SHIPPED
from reports.facts import InUse
from survey.lifecycle import profiles
from survey.lifecycle.step import Step
from survey.running.demonstration.rounds import LAST_DAYS, QUOTAS
from survey.running.demonstration.story import BEGAN, DEMO, EDITION, HERE
from survey.store import need_rules, settings
from survey.tables import Firm, Round, Size


def rows_of(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def set_district(session: Session) -> None:
    file = HERE / "district.yaml"
    step = Step(session, DEMO, BEGAN)
    taken = profiles.read(step, file.read_bytes(), file.name)
    settings.keep(session, replace(taken.district, demonstration=True))
    need_rules.keep(session, taken.rules)


def make_rounds(session: Session, today: date) -> tuple[Round, Round]:
    rounds = (
        Round(
            title="2026 年度首轮评估",
            edition=EDITION,
            opens_on=date(2026, 9, 1),
            closes_on=date(2026, 10, 31),
            created_at=BEGAN,
        ),
        Round(
            title="2026 年度补充评估",
            edition=EDITION,
            notice="虚构〔2026〕12 号",
            opens_on=date(2026, 11, 1),
            only_invited=True,
            quotas=dict(QUOTAS),
            created_at=BEGAN,
            **{name: today + timedelta(days=days) for name, days in LAST_DAYS.items()},
        ),
    )
    session.add_all(rounds)
    session.flush()
    return rounds


def make_firm(session: Session, row: dict[str, Any]) -> tuple[Firm, dict[str, Any]]:
    trade = SHIPPED.load(EDITION).trades[row["trade"]]
    has = [p.id for p in trade.processes if p.id not in _lacks(row)]
    firm = Firm(
        code=row["code"],
        name=row["name"],
        trade=row["trade"],
        processes=sorted(has),
        lacking=row.get("lacking", {}),
        size=_size(row["employees"], row["revenue"]),
        above_scale=row["revenue"] >= 2000,
        township=row["township"],
        park=row.get("park"),
        address="示例路 8 号",
        employees=row["employees"],
        revenue=row["revenue"],
        in_use=_in_use(row),
        contact_name="张某",
        contact_post="生产负责人",
        contact_phone=f"000-0000-{1000 + row['employees']}",
        fictional=True,
        created_at=BEGAN,
    )
    session.add(firm)
    session.flush()
    return firm, row


def _in_use(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the systems and machines a firm names; a third of the firms name none."""
    if row["employees"] % 3 == 0:
        return []
    named = [dict(one) for one in rows_of("in_use.yaml").get(row["trade"], ())]
    used = [one for one in named if one.pop("from") <= row["step"]]
    return [asdict(InUse.kept(one)) for one in used]


def _size(employees: int, revenue: int) -> Size:
    """Return what a firm is called by its people and its revenue in 万元, both to be reached.

    Source: 《统计上大中小微型企业划分办法（2017）》, industry.
    """
    limits = ((1000, 40000, Size.LARGE), (300, 2000, Size.MEDIUM), (20, 300, Size.SMALL))
    return next((size for e, r, size in limits if employees >= e and revenue >= r), Size.MICRO)


def _lacks(row: dict[str, Any]) -> set[str]:
    """Return the processes a firm does without: its story's, and those its size rules out."""
    lacks = set(row.get("absent", ()))
    if row["trade"] == "bearing":
        lacks.add("linear_motion" if "直线" not in row["name"] else "ring_bearings")
        lacks.add("outside_furnace" if row["revenue"] >= 3000 else "furnace")
        lacks |= {"forging", "life_testing"} if row["revenue"] < 6000 else set()
    if row["trade"] == "valve":
        lacks |= {"casting", "special_service"} if row["revenue"] < 5000 else set()
        lacks |= {"hardfacing", "actuated"} if row["revenue"] < 2000 else set()
    if row["trade"] == "metal_products":
        lacks |= {"pipe_fittings", "surface_treatment"}
        bolts = {"fasteners", "cold_forming", "own_heat_treatment", "high_strength_plating"}
        lacks |= bolts if row["sample"] != "M-03" else set()
        lacks |= (
            {"explosive_dust", "food_contact", "bought_dies"} if row["revenue"] < 5000 else set()
        )
    return lacks
