"""Papers of the demonstration's projects: scans that say of themselves that they are invented."""

from __future__ import annotations

from io import BytesIO
from time import gmtime

from PIL import Image, ImageDraw, ImageFont

from survey.config import MEGABYTE
from survey.files import uploads
from survey.files.contents import Contents
from survey.files.uploads import Stored
from survey.running.demonstration.onsite import FONT
from survey.tables import ProjectPaperKind
from survey.words.projects import PAPERS

SIZE, DOTS = (827, 1169), 100
"""An A4 page in dots, of which so many are an inch."""
INK = "#23373b"
MADE = gmtime(0)
"""What the file says of when it was made: the same every time."""


def scan(contents: Contents, kind: ProjectPaperKind, lines: list[str]) -> Stored:
    """Keep a page that says what it stands for, and of which project."""
    page = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(page)
    title, text = (ImageFont.truetype(str(FONT), size) for size in (40, 24))
    pen.text((SIZE[0] // 2, 160), f"{PAPERS[kind]}（虚构）", font=title, fill=INK, anchor="mm")
    for number, line in enumerate([*lines, "本页为演示数据，单位、人员、金额均为虚构。"]):
        pen.text((110, 270 + 60 * number), line, font=text, fill=INK)
    pen.rectangle((480, 880, 720, 980), outline="#b3402f", width=4)
    pen.text((600, 930), "印章示意", font=text, fill="#b3402f", anchor="mm")
    written = BytesIO()
    page.save(written, "PDF", resolution=DOTS, title=PAPERS[kind], creationDate=MADE, modDate=MADE)
    written.seek(0)
    return uploads.take(written, f"{PAPERS[kind]}（虚构）.pdf", contents, MEGABYTE)
