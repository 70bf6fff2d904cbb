"""The file's samples: the cards about the firm with its consents, what it copied, what it looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reports import samples
from reports.firm_file import Field, Kept, Leads, Part, Table, table
from reports.samples import Card, Item
from survey.readings.firm_file.built import money
from survey.readings.firm_file.seeing import Seeing, clock, day, yes
from survey.tables import (
    Project,
    Sample,
    SampleChoice,
    SampleConsent,
    SampleCopy,
    SampleShowing,
    SampleState,
)
from survey.words import samples as words

NEED = {True: "必选", False: "自选"}
GONE = "（已撤下的样本）"
"""What a firm reads of somebody else's card that is shown no more."""


class Told(NamedTuple):
    """A card about the firm, as it stands now."""

    row: Sample
    card: Card


class Bought(NamedTuple):
    """One item of such a card."""

    told: Told
    item: Item


class Measured(NamedTuple):
    """One figure of such a card."""

    told: Told
    figure: samples.Figure


class Chosen(NamedTuple):
    """One item of somebody's card that the firm took, or left out."""

    copy: SampleCopy
    choice: SampleChoice


def part(it: Seeing) -> Part:
    told = _told(it)
    own = (_cards(it, told), _items(it, told), _figures(it, told), _consents(it))
    return Part(
        "samples", "样本", (*own, _copied(it), _seen(it)), "没有关于本企业的样本，也没有学过样本。"
    )


def _told(it: Seeing) -> list[Told]:
    """Return the cards this outlook may read, the newest first: a draft is the bureau's own."""
    rows = [row for row in it.held.of(Sample) if it.is_bureau or row.state != SampleState.DRAFT]
    return [Told(row, Card.read(row.card)) for row in sorted(rows, key=lambda row: -row.id)]


def _cards(it: Seeing, told: list[Told]) -> Table:
    states = words.STATES if it.is_bureau else words.OWN
    fields: list[Field[Told]] = [
        Field("样本名称", lambda one: one.card.title, 30),
        Field("状态", lambda one: states[one.row.state], 16),
        Field("公开日期", lambda one: day(one.row.published_at), 12, "date"),
        Field("隐去企业名称", lambda one: yes(one.row.masked), 12),
        Field("第几稿", lambda one: one.row.revision, 8, "number", beside=True),
        Field("一次性（万元）", lambda one: money(one.card.price), 12, "money"),
        Field("每年（万元）", lambda one: money(one.card.yearly), 12, "money", beside=True),
        Field("改造前的问题", lambda one: one.card.problem, 40),
        Field("踩过的坑", lambda one: one.card.pitfalls, 40, beside=True),
        Field("可参观时间", lambda one: one.card.visiting, 20, beside=True),
        Field("验收单位", lambda one: one.card.accepted_by, 24, beside=True),
        Field("验收日期", lambda one: one.card.accepted_on, 12, "date", beside=True),
        Field("不同意或撤下的理由", lambda one: one.row.reason, 30),
    ]
    return table(
        "样本卡",
        fields,
        told,
        it.outlook,
        day=lambda one: day(one.row.changed_at),
        leads=lambda one: Leads("sample", one.row.id),
    )


def _package(it: Seeing, edition: str, code: str) -> str:
    return f"{code} {it.packages(edition).get(code, '')}".strip()


def _items(it: Seeing, told: list[Told]) -> Table:
    fields: list[Field[Bought]] = [
        Field("样本名称", lambda one: one.told.card.title, 30),
        Field("改造场景", lambda one: _package(it, one.told.row.edition, one.item.package), 30),
        Field("必选还是自选", lambda one: NEED[one.item.needed], 10),
        Field("数量", lambda one: one.item.quantity, 8, "number"),
        Field("合同价（万元）", lambda one: money(one.item.price), 12, "money"),
        Field("每年（万元）", lambda one: money(one.item.yearly), 12, "money", beside=True),
        Field("用时（周）", lambda one: one.item.weeks, 10, "number"),
        Field("服务商", lambda one: one.item.provider, 24),
        Field("怎样验收的", lambda one: one.item.acceptance, 30, beside=True),
    ]
    rows = [Bought(one, item) for one in told for item in one.card.items]
    return table("样本的改造内容", fields, rows, it.outlook)


