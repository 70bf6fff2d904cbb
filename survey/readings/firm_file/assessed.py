"""The file's assessments: rounds, versions, answers, reports, evidence, and what was said of them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from questionnaires.model import Questionnaire
from reports.figures import percent_number
from reports.firm_file import Field, Kept, Leads, Part, Table, table
from survey.library import questionnaire_of
from survey.readings.firm_file.seeing import Seeing, clock, day
from survey.readings.visits import described
from survey.store.documents import withdrawals
from survey.tables import (
    NOTE,
    AnswerRow,
    Assessment,
    AssessmentState,
    Document,
    Evidence,
    Response,
    ReturnRequest,
    ScoreRow,
    SheetRow,
)
from survey.words import wording
from survey.words.firm_file import REQUESTS
from survey.words.uploads import size_words


def share(text: str | None) -> Decimal | None:
    return percent_number(Fraction(text)) if text else None


def part(it: Seeing) -> Part:
    tables = (_rounds(it), _versions(it), _requests(it), _responses(it), *_answers(it))
    return Part("assessments", "评估", tables, "还没有开始评估。")


def _rounds(it: Seeing) -> Table:
    def confirmed(row: Assessment) -> bool:
        return row.state == AssessmentState.CONFIRMED

    def visitors(row: Assessment) -> str:
        return "、".join(it.held.named(id_) for id_ in row.visitors)

    fields: list[Field[Assessment]] = [
        Field("轮次", lambda row: it.round_of(row.id), 24),
        Field("状态", lambda row: wording.STATES[row.state]),
        Field("自评提交", lambda row: day(row.submitted_at), 12, "date"),
        Field("自评得分率（%）", lambda row: share(row.own_share), 12, "percent"),
        Field("自评等级", lambda row: it.rung(row.own_rung), 16),
        Field("核定日期", lambda row: day(row.confirmed_at), 12, "date"),
        Field(
            "核定得分率（%）",
            lambda row: share(row.visited_share) if confirmed(row) else None,
            12,
            "percent",
        ),
        Field("核定等级", lambda row: it.rung(row.visited_rung) if confirmed(row) else "", 16),
        Field("诊断顾问", visitors, 16, inside=True),
        Field("计划上门", lambda row: row.planned_on, 12, "date", inside=True, beside=True),
        Field("自评承诺人", lambda row: row.declared_by, 12, beside=True),
        Field("退回理由", lambda row: row.return_reason, 30, beside=True),
        Field("问卷年版", lambda row: row.edition, 12, beside=True),
    ]
    return table(
        "评估",
        fields,
        it.assessments,
        it.outlook,
        day=lambda row: day(row.confirmed_at or row.submitted_at or row.created_at),
        leads=lambda row: _leads(it, row),
    )


def _leads(it: Seeing, row: Assessment) -> Leads | None:
    draft = it.is_bureau and row.state == AssessmentState.DRAFT
    return None if draft else Leads("assessment", row.id)


class Version(NamedTuple):
    """A sheet that was handed in or confirmed."""

    sheet: SheetRow
    score: ScoreRow


def versions(it: Seeing) -> list[Version]:
    """Return what was handed in or confirmed, as far as it may be read, the newest first."""
    scores = {row.sheet_id: row for row in it.held.of(ScoreRow)}
    found = [Version(row, scores[row.id]) for row in it.sheets if row.id in scores]
    return sorted(found, key=lambda one: (one.score.scored_at, one.sheet.id), reverse=True)


def _versions(it: Seeing) -> Table:
    fields: list[Field[Version]] = [
        Field("轮次", lambda one: it.round_of(one.sheet.assessment_id), 24),
        Field("答卷", lambda one: wording.SHEETS[one.sheet.kind]),
        Field("第几版", lambda one: one.sheet.version, 8, "number"),
        Field("日期", lambda one: day(one.score.scored_at), 12, "date"),
        Field("得分率（%）", lambda one: share(one.score.share), 12, "percent"),
        Field("等级", lambda one: it.rung(one.score.rung), 16),
        Field("效力", lambda one: "作数" if one.sheet.speaks else "以前的"),
        Field("暂核", lambda one: "暂核" if one.score.is_provisional else "", beside=True),
    ]
    return table(
        "各版答卷", fields, versions(it), it.outlook, day=lambda one: day(one.score.scored_at)
    )


def _requests(it: Seeing) -> Table:
    fields: list[Field[ReturnRequest]] = [
        Field("轮次", lambda row: it.round_of(row.assessment_id), 24),
        Field("申请时间", lambda row: day(row.asked_at), 12, "date"),
        Field("申请人", lambda row: row.asked_by),
        Field("理由", lambda row: row.reason, 40),
        Field("结果", lambda row: REQUESTS[row.state]),
        Field("答复", lambda row: row.answer, 30),
    ]
    rows = it.held.of(ReturnRequest)
    return table("申请退回修改", fields, rows, it.outlook, day=lambda row: day(row.asked_at))


def _responses(it: Seeing) -> Table:
    fields: list[Field[Response]] = [
        Field("轮次", lambda row: it.round_of(row.assessment_id), 24),
        Field("意见", lambda row: wording.RESPONSES[row.kind]),
        Field("姓名", lambda row: row.name),
        Field("职务", lambda row: row.post),
        Field("时间", lambda row: day(row.said_at), 12, "date"),
        Field("内容", lambda row: row.says, 40),
        Field(
            "处理", lambda row: wording.SETTLEMENTS[row.settlement] if row.settlement else "", 18
        ),
        Field("答复", lambda row: row.answer, 30),
    ]
    rows = it.held.of(Response)
    return table("企业对核定的意见", fields, rows, it.outlook, day=lambda row: day(row.said_at))


# --- answers --------------------------------------------------------------------------------------


class Answer(NamedTuple):
    """One answer with its sheet and what was asked."""

    sheet: SheetRow
    row: AnswerRow
    asked: Questionnaire


def _answers(it: Seeing) -> Iterator[Table]:
    """Give the answers of every sheet that may be read, where they were asked for."""
    sheets = {row.id: row for row in it.sheets}
    asked = {row.id: questionnaire_of(row) for row in it.assessments}
    found = [
        Answer(sheet, row, asked[sheet.assessment_id])
        for row in it.held.of(AnswerRow)
        if (sheet := sheets.get(row.sheet_id))
    ]
    if not found:
        return
    fields: list[Field[Answer]] = [
        Field("轮次", lambda one: it.round_of(one.sheet.assessment_id), 24),
        Field("答卷", lambda one: wording.SHEETS[one.sheet.kind]),
        Field("第几版", lambda one: one.sheet.version, 8, "number"),
        Field("题目", lambda one: title_of(one.asked, one.row.question_id), 40),
        Field("答案", _said, 40),
        Field("核验", lambda one: wording.VERDICTS[v] if (v := one.row.verification) else ""),
        Field("备注", lambda one: one.row.remark, 30),
        Field("理由", lambda one: one.row.reason, 30),
        Field("发现", lambda one: one.row.finding, 30),
        Field("保存时间", lambda one: day(one.row.saved_at), 12, "date"),
    ]
    yield table("答案", fields, found, it.outlook, on_page=False)


def _said(one: Answer) -> str:
    question = one.asked.questions.get(one.row.question_id)
    return described(question, one.row) if question else str(one.row.value)


def title_of(asked: Questionnaire, question_id: str) -> str:
    """Name what an answer or a file is about; a finding of a visit has no question."""
    if question_id.startswith(NOTE):
        return "现场记录"
    question = asked.questions.get(question_id)
    return f"{question.code} {question.short}" if question else question_id


# --- reports and evidence -------------------------------------------------------------------------


def documents(it: Seeing) -> Part:
    rows = sorted(it.held.of(Document), key=lambda row: row.id, reverse=True)
    why = withdrawals(it.session, rows)
    fields: list[Field[Document]] = [
        Field("编号", lambda row: row.number, 16),
        Field("报告", lambda row: wording.DOCUMENTS.get(row.kind, row.kind)),
        Field("轮次", lambda row: _round_of(it, row), 24),
        Field("签发日期", lambda row: day(row.issued_at), 12, "date"),
        Field("效力", lambda row: wording.STANDINGS[row.standing]),
        Field("撤销理由", lambda row: why.get(row.number, ""), 30),
        Field("SHA-256", lambda row: row.sha256, 66, beside=True),
    ]
    issued = table(
        "报告",
        fields,
        rows,
        it.outlook,
        day=lambda row: day(row.issued_at),
        leads=lambda row: Leads("report", row.id) if it.may_open(row) else None,
    )
    return Part("documents", "报告", (issued,), "还没有签发过报告。")


def _round_of(it: Seeing, row: Document) -> str:
    return it.round_of(row.subject_id) if row.subject == "assessment" else ""


def issued(it: Seeing) -> Iterator[Kept]:
    """Give the reports as files, as far as they may be opened."""
    for row in it.held.of(Document):
        if it.may_open(row):
            kind = wording.DOCUMENTS.get(row.kind, row.kind)
            standing = wording.STANDINGS[row.standing]
            name = f"诊断报告（{kind}）{row.number}.pdf"
            of = f"{_round_of(it, row)} {row.number}"
            at = clock(row.issued_at)
            yield Kept(("报告",), name, row.sha256, row.size, at, "报告", of, standing)


class Attached(NamedTuple):
    """A file behind an answer, or behind a finding of a visit."""

    sheet: SheetRow
    file: Evidence


def _attached(it: Seeing) -> list[Attached]:
    sheets = {row.id: row for row in it.sheets}
    rows = it.held.of(Evidence)
    return [Attached(sheets[row.sheet_id], row) for row in rows if row.sheet_id in sheets]


def evidence(it: Seeing) -> Part:
    asked = {row.id: questionnaire_of(row) for row in it.assessments}
    fields: list[Field[Attached]] = [
        Field("轮次", lambda one: it.round_of(one.sheet.assessment_id), 24),
        Field("答卷", lambda one: _sheet(one.sheet)),
        Field(
            "题目", lambda one: title_of(asked[one.sheet.assessment_id], one.file.question_id), 40
        ),
        Field("文件", lambda one: one.file.name, 36),
        Field("上传日期", lambda one: day(one.file.uploaded_at), 12, "date"),
        Field("说明", lambda one: one.file.caption, 30),
        Field("大小", lambda one: size_words(one.file.size), 10),
        Field("SHA-256", lambda one: one.file.sha256, 66, beside=True),
    ]
    found = _attached(it)

    def listed(title: str, *, speaks: bool) -> Table:
        return table(
            title,
            fields,
            [one for one in found if one.sheet.speaks == speaks],
            it.outlook,
            day=lambda one: day(one.file.uploaded_at),
            leads=lambda one: Leads("evidence", one.file.id),
            on_page=speaks,
        )

    tables = (listed("佐证材料", speaks=True), listed("以前各版的佐证材料", speaks=False))
    return Part("evidence", "佐证材料", tables, "还没有上传过佐证材料。")


def _sheet(sheet: SheetRow) -> str:
    return "另填的核查表" if sheet.second else wording.SHEETS[sheet.kind]


def attachments(it: Seeing) -> Iterator[Kept]:
    """Give the evidence as files, by round and sheet; a file that versions share comes once."""
    asked = {row.id: questionnaire_of(row) for row in it.assessments}
    given = set()
    for one in _attached(it):
        about = title_of(asked[one.sheet.assessment_id], one.file.question_id)
        folder = ("佐证材料", it.round_of(one.sheet.assessment_id), _sheet(one.sheet))
        if (folder, about, one.file.sha256) in given:
            continue
        given.add((folder, about, one.file.sha256))
        file = one.file
        at = clock(file.uploaded_at)
        yield Kept(folder, file.name, file.sha256, file.size, at, "佐证材料", about)
