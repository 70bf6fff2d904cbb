"""The file's projects: what was bought and paid, how far each came, what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reports.firm_file import Field, Kept, Leads, Part, Table, table
from survey.readings.firm_file.seeing import Seeing, clock, day, yes
from survey.tables import (
    ProgressReport,
    Project,
    ProjectFigure,
    ProjectPackage,
    ProjectPaper,
    Provider,
    ProviderClaim,
    Subsidy,
    SubsidyPolicy,
)
from survey.words import projects as words


def money(hundredths: int | None) -> Decimal | None:
    """Return whole 0.01 万元 in 万元."""
    return None if hundredths is None else Decimal(hundredths) / 100


def paid_once(row: Project) -> int | None:
    """Return what a project costs once; None where nobody said."""
    parts = (row.price_equipment, row.price_software, row.price_services, row.price_building)
    known = [one for one in parts if one is not None]
    return sum(known) if known else None


def part(it: Seeing) -> Part:
    tables = (
        *(_projects(it), _packages(it), _progress(it), _figures(it), _subsidies(it), _papers(it)),
        *((_claims(it),) if it.is_bureau else ()),
    )
    return Part("projects", "改造项目", tables, "还没有改造项目。")


def _titles(it: Seeing) -> dict[int, str]:
    return {row.id: row.title for row in it.held.of(Project)}


def _projects(it: Seeing) -> Table:
    fields: list[Field[Project]] = [
        Field("项目", lambda row: row.title, 30),
        Field("状态", lambda row: words.STATES[row.state]),
        Field("车间或产线", lambda row: row.place, 20, beside=True),
        Field("建设内容", lambda row: row.summary, 40, beside=True),
        Field("服务商", lambda row: row.provider_name, 24),
        Field("一次性（万元）", lambda row: money(paid_once(row)), 12, "money"),
        Field("其中设备", lambda row: money(row.price_equipment), 10, "money", beside=True),
        Field("其中软件", lambda row: money(row.price_software), 10, "money", beside=True),
        Field("其中实施服务", lambda row: money(row.price_services), 10, "money", beside=True),
        Field("其中土建", lambda row: money(row.price_building), 10, "money", beside=True),
        Field("每年（万元）", lambda row: money(row.price_yearly), 10, "money"),
        Field("合同已核对", lambda row: yes(row.contract_checked), 10, beside=True),
        Field("备案代码", lambda row: row.filing_code, 22, beside=True),
        Field("计划开工", lambda row: row.planned_start, 12, "date", beside=True),
        Field("计划完工", lambda row: row.planned_end, 12, "date", beside=True),
        Field("签合同", lambda row: row.contracted_on, 12, "date"),
        Field("开工", lambda row: row.started_on, 12, "date", beside=True),
        Field("完工", lambda row: row.finished_on, 12, "date", beside=True),
        Field("验收", lambda row: row.accepted_on, 12, "date"),
        Field("进度（%）", lambda row: row.progress, 8, "number"),
        Field("已投入（万元）", lambda row: money(row.invested), 12, "money"),
        Field("终止或重开理由", lambda row: row.reason, 30, beside=True),
        Field("企业评分", lambda row: row.satisfaction, 8, "number", beside=True),
        Field("企业评价", lambda row: row.opinion, 30, beside=True),
    ]
    rows = sorted(it.held.of(Project), key=lambda row: (row.begun_at, row.id), reverse=True)
    return table(
        "改造项目",
        fields,
        rows,
        it.outlook,
        day=lambda row: day(row.changed_at),
        leads=lambda row: Leads("project", row.id),
    )


def _packages(it: Seeing) -> Table:
    projects = {row.id: row for row in it.held.of(Project)}

    def title(row: ProjectPackage) -> str:
        known = it.packages(projects[row.project_id].edition)
        return f"{row.package} {known.get(row.package, '')}".strip()

    fields: list[Field[ProjectPackage]] = [
        Field("项目", lambda row: projects[row.project_id].title, 30),
        Field("改造场景", title, 30),
        Field("数量", lambda row: row.quantity, 8, "number"),
        Field("合同价（万元）", lambda row: money(row.price), 12, "money"),
        Field("验收通过", lambda row: yes(row.met), 10),
        Field("验收情况", lambda row: row.finding, 40),
        Field("验收日期", lambda row: row.seen_on, 12, "date"),
    ]
    rows = it.held.of(ProjectPackage)
    return table("改造场景", fields, rows, it.outlook, day=lambda row: row.seen_on)


def _progress(it: Seeing) -> Table:
    titles = _titles(it)
    fields: list[Field[ProgressReport]] = [
        Field("项目", lambda row: titles[row.project_id], 30),
        Field("截至", lambda row: row.as_of, 12, "date"),
        Field("进度（%）", lambda row: row.percent, 8, "number"),
        Field("已投入（万元）", lambda row: money(row.invested), 12, "money"),
        Field("说明", lambda row: row.note, 40),
        Field("核对日期", lambda row: day(row.checked_at), 12, "date"),
        Field("主管部门的疑问", lambda row: row.objection, 30),
    ]
    rows = it.held.of(ProgressReport)
    return table("进度记录", fields, rows, it.outlook, day=lambda row: day(row.reported_at))


def _figures(it: Seeing) -> Table:
    titles = _titles(it)
    fields: list[Field[ProjectFigure]] = [
        Field("项目", lambda row: titles[row.project_id], 30),
        Field("指标", lambda row: row.title, 24),
        Field("单位", lambda row: row.unit, 10),
        Field("改造前", lambda row: row.before, 12),
        Field("改造前日期", lambda row: row.before_on, 12, "date"),
        Field("改造后", lambda row: row.after, 12),
        Field("改造后日期", lambda row: row.after_on, 12, "date"),
    ]
    rows = it.held.of(ProjectFigure)
    return table(
        "改造前后的指标", fields, rows, it.outlook, day=lambda row: row.after_on or row.before_on
    )


def _subsidies(it: Seeing) -> Table:
    titles = _titles(it)

    def policy(row: Subsidy) -> str:
        found = it.held.one(SubsidyPolicy, row.policy_id)
        return found.name if found else ""

    fields: list[Field[Subsidy]] = [
        Field("项目", lambda row: titles[row.project_id], 30),
        Field("政策", policy, 30),
        Field("申请（万元）", lambda row: money(row.asked), 12, "money"),
        Field("申请日期", lambda row: row.asked_on, 12, "date"),
        Field("已付（万元）", lambda row: money(row.paid), 12, "money"),
        Field("付款日期", lambda row: row.paid_on, 12, "date"),
        Field("说明", lambda row: row.note, 30),
    ]
    rows = it.held.of(Subsidy)
    return table("补助", fields, rows, it.outlook, day=lambda row: row.paid_on or row.asked_on)


def _claims(it: Seeing) -> Table:
    titles = _titles(it)

    def provider(row: ProviderClaim) -> str:
        found = it.held.one(Provider, row.provider_id)
        return found.name if found else ""

    fields: list[Field[ProviderClaim]] = [
        Field("项目", lambda row: titles[row.project_id], 30),
        Field("服务商", provider, 24),
        Field("申报（万元）", lambda row: money(row.claimed), 12, "money"),
        Field("申报日期", lambda row: row.claimed_on, 12, "date"),
        Field("已付（万元）", lambda row: money(row.paid), 12, "money"),
        Field("付款日期", lambda row: row.paid_on, 12, "date"),
        Field("说明", lambda row: row.note, 30),
    ]
    rows = it.held.of(ProviderClaim)
    return table(
        "服务商奖补", fields, rows, it.outlook, day=lambda row: row.paid_on or row.claimed_on
    )


def _papers(it: Seeing) -> Table:
    titles = _titles(it)
    fields: list[Field[ProjectPaper]] = [
        Field("项目", lambda row: titles[row.project_id], 30),
        Field("类别", lambda row: words.PAPERS[row.kind]),
        Field("文件", lambda row: row.name, 36),
        Field("上传日期", lambda row: day(row.uploaded_at), 12, "date"),
        Field("SHA-256", lambda row: row.sha256, 66, beside=True),
    ]
    return table(
        "项目资料",
        fields,
        it.held.of(ProjectPaper),
        it.outlook,
        day=lambda row: day(row.uploaded_at),
        leads=lambda row: Leads("project_paper", row.id),
    )


def papers(it: Seeing) -> Iterator[Kept]:
    titles = _titles(it)
    for row in it.held.of(ProjectPaper):
        title, kind = titles[row.project_id], words.PAPERS[row.kind]
        at = clock(row.uploaded_at)
        yield Kept(("改造项目", title, kind), row.name, row.sha256, row.size, at, kind, title)
