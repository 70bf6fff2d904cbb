"""What a firm says of a confirmed visit stays with the version it spoke of, until it is settled."""

import pytest
from sqlalchemy import select

from survey.lifecycle import assessments, responses, signing
from survey.lifecycle.errors import AlreadySaid, Invalid, Locked, NotThere, Stale
from survey.lifecycle.responses import Word
from survey.lifecycle.step import Actor, Step
from survey.store import assessments as store
from survey.store import responses as queries
from survey.tables import (
    AssessmentState,
    AuditEntry,
    ResponseKind,
    Settlement,
    SheetKind,
    Verdict,
)
from tests.support.people import (
    TESTER,
    a_consultant,
    a_user,
    confirmed,
    fill,
    moment,
    visited,
)

SIGNED = Word(ResponseKind.ACKNOWLEDGED, "虚构代表", "厂长")
OBJECTED = Word(ResponseKind.OBJECTED, "虚构代表", "厂长", "炉号追溯当天系统停机，没有演示成。")


@pytest.fixture
def owner(session):
    return a_user(session)


@pytest.fixture
def consultant(session):
    return a_consultant(session)


def by(session, user):
    return Step(session, Actor(user.id, user.name), moment())


def judged(session, owner, consultant):
    """A visit that may be confirmed."""
    visit = visited(session, owner, consultant)
    fill(session, visit, consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)
    session.expire_all()
    return visit.id


def state(session, number):
    session.expire_all()
    return store.assessment(session, number).state


def logged(session, number):
    query = select(AuditEntry.action).where(AuditEntry.subject_id == str(number))
    return session.scalars(query.order_by(AuditEntry.id)).all()


def test_the_representative_acknowledges_on_the_spot_by_name_and_post(session, owner, consultant):
    number = judged(session, owner, consultant)

    assessments.confirm(by(session, consultant), number, word=SIGNED)

    (said,) = queries.responses(session, number)
    assert (said.name, said.post, said.version, said.on_site) == ("虚构代表", "厂长", 1, True)
    assert logged(session, number)[-2:] == ["confirm", "acknowledge"]


@pytest.mark.parametrize(
    ("word", "field"),
    [
        (Word(ResponseKind.ACKNOWLEDGED, "  "), "name"),
        (Word(ResponseKind.ACKNOWLEDGED, "虚" * 61), "name"),
        (Word(ResponseKind.OBJECTED, "虚构代表", "", ""), "says"),
        (Word(ResponseKind.OBJECTED, "虚构代表", "", "长" * 1001), "says"),
        (Word(None, "虚构代表"), "word"),
    ],
)
def test_a_word_with_something_missing_confirms_nothing(session, owner, consultant, word, field):
    number = judged(session, owner, consultant)

    with pytest.raises(Invalid) as refused:
        assessments.confirm(by(session, consultant), number, word=word)

    assert field in refused.value.fields
    assert state(session, number) == AssessmentState.VISITING
    assert queries.responses(session, number) == []


def test_a_summary_that_is_out_of_date_confirms_nothing(session, owner, consultant):
    number = judged(session, owner, consultant)
    shown = signing.content_hash(session, store.assessment(session, number))
    session.rollback()
    fill(
        session,
        store.assessment(session, number),
        consultant,
        kind=SheetKind.ONSITE,
        finding="漏油",
    )

    with pytest.raises(Stale):
        assessments.confirm(by(session, consultant), number, word=SIGNED, shown=shown)

    assert state(session, number) == AssessmentState.VISITING


def test_only_the_owner_speaks_for_a_firm_and_only_of_the_version_shown(session, owner, consultant):
    number = confirmed(session, owner, consultant).id
    session.rollback()
    colleague = a_user(session, firm=None, owner=False)
    strangers = [colleague, consultant, a_user(session)]

    for stranger in strangers:
        with pytest.raises(NotThere):
            responses.say(by(session, stranger), number, 1, SIGNED)
    with pytest.raises(Locked):
        responses.say(by(session, owner), number, 2, SIGNED)
    responses.say(by(session, owner), number, 1, SIGNED)
    responses.say(by(session, owner), number, 1, SIGNED)  # pressed twice

    assert [row.on_site for row in queries.responses(session, number)] == [False]
    with pytest.raises(AlreadySaid):
        responses.say(by(session, owner), number, 1, OBJECTED)


def test_an_objection_undoes_nothing_and_is_answered_once(session, owner, consultant):
    number = judged(session, owner, consultant)
    assessments.confirm(by(session, consultant), number, word=OBJECTED)
    (said,) = queries.responses(session, number)
    assert state(session, number) == AssessmentState.CONFIRMED
    with pytest.raises(AlreadySaid):
        responses.say(by(session, owner), number, 1, SIGNED)

    with pytest.raises(NotThere):
        responses.answer(Step(session, TESTER, moment()), number + 1, said.id, says="查过记录。")
    with pytest.raises(Invalid):
        responses.answer(Step(session, TESTER, moment()), number, said.id, says=" ")
    responses.answer(Step(session, TESTER, moment()), number, said.id, says="查过记录，维持。")
    with pytest.raises(AlreadySaid):
        responses.answer(Step(session, TESTER, moment()), number, said.id, says="再答一次。")

    (said,) = queries.responses(session, number)
    assert (said.settlement, said.answer) == (Settlement.KEPT, "查过记录，维持。")
    responses.say(by(session, owner), number, 1, SIGNED)
    assert [row.kind for row in queries.responses(session, number)] == [
        ResponseKind.ACKNOWLEDGED,
        ResponseKind.OBJECTED,
    ]


def test_opening_the_visit_again_upholds_the_objection_which_stays_with_its_version(
    session, owner, consultant
):
    number = judged(session, owner, consultant)
    assessments.confirm(by(session, consultant), number, word=OBJECTED)

    assessments.reopen(Step(session, TESTER, moment()), number, reason="异议成立，请再看一次。")
    assessments.confirm(by(session, consultant), number)

    (said,) = queries.responses(session, number)
    assert (said.version, said.settlement) == (1, Settlement.UPHELD)
    assert responses.confirmed_version(session, store.assessment(session, number)) == 2
    assert queries.responses(session, number, 2) == []
    responses.say(by(session, owner), number, 2, SIGNED)
    assert "settle_objection" in logged(session, number)
