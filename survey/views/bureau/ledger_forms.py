"""The forms of an entry's ledger: its stages, the nation's ladder, who sees to it, what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from survey.lifecycle.following import MOST, Follow, Known
from survey.lifecycle.recognitions import MOST_DOCUMENT
from survey.lifecycle.typed import MOST_REASON
from survey.store.stages import Stage, of_ladder
from survey.tables import Ladder
from survey.views.bureau.steps import MinutesForm, ReasonForm, StepForm
from survey.views.fields import Choice, Day
from survey.words.stages import LADDERS

Offered = Sequence[tuple[str, str]]


def _said(name: str) -> Length:
    return Length(max=MOST[name], message=f"最多 {MOST[name]} 字，请删减。")


def stage_choices(stages: Sequence[Stage], ladder: Ladder, but: str = "") -> Offered:
    """Offer the stages of one ladder; an exit says that it wants a reason."""
    ours = (one for one in of_ladder(stages, ladder) if one.id != but)
    found = [(one.id, f"{one.title}（要写理由）" if one.exit else one.title) for one in ours]
    return [("", "请选择"), *found]


class StageForm(StepForm):
    """Another stage of one ladder, and why."""

    stage = Choice("改到哪个阶段", [InputRequired("请选择一个阶段。")])
    reason = TextAreaField(
        "说明",
        [Length(max=MOST_REASON, message=f"说明最多 {MOST_REASON} 字，请删减。")],
        description="暂缓、不符合、出库一定要写理由，其他阶段可以不写。",
    )

    def __init__(self, step: str, offered: Offered, **values: Any) -> None:
        super().__init__(step, **values)
        self.stage.choices = [*offered]


class StagesForm(MinutesForm):
    """The stage to which minutes move several firms, of either ladder."""

    stage = Choice("改到哪个阶段", [InputRequired("请选择一个阶段。")])

    target_rung = None
    sure = None

    def __init__(self, step: str, stages: Sequence[Stage], **values: Any) -> None:
        super().__init__(step, **values)
        found = [
            (value, f"{LADDERS[ladder]}：{words}")
            for ladder in Ladder
            for value, words in stage_choices(stages, ladder)
            if value
        ]
        self.stage.choices = [("", "请选择"), *found]


class AimForm(ReasonForm):
    """A rung of the nation's ladder to aim at, and why."""

    nation_target = Choice("国家梯度目标", [InputRequired("请选择一个等级。")])

    def __init__(self, step: str, rungs: Mapping[str, str], **values: Any) -> None:
        super().__init__(step, **values)
        self.nation_target.choices = [("", "请选择"), *rungs.items()]
        self.nation_target.description = "从基础级开始，登记了下一级的结果，才能选上一级。"


class FiledForm(StepForm):
    """By which paper a rung of the nation's ladder was filed or listed."""

    document = StringField(
        "文号",
        [InputRequired("请填写备案表或公布文件的文号。"), Length(max=MOST_DOCUMENT)],
        description="备案表、公布名单或通知的文号。",
    )
    filed_on = Day("日期", [InputRequired("请填写日期，例如 2026-01-31。")])


class FollowForm(StepForm):
    """Who sees to an entry, and what comes next by when."""

    responsible = Choice("责任人", [Optional()], default="")
    department = StringField("责任科室", [_said("department")])
    next_step = StringField("下一步", [_said("next_step")], description="例如：催报备案、约现场。")
    next_by = Day("时限", [Optional()], description="过了这一天还没改，会列为过期。")

    def __init__(self, step: str, officers: Offered, **values: Any) -> None:
        super().__init__(step, **values)
        self.responsible.choices = [("", "没有责任人"), *officers]

    def follow(self) -> Follow:
        return Follow(
            int(self.responsible.data) if self.responsible.data else None,
            self.department.data or "",
            self.next_step.data or "",
            self.next_by.data,
        )


class GiveForm(StepForm):
    """Who sees to several entries."""

    responsible = Choice("责任人", [InputRequired("请选择一位主管部门人员。")])
    department = StringField(
        "责任科室", [_said("department")], description="不填的，各家原来的科室不变。"
    )

    def __init__(self, step: str, officers: Offered, **values: Any) -> None:
        super().__init__(step, **values)
        self.responsible.choices = [("", "请选择"), *officers]


class KnownForm(StepForm):
    """What the bureau knows of a firm beside its sheets and its projects."""

    credit = StringField("信用核查结果", [_said("credit")], description="还没有核查的空着。")
    credit_on = Day("信用核查日期", [Optional()])
    offences = StringField(
        "近年违法和事故",
        [_said("offences")],
        description="省里看近 2 年，国家看近 3 年。查过没有的写“没有”。",
    )
    benefits = StringField(
        "政策兑现", [_said("benefits")], description="项目补助已自动列入台账，这里只写别的。"
    )
    remark = TextAreaField("备注", [_said("remark")])

    def known(self) -> Known:
        return Known(
            self.credit.data or "",
            self.credit_on.data,
            self.offences.data or "",
            self.benefits.data or "",
            self.remark.data or "",
        )
