"""Open a round: one year's campaign over one edition."""

from __future__ import annotations

from datetime import date

from sqlalchemy.exc import IntegrityError

from survey.lifecycle import edition_status, typed
from survey.lifecycle.errors import Invalid, NotThere, TitleTaken
from survey.lifecycle.step import Step
from survey.store import rounds
from survey.tables import Round

MOST_TITLE = 100


def open_round(
    step: Step, *, title: str, edition: str, opens_on: date, closes_on: date | None
) -> Round:
    """Open a round; firms find it from its first day to its last.

    Raises:
        TitleTaken, Invalid
    """
    try:
        with step.writing() as session:
            there = edition_status.usable(session)
            title = _checked(typed.line(title), edition, there, opens_on, closes_on)
            if rounds.round_titled(session, title) is not None:
                raise TitleTaken({"title": "已有同名的评估轮次，请换一个名称。"})
            round_ = Round(
                title=title,
                edition=edition,
                opens_on=opens_on,
                closes_on=closes_on,
                created_at=step.now,
            )
            session.add(round_)
            session.flush()
            step.log("open_round", round_, after={"title": title} | _span(opens_on, closes_on))
            return round_
    except IntegrityError as error:  # another officer was faster by a moment
        raise TitleTaken({"title": "已有同名的评估轮次，请换一个名称。"}) from error


def set_end(step: Step, round_id: int, closes_on: date | None) -> None:
    """Give a round another last day, or none."""
    with step.writing() as session:
        round_ = rounds.round_(session, round_id, lock=True)
        if round_ is None:
            raise NotThere
        if closes_on is not None and closes_on < round_.opens_on:
            raise Invalid({"closes_on": "截止日期不能早于开始日期。"})
        before, round_.closes_on = round_.closes_on, closes_on
        if before != closes_on:
            step.log(
                "round_end",
                round_,
                before=_span(round_.opens_on, before),
                after=_span(round_.opens_on, closes_on),
            )


def _checked(
    title: str, edition: str, there: tuple[str, ...], opens_on: date, closes_on: date | None
) -> str:
    faults: dict[str, str] = {}
    if not 1 <= len(title) <= MOST_TITLE:
        faults["title"] = f"请填写轮次名称（{MOST_TITLE} 字以内）。"
    if edition not in there:
        faults["edition"] = "请选择一个已发布、没有停用的问卷年版。"
    if closes_on is not None and closes_on < opens_on:
        faults["closes_on"] = "截止日期不能早于开始日期。"
    if faults:
        raise Invalid(faults)
    return title


def _span(opens_on: date, closes_on: date | None) -> dict[str, date | None]:
    return {"opens_on": opens_on, "closes_on": closes_on}
