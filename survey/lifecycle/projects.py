"""A project's beginning and its facts: what it is, what was contracted; the firm's side of both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from questionnaires.model import Package
from survey import library
from survey.lifecycle import introductions, typed
from survey.lifecycle.edition_status import newest
from survey.lifecycle.errors import Invalid, NotThere, Stale, WrongState
from survey.lifecycle.states import PROJECT
from survey.lifecycle.step import Step
from survey.store import assessments, firms
from survey.store import projects as store
from survey.tables import (
    Assessment,
    AssessmentState,
    CostKind,
    Firm,
    Project,
    ProjectPackage,
    ProjectState,
)

MOST_TITLE: Final = 100
MOST_SUMMARY: Final = 300
MOST_PROJECTS: Final = 100
MOST_PACKAGES: Final = 20
MOST_QUANTITY: Final = 9_999
EARLIEST, LATEST = date(2015, 1, 1), date(2100, 1, 1)
WRITABLE: Final = (ProjectState.PLANNED, ProjectState.CONTRACTED, ProjectState.UNDER_WAY)
"""While a firm may change what its project is."""
_FILING = re.compile(r"2\d{3}-\d{6}-\d{2}-\d{2}-\d{6}(-\d{3})?")
_HYPHENS = str.maketrans("—–－−‐﹣", "------")


@dataclass(frozen=True)
class ProjectFacts:
    """What a firm says its project is; nothing of it is believed.

    ``packages`` are quantities by code, as typed; empty for what is not part of it.
    """

    title: str
    place: str = ""
    summary: str = ""
    filing_code: str = ""
    planned_start: date | None = None
    planned_end: date | None = None
    packages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Contract:
    """What was contracted, amounts as typed in 万元.

    ``provider_id`` of a registered provider, else its name in words; ``prices`` by ``CostKind``; ``parts`` by package, where the contract tells them apart.
    """

    contracted_on: date | None
    provider_name: str = ""
    provider_id: int | None = None
    prices: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)


# --- steps ----------------------------------------------------------------------------------------


def begin(
    step: Step,
    firm_id: int,
    facts: ProjectFacts,
    *,
    assessment_id: int | None = None,
    by_bureau: bool = False,
) -> Project:
    """Begin a project of a firm's own, or from what a result of it recommends.

    Args:
        by_bureau: Whether an officer writes down what the firm told; the firm confirms it.

    Raises:
        NotThere: The firm has no such assessment that was handed in.
        Invalid: Names every field that cannot be; or the firm has a project of this name.
    """
    with step.writing() as session:
        firm = firms.firm(session, firm_id, lock=True)
        basis = _basis(step, firm_id, assessment_id)
        if firm is None:
            raise NotThere
        return begun(step, firm, facts, basis, by_bureau=by_bureau)


def begun(
    step: Step,
    firm: Firm,
    facts: ProjectFacts,
    basis: Assessment | None,
    *,
    by_bureau: bool = False,
) -> Project:
    """Begin a project inside a transaction that holds its firm.

    Raises:
        Invalid: As ``begin``.
    """
    session = step.session
    row = Project(
        firm_id=firm.id,
        assessment_id=basis.id if basis else None,
        edition=basis.edition if basis else newest(session),
        state=PROJECT["project_begin"].leads,
        begun_by=step.by.user_id,
        begun_at=step.now,
        by_bureau=by_bureau,
        changed_at=step.now,
    )
    wanted = _read_facts(session, row, firm, facts, {})
    _require_room(session, firm.id, row.title)
    session.add(row)
    session.flush()
    _keep_packages(session, row, {}, wanted)
    action = "project_begin_for" if by_bureau else "project_begin"
    step.log(action, row, after=_said(row) | {"bought": wanted})
    return row


def confirm(step: Step, project_id: int, *, base_version: int) -> None:
    """Say for a firm that what an officer wrote down is so.

    Raises:
        WrongState: There is nothing to confirm, or not any more.
    """
    with step.writing():
        row = held(step, project_id, base_version, tuple(ProjectState))
        if not row.unconfirmed:
            raise WrongState({"": "这个项目已经确认过了，或者是企业自己登记的，不用确认。"})
        _confirm(step, row)
        row.changed_at = step.now
        step.log("project_confirm", row)


def _confirm(step: Step, row: Project) -> None:
    """What a firm changes or signs it has seen."""
    if row.unconfirmed:
        row.confirmed_at = step.now


def edit(step: Step, project_id: int, facts: ProjectFacts, *, base_version: int) -> None:
    """Change what a project is, until it is finished.

    Raises:
        WrongState: It is finished, accepted or stopped.
        Invalid: Names every field that cannot be.
    """
    with step.writing() as session:
        row = held(step, project_id, base_version, WRITABLE)
        known = store.packages_of(session, [row.id])[row.id]
        before = _said(row) | {"bought": {code: one.quantity for code, one in known.items()}}
        wanted = _read_facts(session, row, row.firm, facts, known)
        if row.title != before["title"]:
            _require_room(session, row.firm_id, row.title, itself=row)
        _keep_packages(session, row, known, wanted)
        _confirm(step, row)
        row.changed_at = step.now
        after = _said(row) | {"bought": wanted}
        step.log("project_edit", row, **changed(before, after))
        introductions.follow(step, row.firm_id)


def contract(step: Step, project_id: int, said: Contract, *, base_version: int) -> None:
    """Record what was contracted, or correct it; the bureau then compares it with the paper.

    Raises:
        WrongState: It is finished, accepted or stopped.
        Invalid: Names every field that cannot be.
    """
    with step.writing() as session:
        row = held(step, project_id, base_version, WRITABLE)
        packages = store.packages_of(session, [row.id])[row.id]
        before = _contracted(row, packages)
        _read_contract(step, row, packages, said)
        action = "project_correct_contract"
        if row.state in PROJECT["project_contract"].begins:
            action, row.state = "project_contract", PROJECT["project_contract"].leads
        row.contract_checked, row.returned, row.changed_at = False, "", step.now
        _confirm(step, row)
        step.log(action, row, **changed(before, _contracted(row, packages)))
        introductions.follow(step, row.firm_id)


# --- what every step of a project does ------------------------------------------------------------


def held(
    step: Step, project_id: int, base_version: int, states: tuple[ProjectState, ...]
) -> Project:
    """Return a project under its lock, as its page showed it and in a state that allows the step.

    Raises:
        NotThere: There is none.
        WrongState: It has gone on, or is over.
        Stale: Somebody changed it since the page was made.
    """
    row = store.project(step.session, project_id, lock=True)
    if row is None:
        raise NotThere
    if row.state not in states:
        raise WrongState({"": NOT_NOW[row.state]})
    if row.version != base_version:
        raise Stale
    return row


NOT_NOW: Final[Mapping[ProjectState, str]] = {
    ProjectState.PLANNED: "项目还在计划中，请先登记合同。",
    ProjectState.CONTRACTED: "项目已签合同、还没开工，请刷新页面看现在可以办理什么。",
    ProjectState.UNDER_WAY: "项目正在实施，请刷新页面看现在可以办理什么。",
    ProjectState.FINISHED: "项目已报完工，正等主管部门验收，现在不能改。要改，请联系主管部门的联系人退回。",
    ProjectState.ACCEPTED: "项目已通过验收，内容不能再改。确有错误，请联系主管部门的联系人重新打开。",
    ProjectState.STOPPED: "项目已终止，不能再办理。要恢复，请联系主管部门的联系人。",
}


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, Any]:
    """Return what differs, for the log."""
    names = [name for name, value in after.items() if before.get(name) != value]
    return {
        "before": {name: before[name] for name in names if name in before},
        "after": {name: after[name] for name in names},
    }


def catalogue(session: Session, row: Project, trade: str) -> dict[str, Package]:
    """Return the packages of the project's edition that suit a trade, by code."""
    return catalogue_of(session, row.edition, trade)


