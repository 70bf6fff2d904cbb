"""The bureau decides about several firms on one page, by minutes that are kept with it."""

import io
import re

import pytest
from sqlalchemy import func, select

from survey.tables import AssessmentState, Minutes, Paper, PoolEntry, PoolState, Recognition, Role
from tests.support.bureau import a_district, an_assessment, at_desk, counting, logged
from tests.support.files import a_pdf
from tests.support.people import a_round, a_user

NEW, POOL = "/bureau/assessments/decide", "/bureau/pool/decide"
SAID = {
    "target_rung": "workshop",
    "reason": "会议研究同意。",
    "document": "虚构纪要〔2026〕3 号",
    "decided_on": "2026-01-20",
}
NOTICE = {"rung": "line", "document": "虚构经信〔2026〕1 号", "recognised_on": "2026-01-15"}


@pytest.fixture
def round_(session):
    return a_round(session)


@pytest.fixture
def desk(app, session):
    """The officer's browser."""
    a_district(session)
    return at_desk(app, session, a_user(session, Role.OFFICER))


@pytest.fixture
def three(session, round_):
    state = AssessmentState.CONFIRMED
    return [
        an_assessment(session, round_, f"{name}厂（虚构）", state=state, step=3)
        for name in "甲乙丙"
    ]


def paper(name="纪要.pdf", content=None):
    return (io.BytesIO(content or a_pdf("虚构纪要")), name)


def ticked(desk, rows, page=NEW, action="admit", **more):
    asked = {"chosen": [row.id for row in rows], "action": action}
    return desk.get(page, query_string=asked | more)


def entries(session):
    session.rollback()
    return list(session.scalars(select(PoolEntry).order_by(PoolEntry.id)))


def count(session, table):
    session.rollback()
    return session.scalar(select(func.count()).select_from(table))


def in_pool(desk, session, assessments):
    ticked(desk, assessments)
    assert desk.submit(NEW, SAID | {"sure": "y"}).status_code == 302
    return entries(session)


def test_the_firms_that_were_ticked_come_into_the_pool_by_one_set_of_minutes(desk, session, three):
    ticked(desk, three, back="/bureau/assessments?state=confirmed")

    answer = desk.submit(NEW, SAID | {"paper": paper()})

    assert (answer.status_code, answer.location) == (302, "/bureau/assessments?state=confirmed")
    taken = entries(session)
    assert [entry.state for entry in taken] == [PoolState.IN_POOL] * 3
    assert len(logged(session, "admit")) == 3
    page = desk.get(f"/bureau/pool/{taken[1].id}").text
    assert "虚构纪要〔2026〕3 号" in page
    assert "纪要.pdf" in page
    number = session.scalar(select(Paper.id))
    assert desk.get(f"/bureau/papers/{number}").data.startswith(b"%PDF-")


@pytest.mark.parametrize("field", ["target_rung", "reason", "document", "decided_on"])
def test_what_is_missing_is_named_and_neither_ticks_nor_file_are_lost(desk, session, three, field):
    ticked(desk, three)

    answer = desk.submit(NEW, SAID | {field: "", "paper": paper()})

    assert answer.status_code == 422
    assert "form-errors" in answer.text
    assert answer.text.count(" checked>") == 3
    assert "已收到“纪要.pdf”" in answer.text
    assert desk.submit(NEW, {field: SAID[field]}).status_code == 302
    assert count(session, Paper) == 1


def test_the_word_for_a_file_is_of_use_to_its_reader_alone(app, desk, session, three):
    ticked(desk, three)
    shown = desk.submit(NEW, SAID | {"reason": "", "paper": paper()}).text
    word = re.search(r'name="paper_kept" value="([^"]+)"', shown)[1]
    other = at_desk(app, session, a_user(session, Role.OFFICER))
    ticked(other, three)

    for false in (word, word[:-2] + "xx", "x"):
        answer = other.submit(NEW, SAID | {"paper_kept": false})
        assert answer.status_code == 422
        assert "请重新选择" in answer.text

    assert not entries(session)


def test_a_file_we_cannot_tell_is_named_and_nothing_is_decided(desk, session, three):
    ticked(desk, three)

    answer = desk.submit(NEW, SAID | {"paper": paper("纪要.exe", b"MZ")})

    assert answer.status_code == 422
    assert "“纪要.exe”" in answer.text
    assert SAID["reason"] in answer.text
    assert not entries(session)


def test_firms_nobody_verified_are_said_at_once_and_confirmed_once(desk, session, round_, three):
    bare = an_assessment(session, round_, "丁厂（虚构）")
    page = ticked(desk, [*three, bare])
    assert "其中 1 家标着“未核验”" in page.text

    asked = desk.submit(NEW, SAID)

    assert asked.status_code == 409
    assert "还没有办理：有 1 家要先看一下" in asked.text
    assert "还没有经过现场核定" in asked.text
    assert not entries(session)
    assert desk.submit(NEW, SAID | {"sure": "y"}).status_code == 302
    assert len(entries(session)) == 4


