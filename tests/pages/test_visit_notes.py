"""What a visit notes beside its verdicts: written once, by whoever visits, read by nobody else."""

import re
from io import BytesIO

import pytest
from sqlalchemy import func, select

from reports.paper.html import render_html
from survey.lifecycle import assessments
from survey.lifecycle.step import Step
from survey.readings.diagnoses import diagnosis_of
from survey.store import assessments as store_of_assessments
from survey.store import notes as store
from survey.store.settings import read
from survey.tables import AuditEntry, NoteKind, NoteRevision, NoteRow, SheetKind, User, Verdict
from tests.support.files import a_photo
from tests.support.people import (
    TESTER,
    a_consultant,
    a_firm,
    a_user,
    fill,
    moment,
    signed_in,
    visited,
)

FINDING = {
    "stands": "三台车床各记各的",
    "gap": "产量对不上",
    "severity": "serious",
    "about": "",
    "action": "",
}


@pytest.fixture
def consultant(session):
    return a_consultant(session, name="李顾问")


@pytest.fixture
def visit(session, consultant):
    firm = a_firm(session, name="墨岭阀门（虚构）")
    row = visited(session, a_user(session, firm=firm), consultant)
    session.refresh(row)
    session.expunge(row)
    session.rollback()
    return row


@pytest.fixture
def tablet(app, session, consultant):
    return opened(signed_in(app, session, consultant))


def opened(client):
    """Open a page, whose token goes with what is posted."""
    client.get("/visits")
    return client


def page_of(visit):
    return f"/visits/{visit.id}/notes"


def posted(tablet, visit, kind, item="first", base=0, request="tablet.1", **fields):
    form = {"kind": kind, "item": item, "base": base, "request_id": request, **fields}
    return tablet.post(page_of(visit), data=form | token(tablet))


def sent(tablet, visit, item="first", base=0, request="tablet.1", kind="finding", **more):
    body = {"item": item, "kind": kind, "request_id": request, "base_revision": base}
    return tablet.send(f"{page_of(visit)}/save", body | {"fields": FINDING} | more)


def kept(session, visit):
    found = store.notes(session, [visit.id])[visit.id]
    session.rollback()
    return found


# --- forms -----------------------------------------------------------------------------------------


GOOD = {
    "stay": {"began": "2026-03-05T22:30", "ended": "2026-03-06T01:10"},
    "member": {"name": "王工", "post": "某某软件公司，生产管理"},
    "person": {"name": "陈厂长", "post": "副厂长", "phone": "000-0000"},
    "place": {"name": "机加工车间", "seen": "三排车床"},
    "sample": {"what": "近三个月订单", "drawn": "5", "whole": "120", "result": "4 张能查到"},
    "finding": FINDING,
    "drill": {"drill": "trace", "traced": "DN50 闸阀", "seconds": "7:42", "outcome": "partly"},
}  # fmt: skip


@pytest.mark.parametrize("kind", NoteKind)
def test_a_note_of_every_kind_is_added_changed_and_removed_by_plain_forms(
    tablet, session, visit, kind
):
    added = posted(tablet, visit, kind, **GOOD[kind])
    shown = tablet.get(page_of(visit))
    edit = tablet.get(f"{page_of(visit)}?edit=first")
    changed = posted(tablet, visit, kind, base=1, request="tablet.2", **GOOD[kind] | LATER[kind])
    after = tablet.get(page_of(visit))
    gone = posted(tablet, visit, kind, base=2, request="tablet.3", do="remove")

    assert (added.status_code, changed.status_code, gone.status_code) == (302, 302, 302)
    value, later = (next(iter(fields.values())) for fields in (GOOD[kind], LATER[kind]))
    assert value in edit.text
    assert said(value) in shown.text
    assert said(later) in after.text
    assert kept(session, visit) == []
    assert "note-first" not in tablet.get(page_of(visit)).text
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action == "note")).all()
    assert len(actions) == 3


LATER = {
    "stay": {"began": "2026-03-05T21:00"},
    "member": {"name": "赵工"},
    "person": {"name": "孙科长"},
    "place": {"name": "原料仓库"},
    "sample": {"what": "在制阀体"},
    "finding": {"stands": "只有两台联网"},
    "drill": {"traced": "DN80 截止阀", "drill": "pack"},
}


def said(value):
    return {"trace": "追溯演练", "pack": "质量文件包演练"}.get(value, value.replace("T", " "))


def test_a_button_notes_when_the_visit_began_and_ended(tablet, session, visit):
    posted(tablet, visit, "stay", now="began")
    began = kept(session, visit)[0].content
    lasting = tablet.get(page_of(visit)).text
    posted(tablet, visit, "stay", base=1, request="tablet.2", began=began["began"][:16], now="ended", ended="")  # fmt: skip

    assert began["ended"] is None
    assert "还没有结束" in lasting
    # Within one minute a stay has no length: said, and nothing changed.
    assert kept(session, visit)[0].revision == 1