def catalogue_of(session: Session, edition_id: str, trade: str) -> dict[str, Package]:
    """Return the packages of an edition that suit a trade, by code."""
    edition = library.load(session, edition_id)
    if trade not in edition.trades:
        return {package.code: package for package in edition.packages}
    return dict(edition.questionnaire(trade).package_by_code)


def filing_code(given: str) -> str:
    """Read a filing code (备案代码), hyphens of any width; empty for none.

    Raises:
        Invalid: It is no such code.
    """
    code = typed.plain(given).translate(_HYPHENS)
    if code and not _FILING.fullmatch(code):
        raise Invalid({"filing_code": FILING_FAULT})
    return code


FILING_FAULT: Final = (
    "备案代码应是“年月-区划-类别-类别-流水号”，例如 2503-331102-07-02-123456，"
    "在浙江政务服务网的备案通知书上。还没有备案就空着。"
)


# --- reading --------------------------------------------------------------------------------------


def _basis(step: Step, firm_id: int, assessment_id: int | None) -> Assessment | None:
    if assessment_id is None:
        return store.newest_handed_in(step.session, firm_id, step.now)
    found = assessments.assessment(step.session, assessment_id)
    if found is None or found.firm_id != firm_id or found.state == AssessmentState.DRAFT:
        raise NotThere
    return found


