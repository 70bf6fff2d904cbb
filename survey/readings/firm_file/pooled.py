"""The file's decisions: the pool, both ladders, recognitions, minutes."""

from __future__ import annotations

from collections.abc import Iterator

from reports.firm_file import Field, Kept, Leads, Part, Table, table
from survey.readings.firm_file.seeing import Seeing, clock, day
from survey.store import settings
from survey.store.stages import named
from survey.tables import (
    Decided,
    Minutes,
    NationalFiling,
    Paper,
    PoolEntry,
    PoolState,
    Recognition,
    RecognitionProposal,
    RecognitionStanding,
    StageChange,
)
from survey.words import wording
from survey.words.firm_file import PROPOSALS
from survey.words.stages import LADDERS


def part(it: Seeing) -> Part:
    tables = (_entries(it), _recognitions(it), _filings(it), *_inside(it))
    return Part("pool", "培育与认定", tables, "还没有列入培育库，也没有登记过认定。")


def _inside(it: Seeing) -> tuple[Table, ...]:
    """The bureau's own: steps on the ladders, minutes, what lists named."""
    return (_stages(it), _minutes(it), _proposals(it)) if it.is_bureau else ()


def _entries(it: Seeing) -> Table:
    known = settings.read(it.session).stages

    def stage(id_: str) -> str:
        found = named(known, id_)
        return found.title if found else id_

    def target(row: PoolEntry) -> str:
        left = row.state == PoolState.WITHDRAWN and not it.is_bureau
        return "" if left else it.rung(row.target_rung)

    fields: list[Field[PoolEntry]] = [
        Field("状态", lambda row: wording.POOL[row.state]),
        Field("培育目标", target, 16),
        Field("培育阶段", lambda row: stage(row.stage), inside=True),
        Field(
            "国家梯度目标", lambda row: national(it, row.edition, row.nation_target), inside=True
        ),
        Field("国家梯度阶段", lambda row: stage(row.nation_stage), inside=True),
        Field("入库日期", lambda row: day(row.admitted_at), 12, "date"),
        Field("理由", lambda row: row.reason, 30, inside=True),
        Field("责任人", lambda row: it.held.named(row.responsible_id), inside=True),
        Field("责任科室", lambda row: row.department, inside=True),
        Field("下一步", lambda row: row.next_step, 30, inside=True),
        Field("时限", lambda row: row.next_by, 12, "date", inside=True),
        Field("信用核查", lambda row: row.credit, inside=True, beside=True),
        Field("核查日期", lambda row: row.credit_on, 12, "date", inside=True, beside=True),
        Field("违法和事故", lambda row: row.offences, 30, inside=True, beside=True),
        Field("政策兑现", lambda row: row.benefits, 30, inside=True, beside=True),
        Field("备注", lambda row: row.remark, 30, inside=True),
    ]
    return table(
        "培育库",
        fields,
        it.held.of(PoolEntry),
        it.outlook,
        day=lambda row: day(row.changed_at),
        leads=lambda row: Leads("entry", row.id),
        of_one=True,
    )


def national(it: Seeing, edition_id: str, rung_id: str) -> str:
    edition = it.edition(edition_id)
    ladder = edition.national if edition else None
    titles = {rung.id: rung.title for rung in ladder.rungs} if ladder else {}
    return titles.get(rung_id, rung_id)


def recognised(it: Seeing) -> list[Recognition]:
    """Return the recognitions this outlook sees, the newest first: a firm those in force."""
    valid = RecognitionStanding.VALID
    rows = [r for r in it.held.of(Recognition) if it.is_bureau or r.standing == valid]
    return sorted(rows, key=lambda row: (row.recognised_on, row.id), reverse=True)


def _recognitions(it: Seeing) -> Table:
    fields: list[Field[Recognition]] = [
        Field("等级", lambda row: it.rung(row.rung), 16),
        Field("称号", lambda row: row.title, 20),
        Field("级别", lambda row: wording.AWARD_LEVELS.get(row.level, ""), 10),
        Field("文号", lambda row: row.document, 26),
        Field("认定日期", lambda row: row.recognised_on, 12, "date"),
        Field("项目或车间", lambda row: row.project, 24),
        Field("效力", lambda row: wording.RECOGNITIONS[row.standing], 10),
        Field("更正或撤销理由", lambda row: row.reason, 30, inside=True),
    ]
    return table(
        "认定",
        fields,
        recognised(it),
        it.outlook,
        day=lambda row: row.recognised_on,
        leads=lambda row: Leads("paper", row.paper_id) if row.paper_id else None,
    )