def test_what_cannot_be_taken_comes_back_with_its_fault_and_changes_nothing(tablet, session, visit):
    wrong = FINDING | {"gap": "", "about": "no_such_question"}
    answer = posted(tablet, visit, "finding", **wrong)

    assert answer.status_code == 422
    for words in ("请填写“差距或问题”。", "没有这个模块或这道题", wrong["stands"]):
        assert words in answer.text
    assert kept(session, visit) == []


@pytest.mark.parametrize(
    "broken",
    [{"kind": "castle"}, {"item": ""}, {"item": "x" * 41}, {"item": "../1"}, {"request_id": "a b"}],
)
def test_a_form_that_no_page_of_ours_sends_is_refused(tablet, session, visit, broken):
    form = {"kind": "place", "item": "first", "base": 0, "request_id": "tablet.1", "name": "仓库"}

    answer = tablet.post(page_of(visit), data=form | broken | token(tablet))

    assert answer.status_code in (400, 422)
    assert kept(session, visit) == []


def test_pressing_save_twice_keeps_one_note(tablet, session, visit):
    for _ in range(2):
        posted(tablet, visit, "place", name="仓库")

    assert [row.revision for row in kept(session, visit)] == [1]


def test_markup_in_a_note_is_shown_as_text(tablet, visit):
    posted(tablet, visit, "finding", **FINDING | {"stands": "<script>alert(1)</script>'\"&"})

    page = tablet.get(page_of(visit)).text

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


# --- the door for scripts --------------------------------------------------------------------------


def test_a_note_sent_again_is_acknowledged_and_kept_once(tablet, session, visit):
    answers = [sent(tablet, visit).get_json() for _ in range(3)]

    assert [answer["revision"] for answer in answers] == [1, 1, 1]
    assert answers[0]["fields"] == FINDING
    assert session.scalar(select(func.count()).select_from(NoteRevision)) == 1


def test_an_older_change_of_one_device_that_arrives_late_changes_nothing(tablet, session, visit):
    sent(tablet, visit)
    newer = sent(tablet, visit, base=1, request="tablet.3", fields=FINDING | {"gap": "新"})
    late = sent(tablet, visit, base=1, request="tablet.2", fields=FINDING | {"gap": "旧"})

    assert (newer.status_code, late.status_code) == (200, 200)
    assert late.get_json()["fields"]["gap"] == "新"
    assert [row.content["gap"] for row in kept(session, visit)] == ["新"]


def test_two_tabs_that_change_one_note_are_shown_both(tablet, session, visit):
    sent(tablet, visit)
    sent(tablet, visit, base=1, request="first-tab.1", fields=FINDING | {"gap": "甲"})
    clash = sent(tablet, visit, base=1, request="second-tab.1", fields=FINDING | {"gap": "乙"})
    form = posted(
        tablet, visit, "finding", base=1, request="third-tab.1", **FINDING | {"gap": "丙"}
    )

    body = clash.get_json()
    assert clash.status_code == form.status_code == 409
    assert (body["current"]["fields"]["gap"], body["current"]["author"]) == ("甲", "李顾问")
    assert body["question"] == "note.first"
    assert "甲" in form.text
    assert "丙" in form.text
    assert [row.content["gap"] for row in kept(session, visit)] == ["甲"]


def test_a_note_removed_meanwhile_is_said_to_be_gone_and_may_be_kept_all_the_same(
    tablet, session, visit
):
    sent(tablet, visit)
    sent(tablet, visit, base=1, request="first-tab.1", fields=None)
    clash = sent(tablet, visit, base=1, request="second-tab.1", fields=FINDING | {"gap": "乙"})
    insisted = sent(tablet, visit, base=2, request="second-tab.2", fields=FINDING | {"gap": "乙"})

    assert clash.get_json()["current"]["fields"] is None
    assert insisted.get_json()["revision"] == 3
    assert [row.content["gap"] for row in kept(session, visit)] == ["乙"]


def test_a_number_that_was_used_for_another_note_is_refused(tablet, session, visit):
    sent(tablet, visit)
    other = sent(tablet, visit, item="second")

    assert other.status_code == 409
    assert [row.item_id for row in kept(session, visit)] == ["first"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"item": "x/1"},
        {"kind": "castle"},
        {"base_revision": -1},
        {"base_revision": "0"},
        {"fields": {"stands": 1}},
        {"fields": {"strange": "x"} | FINDING},
        {"fields": []},
        {"extra": 1},
        {"request_id": "x" * 65},
    ],
)
def test_a_request_of_another_shape_is_refused_and_changes_nothing(tablet, session, visit, wrong):
    answer = sent(tablet, visit, **wrong)

    assert answer.status_code == 422
    assert answer.get_json()["message"]
    assert kept(session, visit) == []


def test_a_visit_holds_so_many_findings_and_no_more(tablet, session, visit, consultant):
    rows = [
        NoteRow(
            assessment_id=visit.id,
            item_id=f"n{number}",
            kind="finding",
            position=number,
            content=FINDING,
            removed=False,
            revision=1,
            author_id=consultant.id,
            saved_at=visit.created_at,
        )
        for number in range(200)
    ]
    session.add_all(rows)
    session.commit()

    answer = sent(tablet, visit)

    assert answer.status_code == 422
    assert "“现状与差距”最多 200 条" in answer.get_json()["message"]


