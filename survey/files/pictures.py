"""Pictures made safe to show and to print: drawn anew from an upload, never the upload itself."""

from __future__ import annotations

from survey.files import sandbox
from survey.files.contents import Contents, Damaged, Missing, form_of
from survey.files.inside import Verdict
from survey.files.kinds import BY_MEDIA_TYPE

SMALL, PRINT = "jpg", "print.jpg"
BARE = "bare"
"""An upload of release 1.0 without what its camera noted; later ones are taken in like that."""


def keep(contents: Contents, sha256: str, drawn: tuple[bytes, ...]) -> None:
    """Keep what the program drew of a picture: for paper, and small."""
    for form, picture in zip((PRINT, SMALL), drawn[:2], strict=True):
        contents.put_as(form_of(sha256, form), picture)


def printable(contents: Contents, sha256: str, media_type: str) -> bytes | None:
    """Return a picture for paper; None when it is gone or cannot be shown.

    Release 1.0 kept only the small one: what is missing is drawn now.
    """
    try:
        return contents.read(form_of(sha256, PRINT))
    except Missing:
        return _drawn_now(contents, sha256, media_type)


def handed_out(contents: Contents, sha256: str, media_type: str) -> str:
    """Return the name of what is given to a reader of a picture: no place, no camera, no owner.

    What cannot be freed of them any more is not given: then nothing lies under the name.
    """
    bare = form_of(sha256, BARE)
    if not contents.has(bare) and not contents.has(form_of(sha256, PRINT)):
        _drawn_now(contents, sha256, media_type)
        return bare
    return bare if contents.has(bare) else sha256


def likeness(contents: Contents, sha256: str, media_type: str) -> str:
    """Return what a picture looks like (``inside.picture.likeness``); "" where it cannot be shown."""
    drawn = _drawn(contents, sha256, media_type)
    return drawn[4].decode() if drawn else ""


def _drawn_now(contents: Contents, sha256: str, media_type: str) -> bytes | None:
    """Draw what release 1.0 did not keep; return the picture for paper."""
    if not (drawn := _drawn(contents, sha256, media_type)):
        return None
    contents.put_as(form_of(sha256, BARE), drawn[2])
    keep(contents, sha256, drawn)
    return drawn[0]


def _drawn(contents: Contents, sha256: str, media_type: str) -> tuple[bytes, ...]:
    """Have a picture that lies there looked at; nothing when it is gone or cannot be shown."""
    kind = BY_MEDIA_TYPE[media_type]
    try:
        seen = sandbox.look(kind.work, kind.id, contents.read(sha256))
    except (Missing, Damaged):
        return ()
    return seen.drawn if seen.verdict == Verdict.FINE else ()
