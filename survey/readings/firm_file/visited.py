"""The file's visits: what was noted, who signed, what a pair thought, what was advised."""

from __future__ import annotations

from collections.abc import Iterator

from reports.firm_file import Field, Kept, Leads, Part, Table, table
from survey.files.kinds import BY_MEDIA_TYPE
from survey.library import questionnaire_of
from survey.lifecycle.note_kinds import as_typed
from survey.readings.firm_file.assessed import title_of
from survey.readings.firm_file.seeing import Seeing, clock, day
from survey.tables import ChoiceRow, Explanation, NoteRow, Opinion, SheetRow, Signature
from survey.words import notes as words
from survey.words import wording
from survey.words.firm_file import SIGNERS

UNTOLD = ("phone", "about")
"""Fields of a note that no file tells: whom to call is the visit's own, a finding's place is a code."""


def part(it: Seeing) -> Part:
    tables = (_notes(it), _signatures(it), _choices(it), _explanations(it), _opinions(it))
    shown = [one for one in tables if one.fields]
    return Part("visits", "现场诊断", tuple(shown), "还没有现场诊断的记录。")


def _notes(it: Seeing) -> Table:
    fields: list[Field[NoteRow]] = [
        Field("轮次", lambda row: it.round_of(row.assessment_id), 24),
        Field("类别", lambda row: words.TITLES[row.kind], 16),
        Field("内容", _said, 60),
        Field("记录时间", lambda row: day(row.saved_at), 12, "date"),
    ]
    rows = [row for row in it.visited(it.held.of(NoteRow)) if not row.removed]
    return table("现场记录", fields, rows, it.outlook, day=lambda row: day(row.saved_at))


def _said(row: NoteRow) -> str:
    """Say a note as its form holds it: what each field is called, and what stands in it."""
    held = as_typed(row.kind, row.content)
    said = (
        f"{words.label(row.kind, name)}：{words.CHOICES.get(name, {}).get(value, value)}"
        for name, value in held.items()
        if value and name not in UNTOLD
    )
    return "；".join(said)


def _signatures(it: Seeing) -> Table:
    fields: list[Field[Signature]] = [
        Field("轮次", lambda row: it.round_of(row.assessment_id), 24),
        Field("签的是", lambda row: SIGNERS[row.role]),
        Field("姓名", lambda row: row.name),
        Field("职务", lambda row: row.post),
        Field("时间", lambda row: day(row.signed_at), 12, "date"),
        Field("核定第几版", lambda row: row.version, 10, "number", beside=True),
    ]
    return table(
        "签名",
        fields,
        it.visited(it.held.of(Signature)),
        it.outlook,
        day=lambda row: day(row.signed_at),
        leads=lambda row: Leads("signature", row.id) if row.sha256 else None,
    )


def signatures(it: Seeing) -> Iterator[Kept]:
    """Give the pictures of signatures that were drawn by hand."""
    for row in it.visited(it.held.of(Signature)):
        if row.sha256:
            ending = BY_MEDIA_TYPE[row.media_type].extensions[0]
            name = f"{SIGNERS[row.role]}-{row.name}.{ending}"
            at, of = clock(row.signed_at), it.round_of(row.assessment_id)
            yield Kept(("签名", of), name, row.sha256, None, at, "签名", of)


def _choices(it: Seeing) -> Table:
    def title(row: ChoiceRow) -> str:
        known = it.packages(it.by_id[row.assessment_id].edition)
        return row.title or f"{row.code} {known.get(row.code, '')}".strip()

    fields: list[Field[ChoiceRow]] = [
        Field("轮次", lambda row: it.round_of(row.assessment_id), 24),
        Field("次序", lambda row: row.position + 1, 8, "number"),
        Field("改造场景或措施", title, 30),
        Field("做什么", lambda row: row.what, 40),
        Field("为什么", lambda row: row.why, 40),
        Field("数量", lambda row: row.units, 8, "number"),
    ]
    return table("顾问方案", fields, it.visited(it.held.of(ChoiceRow)), it.outlook)


def _explanations(it: Seeing) -> Table:
    fields: list[Field[Explanation]] = [
        Field("轮次", lambda row: it.round_of(row.assessment_id), 24, inside=True),
        Field("矛盾提示", lambda row: row.check_id, 30, inside=True),
        Field("说明", lambda row: row.says, 50, inside=True),
        Field("时间", lambda row: day(row.saved_at), 12, "date", inside=True),
    ]
    rows = it.held.of(Explanation) if it.is_bureau else []
    return table("矛盾提示的说明", fields, rows, it.outlook, day=lambda row: day(row.saved_at))


def _opinions(it: Seeing) -> Table:
    """Say what lead and second thought of an answer: the bureau's, as on the page that compares them."""
    sheets = {row.id: row for row in it.held.of(SheetRow)}
    asked = {row.id: questionnaire_of(row) for row in it.assessments}

    def of(row: Opinion) -> int:
        return sheets[row.sheet_id].assessment_id

    fields: list[Field[Opinion]] = [
        Field("轮次", lambda row: it.round_of(of(row)), 24, inside=True),
        Field("题目", lambda row: title_of(asked[of(row)], row.question_id), 40, inside=True),
        Field("组长", lambda row: wording.VERDICTS[row.lead_verdict], inside=True),
        Field("组长的档", lambda row: row.lead_level, 10, "number", inside=True),
        Field("组员", lambda row: wording.VERDICTS[row.second_verdict], inside=True),
        Field("组员的档", lambda row: row.second_level, 10, "number", inside=True),
        Field(
            "怎样定",
            lambda row: wording.DECISIONS[row.decision] if row.decision else "",
            inside=True,
        ),
        Field("理由", lambda row: row.why, 30, inside=True),
    ]
    rows = it.held.of(Opinion) if it.is_bureau else []
    return table("两人意见", fields, rows, it.outlook, on_page=False)
