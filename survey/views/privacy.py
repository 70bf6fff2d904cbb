"""What is kept of people: told to everybody, agreed to, taken along, erased when they ask for it."""

from __future__ import annotations

import json
from io import BytesIO

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from reports.tables import Column, Origin, Sheet, write_table
from survey.clock import LOCAL
from survey.lifecycle import erasing, purposes, typed
from survey.lifecycle.errors import Invalid
from survey.lifecycle.exports import note_data
from survey.readings import kept
from survey.readings.kept import Part
from survey.store import accounts, firms
from survey.store import purposes as store
from survey.store.lists import Slice
from survey.tables import Firm, User
from survey.web import here, lists
from survey.web.downloads import disposition, sent_workbook
from survey.words import purposes as words

pages = Blueprint("privacy", __name__)
MOST_FOUND = 20


class EraseForm(FlaskForm):
    """A second look: why, and who is erased, typed by hand."""

    reason = StringField(
        "谁、什么时候、为什么提出",
        [InputRequired("请写明谁、什么时候、为什么提出。"), Length(max=200)],
    )
    sure = StringField(
        "确认", [InputRequired("请照抄名称，确认要清除的就是这一位。"), Length(max=120)]
    )

    def named(self, name: str) -> EraseForm:
        """Have it ask for this name."""
        self.sure.label.text = f"请照抄“{name}”"
        return self

    def is_sure(self, name: str) -> bool:
        """Whether all is filled in and it is the name; else the field says what is wrong."""
        if not self.validate_on_submit():
            return False
        if typed.line(self.sure.data) != name:
            self.sure.errors = [f"请照抄“{name}”，确认要清除的就是这一位。"]
            return False
        return True


class TextForm(FlaskForm):
    """The next version of what people are told."""

    text = TextAreaField("说明全文", [InputRequired("请填写说明。"), Length(max=8000)])


@pages.get("/privacy")
def purpose() -> ResponseReturnValue:
    """Say what is kept of people, in the version that is in force."""
    district, session = here.district(), here.session()
    written = store.text_of(session, district.purpose_version)
    known = {
        "主管部门": district.bureau or "主管部门",
        "联系人": f"（{district.contact}）" if district.contact else "",
        "过程材料月数": str(district.retention_months),
        "日志月数": str(district.log_months),
    }
    who = here.current()
    return render_template(
        "privacy/purpose.html",
        blocks=words.said(written.text if written else words.FIRST, known),
        version=district.purpose_version,
        published_at=written.published_at if written else None,
        consent=store.consent(session, who.id, district.purpose_version) if who else None,
        asked_here=True,
    )


@pages.post("/privacy/agree")
def agree() -> ResponseReturnValue:
    """Note that the reader agrees to the version they have before them."""
    version = typed.whole(request.form.get("version", ""))
    if version is None:
        here.refuse(400, "没有收到说明的版本，请刷新页面后再确认。")
    if version != here.district().purpose_version:
        here.refuse(409, "说明刚刚更新了，请阅读新的一版后再确认。")
    purposes.agree(here.step(), here.reader().id, version)
    flash("已确认，谢谢。", "good")
    return redirect(url_for("account.home"))


@pages.get("/account/data")
def mine() -> ResponseReturnValue:
    """Hand out what is kept of whoever asks."""
    user = accounts.user(here.session(), here.reader().id) or abort(404)
    return _data(user, kept.of_account(here.session(), user))


@pages.get("/admin/privacy")
def people() -> ResponseReturnValue:
    """Find somebody who asks what is kept of them."""
    asked, session = lists.words(), here.session()
    part = Slice(1, MOST_FOUND)
    users = accounts.users(session, words=asked, role="", part=part)[0] if asked else []
    found = firms.with_contact(session, asked, MOST_FOUND) if asked else []
    return render_template("privacy/people.html", words=asked, users=users, firms=found)


@pages.get("/admin/privacy/users/<row:user_id>")
def user(user_id: int) -> ResponseReturnValue:
    """Show what is kept of somebody with an account, and what erasing it does."""
    return _user(_found_user(user_id))


def _user(found: User, form: EraseForm | None = None) -> str:
    return render_template(
        "privacy/user.html",
        user=found,
        parts=kept.of_account(here.session(), found),
        form=(form or EraseForm(formdata=None)).named(found.name),
    )


@pages.get("/admin/privacy/users/<row:user_id>/data")
def user_data(user_id: int) -> ResponseReturnValue:
    """Hand out what is kept of somebody, for them."""
    found = _found_user(user_id)
    return _data(found, kept.of_account(here.session(), found))