# --- who, and when ---------------------------------------------------------------------------------


def test_nobody_but_who_visits_reads_or_writes_the_notes(app, session, visit, tablet):
    sent(tablet, visit)
    stranger = opened(signed_in(app, session, a_consultant(session)))

    answers = [
        stranger.get(page_of(visit)),
        posted(stranger, visit, "place", name="仓库"),
        sent(stranger, visit, item="second"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len(kept(session, visit)) == 1


def test_a_confirmed_visit_keeps_its_notes_as_they_are(tablet, session, visit):
    sent(tablet, visit)
    session.get(type(visit), visit.id).state = "confirmed"
    session.commit()

    replay, late = sent(tablet, visit), sent(tablet, visit, item="second", request="tablet.2")
    form = posted(tablet, visit, "place", item="third", request="tablet.3", name="仓库")

    assert replay.status_code == 200
    assert (late.status_code, form.status_code) == (409, 409)
    assert late.get_json()["state"] == "confirmed"
    assert "data-note-form" not in tablet.get(page_of(visit)).text
    assert len(kept(session, visit)) == 1


# --- photos of findings ----------------------------------------------------------------------------


def token(tablet):
    return {"csrf_token": tablet.token}


def shot(tablet, visit, item="first"):
    url = f"/assessments/{visit.id}/questions/note.{item}/evidence"
    return tablet.post(url, data=token(tablet) | {"files": (BytesIO(a_photo("navy")), "现场.jpg")})


def test_a_finding_takes_photos_and_their_words_can_be_changed(tablet, visit):
    sent(tablet, visit)

    added = shot(tablet, visit)
    page = tablet.get(page_of(visit)).text
    number = re.search(r"/evidence/(\d+)/caption", page)[1]
    tablet.post(f"/evidence/{number}/caption", data=token(tablet) | {"caption": "三台车床"})
    long = tablet.post(f"/evidence/{number}/caption", data=token(tablet) | {"caption": "长" * 201})

    assert added.headers["Location"] == f"{page_of(visit)}#note-first"
    assert 'value="三台车床"' in tablet.get(page_of(visit)).text
    assert long.status_code == 422


@pytest.mark.parametrize("item", ["never", "place"])
def test_a_photo_goes_behind_a_finding_that_stands_and_nothing_else(tablet, visit, item):
    posted(tablet, visit, "place", item="place", name="仓库")

    answer = shot(tablet, visit, item)

    assert answer.status_code == 422
    assert "没有这条现状与差距" in answer.text


# --- what becomes of them --------------------------------------------------------------------------


def test_the_firm_reads_what_was_noted_once_it_is_confirmed_on_page_and_paper(
    app, session, visit, tablet, consultant
):
    for number, kind in enumerate(NoteKind):
        posted(tablet, visit, kind, item=f"n{number}", request=f"tablet.{number}", **GOOD[kind])
    owner = session.scalar(select(User).where(User.firm_id == visit.firm_id))
    firm = signed_in(app, session, owner)
    urls = [f"/assessments/{visit.id}/confirmation", f"/assessments/{visit.id}/result/onsite"]
    before = [firm.get(url).status_code for url in urls]
    fill(session, visit, consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)
    session.rollback()
    read_by_both = tablet.get(f"/visits/{visit.id}/confirm").text
    assessments.confirm(Step(session, TESTER, moment()), visit.id)
    session.rollback()
    shown = [firm.get(url).text for url in urls]

    found = store_of_assessments.assessment(session, visit.id)
    diagnosis = diagnosis_of(
        session, found, SheetKind.ONSITE, district=read(session), issued=moment().date()
    )
    session.rollback()
    paper = render_html(diagnosis)
    assert before == [404, 404]
    for text in (read_by_both, *shown, paper):
        for words in (FINDING["stands"], FINDING["gap"], "DN50 闸阀", "7:42", "2026-03-06 01:10", "陈厂长", "王工", "4 张能查到", "2 小时 40 分"):  # fmt: skip
            assert words in text, words
        assert "000-0000" not in text.replace("000-00000000", "")


def test_a_version_that_was_left_behind_keeps_its_notes(tablet, session, visit, consultant):
    sent(tablet, visit)
    fill(session, visit, consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)
    assessments.confirm(Step(session, TESTER, moment()), visit.id)
    assessments.reopen(Step(session, TESTER, moment()), visit.id, reason="再看一题。")
    session.rollback()
    sent(tablet, visit, base=1, request="tablet.2", fields=FINDING | {"stands": "都联网了"})

    first = tablet.get(f"/assessments/{visit.id}/versions/onsite/1").text

    assert FINDING["stands"] in first
    assert "都联网了" not in first
    assert "都联网了" in tablet.get(page_of(visit)).text
