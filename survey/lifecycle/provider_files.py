"""What a provider says of itself: read from what was typed, kept in rows, and as JSON until checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid
from survey.store import providers as store
from survey.tables import Provider, ProviderCase, ProviderProduct

MOST = 40
"""Most products, and most cases, of one provider."""
MOST_NAME, MOST_SHORT, MOST_WORDS = 100, 60, 500
MOST_HOURS, MOST_PEOPLE = 24 * 30, 9999
YEARS = range(2000, 2100)


@dataclass(frozen=True)
class Product:
    """What is offered for one package; money in whole 0.01 万元."""

    package: str
    name: str
    low: int | None
    high: int | None
    yearly: int | None


@dataclass(frozen=True)
class Case:
    """An accepted project; ``named``: whether the firm agreed in writing to be named."""

    package: str
    firm: str
    trade: str
    accepted_on: date
    named: bool


@dataclass(frozen=True)
class File:
    """Everything a provider may say of itself; its code and standing are the officer's."""

    name: str
    place: str
    on_the_spot: int
    classes: tuple[str, ...]
    provincial: str
    provincial_year: int | None
    trades: tuple[str, ...]
    response_hours: int | None
    qualifications: str
    contact_name: str
    contact_phone: str
    contact_mail: str
    products: tuple[Product, ...] = ()
    cases: tuple[Case, ...] = ()


PLAIN = tuple(field.name for field in fields(File) if field.name not in ("products", "cases"))
"""What stands in the provider's own row."""
CONTACT = frozenset({"contact_name", "contact_phone", "contact_mail"})
"""People: of these the log says only that they changed."""
LOGGED = {"place": "located"}
"""What the log calls what it would mix up: a project's place is a workshop."""


@dataclass(frozen=True)
class Offered:
    """What may be chosen: titles by id."""

    packages: Mapping[str, str]
    trades: Mapping[str, str]
    classes: Sequence[str]


@dataclass(frozen=True)
class TypedProduct:
    """One line of products as a form sends it; nothing of it is believed."""

    package: str = ""
    name: str = ""
    low: str = ""
    high: str = ""
    yearly: str = ""


@dataclass(frozen=True)
class TypedCase:
    """One line of cases as a form sends it."""

    package: str = ""
    firm: str = ""
    trade: str = ""
    accepted_on: str = ""
    named: bool = False


@dataclass(frozen=True)
class TypedFile:
    """A file as a form sends it."""

    words: Mapping[str, str]
    classes: tuple[str, ...] = ()
    trades: tuple[str, ...] = ()
    products: tuple[TypedProduct, ...] = ()
    cases: tuple[TypedCase, ...] = ()


def read(given: TypedFile, offered: Offered, today: date) -> File:
    """Read a form.

    Raises:
        Invalid: Names every field with the remedy; of a line as product-POSITION-NAME, from 0.
    """
    reader = _Reader(given.words, offered, today, {})
    found = reader.file(given)
    if reader.faults:
        raise Invalid(reader.faults)
    return found


