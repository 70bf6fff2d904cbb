"""Providers and firms come together step by step, and nobody learns more than the other agreed to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from reports.contracts import Rate
from survey import db
from survey.lifecycle import (
    claims,
    introductions,
    project_checks,
    project_work,
    projects,
    providers,
)
from survey.lifecycle.claims import TypedClaim
from survey.lifecycle.errors import CodeTaken, Invalid, MovedOn, NotThere, Stale, WrongState
from survey.lifecycle.introductions import Shown
from survey.lifecycle.projects import Contract, ProjectFacts
from survey.lifecycle.provider_files import file_of
from survey.lifecycle.step import Actor, Step
from survey.store import deals
from survey.store import introductions as met
from survey.store import providers as store
from survey.store.settings import District, keep
from survey.tables import (
    AuditEntry,
    CostKind,
    Firm,
    Introduction,
    IntroductionState,
    Project,
    ProjectState,
    Provider,
    ProviderClaim,
    ProviderStanding,
    Showing,
)
from tests.support.people import TESTER, a_firm, a_user, moment
from tests.support.projects import a_project
from tests.support.providers import PACKAGE, a_file, a_provider, an_accepted_project, introduced


def a_step(session, user=None, days=0):
    by = Actor(user.id, user.name) if user else TESTER
    return Step(session, by, moment() + timedelta(days=days))


def fresh(session, row):
    session.expire_all()
    return session.get(type(row), row.id)


@pytest.fixture
def provider(session):
    return a_provider(session)


@pytest.fixture
def owner(session):
    return a_user(session)


# --- the list -----------------------------------------------------------------------------------


def test_a_provider_stands_on_the_list_once_and_its_code_is_checked(session, provider):
    with pytest.raises(CodeTaken):
        providers.add(a_step(session), provider.code, a_file(), demonstration=True)
    with pytest.raises(Invalid):
        providers.add(a_step(session), "91330000", a_file(), demonstration=True)
    assert session.scalar(select(func.count()).select_from(Provider)) == 1


def test_what_a_provider_would_change_is_shown_only_once_it_was_taken(session, provider):
    wish = replace(file_of(session, provider), name="虚构新名称", products=())
    providers.propose(a_step(session), provider.id, wish, base_version=provider.version)

    assert fresh(session, provider).name == "虚构软件公司"
    assert len(file_of(session, provider).products) == 1
    waiting = store.open_change(session, provider.id)
    providers.take(
        a_step(session),
        provider.id,
        base_version=provider.version,
        proposed_at=waiting.proposed_at.isoformat(),
    )
    assert file_of(session, fresh(session, provider)) == wish
    assert store.open_change(session, provider.id) is None


def test_a_change_that_was_written_anew_since_it_was_shown_is_not_taken(session, provider):
    wish = replace(file_of(session, provider), place="虚构市")
    providers.propose(a_step(session), provider.id, wish, base_version=provider.version)
    seen = store.open_change(session, provider.id).proposed_at.isoformat()
    again = replace(wish, place="别处")
    providers.propose(a_step(session, days=1), provider.id, again, base_version=provider.version)

    with pytest.raises(Stale):
        providers.take(
            a_step(session), provider.id, base_version=provider.version, proposed_at=seen
        )
    same = file_of(session, provider)
    with pytest.raises(Invalid):
        providers.propose(a_step(session), provider.id, same, base_version=provider.version)
    assert fresh(session, provider).place == "杭州市"


def test_a_paused_provider_fits_nobody_and_is_active_again_when_an_officer_says_so(
    session, provider
):
    providers.stand(
        a_step(session), provider.id, "paused", "材料待补。", base_version=provider.version
    )
    assert store.candidates(session) == {}
    with pytest.raises(Stale):
        providers.review(a_step(session), provider.id, base_version=provider.version - 1)
    provider = fresh(session, provider)
    providers.stand(
        a_step(session), provider.id, "active", "已补齐。", base_version=provider.version
    )
    assert list(store.candidates(session)) == [provider.code]


def test_a_person_of_a_provider_signs_in_by_its_code_and_the_next_by_a_number(session, provider):
    first = providers.invite_person(a_step(session), provider.id, "虚构甲")
    second = providers.invite_person(a_step(session), provider.id, "虚构乙")

    code = provider.code.lower()
    assert (first.username, second.username) == (code, f"{code}-2")
    assert first.provider_id == provider.id
    with pytest.raises(Invalid):
        providers.invite_person(a_step(session), provider.id, " ")


# --- showings -----------------------------------------------------------------------------------


def test_showings_are_counted_once_a_day_by_two_statements_however_many(session, provider):
    firm = a_firm(session)
    others = [a_provider(session) for _ in range(4)]
    shown = [Shown(PACKAGE, one.id, one is provider) for one in (provider, *others)]

    def show(days):
        step = a_step(session, days=days)
        with step.writing():
            return introductions.show(step, firm.id, shown, step.today)

    assert [show(days) for days in (0, 0, 1, 0)] == [5, 0, 5, 0]

    session.expire_all()
    row = session.get(Showing, (firm.id, PACKAGE, provider.id))
    assert (row.days, row.first) == (2, 2)
    assert session.get(Showing, (firm.id, PACKAGE, others[0].id)).first == 0
    logged = select(func.count()).where(AuditEntry.action == "show_providers")
    assert session.scalar(logged) == 2


# --- introductions ------------------------------------------------------------------------------


def test_the_way_from_the_wish_to_the_contract(session, provider, owner):
    asked = introductions.ask(
        a_step(session), provider.id, PACKAGE, [owner.firm_id], "我们做过三家阀门厂。"
    )
    assert asked == 1
    assert met.named_to(session, provider.id) == []  # a wish names nobody
    introductions.agree(a_step(session, owner), owner.firm_id, provider.id, PACKAGE)
    (found,) = met.named_to(session, provider.id)
    introductions.introduce(a_step(session), found.id, "周三上门。", base_version=found.version)
    found = fresh(session, found)
    introductions.contract(a_step(session), found.id, base_version=found.version)

    found = fresh(session, found)
    assert (found.state, found.note) == (IntroductionState.CONTRACTED, "周三上门。")
    actions = session.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.subject == "introduction")
        .order_by(AuditEntry.id)
    )
    assert list(actions) == ["agree_introduction", "introduce", "contract_introduction"]


def test_a_firm_that_refused_or_answered_is_not_asked_again(session, provider, owner):
    words = "我们做过三家阀门厂。"
    introductions.ask(a_step(session), provider.id, PACKAGE, [owner.firm_id], words)
    (found,) = met.of_firm(session, owner.firm_id)
    introductions.refuse(a_step(session, owner), owner.firm_id, found.id)

    assert introductions.ask(a_step(session), provider.id, PACKAGE, [owner.firm_id], words) == 0
    assert met.named_to(session, provider.id) == []
    with pytest.raises(MovedOn):
        introductions.refuse(a_step(session, owner), owner.firm_id, found.id)


def test_consent_is_the_owners_and_its_own_firms_alone(session, provider, owner):
    colleague = a_user(session, firm=session.get(Firm, owner.firm_id), owner=False)
    stranger = a_user(session)
    found = introduced(session, owner, provider)

    with pytest.raises(NotThere):
        introductions.agree(a_step(session, colleague), owner.firm_id, provider.id, PACKAGE)
    with pytest.raises(NotThere):
        introductions.withdraw(a_step(session, stranger), stranger.firm_id, found.id)
    with pytest.raises(NotThere):  # not on offer
        introductions.agree(a_step(session, owner), owner.firm_id, provider.id, "N01")


def test_consent_taken_back_hides_the_firm_again_and_may_be_given_anew(session, provider, owner):
    found = introduced(session, owner, provider, state=IntroductionState.INTRODUCED)
    introductions.withdraw(a_step(session, owner), owner.firm_id, found.id)

    assert met.named_to(session, provider.id) == []
    introductions.agree(a_step(session, owner), owner.firm_id, provider.id, PACKAGE)
    introductions.agree(a_step(session, owner), owner.firm_id, provider.id, PACKAGE)
    assert [one.id for one in met.named_to(session, provider.id)] == [found.id]
    assert session.scalar(select(func.count()).select_from(Introduction)) == 1


def contracted(session, firm_id, provider, package=PACKAGE):
    """A project of a firm's own, signed with a provider on the list."""
    project = a_project(session, firm_id, packages={package: "1"})
    said = Contract(moment().date(), provider_id=provider.id, prices={CostKind.SOFTWARE: "8"})
    projects.contract(a_step(session), project.id, said, base_version=project.version)
    return fresh(session, project)


