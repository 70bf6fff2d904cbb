"""Invitations: which firms a round asks, and what each is handed: workbook, slip, message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from reports import tables
from reports.tables import Origin, Sheet, write_table
from survey.clock import LOCAL
from survey.config import Config
from survey.lifecycle import invitations as life
from survey.lifecycle.errors import Refusal
from survey.lifecycle.exports import note_export
from survey.store import invitations as store
from survey.store.accounts import hashed
from survey.store.invitations import JOINED, NOBODY, OPEN, SPENT, WAITING, Asked, InvitedLine, Whom
from survey.tables import Round
from survey.views.bureau import choices
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import Said, said_filters
from survey.views.bureau.completion import found_round
from survey.views.bureau.exports import local_day
from survey.views.bureau.steps import StepForm
from survey.views.bureau.tiles import Tile
from survey.views.jobs import send
from survey.views.links import link_url, scannable
from survey.web import here, lists
from survey.web.downloads import sent_workbook
from survey.web.here import now, today
from survey.words import links as words
from survey.words import wording

A_SHEET = 8
"""Slips on one A4."""
AT_ONCE = 25 * A_SHEET
"""Slips of one page to print: a browser draws them in a moment."""
YES_NO = {"yes": "规上", "no": "规下"}


# --- whom to ask --------------------------------------------------------------------------------


class CodesForm(StepForm):
    """Firms by their codes, a line each."""

    codes = TextAreaField(
        "统一社会信用代码",
        [InputRequired("请粘贴统一社会信用代码，每行一家。")],
        description="每行一家，可以从 Excel 整列粘贴；同一行还有企业名称、邮箱也行。",
        render_kw={"rows": 6},
    )


@pages.route("/rounds/<row:round_id>/invite", methods=["GET", "POST"])
def invite(round_id: int) -> ResponseReturnValue:
    """Choose firms by what they are, see how many, and ask them."""
    found = found_round(round_id)
    if request.method != "POST":
        return _choosing(found)
    try:
        return invited(found, *life.invite(here.step(), round_id, _whom()))
    except Refusal as error:
        form = CodesForm("codes")
        return _choosing(found, form, form.show_refusal(error))


@pages.post("/rounds/<row:round_id>/invite/codes")
def invite_coded(round_id: int) -> ResponseReturnValue:
    """Ask the firms of a pasted list of codes."""
    found = found_round(round_id)
    form = CodesForm("codes", posted=True)
    if not form.validate():
        return _choosing(found, form, 422)
    try:
        return invited(found, *life.invite_coded(here.step(), round_id, form.codes.data))
    except Refusal as error:
        return _choosing(found, form, form.show_refusal(error))


def invited(found: Round, added: int, job: int | None) -> ResponseReturnValue:
    if job is not None:
        send(job)
    done = f"已邀请 {added} 家企业，正在生成邀请链接。" if added else "这些企业都已经邀请过了。"
    flash(done, "good" if added else "note")
    return redirect(url_for(".invitations", round_id=found.id))


def _choosing(
    found: Round, form: CodesForm | None = None, status: int = 200
) -> ResponseReturnValue:
    whom, session = _whom(), here.session()
    meant, fresh = store.count(session, found.id, whom)
    return (
        render_template(
            "bureau/invite.html",
            round=found,
            form=form or CodesForm("codes"),
            whom=whom,
            scale=request.args.get("scale", ""),
            meant=meant,
            fresh=fresh,
            trades=choices.frame_of(found.edition).trades,
            townships=choices.townships(),
            sizes=wording.SIZES,
            scales=YES_NO,
            rosters=[(str(id_), name) for id_, name in store.rosters(session)],
            arguments=lists.arguments(),
            today=today(),
        ),
        status,
    )


def _whom() -> Whom:
    scale = lists.one_of("scale", YES_NO)
    return Whom(
        trade=lists.words("trade"),
        township=choices.township(),
        size=lists.one_of("size", wording.SIZES),
        above_scale={"yes": True, "no": False}.get(scale),
        roster=lists.row("roster"),
    )


# --- who is asked -------------------------------------------------------------------------------

LINKS: Mapping[str, str] = {
    OPEN: "链接待打开",
    JOINED: "已有密码",
    SPENT: "链接已失效",
    WAITING: "正在生成链接",
    NOBODY: "没有可用的账号",
}
TONES = {OPEN: "note", JOINED: "good", SPENT: "warn", WAITING: "plain", NOBODY: "bad"}


@dataclass(frozen=True)
class Letter:
    """One firm's invitation as it is handed over."""

    line: InvitedLine
    url: str
    """The link that sets a password, or where the firm signs in; empty where nobody could use it."""
    message: str

    @property
    def opens(self) -> bool:
        """Whether the address is the firm's own link, to be shown to nobody else."""
        return self.line.link == OPEN


@pages.get("/rounds/<row:round_id>/invitations")
def invitations(round_id: int) -> ResponseReturnValue:
    """Show who is asked, how far each is, and the message for each."""
    found, part, asked = found_round(round_id), lists.part(), _asked()
    lines, total = store.invited(here.session(), round_id, now(), asked, part)
    counts = store.links_of(here.session(), round_id, now())
    return render_template(
        "bureau/invitations.html",
        round=found,
        letters=_letters(found, lines),
        total=total,
        part=part,
        asked=asked,
        counts=counts,
        tiles=_tiles(found, counts, asked),
        links=LINKS,
        tones=TONES,
        townships=choices.townships(),
        arguments=lists.arguments(),
        chips=choices.in_force(_said(asked)),
        today=today(),
    )