@dataclass(frozen=True)
class _Reader:
    """Reads one form, and notes what is wrong with it instead of stopping."""

    words: Mapping[str, str]
    offered: Offered
    today: date
    faults: dict[str, str]

    def file(self, given: TypedFile) -> File:
        return File(
            name=self._named(),
            place=self.line("place", self.words.get("place"), MOST_SHORT),
            on_the_spot=self.whole("on_the_spot", range(MOST_PEOPLE + 1)) or 0,
            classes=self.chosen("classes", given.classes, self.offered.classes),
            provincial=self.line("provincial", self.words.get("provincial"), MOST_SHORT),
            provincial_year=self.whole("provincial_year", YEARS),
            trades=self.chosen("trades", given.trades, self.offered.trades),
            response_hours=self.whole("response_hours", range(1, MOST_HOURS + 1)),
            qualifications=self.text("qualifications"),
            contact_name=self.line("contact_name", self.words.get("contact_name"), MOST_SHORT),
            contact_phone=self.line("contact_phone", self.words.get("contact_phone"), 40),
            contact_mail=self.line("contact_mail", self.words.get("contact_mail"), 254),
            products=self.products(given.products),
            cases=self.cases(given.cases),
        )

    def _named(self) -> str:
        name = self.line("name", self.words.get("name"), MOST_NAME)
        if not name:
            self.faults.setdefault("name", "请填写服务商名称。")
        return name

    def line(self, field: str, given: str | None, most: int) -> str:
        words = typed.line(given)
        if len(words) > most:
            self.faults[field] = f"最多 {most} 字，现在有 {len(words)} 字，请删减。"
        return words

    def text(self, field: str) -> str:
        try:
            return typed.text(field, self.words.get(field, ""), MOST_WORDS)
        except Invalid as error:
            self.faults.update(error.fields)
            return ""

    def whole(self, field: str, allowed: range) -> int | None:
        given = typed.plain(self.words.get(field))
        number = typed.whole(given)
        if given and (number is None or number not in allowed):
            self.faults[field] = f"请填 {allowed.start}–{allowed.stop - 1} 的整数，只写数字。"
        return number

    def chosen(self, field: str, given: Sequence[str], known: Any) -> tuple[str, ...]:
        if not set(given) <= set(known):
            self.faults[field] = "请从列出的里面选。"
        return tuple(one for one in known if one in given)

    def products(self, lines: Sequence[TypedProduct]) -> tuple[Product, ...]:
        if len(lines) > MOST:
            self.faults["products"] = f"产品最多 {MOST} 条，请合并或删去几条。"
        found = [self.product(n, line) for n, line in enumerate(lines[:MOST])]
        codes = [one.package for one in found]
        if len(set(codes)) < len(codes):
            self.faults["products"] = "同一个改造场景写了两条，请合成一条。"
        return tuple(found)

    def product(self, number: int, line: TypedProduct) -> Product:
        at = f"product-{number}"
        self._package(at, line.package)
        name = self.line(f"{at}-name", line.name, MOST_NAME)
        if not name:
            self.faults.setdefault(f"{at}-name", f"第 {number + 1} 条产品没有名称，请填写。")
        low, high = self.money(f"{at}-low", line.low), self.money(f"{at}-high", line.high)
        if low is not None and high is not None and low > high:
            self.faults[f"{at}-high"] = "最高价低于最低价，请核对两个数。"
        ends = (low if low is not None else high, high if high is not None else low)
        return Product(line.package, name, *ends, self.money(f"{at}-yearly", line.yearly))

    def cases(self, lines: Sequence[TypedCase]) -> tuple[Case, ...]:
        if len(lines) > MOST:
            self.faults["cases"] = f"案例最多 {MOST} 条，请删去几条。"
        return tuple(self.case(n, line) for n, line in enumerate(lines[:MOST]))

    def case(self, number: int, line: TypedCase) -> Case:
        at = f"case-{number}"
        self._package(at, line.package)
        firm = self.line(f"{at}-firm", line.firm, MOST_NAME)
        if not firm:
            self.faults.setdefault(f"{at}-firm", f"第 {number + 1} 条案例没有企业名称，请填写。")
        if line.trade and line.trade not in self.offered.trades:
            self.faults[f"{at}-trade"] = "请从列出的行业里选。"
        return Case(line.package, firm, line.trade, self.day(f"{at}-accepted_on", line), line.named)

    def _package(self, at: str, package: str) -> None:
        if package not in self.offered.packages:
            self.faults[f"{at}-package"] = "请从列出的改造场景里选一个。"

    def day(self, field: str, line: TypedCase) -> date:
        try:
            day = date.fromisoformat(typed.line(line.accepted_on))
        except ValueError:
            self.faults[field] = "请填写验收日期，写成 2026-01-31 这样。"
            return self.today
        if day > self.today or day.year not in YEARS:
            self.faults[field] = "验收日期不能晚于今天，请核对。"
        return day

    def money(self, field: str, given: str) -> int | None:
        try:
            return typed.money(field, given)
        except Invalid as error:
            self.faults.update(error.fields)
            return None


# --- rows and JSON ------------------------------------------------------------------------------


def file_of(session: Session, provider: Provider) -> File:
    """Return a provider's file as it stands."""
    products = store.products(session, [provider.id]).get(provider.id, [])
    cases = store.cases(session, [provider.id]).get(provider.id, [])
    plain: dict[str, Any] = {name: getattr(provider, name) for name in PLAIN}
    plain |= {"classes": tuple(provider.classes), "trades": tuple(provider.trades)}
    return File(
        **plain,
        products=tuple(Product(p.package, p.name, p.low, p.high, p.yearly) for p in products),
        cases=tuple(Case(c.package, c.firm, c.trade, c.accepted_on, c.named) for c in cases),
    )


def keep(session: Session, provider: Provider, file: File) -> None:
    """Write a file in place of the one before, inside the caller's transaction."""
    for name in PLAIN:
        value = getattr(file, name)
        setattr(provider, name, list(value) if isinstance(value, tuple) else value)
    session.flush()
    store.forget_file(session, provider.id)
    session.add_all(ProviderProduct(provider_id=provider.id, **asdict(p)) for p in file.products)
    session.add_all(ProviderCase(provider_id=provider.id, **asdict(c)) for c in file.cases)


def written(file: File) -> dict[str, Any]:
    """Return a file as JSON keeps it."""
    values = asdict(file)
    for case in values["cases"]:
        case["accepted_on"] = case["accepted_on"].isoformat()
    return values


def parsed(values: Mapping[str, Any]) -> File:
    """Return what ``written`` wrote."""
    cases = (
        Case(**case | {"accepted_on": date.fromisoformat(case["accepted_on"])})
        for case in values["cases"]
    )
    lists = {name: tuple(values[name]) for name in ("classes", "trades")}
    products = tuple(Product(**product) for product in values["products"])
    return File(**{**values, **lists, "products": products, "cases": tuple(cases)})


def changed(before: File, after: File) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what differs, by name, for the log: of products and cases how many there are."""
    differ = [name for name in PLAIN if getattr(before, name) != getattr(after, name)]
    names = [name for name in differ if name not in CONTACT]
    was: dict[str, Any] = {LOGGED.get(name, name): getattr(before, name) for name in names}
    is_: dict[str, Any] = {LOGGED.get(name, name): getattr(after, name) for name in names}
    if set(differ) & CONTACT:
        is_["contact_changed"] = True
    if before.products != after.products:
        was["offers"], is_["offers"] = len(before.products), len(after.products)
    if before.cases != after.cases:
        was["cases"], is_["cases"] = len(before.cases), len(after.cases)
    return was, is_
