"""Make a small picture of a photo, alone in a process with little memory and little time.

Run as a program: ``python -I thumbnail.py photo small``. A picture is the one upload that must be
decoded, and decoders are where the holes are; what breaks here breaks nothing else.
"""

from __future__ import annotations

import resource
import sys
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 40_000_000
SIDE = 480
MEMORY = 1024**3
SECONDS = 20
TOO_LARGE, BROKEN = 3, 4


def shrink(photo: str, small: str) -> str:
    """Write the small picture without any metadata and return the photo's format."""
    # Imported only where it works: the web server reads nothing here but the constants.
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(photo, formats=FORMATS) as opened:
        kind = opened.format or ""
        opened.draft("RGB", (SIDE, SIDE))
        opened.load()
        picture = _plain(ImageOps.exif_transpose(opened))
    picture.thumbnail((SIDE, SIDE))
    # A fresh picture carries nothing over: no position, no camera, no comment.
    clean = Image.new("RGB", picture.size, "white")
    clean.paste(picture)
    clean.save(small, "JPEG", quality=80, optimize=True)
    return kind


def _plain(picture: Image.Image) -> Image.Image:
    """Return any kind of picture in plain colours, what is transparent on white."""
    from PIL import Image

    if picture.mode.startswith("I") or picture.mode == "F":
        return picture.point(lambda value: value / 256).convert("L").convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        layer.thumbnail((SIDE, SIDE))
        ground = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(ground, layer).convert("RGB")
    return picture.convert("RGB")


def main(photo: str, small: str) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from PIL import Image

    try:
        sys.stdout.write(shrink(photo, small))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        return TOO_LARGE
    except Exception:  # whatever a decoder makes of hostile bytes, the answer is the same
        return BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