def test_an_introduction_is_signed_by_its_project_and_only_while_that_stands(
    session, provider, owner
):
    found = introduced(session, owner, provider, state=IntroductionState.INTRODUCED)
    other = introduced(session, owner, a_provider(session), state=IntroductionState.INTRODUCED)
    project = contracted(session, owner.firm_id, provider)

    stands = fresh(session, found)
    assert (stands.state, stands.project_id) == (IntroductionState.CONTRACTED, project.id)
    assert fresh(session, other).state == IntroductionState.INTRODUCED

    project_work.stop(a_step(session), project.id, reason="不做了。", base_version=project.version)
    stands = fresh(session, found)
    assert (stands.state, stands.project_id) == (IntroductionState.INTRODUCED, None)
    project = fresh(session, project)
    project_checks.resume(
        a_step(session), project.id, reason="又做。", base_version=project.version
    )
    assert fresh(session, found).state == IntroductionState.CONTRACTED

    facts = ProjectFacts(title=project.title, packages={"N01": "1"})
    project = fresh(session, project)
    projects.edit(a_step(session), project.id, facts, base_version=project.version)
    assert fresh(session, found).state == IntroductionState.INTRODUCED
    rows = select(AuditEntry.action).where(AuditEntry.subject == "introduction")
    rows = rows.where(AuditEntry.subject_id == str(found.id)).order_by(AuditEntry.id)
    signed = ["follow_contract", "lose_contract"]
    assert list(session.scalars(rows)) == ["agree_introduction", *signed, *signed]


