"""Projects on their pages: a firm's way from a package to its acceptance, and the bureau's part."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from sqlalchemy import select

from survey.lifecycle import project_checks
from survey.lifecycle.project_checks import Seen
from survey.tables import Firm, Project, ProjectPackage, ProjectState, Role
from tests.support.bureau import logged
from tests.support.files import a_pdf
from tests.support.people import a_user, handed_in, signed_in
from tests.support.projects import a_policy, a_project, a_step, a_subsidy, again, version


@pytest.fixture
def person(session):
    return a_user(session)


@pytest.fixture
def firm(app, session, person):
    return signed_in(app, session, person)


@pytest.fixture
def officer(app, session):
    return signed_in(app, session, a_user(session, Role.OFFICER))


def said(answer):
    return answer.get_data(as_text=True)


def test_a_firm_goes_from_a_recommended_package_to_an_accepted_project(
    session, firm, officer, person
):
    assessment = handed_in(session, person)
    result = said(firm.get(f"/assessments/{assessment.id}/result/self"))
    assert f"/firm/projects/new?assessment={assessment.id}&amp;package=" in result

    firm.get(f"/firm/projects/new?assessment={assessment.id}&package=N01")
    begun = firm.submit("/firm/projects/new", {"place": "一车间", "planned_end": "2030-01-01"})
    page = begun.location
    firm.get(f"{page}contract")
    contract = {"contracted_on": "2026-03-02", "provider_name": "虚构软件公司"}
    contract |= {"price_software": "18.5", "price_equipment": "6"}
    assert firm.submit(f"{page}contract", contract).location == page
    assert 'href="#papers">去上传合同' in said(firm.get(page))

    theirs = page.replace("/firm/", "/bureau/")
    assert "企业还没有上传合同" in said(officer.get(theirs))
    officer.submit(f"{theirs}steps/check-contract")
    firm.get(page)
    firm.submit(f"{page}steps/progress", {"percent": "40", "as_of": "2026-04-01"})
    officer.get(theirs)
    officer.submit(f"{theirs}steps/check-progress")
    firm.get(page)
    done = {"as_of": "2026-05-05", "invested": "24.5"}
    firm.submit(f"{page}steps/finish", done)
    assert "等主管部门验收" in said(firm.get(page))
    officer.get(theirs)
    seen = {"met-N01": "yes", "finding-N01": "五张单都对得上", "accepted_on": "2026-05-20"}
    assert officer.submit(f"{theirs}steps/accept", seen | {"way": "accept"}).status_code == 302

    row = session.scalar(select(Project))
    assert (row.state, row.place, row.accepted_on) == (
        ProjectState.ACCEPTED,
        "一车间",
        date(2026, 5, 20),
    )
    assert (row.price_software, row.invested, row.assessment_id) == (1850, 2450, assessment.id)
    assert session.scalar(select(ProjectPackage.met)) is True
    session.rollback()
    assert "已通过验收" in said(firm.get(page))
    assert "没有要核对的。做得好的可以写成样本卡" in said(officer.get(theirs))


def test_what_is_typed_wrongly_is_named_and_kept_and_changes_nothing(session, firm, person):
    row = a_project(session, person.firm_id, ProjectState.CONTRACTED)
    page = f"/firm/projects/{row.id}/"

    firm.get(f"{page}edit")
    wrong = {"filing_code": "33-1", "package-N01": "很多", "planned_start": "2031-01-01"}
    answer = firm.submit(f"{page}edit", wrong)
    assert answer.status_code == 422
    for words in ("备案代码应是", "N01 的数量请填", "计划完工不能早于计划开工", 'value="33-1"'):
        assert words in said(answer)

    firm.get(page)
    answer = firm.submit(f"{page}steps/progress", {"percent": "30", "as_of": "2099-01-01"})
    assert answer.status_code == 422
    assert "截至日期应在 2026-03-02 到今天之间" in said(answer)
    assert "还没有核对" not in said(firm.get(page))
    assert again(session, row).progress == 0


def test_two_tabs_do_not_overwrite_each_other(session, firm, person):
    row = a_project(session, person.firm_id, ProjectState.UNDER_WAY)
    page = f"/firm/projects/{row.id}/"
    firm.get(page)
    old = {"version": str(row.version), "as_of": "2026-05-01", "csrf_token": firm.token}
    firm.submit(f"{page}steps/progress", {"percent": "60", "as_of": "2026-05-01"})

    late = firm.post(f"{page}steps/progress", data=old | {"percent": "20"})

    assert late.status_code == 409
    assert "刚刚被其他人更改" in said(late)
    assert again(session, row).progress == 60


def test_papers_are_the_firms_and_the_bureaus_alone(app, session, firm, officer, person):
    row = a_project(session, person.firm_id)
    page = f"/firm/projects/{row.id}/"
    firm.get(page)
    file = (io.BytesIO(a_pdf()), "合同.pdf")
    firm.post(
        f"{page[:-1]}/papers",
        data={"csrf_token": firm.token, "kind": "contract", "paper": file},
        content_type="multipart/form-data",
    )
    other = a_user(session)
    own = a_project(session, other.firm_id)
    stranger = signed_in(app, session, other)
    stranger.get(f"/firm/projects/{own.id}/")
    another = {"csrf_token": stranger.token, "kind": "invoice"}
    for there, sent in (
        (f"{page[:-1]}/papers", another | {"paper": (io.BytesIO(a_pdf()), "发票.pdf")}),
        ("/firm/projects/papers/1/delete", another),
        (f"{page}steps/progress", another | {"percent": "90", "version": "1"}),
    ):
        assert stranger.post(there, data=sent).status_code == 404, there

    assert firm.get("/firm/projects/papers/1", buffered=True).data.startswith(b"%PDF")
    assert officer.get("/bureau/projects/papers/1", buffered=True).status_code == 200
    assert stranger.get("/firm/projects/papers/1").status_code == 404
    assert stranger.get(page).status_code == 404
    firm.get(page)
    assert firm.submit("/firm/projects/papers/1/delete").status_code == 302
    assert officer.get("/bureau/projects/papers/1").status_code == 404


def test_the_list_is_narrowed_summed_and_sent_as_it_is_seen(session, officer, person):
    firm = session.get(Firm, person.firm_id)
    a_project(session, firm, ProjectState.UNDER_WAY, title="扫码报工")
    a_project(session, firm, ProjectState.FINISHED, title="设备联网", planned_end=None)
    policy = a_policy(session)
    paid = a_project(session, firm, ProjectState.ACCEPTED, title="条码库存")
    a_subsidy(session, paid, policy)

    whole = said(officer.get("/bureau/projects"))
    assert "73.5 万元" in whole  # three contracts of 24.5
    assert "0 万元 / 3 万元" in whole
    for asked, titles in (
        ("overdue=yes", ["扫码报工"]),
        ("waits=acceptance", ["设备联网"]),
        ("waits=subsidy", ["条码库存"]),
        ("waits=any", ["扫码报工", "设备联网", "条码库存"]),
        ("state=accepted", ["条码库存"]),
        (f"policy={policy.id}", ["条码库存"]),
        ("q=没有这家", []),
    ):
        page = said(officer.get(f"/bureau/projects?{asked}"))
        assert [t for t in ("扫码报工", "设备联网", "条码库存") if t in page] == titles, asked
    sent = said(officer.get("/bureau/projects.xlsx?kind=csv&state=accepted&columns=all"))
    assert "条码库存" in sent
    assert "24.5" in sent
    assert "扫码报工" not in sent


def picked(officer, check, rows, **more):
    """Open the page of a check with these projects ticked, and press its button."""
    ids = [row.id for row in rows]
    page = officer.get("/bureau/projects/check", query_string={"check": check, "chosen": ids})
    versions = dict(re.findall(r'name="chosen" value="(\d+)-(\d+)"', said(page)))
    chosen = [f"{row.id}-{versions.get(str(row.id), row.version)}" for row in rows]
    return page, officer.submit("/bureau/projects/check", {"chosen": chosen, **more})


def test_an_officer_checks_the_progress_of_several_projects_and_reads_which_were_left(
    session, officer, person
):
    reported = [a_project(session, person.firm_id, ProjectState.UNDER_WAY) for _ in "甲乙"]
    planned = a_project(session, person.firm_id)

    page, done = picked(officer, "progress", [*reported, planned])

    assert "不能一起办的（1 个）" in said(page)
    assert "没有等着核对的进度" in said(page)
    assert done.status_code == 200
    assert "已核对 2 个项目的进度，1 个没有办" in said(done)
    assert [again(session, row).progress_checked for row in reported] == [True, True]
    assert len(logged(session, "project_check_progress")) == 2
    session.rollback()
    nothing = officer.get("/bureau/projects/check?check=progress")
    assert "还没有选项目" in said(nothing)
    assert officer.get("/bureau/projects/check?check=delete").status_code == 400


def test_a_whole_filter_is_checked_unless_it_finds_others_by_now(session, officer, person):
    rows = [a_project(session, person.firm_id, ProjectState.UNDER_WAY) for _ in "甲乙"]
    asked = {"check": "progress", "whole": "yes", "waits": "progress"}

    officer.get("/bureau/projects/check", query_string=asked)
    action = "/bureau/projects/check"
    a_project(session, person.firm_id, ProjectState.UNDER_WAY)
    shifted = officer.submit(action)
    done = officer.submit(action)

    assert (shifted.status_code, done.status_code) == (409, 302)
    assert "刚刚变了" in said(shifted)
    assert all(again(session, row).progress_checked for row in rows)


def test_only_what_was_seen_item_by_item_is_accepted_among_others(session, officer, person):
    seen, unseen = (a_project(session, person.firm_id, ProjectState.FINISHED) for _ in "甲乙")
    known = {"accepted_on": date(2026, 7, 1), "base_version": seen.version}
    project_checks.accept(a_step(session), seen.id, {"N01": Seen(True, "看过")}, **known)
    known = {"reason": "日期写错了。", "base_version": version(session, seen)}
    project_checks.reopen(a_step(session), seen.id, **known)

    unfit = officer.get(f"/bureau/projects/check?check=accept&chosen={unseen.id}")
    page, done = picked(officer, "accept", [again(session, seen)], accepted_on="2026-07-02")

    assert "请打开项目逐项验收" in said(unfit)
    assert "不能一起办的" not in said(page)
    assert done.status_code == 302
    accepted = again(session, seen)
    assert (accepted.state, accepted.accepted_on) == (ProjectState.ACCEPTED, date(2026, 7, 2))
    assert again(session, unseen).state == ProjectState.FINISHED


def test_a_subsidy_is_asked_within_its_policy_and_paid_by_the_bureau(
    session, firm, officer, person
):
    officer.get("/bureau/projects/policies")
    policy = {"name": "技改补助", "year": "2026", "share": "20", "cap": "3", "counted": "equipment"}
    assert officer.submit("/bureau/projects/policies", policy).status_code == 302
    row = a_project(session, person.firm_id, ProjectState.ACCEPTED)
    page = f"/firm/projects/{row.id}/"

    firm.get(page)
    much = firm.submit(f"{page}steps/subsidy", {"policy": "1", "asked": "2.6"})
    assert much.status_code == 422
    assert "最多可申请 2.5 万元" in said(much)
    firm.get(page)
    assert firm.submit(f"{page}steps/subsidy", {"policy": "1", "asked": "2.5"}).status_code == 302
    theirs = f"/bureau/projects/{row.id}/"
    officer.get(theirs)
    paid = {"paid": "2.4", "note": "虚构财〔2026〕9 号"}
    assert officer.submit(f"{theirs}steps/pay", paid).status_code == 302
    assert "2.4 万元" in said(firm.get(page))


def test_a_contract_corrected_after_a_subsidy_was_asked_says_to_both_what_it_allows_by_now(
    session, firm, officer, person
):
    row = a_project(session, person.firm_id, ProjectState.UNDER_WAY)
    a_subsidy(session, row, a_policy(session), "4")
    page, theirs = f"/firm/projects/{row.id}/", f"/bureau/projects/{row.id}/"
    assert "超出上限" not in said(firm.get(page))
    firm.get(f"{page}contract")
    smaller = {"contracted_on": "2026-03-02", "provider_name": "虚构软件公司"}
    assert (
        firm.submit(f"{page}contract", smaller | {"price_equipment": "125000元"}).status_code == 422
    )
    firm.get(f"{page}contract")
    smaller |= {
        "price_equipment": "5",
        "price_software": "",
        "price_services": "",
        "price_yearly": "",
    }
    assert firm.submit(f"{page}contract", smaller).status_code == 302

    assert "按现在的合同价和政策，最多兑现 1 万元，请改申请。" in said(firm.get(page))
    assert "按现在的合同价和政策，最多兑现 1 万元。" in said(officer.get(theirs))
    much = officer.submit(f"{theirs}steps/pay", {"paid": "1.5"})
    assert much.status_code == 422
    assert "最多登记 1 万元" in said(much)


def test_a_package_in_an_address_is_offered_as_many_as_the_last_result_counts(
    firm, session, person
):
    handed_in(session, person)

    page = said(firm.get("/firm/projects/new?package=N02"))

    assert 'name="package-N02" value="' in page
    assert 'name="package-N02" value=""' not in page
    assert 'name="package-XB01"' not in page  # another trade's
    assert firm.get("/firm/projects/new?assessment=999").status_code == 404


def test_an_officer_writes_down_a_project_that_the_firm_sees_and_confirms(
    app, session, firm, officer, person
):
    new = f"/bureau/firms/{person.firm_id}/projects/new"
    officer.get(new)
    wrong = officer.submit(new, {"title": ""})
    assert wrong.status_code == 422
    assert session.scalars(select(Project)).all() == []
    page = officer.submit(new, {"title": "电话里说的扫码报工", "package-N01": "1"}).location
    assert "待企业确认" in said(officer.get(page))
    assert "代登记，待企业确认" in said(officer.get("/bureau/projects"))

    mine = page.replace("/bureau/", "/firm/")
    assert "主管部门代您登记的" in said(firm.get("/firm/projects/"))
    assert "改造项目要更正、重报或确认" in said(firm.get("/firm/"))
    firm.get(mine)
    assert firm.submit(f"{mine}steps/confirm").status_code == 302
    assert "企业已确认" in said(officer.get(page))
    row = session.scalars(select(Project)).one()
    assert (row.by_bureau, row.unconfirmed) == (True, False)
    assert (
        firm.post(
            f"{mine}steps/confirm", data={"csrf_token": firm.token, "version": row.version}
        ).status_code
        == 409
    )
    neighbour = signed_in(app, session, a_user(session))
    neighbour.get("/firm/projects/")
    stranger = {"csrf_token": neighbour.token}
    assert neighbour.post(f"{mine}steps/confirm", data=stranger).status_code == 404
    assert neighbour.post(new, data=stranger).status_code == 403
