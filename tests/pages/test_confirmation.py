"""The summary of a visit before its confirmation and after, read by consultant, firm and bureau."""

import pytest

from survey.lifecycle import assessments
from survey.lifecycle.responses import Word
from survey.lifecycle.step import Actor, Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store import responses as queries
from survey.tables import ResponseKind, Role, SheetKind
from tests.support.people import a_consultant, a_firm, a_user, fill, moment, signed_in, visited

WORD = {"word": "objected", "name": "虚构代表", "post": "厂长", "says": "“排产”那天系统停机。"}


class Table:
    """A visit that may be confirmed: one answer changed, one not seen; everybody's browsers."""

    def __init__(self, app, session):
        self.session, self.app = session, app
        self.firm = a_firm(session, name="墨岭阀门（虚构）")
        self.owner = a_user(session, firm=self.firm)
        self.consultant = a_consultant(session)
        visit = visited(session, self.owner, self.consultant)
        fill(session, visit, self.consultant, kind=SheetKind.ONSITE, verification="verified")
        self.number = visit.id
        session.rollback()
        self.tablet = signed_in(app, session, self.consultant)
        self.judge("scheduling", {"value": 1, "reason": "排产表是上周的。"})
        self.judge("exceptions", {"verification": "not_seen", "reason": "仓库锁着。"})

    def judge(self, question, fields):
        sheet = store.sheet(self.session, self.number, SheetKind.ONSITE)
        revision = answer_store.answer(self.session, sheet.id, question).revision
        self.session.rollback()
        asked = {
            "question": question,
            "request_id": f"{question}.{revision}",
            "base_revision": revision,
        }
        answer = self.tablet.send(f"/visits/{self.number}/answers", asked | fields)
        assert answer.status_code == 200, answer.text

    def confirm(self, **fields):
        self.tablet.get(f"/visits/{self.number}/confirm")
        return self.tablet.submit("", fields)

    def confirmed(self, word=None):
        step = Step(self.session, Actor(self.consultant.id, "顾问"), moment())
        assessments.confirm(step, self.number, word=word)
        self.session.rollback()

    @property
    def page(self):
        return f"/assessments/{self.number}/confirmation"

    def said(self):
        rows = queries.responses(self.session, self.number)
        self.session.rollback()
        return rows


@pytest.fixture
def table(app, session):
    return Table(app, session)


def test_the_summary_tells_each_change_what_it_did_and_what_nobody_saw(table):
    text = table.tablet.get(f"/visits/{table.number}/confirm").text

    for words in (
        "排产表是上周的。",
        "只看这一题：得分率",
        "个百分点",
        "仓库锁着。",
        "未能查看 1 题",
    ):
        assert words in text
    assert "全部核验" not in text


def test_the_representative_objects_at_the_table_and_the_visit_is_confirmed_all_the_same(table):
    answer = table.confirm(**WORD)

    assert answer.status_code == 302
    (said,) = table.said()
    assert (said.kind, said.name, said.on_site) == (ResponseKind.OBJECTED, "虚构代表", True)
    assert "等主管部门处理" in table.tablet.get(table.page).text


def test_a_name_that_is_missing_is_asked_for_beside_its_field_with_the_rest_kept(table):
    answer = table.confirm(**WORD | {"name": ""})

    assert answer.status_code == 422
    assert "请填写企业代表的姓名" in answer.text
    assert WORD["says"] in answer.text.replace("&#34;", '"')
    assert table.said() == []


def test_a_choice_nobody_offered_is_not_taken_for_an_absent_representative(table):
    answer = table.confirm(**WORD | {"word": "agreed"})

    assert answer.status_code == 422
    assert "没有这个选项，没有保存" in answer.text
    assert table.said() == []
    assert "核定这次现场诊断" in table.tablet.get(f"/visits/{table.number}/confirm").text


def test_a_summary_that_was_overtaken_is_shown_anew(table):
    answer = table.confirm(word="acknowledged", name="虚构代表", shown="1-0")

    assert answer.status_code == 409
    assert "现场答卷刚刚又改过" in answer.text
    assert table.said() == []


def test_the_owner_acknowledges_on_the_page_and_a_colleague_only_reads(app, session, table):
    table.confirmed()
    colleague = signed_in(app, session, a_user(session, firm=table.firm, owner=False))
    owner = signed_in(app, session, table.owner)

    assert 'name="word"' not in colleague.get(table.page).text
    told = WORD | {"version": "1"}
    refused = colleague.post(f"{table.page}/word", data=told | {"csrf_token": colleague.token})
    assert refused.status_code == 403
    assert owner.get(table.page).text.count('name="word"') == 2
    bare = owner.submit(f"{table.page}/word", {"version": "1", "name": "虚构代表"})
    assert bare.status_code == 422
    assert "请选“签认”或“有异议”。" in bare.text
    kept = owner.submit(
        f"{table.page}/word", {"word": "acknowledged", "name": "虚构代表", "version": "1"}
    )

    assert kept.status_code == 302
    assert 'name="word"' not in owner.get(table.page).text
    again = owner.post(f"{table.page}/word", data=told | {"csrf_token": owner.token})
    assert again.status_code == 409
    assert len(table.said()) == 1


def test_the_officer_keeps_the_result_and_the_firm_reads_why(app, session, table):
    table.confirmed(Word(ResponseKind.OBJECTED, "虚构代表", "厂长", "那天系统停机。"))
    officer = signed_in(app, session, a_user(session, Role.OFFICER))
    owner = signed_in(app, session, table.owner)
    (said,) = table.said()

    assert "处理异议" not in owner.get(table.page).text
    page = officer.get(table.page).text
    silent = officer.submit(f"{table.page}/answer", {"objection": str(said.id), "reason": ""})
    answered = officer.submit(
        f"{table.page}/answer", {"objection": str(said.id), "reason": "查过停机记录，维持。"}
    )

    assert "那天系统停机。" in page
    assert silent.status_code == 422
    assert "请写明理由。" in silent.text
    assert answered.status_code == 302
    assert "查过停机记录，维持。" in owner.get(table.page).text
    assert 'name="word"' in owner.get(table.page).text
    waiting = owner.get("/firm/").text
    assert 'id="todo-settled"' in waiting
    assert "查过停机记录，维持。" in waiting
    owner.get(table.page)
    owner.submit(f"{table.page}/word", WORD | {"version": "1"})
    assert 'id="todo-settled"' not in owner.get("/firm/").text


def test_the_officer_upholds_by_opening_the_visit_again(app, session, table):
    table.confirmed(Word(ResponseKind.OBJECTED, "虚构代表", "厂长", "那天系统停机。"))
    officer = signed_in(app, session, a_user(session, Role.OFFICER))
    officer.get(table.page)

    answer = officer.post(
        f"/bureau/assessments/{table.number}/reopen",
        data={"csrf_token": officer.token, "reason": "系统确实停机，请再看。"},
    )

    assert answer.status_code == 302
    text = table.tablet.get(table.page).text
    assert "异议成立，重新核验" in text
    assert "系统确实停机，请再看。" in text


def test_a_visit_that_was_never_confirmed_has_no_such_page(table):
    assert table.tablet.get(table.page).status_code == 404
