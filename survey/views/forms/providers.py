"""A provider's file as it is typed: as many lines as there are, and some empty ones for more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from reports.figures import amount
from survey.lifecycle.provider_files import File, TypedCase, TypedFile, TypedProduct
from survey.lifecycle.typed import whole
from survey.words.providers import FIELDS

SPARE = 2
"""Empty lines that a form offers; more come when it was saved."""
MOST_LINES = 100
PRODUCT = ("package", "name", "low", "high", "yearly")
CASE = ("package", "firm", "trade", "accepted_on")
PLAIN = tuple(name for name in FIELDS if name not in ("classes", "trades"))

Line = TypeVar("Line", TypedProduct, TypedCase)


@dataclass(frozen=True)
class Draft:
    """What stands on the page: the file, its code where that may be typed, and the version it is of."""

    file: TypedFile
    code: str = ""
    version: int = 0

    @property
    def products(self) -> list[TypedProduct]:
        return [*self.file.products, *[TypedProduct()] * SPARE]

    @property
    def cases(self) -> list[TypedCase]:
        return [*self.file.cases, *[TypedCase()] * SPARE]


def posted(form: MultiDict[str, str]) -> Draft:
    """Read the page as it was sent; lines in which nothing stands are left out."""
    file = TypedFile(
        words={name: form.get(name, "") for name in PLAIN},
        classes=tuple(form.getlist("classes")),
        trades=tuple(form.getlist("trades")),
        products=_lines(form, "product", _product),
        cases=_lines(form, "case", _case),
    )
    return Draft(file, form.get("code", ""), whole(form.get("version")) or 0)


def _lines(
    form: MultiDict[str, str], kind: str, read: Callable[[MultiDict[str, str], str], Line]
) -> tuple[Line, ...]:
    there = (n for n in range(MOST_LINES) if f"{kind}-{n}-package" in form)
    found = (read(form, f"{kind}-{n}") for n in there)
    return tuple(line for line in found if line != type(line)())


def _product(form: MultiDict[str, str], at: str) -> TypedProduct:
    return TypedProduct(**{name: form.get(f"{at}-{name}", "").strip() for name in PRODUCT})


def _case(form: MultiDict[str, str], at: str) -> TypedCase:
    words = {name: form.get(f"{at}-{name}", "").strip() for name in CASE}
    return TypedCase(**words, named=form.get(f"{at}-named") == "yes")


def stored(file: File, version: int, code: str = "") -> Draft:
    """Return the page as it was kept."""
    typed = TypedFile(
        words={name: _said(getattr(file, name)) for name in PLAIN},
        classes=file.classes,
        trades=file.trades,
        products=tuple(
            TypedProduct(one.package, one.name, *map(money, (one.low, one.high, one.yearly)))
            for one in file.products
        ),
        cases=tuple(
            TypedCase(one.package, one.firm, one.trade, one.accepted_on.isoformat(), one.named)
            for one in file.cases
        ),
    )
    return Draft(typed, code, version)


def empty() -> Draft:
    """Return the page for a provider that is not there yet."""
    return Draft(TypedFile(words=dict.fromkeys(PLAIN, "")))


def anchored(faults: dict[str, str]) -> Sequence[tuple[str, str]]:
    """Return faults with the element each is about, and the line where it is in one."""
    kinds = {"product": "产品", "case": "案例"}

    def said(name: str, words: str) -> str:
        kind, _, rest = name.partition("-")
        number = whole(rest.partition("-")[0])
        if number is not None:
            return f"第 {number + 1} 条{kinds[kind]}：{words}"
        return f"{FIELDS[name]}：{words}" if name in FIELDS else words

    return [(name, said(name, words)) for name, words in faults.items()]


def _said(value: object) -> str:
    return "" if value is None else str(value)


def money(hundredths: int | None) -> str:
    """Write 0.01 万元 as it is typed."""
    return "" if hundredths is None else amount(Fraction(hundredths, 100))
