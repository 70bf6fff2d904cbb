"""Published samples for whoever may copy or recommend them: the same pages for firms and consultants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, render_template

from survey.readings import samples as readings
from survey.readings.samples import CardSeen
from survey.store import samples as store
from survey.tables import Sample, SampleState
from survey.web import here
from survey.words import samples as words


def listed(firm_id: int | None = None, own: Sequence[Sample] = ()) -> str:
    """Draw the published cards, those a firm resembles most first.

    Args:
        own: The cards about the firm itself.
    """
    found, names = readings.offered(here.session(), firm_id)
    return render_template("samples/list.html", found=found, names=names, words=words, own=own)


def published(sample_id: int) -> Sample:
    """Return a card that is shown to others; any other is simply not there."""
    row = store.sample(here.session(), sample_id)
    return row if row is not None and row.state == SampleState.PUBLISHED else abort(404)


def shown(it: CardSeen, **more: Any) -> str:
    """Draw one card."""
    return render_template("samples/sample.html", it=it, words=words, today=here.today(), **more)
