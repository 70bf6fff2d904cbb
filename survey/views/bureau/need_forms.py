"""The officer's steps on a firm's need as forms, and what each of them does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from survey.lifecycle import need_joining as joining
from survey.lifecycle import needs as steps
from survey.lifecycle.needs import MOST_TEXT, Heard
from survey.lifecycle.states import NEED
from survey.store.need_rules import NeedRules
from survey.store.needs import Candidate
from survey.tables import FirmNeed, Rating
from survey.views.bureau.steps import ReasonForm, StepForm
from survey.views.fields import Choice, WholeNumber
from survey.web import here
from survey.words.needs import RATINGS
from survey.workdays import MOST_DAYS

SHORTEST = 24
"""Letters of a need's text in a list to choose from."""


def says_field(label: str, description: str = "", *, needed: bool = True) -> TextAreaField:
    """Words of several lines."""
    must = [InputRequired("请填写这一项。")] if needed else [Optional()]
    most = Length(max=MOST_TEXT, message=f"最多 {MOST_TEXT} 字，请删减。")
    return TextAreaField(label, [*must, most], description=description)


class HandOverForm(StepForm):
    """Which department answers, and by when."""

    category = Choice("类别", [InputRequired("请选择一个类别。")])
    department = Choice("责任部门", [InputRequired("请选择责任部门。")])
    days = WholeNumber(
        "办理天数（工作日）",
        [Optional(), NumberRange(1, MOST_DAYS, f"请填 1 至 {MOST_DAYS} 的整数。")],
        description="不填，就按类别的天数。从今天的下一个工作日起算。",
    )

    def __init__(self, step: str, rules: NeedRules, need: FirmNeed, **values: Any) -> None:
        super().__init__(step, **values)
        self.category.choices = _and_own(rules.names, need.category)
        own = (here.district().department, need.department)
        departments = _and_own(rules.every_department, *own)
        self.department.choices = [("", "请选择"), *departments]


class WordForm(StepForm):
    """Words that the firm reads."""

    says = says_field("进展", "企业会看到。有企业并入的，并入的企业也会看到，请不要写企业名称。")


class NeedAnswerForm(StepForm):
    """What came of it."""

    says = says_field("办理结果", "企业会看到。有企业并入的，一起答复，请不要写企业名称。")
    public = BooleanField("可以公开答复")


class HeardForm(StepForm):
    """What the firm says when it is asked."""

    solved = RadioField(
        "企业怎么说",
        [InputRequired("请选一项。")],
        choices=[SelectChoice("yes", "解决了"), SelectChoice("no", "没有解决，要重新办理")],
    )
    rating = RadioField(
        "企业评价",
        [InputRequired("请选一个评价。")],
        choices=[SelectChoice(rating, words) for rating, words in RATINGS.items()],
    )
    says = says_field("企业的话", "没有解决的，写明哪里没有解决。", needed=False)

    def heard(self) -> Heard:
        rating = Rating(self.rating.data) if self.rating.data in list(Rating) else None
        solved = {"yes": True, "no": False}.get(self.solved.data or "")
        return Heard(solved, rating, self.says.data or "")


class JoinForm(StepForm):
    """Which need it repeats."""

    main = Choice(
        "并入哪一件",
        [InputRequired("请选择一件诉求。")],
        description="只列同一类别、还在办理的。并入后跟着那一件办，答复会同时给到这家企业；可以取消。",
    )

    def __init__(self, step: str, found: Iterable[Candidate], **values: Any) -> None:
        super().__init__(step, **values)
        lines = [(str(one.id), f"{one.number} {one.firm}：{one.text[:SHORTEST]}") for one in found]
        self.main.choices = [("", "请选择"), *lines]


class Offer(NamedTuple):
    """One step that an officer may take on a need."""

    label: str
    question: str
    confirm: str
    done: str
    tone: str = "primary"


