"""Other people's rules on the result page: the nearest first, the rest on demand."""

from __future__ import annotations

from tests.support.people import a_firm, a_user, handed_in, signed_in
from tests.support.reporting import fold


def test_the_newest_notice_of_the_next_rung_stands_open_and_the_rest_on_demand(app, session):
    user = a_user(session, firm=a_firm(session))
    assessment = handed_in(session, user)

    page = signed_in(app, session, user).get(f"/assessments/{assessment.id}/result/self").text

    part = fold(page, "conditions")
    before, folded = part.split("<details", 1)
    assert "（2025）" in before
    assert "其他等级和往年通知（8 份）" in folded
    assert folded.count("（2022）") == 3


def test_the_national_ladder_stands_apart_from_ours(app, session):
    user = a_user(session, firm=a_firm(session))
    assessment = handed_in(session, user)

    page = signed_in(app, session, user).get(f"/assessments/{assessment.id}/result/self").text

    part = fold(page, "national")
    before = part.split("<details", 1)[0]
    assert "互不折算" in before
    assert "<h3>基础级：" in before
    assert all(rung in part for rung in ("先进级", "卓越级", "领航级"))
