"""Ask firms to take part in a round, and make the link that each one's owner is handed.

A link's word is made of a number kept with the invitation and of the installation's key, again
whenever it is shown: slips, workbook and mail name the same, and the database alone opens nothing.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256

from survey.lifecycle import jobs, typed
from survey.lifecycle.addresses import is_address
from survey.lifecycle.codes import normal_code
from survey.lifecycle.errors import Invalid, NotThere, WrongState
from survey.lifecycle.jobs import Taken
from survey.lifecycle.links import closing, expiry
from survey.lifecycle.rounds import ask_for_links, held_round
from survey.lifecycle.step import Step
from survey.store import invitations as store
from survey.store import mails as mail_store
from survey.store import rounds, settings, workdays
from survey.store.accounts import hashed
from survey.store.invitations import Unready, Whom
from survey.tables import (
    Invitation,
    LinkPurpose,
    OneTimeLink,
    Role,
    Round,
    User,
)

AT_ONCE = 200
"""Invitations of one transaction: others wait for a few of the machine's moments only."""
MOST_CODES = 5_000
"""Lines of one paste; a longer list is imported."""
MOST_NAMED = 10
"""How many faults a refusal names; the rest is counted."""
CODE_LENGTH = 18
WITHOUT_END = 30
"""Days a link lasts in a round without a last day."""
NOBODY_NAMED = "企业负责人"


# --- for the officer ----------------------------------------------------------------------------


def invite(step: Step, round_id: int, whom: Whom) -> tuple[int, int | None]:
    """Ask every firm that is meant; return how many are new, and the job that makes their links."""
    with step.writing():
        narrowed = {name: value for name, value in asdict(whom).items() if value not in ("", None)}
        return _invite(step, _asking(step, round_id), whom, narrowed)


def invite_coded(step: Step, round_id: int, pasted: str) -> tuple[int, int | None]:
    """Ask the firms of a pasted list of codes, all of them or none; as ``invite`` returns.

    Raises:
        Invalid: Names the lines that hold no firm's code.
    """
    with step.writing():
        round_ = _asking(step, round_id)
        firms = _firms_in(step, pasted)
        _keep_addresses(step, round_, {firm: to for firm, to in firms.items() if to})
        return _invite(step, round_, Whom(only=tuple(firms)), {"pasted": len(firms)})


def _invite(
    step: Step, round_: Round, whom: Whom, how: Mapping[str, object]
) -> tuple[int, int | None]:
    added = store.invite(step.session, round_.id, whom, step.by.user_id, step.now)
    if not added:
        return 0, None
    step.log("round_invite", round_, after={"firms": added, **how})
    return added, ask_for_links(step, round_.id).id


def _asking(step: Step, round_id: int) -> Round:
    """Return a round that may ask firms, held.

    Raises:
        WrongState: It is over.
    """
    round_ = held_round(step, round_id)
    if round_.closes_on is not None and round_.closes_on < step.today:
        raise WrongState({"round": "这一轮已经截止。要邀请企业，请先把截止日期改到以后。"})
    return round_


def _firms_in(step: Step, pasted: str) -> Mapping[int, str]:
    """Return the firms of a pasted list, each with the mail address beside it, if there is one."""
    lines = {n: line for n, text in enumerate(pasted.splitlines(), 1) if (line := typed.line(text))}
    codes = {number: _code_in(line) for number, line in lines.items()}
    if not codes:
        raise Invalid({"codes": "请粘贴统一社会信用代码，每行一家。"})
    if len(codes) > MOST_CODES:
        raise Invalid({"codes": f"一次最多粘贴 {MOST_CODES} 家。更长的名单请用“导入名单”。"})
    known = store.firms_coded(step.session, set(codes.values()))
    strange = [(number, code) for number, code in codes.items() if code not in known]
    if strange:
        raise Invalid({"codes": _strange(strange, len(codes) - len(strange))})
    return {known[code]: _address_in(lines[number]) for number, code in codes.items()}


def _keep_addresses(step: Step, round_: Round, given: Mapping[int, str]) -> None:
    """Keep the addresses of firms that have none; what a firm said itself stays."""
    if lacking := mail_store.without_address(step.session, given):
        mail_store.keep_addresses(step.session, {firm: given[firm] for firm in lacking})
        step.log("mail_addresses", round_, after={"firms": len(lacking)})


def _code_in(line: str) -> str:
    """Return the code of a line that may hold a name beside it, as cells of a workbook do."""
    parts = [normal_code(part) for part in line.split()]
    return next((part for part in parts if len(part) == CODE_LENGTH), parts[0])


def _address_in(line: str) -> str:
    return next((part for part in line.split() if is_address(part)), "")


