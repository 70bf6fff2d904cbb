"""Several firms at once: ticked in a list, looked at once more, acted on together."""

import re

import pytest

from survey import db
from survey.tables import Assessment, AssessmentState, Role
from survey.web.lists import MOST_CHOSEN
from tests.support.bureau import an_assessment, at_desk, counting, logged
from tests.support.people import a_consultant, a_user

LIST, ASSIGN = "/bureau/assessments", "/bureau/assessments/assign"


@pytest.fixture
def three(session, round_):
    return [an_assessment(session, round_, f"{name}厂（虚构）") for name in "甲乙丙"]


def now(session, assessment):
    session.rollback()
    return session.get(Assessment, assessment.id, populate_existing=True)


def ticked(desk, assessments, page=ASSIGN, **more):
    """Open the page that acts on these rows."""
    chosen = [one.id for one in assessments]
    return desk.get(page, query_string={"chosen": chosen} | more)


def boxes(answer):
    return re.findall(r'name="chosen" value="([^"]+)"', answer.text)


def test_the_firms_that_were_ticked_get_one_consultant_with_a_row_of_the_log_each(
    desk, session, three
):
    visitor = a_consultant(session)
    page = ticked(desk, three[:2], back=f"{LIST}?state=submitted&page=1")
    assert "甲厂（虚构）" in page.text
    assert "丙厂" not in page.text

    answer = desk.submit(ASSIGN, {"consultant": visitor.id})

    assert (answer.status_code, answer.location) == (302, f"{LIST}?state=submitted&page=1")
    kept = [now(session, one) for one in three]
    assert [one.consultant_id for one in kept] == [visitor.id, visitor.id, None]
    assert [one.state for one in kept[:2]] == [AssessmentState.VISITING] * 2
    assert len(logged(session, "assign")) == 2
    assert "已指派 2 家" in desk.get(answer.location).text


