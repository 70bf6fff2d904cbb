"""The forms of projects: what a firm types about its own, and what the bureau says to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from flask import request
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from questionnaires.model import Package
from reports.figures import amount
from survey.lifecycle.errors import Invalid, Refusal
from survey.lifecycle.project_checks import MOST_FINDING, Seen
from survey.lifecycle.project_work import MOST_NOTE, Progress, TypedFigure
from survey.lifecycle.projects import MOST_SUMMARY, MOST_TITLE, Contract, ProjectFacts
from survey.lifecycle.subsidies import MOST_NAME, TypedPolicy
from survey.tables import CostKind, Project, ProjectFigure, ProjectPackage, SubsidyPolicy
from survey.views.bureau.steps import ReasonForm, StepForm
from survey.views.fields import Choice, Day, Picked, WholeNumber
from survey.words.projects import COSTS, SATISFACTION

IN_MONEY = "以万元计，最多两位小数。"
OWN_NAME = ("", "不在名录里，在下面填写")


def written(hundredths: int | None) -> str:
    """Write an amount as it is typed, in 万元; nothing for none."""
    return "" if hundredths is None else amount(Fraction(hundredths, 100))


# --- what a project is ----------------------------------------------------------------------------


class FactsForm(StepForm):
    """What a project is; the quantities of its packages are fields of their own, by code."""

    title = StringField(
        "项目名称",
        [InputRequired("请填写项目名称。"), Length(max=MOST_TITLE)],
        description="例如“机加工车间扫码报工与进度看板”。",
    )
    place = StringField("车间或产线", [Length(max=MOST_TITLE)])
    summary = TextAreaField(
        "建设内容", [Length(max=MOST_SUMMARY)], description="一句话说清楚要做什么，可以以后补。"
    )
    planned_start = Day("计划开工", [Optional()])
    planned_end = Day("计划完工", [Optional()], description="过了这一天没完工，会列为超期。")
    filing_code = StringField(
        "备案代码",
        [Length(max=40)],
        description="技改项目备案通知书上的代码，例如 2503-331102-07-02-123456。没有就空着。",
    )

    def __init__(self, offered: Sequence[Package], **values: Any) -> None:
        super().__init__("facts", **values)
        self.offered = offered
        self.quantities: dict[str, str] = {}
        if values.get("posted"):
            self.quantities = {p.code: request.form.get(f"package-{p.code}", "") for p in offered}
        self.faults: dict[str, str] = {}
        """What is wrong with the quantities, under ``packages``."""

    def show_refusal(self, error: Refusal) -> int:
        if isinstance(error, Invalid) and "packages" in error.fields:
            self.faults = {"packages": error.fields.pop("packages")}
        return super().show_refusal(error)

    def show(self, row: Project, packages: Mapping[str, ProjectPackage]) -> None:
        """Fill the form with a project as it stands."""
        for name in ("title", "place", "summary", "planned_start", "planned_end", "filing_code"):
            self[name].data = getattr(row, name)
        self.quantities = {code: str(one.quantity) for code, one in packages.items()}

    def facts(self) -> ProjectFacts:
        return ProjectFacts(
            title=self.title.data or "",
            place=self.place.data or "",
            summary=self.summary.data or "",
            filing_code=self.filing_code.data or "",
            planned_start=self.planned_start.data,
            planned_end=self.planned_end.data,
            packages=self.quantities,
        )


class ContractForm(StepForm):
    """What was contracted; the price of each package is a field of its own, by code."""

    contracted_on = Day("合同签订日期", [InputRequired("请填写合同签订日期。")])
    provider_id = Choice("服务商", default="", description="从区里的服务商名录中选。")
    provider_name = StringField(
        "服务商名称",
        [Length(max=MOST_TITLE)],
        description="名录里没有的，照合同填写；自己实施的，填本企业名称。",
    )
    price_equipment = StringField("设备（万元）", description=IN_MONEY)
    price_software = StringField("软件（万元）")
    price_services = StringField("实施服务（万元）")
    price_building = StringField("土建（万元）", description="厂房、地坪等，单独列。")
    price_yearly = StringField("每年费用（万元）", description="年费、运维，不计入一次性价款。")

    def __init__(
        self,
        providers: Iterable[tuple[int, str]],
        packages: Mapping[str, ProjectPackage],
        titles: Mapping[str, str],
        **values: Any,
    ) -> None:
        super().__init__("contract", **values)
        self.titles = titles
        listed = [SelectChoice(str(id), name) for id, name in providers]
        self.provider_id.choices = [SelectChoice(*OWN_NAME), *listed]
        self.parts = {code: written(one.price) for code, one in packages.items()}
        if values.get("posted"):
            self.parts = {code: request.form.get(f"part-{code}", "") for code in packages}
        self.faults: dict[str, str] = {}
        """What is wrong with the packages' prices, by the field's name."""

    def show_refusal(self, error: Refusal) -> int:
        if isinstance(error, Invalid):
            parts = [name for name in error.fields if name.startswith("part-")]
            self.faults = {name: error.fields.pop(name) for name in parts}
        return super().show_refusal(error)

    def show(self, row: Project) -> None:
        """Fill the form with what is known of the contract."""
        self.contracted_on.data = row.contracted_on
        self.provider_id.data = str(row.provider_id or "")
        self.provider_name.data = "" if row.provider_id else row.provider_name
        for kind in CostKind:
            self[f"price_{kind}"].data = written(getattr(row, f"price_{kind}"))

    def contract(self) -> Contract:
        listed = self.provider_id.data
        return Contract(
            contracted_on=self.contracted_on.data,
            provider_name=self.provider_name.data or "",
            provider_id=int(listed) if listed else None,
            prices={kind: self[f"price_{kind}"].data or "" for kind in COSTS},
            parts=self.parts,
        )


# --- a firm's work --------------------------------------------------------------------------------


def _note() -> StringField:
    return StringField("说明", [Length(max=MOST_NOTE)], description="可以不填。")


class ProgressForm(StepForm):
    """How far a project is."""

    percent = Picked(
        "做到多少了",
        [InputRequired("请选一个百分比。")],
        coerce=int,
        choices=[SelectChoice(number, f"{number}%") for number in range(10, 101, 10)],
    )
    as_of = Day("截至", [InputRequired("请填写截至哪一天。")])
    invested = StringField(
        "到这天一共投入（万元）", description="已经付出去的钱；没有变化可以不填。"
    )
    note = _note()

    def progress(self) -> Progress:
        return Progress(
            self.percent.data, self.as_of.data, self.invested.data or "", self.note.data or ""
        )


class FinishForm(StepForm):
    """That everything is done, on which day and for how much."""

    as_of = Day("完工日期", [InputRequired("请填写完工日期。")])
    invested = StringField(
        "一共投入（万元）", [InputRequired("请填写一共投入多少。")], description=IN_MONEY
    )
    note = _note()

    def progress(self) -> Progress:
        return Progress(100, self.as_of.data, self.invested.data or "", self.note.data or "")


class FigureForm(StepForm):
    """A figure before and after; ``figure`` names one that is there."""

    figure = HiddenField()
    question = Choice("关键指标", default="", description="从问卷的关键指标里选，口径不变。")
    title = StringField(
        "指标名称", [Length(max=60)], description="上面没有的才填，例如“换型时间”。"
    )
    unit = StringField("单位", [Length(max=20)], description="上面选了关键指标的不用填。")
    before = StringField(
        "改造前", [Length(max=20)], description="选了关键指标又空着，就用答卷里的数。"
    )
    before_on = Day("改造前是哪一天的数", [Optional()])
    after = StringField("改造后", [Length(max=20)], description="现在还没有就空着，以后再补。")
    after_on = Day("改造后是哪一天的数", [Optional()])

    def __init__(
        self,
        step: str,
        key_figures: Mapping[str, tuple[str, str]],
        said: Mapping[str, str],
        said_on: date | None,
        **values: Any,
    ) -> None:
        super().__init__(step, **values)
        self.key_figures, self.said, self.said_on = key_figures, said, said_on
        """Title and unit by question; what the sheet said of them, and when."""
        known = [
            SelectChoice(
                id, f"{title}（{unit}）" + (f"，答卷里是 {said[id]}" if id in said else "")
            )
            for id, (title, unit) in key_figures.items()
        ]
        self.question.choices = [SelectChoice("", "不在其中，在下面填写"), *known]

    def show(self, figure: ProjectFigure) -> None:
        """Fill the form with a figure; what it is called and counted in stays."""
        self.figure.data = str(figure.id)
        self.question.data = figure.question
        for name in ("title", "unit", "before", "before_on", "after", "after_on"):
            self[name].data = getattr(figure, name)

    def typed(self) -> TypedFigure:
        question = self.question.data or ""
        key = self.key_figures.get(question)
        title, unit = key or (self.title.data or "", self.unit.data or "")
        before, before_on = self.before.data or "", self.before_on.data
        if not before and not self.figure.data and question in self.said:
            before, before_on = self.said[question], self.said_on
        return TypedFigure(
            title,
            unit,
            before,
            before_on,
            self.after.data or "",
            self.after_on.data,
            question if key else "",
            int(self.figure.data) if (self.figure.data or "").isdecimal() else None,
        )


class DropForm(StepForm):
    """A figure that is taken away."""

    figure = HiddenField()


class OpinionForm(StepForm):
    """How content the firm is."""

    satisfaction = Picked(
        "对服务商和这次改造满意吗",
        [InputRequired("请选 1 到 5 分。")],
        coerce=int,
        choices=[SelectChoice(points, words) for points, words in SATISFACTION.items()],
    )
    opinion = TextAreaField(
        "想说的话", [Length(max=MOST_NOTE)], description="主管部门会看到，可以不填。"
    )


class SubsidyForm(StepForm):
    """How much is asked by which policy."""

    policy = Choice("补助政策", [InputRequired("请选择一条政策。")])
    asked = StringField(
        "申请金额（万元）", [InputRequired("请填写申请金额。")], description=IN_MONEY
    )

    def __init__(self, policies: Iterable[tuple[int, str]], **values: Any) -> None:
        super().__init__("subsidy", **values)
        known = [SelectChoice(str(id), words) for id, words in policies]
        self.policy.choices = [SelectChoice("", "请选择"), *known]


# --- the bureau -----------------------------------------------------------------------------------


class AcceptForm(StepForm):
    """What was seen of each package, and the day of the acceptance."""

    accepted_on = Day("验收日期", [Optional()])
    reason = TextAreaField(
        "退回整改的理由", [Length(max=500)], description="退回时必填，企业会看到。"
    )

    def __init__(self, packages: Mapping[str, ProjectPackage], **values: Any) -> None:
        super().__init__("accept", **values)
        self.seen = {code: Seen(one.met, one.finding) for code, one in packages.items()}
        if values.get("posted"):
            self.seen = {code: _seen(code) for code in packages}
        self.faults: dict[str, str] = {}
        """What is wrong with what was said of packages, by the field's name."""
        self.most = MOST_FINDING

    def show_refusal(self, error: Refusal) -> int:
        if isinstance(error, Invalid):
            checks = [name for name in error.fields if name.startswith(("met-", "finding-"))]
            self.faults = {name: error.fields.pop(name) for name in checks}
        return super().show_refusal(error)


