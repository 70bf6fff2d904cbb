"""What is kept of one person, or of a firm's contacts, as they may have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from reports.tables import Cell
from survey.clock import LOCAL
from survey.store import accounts, firms, purposes
from survey.store import erasing as store
from survey.store.log import of_user
from survey.tables import Firm, NoteKind, SignerRole, User
from survey.words.log import LogWords
from survey.words.log_actions import ACTIONS
from survey.words.wording import ROLES

MOST = 5000
"""Rows of the log."""


@dataclass(frozen=True)
class Part:
    """One table of what is kept: its heads, its rows."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]

    @property
    def plain(self) -> list[dict[str, Cell]]:
        return [dict(zip(self.heads, row, strict=True)) for row in self.rows]


def of_account(session: Session, user: User) -> list[Part]:
    """Return what is kept of somebody with an account: it, where they signed in, what they did."""
    firm = firms.firm(session, user.firm_id) if user.firm_id else None
    account = (
        ("姓名", user.name),
        ("登录名", user.username),
        ("手机号", user.phone or ""),
        ("身份", ROLES[user.role]),
        ("企业", firm.name if firm else ""),
        ("建立时间", _said(user.created_at)),
    )
    return [
        Part("账号", ("项目", "内容"), account),
        Part("正在登录的设备", ("最近使用", "网络地址", "设备"), [
            (_said(one.seen_at), one.address, one.agent)
            for one in accounts.sessions_of(session, user.id)
        ]),
        Part("同意过的说明", ("第几版", "时间"), [
            (one.version, _said(one.agreed_at)) for one in purposes.consents_of(session, user.id)
        ]),
        Part("操作日志", ("时间", "操作", "对象", "网络地址"), [
            (_said(one.at), ACTIONS.get(one.action, one.action), LogWords.subject(one), one.address)
            for one in of_user(session, user.id, MOST)
        ]),
    ]  # fmt: skip


def of_contact(session: Session, firm: Firm) -> list[Part]:
    """Return what is kept of whom a firm is reached by, who signed for it and who was met there."""
    contact = (
        ("联系人", firm.contact_name or ""),
        ("职务", firm.contact_post or ""),
        ("电话", firm.contact_phone or ""),
        ("邮箱", firm.contact_mail or ""),
    )
    return [
        Part("企业联系人", ("项目", "内容"), contact),
        Part("签认、签名和见到的人", ("事项", "姓名", "职务", "电话"), [*_people(session, firm)]),
    ]


def _people(session: Session, firm: Firm) -> Iterator[tuple[Cell, ...]]:
    for assessment in store.assessments_of(session, firm.id):
        if assessment.declared_by:
            yield "自评承诺", assessment.declared_by, "", ""
        for signature in store.signatures(session, assessment.id):
            if signature.role == SignerRole.FIRM:
                yield "现场签名", signature.name, signature.post, ""
        for said in store.responses(session, assessment.id):
            yield "签认或异议", said.name, said.post, ""
        for note in store.notes(session, assessment.id, NoteKind.PERSON):
            told = (note.content.get(name) or "" for name in ("name", "post", "phone"))
            yield "现场见到的人", *told


def _said(moment: datetime) -> str:
    return moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M:%S")