def test_a_firm_to_which_the_decision_does_not_apply_is_named_before(desk, session, round_, three):
    draft = an_assessment(session, round_, "未交厂（虚构）", state=AssessmentState.DRAFT)
    in_pool(desk, session, three[:1])

    page = ticked(desk, [*three, draft])

    assert "不能办理（2 家）" in page.text
    assert "已经在库。" in page.text
    assert "企业还在填写" in page.text
    assert page.text.count(" checked>") == 2


def test_of_two_officers_the_second_decides_nothing_and_sees_what_changed(
    app, desk, session, three
):
    taken = in_pool(desk, session, three)
    ticked(desk, taken, POOL, "raise_target")
    other = at_desk(app, session, a_user(session, Role.OFFICER))
    ticked(other, taken[:1], POOL, "withdraw")
    assert other.submit(POOL, SAID).status_code == 302

    answer = desk.submit(POOL, SAID | {"target_rung": "factory"})

    assert answer.status_code == 409
    assert "刚刚被其他人更改" in answer.text
    assert "已退库" in answer.text
    assert {entry.target_rung for entry in entries(session)} == {"workshop"}
    again = desk.submit(POOL, SAID | {"target_rung": "factory"})
    assert again.status_code == 302
    assert [entry.target_rung for entry in entries(session)] == ["workshop", "factory", "factory"]


def test_one_notice_recognises_several_firms_with_a_project_each(desk, session, three):
    taken = in_pool(desk, session, three)
    ticked(desk, taken, POOL, "recognise")
    projects = {f"project-{entry.id}": f"{entry.id} 号车间" for entry in taken}

    doubted = desk.submit(POOL, NOTICE | projects | {"document": "虚构〔2025〕1 号"})
    assert doubted.status_code == 409
    assert "年份" in doubted.text
    assert f'value="{taken[0].id} 号车间"' in doubted.text
    assert count(session, Recognition) == 0
    answer = desk.submit(POOL, NOTICE | projects | {"paper": paper("认定文件.pdf")})

    assert answer.status_code == 302
    facts = list(session.scalars(select(Recognition)))
    assert {fact.project for fact in facts} == {f"{entry.id} 号车间" for entry in taken}
    assert len({fact.paper_id for fact in facts} - {None}) == 1
    assert len(logged(session, "recognise")) == 3


def test_minutes_get_their_paper_later_on_the_page_of_any_of_their_firms(desk, session, three):
    taken = in_pool(desk, session, three)
    number = session.scalar(select(Minutes.id))
    session.rollback()

    kept = desk.post(
        f"/bureau/minutes/{number}/paper",
        data={"csrf_token": desk.token, "entry": taken[2].id, "paper": paper()},
    )

    assert kept.location == f"/bureau/pool/{taken[2].id}"
    for entry in taken:
        assert "纪要.pdf" in desk.get(f"/bureau/pool/{entry.id}").text
    assert "依据" in desk.get("/bureau/audit?action=admit").text


def test_minutes_are_corrected_on_the_page_of_any_of_their_firms(desk, session, three):
    taken = in_pool(desk, session, three)
    number = session.scalar(select(Minutes.id))
    session.rollback()
    page, step = f"/bureau/pool/{taken[1].id}", f"/bureau/minutes/{number}/correct"
    desk.get(page)
    given = {"document": "虚构纪要〔2026〕4 号", "decided_on": "2026-01-19"}

    refused = desk.submit(step, given | {"reason": ""})
    assert refused.status_code == 422
    assert 'value="虚构纪要〔2026〕4 号"' in refused.text
    done = desk.submit(step, given | {"reason": "文号写错。"})

    assert done.location == page
    assert "虚构纪要〔2026〕4 号，2026-01-19" in desk.get(f"/bureau/pool/{taken[2].id}").text


@pytest.mark.parametrize("page, action", [(NEW, "withdraw"), (NEW, "x"), (POOL, "propose")])
def test_a_decision_that_is_not_made_here_is_a_malformed_request(desk, three, page, action):
    assert desk.get(page, query_string={"action": action}).status_code == 400
    data = {"csrf_token": desk.token, "action": action}
    assert desk.post(page, data=data).status_code == 400


def test_a_row_that_is_not_there_is_not_found(desk, session, three):
    assert desk.get(f"{NEW}?chosen=999999").status_code == 404
    assert desk.get(f"{POOL}?chosen=999999").status_code == 404
    data = {"csrf_token": desk.token, "action": "admit", "chosen": [f"{three[0].id}-0", "999999-0"]}
    assert desk.post(NEW, data=data | SAID).status_code == 404
    assert not entries(session)


def test_a_larger_selection_asks_the_database_no_more_often(desk, engine, session, round_, three):
    more = [an_assessment(session, round_, f"{n} 厂（虚构）") for n in range(20)]
    taken = [entry.id for entry in in_pool(desk, session, [*three, *more])]
    fresh = [one.id for one in [*three, *more]]

    def asked(chosen, page, action):
        with counting(engine) as sent:
            answer = desk.get(page, query_string={"chosen": chosen, "action": action})
            assert answer.status_code == 200
        return len(sent)

    assert asked(fresh[:2], NEW, "admit") == asked(fresh, NEW, "admit")
    assert asked(taken[:2], POOL, "recognise") == asked(taken, POOL, "recognise")
