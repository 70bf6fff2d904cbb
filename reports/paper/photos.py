"""Photos made safe to print: decoded, turned upright, shrunk and written anew as JPEG."""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image, ImageOps

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1000
FORMATS = ("JPEG", "PNG")


def printable(content: bytes) -> bytes | None:
    """Return a small JPEG without any metadata; None when the file cannot be shown.

    Anything but a JPEG or PNG, a broken file, and more than 40 million pixels cannot be shown.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _redrawn(content)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning):
        return None


def _redrawn(content: bytes) -> bytes | None:
    with Image.open(BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            return None
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = BytesIO()
    upright.save(written, "JPEG", quality=82)
    return written.getvalue()