OFFERS: Mapping[str, Offer] = {
    "hand-over": Offer("交办", "交给责任部门，从今天起算办结时限。", "确定交办", "已交办。"),
    "progress": Offer("写进展", "写一句办到哪一步了。", "保存进展", "进展已保存，企业可以看到。"),
    "answer": Offer(
        "答复办结", "写明办理结果，答复企业。", "答复并办结", "已答复，等企业评价或回访。"
    ),
    "call-back": Offer("回访", "打电话问企业解决了没有，如实记下。", "保存回访", "回访已记下。"),
    "close": Offer("销号", "企业已经说解决了，从清单上销号。", "确定销号", "已销号。"),
    "join": Offer("合并同类", "和别的诉求是同一件事，就并过去一起办。", "确定合并", "已合并。"),
    "separate": Offer("取消合并", "恢复到合并以前的样子，单独办理。", "取消合并", "已取消合并。"),
    "defer": Offer("暂缓", "现在办不了，以后再办；理由企业会看到。", "确定暂缓", "已暂缓。"),
    "resume": Offer("重新登记", "重新办理，等交办。", "重新登记", "已重新登记，请交办。"),
    "decline": Offer(
        "不予解决", "不能解决；理由企业会看到。", "确定", "已记为不予解决。", "danger"
    ),
}
"""In the order in which they are offered."""
ACTIONS: Mapping[str, str] = {
    "hand-over": "need_hand_over",
    "progress": "need_progress",
    "answer": "need_answer",
    "call-back": "need_unsolved",
    "close": "need_close",
    "defer": "need_defer",
    "resume": "need_resume",
    "decline": "need_decline",
}


def offered(need: FirmNeed) -> list[str]:
    """Return the steps that a need allows, in order."""
    if need.main_id is not None:
        own = [name for name in ("call-back", "close") if _may(need, name)]
        return own + (["separate"] if need.state not in NEED["need_close"].begins else [])
    joinable = need.state in NEED["need_hand_over"].begins
    return [name for name in OFFERS if _may(need, name) or (name == "join" and joinable)]


def _may(need: FirmNeed, name: str) -> bool:
    return name in ACTIONS and need.state in NEED[ACTIONS[name]].begins


def form_of(
    name: str,
    need: FirmNeed,
    rules: NeedRules,
    found: Callable[[], Iterable[Candidate]],
    *,
    posted: bool = False,
) -> StepForm:
    """Return a step's form."""
    match name:
        case "hand-over":
            kind = rules.category(need.category)
            usual = need.department or (kind.department if kind else "")
            known = {"category": need.category, "department": usual}
            return HandOverForm(name, rules, need, posted=posted, data=known)
        case "progress":
            return WordForm(name, posted=posted)
        case "answer":
            return NeedAnswerForm(name, posted=posted)
        case "call-back":
            return HeardForm(name, posted=posted)
        case "join":
            return JoinForm(name, found(), posted=posted)
        case "close" | "separate":
            return StepForm(name, posted=posted)
    return ReasonForm(name, posted=posted)


def take(name: str, need_id: int, form: Any) -> FirmNeed:
    """Take a step with what its form holds."""
    step, version = here.step(), form.base_version()
    match name:
        case "hand-over":
            return steps.hand_over(
                step,
                need_id,
                version,
                category=form.category.data,
                department=form.department.data,
                days=form.days.data,
            )
        case "progress":
            return steps.note_progress(step, need_id, version, says=form.says.data)
        case "answer":
            says, public = form.says.data, bool(form.public.data)
            return steps.answer(step, need_id, version, says=says, public=public)
        case "call-back":
            return steps.call_back(step, need_id, version, form.heard())
        case "join":
            return joining.join(step, need_id, version, int(form.main.data))
        case "separate":
            return joining.separate(step, need_id, version)
        case "close":
            return steps.close(step, need_id, version)
    by_reason = {"defer": steps.defer, "decline": steps.decline, "resume": steps.resume}
    return by_reason[name](step, need_id, version, reason=form.reason.data)


def _and_own(known: Iterable[str], *own: str) -> list[tuple[str, str]]:
    """Offer what is known, and what a row holds that is no longer."""
    return [(name, name) for name in dict.fromkeys(filter(None, [*known, *own]))]
