"""待办: what waits for each reader on their first page, and the first steps of an empty instance."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from survey import db
from survey.lifecycle import assessments as steps
from survey.lifecycle import pool, recognitions, samples, subsidies
from survey.lifecycle.recognitions import Award
from survey.lifecycle.step import Actor, Step
from survey.readings.first_steps import First
from survey.readings.todo.heaps import Kind
from survey.store import newest, settings
from survey.store.settings import District
from survey.tables import (
    Assessment,
    Firm,
    Job,
    JobState,
    OneTimeLink,
    ProjectState,
    Role,
    RosterState,
    SampleState,
)
from survey.views import todo as ways
from survey.words import todo as words
from tests.support.bureau import an_assessment, at_desk, counting
from tests.support.people import (
    TESTER,
    a_consultant,
    a_firm,
    a_round,
    a_user,
    begun,
    confirmed,
    handed_in,
    later,
    moment,
    signed_in,
    visited,
)
from tests.support.projects import a_policy, a_project, a_subsidy, version
from tests.support.rosters import a_proposal, a_roster
from tests.support.samples import a_sample, a_typed_card, again, as_owner


def waiting(page: str) -> list[tuple[str, str]]:
    """Return (kind, what is said of it) of a page, in its order, tags left out."""
    part = page.partition('id="todo"')[2].partition("</section>")[0]
    found = re.findall(r'id="todo-([a-z_]+)">(.*?)</div>', part, re.DOTALL)
    return [(kind, " ".join(re.sub(r"<[^>]+>", " ", said).split())) for kind, said in found]


def kinds(page: str) -> list[str]:
    return [kind for kind, _said in waiting(page)]


def a_step(session) -> Step:
    return Step(session, TESTER, moment())


@pytest.fixture
def contact(session):
    with db.writing(session):
        settings.keep(
            session,
            District("虚构县", "虚构县经信局", contact_name="虚构人", contact_phone="000-1"),
        )


def test_every_kind_has_its_words_and_its_way():
    assert set(Kind) == set(words.KINDS) == set(ways.WAYS)
    assert set(First) == set(words.FIRST_STEPS) == set(ways.FIRST_WAYS)


def test_a_day_of_another_year_is_told_with_its_year():
    today = date(2026, 11, 28)

    assert words.until(date(2026, 12, 4), today) == "12 月 4 日截止，还剩 6 天"
    assert words.until(date(2027, 1, 31), today) == "2027 年 1 月 31 日截止，还剩 64 天"
    asked = datetime(2025, 11, 6, tzinfo=UTC)
    assert words.since("unplaced", asked, today) == "2025 年 11 月 6 日核定，已 387 天"


def test_a_firm_reads_how_far_it_is_and_until_when(app, session):
    owner = a_user(session)
    last_day = (moment() + timedelta(days=3)).date()
    begun(session, session.get(Firm, owner.firm_id), a_round(session, closes_on=last_day))

    page = signed_in(app, session, owner).get("/firm/").text

    (kind, said), *rest = waiting(page)
    assert kind == "finish"
    assert not rest
    assert re.search(r"已完成 0 / \d+ 题；.*截止，还剩 [23] 天", said)


def test_a_returned_sheet_waits_with_its_reason_and_leads_to_the_sheet(app, session):
    owner = a_user(session)
    assessment = handed_in(session, owner)
    steps.return_to_firm(a_step(session), assessment.id, reason="请补充产值")

    page = signed_in(app, session, owner).get("/firm/")

    (kind, said), *rest = waiting(page.text)
    assert kind == "returned"
    assert not rest
    assert "请补充产值" in said
    assert "退回" in said
    assert f"/firm/assessments/{assessment.id}/" in page.text


def test_an_owner_sees_a_thin_profile_and_colleagues_who_have_not_come(app, session):
    owner = a_user(session, firm=a_firm(session, contact_phone=None))
    firm = session.get(Firm, owner.firm_id)
    a_user(session, firm=firm, name="虚构同事", owner=False, password_hash=None)

    begun(session, firm)

    said = dict(waiting(signed_in(app, session, owner).get("/firm/").text))
    assert set(said) == {"finish", "profile", "invited"}
    assert "虚构同事" in said["invited"]


def test_a_colleague_reads_only_of_the_modules_they_were_given(app, session):
    owner = a_user(session)
    firm = session.get(Firm, owner.firm_id)
    begun(session, firm)
    given = a_user(session, firm=firm, owner=False, sections=["production"])

    assert kinds(signed_in(app, session, given).get("/firm/").text) == ["given"]


def test_a_consultant_reads_what_to_begin_what_came_back_and_what_is_with_the_firm(app, session):
    me = a_consultant(session)
    fresh = visited(session, a_user(session), me)
    again = confirmed(session, a_user(session), me)
    steps.reopen(a_step(session), again.id, reason="一题要再看")
    away = visited(session, a_user(session), me)
    steps.return_to_firm(a_step(session), away.id, reason="缺佐证")
    visited(session, a_user(session), a_consultant(session))

    page = signed_in(app, session, me).get("/visits").text

    assert kinds(page) == ["to_begin", "reopened", "at_firm"]
    assert f"/visits/{fresh.id}" in page
    assert f"/visits/{again.id}" in page
    assert f"/visits/{away.id}" not in page


def test_an_officer_reads_what_waits_oldest_first_each_kind_with_its_number(app, session, contact):
    round_ = a_round(session)
    for number in range(7):
        an_assessment(session, round_, f"虚构待指派{number}厂")
    done = an_assessment(session, round_, "虚构核定厂", state="confirmed")
    other = an_assessment(session, round_, "虚构拟入厂", state="confirmed")
    pool.propose(
        a_step(session), other.id, target_rung="factory", reason="建议入库", base_version=0
    )

    page = at_desk(app, session, a_user(session, Role.OFFICER)).get("/bureau/").text

    found = dict(waiting(page))
    assert kinds(page) == ["unassigned", "unplaced", "proposed"]
    assert "7 家" in found["unassigned"]
    assert "还有 4 条没列出" in found["unassigned"]
    assert found["unassigned"].index("虚构待指派0厂") < found["unassigned"].index("虚构待指派2厂")
    assert "虚构核定厂" in found["unplaced"]
    assert "虚构拟入厂" not in found["unplaced"]
    assert f"/bureau/assessments/{done.id}" in page


def test_a_sheet_near_or_past_its_last_day_waits_until_the_firm_begins_again(app, session, contact):
    today = moment().date()
    soon = a_round(session, closes_on=today + timedelta(days=5))
    past = a_round(session, closes_on=today - timedelta(days=20))
    far = a_round(session, closes_on=today + timedelta(days=50))
    an_assessment(session, soon, "虚构将到期厂", state="draft")
    an_assessment(session, past, "虚构超期厂", state="draft")
    an_assessment(session, far, "虚构还早厂", state="draft")
    again = an_assessment(session, past, "虚构重来厂", state="draft")
    with db.writing(session):
        session.add(
            Assessment(
                firm_id=again.firm_id,
                round_id=far.id,
                edition=far.edition,
                trade=again.trade,
                created_at=moment(),
            )
        )
        newest.tell(session, again.firm_id)

    found = dict(waiting(at_desk(app, session, a_user(session, Role.OFFICER)).get("/bureau/").text))

    assert "虚构将到期厂" in found["closing"]
    assert "还剩" in found["closing"]
    assert "虚构超期厂" in found["overdue"]
    assert "过了" in found["overdue"]
    assert not [said for said in found.values() if "虚构还早厂" in said or "虚构重来厂" in said]


def test_people_who_never_came_wait_by_whether_their_link_still_works(app, session, contact):
    works = a_user(session, firm=a_firm(session, "虚构有链接厂"), password_hash=None)
    a_user(session, firm=a_firm(session, "虚构过期厂"), password_hash=None)
    a_consultant(session, name="虚构新顾问", password_hash=None)
    with db.writing(session):
        session.add(
            OneTimeLink(
                token_hash="0" * 64,
                user_id=works.id,
                purpose="invite",
                created_at=moment(),
                expires_at=moment() + timedelta(minutes=5),
            )
        )
    desk = at_desk(app, session, a_user(session, Role.OFFICER))

    found = dict(waiting(desk.get("/bureau/").text))

    assert "虚构有链接厂" in found["unsigned"]
    assert "虚构过期厂" in found["link_spent"]
    assert "虚构新顾问" in found["consultant_unsigned"]
    later(app, minutes=10)
    assert "虚构有链接厂" in dict(waiting(desk.get("/bureau/").text))["link_spent"]


def a_failed_job(session, kind: str, assessment: Assessment | None = None) -> None:
    with db.writing(session):
        session.add(
            Job(
                kind=kind,
                subject="assessment" if assessment else None,
                subject_id=assessment.id if assessment else None,
                arguments={},
                state=JobState.FAILED,
                due_at=moment(),
                sent_at=moment(),
                requested_at=moment(),
                finished_at=moment(),
            )
        )


def test_lists_wait_for_their_import_and_recognitions_they_name_for_a_document(
    app, session, settings, contact
):
    a_round(session)
    officer = a_user(session, Role.OFFICER)
    checked = a_roster(session, settings, officer, name="虚构待导入.csv")
    a_roster(session, settings, officer, name="虚构已导入.csv", state=RosterState.IMPORTED)
    failed = a_roster(session, settings, officer, name="虚构失败.csv", state=RosterState.IMPORTING)
    with db.writing(session):
        job = session.get_one(Job, failed.job_id)
        job.state, job.finished_at = JobState.FAILED, moment()
    named = a_firm(session, "虚构名单点名厂")
    a_proposal(session, named.id, "智能工厂")

    page = at_desk(app, session, officer).get("/bureau/").text

    found = dict(waiting(page))
    assert set(found) == {"roster_checked", "roster_failed", "recognition_listed"}
    assert "虚构待导入.csv" in found["roster_checked"]
    assert "1 份" in found["roster_checked"]
    assert "虚构失败.csv" in found["roster_failed"]
    assert "虚构名单点名厂" in found["recognition_listed"]
    assert f"/bureau/firms/rosters/{checked.id}" in page
    assert f"/bureau/firms/{named.id}" in page


def test_failed_work_waits_for_who_can_help(app, session, contact):
    a_failed_job(session, "report", an_assessment(session, a_round(session), "虚构失败厂"))
    a_failed_job(session, "nightly")

    officer = at_desk(app, session, a_user(session, Role.OFFICER)).get("/bureau/").text
    administrator = at_desk(app, session, a_user(session, Role.ADMINISTRATOR)).get("/admin/").text

    assert "虚构失败厂" in dict(waiting(officer))["report_failed"]
    assert "2 件" in dict(waiting(administrator))["job_failed"]
    assert "每夜检查" in administrator


def test_a_reader_with_nothing_to_do_is_told_so_kindly(app, session, contact):
    a_round(session)

    page = at_desk(app, session, a_user(session, Role.OFFICER)).get("/bureau/").text

    assert not kinds(page)
    assert "现在没有等您办的事" in page


def test_the_first_pages_cost_the_same_however_much_waits(app, session, engine, contact):
    round_ = a_round(session, closes_on=moment().date() + timedelta(days=2))
    me = a_consultant(session)
    desk = at_desk(app, session, a_user(session, Role.OFFICER))
    visitor = signed_in(app, session, me)

    def cost() -> list[int]:
        found = []
        for client, where in ((desk, "/bureau/"), (visitor, "/visits")):
            with counting(engine) as sent:
                assert client.get(where).status_code == 200
            found.append(len(sent))
        return found

    for number in range(2):
        an_assessment(session, round_, f"虚构一{number}厂", state="draft")
        visited(session, a_user(session), me)
    few = cost()
    for number in range(4):
        an_assessment(session, round_, f"虚构二{number}厂", state="draft")
        an_assessment(session, round_, f"虚构三{number}厂")
        visited(session, a_user(session), me)

    assert all(later <= first for later, first in zip(cost(), few, strict=True))


def test_another_bureau_page_is_not_a_firms(app, session):
    client = signed_in(app, session, a_user(session))

    assert client.get("/bureau/").status_code == 403
    assert client.get("/admin/").status_code == 403


def test_a_firm_reads_its_place_in_the_pool_what_comes_next_and_who_is_responsible(
    app, session, contact
):
    owner = a_user(session)
    assessment = handed_in(session, owner)
    colleague = a_user(
        session, firm=session.get(Firm, owner.firm_id), owner=False, sections=["production"]
    )
    client = signed_in(app, session, owner)

    before = facts(client.get("/firm/").text)
    officer = Step(session, Actor(a_user(session, Role.OFFICER).id, "虚构主管"), moment())
    entry = pool.admit(
        officer,
        assessment.id,
        target_rung="factory",
        reason="不给企业看",
        base_version=0,
        sure=True,
    )
    inside = client.get("/firm/").text
    award = Award("line", "虚构〔2026〕9 号", moment().date())
    recognitions.recognise(officer, entry.id, award, base_version=entry.version, sure=True)
    recognised = facts(client.get("/firm/").text)

    assert "还没有入库" in before
    assert "虚构县经信局（虚构人 000-1）" in before
    assert "在库" in facts(inside)
    assert "智能工厂" in facts(inside)
    assert f"/assessments/{assessment.id}/" in inside
    assert "不给企业看" not in inside
    assert "虚构〔2026〕9 号" in recognised
    assert not facts(signed_in(app, session, colleague).get("/firm/").text)


@pytest.mark.parametrize("way", ["changed", "asked again", "withdrawn"])
def test_a_card_its_firm_declined_waits_for_the_bureau_until_it_is_dealt_with(
    app, session, contact, way
):
    row = a_sample(session, state=SampleState.ASKED)
    client = at_desk(app, session, a_user(session, Role.OFFICER))
    asked = kinds(client.get("/bureau/").text)
    owner, why = as_owner(session, row.firm_id), "合同价写错了。"
    samples.decline(owner, row.firm_id, row.id, reason=why, revision=row.revision)

    page = client.get("/bureau/").text
    at, version = a_step(session), again(session, row).version
    if way == "changed":
        samples.edit(at, row.id, a_typed_card(problem="改了一句。"), base_version=version)
    elif way == "asked again":
        samples.ask(at, row.id, base_version=version)
    else:
        samples.withdraw(at, row.id, reason="不再做样本。", base_version=version)
    after = kinds(client.get("/bureau/").text)

    assert "sample_declined" not in asked
    assert "虚构样本厂" in dict(waiting(page))["sample_declined"]
    assert f"/bureau/samples/{row.id}" in page
    assert "sample_declined" not in after


def facts(page: str) -> str:
    """Return what a firm's page says of its place in the pool, tags left out."""
    part = page.partition('id="climb"')[2].partition("</section>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", part))


def test_a_subsidy_that_is_asked_waits_from_the_acceptance_until_it_is_decided(app, session):
    firm, policy = a_firm(session, "虚构申请补助的厂"), a_policy(session)
    early = a_project(session, firm, ProjectState.FINISHED, title="还没验收")
    a_subsidy(session, early, policy)
    done = a_project(session, firm, ProjectState.ACCEPTED, title="已经验收")
    asked = a_subsidy(session, done, policy)
    desk = at_desk(app, session, a_user(session, Role.OFFICER))
    listed = "/bureau/projects?waits=subsidy"

    before = dict(waiting(desk.get("/bureau/").text))
    assert "虚构申请补助的厂" in before["subsidy_asked"]
    assert re.search(r"\D1\D*个", before["subsidy_asked"]), before["subsidy_asked"]
    found = desk.get(listed).text
    assert "已经验收" in found
    assert "还没验收" not in found
    paid = {"paid": "3", "paid_on": asked.asked_on, "note": ""}
    subsidies.pay(a_step(session), asked.id, **paid, base_version=version(session, done))

    assert "subsidy_asked" not in kinds(desk.get("/bureau/").text)
    assert "已经验收" not in desk.get(listed).text