def _figures(it: Seeing, told: list[Told]) -> Table:
    fields: list[Field[Measured]] = [
        Field("样本名称", lambda one: one.told.card.title, 30),
        Field("指标", lambda one: one.figure.title, 24),
        Field("单位", lambda one: one.figure.unit, 10),
        Field("改造前", lambda one: one.figure.before, 12),
        Field("改造前日期", lambda one: one.figure.before_on, 12, "date"),
        Field("改造后", lambda one: one.figure.after, 12),
        Field("改造后日期", lambda one: one.figure.after_on, 12, "date"),
    ]
    rows = [Measured(one, figure) for one in told for figure in one.card.figures]
    return table("样本前后的指标", fields, rows, it.outlook, day=lambda one: one.figure.after_on)


# --- consent --------------------------------------------------------------------------------------


def _titles(it: Seeing) -> dict[int, str]:
    return {row.id: row.title for row in it.held.of(Sample)}


def _consents(it: Seeing) -> Table:
    titles = _titles(it)
    fields: list[Field[SampleConsent]] = [
        Field("样本名称", lambda row: titles[row.sample_id], 30),
        Field("同意的是第几稿", lambda row: row.revision, 12, "number"),
        Field("方式", lambda row: words.WAYS[row.way], 20),
        Field("隐去企业名称", lambda row: yes(row.masked), 12),
        Field("同意日期", lambda row: day(row.given_at), 12, "date"),
        Field("失效日期", lambda row: day(row.ended_at), 12, "date"),
        Field("文件", lambda row: row.name, 36),
        Field("SHA-256", lambda row: row.sha256 or "", 66, beside=True),
    ]
    return table(
        "样本的同意",
        fields,
        it.held.of(SampleConsent),
        it.outlook,
        day=lambda row: day(row.ended_at or row.given_at),
        leads=lambda row: Leads("sample_consent", row.id) if row.sha256 else None,
    )


def papers(it: Seeing) -> Iterator[Kept]:
    """Give the papers on which the firm agreed."""
    titles = _titles(it)
    for row in it.held.of(SampleConsent):
        if row.sha256:
            title, at = titles[row.sample_id], clock(row.given_at)
            standing = "已失效" if row.ended_at else "有效"
            folder = ("样本", title, "同意书")
            yield Kept(folder, row.name, row.sha256, row.size, at, "样本同意书", title, standing)


# --- others' cards --------------------------------------------------------------------------------


def _title(it: Seeing, sample_id: int) -> str:
    """Call somebody else's card by its title, which a firm reads only while it is shown."""
    found = it.held.one(Sample, sample_id)
    if found is None or not (it.is_bureau or found.state == SampleState.PUBLISHED):
        return GONE
    return found.title


def _copied(it: Seeing) -> Table:
    projects = {row.id: row.title for row in it.held.of(Project)}

    def package(one: Chosen) -> str:
        card = it.held.one(Sample, one.copy.sample_id)
        return _package(it, card.edition if card else "", one.choice.package)

    fields: list[Field[Chosen]] = [
        Field("样本名称", lambda one: _title(it, one.copy.sample_id), 30),
        Field("学样日期", lambda one: day(one.copy.copied_at), 12, "date"),
        Field("改造场景", package, 30),
        Field("必选还是自选", lambda one: NEED[one.choice.needed], 10),
        Field("数量", lambda one: one.choice.quantity, 8, "number", beside=True),
        Field("样本合同价（万元）", lambda one: money(one.choice.price), 14, "money"),
        Field("样本用时（周）", lambda one: one.choice.weeks, 12, "number", beside=True),
        Field("样本服务商", lambda one: one.choice.provider_name, 24, beside=True),
        Field("立成的项目", lambda one: projects.get(one.choice.project_id or 0, "没有做"), 30),
        Field("没有做或不一样的理由", lambda one: one.choice.reason, 30),
    ]
    chosen = it.held.under(SampleChoice, "copy_id")
    copies = sorted(it.held.of(SampleCopy), key=lambda row: (row.copied_at, row.id), reverse=True)
    return table(
        "学过的样本",
        fields,
        [Chosen(row, choice) for row in copies for choice in chosen.get(row.id, ())],
        it.outlook,
        day=lambda one: day(one.copy.copied_at),
        leads=lambda one: (
            Leads("project", one.choice.project_id) if one.choice.project_id else None
        ),
    )


def _seen(it: Seeing) -> Table:
    fields: list[Field[SampleShowing]] = [
        Field("样本名称", lambda row: _title(it, row.sample_id), 30),
        Field("第一次看", lambda row: row.first_on, 12, "date"),
        Field("最近一次看", lambda row: row.last_on, 12, "date"),
        Field("看过几天", lambda row: row.days, 10, "number"),
    ]
    rows = it.held.of(SampleShowing)
    return table("看过的样本", fields, rows, it.outlook, day=lambda row: row.last_on)