@pages.post("/admin/privacy/users/<row:user_id>/erase")
def erase_user(user_id: int) -> ResponseReturnValue:
    """Close an account and erase whose it was, once the name is typed and the reason given."""
    found, form = _found_user(user_id), EraseForm()
    if not form.is_sure(found.name):
        return _user(found, form), 422
    try:
        erasing.erase_user(here.step(), user_id, reason=form.reason.data or "")
    except Invalid as error:
        form.reason.errors = [error.fields["reason"]]
        return _user(_found_user(user_id), form), 422
    flash("已注销并清除。操作日志里的姓名在封存后清除，一般不超过两小时。", "good")
    return redirect(url_for(".people"))


@pages.get("/admin/privacy/firms/<row:firm_id>")
def firm(firm_id: int) -> ResponseReturnValue:
    """Show what is kept of a firm's contacts, and what erasing them does."""
    return _firm(_found_firm(firm_id))


def _firm(found: Firm, form: EraseForm | None = None) -> str:
    return render_template(
        "privacy/firm.html",
        firm=found,
        parts=kept.of_contact(here.session(), found),
        form=(form or EraseForm(formdata=None)).named(found.name),
    )


@pages.get("/admin/privacy/firms/<row:firm_id>/data")
def firm_data(firm_id: int) -> ResponseReturnValue:
    """Hand out what is kept of a firm's contacts, for them."""
    found = _found_firm(firm_id)
    return _data(found, kept.of_contact(here.session(), found))


@pages.post("/admin/privacy/firms/<row:firm_id>/erase")
def erase_contact(firm_id: int) -> ResponseReturnValue:
    """Erase a firm's contacts, once its name is typed and the reason given."""
    found, form = _found_firm(firm_id), EraseForm()
    if not form.is_sure(found.name):
        return _firm(found, form), 422
    try:
        erasing.erase_contact(here.step(), firm_id, reason=form.reason.data or "")
    except Invalid as error:
        form.reason.errors = [error.fields["reason"]]
        return _firm(_found_firm(firm_id), form), 422
    flash("联系人信息已清除。操作日志里的在封存后清除，一般不超过两小时。", "good")
    return redirect(url_for(".people"))


def _found_user(user_id: int) -> User:
    return accounts.user(here.session(), user_id) or abort(404)


def _found_firm(firm_id: int) -> Firm:
    return firms.firm(here.session(), firm_id) or abort(404)


def _data(whose: User | Firm, parts: list[Part]) -> Response:
    """Send what is kept as a workbook or as JSON, and note who took it."""
    kind = request.args.get("kind", "json")
    if kind not in ("json", "xlsx"):
        here.refuse(400, "只能下载 json 或 xlsx，请用页面上的按钮。")
    answer = _workbook(parts) if kind == "xlsx" else _json(parts)
    note_data(here.step(), whose)
    name = f"个人信息-{here.today().isoformat()}.{kind}"
    answer.headers["Content-Disposition"] = disposition(name, f"personal-data.{kind}")
    return answer


def _json(parts: list[Part]) -> Response:
    said = {part.title: part.plain for part in parts}
    text = json.dumps(said, ensure_ascii=False, indent=1)
    return Response(text, mimetype="application/json")


def _workbook(parts: list[Part]) -> Response:
    district, stream = here.district(), BytesIO()
    sheets = [Sheet(part.title, [Column(head) for head in part.heads], part.rows) for part in parts]
    origin = Origin(district.bureau, here.now().astimezone(LOCAL), "", district.demonstration)
    write_table(stream, sheets, origin)
    stream.seek(0)
    return sent_workbook(stream, "", "")


@pages.route("/admin/privacy/text", methods=["GET", "POST"])
def text() -> ResponseReturnValue:
    """Write the next version of what people are told; everybody is then asked again."""
    district = here.district()
    written = store.text_of(here.session(), district.purpose_version)
    form = TextForm(data={"text": written.text if written else words.FIRST})
    if form.validate_on_submit():
        base = typed.whole(request.form.get("version", "")) or 0
        try:
            purposes.publish(here.step(), form.text.data or "", base_version=base)
            flash("新的一版已生效，每位用户下次打开页面时会被请来确认。", "good")
            return redirect(url_for(".purpose"))
        except Invalid as error:
            form.text.errors = [error.fields["text"]]
    version, places = district.purpose_version, words.PLACES
    page = render_template("privacy/text.html", form=form, version=version, places=places)
    return page, 422 if form.is_submitted() else 200
