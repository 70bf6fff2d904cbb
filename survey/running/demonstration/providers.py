"""Providers of the demonstration: seven on the list, one tied to a consultant, one introduced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import db
from survey.lifecycle import claims, interests, introductions, projects, providers, tallies
from survey.lifecycle.claims import TypedClaim
from survey.lifecycle.interests import Declared
from survey.lifecycle.projects import MOST_TITLE, Contract, ProjectFacts
from survey.lifecycle.provider_files import Case, File, Product, file_of
from survey.lifecycle.step import Actor, Step
from survey.readings.matching import fits, shown_in
from survey.readings.recommended import recommended
from survey.running.demonstration.firms import rows_of
from survey.running.demonstration.people import PARTNER, SELLER, actor
from survey.running.demonstration.story import BEGAN
from survey.store import deals, settings
from survey.store import introductions as store
from survey.store.tallies import unsettled
from survey.tables import CostKind, Firm, Project, Provider, Role, User

INTRODUCED = 2
"""The third package of the firm that meets a provider comes to a contract."""
JOINED = BEGAN + timedelta(days=20)
"""When the bureau opened the list of providers."""


def bring_providers(
    session: Session, firms: list[Firm], users: dict[str, User], password_hash: str, now: datetime
) -> None:
    """Fill the list, and bring the shown firm together with some of it."""
    rows = rows_of("providers.yaml")["providers"]
    officer = actor(users[Role.OFFICER])
    there = [_provider(Step(session, officer, JOINED), row, users) for row in rows]
    _seller(session, there[0], password_hash)
    marker = tallies.marker(Step(session, officer, now).today, reduced=False)
    tallies.settle(Step(session, officer, now), unsettled(session, marker))
    shown = next(firm for firm in firms if firm.id == users[Role.FIRM].firm_id)
    _meet(session, shown, users, there, now)
    _wish(session, there[1], now)


def _provider(step: Step, row: dict[str, Any], users: dict[str, User]) -> Provider:
    provider = providers.add(step, row["code"], _file(row, step.today), demonstration=True)
    if row.get("tied"):
        partner = users[PARTNER]
        given = Declared(row["name"], row["code"], True, "在该公司兼任技术负责人（虚构）。")
        by = Step(step.session, actor(partner), step.now)
        interests.declare(by, partner.id, given, demonstration=True)
    if row.get("paused"):
        version = provider.version
        providers.stand(step, provider.id, "paused", row["paused"], base_version=version)
    return provider


def _file(row: dict[str, Any], today: date) -> File:
    return File(
        name=row["name"],
        place=row["place"],
        on_the_spot=row["on_the_spot"],
        classes=tuple(row["classes"]),
        provincial=row.get("provincial", ""),
        provincial_year=row.get("provincial_year"),
        trades=tuple(row["trades"]),
        response_hours=row["response_hours"],
        qualifications=row.get("qualifications", ""),
        contact_name=row["contact"],
        contact_phone="000-0000-2000",
        contact_mail="",
        products=tuple(Product(*offer) for offer in row["offers"]),
        cases=tuple(
            Case(package, firm, trade, today - timedelta(days=30 * months), named)
            for package, firm, trade, months, named in row.get("cases", ())
        ),
    )


def _seller(session: Session, provider: Provider, password_hash: str) -> None:
    """Who signs in for the first provider."""
    with db.writing(session):
        session.add(
            User(
                username=SELLER[0],
                name=SELLER[1],
                role=Role.PROVIDER,
                provider_id=provider.id,
                password_hash=password_hash,
                password_changed_at=JOINED,
                active=True,
                created_at=JOINED,
            )
        )


def _meet(
    session: Session, firm: Firm, users: dict[str, User], there: list[Provider], now: datetime
) -> None:
    """Show the firm who fits; it agrees to the first provider for three packages.

    One waits to be introduced, one is introduced, and of one came a project under contract.
    """
    found = recommended(session, firm.id)
    if found is None:
        return
    listed = fits(session, firm, found.purchases)
    owner = Step(session, actor(users[Role.FIRM]), now - timedelta(days=6))
    with owner.writing():
        introductions.show(owner, firm.id, shown_in(listed), owner.today)
    packages = [
        fit.purchase.package.code
        for fit in listed
        if there[0].id in {offer.provider.id for offer in fit.offers}
    ]
    for package in packages[:3]:
        introductions.agree(owner, firm.id, there[0].id, package)
    officer = Step(session, actor(users[Role.OFFICER]), now - timedelta(days=4))
    note = "请沈某本周内与厂里生产负责人约时间，先看现场再报价（虚构）。"
    for met in store.named_to(session, there[0].id)[1:]:
        introductions.introduce(officer, met.id, note, base_version=met.version)
    if len(packages) > INTRODUCED:
        titles = {fit.purchase.package.code: fit.purchase.package.title for fit in listed}
        package = packages[INTRODUCED]
        signing = replace(owner, now=now - timedelta(days=1))
        _sign(signing, firm, there[0], package, titles[package])


def _sign(step: Step, firm: Firm, provider: Provider, package: str, title: str) -> None:
    """Let a firm begin a project with the provider it was introduced to, and sign."""
    facts = ProjectFacts(title=f"{title}（引荐后签约，示例）"[:MOST_TITLE], packages={package: "1"})
    project = projects.begin(step, firm.id, facts)
    said = Contract(step.today, provider_id=provider.id, prices={CostKind.SOFTWARE: "9.8"})
    projects.contract(step, project.id, said, base_version=project.version)


def know_sellers(session: Session) -> None:
    """Tell which provider on the list is meant by contracts that were written down in words."""
    named = Project.provider_id.is_(None), Project.provider_name == Provider.name
    with db.writing(session):
        for project, provider in session.execute(select(Project, Provider).where(*named)):
            project.provider_id = provider.id


def claim_for(session: Session, officer: User, now: datetime) -> None:
    """Let two accepted projects be claimed for by the district's policy, and one of them be paid."""
    step = Step(session, actor(officer), now)
    sold, rates = deals.deals(session)[0], settings.read(session).provider_rates
    session.rollback()
    day = step.today.isoformat()
    for deal, paid in zip(sold, (True, False), strict=False):
        amount = f"{Decimal(deal.claimable(rates)) / 100}"
        given = TypedClaim(amount, day, *((amount, day) if paid else ("", "")), "示例")
        claims.record(step, deal.provider_id, deal.project_id, given, base_version=0)


def _wish(session: Session, provider: Provider, now: datetime) -> None:
    """A provider that would like to have its file changed, as the officer finds it in the morning."""
    file = file_of(session, provider)
    wish = replace(file, on_the_spot=2, qualifications="新增本地服务点（示例）。")
    step = Step(session, Actor(None, f"韩某（{provider.name}）"), now - timedelta(days=1))
    providers.propose(step, provider.id, wish, base_version=provider.version)
