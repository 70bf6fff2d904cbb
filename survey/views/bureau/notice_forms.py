"""What an officer types about a notice: what it says, and each kind of condition of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from questionnaires.edition import Edition
from questionnaires.frames.conditions import ConditionItem
from reports.notices import FIGURES, NONE, SIGNS, Kind, Own, Whom
from survey import library
from survey.lifecycle import notice_texts as texts
from survey.lifecycle.notice_texts import Text
from survey.lifecycle.typed import MOST_REASON
from survey.readings.notices import conditions
from survey.tables import Notice
from survey.views.bureau.steps import StepForm
from survey.views.fields import Choice, Day, WholeNumber
from survey.web import here
from survey.words import notices as words
from survey.words import wording
from survey.words.lists import NO_RUNG


class MultipleField(SelectMultipleField):
    """Several of the choices a page offered; what is none of them is refused by the step."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
    validate_choice = False

    def pre_validate(self, form: Any) -> None:
        """The step knows what there is, and names the field."""


class Lines(TextAreaField):
    """Several texts, one a line."""

    data: list[str] | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = (valuelist or [""])[0].splitlines()

    def _value(self) -> str:
        return "\n".join(self.data or [])


class Group(NamedTuple):
    """The conditions of one year's notice for one rung, as an edition has them."""

    title: str
    items: tuple[tuple[str, ConditionItem], ...]


class NoticeForm(StepForm):
    """What a notice says."""

    title = StringField(
        "通知名称",
        [InputRequired("请填写通知名称。"), Length(max=texts.MOST_TITLE)],
        description="一条通知只写一个称号。一份文件征集几个称号的，每个称号各建一条。",
    )
    number = StringField("文号", [Length(max=texts.MOST_LINE)], description="还没见到的，先空着。")
    issuer = StringField(
        "发文单位", [InputRequired("请填写发文单位。"), Length(max=texts.MOST_LINE)]
    )
    level = Choice("级别", [InputRequired("请选择发文单位的级别。")])
    year = WholeNumber("年度", [InputRequired("请填写年度，例如 2026。")])
    source = Choice(
        "依据", [InputRequired("请选择依据。")], description="企业会看到，没看过原文的标为参考值。"
    )
    firms_by = Day("企业截止", [Optional()])
    district_by = Day(
        "区级初审截止", [Optional()], description="到期前 30 天、7 天、1 天自动提醒。发布前必须填。"
    )
    upward_by = Day("上报截止", [Optional()])
    edition = Choice("问卷年版", [InputRequired("请选择一个问卷年版。")])
    rung = Choice("通过以后是哪一级", description="不在本系统等级里的，选“不对应等级”。")
    trades = MultipleField("行业", description="都不选就是不限。")
    scale = RadioField(
        "规上规下",
        choices=[
            SelectChoice("", "不限"),
            SelectChoice("yes", "只限规上"),
            SelectChoice("no", "只限规下"),
        ],
        default="",
    )
    sizes = MultipleField("规模", description="没有填规上、规模的企业也算在内，免得漏掉。")
    rungs = MultipleField("核定等级")
    pools = MultipleField("培育阶段")
    asked = MultipleField("年版里的申报条件")
    papers = Lines(
        "材料清单", description="每行一项，例如“申报书（盖章）”。", render_kw={"rows": 6}
    )
    platform = StringField("申报平台网址", [Length(max=texts.MOST_PLATFORM)])
    contact = StringField(
        "联系科室", [Length(max=texts.MOST_LINE)], description="科室和电话，企业会看到。"
    )
    note = TextAreaField("说明", [Length(max=texts.MOST_NOTE)], render_kw={"rows": 4})

    def __init__(self, step: str, edition_id: str, **values: Any) -> None:
        super().__init__(step, **values)
        session = here.session()
        there = library.of(session)
        readable = there.editions()
        asked = self.edition.data if self.edition.data in readable else edition_id
        edition = there.load(asked)
        self.level.choices = [("", "请选择"), *wording.AWARD_LEVELS.items()]
        self.source.choices = [("", "请选择"), *words.SOURCES.items()]
        self.edition.choices = list(library.titles(session, readable[::-1]).items())
        rungs = [(rung.id, rung.title) for rung in edition.ladder]
        self.rung.choices = [("", "不对应等级"), *rungs]
        self.trades.choices = [(trade.id, trade.title) for trade in edition.trades.values()]
        self.sizes.choices = list(wording.SIZES.items())
        self.rungs.choices = [(NONE, f"还没有核定，或{NO_RUNG}"), *rungs]
        self.pools.choices = list(words.POOLS.items())
        self.groups = _groups(edition, conditions(session, edition.id, here.today()) or {})
        self.asked.choices = [(key, key) for group in self.groups for key, _item in group.items]

    def text(self) -> Text:
        whom = Whom(
            trades=texts.chosen(self.trades.data or ()),
            scale=self.scale.data or "",
            sizes=texts.chosen(self.sizes.data or ()),
            rungs=texts.chosen(self.rungs.data or ()),
            pools=texts.chosen(self.pools.data or ()),
        )
        lines = ("title", "number", "issuer", "platform", "contact", "note")
        said: dict[str, Any] = {name: self[name].data or "" for name in lines}
        days = {name: self[name].data for name in texts.DAYS}
        known = [key for key, _title in self.asked.choices or () if key in (self.asked.data or ())]
        strange = [key for key in self.asked.data or () if key not in known]
        return Text(
            **said,
            **days,
            level=self.level.data,
            year=self.year.data or 0,
            source=self.source.data,
            edition=self.edition.data,
            rung=self.rung.data or "",
            whom=whom,
            asked=(*known, *texts.chosen(strange)),
            papers=tuple(self.papers.data or ()),
        )


