"""The officer's steps as forms: each opens in one touch, asks for its reason, and keeps what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from survey.lifecycle.errors import Doubtful, Interested, Invalid, Locked, Refusal
from survey.lifecycle.recognitions import MOST_DOCUMENT, Award
from survey.lifecycle.typed import MOST_REASON
from survey.readings.workloads import Load
from survey.views.fields import Choice, Day, shown_version
from survey.web import here
from survey.words.interests import warning
from survey.words.wording import AWARD_LEVELS, DOUBTS, LOCKED

CHANGED_MEANWHILE = (
    "这条记录刚刚被其他人更改，页面已换成最新内容。请核对后再提交，您填写的内容都还在。"
)


class StepForm(FlaskForm):
    """A step of one page among several: its fields carry its name in their ids."""

    version = HiddenField()

    def __init__(self, step: str, *, posted: bool = False, **values: Any) -> None:
        if not posted:
            values["formdata"] = None
        super().__init__(**values)
        self.step = step
        self.doubts: tuple[str, ...] = ()
        for field in self:
            field.id = f"{step}-{field.name}"

    def base_version(self) -> int:
        """Return the version the page showed; a form without one answers 400."""
        return shown_version(self.version)

    def show_at(self, version: int) -> None:
        self.version.data = str(version)

    def show_refusal(self, error: Refusal) -> int:
        """Put a refusal beside the fields it names; return the page's status."""
        if isinstance(error, Doubtful):
            self.doubts = tuple(DOUBTS[doubt] for doubt in error.doubts)
            return error.status
        if isinstance(error, Interested):
            self.doubts = warning(error.found)
            return error.status
        faults = {"": CHANGED_MEANWHILE}
        if isinstance(error, Invalid):
            faults = error.fields
        elif isinstance(error, Locked):
            faults = {"": here.asked(LOCKED.get(error.state, CHANGED_MEANWHILE))}
        for name, words in faults.items():
            if name in self and name != "version":
                self[name].errors = [*self[name].errors, words]
            else:
                self.form_errors.append(words)
        return error.status


def _reason() -> TextAreaField:
    return TextAreaField(
        "理由",
        [
            InputRequired("请写明理由。"),
            Length(max=MOST_REASON, message=f"理由最多 {MOST_REASON} 字，请删减。"),
        ],
        description=f"会写入操作日志，{MOST_REASON} 字以内。",
    )


def _levels() -> list[SelectChoice]:
    return [SelectChoice(level, words) for level, words in AWARD_LEVELS.items()]


class ReasonForm(StepForm):
    """A step that only needs its reason."""

    reason = _reason()


class AnswerForm(ReasonForm):
    """What an officer answers a firm."""

    def __init__(self, step: str, **values: Any) -> None:
        super().__init__(step, **values)
        self.reason.label.text = "给企业的答复"
        self.reason.description = f"企业会看到这段话，{MOST_REASON} 字以内。"


class ReturnForm(ReasonForm):
    """Why a sheet goes back, and which questions the firm is to look at."""

    questions = SelectMultipleField("点名要看的题", validate_choice=False)

    def __init__(self, step: str, groups: Sequence[tuple[Any, Any]], **values: Any) -> None:
        super().__init__(step, **values)
        self.groups = groups
        """The questions by section, as they are offered."""
        self.questions.choices = []


class AssignForm(StepForm):
    """Who visits the firm, one alone or a pair, and on which day."""

    consultant = Choice("诊断顾问（两人同去的，这是组长）", [InputRequired("请选择一位诊断顾问。")])
    second = Choice("组员", default="", description="两人同去才选。两位都能看、都能核验。")
    planned_on = Day("计划日期", [Optional()], description="选填，可以以后再定。")
    despite = TextAreaField(
        "仍然指派的理由",
        [Length(max=MOST_REASON, message=f"理由最多 {MOST_REASON} 字，请删减。")],
        description="会写入操作日志。",
    )

    def __init__(self, step: str, loads: Sequence[Load], **values: Any) -> None:
        super().__init__(step, **values)
        self.loads = [load for load in loads if load.of.active]
        """Whoever may be sent, the less loaded first."""
        people = [
            (str(one.of.id), f"{one.of.name}（正在诊断 {one.of.open} 家）") for one in self.loads
        ]
        self.consultant.choices = [("", "请选择"), *people]
        self.second.choices = [("", "不安排组员"), *people]

    @property
    def second_id(self) -> int | None:
        return int(self.second.data) if self.second.data else None


class TargetForm(StepForm):
    """A rung to aim at, and why."""

    target_rung = Choice("培育目标等级", [InputRequired("请选择一个等级。")])
    reason = _reason()

    def __init__(self, step: str, rungs: Mapping[str, str], hint: str = "", **values: Any) -> None:
        super().__init__(step, **values)
        self.target_rung.choices = [("", "请选择"), *rungs.items()]
        self.target_rung.description = hint


def sure_field() -> BooleanField:
    return BooleanField("我已核对，确实这样办")


class AdmitForm(TargetForm):
    """A rung to aim at; whether a firm nobody has verified is meant."""

    sure = sure_field()


class AwardForm(StepForm):
    """What a paper says of a recognition."""

    rung = Choice("认定等级", [InputRequired("请选择一个等级。")])
    title = StringField(
        "称号", [Length(max=MOST_DOCUMENT)], description="照文件写，例如“浙江省智能工厂”。"
    )
    level = Choice("级别", choices=[SelectChoice("", "不清楚"), *_levels()], default="")
    project = StringField("项目或车间名称", [Length(max=MOST_DOCUMENT)])
    document = StringField(
        "文号",
        [InputRequired("请填写认定文件的文号。"), Length(max=MOST_DOCUMENT)],
        description="认定文件或公告的文号。",
    )
    recognised_on = Day(
        "认定日期",
        [InputRequired("请填写认定日期，例如 2026-01-31。")],
        description="以文件落款日期为准。",
    )
    sure = sure_field()

    def __init__(self, step: str, rungs: Mapping[str, str], **values: Any) -> None:
        super().__init__(step, **values)
        self.rung.choices = [("", "请选择"), *rungs.items()]

    def award(self, today: date) -> Award:
        return Award(
            rung=self.rung.data,
            document=self.document.data or "",
            recognised_on=self.recognised_on.data or today,
            title=self.title.data or "",
            level=self.level.data or "",
            project=(self.project.data or "") if self.project else "",
        )


class MinutesForm(StepForm):
    """What minutes are known by, and why it is decided or corrected."""

    reason = _reason()
    document = StringField(
        "会议纪要文号",
        [InputRequired("请填写会议纪要或文件的文号。"), Length(max=MOST_DOCUMENT)],
        description="例如“经信局会议纪要〔2026〕3 号”。",
    )
    decided_on = Day("会议日期", [InputRequired("请填写会议日期，例如 2026-01-31。")])


class TogetherForm(MinutesForm):
    """What is decided about several firms, by which minutes, and the rung that all of them aim at."""

    target_rung = Choice("培育目标等级", [InputRequired("请选择一个等级。")])
    sure = sure_field()

    def __init__(self, step: str, rungs: Mapping[str, str], **values: Any) -> None:
        super().__init__(step, **values)
        self.target_rung.choices = [("", "请选择"), *rungs.items()]
        if step == "withdraw":
            del self.target_rung


class NoticeForm(AwardForm):
    """What one notice says of several firms; each has a project of its own."""

    project = None


class CorrectForm(AwardForm):
    """The same as it should have been, and why."""

    reason = _reason()
