"""What the bureau sees of consultants' visits, and what a consultant sees of their own."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import update

from survey import db
from survey.lifecycle import assessments as steps
from survey.lifecycle.answers import Change, save_answer
from survey.lifecycle.step import Actor, Step
from survey.store import assessments as store
from survey.tables import (
    AnswerRevision,
    Assessment,
    Evidence,
    NoteKind,
    NoteRow,
    Role,
    SheetKind,
    Verdict,
)
from tests.support.bureau import at_desk, counting, rows_of
from tests.support.files import a_photo, a_scene, saved
from tests.support.people import (
    a_consultant,
    a_file,
    a_firm,
    a_user,
    fill,
    moment,
    visited,
)

SENTENCE = "现场抽查三份记录，系统里都查不到对应数据。"
OTHER = "机台旁的看板停在上个月，班组长说没有时间更新。"
DAY = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
LIST, BOOK = "/bureau/consultants/work", "/bureau/consultants/work.xlsx"
_numbers = count()


def a_visit(session, settings, consultant, name, *, why=SENTENCE, photo=b"", taken=DAY):
    """A confirmed visit that changed one answer by a level, with a reason and a photo."""
    user = a_user(session, firm=a_firm(session, name))
    assessment = visited(session, user, consultant)
    by = Actor(consultant.id, consultant.name)
    fill(session, assessment, consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)
    change = Change(
        "scheduling",
        f"test.{next(_numbers)}",
        2,
        value=1,
        verification=Verdict.CHANGED,
        reason=why,
    )
    save_answer(Step(session, by, moment()), assessment.id, SheetKind.ONSITE, change)
    content = photo or saved(a_scene(next(_numbers)))
    kind = SheetKind.ONSITE
    file = a_file(session, settings, assessment, "scheduling", kind=kind, content=content)
    steps.confirm(Step(session, by, moment()), assessment.id)
    sheet = store.sheet(session, assessment.id, SheetKind.ONSITE)
    with db.writing(session):
        session.get_one(Evidence, file.id).taken_at = taken
        these = AnswerRevision.sheet_id == sheet.id
        session.execute(update(AnswerRevision).where(these).values(saved_at=DAY))
        last = these & (AnswerRevision.question_id == "scheduling") & (AnswerRevision.revision == 3)
        session.execute(
            update(AnswerRevision).where(last).values(saved_at=DAY + timedelta(minutes=50))
        )
        session.get_one(Assessment, assessment.id).confirmed_at = DAY
    session.rollback()
    return assessment


def cells(client, where=BOOK):
    """The rows of the workbook under its headings."""
    head, *rows = rows_of(client.get(where))
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture
def officer(app, session):
    return at_desk(app, session, a_user(session, Role.OFFICER))


def test_the_bureau_reads_each_consultants_visits_beside_the_middle_of_all(
    officer, session, settings
):
    few, more = a_consultant(session, name="甲顾问"), a_consultant(session, name="乙顾问")
    first = a_visit(session, settings, few, "虚构甲厂")
    a_visit(session, settings, more, "虚构乙厂", why=OTHER)

    page = officer.get(f"{LIST}?round=all").text
    one = officer.get(f"/bureau/consultants/{few.id}?round=all").text

    assert page.index("乙顾问") < page.index("甲顾问")  # by name, never by a figure
    assert "全部顾问的中位数" in page
    assert page.count("场次少，仅供参考") == 2
    assert "虚构甲厂" in one
    assert "虚构乙厂" not in one
    assert f"/assessments/{first.id}/result/onsite" in one
    assert "2 档改为 1 档" in one
    assert "50 分钟" in one
    assert "推算" in one


def test_the_workbook_holds_the_same_figures_and_is_noted(officer, session, settings):
    consultant = a_consultant(session, name="=甲顾问")
    a_visit(session, settings, consultant, "虚构甲厂")

    (row,) = cells(officer, f"{BOOK}?round=all")

    assert row["诊断顾问"] == "=甲顾问"
    assert row["核定的现场诊断（家）"] == 1
    assert row["降 1 档（题）"] == 1
    assert row["平均改动（档）"] == -1
    assert row["每个更改的佐证（份）"] == 1
    assert row["说明"] == "场次少，仅供参考"
    assert "导出了核验情况" in officer.get("/bureau/audit").text


def test_the_same_sentence_photo_and_a_time_outside_lead_to_where_they_stand(
    officer, session, settings
):
    consultant = a_consultant(session)
    scene = a_scene(1)
    one = a_visit(session, settings, consultant, "虚构甲厂", photo=saved(scene))
    two = a_visit(
        session,
        settings,
        consultant,
        "虚构乙厂",
        why=SENTENCE.replace("，", "，　"),
        photo=saved(scene),
        taken=DAY - timedelta(days=30),
    )
    small = saved(scene.resize((500, 375)))
    a_visit(session, settings, consultant, "虚构丙厂", why=OTHER, photo=small, taken=None)

    page = officer.get(f"/bureau/consultants/{consultant.id}?round=all").text
    (row,) = cells(officer, f"{BOOK}?round=all")

    said = ("几家写得一样的话（处）", "几家用了同一张照片（处）", "几家的照片很像（处）")
    assert [row[name] for name in said] == [1, 1, 1]
    assert [row["拍摄时间不在诊断期间（张）"], row["没有拍摄时间（张）"]] == [1, 1]
    words = page[page.index('id="words"') : page.index('id="same"')]
    outside = page[page.index('id="outside"') :]
    assert all(f"/assessments/{visit.id}/result/onsite" in words for visit in (one, two))
    assert "虚构丙厂" not in words
    assert "虚构乙厂" in outside
    assert "虚构甲厂" not in outside
    assert page.count("/thumbnail") == 2 + 3 + 1


def test_a_noted_stay_and_finding_come_before_what_saves_let_guess(officer, session, settings):
    consultant = a_consultant(session)
    visit = a_visit(session, settings, consultant, "虚构甲厂", photo=a_photo())
    stay = {"began": "2026-11-20T09:00:00+08:00", "ended": "2026-11-20T12:00:00+08:00"}
    finding = {"stands": OTHER, "gap": "", "severity": "hint", "about": "", "action": ""}
    with db.writing(session):
        for at, (kind, content) in enumerate(
            ((NoteKind.STAY, stay), (NoteKind.FINDING, finding)), 1
        ):
            session.add(
                NoteRow(
                    assessment_id=visit.id,
                    item_id=f"note{at}",
                    kind=kind,
                    position=at,
                    content=content,
                    removed=False,
                    revision=1,
                    author_id=consultant.id,
                    saved_at=DAY,
                )
            )

    (row,) = cells(officer, f"{BOOK}?round=all")

    assert row["每家现场用时（分钟）"] == 180
    assert (row["用时有记录（家）"], row["用时按保存时间推算（家）"]) == (1, 0)
    assert row["每条发现的佐证（份）"] == 0


def test_rounds_and_days_narrow_what_is_counted(officer, session, settings):
    consultant = a_consultant(session)
    a_visit(session, settings, consultant, "虚构甲厂")
    last = a_visit(session, settings, consultant, "虚构乙厂")

    whole = cells(officer, f"{BOOK}?round=all&since=2026-11-20&until=2026-11-20")
    of_round = cells(officer, f"{BOOK}?round={last.round_id}")

    assert whole[0]["核定的现场诊断（家）"] == 2
    assert of_round[0]["核定的现场诊断（家）"] == 1
    assert cells(officer, f"{BOOK}?round=all&since=2026-11-21") == []
    assert "没有核定过的现场诊断" in officer.get(f"{LIST}?round=all&until=2026-11-19").text
    assert officer.get(f"{LIST}?round=999").status_code == 400
    assert officer.get(f"{LIST}?since=gestern").status_code == 400


def test_only_a_consultant_has_such_a_page(officer, session):
    firm = a_user(session)
    lonely = a_consultant(session)

    assert officer.get(f"/bureau/consultants/{firm.id}").status_code == 404
    assert "没有核定过的现场诊断" in officer.get(f"/bureau/consultants/{lonely.id}").text


def test_an_administrator_reads_the_figures_without_ways_into_firms(app, session, settings):
    consultant = a_consultant(session)
    a_visit(session, settings, consultant, "虚构甲厂")
    client = at_desk(app, session, a_user(session, Role.ADMINISTRATOR))

    assert LIST in client.get("/admin/users").text
    assert consultant.name in client.get(f"{LIST}?round=all").text
    page = client.get(f"/bureau/consultants/{consultant.id}?round=all").text
    assert "虚构甲厂" in page
    assert "/assessments/" not in page
    assert "/evidence/" not in page


def test_a_consultant_sees_own_figures_and_nothing_of_others_but_the_middle_of_enough(
    app, session, settings
):
    me = a_consultant(session, name="我顾问")
    others = [a_consultant(session, name=f"别人{n}") for n in range(3)]
    photo = saved(a_scene(1))
    a_visit(session, settings, me, "虚构甲厂", photo=photo)
    for other in others[:2]:
        a_visit(session, settings, other, f"虚构{other.name}厂", photo=photo)
    client = at_desk(app, session, me)

    few = client.get("/visits/work?round=all").text
    a_visit(session, settings, others[2], "虚构丙厂", photo=photo)
    enough = client.get("/visits/work?round=all").text

    assert "虚构甲厂" in few
    assert "中位数" not in few
    assert "中位数" in enough
    assert "别人" not in few + enough
    assert "虚构丙厂" not in enough
    assert enough.count("没有找到。") == 4
    assert "我的核验情况" in client.get("/visits").text
    assert client.get(LIST).status_code == 403


@pytest.mark.parametrize("where", [LIST, "/bureau/consultants/{}"])
def test_such_a_page_asks_no_more_for_many_consultants_and_visits(
    officer, session, settings, engine, where
):
    consultant = a_consultant(session)
    address = where.format(consultant.id) + "?round=all"
    a_visit(session, settings, consultant, "虚构甲厂")

    officer.get(address)
    with counting(engine) as few:
        officer.get(address)
    for _ in range(2):
        a_visit(session, settings, consultant, "虚构乙厂")
        a_visit(session, settings, a_consultant(session), "虚构丙厂")
    with counting(engine) as many:
        officer.get(address)

    assert len(many) == len(few), many
