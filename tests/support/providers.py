"""Invented providers, with what they offer and whom they have met."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from survey import db
from survey.lifecycle import introductions
from survey.lifecycle.provider_files import Case, File, Product
from survey.lifecycle.providers import add
from survey.lifecycle.step import Actor, Step
from survey.tables import (
    Firm,
    Introduction,
    IntroductionState,
    Project,
    ProjectPackage,
    ProjectState,
    Provider,
    Role,
    User,
)
from tests.support.numbers import NUMBERS
from tests.support.people import TESTER, a_user, moment

PACKAGE = "XV02"


def a_file(name: str = "虚构软件公司", package: str = PACKAGE, **given: Any) -> File:
    known = {
        "place": "杭州市",
        "on_the_spot": 2,
        "classes": ("软件",),
        "provincial": "",
        "provincial_year": None,
        "trades": (),
        "response_hours": 24,
        "qualifications": "",
        "contact_name": "虚构联系人",
        "contact_phone": "13800000000",
        "contact_mail": "",
        "products": (Product(package, "虚构产品", 1000, 2000, 100),),
        "cases": (Case(package, "虚构案例厂", "valve", moment().date(), named=False),),
    }
    return File(name=name, **known | given)


def a_provider(session: Session, file: File | None = None, **given: Any) -> Provider:
    """A provider on the list; ``given`` changes its file."""
    code = f"91330000OI{next(NUMBERS):08d}"
    return add(Step(session, TESTER, moment()), code, file or a_file(**given), demonstration=True)


def a_provider_user(session: Session, provider: Provider, **given: Any) -> User:
    return a_user(session, Role.PROVIDER, provider_id=provider.id, **given)


def an_accepted_project(
    session: Session, firm: Firm, provider: Provider | None, **given: Any
) -> Project:
    """A project whose contract was checked and which was accepted, of 123.45 万元 without building."""
    known = {
        "edition": "2026",
        "title": "虚构排产项目",
        "state": ProjectState.ACCEPTED,
        "provider_id": provider.id if provider else None,
        "price_software": 12_345,
        "price_building": 90_000,
        "contract_checked": True,
        "contracted_on": moment().date(),
        "accepted_on": moment().date(),
        "begun_at": moment(),
        "changed_at": moment(),
    }
    with db.writing(session):
        session.add(project := Project(firm_id=firm.id, **known | given))
        session.flush()
        session.add(ProjectPackage(project_id=project.id, package=PACKAGE, quantity=1))
    return project


def introduced(
    session: Session,
    owner: User,
    provider: Provider,
    package: str = PACKAGE,
    state: IntroductionState = IntroductionState.AGREED,
) -> Introduction:
    """What stands between a firm, which agreed by its owner, and a provider."""
    step = Step(session, Actor(owner.id, owner.name), moment())
    assert owner.firm_id is not None
    introductions.agree(step, owner.firm_id, provider.id, package)
    (found,) = (
        one
        for one in introductions.store.of_firm(session, owner.firm_id)
        if (one.provider_id, one.package) == (provider.id, package)
    )
    with db.writing(session):
        found.state = state
        session.flush()
    return found
