"""The firm's pages: its assessments, its profile, its questionnaire, handing it in."""

from survey.views.firm import (
    colleagues,
    file,
    home,
    needs,
    notices,
    profile,
    projects,
    providers,
    quick,
    requests,
    review,
    samples,
    section,
    trend,
)
from survey.views.firm.pages import pages

__all__ = [
    "colleagues",
    "file",
    "home",
    "needs",
    "notices",
    "pages",
    "profile",
    "projects",
    "providers",
    "quick",
    "requests",
    "review",
    "samples",
    "section",
    "trend",
]
