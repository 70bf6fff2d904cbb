"""Draw a photo anew: once as large as paper needs it, once small, without anything it carried."""

from __future__ import annotations

import io
import warnings
from datetime import datetime
from typing import IO

from PIL import Image, JpegImagePlugin

from survey.files.inside import MOST_PIXELS, Refused, Verdict
from survey.files.inside.bare import bare

PRINT, SMALL = 1000, 480
HEAVIEST = 150_000
"""Bytes of a picture that is printed."""
COLUMNS, ROWS = 9, 8
SEEN = 2
"""Two neighbours of a picture shrunk to nine by eight differ from this many of 255 greys on."""
TELLING = 16
"""How many of its 64 pairs of neighbours must differ; a photo of a hall has 37 and more, a bare wall
none but those that saving it made up."""
ONE_WAY = 3
"""A picture that grows lighter to one side in all but this many pairs is a wall, too."""
MOST_HELD = 800_000_000
_ORIENTATION, _EXIF, _TAKEN, _ZONE = 0x0112, 0x8769, 0x9003, 0x9011
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def look(file: IO[bytes], kind: str) -> list[bytes]:
    """Return the picture for paper and the small one, both JPEG, the photo itself without what it
    carried, when it was taken, as the camera noted it ("" where it did not), and its likeness.

    Args:
        kind: jpeg, png or webp; the file must be what its first bytes say.
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with _opened(file, kind) as photo:
            photo.load()
            orientation, taken = _orientation(photo), _taken(photo)
            picture = _upright(_plain(photo), orientation)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(Verdict.PIXELS) from error
    small = picture.copy()
    small.thumbnail((SMALL, SMALL))
    file.seek(0)
    itself = bare(file.read(), kind, orientation)
    drawn = [_drawn(picture, 82), _drawn(small, 80), itself]
    return [*drawn, taken.encode(), likeness(picture).encode()]


def _opened(file: IO[bytes], kind: str) -> Image.Image:
    return _jpeg(file) if kind == "jpeg" else Image.open(file, formats=[kind])


def _jpeg(file: IO[bytes]) -> Image.Image:
    """Open a photo so that no more than ``MOST_PIXELS`` will be decoded.

    Not by Image.open, which takes a photo with others inside (portraits, HDR, two lenses) for
    another format, and counts pixels that are never decoded.
    """
    photo = JpegImagePlugin.JpegImageFile(file)
    # A progressive one is held whole, two bytes for each value of each pixel, at whatever size it
    # is decoded.
    held = photo.width * photo.height * len(photo.getbands()) * 2
    if "progressive" in photo.info and held > MOST_HELD:
        raise Refused(Verdict.HEAVY)
    scale = max(photo.size) / PRINT
    photo.draft("RGB", (max(1, int(photo.width / scale)), max(1, int(photo.height / scale))))
    if photo.width * photo.height > MOST_PIXELS:
        raise Refused(Verdict.PIXELS)
    return photo


def _orientation(photo: Image.Image) -> int:
    try:
        told = int(photo.getexif().get(_ORIENTATION, 1))
    except Exception:  # what cameras wrote there may be damaged in any way; the photo is not
        return 1
    return told if told in _UPRIGHT else 1


def _taken(photo: Image.Image) -> str:
    """Return when the photo was taken, with the zone where the camera knew one: ISO 8601 or ""."""
    try:
        noted = photo.getexif().get_ifd(_EXIF)
        day, clock = noted[_TAKEN].strip("\0 ").split(" ")
        return datetime.fromisoformat(
            f"{day.replace(':', '-')}T{clock}{noted.get(_ZONE, '')}"
        ).isoformat()
    except Exception:  # absent, damaged, or a clock that was never set
        return ""


def _upright(picture: Image.Image, orientation: int) -> Image.Image:
    turn = _UPRIGHT.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def _plain(photo: Image.Image) -> Image.Image:
    """Return any kind of picture no larger than for paper, in plain colours, on white."""
    size = (PRINT, PRINT)
    if photo.mode.startswith("I") or photo.mode == "F":
        picture = photo.point(lambda value: value / 256).convert("L").convert("RGB")
    elif photo.mode in ("RGBA", "LA", "PA") or "transparency" in photo.info:
        layer = photo.convert("RGBA")
        layer.thumbnail(size)
        ground = Image.new("RGBA", layer.size, "white")
        picture = Image.alpha_composite(ground, layer).convert("RGB")
    else:
        picture = photo.convert("RGB")
    picture.thumbnail(size)
    return picture


def _drawn(picture: Image.Image, quality: int) -> bytes:
    """Return a picture anew, at a lower quality where it would be heavier than paper bears."""
    # A fresh picture carries nothing over: no position, no camera, no comment.
    clean = Image.new("RGB", picture.size, "white")
    clean.paste(picture)
    for lower in (quality, 65, 45, 25):
        written = io.BytesIO()
        clean.save(written, "JPEG", quality=lower, optimize=True)
        if written.tell() <= HEAVIEST:
            break
    return written.getvalue()


def likeness(picture: Image.Image) -> str:
    """Return a difference hash (dHash) of an upright picture: 16 hex digits, 64 bits.

    Each bit says of a picture of nine by eight greys whether it grows darker from one to the next
    on its right. Saved again, scaled or lightened a little, nearly all bits stay. "" for a picture
    that shows nothing: of bare walls all bits are equal or chance, so they would all seem alike.
    """
    small = picture.convert("L").resize((COLUMNS, ROWS), Image.Resampling.LANCZOS).tobytes()
    falls = [
        small[at] - small[at + 1] for at in range(COLUMNS * ROWS) if at % COLUMNS < COLUMNS - 1
    ]
    darker = sum(fall > 0 for fall in falls)
    telling = sum(abs(fall) >= SEEN for fall in falls)
    if telling < TELLING or not ONE_WAY < darker < len(falls) - ONE_WAY:
        return ""
    return f"{int(''.join('01'[fall > 0] for fall in falls), 2):016x}"
