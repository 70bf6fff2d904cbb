"""An ECharts option drawn as SVG for paper, by the same file that draws it in a browser.

The file runs inside ``mini-racer``. What comes back is rebuilt from a short list of elements and
attributes, so that it may stand inside a page under a strict content policy.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree  # Only builds; parsing is defusedxml's.

from defusedxml.ElementTree import fromstring

from reports.charts import Option

if TYPE_CHECKING:
    from py_mini_racer import MiniRacer

ECHARTS = Path(__file__).parents[2] / "static" / "vendor" / "echarts" / "echarts.min.js"
DRAWING_SECONDS = 10
LARGEST_HEAP = 512 * 1024 * 1024
_DRAW = """
function draw(option, width, height) {
  const chart = echarts.init(null, null, {renderer: "svg", ssr: true, width, height});
  try { chart.setOption(JSON.parse(option)); return chart.renderToSVGString(); }
  finally { chart.dispose(); }
}
"""


class NotDrawn(RuntimeError):
    """ECharts gave something other than an SVG."""


@lru_cache(maxsize=1)
def _hand(process: int) -> ThreadPoolExecutor:
    """The one thread of a process that draws: V8 takes no time limit where an event loop runs."""
    return ThreadPoolExecutor(1, thread_name_prefix="charts")


@lru_cache(maxsize=1)
def _context(process: int) -> MiniRacer:
    """One V8 per process; a fork must not touch its parent's."""
    from py_mini_racer import MiniRacer  # whoever draws without ECharts loads no engine

    context = MiniRacer()
    context.set_hard_memory_limit(LARGEST_HEAP)
    context.eval(ECHARTS.read_text(encoding="utf-8"))
    context.eval(_DRAW)
    return context


def svg(option: Option, width: int, height: int, title: str) -> str:
    """Draw an option as a self-contained SVG element; ``title`` is what a screen reader says."""
    drawn = _hand(os.getpid()).submit(_drawn, json.dumps(option), width, height).result()
    return _sanitised(drawn, title)


def _drawn(option: str, width: int, height: int) -> str:
    call = _context(os.getpid()).call
    return str(call("draw", option, width, height, timeout_sec=DRAWING_SECONDS))


SVG = "http://www.w3.org/2000/svg"
_ELEMENTS = frozenset(
    "svg g path rect circle ellipse line polyline polygon text tspan defs clipPath "
    "linearGradient radialGradient stop".split()
)
_STYLES = frozenset("font-size font-family font-weight font-style fill stroke opacity".split())
_ATTRIBUTES = _STYLES | frozenset(
    "d x y x1 y1 x2 y2 cx cy r rx ry width height viewBox points transform id offset "
    "fill-opacity fill-rule stroke-width stroke-opacity stroke-dasharray stroke-linecap "
    "stroke-linejoin stop-color stop-opacity clip-path dominant-baseline text-anchor".split()
)


def _sanitised(drawn: str, title: str) -> str:
    """Rebuild an SVG from known elements and attributes; ``style`` becomes plain attributes."""
    root = _copy(fromstring(drawn))
    if root is None:
        raise NotDrawn(drawn[:80])
    return finished(root, title)


def finished(root: ElementTree.Element, title: str) -> str:
    """Return an SVG as text, with what a screen reader says of it."""
    root.set("xmlns", SVG)
    root.set("role", "img")
    label = ElementTree.Element("title")
    label.text = title
    root.insert(0, label)
    return ElementTree.tostring(root, encoding="unicode")


def _copy(element: ElementTree.Element) -> ElementTree.Element | None:
    name = element.tag.removeprefix(f"{{{SVG}}}")
    if name not in _ELEMENTS:
        return None
    copy = ElementTree.Element(name, _attributes(element.attrib))
    copy.text = element.text if name in ("text", "tspan") else None
    copy.extend(kept for child in element if (kept := _copy(child)) is not None)
    return copy


def _attributes(given: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in given.items() if name in _ATTRIBUTES}
    for declaration in given.get("style", "").split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() in _STYLES:
            kept[name.strip()] = value.strip()
    return {n: v for n, v in kept.items() if "url(" not in v or v.startswith("url(#")}
