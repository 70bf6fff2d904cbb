"""Two consultants on one visit through the pages: apart, compared, decided, and who may read what."""

from __future__ import annotations

import pytest

from survey.store import pairs
from tests.support.pairs import a_pair_visit, finished, judge_all
from tests.support.people import a_consultant, a_file, a_user, signed_in
from tests.support.world import QUESTION, contents

MINE, THEIRS = "只有组长知道的话", "只有组员知道的话"


@pytest.fixture
def pair(session):
    return a_pair_visit(session)


def of(app, session, *people):
    return [signed_in(app, session, person) for person in people]


def judged(client, visit, base, **fields):
    change = {"question": QUESTION, "request_id": f"tab.{base}", "base_revision": base} | fields
    answer = client.send(f"/visits/{visit}/answers", change)
    assert answer.status_code == 200, answer.text
    return answer.json["revision"]


def press(client, address, **fields):
    return client.post(address, data={"csrf_token": client.token} | fields)


def pages_of(visit):
    sections = (f"/visits/{visit}/sections/production", f"/visits/{visit}/standing")
    ways = ("", "/disagreements", "/confirm", "/conclusion")
    return ["/visits", *(f"/visits/{visit}{way}" for way in ways), *sections]


def read(client, addresses):
    return "\n".join(client.get(address).text for address in addresses)


def differing(app, session, pair, level=1):
    """Two finished sheets that differ in one answer, each with words of its own; both compared."""
    number = pair.visit.id
    lead, second = of(app, session, pair.lead, pair.second)
    judged(lead, number, 1, verification="verified", reason=MINE)
    press(second, f"/visits/{number}/second-sheet")
    judged(second, number, 3, value=level, reason=THEIRS)
    judge_all(session, pair.visit, pair.lead)
    judge_all(session, pair.visit, pair.second, apart=True)
    return lead, second


def test_while_both_judge_neither_reads_what_the_other_says(app, session, pair):
    number = pair.visit.id
    lead, second = differing(app, session, pair)

    assert THEIRS not in read(lead, pages_of(number))
    assert MINE not in read(second, pages_of(number))
    assert MINE in read(lead, pages_of(number))
    assert THEIRS in read(second, pages_of(number))
    assert "互相看不到对方的结论" in second.get(f"/visits/{number}").text
    assert lead.get(f"/visits/{number}/standing").json["verifications"][QUESTION] == "verified"
    assert second.get(f"/visits/{number}/standing").json["verifications"][QUESTION] == "changed"
    waits = "组员已填完，请比对两人意见"
    assert waits not in lead.get("/visits").text
    press(second, f"/visits/{number}/second-sheet/finish")
    assert waits in lead.get("/visits").text
    assert waits not in second.get("/visits").text
    assert THEIRS not in read(lead, pages_of(number))
    assert MINE not in read(second, pages_of(number))


def test_what_belongs_to_the_lead_is_not_the_seconds_who_keeps_a_sheet_apart(app, session, pair):
    number = pair.visit.id
    (second,) = of(app, session, pair.second)
    own = ("/confirm", "/conclusion", "/processes")
    assert [second.get(f"/visits/{number}{way}").status_code for way in own] == [200] * 3

    press(second, f"/visits/{number}/second-sheet")
    before = contents(session)

    assert [second.get(f"/visits/{number}{way}").status_code for way in own] == [403] * 3
    for way in (*own, "/return", "/hints/x"):
        assert press(second, f"/visits/{number}{way}", reason="晚了", says="晚").status_code == 403
    for way in ("/disagreements", f"/disagreements/{QUESTION}", "/without-second"):
        assert press(second, f"/visits/{number}{way}", reason="晚了").status_code == 404
    assert contents(session) == before


def test_the_lead_decides_each_difference_with_a_reason_and_then_confirms(app, session, pair):
    number = pair.visit.id
    lead, second = differing(app, session, pair)
    compare, where = f"/visits/{number}/disagreements", f"/visits/{number}/disagreements/{QUESTION}"
    assert press(lead, compare).status_code == 422
    press(second, f"/visits/{number}/second-sheet/finish")
    assert press(second, f"/visits/{number}/answers").status_code >= 400
    assert press(lead, compare).status_code == 302

    page = lead.get(compare).text
    assert MINE in page
    assert THEIRS in page
    assert f"#differs-{QUESTION}" in lead.get(f"/visits/{number}/confirm").text
    assert press(lead, f"/visits/{number}/confirm").status_code == 422
    missing = press(lead, where, decision="take", base="2")
    assert (missing.status_code, "请写明理由" in missing.text) == (422, True)
    kept = press(lead, where, why="写了一半", base="2")
    assert (kept.status_code, "写了一半" in kept.text) == (422, True)
    assert press(lead, where, decision="take", why="商量过", base="1").status_code == 409

    taken = press(lead, where, decision="take", why="两人一起再看过", base="2")

    assert taken.headers["Location"].endswith(f"#differs-{QUESTION}")
    sheet = lead.get(f"/visits/{number}/sections/production").text
    assert THEIRS in sheet
    assert "采用组员的" in second.get(compare).text
    assert press(lead, f"/visits/{number}/confirm").status_code == 302
    assert "两人一起再看过" in second.get(compare).text


