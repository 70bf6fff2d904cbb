"""What people type into short fields: tidied, and refused when no page could show it."""

from __future__ import annotations

import re
import unicodedata

from survey.lifecycle.errors import Invalid

MOST_REASON = 500
MOST_DIGITS = 9
MOST_MONEY = 100_000_000
"""0.01 万元: ten thousand million yuan in all."""
_MONEY = re.compile(r"(\d{1,7})(?:\.(\d{1,2}))?")


def line(text: str | None) -> str:
    """Tidy one line: composed characters, no control characters, single blanks, no blank ends.

    A database would refuse NUL, and no reader can see the others. What shows nothing at all, such
    as zero-width characters alone, is an empty line.
    """
    composed = unicodedata.normalize("NFC", text or "")
    visible = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in composed)
    tidy = " ".join("".join(c for c in visible if unicodedata.category(c) != "Cs").split())
    return tidy if any(unicodedata.category(c) not in ("Cf", "Zs") for c in tidy) else ""


def paragraph(text: str | None) -> str:
    """Tidy several lines, each as ``line`` does."""
    return "\n".join(line(part) for part in (text or "").splitlines()).strip()


def text(name: str, given: object, most: int) -> str:
    """Return text of several lines as it is stored: line ends unified, nothing else touched.

    Raises:
        Invalid: It is no text, too long, or holds what no database keeps.
    """
    if not isinstance(given, str):
        raise Invalid({name: "请填写文字。"})
    given = given.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) <= 0xDFFF for c in given):
        raise Invalid({name: "文字中含有无法保存的控制字符，请删除后重试。"})
    if len(given) > most:
        raise Invalid({name: f"最多 {most} 字，现在有 {len(given)} 字，请删减。"})
    return given


def whole(given: str | None) -> int | None:
    """Read a small whole number as browsers send it: at most nine ASCII digits, nothing else."""
    text = given or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def plain(given: str | None) -> str:
    """Return a number as typed, in half width and without blanks."""
    return "".join(unicodedata.normalize("NFKC", given or "").split())


def money(name: str, given: str | None) -> int | None:
    """Read an amount typed in 万元, with at most two decimals, as whole 0.01 万元; None for nothing.

    Raises:
        Invalid: It is no such amount, or too large to be one.
    """
    text = plain(given).removesuffix("万元").removesuffix("万")
    if not text:
        return None
    if text.endswith("元"):
        raise Invalid({name: "这里以万元计，您写的是元。请换算成万元再填，例如 125000 元填 12.5。"})
    found = _MONEY.fullmatch(text)
    if found is None or not text.isascii():
        raise Invalid({name: "请填以万元计的数，最多两位小数，例如 12 或 12.5。"})
    hundredths = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
    if hundredths > MOST_MONEY:
        raise Invalid({name: f"金额最多 {MOST_MONEY // 100} 万元，请核对单位是不是万元。"})
    return hundredths


def digits(given: str | None) -> str:
    """Bring a phone number to its plain digits: half width, no blanks or hyphens, no +86."""
    plain = "".join(unicodedata.normalize("NFKC", given or "").split()).replace("-", "")
    return plain.removeprefix("+86")


def reason(typed: str | None) -> str:
    """Return why a step is taken.

    Raises:
        Invalid: There is none, or it is too long for the log.
    """
    given = paragraph(typed)
    if not given:
        raise Invalid({"reason": "请写明理由。"})
    if len(given) > MOST_REASON:
        raise Invalid({"reason": f"理由最多 {MOST_REASON} 字，现在有 {len(given)} 字，请删减。"})
    return given
