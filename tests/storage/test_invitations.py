"""Whom a round asks, on both databases: by filter or by list, and the link each owner is handed."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from survey.clock import LOCAL
from survey.lifecycle import assessments, invitations, links, rounds
from survey.lifecycle.errors import Invalid, LinkSpent, NotInvited, NotThere, WrongState
from survey.lifecycle.step import Actor, Step
from survey.store import completion
from survey.store import invitations as store
from survey.store import rounds as round_store
from survey.store.completion import Pace
from survey.store.invitations import JOINED, NOBODY, OPEN, SPENT, WAITING, Asked, Whom
from survey.store.lists import BELOW, Wanted
from survey.tables import Invitation, Job, OneTimeLink, User
from tests.support.bureau import an_assessment, logged
from tests.support.people import a_firm, a_round, a_user
from tests.support.rounds import prepare_links

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
BY = Actor(None, "测试")
PACE = Pace(date(2026, 11, 23), date(2026, 11, 17))
SECRET = "一把虚构的钥匙"


def step(session, now=NOON):
    return Step(session, BY, now)


def prepare(session, round_, now=NOON, secret=SECRET):
    return prepare_links(session, round_, secret, now)


def standing(session, round_, now=NOON):
    session.rollback()
    lines, _total = store.invited(session, round_.id, now, Asked())
    return {line.firm: line.link for line in lines}


def token_of(session, firm):
    session.rollback()
    found = session.scalars(select(Invitation).where(Invitation.firm_id == firm.id)).one()
    return invitations.token(SECRET, found.user_id, found.nonce)


@pytest.mark.parametrize(
    "whom, asked",
    [
        (Whom(), {"甲", "乙", "丙"}),
        (Whom(trade="bearing"), {"乙"}),
        (Whom(township="碧湖镇"), {"甲", "丙"}),
        (Whom(above_scale=False, township="碧湖镇"), {"丙"}),
        (Whom(size="large"), {"乙"}),
    ],
)
def test_firms_are_asked_by_what_they_are_and_once_however_often(session, whom, asked):
    round_ = a_round(session, only_invited=True)
    a_firm(session, "甲", township="碧湖镇")
    a_firm(session, "乙", trade="bearing", size="large")
    a_firm(session, "丙", township="碧湖镇", above_scale=None)

    meant = store.count(session, round_.id, whom)
    added, job = invitations.invite(step(session), round_.id, whom)
    again = invitations.invite(step(session), round_.id, whom)

    assert meant == (added, added) == (len(asked), len(asked))
    assert job is not None
    assert again == (0, None)
    assert set(standing(session, round_)) == asked
    assert len(logged(session, "round_invite")) == 1
    assert store.count(session, round_.id, whom) == (len(asked), 0)


def test_a_pasted_list_is_taken_whole_or_names_the_lines_that_are_nobodys(session):
    round_ = a_round(session, only_invited=True)
    one, other = a_firm(session, "甲厂（虚构）"), a_firm(session, "乙厂（虚构）")
    pasted = f"甲厂（虚构）\t{one.code.lower()}\n\n{other.code}\n9133999"

    with pytest.raises(Invalid) as refused:
        invitations.invite_coded(step(session), round_.id, pasted)
    assert "第 4 行" in refused.value.fields["codes"]
    assert standing(session, round_) == {}

    good = f"{pasted.rpartition(chr(10))[0]} yi@example.com"
    for expected in (2, 0):
        added, _job = invitations.invite_coded(step(session), round_.id, good)
        assert added == expected
    session.refresh(other)
    assert other.contact_mail == "yi@example.com"
    changed = good.replace("yi@", "another@")
    invitations.invite_coded(step(session), round_.id, changed)
    session.refresh(other)
    assert other.contact_mail == "yi@example.com"
    assert len(logged(session, "mail_addresses")) == 1
    with pytest.raises(Invalid):
        invitations.invite_coded(step(session), round_.id, " \n ")


def test_only_invited_firms_begin_a_round_that_asks_for_them_and_count_in_it(session):
    round_ = a_round(session, only_invited=True)
    asked, other = a_firm(session, "甲厂（虚构）"), a_firm(session, "乙厂（虚构）")
    an_assessment(session, round_, "先到的厂（虚构）")
    invitations.invite_coded(step(session), round_.id, asked.code)

    with pytest.raises(NotInvited):
        assessments.begin(step(session), other.id, round_.id)
    assert assessments.begin(step(session), asked.id, round_.id).firm_id == asked.id

    assert round_store.open_to(session, other.id, date(2026, 11, 23)) == []
    assert [r.id for r in round_store.open_to(session, asked.id, date(2026, 11, 23))] == [round_.id]
    lines, _total = completion.round_firms(session, round_, Wanted(), PACE)
    assert {line.firm for line in lines} == {"甲厂（虚构）", "先到的厂（虚构）"}
    assert BELOW not in completion.counted(session, round_).states


def test_a_firm_that_has_begun_stays_invited_and_a_closed_round_asks_nobody(session):
    round_ = a_round(session, only_invited=True)
    begun, idle = a_firm(session, "甲厂（虚构）"), a_firm(session, "乙厂（虚构）")
    invitations.invite(step(session), round_.id, Whom())
    assessments.begin(step(session), begun.id, round_.id)

    with pytest.raises(WrongState):
        invitations.take_back(step(session), round_.id, begun.id)
    invitations.take_back(step(session), round_.id, idle.id)
    with pytest.raises(NotThere):
        invitations.take_back(step(session), round_.id, idle.id)
    rounds.close(step(session), round_.id)
    with pytest.raises(WrongState):
        invitations.invite(step(session), round_.id, Whom())

    assert set(standing(session, round_)) == {"甲厂（虚构）"}


def test_each_owner_gets_one_link_that_lasts_to_the_rounds_last_day(session):
    round_ = a_round(session, only_invited=True, closes_on=date(2026, 12, 31))
    lone = a_firm(session, "没人的厂（虚构）", contact_name="虚构联系人")
    a_user(session, firm=a_firm(session, "来过的厂（虚构）"))
    gone = a_firm(session, "停用的厂（虚构）")
    a_user(session, firm=gone, active=False)
    invitations.invite(step(session), round_.id, Whom())
    assert set(standing(session, round_).values()) == {WAITING}

    assert prepare(session, round_) == 3
    assert prepare(session, round_) == 0

    assert standing(session, round_) == {
        "没人的厂（虚构）": OPEN,
        "来过的厂（虚构）": JOINED,
        "停用的厂（虚构）": NOBODY,
    }
    owner = session.scalars(select(User).where(User.firm_id == lone.id)).one()
    assert (owner.name, owner.username, owner.owner) == ("虚构联系人", lone.code.lower(), True)
    link = session.scalars(select(OneTimeLink)).one()
    assert link.expires_at.astimezone(LOCAL) == datetime(2026, 12, 31, 18, tzinfo=LOCAL)
    assert links.user_of_link(session, token_of(session, lone), NOON).id == owner.id


def test_a_link_on_paper_outlives_an_extension_and_ends_with_the_first_password(session):
    round_ = a_round(session, only_invited=True, closes_on=date(2026, 12, 1))
    firm = a_firm(session, "甲厂（虚构）")
    invitations.invite(step(session), round_.id, Whom())
    prepare(session, round_)
    printed = token_of(session, firm)
    late = datetime(2026, 12, 10, 4, tzinfo=UTC)
    assert standing(session, round_, late) == {"甲厂（虚构）": SPENT}

    session.refresh(round_)
    plan = replace(rounds.plan_of(round_), closes_on=date(2026, 12, 20))
    rounds.change(step(session), round_.id, plan, base_version=round_.version, sure=True)
    waiting = session.scalar(
        select(func.count()).where(Job.kind == "invite", Job.state == "queued")
    )
    assert waiting == 1
    prepare(session, round_, late)

    assert token_of(session, firm) == printed
    other = links.hand_out(step(session, late), standing_user(session, firm), firm_id=firm.id)
    assert standing(session, round_, late) == {"甲厂（虚构）": SPENT}
    prepare(session, round_, late)
    fresh = token_of(session, firm)
    assert fresh != printed
    use(session, other.token, late)
    for token in (printed, fresh, other.token):
        with pytest.raises(LinkSpent):
            links.user_of_link(session, token, late)
    assert standing(session, round_, late) == {"甲厂（虚构）": JOINED}


def standing_user(session, firm):
    return session.scalars(select(User.id).where(User.firm_id == firm.id)).one()


def use(session, token, now):
    links.use_link(step(session, now), token, "一句 好记的 Long 话", device="d", agent="测试")


def test_without_the_key_the_rows_open_nothing_and_another_key_makes_another_link(session):
    round_ = a_round(session, only_invited=True)
    firm = a_firm(session, "甲厂（虚构）")
    invitations.invite(step(session), round_.id, Whom())
    prepare(session, round_)
    kept = session.scalars(select(Invitation)).one()

    for word in (
        kept.nonce,
        kept.token_hash,
        invitations.token("别的钥匙", kept.user_id, kept.nonce),
    ):
        with pytest.raises(LinkSpent):
            links.user_of_link(session, word, NOON)
    before = token_of(session, firm)
    assert prepare(session, round_, secret="新的钥匙") == 1
    assert token_of(session, firm) != before


def test_a_deleted_round_leaves_no_invitation_and_a_worker_finds_nothing_to_do(session):
    round_ = a_round(session, only_invited=True)
    a_firm(session, "甲厂（虚构）")
    invitations.invite(step(session), round_.id, Whom())

    rounds.delete(step(session), round_.id)

    assert session.scalar(select(func.count()).select_from(Invitation)) == 0
    with pytest.raises(NotThere):
        invitations.prepare(step(session), round_.id)


@pytest.mark.parametrize(
    "field, given",
    [
        ("check_by", {"check_by": date(2026, 12, 1)}),
        ("upward_by", {"check_by": date(2026, 12, 31), "upward_by": date(2026, 12, 30)}),
        ("quotas", {"quotas": {"没有的镇": 3}}),
        ("notice", {"notice": "号" * 101}),
    ],
)
def test_dates_that_run_backwards_and_quotas_of_nowhere_are_refused(session, field, given):
    plan = rounds.Plan("一轮", date(2026, 11, 1), date(2026, 12, 30), **given)

    with pytest.raises(Invalid) as refused:
        rounds.open_round(step(session), plan, "2026")

    assert list(refused.value.fields) == [field]