def test_pressing_twice_assigns_once(desk, session, three):
    visitor = a_consultant(session)
    ticked(desk, three)

    answers = [desk.submit(ASSIGN, {"consultant": visitor.id}) for _press in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(logged(session, "assign")) == 3


def test_a_firm_that_cannot_be_visited_is_named_with_the_reason_and_the_rest_is_done(
    desk, session, round_, three
):
    draft = an_assessment(session, round_, "未交厂（虚构）", state=AssessmentState.DRAFT)
    closed = an_assessment(session, round_, "已核厂（虚构）", state=AssessmentState.CONFIRMED)

    page = ticked(desk, [*three, draft, closed])

    assert len(boxes(page)) == 3
    assert "不能指派（2 家）" in page.text
    assert "企业还在填写，提交以后才能指派。" in page.text
    answer = desk.submit(
        ASSIGN, {"consultant": a_consultant(session).id, "chosen": [*boxes(page), f"{draft.id}-1"]}
    )
    assert answer.status_code == 200
    assert "已指派 3 家，下面 1 家没有指派" in answer.text
    assert now(session, draft).consultant_id is None


def test_of_two_officers_at_once_the_second_sees_what_changed(app, desk, session, three):
    first, second = a_consultant(session, name="先到的"), a_consultant(session, name="后到的")
    ticked(desk, three)
    other = at_desk(app, session, a_user(session, Role.OFFICER))
    ticked(other, three[:1])
    other.submit(ASSIGN, {"consultant": first.id})

    answer = desk.submit(ASSIGN, {"consultant": second.id})

    assert "已指派 2 家，下面 1 家没有指派" in answer.text
    assert "现在由先到的诊断" in answer.text
    assert now(session, three[0]).consultant_id == first.id
    assert desk.submit(ASSIGN, {"consultant": second.id}).status_code == 302
    assert now(session, three[0]).consultant_id == second.id


def test_who_stopped_being_an_officer_while_the_page_was_open_assigns_nothing(
    desk, session, officer, three, monkeypatch
):
    visitor = a_consultant(session)
    ticked(desk, three)
    begin = db._turn

    def dismissed(bind):
        monkeypatch.setattr(db, "_turn", begin)
        with db.writing(session):
            session.get(type(officer), officer.id).role = Role.CONSULTANT
        return begin(bind)

    monkeypatch.setattr(db, "_turn", dismissed)
    answer = desk.submit(ASSIGN, {"consultant": visitor.id})

    assert answer.status_code == 403
    assert now(session, three[0]).consultant_id is None


@pytest.mark.parametrize(
    "consultant, says", [("", "请选择一位诊断顾问"), ("999", "请从列出的里面选一个")]
)
def test_without_a_consultant_nothing_happens_and_the_boxes_stay_ticked(
    desk, session, three, consultant, says
):
    ticked(desk, three)

    answer = desk.submit(ASSIGN, {"consultant": consultant})

    assert answer.status_code == 422
    assert len(boxes(answer)) == 3
    assert not logged(session, "assign")


def test_no_box_ticked_says_what_to_do(desk, session, three):
    assert "还没有选企业" in desk.get(ASSIGN).text
    ticked(desk, three)

    answer = desk.submit(ASSIGN, {"chosen": [], "consultant": a_consultant(session).id})

    assert answer.status_code == 422
    assert "还没有选企业" in answer.text


@pytest.mark.parametrize("odd", ["", "x", "-1", "1-", "1-x", "1.5-1", "9" * 30])
def test_a_row_no_page_could_have_sent_is_a_malformed_request(desk, session, three, odd):
    visitor = a_consultant(session)
    ticked(desk, three)

    assert desk.submit(ASSIGN, {"chosen": odd, "consultant": visitor.id}).status_code == 400
    assert desk.get(f"{ASSIGN}?chosen={odd}x").status_code == 400
    assert desk.get(f"{LIST}?chosen={odd}x").status_code == 400


def test_a_row_that_is_not_there_is_not_found_and_nothing_is_assigned(desk, session, three):
    ticked(desk, three)
    page = ticked(desk, three)
    visitor = a_consultant(session)

    answer = desk.submit(ASSIGN, {"chosen": [*boxes(page), "999999-1"], "consultant": visitor.id})

    assert answer.status_code == 404
    assert desk.get(f"{ASSIGN}?chosen=999999").status_code == 404
    assert not logged(session, "assign")


def test_more_than_one_transaction_takes_is_refused(desk):
    ids = list(range(1, MOST_CHOSEN + 2))

    assert desk.get(ASSIGN, query_string={"chosen": ids}).status_code == 400


@pytest.mark.parametrize(
    "away", ["//elsewhere", "https://elsewhere/", "/firm/", "", "/bureau/pool"]
)
def test_the_way_back_leads_to_the_list_and_nowhere_else(desk, session, three, away):
    ticked(desk, three, back=away)

    answer = desk.submit(ASSIGN, {"consultant": a_consultant(session).id})

    assert answer.location == LIST


def test_what_was_ticked_stays_ticked_on_other_pages_and_in_other_orders(desk, session, round_):
    firms = [an_assessment(session, round_, f"{n:02d} 厂（虚构）") for n in range(33)]

    page = desk.get(LIST, query_string={"chosen": firms[0].id, "sort": "-firm"})

    assert f'type="hidden" name="chosen" value="{firms[0].id}"' in page.text
    following = re.search(r'rel="next" href="([^"]+)"', page.text)[1]
    assert f"chosen={firms[0].id}" in following
    second = desk.get(following.replace("&amp;", "&"))
    assert re.search(rf'value="{firms[0].id}"[^>]* checked', second.text)
    whole = re.search(r'data-all href="([^"]+)"', second.text)[1].replace("&amp;", "&")
    assert len(re.findall(r'name="chosen"[^>]* checked>', desk.get(whole).text)) == 3


@pytest.mark.parametrize("listed", [LIST, "/bureau/firms"])
def test_a_tile_counts_what_its_list_shows(desk, session, round_, listed):
    states = (AssessmentState.SUBMITTED, AssessmentState.CONFIRMED, AssessmentState.DRAFT)
    for number, state in enumerate([*states, AssessmentState.SUBMITTED]):
        an_assessment(session, round_, f"{number} 厂（虚构）", state=state)

    page = desk.get(listed).text
    tiles = re.findall(r'class="tile" href="([^"]+)".*?tile__value">(\d+)<', page)

    assert len(tiles) >= 5
    for address, value in tiles:
        shown = desk.get(address.replace("&amp;", "&")).text
        total = re.search(r"共 (\d+) ", shown)
        assert (int(total[1]) if total else 0) == int(value), address


def test_a_chip_says_a_filter_and_lifts_it_alone(desk, session, round_, three):
    page = desk.get(f"{LIST}?township=碧湖镇&q=甲&sort=firm").text

    chips = re.findall(r'class="chip" href="([^"]+)">([^<]+)<', page)
    assert {words for _, words in chips} == {"乡镇（街道）：碧湖镇", "企业：甲"}
    lifted = next(address for address, words in chips if words == "企业：甲")
    assert "q=" not in lifted
    assert "township=" in lifted
    assert "sort=firm" in lifted


def test_a_larger_selection_asks_the_database_no_more_often(desk, engine, session, round_):
    firms = [an_assessment(session, round_, f"{n} 厂（虚构）") for n in range(20)]

    def asked(some):
        with counting(engine) as sent:
            assert ticked(desk, some).status_code == 200
        return len(sent)

    assert asked(firms[:2]) == asked(firms)


# --- the whole filter -----------------------------------------------------------------------------

HERE = f"{ASSIGN}?whole=yes&township=碧湖镇"


@pytest.fixture
def narrowed(session, round_):
    """More firms of one township than a page lists, a draft among them, and one elsewhere."""
    found = [
        an_assessment(session, round_, f"{n:02d} 厂（虚构）", township="碧湖镇") for n in range(32)
    ]
    draft = {"township": "碧湖镇", "state": AssessmentState.DRAFT}
    an_assessment(session, round_, "草稿厂（虚构）", **draft)
    an_assessment(session, round_, "别处厂（虚构）", township="紫金街道")
    return found


def test_all_that_a_filter_finds_is_assigned_in_one_go_after_its_number_was_said(
    desk, session, narrowed
):
    visitor = a_consultant(session)
    offered = desk.get(f"{LIST}?township=碧湖镇").text
    assert "选筛选出的全部 33 项" in offered
    assert '<input type="hidden" name="township" value="碧湖镇">' in offered

    page = desk.get(HERE)
    assert "筛选出的全部企业（32 家）" in page.text
    assert "指派这 32 家" in page.text
    answer = desk.submit("", {"consultant": visitor.id})

    assert answer.status_code == 302
    assert len(logged(session, "assign")) == 32
    assert {now(session, one).consultant_id for one in narrowed} == {visitor.id}


def test_a_filter_that_finds_others_by_now_changes_nothing_and_says_how_many_it_is(
    desk, session, round_, narrowed
):
    visitor = a_consultant(session)
    desk.get(HERE)
    an_assessment(session, round_, "新到厂（虚构）", township="碧湖镇")

    answer = desk.submit("", {"consultant": visitor.id})

    assert answer.status_code == 409
    assert "筛选出的企业刚刚变了：现在可以办理的有 33 家" in answer.text
    assert not logged(session, "assign")
    assert desk.submit("", {"consultant": visitor.id}).status_code == 302
    assert len(logged(session, "assign")) == 33


def test_a_filter_of_more_than_one_step_takes_is_refused_with_a_remedy(desk, narrowed, monkeypatch):
    monkeypatch.setattr("survey.web.lists.MOST_WHOLE", 20)

    answer = desk.get(HERE)

    assert answer.status_code == 400
    assert "筛选出 33 家，一次最多办理 20 家" in answer.text


def test_a_decision_is_taken_about_all_that_a_filter_finds(desk, session, narrowed):
    page = desk.get("/bureau/assessments/decide?whole=yes&township=碧湖镇&action=propose")
    assert "筛选出的全部企业（32 家）" in page.text
    minutes = {"target_rung": "workshop", "reason": "条件成熟。", "document": "虚构〔2026〕9 号"}

    doubted = desk.submit("", minutes | {"decided_on": "2026-01-05"})
    assert doubted.status_code == 409
    assert "有 32 家要再核对" in doubted.text
    answer = desk.submit("", {"sure": "y"})

    assert answer.status_code == 302
    assert len(logged(session, "propose")) == 32
