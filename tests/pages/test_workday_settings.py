"""The working-day calendar and the categories of needs, as the administrator keeps them."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest

from survey import db
from survey.clock import LOCAL
from survey.lifecycle import need_rules as rules_steps
from survey.readings.workloads import free_days
from survey.store import need_rules, workdays
from survey.tables import NeedState, Role
from survey.workdays import Calendar, SpecialDay
from tests.support.bureau import at_desk, logged
from tests.support.needs import a_need, fresh
from tests.support.people import a_firm, a_user

LIST = "2026-10-01,放假,虚构节\n2026-10-10,补班,虚构节"
PAGE, RULES = "/admin/district/workdays", "/admin/district/needs"


@pytest.fixture
def administrator(app, session):
    return at_desk(app, session, a_user(session, Role.ADMINISTRATOR))


def test_a_year_is_looked_at_first_and_kept_only_when_it_is_said_to_be_right(
    administrator, session
):
    administrator.get(PAGE)
    seen = administrator.submit(PAGE, {"year": "2026", "days": LIST})
    assert seen.status_code == 200
    assert "请核对 2026 年的 2 天" in seen.text
    assert not workdays.read(session).years

    kept = administrator.submit(PAGE, {"year": "2026", "days": LIST, "keep": "yes"})

    assert kept.status_code == 302
    session.rollback()
    assert workdays.read(session).years[2026][1] == SpecialDay(date(2026, 10, 10), True, "虚构节")
    (entry,) = logged(session, "workdays_keep")
    assert entry.after == {"year": 2026, "holidays": "1+1"}
    administrator.submit(PAGE, {"year": "2026", "days": LIST, "keep": "yes"})
    assert len(logged(session, "workdays_keep")) == 1  # the same again changes nothing

    administrator.get(PAGE)
    assert administrator.submit(PAGE + "/forget", {}).status_code == 302
    session.expire_all()
    assert not workdays.read(session).years
    twice = {"year": "2026", "csrf_token": administrator.token}
    assert administrator.post(PAGE + "/forget", data=twice).status_code == 409


def test_a_file_as_chinese_excel_writes_it_is_read_and_faults_change_nothing(
    administrator, session
):
    administrator.get(PAGE)
    file = (io.BytesIO(LIST.encode("gb18030")), "日历.csv")
    seen = administrator.submit(PAGE, {"year": "2026", "days": "别的", "file": file})
    assert "请核对 2026 年的 2 天" in seen.text

    wrong = administrator.submit(PAGE, {"year": "2026", "days": LIST + "\n乱写", "keep": "yes"})

    assert wrong.status_code == 422
    assert "第 3 行：看不懂日期“乱写”" in wrong.text
    assert "乱写</textarea>" in wrong.text  # what was typed is still there
    session.rollback()
    assert not workdays.read(session).years


def test_free_days_leave_holidays_out_and_take_made_up_weekends_in():
    friday = date(2026, 9, 25)
    special = (
        SpecialDay(date(2026, 9, 26), True, ""),
        SpecialDay(date(2026, 9, 28), False, ""),
    )
    calendar = Calendar({2026: special})

    found = free_days(calendar, friday, [date(2026, 9, 29)])

    assert found == (date(2026, 9, 26), date(2026, 9, 30), date(2026, 10, 1))


def test_categories_are_kept_as_typed_and_every_wrong_line_is_named(administrator, session):
    page = administrator.get(RULES)
    assert "参考值" in page.text
    good = {"name-1": "资金", "days-1": "１０", "department-1": "企业科", "words-1": "贷款，融资"}

    wrong = good | {"name-2": "资金", "days-2": "5", "name-3": "用工", "days-3": "0"}
    refused = administrator.submit(RULES, wrong)
    assert refused.status_code == 422
    assert "第 2 类：“资金”写了两次" in refused.text
    assert "第 3 类：办理天数填 1 至 250" in refused.text
    session.rollback()
    assert need_rules.read(session) == need_rules.NeedRules()

    cleared = {
        f"{name}-{n}": "" for n in range(2, 31) for name in ("name", "days", "department", "words")
    }
    kept = administrator.submit(RULES, cleared | good | {"departments": "投资科\n投资科"})
    assert kept.status_code == 302, kept.text
    session.rollback()
    kept = need_rules.read(session)
    assert kept.categories == (need_rules.Category("资金", 10, "企业科", ("贷款", "融资")),)
    assert kept.every_department == ("企业科", "投资科")
    assert len(logged(session, "need_rules")) == 1


def test_calendar_and_categories_are_part_of_the_districts_profile(app, administrator, session):
    rules = rules_steps.read([rules_steps.Line("资金", "7", "企业科", "贷款")], "投资科")
    calendar = Calendar({2026: (SpecialDay(date(2026, 10, 1), False, "虚构节"),)})
    with db.writing(session):
        workdays.keep(session, calendar)
        need_rules.keep(session, rules)
    given = administrator.get("/admin/district/profile/district.yaml").data
    with db.writing(session):
        workdays.keep(session, Calendar())
        need_rules.keep(session, need_rules.NeedRules())
    handed = {"at": datetime(2026, 9, 30, 2, tzinfo=LOCAL), "raised_on": date(2026, 9, 30)}
    need = a_need(session, a_firm(session).id, state=NeedState.HANDED_OVER, days=1, **handed)
    assert (need.due_on, need.by_weekends) == (date(2026, 10, 1), True)

    administrator.get("/admin/district/profile")
    text = given.replace(b"name: ''", b"").decode()
    profile = f"name: 虚构区\nbureau: 虚构局\n{text[text.index('reduced') :]}"
    file = (io.BytesIO(profile.encode()), "district.yaml")
    answer = administrator.submit("/admin/district/profile", {"profile": file})

    assert answer.status_code == 302, answer.text
    session.expire_all()
    assert (workdays.read(session), need_rules.read(session)) == (calendar, rules)
    dated = fresh(session, need)
    assert (dated.due_on, dated.by_weekends) == (date(2026, 10, 2), False)
    wrong = profile.replace("2026-10-01", "2026-10-32")
    administrator.get("/admin/district/profile")
    file = (io.BytesIO(wrong.encode()), "district.yaml")
    refused = administrator.submit("/admin/district/profile", {"profile": file})
    assert refused.status_code == 422
    assert "第 1 行看不懂日期" in refused.text