def _require_room(
    session: Session, firm_id: int, title: str, itself: Project | None = None
) -> None:
    known = store.titled(session, firm_id, title)
    if known is not None and known is not itself:
        raise Invalid({"title": "已经有一个同名的项目。如果是另一个项目，请换一个名称。"})
    if itself is None and store.how_many(session, firm_id) >= MOST_PROJECTS:
        raise Invalid({"title": f"一家企业最多登记 {MOST_PROJECTS} 个项目，请先办完或合并。"})


def _read_facts(
    session: Session,
    row: Project,
    firm: Firm,
    facts: ProjectFacts,
    known: Mapping[str, ProjectPackage],
) -> dict[str, int]:
    """Put what was typed into the row and return the quantities by code."""
    faults: dict[str, str] = {}
    row.title = _words("title", facts.title, MOST_TITLE, faults)
    if not row.title:
        faults.setdefault("title", "请填写项目名称。")
    row.place = _words("place", facts.place, MOST_TITLE, faults)
    row.summary = _words("summary", facts.summary, MOST_SUMMARY, faults)
    try:
        row.filing_code = filing_code(facts.filing_code)
    except Invalid as error:
        faults |= error.fields
    row.planned_start = _day("planned_start", facts.planned_start, faults)
    row.planned_end = _day("planned_end", facts.planned_end, faults)
    if row.planned_start and row.planned_end and row.planned_end < row.planned_start:
        faults["planned_end"] = "计划完工不能早于计划开工，请核对两个日期。"
    offered = {*catalogue(session, row, firm.trade), *known}
    wanted = _quantities(facts.packages, offered, faults)
    if faults:
        raise Invalid(faults)
    return wanted


def _words(name: str, given: str, most: int, faults: dict[str, str]) -> str:
    words = typed.line(given)
    if len(words) > most:
        faults[name] = f"最多 {most} 字，现在有 {len(words)} 字，请删减。"
    return words


def _day(name: str, given: date | None, faults: dict[str, str]) -> date | None:
    if given is not None and not EARLIEST <= given < LATEST:
        faults[name] = f"日期应在 {EARLIEST.year} 年以后，请核对年份。"
    return given


