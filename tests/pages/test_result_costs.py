"""What the result page says of money: how many are counted, once and every year, and beyond."""

from __future__ import annotations

import re

from tests.support.people import a_firm, a_user, handed_in, signed_in
from tests.support.reporting import fold


def advice_of(app, session, **given) -> str:
    user = a_user(session, firm=a_firm(session))
    assessment = handed_in(session, user, **given)
    page = signed_in(app, session, user).get(f"/assessments/{assessment.id}/result/self").text
    return fold(page, "advice")


def test_costs_are_divided_and_fees_stand_apart(app, session):
    part = advice_of(app, session)

    for heading in ("设备", "软件", "实施服务", "一次性合计", "每年"):
        assert f'<th scope="col">{heading}</th>' in part
    assert "年费与运维每年" in part
    assert "3 年的年费" in part


def test_a_number_nobody_gave_is_said_to_be_assumed_and_leads_to_where_it_is_asked(app, session):
    part = advice_of(app, session, level=1, optional=False)

    assert re.search(r"[NX]\w+ 按 1 \S+计", part)
    assert "可在“改造范围”里改" in part
    assert re.search(r'href="/firm/assessments/\d+/sections/retrofit_scope#question-\w+"', part)


def test_a_number_the_firm_gave_is_counted_and_nothing_is_assumed(app, session):
    part = advice_of(app, session, level=1)

    assert "按填报的" in part
    assert "可在“改造范围”里改" not in part


def test_beside_a_way_to_an_upper_rung_stands_what_an_application_asks_besides(app, session):
    part = advice_of(app, session, level=3)

    assert "不含申报要求的投入门槛" in part
    assert re.search(r"在 20\d\d 年的通知里要求项目投入不少于 \d+ 万元", part)