def test_who_agrees_after_signing_is_signed_at_once_and_what_was_signed_by_hand_stays(
    session, provider, owner
):
    project = contracted(session, owner.firm_id, provider)
    introductions.agree(a_step(session, owner), owner.firm_id, provider.id, PACKAGE)
    (found,) = met.of_firm(session, owner.firm_id)
    assert (found.state, found.project_id) == (IntroductionState.CONTRACTED, project.id)

    by_hand = introduced(session, owner, a_provider(session), state=IntroductionState.INTRODUCED)
    introductions.contract(a_step(session), by_hand.id, base_version=by_hand.version)
    project_work.stop(a_step(session), project.id, reason="不做了。", base_version=project.version)
    assert fresh(session, by_hand).state == IntroductionState.CONTRACTED


def test_nobody_is_introduced_who_did_not_agree_or_to_a_paused_provider(session, provider, owner):
    introductions.ask(a_step(session), provider.id, PACKAGE, [owner.firm_id], "我们做过。")
    (found,) = met.of_firm(session, owner.firm_id)
    with pytest.raises(MovedOn):
        introductions.introduce(a_step(session), found.id, "上门。", base_version=found.version)
    introductions.agree(a_step(session, owner), owner.firm_id, provider.id, PACKAGE)
    providers.stand(a_step(session), provider.id, "paused", "待查。", base_version=provider.version)
    found = fresh(session, found)
    with pytest.raises(WrongState, match="已暂停推荐或移出名录"):
        introductions.introduce(a_step(session), found.id, "上门。", base_version=found.version)
    with pytest.raises(Invalid):
        introductions.introduce(a_step(session), found.id, " ", base_version=found.version)
    with pytest.raises(Stale):
        introductions.end(a_step(session), found.id, "没谈成。", base_version=found.version + 1)


