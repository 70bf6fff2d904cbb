"""Which questions mean something else in a new edition, so that firms are asked them again."""

from __future__ import annotations

from questionnaires.diff.questions import label
from questionnaires.edition import Edition
from questionnaires.meaning import counterparts


def asked_again(old: Edition, new: Edition) -> dict[str, tuple[str, ...]]:
    """Return the questions whose answers of the old edition do not begin a sheet of the new one.

    Returns:
        The titles of the trades that ask each otherwise, by its label; those both editions know.
    """
    found: dict[str, tuple[str, ...]] = {}
    for trade in new.trades.values():
        if trade.id not in old.trades:
            continue
        asked = new.questionnaire(trade.id)
        for id, was in counterparts(old.questionnaire(trade.id), asked).items():
            if not was.same:
                about = label(asked.questions[id])
                found[about] = (*found.get(about, ()), trade.title)
    return found
