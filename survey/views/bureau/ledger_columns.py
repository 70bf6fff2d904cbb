"""The columns of the ledger (培育库台账) that no other list has, in the order an officer reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from questionnaires.edition import Edition
from questionnaires.frames.national import NationalLadder
from reports.tables import Cell
from survey.readings.ledger import Beside
from survey.store.ledger import Paid
from survey.store.stages import Stage, named, titles
from survey.tables import Ladder, Project
from survey.views.bureau.exports import Column, local_day
from survey.words.stages import LADDERS, NATION

MONEY = ("equipment", "software", "services")
"""What counts as 软硬件投资; building work stands apart."""
AS_KEPT: Mapping[str, tuple[str, ...]] = {
    "企业名称": ("企业名称",),
    "信用代码": ("统一社会信用代码",),
    "属地、平台": ("乡镇", "园区"),
    "行业": ("行业",),
    "规上": ("规上规下",),
    "项目（车间）名称": ("项目或车间名称",),
    "目标等级": ("培育目标等级",),
    "入库日期、依据": ("入库日期", "入库依据"),
    "总投资、软硬件投资": (
        *("项目总投资", "软硬件投资", "设备投资", "软件投资", "服务投资", "土建投资"),
    ),
    "已完成投资": ("已完成投资", "投资截至"),
    "备案代码": ("备案代码",),
    "开工、计划竣工、实际投产": ("开工日期", "计划竣工", "实际投产"),
    "建设内容": ("建设内容",),
    "主要系统与服务商": ("主要系统", "服务商"),
    "省评数字化水平": ("省评数字化水平", "省评年度"),
    "成熟度自评": ("成熟度自评等级", "成熟度自评日期", "成熟度自评报告号"),
    "本区诊断": ("本区诊断等级", "本区诊断日期", "诊断报告号"),
    "信用核查": ("信用核查结果", "信用核查日期"),
    "近年违法、事故": ("近年违法和事故",),
    "差距": ("距下一级", "未达到的必备条件"),
    "当前阶段": ("培育阶段", "国家梯度阶段"),
    "下一步、时限、责任人": ("下一步", "时限", "责任人"),
    "政策兑现": ("政策兑现",),
    "备注": ("备注",),
}
"""The ledger as offices keep it, in their order: each of its columns, and ours that stand in it.

