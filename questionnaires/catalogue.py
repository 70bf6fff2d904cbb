"""The catalogue's file with other prices, weeks and levels of some packages; the rest of it stays."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from questionnaires.model import Amounts, Cost, Package
from questionnaires.reading import read
from questionnaires.workbook.drafting import write_files

FILE: Final = "packages.yaml"


def rewritten(folder: Path, packages: Iterable[Package]) -> tuple[str, ...]:
    """Write what packages cost, take and lift, and its source, into an edition's files.

    Returns:
        The codes of those the file knew otherwise; of others nothing is written.
    """
    value: Any = read(folder / FILE).value
    known = {one["code"]: one for one in value["packages"]}
    changed = tuple(
        package.code
        for package in packages
        if package.code in known and _is_other(package, known[package.code])
    )
    if changed:
        write_files(folder, {FILE: value})
    return changed


def _is_other(package: Package, row: dict[str, Any]) -> bool:
    """Write a package over its row; whether its price, weeks or levels are others than they were."""
    before = Package.model_validate(row)
    if (before.cost, before.weeks, before.lifts) == (package.cost, package.weeks, package.lifts):
        return False
    row |= {"cost": _cost(package.cost), "weeks": package.weeks.model_dump()}
    row["lifts"] = dict(package.lifts)
    row["source"] = package.source
    return True


def _cost(cost: Cost) -> dict[str, Any]:
    parts = {name: _amounts(getattr(cost, name)) for name in ("fixed", "each")}
    words = cost.model_dump(include={"per", "units", "doing"}, exclude_defaults=True)
    return {name: part for name, part in parts.items() if part} | words


def _amounts(amounts: Amounts) -> dict[str, Any]:
    ranges = {kind: getattr(amounts, kind) for kind in Amounts.model_fields}
    return {
        kind: {"low": _number(one.low), "high": _number(one.high)}
        for kind, one in ranges.items()
        if one.high
    }


def _number(value: Fraction) -> int | str:
    """Whole numbers stand bare in a data file, others in quotes; a price has two decimals at most."""
    whole, hundredths = divmod(int(value * 100), 100)
    return f"{whole}.{hundredths:02}" if hundredths else whole