def _seen(code: str) -> Seen:
    met = {"yes": True, "no": False}.get(request.form.get(f"met-{code}", ""))
    return Seen(met, request.form.get(f"finding-{code}", ""))


class PayForm(StepForm):
    """What was paid in all of what was asked."""

    subsidy = HiddenField()
    paid = StringField(
        "已兑现（万元）",
        [InputRequired("请填写已兑现的金额；不予兑现填 0。")],
        description="分几次兑现的，填到现在的合计。不予兑现填 0，并写明原因。",
    )
    paid_on = Day("日期", [InputRequired("请填写日期。")])
    note = StringField("文号或说明", [Length(max=300)])


class PolicyForm(StepForm):
    """A policy of the district."""

    name = StringField("政策名称", [InputRequired("请填写政策名称。"), Length(max=MOST_NAME)])
    document = StringField("文号", [Length(max=MOST_NAME)])
    year = WholeNumber("年度", [InputRequired("请填写年度。")])
    share = WholeNumber(
        "补助比例（%）", [InputRequired("请填写补助比例。")], description="按计入费用的百分之几。"
    )
    cap = StringField("每个项目最多（万元）", description="没有上限就空着。")

    def __init__(self, step: str, policy: SubsidyPolicy | None = None, **values: Any) -> None:
        super().__init__(step, **values)
        self.counted: Sequence[str] = policy.counted if policy else ()
        self.still_open = policy.open if policy else True
        self.counted_fault = ""
        if values.get("posted"):
            self.counted = request.form.getlist("counted")
            self.still_open = request.form.get("open") == "yes"
        elif policy:
            for name in ("name", "document", "year", "share"):
                self[name].data = getattr(policy, name)
            self.cap.data = written(policy.cap)
            self.show_at(policy.version)

    def policy(self) -> TypedPolicy:
        return TypedPolicy(
            self.name.data or "",
            self.document.data or "",
            self.year.data,
            self.share.data,
            self.cap.data or "",
            tuple(self.counted),
            self.still_open,
        )


def reason(step: str, label: str, hint: str, **values: Any) -> ReasonForm:
    """A step that only needs its reason, which the firm reads."""
    form = ReasonForm(step, **values)
    form.reason.label.text, form.reason.description = label, hint
    return form


def today_in(form: StepForm, name: str, today: date) -> StepForm:
    """Put today into a field of a form that is shown first."""
    form[name].data = today
    return form
