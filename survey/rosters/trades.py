"""Which trade a firm most likely belongs to, by its GB/T 4754-2017 code, else by what is said of it.

A proposal only: the officer corrects it. The classes are those of the trades the questionnaire knows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

CLASSES: Final = (
    ("3443", "valve"),
    ("3451", "bearing"),
    ("3452", "bearing"),
    ("3453", "bearing"),
    ("3482", "metal_products"),
    ("33", "metal_products"),
)
"""How a code begins, and whose it is; the longer ones first."""
WORDS: Final = (
    ("bearing", ("轴承", "滚珠丝杠", "直线导轨", "滑块")),
    ("valve", ("阀", "旋塞", "水暖")),
    ("metal_products", ("金属制品", "五金", "钢结构", "锁", "铰链", "紧固件", "电镀", "铸", "锻", "冲压")),
)  # fmt: skip


def of_class(code: str, trades: Collection[str]) -> str:
    """Return the trade of a class of industry; empty where none of ours."""
    digits = re.sub(r"\D", "", code)
    return next(
        (trade for begins, trade in CLASSES if digits.startswith(begins) and trade in trades), ""
    )


def of_words(said: str, trades: Collection[str]) -> str:
    """Return the trade that products or a name speak of."""
    return next((t for t, words in WORDS if t in trades and any(w in said for w in words)), "")


def proposed(industry: str, said: Iterable[str], trades: Collection[str]) -> str:
    """Return the trade proposed for a firm; empty where nothing tells.

    Args:
        industry: The code of its class.
        said: What else may tell, in the order in which it is believed: its products, its line of business
            in words, its name.
    """
    words = (of_words(one, trades) for one in said)
    return of_class(industry, trades) or next(filter(None, words), "")
