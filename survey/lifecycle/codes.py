"""The 统一社会信用代码 of a firm: one rule for forms, sign-in and whatever else reads one.

Source: GB 32100-2015 (18 places, 31 signs, check digit modulo 31); GB 11714-1997 for the
organisation's own code in places 9–17, whose check digit some older registrations do not keep.
"""

from __future__ import annotations

import unicodedata

from stdnum.cn import uscc

from survey.tables import Doubt

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Without I, O, S, V and Z."""
LENGTH = 18
COMMERCE = "9"
"""The registrar of firms (市场监管, before that 工商); others register few that make things."""
PROVINCES = "12345678"
"""How a place's number begins: 1 is the north of the country, also the state's own register."""
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def normal_code(typed_code: str) -> str:
    """Bring a code to its one form: half width, upper case, no blanks, hyphens or unseen signs."""
    if typed_code.isascii() and typed_code.isalnum():
        return typed_code.upper()  # as most are, and lists hold many
    seen = (c for c in unicodedata.normalize("NFKC", typed_code) if unicodedata.category(c) != "Cf")
    return uscc.compact("".join(seen))


def fault_in_code(code: str, *, demonstration: bool) -> str:
    """Say what is wrong with a normal code, or nothing.

    In a demonstration only fictional codes are possible besides real ones: they hold a letter
    that the alphabet does not have, so that no real firm can ever carry them.
    """
    if demonstration and is_fictional(code):
        return ""
    if len(code) != LENGTH:
        return f"统一社会信用代码应为 {LENGTH} 位，现在是 {len(code)} 位，请对照营业执照。"
    place = code[2:8]
    if not set(code) <= set(SIGNS) or not place.isdecimal():
        return "统一社会信用代码只含数字和大写字母，没有 I、O、S、V、Z，第 3 至 8 位是数字，请对照营业执照。"
    if place[0] == "0":
        return "统一社会信用代码第 3 至 8 位应是行政区划代码，请对照营业执照逐位核对。"
    if code[-1] != uscc.calc_check_digit(code[:-1]):
        return "统一社会信用代码的校验位不对，请对照营业执照逐位核对。"
    return ""


def doubts_about_code(code: str) -> tuple[Doubt, ...]:
    """Say what of a sound code is unusual: it may be right, and is taken when somebody says so."""
    if is_fictional(code):
        return ()
    found = []
    if code[0] != COMMERCE:
        found.append(Doubt.OTHER_REGISTRAR)
    if code[2] not in PROVINCES:
        found.append(Doubt.OTHER_PLACE)
    if code[16] != _own_check_digit(code[8:16]):
        found.append(Doubt.OWN_CODE)
    return tuple(found)


def _own_check_digit(own: str) -> str:
    total = sum(_DIGITS.index(sign) * weight for sign, weight in zip(own, _WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def is_fictional(code: str) -> bool:
    """Whether a code has the right length and a letter no real code can hold."""
    plain = len(code) == LENGTH and code.isascii() and code.isalnum()
    return plain and not set(code) <= set(SIGNS)