# --- contracts ----------------------------------------------------------------------------------


def accepted(session, provider, **given):
    return an_accepted_project(session, a_firm(session), provider, **given)


def a_claim(claimed="7.40", paid="", paid_on="", note=""):
    day = moment().date().isoformat()
    return TypedClaim(claimed, day, paid, paid_on or (day if paid else ""), note)


SIX_PERCENT = (Rate(60),)


def test_a_rate_holds_for_what_was_accepted_from_its_day_on(session, provider):
    day = moment().date() - timedelta(days=10)
    rates = (
        Rate(60, "虚构〔2025〕1 号", day - timedelta(days=20)),
        Rate(100, "虚构〔2026〕2 号", day),
    )
    before, since = (
        accepted(session, provider, accepted_on=on) for on in (day - timedelta(days=1), day)
    )
    accepted(session, provider, accepted_on=day - timedelta(days=21))  # before there was a policy
    with db.writing(session):
        keep(session, replace(District(), provider_rates=rates))

    found = {one.project_id: one.claimable(rates) for one in deals.deals(session)[0]}

    assert (found[before.id], found[since.id]) == (740, 1_234)
    assert sorted(found.values()) == [0, 740, 1_234]
    assert deals.sums(session, rates).claimable == sum(found.values())
    with pytest.raises(Invalid, match="claimed"):
        claims.record(a_step(session), provider.id, before.id, a_claim("7.41"), base_version=0)
    claims.record(a_step(session), provider.id, since.id, a_claim("12.34"), base_version=0)


def test_a_claim_is_never_above_what_accepted_contracts_make_claimable(session, provider):
    project = accepted(session, provider)  # 123.45 万元, 6 %: 7.407, cut to 7.40

    with pytest.raises(Invalid) as refused:
        claims.record(a_step(session), provider.id, project.id, a_claim("7.41"), base_version=0)
    assert "7.4 万元" in refused.value.fields["claimed"]
    claims.record(a_step(session), provider.id, project.id, a_claim(), base_version=0)
    with pytest.raises(Stale):
        claims.record(a_step(session), provider.id, project.id, a_claim(), base_version=0)
    day = moment().date().isoformat()
    more = a_claim(paid="7.41", paid_on=day)
    with pytest.raises(Invalid):
        claims.record(a_step(session), provider.id, project.id, more, base_version=1)
    whole = a_claim(paid="7.4", paid_on=day)
    claims.record(a_step(session), provider.id, project.id, whole, base_version=1)

    row = session.get(ProviderClaim, project.id, populate_existing=True)
    assert (row.claimed, row.paid) == (740, 740)
    assert deals.sums(session, SIX_PERCENT) == (12_345, 740, 740, 740, 0)


def test_what_was_paid_stays_in_the_ledger_when_its_acceptance_is_taken_back(session, provider):
    project = accepted(session, provider)

    def claimed(*given, at):
        claims.record(a_step(session), provider.id, project.id, a_claim(*given), base_version=at)

    claimed("7.4", "7.4", at=0)
    put(session, project, state=ProjectState.FINISHED)

    (withdrawn,) = deals.deals(session)[0]
    assert (withdrawn.stands, withdrawn.sales, withdrawn.paid) == (False, 0, 740)
    assert deals.sums(session, SIX_PERCENT) == (0, 0, 740, 740, 740)
    with pytest.raises(Invalid):
        claimed("8", "8", at=1)
    with pytest.raises(Invalid, match="claimed"):
        claimed("0", at=1)  # nobody says why
    claimed("7.4", "3", at=1)  # a part came back
    assert deals.sums(session, SIX_PERCENT).over == 300
    claimed("0", "", "", "已全部退回。", at=2)
    assert deals.deals(session) == ([], 0)
    put(session, project, state=ProjectState.ACCEPTED)
    claimed("7.4", at=3)
    assert deals.sums(session, SIX_PERCENT) == (12_345, 740, 740, 0, 0)