def _tiles(found: Round, counts: Mapping[str, int], asked: Asked) -> list[Tile]:
    here_is = ".invitations"
    shown = [code for code in LINKS if code in (OPEN, JOINED) or counts.get(code)]
    return [
        Tile(
            LINKS[code],
            str(counts.get(code, 0)),
            url_for(here_is, round_id=found.id, link=code),
            tone=TONES[code] if code in (SPENT, NOBODY) else None,
            chosen=asked.link == code,
        )
        for code in shown
    ]


def _asked() -> Asked:
    return Asked(lists.words(), choices.township(), lists.one_of("link", LINKS))


def _said(asked: Asked) -> dict[str, Said]:
    return {
        "link": Said("邀请", LINKS.get(asked.link, "")),
        "township": Said("乡镇（街道）", asked.township),
        "q": Said("企业", asked.words),
    }


def _letters(found: Round, lines: list[InvitedLine]) -> list[Letter]:
    config: Config = current_app.config["SURVEY"]
    return [_letter(found, line, config) for line in lines]


def _letter(found: Round, line: InvitedLine, config: Config) -> Letter:
    url = ""
    if line.link == OPEN:
        word = life.token(config.secret_key, line.user_id or 0, line.nonce)
        # Of a key that has been changed since, no link can be written again.
        url = link_url(word) if hashed(word) == line.token_hash else ""
    elif line.link == JOINED:
        url = config.base_url + url_for("account.sign_in")
    message = words.invitation(
        firm=line.firm,
        round_=found.title,
        notice=found.notice,
        last=found.closes_on,
        url=url,
        username=line.username or "",
        ends=line.expires_at if line.link == OPEN else None,
        help_at=here.district().contact,
    )
    return Letter(line, url, message if url else "")


@pages.post("/rounds/<row:round_id>/invitations/<row:firm_id>/take-back")
def take_back_invitation(round_id: int, firm_id: int) -> ResponseReturnValue:
    """Ask a firm no more."""
    life.take_back(here.step(), round_id, firm_id)
    flash("邀请已收回，这家企业看不到这一轮了。", "good")
    return redirect(url_for(".invitations", round_id=round_id))


@pages.post("/rounds/<row:round_id>/invitations/prepare")
def prepare_invitations(round_id: int) -> ResponseReturnValue:
    """Make the links anew that are missing, used up or too old."""
    send(life.prepare(here.step(), round_id))
    flash("正在生成邀请链接。还有效的链接不变，发出去的纸和消息照样能用。", "good")
    return redirect(url_for(".invitations", round_id=round_id))


# --- to hand over -------------------------------------------------------------------------------

COLUMNS = (
    tables.Column("序号", 6, "number"),
    tables.Column("企业名称", 30),
    tables.Column("统一社会信用代码", 22),
    tables.Column("乡镇（街道）"),
    tables.Column("联系人"),
    tables.Column("联系电话", 18),
    tables.Column("登录名", 22),
    tables.Column("邀请链接或登录网址", 60),
    tables.Column("链接有效到", 14, "date"),
    tables.Column("可以直接发的文字", 60),
)
NO_TOWNSHIP = "未填乡镇"


@pages.get("/rounds/<row:round_id>/invitations.xlsx")
def export_invitations(round_id: int) -> ResponseReturnValue:
    """Send what each firm is handed, a sheet for each township, noting who took it."""
    found, asked = found_round(round_id), _asked()
    lines, total = store.invited(here.session(), round_id, now(), asked)
    by_township: dict[str, list[Letter]] = {}
    for letter in _letters(found, lines):
        by_township.setdefault(letter.line.township or NO_TOWNSHIP, []).append(letter)
    sheets = [
        Sheet(name, COLUMNS, [_row(n, one) for n, one in enumerate(letters, 1)])
        for name, letters in by_township.items()
    ]
    said = said_filters({"round": Said("评估轮次", found.title), **_said(asked)})
    district, stream = here.district(), BytesIO()
    origin = Origin(
        f"{district.name}邀请名单", now().astimezone(LOCAL), said, district.demonstration
    )
    write_table(stream, sheets or [Sheet("邀请名单", COLUMNS, [])], origin)
    stream.seek(0)
    note_export(here.step(), "invitations", total, said)
    day = today().isoformat()
    return sent_workbook(stream, f"邀请名单-{day}.xlsx", f"invitations-{day}.xlsx")


def _row(number: int, letter: Letter) -> list[tables.Cell]:
    line = letter.line
    return [
        number,
        line.firm,
        line.code,
        line.township or "",
        line.contact_name or "",
        line.contact_phone or "",
        words.login_name(line.username or ""),
        letter.url or LINKS[line.link],
        local_day(line.expires_at) if letter.opens else None,
        letter.message,
    ]


@pages.get("/rounds/<row:round_id>/slips")
def slips(round_id: int) -> ResponseReturnValue:
    """Show slips to print and cut: eight on an A4, each with the code of one firm's link."""
    found, part, asked = found_round(round_id), lists.part(AT_ONCE), _asked()
    lines, total = store.invited(here.session(), round_id, now(), asked, part)
    letters = [letter for letter in _letters(found, lines) if letter.url]
    said = said_filters({"round": Said("评估轮次", found.title), **_said(asked)})
    note_export(here.step(), "slips", len(letters), said)
    return render_template(
        "bureau/slips.html",
        round=found,
        sheets=[letters[at : at + A_SHEET] for at in range(0, len(letters), A_SHEET)],
        pictures={one.line.firm_id: Markup(scannable(one.url)) for one in letters},  # noqa: S704  # drawn from our own address
        left_out=len(lines) - len(letters),
        total=total,
        part=part,
        arguments=lists.arguments(),
    )
