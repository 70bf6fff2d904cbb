"""The consultant's pages: the visits, the answers to verify, the conclusion, the confirmation."""

from survey.views.consultant import closing, section, visits
from survey.views.consultant.pages import pages

__all__ = ["closing", "pages", "section", "visits"]
