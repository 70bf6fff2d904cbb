"""The consultant's pages: the visits, the answers to verify, the conclusion, the confirmation."""

from survey.views.consultant import (
    conclusion,
    confirm,
    device,
    needs,
    notes,
    pair,
    preparation,
    samples,
    section,
    visits,
    work,
)
from survey.views.consultant.pages import pages

__all__ = [
    "conclusion",
    "confirm",
    "device",
    "needs",
    "notes",
    "pages",
    "pair",
    "preparation",
    "samples",
    "section",
    "visits",
    "work",
]
