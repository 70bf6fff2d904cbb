"""What consultants of the demonstration bring from a visit: a photo, a reason for each change, their pace."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from survey.clock import LOCAL
from survey.config import MEGABYTE
from survey.files import uploads
from survey.files.contents import Contents
from survey.files.uploads import Stored

FONT = Path(__file__).parents[3] / "static" / "fonts" / "NotoSansSC-Regular.ttf"
SIZE = (960, 640)
COPIED = "现场抽查与自评不一致：随机抽取三份记录，系统里查不到对应数据。"
"""What somebody writes who writes the same in every firm."""
FINDING = "系统里的记录与自评描述不一致，建议先把记录做实。"


@dataclass(frozen=True)
class Brought:
    """What a visit of one firm leaves behind.

    Attributes:
        copied: Whether reasons and findings are those of other firms, word for word.
        pace: Minutes from one verdict to the next.
    """

    photo: Stored
    copied: bool
    pace: int
    sample: str
    ink: Stored | None = None
    """The consultant's signature, where the visit is signed."""

    def saved_at(self, at: datetime, number: int) -> datetime:
        return at + timedelta(minutes=self.pace * number)

    def reason(self, question: str) -> str:
        if self.copied:
            return COPIED
        random = Random(f"{self.sample} {question}")  # noqa: S311  # the same every time
        month, day = random.randint(6, 8), random.randint(1, 28)
        return f"抽了 {month} 月 {day} 日前后的三份记录，其中两份在系统里查不到，与自评不一致。"

    def finding(self, question: str) -> str:
        if self.copied:
            return FINDING
        random = Random(f"{question} {self.sample}")  # noqa: S311  # the same every time
        machine, days = random.randint(1, 30), random.randint(2, 60)
        return f"{machine} 号机台旁的记录停在 {days} 天前，建议先把记录做实。"


def brought(contents: Contents, row: dict[str, Any]) -> Brought:
    """Return what a firm's row says its visit brings.

    Its ``photo_of`` is the firm whose photo is shown instead, its ``taken_on`` the day the camera
    noted.
    """
    sample = row["sample"]
    photo = _photo(contents, row.get("photo_of", sample))
    if taken := row.get("taken_on"):
        noon = datetime.combine(date.fromisoformat(str(taken)), time(12), LOCAL)
        photo = replace(photo, taken_at=noon.astimezone(UTC))
    ink = _ink(contents) if row.get("noted") else None
    return Brought(photo, row.get("copied", False), row.get("pace", 2), sample, ink)


def _ink(contents: Contents) -> Stored:
    """Draw a flourish that is nobody's signature."""
    picture = Image.new("RGB", (720, 240), "white")
    pen = ImageDraw.Draw(picture)
    points = [(60 + 10 * n, 120 + (70 if n % 3 else -50) * (1 - n / 70)) for n in range(58)]
    pen.line(points, fill="#12343b", width=6, joint="curve")
    written = BytesIO()
    picture.save(written, "PNG")
    written.seek(0)
    return uploads.take(written, "签名（虚构）.png", contents, MEGABYTE)


def _photo(contents: Contents, sample: str) -> Stored:
    """Draw a picture that says of itself that it is invented, another for each firm."""
    random = Random(f"photo {sample}")  # noqa: S311  # the same every time, not a secret
    ground = Image.new("L", (6, 4))
    ground.putdata([random.randint(150, 240) for _ in range(24)])
    picture = ground.resize(SIZE, Image.Resampling.BICUBIC).convert("RGB")
    pen = ImageDraw.Draw(picture)
    for colour in ("#084347", "#12747d", "#5c8f94", "#43555c") * 2:
        left, top = random.randint(40, 700), random.randint(140, 460)
        corner = (left + random.randint(60, 220), top + random.randint(50, 150))
        shape = random.choice((pen.rectangle, pen.ellipse))
        shape((left, top, *corner), outline="#084347", fill=colour, width=4)
    font = ImageFont.truetype(str(FONT), 40)
    pen.text((480, 70), "现场照片示意（虚构）", font=font, fill="#084347", anchor="mm")
    written = BytesIO()
    picture.save(written, "JPEG", quality=80)
    written.seek(0)
    return uploads.take(written, "现场照片（虚构）.jpg", contents, MEGABYTE)