def test_both_opinions_are_read_by_officer_and_pair_and_by_nobody_else(app, session, pair):
    number = pair.visit.id
    lead, second = differing(app, session, pair)
    press(second, f"/visits/{number}/second-sheet/finish")
    press(lead, f"/visits/{number}/disagreements")
    why = {"decision": "keep", "why": "只给主管部门看的理由", "base": "2"}
    press(lead, f"/visits/{number}/disagreements/{QUESTION}", **why)
    press(lead, f"/visits/{number}/confirm")
    firm, officer, stranger = of(
        app, session, pair.firm, a_user(session, "officer"), a_consultant(session)
    )

    before = officer.get(f"/bureau/assessments/{number}/opinions").text
    assert all(words in before for words in (MINE, THEIRS, "只给主管部门看的理由"))
    assert "两位顾问的意见" in officer.get(f"/bureau/assessments/{number}").text
    of_firm = [
        f"/assessments/{number}/{way}"
        for way in ("onsite", "versions", "versions/onsite/1", "confirmation")
    ]
    said = read(firm, ["/", *of_firm])
    assert THEIRS not in said
    assert "只给主管部门看的理由" not in said
    for client in (firm, stranger):
        assert client.get(f"/bureau/assessments/{number}/opinions").status_code == 403
    assert firm.get(f"/visits/{number}/disagreements").status_code == 403
    assert stranger.get(f"/visits/{number}/disagreements").status_code == 404


def test_whoever_is_no_second_any_more_reads_and_presses_nothing(app, session, pair):
    number = pair.visit.id
    _, second = differing(app, session, pair)
    pair.replace_second(session, other := a_consultant(session))
    before = contents(session)

    for way in ("/second-sheet", "/second-sheet/finish", "/disagreements", "/without-second"):
        assert press(second, f"/visits/{number}{way}", reason="晚了").status_code == 404
    assert {second.get(address).status_code for address in pages_of(number)[1:]} == {404}
    assert contents(session) == before
    (newcomer,) = of(app, session, other)
    assert THEIRS not in read(newcomer, pages_of(number))


def test_a_finished_sheet_can_only_be_read(app, session, pair):
    number = pair.visit.id
    finished(session, pair)
    (second,) = of(app, session, pair.second)

    page = second.get(f"/visits/{number}/sections/production")

    assert "您的核查表已收口，只能查看" in page.text
    assert "data-sheet" not in page.text
    change = {"question": QUESTION, "request_id": "tab.9", "base_revision": 2, "finding": "晚了"}
    late = second.send(f"/visits/{number}/answers", change)
    assert (late.status_code, "已经收口" in late.json["message"]) == (409, True)


def test_photos_belong_to_both(app, session, pair, settings):
    number = pair.visit.id
    lead, second = of(app, session, pair.lead, pair.second)
    press(second, f"/visits/{number}/second-sheet")
    file = a_file(session, settings, pair.visit, QUESTION, kind="onsite", name="共用照片.jpg")

    for client in (lead, second):
        page = client.get(f"/visits/{number}/sections/production").text
        assert "共用照片.jpg" in page
    removed = press(second, f"/visits/{number}/sections/production", remove=str(file.id), **{
        f"q_{QUESTION}-base": "2"
    })  # fmt: skip
    assert removed.status_code == 302
    assert "共用照片.jpg" not in lead.get(f"/visits/{number}/sections/production").text
    assert pairs.in_force(session, number) is not None


def test_the_lead_goes_on_without_a_second_who_does_not_finish(app, session, pair):
    number = pair.visit.id
    lead, second = of(app, session, pair.lead, pair.second)
    press(second, f"/visits/{number}/second-sheet")

    empty = press(lead, f"/visits/{number}/without-second", reason=" ")
    assert empty.status_code == 422
    assert press(lead, f"/visits/{number}/without-second", reason="组员调走了").status_code == 302

    (officer,) = of(app, session, a_user(session, "officer"))
    assert "组员调走了" in officer.get(f"/bureau/assessments/{number}/opinions").text
