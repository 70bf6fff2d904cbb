"""The file's facts: the profile, titles, yearly figures, people, and who has an interest in the firm."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from operator import attrgetter

from reports.facts import InUse, Outlook, Use
from reports.firm_file import Field, Part, Table, table
from reports.tables import Cell
from survey.readings.firm_file.seeing import Seeing, day, yes
from survey.store.listings import FIGURES, LISTED
from survey.tables import Firm, FirmListing, FirmTitle, FirmYear, Interest, Roster, User
from survey.words import interests as interest_words
from survey.words import rosters as words
from survey.words.wording import SIZES


def profile(it: Seeing) -> Part:
    named = it.named

    def processes(row: Firm) -> str:
        return "、".join(named.processes.get(id_, id_) for id_ in row.processes)

    fields: list[Field[Firm]] = [
        Field("企业名称", lambda row: row.name, 30),
        Field("统一社会信用代码", lambda row: row.code, 22),
        Field("行业", lambda row: named.trades.get(row.trade, row.trade)),
        Field("工序", processes, 40),
        Field("规模", lambda row: SIZES[row.size] if row.size else "", 10),
        Field("规上", lambda row: yes(row.above_scale), 8),
        Field("乡镇（街道）", lambda row: row.township),
        Field("园区", lambda row: row.park),
        Field("地址", lambda row: row.address, 30),
        Field("从业人数", lambda row: row.employees, 10, "number"),
        Field("营业收入（万元）", lambda row: row.revenue, 12, "number"),
        Field("主要产品", lambda row: row.products, 30),
        Field("在用系统", lambda row: _using(row, Use.SYSTEM), 40),
        Field("主要设备", lambda row: _using(row, Use.MACHINE), 40),
    ]
    facts = table("企业资料", fields, [it.held.firm], it.outlook, of_one=True)
    return Part("profile", "企业资料", (facts, *_listing(it)), "")


def _using(firm: Firm, kind: Use) -> str:
    return "；".join(one.text for one in map(InUse.kept, firm.in_use) if one.kind == kind)


def _listing(it: Seeing) -> tuple[Table, ...]:
    """What only the bureau's lists say of the firm; the bureau's own."""
    if not it.is_bureau:
        return ()
    fields: list[Field[FirmListing]] = [Field(it.heads[key], attrgetter(key), 16) for key in LISTED]
    return (table("名单里的资料", fields, it.held.of(FirmListing), it.outlook, of_one=True),)


def titles(it: Seeing) -> Part:
    fields: list[Field[FirmTitle]] = [
        Field("资质", lambda row: row.title, 30),
        Field("年度", lambda row: row.year, 8, "number"),
        Field("级别", lambda row: row.level, 10),
        Field("有效期至", lambda row: row.until, 12),
        Field("来自名单", lambda row: _list(it, row.roster_id), 30, inside=True),
    ]
    rows = sorted(it.held.of(FirmTitle), key=lambda row: (row.year or 0, row.id), reverse=True)
    listed = table("资质", fields, rows, it.outlook, day=lambda row: _brought(it, row.roster_id))
    return Part("titles", "资质", (listed,), "名单里还没有资质。")


def years(it: Seeing) -> Part:
    figures: list[Field[FirmYear]] = [Field("年度", lambda row: row.year, 8, "number")]
    figures += [Field(_head(it, key), partial(_figure, key), 14, "number") for key in FIGURES]
    figures.append(Field("来自名单", lambda row: _list(it, row.roster_id), 30, inside=True))
    rows = sorted(it.held.of(FirmYear), key=lambda row: row.year, reverse=True)
    listed = table(
        "年度数据", figures, rows, it.outlook, day=lambda row: _brought(it, row.roster_id)
    )
    return Part("years", "年度数据", (listed,), "名单里还没有年度数据。")


def _list(it: Seeing, roster_id: int | None) -> str:
    found = it.held.one(Roster, roster_id)
    return found.name if found else ""


def _brought(it: Seeing, roster_id: int | None) -> date | None:
    found = it.held.one(Roster, roster_id)
    return day(found.imported_at) if found else None


def _head(it: Seeing, key: str) -> str:
    unit = "（万元）" if key in words.MONEY else "（万千瓦时）" if key == "electricity" else ""
    return f"{it.heads[key]}{unit}"


def _figure(key: str, row: FirmYear) -> Cell:
    """Return a figure of a list in the unit of its heading: money is kept in 分, electricity in kWh."""
    given = getattr(row, key)
    if isinstance(given, bool):
        return yes(given)
    if key in words.MONEY and isinstance(given, int):
        return Decimal(given) / 1_000_000
    if key == "electricity" and isinstance(given, int):
        return Decimal(given) / 10_000
    return given if isinstance(given, int | str) else None


def people(it: Seeing) -> Part:
    contact: list[Field[Firm]] = [
        Field("联系人", lambda row: row.contact_name),
        Field("职务", lambda row: row.contact_post),
        Field("电话", lambda row: row.contact_phone, 18),
        Field("邮箱", lambda row: row.contact_mail, 26),
    ]
    tables = [table("联系人", contact, [it.held.firm], it.outlook, of_one=True)]
    if it.outlook != Outlook.FIRM:
        tables.append(_accounts(it))
    return Part("people", "联系人与账号", tuple(tables), "")


def _accounts(it: Seeing) -> Table:
    fields: list[Field[User]] = [
        Field("姓名", lambda row: row.name),
        Field("登录名", lambda row: row.username, 22),
        Field("状态", _standing),
        Field("开通日期", lambda row: day(row.created_at), 12, "date"),
    ]
    return table("账号", fields, it.held.of(User), it.outlook, day=lambda row: day(row.created_at))


def _standing(row: User) -> str:
    if not row.active:
        return "已停用"
    return "在用" if row.password_hash else "未设密码"


def interests(it: Seeing) -> Part:
    fields: list[Field[Interest]] = [
        Field("顾问", lambda row: it.held.named(row.user_id), 18),
        Field("关系", interest_words.kind),
        Field("说明", lambda row: row.says, 40),
        Field("申报日期", lambda row: day(row.declared_at), 12, "date"),
        Field("解除日期", lambda row: day(row.ended_at), 12, "date"),
    ]
    rows = it.held.of(Interest)
    listed = table("利益关系", fields, rows, it.outlook, day=lambda row: day(row.declared_at))
    return Part("interests", "利益关系", (listed,), "没有顾问申报过利益关系。")