def _filings(it: Seeing) -> Table:
    entry = next(iter(it.held.of(PoolEntry)), None)
    valid = RecognitionStanding.VALID
    fields: list[Field[NationalFiling]] = [
        Field("等级", lambda row: national(it, entry.edition if entry else "", row.rung), 16),
        Field("文号", lambda row: row.document, 26),
        Field("日期", lambda row: row.filed_on, 12, "date"),
        Field("效力", lambda row: wording.RECOGNITIONS[row.standing], 10),
        Field("撤销理由", lambda row: row.reason, 30, inside=True),
    ]
    rows = [r for r in it.held.of(NationalFiling) if it.is_bureau or r.standing == valid]
    return table("国家梯度备案", fields, rows, it.outlook, day=lambda row: row.filed_on)


def _stages(it: Seeing) -> Table:
    def minutes(row: StageChange) -> str:
        found = it.held.one(Minutes, row.minutes_id)
        return found.document if found else ""

    fields: list[Field[StageChange]] = [
        Field("梯度", lambda row: LADDERS[row.ladder]),
        Field("阶段", lambda row: row.title),
        Field("日期", lambda row: day(row.at), 12, "date"),
        Field("理由", lambda row: row.reason, 40),
        Field("依据", minutes, 26),
        Field("办理人", lambda row: it.held.named(row.made_by)),
        Field("按建议办理", lambda row: "是" if row.proposed else "", beside=True),
    ]
    rows = sorted(it.held.of(StageChange), key=lambda row: (row.at, row.id), reverse=True)
    return table("培育阶段的经过", fields, rows, it.outlook, day=lambda row: day(row.at))


def decided(it: Seeing) -> list[Minutes]:
    """Return the minutes that decided about this firm."""
    found = (it.held.one(Minutes, row.minutes_id) for row in it.held.of(Decided))
    return [row for row in found if row]


def _minutes(it: Seeing) -> Table:
    def name(row: Minutes) -> str:
        paper = it.held.one(Paper, row.paper_id)
        return paper.name if paper else ""

    fields: list[Field[Minutes]] = [
        Field("文号", lambda row: row.document, 26),
        Field("日期", lambda row: row.decided_on, 12, "date"),
        Field("文件", name, 30),
    ]
    return table(
        "批次决定的会议纪要",
        fields,
        decided(it),
        it.outlook,
        day=lambda row: row.decided_on,
        leads=lambda row: Leads("paper", row.paper_id) if row.paper_id else None,
    )


def _proposals(it: Seeing) -> Table:
    fields: list[Field[RecognitionProposal]] = [
        Field("名单写的称号", lambda row: row.title, 30),
        Field("年度", lambda row: row.year, 8, "number"),
        Field("级别", lambda row: row.level, 10),
        Field("处理", lambda row: PROPOSALS[row.state]),
    ]
    rows = it.held.of(RecognitionProposal)
    return table("名单里的认定", fields, rows, it.outlook)


def papers(it: Seeing) -> Iterator[Kept]:
    """Give what the bureau decided by; such papers name other firms, so no firm is given them."""
    if not it.is_bureau:
        return
    for recognition in it.held.of(Recognition):
        of = f"{it.rung(recognition.rung)} {recognition.document}"
        standing = wording.RECOGNITIONS[recognition.standing]
        yield from _paper(it, recognition.paper_id, "认定文件", of, standing)
    for one in decided(it):
        yield from _paper(it, one.paper_id, "会议纪要", one.document, "")


def _paper(it: Seeing, paper_id: int | None, what: str, of: str, standing: str) -> Iterator[Kept]:
    paper = it.held.one(Paper, paper_id)
    if paper:
        at = clock(paper.uploaded_at)
        folder = ("培育与认定", what)
        yield Kept(folder, paper.name, paper.sha256, paper.size, at, what, of, standing)
