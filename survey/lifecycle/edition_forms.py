"""An XLSForm read as a trade of a draft edition, and taken into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from questionnaires import loading, workbook
from questionnaires.reading import Fault, read
from questionnaires.taken import NotAForm, Place, Taken, take
from questionnaires.taken.rows import Lines
from survey.lifecycle import edition_status, editions, typed
from survey.lifecycle.editions import MOST_TITLE
from survey.lifecycle.errors import Faulty, Invalid, NotDraft, NotThere
from survey.lifecycle.step import Step

RESERVED = frozenset(
    {
        *("edition", "core", "extras", "packages", "standards", "crosswalk", "conditions"),
        *("national", "systems", "examples", "trade", "all"),
    }
)
"""What an edition's other files are called: no trade may be."""
_TRADE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def read_form(
    step: Step, edition_id: str, sheets: Mapping[str, Lines], trade_id: str, title: str
) -> Taken:
    """Read an XLSForm as a trade of a draft; nothing is changed.

    Raises:
        NotDraft, NotThere
        Invalid: Names the fields that cannot be taken.
        Faulty: The draft's files cannot be read, or the form is none.
    """
    known = edition_status.one(step.session, edition_id)
    if known is None:
        raise NotThere
    if not known.is_draft:
        raise NotDraft
    _require_good_trade(trade_id, title := typed.line(title))
    edition, faults = edition_status.opened(step.session, edition_id)
    if edition is None:
        raise Faulty(faults)
    try:
        return take(sheets, Place(edition, trade_id, title))
    except NotAForm as error:
        raise Faulty((Fault("XLSForm", "", error.fault, error.remedy),)) from error


def _require_good_trade(trade_id: str, title: str) -> None:
    faults = {}
    if not _TRADE.fullmatch(trade_id) or trade_id in RESERVED:
        faults["trade"] = (
            "行业代号用小写英文、数字和下划线，以字母开头，例如 pump；不能用 core 这样的文件名。"
        )
    if not 1 <= len(title) <= MOST_TITLE:
        faults["title"] = f"请填写行业名称（{MOST_TITLE} 字以内）。"
    if faults:
        raise Invalid(faults)


def take_form(
    step: Step,
    edition_id: str,
    sheets: Mapping[str, Lines],
    trade_id: str,
    title: str,
    *,
    instead: bool,
) -> Taken:
    """Take an XLSForm as a trade of a draft.

    Args:
        instead: Whether a trade of this id that is there may be replaced.

    Raises:
        NotDraft, NotThere, Invalid, Faulty: As ``read_form`` has them.
        Stale: The draft was changed meanwhile.
    """
    taken = read_form(step, edition_id, sheets, trade_id, title)

    def write(folder: Path) -> None:
        head: Any = read(folder / loading.HEAD).value
        if trade_id in head["trades"] and not instead:
            said = f"草稿里已有行业“{trade_id}”。要用这份表替换它，请勾选“替换”；否则换个代号。"
            raise Invalid({"trade": said})
        trades = [*head["trades"], *({trade_id} - {*head["trades"]})]
        files = {f"{trade_id}.yaml": taken.trade, loading.HEAD: head | {"trades": trades}}
        workbook.write_files(folder, files)

    editions.rewrite(step, edition_id, write, "edition_form", trade=trade_id)
    return taken