def _quantities(
    given: Mapping[str, str], offered: set[str], faults: dict[str, str]
) -> dict[str, int]:
    found: dict[str, int] = {}
    for code, words in given.items():
        text = typed.plain(words)
        number = typed.whole(text)
        if not text or number == 0:
            continue
        if code not in offered:
            faults["packages"] = f"没有“{code}”这个改造场景，请从目录里重新选。"
        elif number is None or number > MOST_QUANTITY:
            faults["packages"] = f"{code} 的数量请填 1–{MOST_QUANTITY} 的整数，只写数字。"
        else:
            found[code] = number
    if len(found) > MOST_PACKAGES:
        faults["packages"] = f"一个项目最多 {MOST_PACKAGES} 个改造场景，请分成几个项目。"
    return found


def _keep_packages(
    session: Session, row: Project, known: Mapping[str, ProjectPackage], wanted: Mapping[str, int]
) -> None:
    for code in known.keys() - wanted.keys():
        session.delete(known[code])
    for code, quantity in wanted.items():
        if code in known:
            known[code].quantity = quantity
        else:
            session.add(ProjectPackage(project_id=row.id, package=code, quantity=quantity))


def _read_contract(
    step: Step, row: Project, packages: Mapping[str, ProjectPackage], said: Contract
) -> None:
    faults: dict[str, str] = {}
    _read_provider(step.session, row, said, faults)
    row.contracted_on = said.contracted_on
    if said.contracted_on is None or not EARLIEST <= said.contracted_on <= step.today:
        faults["contracted_on"] = "请填写合同签订日期，不能晚于今天。"
    prices = {kind: _money(f"price_{kind}", said.prices.get(kind), faults) for kind in CostKind}
    for kind, price in prices.items():
        setattr(row, f"price_{kind}", price)
    if all(price is None for price in prices.values()):
        faults.setdefault("price_equipment", "请至少填一项合同价；不花钱的，在“设备”里填 0。")
    _read_parts(row, packages, said, faults)
    if faults:
        raise Invalid(faults)


def _read_provider(session: Session, row: Project, said: Contract, faults: dict[str, str]) -> None:
    listed = dict(store.offered_providers(session, row.provider_id))
    row.provider_id = said.provider_id
    if said.provider_id is None:
        row.provider_name = _words("provider_name", said.provider_name, MOST_TITLE, faults)
    elif said.provider_id in listed:
        row.provider_name = listed[said.provider_id]
    else:
        faults["provider_id"] = "这家服务商已不在名录里，请重新选择，或在下面填写名称。"
    if not row.provider_name:
        faults.setdefault("provider_name", "请填写服务商名称；自己实施的，填本企业名称。")


def _read_parts(
    row: Project, packages: Mapping[str, ProjectPackage], said: Contract, faults: dict[str, str]
) -> None:
    for code, package in packages.items():
        package.price = _money(f"part-{code}", said.parts.get(code), faults)
    parts = sum(package.price or 0 for package in packages.values())
    if parts > once(row):
        last = f"part-{list(packages)[-1]}"
        faults.setdefault(last, "各场景的价加起来超过了合同的一次性价款，请核对。")


def _money(name: str, given: str | None, faults: dict[str, str]) -> int | None:
    try:
        return typed.money(name, given)
    except Invalid as error:
        faults |= error.fields
        return None


def once(row: Project) -> int:
    """What a project costs once, in 0.01 万元."""
    return sum(getattr(row, name) or 0 for name in store.ONCE)


_FACTS = ("title", "place", "summary", "filing_code", "planned_start", "planned_end")
_CONTRACT = ("contracted_on", "provider_name", *(f"price_{kind}" for kind in CostKind))


def _said(row: Project) -> dict[str, object]:
    return {name: getattr(row, name) for name in _FACTS}


def _contracted(row: Project, packages: Mapping[str, ProjectPackage]) -> dict[str, object]:
    parts = {code: one.price for code, one in packages.items() if one.price is not None}
    return {name: getattr(row, name) for name in _CONTRACT} | {"parts": parts, "state": row.state}
