"""Mail addresses as offices write them."""

from __future__ import annotations

import re

MOST = 254
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")


def is_address(text: str) -> bool:
    """Whether a text is one plain address: no name, no comment, no second line."""
    return len(text) <= MOST and _ADDRESS.fullmatch(text) is not None
