"""The district's settings: how a target is counted is data, kept and logged as typed."""

from __future__ import annotations

from datetime import date

import pytest

from reports.district import Counting, Target
from survey.store import settings
from survey.tables import Role
from tests.support.bureau import a_district, logged
from tests.support.people import a_user, signed_in

TYPED = {
    "name": "虚构区",
    "bureau": "虚构局",
    "target-0-year": "２０２７",
    "target-0-count": "4",
    "target-0-rungs": ["factory", "workshop"],
    "titles": "智能工厂、数字化车间、智能工厂",
    "levels": "省级",
    "since": "2023-01-01",
    "base": "5",
    "link_days": "3",
}


def test_the_rule_of_counting_is_kept_shown_again_and_logged(app, session):
    a_district(session)
    page = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    page.get("/admin/district")

    answer = page.submit("", TYPED)

    assert answer.status_code == 302, answer.text
    session.expire_all()
    kept = settings.read(session)
    assert kept.counting == Counting(
        ("智能工厂", "数字化车间"), ("省级",), since=date(2023, 1, 1), base=5
    )
    (entry,) = logged(session, "settings")
    assert entry.after["counting"]["since"] == "2023-01-01"
    again = page.get("/admin/district").text
    assert 'value="2023-01-01"' in again
    assert "智能工厂、数字化车间" in again


def test_a_target_is_a_year_a_number_and_the_rungs_that_count_together(app, session):
    a_district(session, targets=(Target(2030, 9, ("future",)),))
    page = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    shown = page.get("/admin/district").text
    assert 'name="target-0-year" value="2030"' in shown
    assert shown.count('-year"') == 3

    more = {
        "target-1-year": "2027",
        "target-1-count": "4",
        "target-1-rungs": ["factory", "workshop"],
    }
    assert page.submit("", more).status_code == 302

    session.expire_all()
    kept = settings.read(session).targets
    assert kept == (Target(2027, 4, ("workshop", "factory")), Target(2030, 9, ("future",)))
    page.get("/admin/district")
    emptied = {"target-0-year": "", "target-0-count": "", "target-0-rungs": []}
    assert page.submit("", emptied).status_code == 302
    session.expire_all()
    assert settings.read(session).targets == (Target(2030, 9, ("future",)),)


@pytest.mark.parametrize(
    "given, says",
    [
        ({"target-0-year": "明年"}, "第 1 条：年份请填四位数字"),
        ({"target-0-year": "1999"}, "第 1 条：年份请填四位数字"),
        ({"target-0-count": "四家"}, "第 1 条：家数请填"),
        ({"target-0-count": "-1"}, "第 1 条：家数请填"),
        ({"target-0-rungs": []}, "第 1 条：请勾选至少一个等级"),
        ({"target-0-rungs": ["moon"]}, "第 1 条：请勾选至少一个等级"),
        ({"target-1-count": "1"}, "第 2 条：年份请填四位数字"),
    ],
)
def test_a_target_that_cannot_be_read_is_named_and_nothing_is_kept(app, session, given, says):
    a_district(session)
    page = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    page.get("/admin/district")

    answer = page.submit("", TYPED | given)

    assert answer.status_code == 422
    assert says in answer.text
    assert 'value="虚构局"' in answer.text
    assert settings.read(session).targets == ()


def test_settings_kept_before_there_was_a_rule_count_everything(session):
    a_district(session)
    row = session.get(settings.Setting, settings.KEY)
    row.value = {name: value for name, value in row.value.items() if name != "counting"}
    session.flush()

    assert settings.read(session).counting == Counting()


def test_a_day_a_number_or_a_level_that_cannot_be_read_is_refused_with_words(app, session):
    a_district(session)
    page = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    page.get("/admin/district")

    answer = page.submit("", TYPED | {"since": "去年", "base": "五"})

    assert answer.status_code == 422
    assert "看不懂这个日期，请写成 2026-01-31 这样。" in answer.text
    assert "请填不小于 0 的整数" in answer.text
    assert settings.read(session).counting == Counting()


def test_how_long_working_papers_are_kept_is_set_within_bounds(app, session):
    a_district(session)
    page = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    shown = page.get("/admin/district").text
    assert "过程材料保存几个月" in shown
    assert 'value="36"' in shown

    for wrong in ("5", "121", "三年", "-12"):
        answer = page.submit("", TYPED | {"retention_months": wrong})
        assert answer.status_code == 422
        assert "过程材料保存几个月" in answer.text
        assert "整数" in answer.text
    session.expire_all()
    assert settings.read(session).retention_months == 36
    session.rollback()

    page.get("/admin/district")
    assert page.submit("", TYPED | {"retention_months": "24"}).status_code == 302
    session.expire_all()
    assert settings.read(session).retention_months == 24
    (entry,) = logged(session, "settings")
    assert entry.after["retention_months"] == 24