def test_a_corrected_contract_makes_less_claimable_and_shows_what_was_paid_too_much(
    session, provider
):
    project = accepted(session, provider)
    claims.record(a_step(session), provider.id, project.id, a_claim(), base_version=0)
    put(session, project, price_software=5_000)

    whole, part = a_claim(paid="7.4"), a_claim(paid="3")
    with pytest.raises(Invalid, match="paid"):
        claims.record(a_step(session), provider.id, project.id, whole, base_version=1)
    claims.record(a_step(session), provider.id, project.id, part, base_version=1)
    put(session, project, price_software=1_000)

    assert deals.sums(session, SIX_PERCENT) == (1_000, 60, 740, 300, 240)


def test_a_claim_is_never_taken_for_that_of_the_provider_a_contract_went_to(session, provider):
    project, other = accepted(session, provider), a_provider(session)
    paid = a_claim(paid="7.4")
    claims.record(a_step(session), provider.id, project.id, paid, base_version=0)
    put(session, project, provider_id=other.id)

    lines = {one.provider_id: one for one in deals.deals(session)[0]}
    assert (lines[provider.id].paid, lines[provider.id].stands) == (740, False)
    assert (lines[other.id].paid, lines[other.id].stands) == (None, True)
    assert deals.deals_of(session, provider.id) == []
    assert deals.sums(session, SIX_PERCENT) == (12_345, 740, 740, 740, 740)
    with pytest.raises(Invalid, match="claimed"):
        claims.record(a_step(session), other.id, project.id, a_claim(), base_version=1)
    back = a_claim("0", "", "", "已退回。")
    claims.record(a_step(session), provider.id, project.id, back, base_version=1)
    claims.record(a_step(session), other.id, project.id, a_claim(), base_version=2)
    assert [one.provider_id for one in deals.deals(session)[0]] == [other.id]


def put(session, project, **given):
    """Let a project stand otherwise."""
    with db.writing(session):
        row = session.get(Project, project.id, populate_existing=True)
        for name, value in given.items():
            setattr(row, name, value)


def test_only_accepted_and_checked_contracts_of_its_own_may_be_claimed(session, provider):
    other = a_provider(session)
    running = accepted(session, provider, state=ProjectState.UNDER_WAY)
    unchecked = accepted(session, provider, contract_checked=False)
    foreign = accepted(session, other)

    for project in (running, unchecked, foreign):
        with pytest.raises(NotThere):
            claims.record(a_step(session), provider.id, project.id, a_claim(), base_version=0)
    assert [deal.project_id for deal in deals.deals_of(session, other.id)] == [foreign.id]


def test_what_packages_really_cost_comes_from_accepted_contracts_alone(session, provider):
    accepted(session, provider)
    accepted(session, None, price_software=5_000)
    accepted(session, provider, state=ProjectState.STOPPED)

    found = deals.contracts(session)

    assert [(one.seller, one.package, one.paid, one.quantity) for one in found] == [
        (str(provider.id), PACKAGE, 12_345, 1),
        ("", PACKAGE, 5_000, 1),
    ]


def test_a_removed_provider_keeps_its_contracts_and_loses_its_way_in(session, provider, owner):
    providers.stand(
        a_step(session), provider.id, "removed", "弄虚作假。", base_version=provider.version
    )
    assert fresh(session, provider).standing == ProviderStanding.REMOVED
    with pytest.raises(NotThere):
        providers.invite_person(a_step(session), provider.id, "虚构丙")
    with pytest.raises(NotThere):
        introductions.agree(a_step(session, owner), owner.firm_id, provider.id, PACKAGE)