def values_of(notice: Notice) -> dict[str, Any]:
    """Return what a notice says, as its form holds it."""
    return {**texts.said(notice), **notice.whom}


def _groups(edition: Edition, found: Mapping[str, ConditionItem]) -> list[Group]:
    """The conditions under the notices they come from, the newest first as the edition has them."""
    entries = edition.conditions.entries if edition.conditions else ()
    return [
        Group(
            f"{entry.year} 年 {entry.title}",
            tuple(
                (key, item)
                for key, item in found.items()
                if key.startswith(f"{entry.year}.{entry.rung}.")
            ),
        )
        for entry in entries
    ]


# --- conditions of its own --------------------------------------------------------------------------


class OwnForm(StepForm):
    """One condition in the notice's words; each kind asks what it compares."""

    text = StringField(
        "条件",
        [InputRequired("请写明条件。"), Length(max=texts.MOST_LINE)],
        description="照通知写。",
    )
    figure = Choice("看哪个数", choices=[SelectChoice(n, t) for n, (t, _u) in FIGURES.items()])
    sign = Choice("怎么比", choices=[SelectChoice(n, t) for n, t in SIGNS.items()])
    value = StringField(
        "数值",
        [Length(max=20)],
        description="金额按万元填，人数按人填，省评数字化水平按 2.0 这样填。",
    )
    title = StringField(
        "称号",
        [Length(max=texts.MOST_LINE)],
        description="照文件写全。登记的称号以它结尾就算有，例如“国家高新技术企业”算“高新技术企业”；后面还有别的字的，由主管部门核实。",
    )
    rung = Choice("等级")
    pools = MultipleField("培育阶段")

    def __init__(self, kind: Kind, edition: Edition, **values: Any) -> None:
        super().__init__(f"own-{kind}", **values)
        self.kind = kind
        self.rung.choices = [(rung.id, rung.title) for rung in edition.ladder]
        self.pools.choices = list(words.POOLS.items())
        for name in {"figure", "sign", "value", "title", "rung", "pools"} - ASKS[kind]:
            del self[name]

    def own(self) -> Own:
        asked = ASKS[self.kind]
        said: dict[str, Any] = {name: self[name].data or "" for name in asked - {"pools"}}
        pools = texts.chosen(self.pools.data or ()) if "pools" in asked else ()
        return Own("", self.kind, self.text.data or "", pools=pools, **said)


ASKS: Mapping[Kind, set[str]] = {
    Kind.FIGURE: {"figure", "sign", "value"},
    Kind.TITLE: {"title"},
    Kind.POOL: {"pools"},
    Kind.RECOGNITION: {"rung"},
    Kind.RUNG: {"rung"},
    Kind.OFFICER: set(),
}
"""What each kind of condition compares."""


class FindingForm(StepForm):
    """What an officer found out about one condition of one firm."""

    met = RadioField(
        "核实结果",
        [InputRequired("请选择核实结果。")],
        choices=[SelectChoice("yes", "符合"), SelectChoice("no", "不符合")],
    )
    note = TextAreaField(
        "依据",
        [InputRequired("请写明核实的依据。"), Length(max=MOST_REASON)],
        description="例如看过哪份材料、问过哪个部门。企业会看到。",
    )
    answered_on = Day("核实日期", [InputRequired("请填写核实日期。")], default=here.today)
