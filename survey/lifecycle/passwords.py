"""Passwords: what may be one, how it is kept, how it is checked without revealing anything."""

from __future__ import annotations

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 128
OF_THE_PLACE = (
    *("数智阶梯", "shuzhijieti", "szjt", "shuzhi", "未来工厂", "weilaigongchang"),
    *("经信局", "jingxinju", "主管部门", "zhuguan", "guanliyuan", "qiye", "guwen"),
)
"""Words whoever guesses tries first here: of the product, its ladder, and who uses it (README)."""
# OWASP's minimum for argon2id; two at a time, so a crowd signing in cannot exhaust the memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turns = threading.BoundedSemaphore(2)


def fault_in(password: str, *personal: str) -> str:
    """Return why this may not be a password, in Chinese; an empty string when it may.

    Length and a list of common passwords decide; mixtures of character classes are not demanded
    (OWASP ASVS 5.0, 6.2.5). ``personal`` are words an attacker would try first.
    """
    if len(password) < SHORTEST:
        return f"密码至少 {SHORTEST} 个字符，现在有 {len(password)} 个。"
    if len(password) > LONGEST:
        return f"密码最多 {LONGEST} 个字符，现在有 {len(password)} 个。"
    plain = password.casefold()
    if plain in _common() or len(set(plain)) < 4:
        return "这个密码太常见，容易被猜中，请换一个。"
    if any(word and word.casefold() in plain for word in personal if len(word) >= 3):
        return "密码里不要包含用户名、姓名或企业名称。"
    if any(word in plain for word in OF_THE_PLACE):
        return "密码里不要包含本系统的名字、部门或身份，别人会先猜这些。请换一个。"
    return ""


@cache
def _common() -> frozenset[str]:
    # Loaded on first use: nobody who only reads pages pays for the list.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def hashed(password: str) -> str:
    with _turns:
        return _hasher.hash(_bytes(password))


def is_right(kept: str | None, password: str) -> bool:
    """Check a password; where there is none to check against, take the same time to say no."""
    with _turns:
        try:
            _hasher.verify(kept or _nobody(), _bytes(password[: LONGEST + 1]))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def _bytes(password: str) -> bytes:
    # One letter may be typed as one code point or two, depending on the keyboard.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@cache
def _nobody() -> str:
    return _hasher.hash(b"nobody has this password")
