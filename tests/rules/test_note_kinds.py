"""What a visit may note: each field read as it is kept, and told back as it was typed."""

from __future__ import annotations

import pytest

from questionnaires.library import SHIPPED
from survey.lifecycle.errors import Invalid
from survey.lifecycle.note_kinds import FIELDS, as_typed, read
from survey.tables import NoteKind
from survey.words.notes import HINTS, TITLES, label

FINDING = {"stands": "三台车床各记各的", "gap": "产量对不上", "severity": "serious", "about": "", "action": ""}  # fmt: skip
GOOD = {
    "stay": {"began": "2026-03-05T22:30", "ended": "2026-03-06T01:10"},
    "member": {"name": "王工", "post": "某某软件公司，生产管理"},
    "person": {"name": "陈厂长", "post": "副厂长", "phone": "000-0000"},
    "place": {"name": "机加工车间", "seen": "三排车床\n两台没有铭牌"},
    "sample": {"what": "近三个月订单", "drawn": "5", "whole": "120", "result": "4 张能查到", "note": ""},
    "finding": FINDING,
    "drill": {"drill": "trace", "traced": "DN50 闸阀", "seconds": "1:07:42", "outcome": "partly", "note": ""},
}  # fmt: skip


@pytest.fixture(scope="module")
def questionnaire():
    return SHIPPED.load("2026").questionnaire("valve")


@pytest.mark.parametrize("kind", NoteKind)
def test_a_note_is_told_back_as_it_was_typed(questionnaire, kind):
    content = read(kind, GOOD[kind], questionnaire)

    assert as_typed(kind, content) == GOOD[kind]
    assert TITLES[kind]
    assert HINTS[kind]
    assert all(label(kind, field.name) for field in FIELDS[kind])


def test_moments_are_kept_with_their_zone_and_times_in_seconds(questionnaire):
    stay = read(NoteKind.STAY, GOOD["stay"], questionnaire)
    drill = read(NoteKind.DRILL, GOOD["drill"], questionnaire)

    assert stay["began"] == "2026-03-05T22:30:00+08:00"
    assert drill["seconds"] == 4062


@pytest.mark.parametrize(
    ("kind", "wrong", "says"),
    [
        ("stay", {"began": ""}, "请填写“开始”。"),
        ("stay", {"began": "昨天"}, "请填日期和时间"),
        ("stay", {"ended": "2026-03-05T22:30"}, "结束应晚于开始"),
        ("stay", {"ended": "2026-03-09T22:30"}, "一次到场最长 48 小时"),
        ("person", {"name": " \u200b "}, "请填写“姓名”。"),
        ("person", {"post": "长" * 61}, "“职务”最多 60 字，现在有 61 字，请删减。"),
        ("sample", {"drawn": "五"}, "“抽了几件”请填大于 0 的整数。"),
        ("sample", {"drawn": "121"}, "抽的件数不能比总件数多"),
        ("finding", {"gap": ""}, "请填写“差距或问题”。"),
        ("finding", {"severity": "fatal"}, "请选择“严重程度”。"),
        ("finding", {"about": "no_such_question"}, "没有这个模块或这道题"),
        ("finding", {"stands": "长" * 1001}, "“现状”最多 1000 字，现在有 1001 字，请删减。"),
        ("drill", {"seconds": "7 分多"}, "请填分和秒，例如 5:30。"),
        ("drill", {"seconds": "7:61"}, "请填分和秒，例如 5:30。"),
        ("drill", {"drill": "fire"}, "请选择“做哪个演练”。"),
    ],
)
def test_what_cannot_be_taken_is_said_with_its_remedy(questionnaire, kind, wrong, says):
    with pytest.raises(Invalid) as refused:
        read(NoteKind(kind), GOOD[kind] | wrong, questionnaire)

    assert says in "".join(refused.value.fields.values())


def test_every_fault_of_a_note_is_said_at_once(questionnaire):
    with pytest.raises(Invalid) as refused:
        read(NoteKind.FINDING, {"severity": "x", "strange": "y"}, questionnaire)

    assert set(refused.value.fields) == {"stands", "gap", "severity", "strange"}
