"""The charts of a diagnosis: one ECharts option for screen and paper, and its drawing for paper.

The browser draws an option with the vendored ECharts; on paper the same file draws it as SVG inside
``mini-racer``. What comes back is rebuilt from a short list of elements and attributes, so that it
may stand inside a page under a strict content policy.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree  # Only builds; parsing is defusedxml's.

from defusedxml.ElementTree import fromstring
from py_mini_racer import MiniRacer

from reports.diagnosis import Diagnosis
from reports.diagnosis.gaps import Step
from reports.diagnosis.sections import SectionLine

ECHARTS = Path(__file__).parents[2] / "static" / "vendor" / "echarts" / "echarts.min.js"
FAMILY = "Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
INK, QUIET, LINE, PAPER, GROUND = "#17262c", "#43555c", "#d3dedd", "#ffffff", "#f2f6f5"
MAIN, AMBER = "#0c5f63", "#855000"
STEP_COLOURS = ("#5c6b7a", "#38679b", "#12747d", "#1d6b45", "#9a5200")
"""All of these are the tokens of ``static/css/tokens.css``; a test holds them equal."""
DRAWING_SECONDS = 10
LARGEST_HEAP = 512 * 1024 * 1024

Option = dict[str, Any]


# --- options --------------------------------------------------------------------------------------


def radar(diagnosis: Diagnosis) -> Option:
    """Every scored section on one axis; the firm's own sheet dashed beside the consultant's."""
    lines = diagnosis.scored_sections
    shapes = [_shape(_name(diagnosis), [_value(line) for line in lines], MAIN, "solid")]
    if diagnosis.comparison:
        shapes.append(_shape("企业自评", [_own_value(line) for line in lines], AMBER, "dashed"))
    return _option(
        legend=_legend(len(shapes) > 1),
        radar={
            "indicator": [{"name": line.title, "max": 100} for line in lines],
            "center": ["50%", "52%"],
            "radius": "68%",
            "splitNumber": 4,
            "axisName": {"color": INK, "fontSize": 12, "fontFamily": FAMILY},
            "axisNameGap": 8,
            "axisLine": {"lineStyle": {"color": LINE}},
            "splitLine": {"lineStyle": {"color": LINE}},
            "splitArea": {"show": False},
        },
        series=[{"type": "radar", "data": shapes}],
    )


def _option(**parts: Any) -> Option:
    return {
        "animation": False,
        "textStyle": {"fontFamily": FAMILY, "color": INK},
        "aria": {"enabled": False},
        **parts,
    }


def _legend(shown: bool) -> Option:
    text = {"color": INK, "fontSize": 12, "fontFamily": FAMILY}
    return {"show": shown, "top": 0, "textStyle": text, "itemWidth": 18, "itemHeight": 8}


def _name(diagnosis: Diagnosis) -> str:
    return "现场诊断" if diagnosis.kind == "onsite" else "企业自评"


def _shape(name: str, values: list[float], colour: str, line: str) -> Option:
    return {
        "name": name,
        "value": values,
        "symbol": "none",
        "itemStyle": {"color": colour},
        "lineStyle": {"color": colour, "width": 2, "type": line},
        "areaStyle": {"color": colour, "opacity": 0.16 if line == "solid" else 0},
    }


def _value(line: SectionLine) -> float:
    return float(line.share.exact * 100) if line.share else 0.0


def _own_value(line: SectionLine) -> float:
    return float(line.self_share.exact * 100) if line.self_share else 0.0


# --- drawing --------------------------------------------------------------------------------------

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
    return _finished(root, title)


def _finished(root: ElementTree.Element, title: str) -> str:
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


# --- the ladder -----------------------------------------------------------------------------------

LADDER_WIDTH, LADDER_HEIGHT = 680, 220
_LADDER = {
    "viewBox": f"0 0 {LADDER_WIDTH} {LADDER_HEIGHT}",
    "width": str(LADDER_WIDTH),
    "height": str(LADDER_HEIGHT),
}


def ladder(steps: tuple[Step, ...], title: str) -> str:
    """Draw the ladder as stairs: filled where reached, a flag where the firm stands."""
    root = ElementTree.Element("svg", _LADDER)
    wide = LADDER_WIDTH / len(steps)
    rise = (LADDER_HEIGHT - 110) / max(len(steps) - 1, 1)
    for index, step in enumerate(steps):
        top = LADDER_HEIGHT - 62 - index * rise
        _stair(root, step, index * wide, top, wide - 6)
    return _finished(root, title)


def _stair(root: ElementTree.Element, step: Step, left: float, top: float, wide: float) -> None:
    colour = STEP_COLOURS[(step.number - 1) % len(STEP_COLOURS)]
    paint = {"fill": colour} if step.reached else {"fill": GROUND, "stroke": LINE}
    _box(root, left, top, wide, LADDER_HEIGHT - top, radius=4, paint=paint)
    ink, middle = PAPER if step.reached else INK, left + wide / 2
    _text(root, step.title, middle, top + 22, 14, ink, bold=True)
    _text(root, f"分数线 {step.threshold.text}", middle, top + 41, 11, ink)
    _text(root, f"必备条件 {step.gates_text}", middle, top + 57, 11, ink)
    if step.here:
        _flag(root, middle, top, colour, "当前等级")
    elif step.next:
        _flag(root, middle, top, AMBER, "下一等级")


def _flag(root: ElementTree.Element, middle: float, top: float, colour: str, words: str) -> None:
    wide, high = 70, 22
    _box(root, middle - wide / 2, top - high - 9, wide, high, radius=11, paint={"fill": colour})
    _draw(root, "path", {"d": f"M{middle - 6} {top - 10}h12l-6 7z", "fill": colour})
    _text(root, words, middle, top - 16, 12, PAPER, bold=True)


def _box(
    root: ElementTree.Element,
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    radius: int,
    paint: Mapping[str, str],
) -> None:
    size = {"x": x, "y": y, "width": width, "height": height, "rx": radius}
    _draw(root, "rect", {**size, **paint})


def _text(
    root: ElementTree.Element,
    words: str,
    x: float,
    y: float,
    size: int,
    ink: str,
    *,
    bold: bool = False,
) -> None:
    weight = "700" if bold else "400"
    style = {"font-size": size, "font-family": FAMILY, "font-weight": weight, "fill": ink}
    _draw(root, "text", {"x": x, "y": y, "text-anchor": "middle"} | style).text = words


def _draw(
    root: ElementTree.Element, name: str, attributes: Mapping[str, object]
) -> ElementTree.Element:
    written = {
        key: f"{value:.4g}" if isinstance(value, float) else str(value)
        for key, value in attributes.items()
    }
    return ElementTree.SubElement(root, name, written)
