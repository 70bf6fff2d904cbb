"""Take a firm on: its row, its first user and their invitation in one transaction; then its changes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy.exc import IntegrityError

from survey.lifecycle import judging, typed
from survey.lifecycle.codes import doubts_about_code, fault_in_code, is_fictional, normal_code
from survey.lifecycle.errors import CodeTaken, Doubtful, Invalid, NotThere, Stale
from survey.lifecycle.links import Link, invite, pressed_again
from survey.lifecycle.step import About, Step
from survey.store import accounts
from survey.store import firms as store
from survey.tables import Firm, Role
from survey.tables.pinyin import spelled, tidy

FIELDS = ("name", "trade", "township")
"""What an officer may correct of a firm."""


@dataclass(frozen=True)
class Offered:
    """What a firm's choices are taken from: trades of the edition, townships of the district."""

    trades: Collection[str]
    townships: Collection[str]
    demonstration: bool = False


@dataclass(frozen=True)
class NewFirm:
    """What an officer types about a firm and its first user."""

    name: str
    code: str
    trade: str
    township: str
    person: str
    username: str


def add_firm(step: Step, wanted: NewFirm, offered: Offered, *, sure: bool = False) -> Link:
    """Add a firm with its first user, who signs in by the firm's code where no name is given.

    Args:
        sure: That an unusual code is meant, as it stands on the licence.

    Raises:
        Doubtful: The code is unusual, and nobody said that it is meant.
        CodeTaken: Names the firm that has the code.
        Invalid: Names every other field that cannot be taken.
    """
    code = normal_code(wanted.code)
    name = typed.line(wanted.name)
    faults = _faults(name, wanted.trade, wanted.township, offered)
    if fault := fault_in_code(code, demonstration=offered.demonstration):
        faults["code"] = fault
    if faults:
        raise Invalid(faults)
    if not sure and (found := doubts_about_code(code)):
        raise Doubtful(found)
    wanted = replace(wanted, name=name, code=code)
    try:
        return _add(step, wanted)
    except IntegrityError:  # another officer was faster by a moment: now the firm can be seen
        return _add(step, wanted)


def _add(step: Step, wanted: NewFirm) -> Link:
    with step.writing() as session:
        if known := store.firm_coded(session, wanted.code):
            if again := _pressed_again(step, known, wanted):
                return again
            raise CodeTaken({"code": _taken(known.name)})
        firm = Firm(
            code=wanted.code,
            name=wanted.name,
            trade=wanted.trade,
            township=wanted.township or None,
            processes=[],
            fictional=is_fictional(wanted.code),
            created_at=step.now,
        )
        session.add(firm)
        session.flush()
        step.log("create", firm, after={"name": wanted.name, "code": wanted.code})
        judging.again(step, [firm.id])
        username = typed.line(wanted.username) or wanted.code.lower()
        return _invite(step, firm.id, wanted.person, username)


def _pressed_again(step: Step, firm: Firm, wanted: NewFirm) -> Link | None:
    said = (wanted.name, wanted.trade, wanted.township)
    users = accounts.users_of_firm(step.session, firm.id)
    if (firm.name, firm.trade, firm.township or "") != said or len(users) != 1:
        return None
    return pressed_again(step, users[0], name=typed.line(wanted.person), role=Role.FIRM)


def add_firm_user(step: Step, firm_id: int, *, person: str, username: str) -> Link:
    """Add one more user of a firm."""
    try:
        with step.writing() as session:
            if store.firm(session, firm_id) is None:
                raise NotThere
            known = accounts.user_named(session, typed.line(username).lower())
            ours = known if known and known.firm_id == firm_id else None
            if again := pressed_again(step, ours, name=typed.line(person), role=Role.FIRM):
                return again
            return _invite(step, firm_id, person, username)
    except IntegrityError as error:
        raise Invalid({"username": "这个用户名已被使用，请换一个。"}) from error


def edit_firm(
    step: Step,
    firm_id: int,
    *,
    name: str,
    trade: str,
    township: str,
    name_key: str | None = None,
    offered: Offered,
    base_version: int,
) -> None:
    """Correct a firm's name, township or trade; the trade only before its first assessment.

    Args:
        name_key: How the name is spelled; without one, or with that of the name before, a new
            name is spelled anew.

    Raises:
        Stale: Somebody else changed the firm since.
    """
    name = typed.line(name)
    with step.writing() as session:
        firm = store.firm(session, firm_id, lock=True)
        if firm is None:
            raise NotThere
        before, after = (firm.name, firm.trade, firm.township or ""), (name, trade, township)
        was, key = firm.name_key, _key(firm, name, name_key)
        if (before, was) == (after, key):
            return
        if firm.version != base_version:
            raise Stale
        kept = {trade} & {firm.trade}, {township} & {firm.township}
        faults = _faults(name, trade, township, offered, *kept)
        if trade != firm.trade and store.has_assessment(session, firm_id):
            faults["trade"] = "企业已经开始评估，行业不能再改。"
        if faults:
            raise Invalid(faults)
        firm.name, firm.trade, firm.township = name, trade, township or None
        firm.name_key, respelled = key, key != was
        step.log(
            "edit",
            About("firm", firm_id, firm_id),
            before=dict(zip(FIELDS, before, strict=True))
            | ({"name_key": was} if respelled else {}),
            after=dict(zip(FIELDS, after, strict=True)) | ({"name_key": key} if respelled else {}),
        )
        judging.again(step, [firm_id])


def _key(firm: Firm, name: str, typed_key: str | None) -> str:
    key = tidy(typed_key or "")
    anew = not key or (name != firm.name and key == firm.name_key)
    if typed_key is None and name == firm.name:
        return firm.name_key
    return spelled(name) if anew else key


def _invite(step: Step, firm_id: int, person: str, username: str) -> Link:
    try:
        return invite(
            step,
            username=typed.line(username),
            name=typed.line(person),
            role=Role.FIRM,
            firm_id=firm_id,
            owner=True,
        )
    except Invalid as error:
        renamed = {"name": "person"}
        raise Invalid({renamed.get(k, k): words for k, words in error.fields.items()}) from error


def _faults(
    name: str,
    trade: str,
    township: str,
    offered: Offered,
    kept_trade: Collection[str] = (),
    kept_township: Collection[str | None] = (),
) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not 1 <= len(name) <= 100:
        faults["name"] = "请填写企业名称（100 字以内）。"
    if trade not in offered.trades and trade not in kept_trade:
        faults["trade"] = "请选择一个行业。"
    if township and township not in offered.townships and township not in kept_township:
        faults["township"] = "请从列表中选择乡镇（街道）。"
    return faults


def _taken(name: str) -> str:
    return f"这个统一社会信用代码已登记为“{name}”，请在企业列表中查找。"