def _strange(strange: Sequence[tuple[int, str]], good: int) -> str:
    named = "、".join(f"第 {number} 行 {code[:30]}" for number, code in strange[:MOST_NAMED])
    more = f"等 {len(strange)} 行" if len(strange) > MOST_NAMED else ""
    return (
        f"{named}{more}没有登记过这样的企业。请改正、删去或先登记这些企业；其余 {good} 行没有问题。"
    )


def take_back(step: Step, round_id: int, firm_id: int) -> None:
    """Ask a firm no more.

    Raises:
        NotThere: It was not asked.
        WrongState: It has begun.
    """
    with step.writing() as session:
        round_ = held_round(step, round_id)
        if rounds.has_begun(session, round_id, firm_id):
            raise WrongState({"round": "这家企业已经开始这一轮评估，不能收回邀请。"})
        if not store.take_back(session, round_id, firm_id):
            raise NotThere
        step.log("round_uninvite", round_, after={"firm": firm_id})


def prepare(step: Step, round_id: int) -> int:
    """Have the links of a round made that are missing, spent or too short; return the job."""
    with step.writing():
        return ask_for_links(step, _asking(step, round_id).id).id


# --- for the worker -----------------------------------------------------------------------------


def prepare_some(
    step: Step, taken: Taken, secret: str, after: int, lease: timedelta
) -> tuple[int, int]:
    """Make the links of some invitations, behind a firm; each call is a short transaction.

    Returns:
        The last firm looked at, 0 at the end; and how many invitations were touched.

    Raises:
        Overtaken: Another does this work, or nobody wants it.
        NotThere: The round is gone.
    """
    with jobs.held(step, taken) as job:
        round_ = rounds.round_(step.session, taken.subject_id or 0)
        if round_ is None:
            raise NotThere
        rows = store.to_prepare(step.session, round_.id, after, AT_ONCE)
        _add_owners(step, rows)
        touched = sum(_prepared(step, row, secret, _ends(step, round_)) for row in rows)
        job.leased_until = step.now + lease
        if touched:
            step.log("round_links", round_, after={"firms": touched})
        return (rows[-1].invitation.firm_id if len(rows) == AT_ONCE else 0), touched


def _ends(step: Step, round_: Round) -> datetime:
    """Return until when links work: to the round's last day, at least as long as any link."""
    calendar = workdays.read(step.session)
    least = expiry(step.now, settings.read(step.session).link_days, calendar)
    if round_.closes_on is None:
        return max(least, expiry(step.now, WITHOUT_END, calendar))
    return max(least, closing(round_.closes_on))


def _add_owners(step: Step, rows: list[Unready]) -> None:
    """Give a first user to each firm that has nobody; they sign in by the firm's code."""
    lone = {at: row for at, row in enumerate(rows) if not row.people}
    taken = store.names_taken(step.session, [row.code.lower() for row in lone.values()])
    for at, row in lone.items():
        name = row.code.lower() + ("-1" if row.code.lower() in taken else "")
        owner = User(
            username=name,
            name=typed.line(row.contact)[:60] or NOBODY_NAMED,
            role=Role.FIRM,
            firm_id=row.invitation.firm_id,
            owner=True,
            active=True,
            created_at=step.now,
        )
        step.session.add(owner)
        rows[at] = row._replace(owner=owner)
    step.session.flush()


def _prepared(step: Step, row: Unready, secret: str, ends: datetime) -> bool:
    """Bring an invitation to how its firm stands now; return whether that changed anything."""
    invitation, owner = row.invitation, row.owner
    before = invitation.user_id, invitation.nonce, row.link and row.link.expires_at
    invitation.user_id = owner.id if owner else None
    invitation.nonce = invitation.nonce or secrets.token_hex(16)
    if owner and owner.password_hash is None:
        _keep_link(step, row, owner, secret, ends)
    return before != (invitation.user_id, invitation.nonce, row.link and row.link.expires_at)


def _keep_link(step: Step, row: Unready, owner: User, secret: str, ends: datetime) -> None:
    invitation, link = row.invitation, row.link
    known = link and not link.used_at and link.user_id == owner.id
    if link and known and invitation.token_hash == _hash_of(secret, invitation):
        link.expires_at = max(link.expires_at, ends)
        return
    invitation.nonce = secrets.token_hex(16)
    invitation.token_hash = _hash_of(secret, invitation)
    step.session.add(
        OneTimeLink(
            token_hash=invitation.token_hash,
            user_id=owner.id,
            purpose=LinkPurpose.INVITE,
            created_by=invitation.invited_by,
            created_at=step.now,
            expires_at=ends,
        )
    )


def _hash_of(secret: str, invitation: Invitation) -> str:
    return hashed(token(secret, invitation.user_id or 0, invitation.nonce))


def token(secret: str, user_id: int, nonce: str) -> str:
    """Return the word in an invitation's link."""
    said = f"invitation.{user_id}.{nonce}".encode()
    return urlsafe_b64encode(hmac.digest(secret.encode(), said, sha256)).rstrip(b"=").decode()
