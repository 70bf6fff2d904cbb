"""The district's settings: how a target is counted is data, kept and logged as typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reports.contracts import Rate
from reports.district import Counting, Target
from survey.store import settings
from survey.tables import Role
from survey.words.log_values import PHRASES
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


def test_what_providers_are_paid_is_typed_a_line_a_rate_and_put_in_the_order_of_days(app, session):
    a_district(session)
    page = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    assert "\n6%</textarea>" in page.get("/admin/district").text
    lines = "2027-01-01 ５.５％  虚构〔2026〕20 号\n\n2026-01-01 6% 虚构〔2026〕9 号"

    assert page.submit("", {"provider_rates": lines}).status_code == 302

    session.expire_all()
    assert settings.read(session).provider_rates == (
        Rate(60, "虚构〔2026〕9 号", date(2026, 1, 1)),
        Rate(55, "虚构〔2026〕20 号", date(2027, 1, 1)),
    )
    (entry,) = logged(session, "settings")
    told = PHRASES["provider_rates"](entry.after["provider_rates"])
    assert told.endswith("；2027-01-01 起 5.5%（虚构〔2026〕20 号）")
    assert entry.before["provider_rates"] == [{"permille": 60, "document": "", "since": ""}]
    again = page.get("/admin/district").text
    assert "2026-01-01 6% 虚构〔2026〕9 号\n2027-01-01 5.5% 虚构〔2026〕20 号" in again


@pytest.mark.parametrize(
    "given, says",
    [
        ("6", "看不懂“6”"),
        ("2026-01-01 6.55% 文件", "看不懂"),
        ("2026-01-01 101% 文件", "看不懂"),
        ("2026-02-30 6% 文件", "没有 2026-02-30 这一天"),
        ("2026-01-01 6% 甲\n2026-01-01 5% 乙", "都从 2026-01-01 起"),
        ("6% 甲\n5% 乙", "都没有写起始日期"),
        ("2026-01-01 6% " + "文" * 101, "文号最多 100 字"),
        ("\n".join(f"2026-01-{day:02} 6%" for day in range(1, 22)), "最多登记 20 条"),
    ],
)
def test_a_rate_that_cannot_be_read_is_named_and_nothing_is_kept(app, session, given, says):
    a_district(session)
    page = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    page.get("/admin/district")

    answer = page.submit("", {"provider_rates": given})

    assert answer.status_code == 422
    assert says in answer.text
    assert settings.read(session).provider_rates == (Rate(60),)


def test_the_one_rate_that_was_kept_before_rates_had_days_holds_from_the_beginning(session):
    a_district(session)
    session.delete(session.get(settings.Setting, settings.RATES))
    row = session.get(settings.Setting, settings.KEY)
    row.value = row.value | {"provider_permille": 65, "provider_document": "虚构〔2025〕3 号"}
    session.flush()

    assert settings.read(session).provider_rates == (Rate(65, "虚构〔2025〕3 号"),)


def test_what_is_kept_here_is_read_by_the_release_before_and_what_a_later_one_adds_is_left_alone(
    session,
):
    """Two releases stand on one database while it is upgraded; none may break the other's pages."""
    a_district(session)
    rates = (
        Rate(60, "虚构〔2026〕9 号", date(2026, 1, 1)),
        Rate(55, "虚构〔2026〕20 号", date(2027, 1, 1)),
    )
    settings.keep(session, replace(settings.read(session), provider_rates=rates))
    row = session.get(settings.Setting, settings.KEY)

    assert settings.RATES not in row.value
    before = (row.value["provider_permille"], row.value["provider_document"])
    assert before == (55, "虚构〔2026〕20 号")

    row.value = row.value | {"of a later release": True}
    session.flush()
    assert settings.read(session).provider_rates == rates
