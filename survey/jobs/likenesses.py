"""Look at pictures that an earlier release took in without noting what they look like."""

from __future__ import annotations

from survey.files import pictures
from survey.files.stores import contents_of
from survey.jobs.workshop import Workshop
from survey.store import evidence as store

A_NIGHT = 2000
"""How many pictures one night looks at; what is left waits for the next."""


def looked_at(workshop: Workshop) -> dict[str, str]:
    """Return what pictures look like whose rows do not say so yet, by their hash."""
    waiting = store.without_likeness(workshop.session, A_NIGHT)
    workshop.session.rollback()
    contents, found = contents_of(workshop.config), {}
    for number, (sha256, media_type) in enumerate(waiting, 1):
        found[sha256] = pictures.likeness(contents, sha256, media_type)
        workshop.progress(number, len(waiting))
    return found