The number of the line comes before them.
"""


def of_way(edition: Edition, stages: Sequence[Stage], known: Beside) -> tuple[Column[Any], ...]:
    """Where an entry stands on both ladders, and what comes next."""
    return (
        *_of_stages(stages, known),
        *_of_nation(edition.national, stages, known),
        *_of_follow_up(),
    )


def of_ledger(edition: Edition, known: Beside) -> tuple[Column[Any], ...]:
    """What a firm does, how far it is, and what the bureau knows of it.

    Args:
        known: What stands beside the entries; each column finds there what it asked for.
    """
    return (
        *_of_projects(edition, known),
        *_of_levels(edition, known),
        *_of_bureau(known),
    )


def _text(title: str, key: str, cell: Callable[[Any], Cell], width: int = 20) -> Column[Any]:
    return Column(title, cell, width, key=key, label=title)


def _day(title: str, key: str, cell: Callable[[Any], Cell], sort: str = "") -> Column[Any]:
    return Column(title, cell, 14, "date", key=key, sort=sort, label=title)


def _of_stages(stages: Sequence[Stage], known: Beside) -> Iterable[Column[Any]]:
    of_province = titles(stages, Ladder.PROVINCE)

    def proposal(line: Any) -> str:
        found = known.proposals.get(line.id)
        return f"建议：{found.stage.title}" if found else ""

    def why(line: Any) -> str:
        found = known.proposals.get(line.id)
        return found.why if found else ""

    def by(line: Any) -> str:
        return known.admissions.get(line.id, "")

    yield Column(
        "培育阶段",
        lambda line: of_province.get(line.stage, line.stage),
        14,
        key="stage",
        usual=True,
        label="阶段",
    )
    yield _text("阶段建议", "stage", proposal)
    yield _text("建议理由", "why", why, 40)
    yield _day("进入阶段日期", "stage_at", lambda line: local_day(line.place.stage_at))
    yield _day("入库日期", "admitted", lambda line: local_day(line.place.admitted_at))
    yield _text("入库依据", "admitted", by, 26)


def _of_follow_up() -> Iterable[Column[Any]]:
    yield Column(
        "下一步", lambda line: line.followed.next_step, 30, key="next", usual=True, label="下一步"
    )
    yield _day("时限", "next", lambda line: line.followed.next_by, sort="next")
    yield _text("责任人", "next", lambda line: line.followed.responsible, 12)
    yield _text("责任科室", "department", lambda line: line.followed.department)


def _of_nation(
    ladder: NationalLadder | None, stages: Sequence[Stage], known: Beside
) -> Iterable[Column[Any]]:
    rungs = {rung.id: rung.title for rung in ladder.rungs} if ladder else {}
    of_nation = titles(stages, Ladder.NATION)

    def stage(line: Any) -> str:
        return of_nation.get(line.place.nation_stage, line.place.nation_stage)

    def status(line: Any) -> str:
        found = named(stages, line.place.nation_stage, Ladder.NATION)
        return NATION[found.state] if found else ""

    def target(line: Any) -> str:
        return rungs.get(line.place.nation_target, line.place.nation_target)

    def held(line: Any) -> str:
        found = known.filings.get(line.firm_id, ())
        return "；".join(
            f"{rungs.get(one.rung, one.rung)}（{one.document}，{one.filed_on.isoformat()}）"
            for one in found
        )

    def proposal(line: Any) -> str:
        found = known.of_nation.get(line.id)
        return f"建议：{found.stage.title}。{found.why}" if found else ""

    title = LADDERS[Ladder.NATION]
    yield replace(_text(f"{title}状态", "nation", status), usual=True, label="国家")
    yield _text(f"{title}阶段", "nation", stage)
    yield _text(f"{title}目标", "nation", target)
    yield _text(f"{title}建议", "nation_why", proposal, 40)
    yield _text(f"{title}已登记", "filings", held, 40)


# --- of projects ----------------------------------------------------------------------------------


def _of_projects(edition: Edition, known: Beside) -> Iterable[Column[Any]]:
    packages = {package.code: package.title for package in edition.packages}

    def of(line: Any) -> Sequence[Project]:
        return known.projects.get(line.firm_id, ())

    def all_of(say: Callable[[Project], str]) -> Callable[[Any], str]:
        return lambda line: "；".join(dict.fromkeys(filter(None, map(say, of(line)))))

    def sum_of(*names: str) -> Callable[[Any], Cell]:
        return lambda line: _money(getattr(one, name) for one in of(line) for name in names)

    def days_of(name: str) -> Callable[[Any], Cell]:
        """One day as a date, several as words."""

        def cell(line: Any) -> Cell:
            days = sorted({getattr(one, name) for one in of(line)} - {None})
            return days[0] if len(days) == 1 else "；".join(day.isoformat() for day in days)

        return cell

    def systems(line: Any) -> str:
        return "；".join(packages.get(code, code) for code in known.packages.get(line.firm_id, ()))

    prices = tuple(f"price_{name}" for name in MONEY)
    money = ("price_building", *prices)
    yield _text("项目或车间名称", "project", all_of(_named), 30)
    yield _amount("项目总投资（万元）", "investment", sum_of(*money))
    yield _amount("软硬件投资（万元）", "investment", sum_of(*prices))
    yield _amount("设备投资（万元）", "investment", sum_of("price_equipment"))
    yield _amount("软件投资（万元）", "investment", sum_of("price_software"))
    yield _amount("服务投资（万元）", "investment", sum_of("price_services"))
    yield _amount("土建投资（万元）", "investment", sum_of("price_building"))
    yield _amount("已完成投资（万元）", "invested", sum_of("invested"))
    yield _text("投资截至", "invested", all_of(_as_of))
    yield _text("备案代码", "filing", all_of(lambda one: one.filing_code), 30)
    yield _day("开工日期", "dates", days_of("started_on"))
    yield _day("计划竣工", "dates", days_of("planned_end"))
    yield _day("实际投产", "dates", days_of("finished_on"))
    yield _text("建设内容", "content", all_of(lambda one: one.summary), 40)
    yield _text("主要系统", "systems", systems, 40)
    yield _text("服务商", "systems", all_of(lambda one: one.provider_name), 30)


def _amount(title: str, key: str, cell: Callable[[Any], Cell]) -> Column[Any]:
    return Column(title, cell, 14, "money", key=key, label=title.partition("（")[0])


def _money(given: Iterable[int | None]) -> Decimal | None:
    """Add amounts of 0.01 万元 up to 万元; where none is known, nothing is."""
    told = [amount for amount in given if amount is not None]
    return Decimal(sum(told)) / 100 if told else None


def _named(project: Project) -> str:
    return f"{project.title}（{project.place}）" if project.place else project.title


def _as_of(project: Project) -> str:
    known = project.invested is not None and project.progress_on
    return project.progress_on.strftime("%Y-%m") if known and project.progress_on else ""


# --- of levels and what the bureau knows ------------------------------------------------------------


def _of_levels(edition: Edition, known: Beside) -> Iterable[Column[Any]]:
    rungs = {rung.id: rung.title for rung in edition.ladder}
    level_words = _options(edition, "maturity_level")

    def level(line: Any) -> Cell:
        return known.levels.get(line.firm_id, (0, ""))[1]

    def year(line: Any) -> Cell:
        return known.levels[line.firm_id][0] if line.firm_id in known.levels else None

    def told(question: str) -> Callable[[Any], Cell]:
        return lambda line: str(known.maturity.get(line.assessment_id, {}).get(question, ""))

    def maturity(line: Any) -> Cell:
        said = known.maturity.get(line.assessment_id, {}).get("maturity_level", "")
        return level_words.get(str(said), "")

    def visited(line: Any) -> Cell:
        return rungs.get(line.results.visited.rung or "", "")

    yield _text("省评数字化水平", "digital", level)
    yield Column("省评年度", year, 10, "number", key="digital", label="省评年度")
    yield _text("成熟度自评等级", "maturity", maturity)
    yield _text("成熟度自评日期", "maturity", told("maturity_date"))
    yield _text("成熟度自评报告号", "maturity", told("maturity_report"))
    yield _text("本区诊断等级", "diagnosis", visited)
    yield _day("本区诊断日期", "diagnosis", lambda line: _diagnosed(known, line, "day"))
    yield _text("诊断报告号", "diagnosis", lambda line: _diagnosed(known, line, "report"))


def _diagnosed(known: Beside, line: Any, name: str) -> Any:
    found = known.diagnoses.get(line.assessment_id)
    return getattr(found, name) if found else None


def _options(edition: Edition, question_id: str) -> Mapping[str, str]:
    """The words of a choice's options; nothing where the edition does not ask it."""
    asked = (one for section in edition.sections for one in section.questions)
    found = next((one for one in asked if one.id == question_id), None)
    return {option.id: option.text for option in getattr(found, "options", ())}


def _of_bureau(known: Beside) -> Iterable[Column[Any]]:
    def benefits(line: Any) -> str:
        paid = [_paid(one) for one in known.paid.get(line.firm_id, ())]
        return "；".join(filter(None, (*paid, line.followed.benefits)))

    yield _text("信用核查结果", "credit", lambda line: line.followed.credit)
    yield _day("信用核查日期", "credit", lambda line: line.followed.credit_on)
    yield _text("近年违法和事故", "offences", lambda line: line.followed.offences, 30)
    yield _text("政策兑现", "benefits", benefits, 40)
    yield _text("备注", "remark", lambda line: line.followed.remark, 30)


def _paid(one: Paid) -> str:
    return f"{one.policy} {one.year} 年 {Decimal(one.paid) / 100:g} 万元"
