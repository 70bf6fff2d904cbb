"""The ladder drawn as stairs, in SVG."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

from reports.charts import AMBER, FAMILY, GROUND, INK, LINE, PAPER, STEP_COLOURS
from reports.diagnosis.gaps import Stair
from reports.paper.drawing import finished

WIDTH, HEIGHT = 680, 220
_SIZE = {
    "viewBox": f"0 0 {WIDTH} {HEIGHT}",
    "width": str(WIDTH),
    "height": str(HEIGHT),
}


def ladder(stairs: tuple[Stair, ...], title: str) -> str:
    """Draw the ladder as stairs: filled where reached, a flag where the firm stands."""
    root = ElementTree.Element("svg", _SIZE)
    wide = WIDTH / len(stairs)
    rise = (HEIGHT - 110) / max(len(stairs) - 1, 1)
    for index, stair in enumerate(stairs):
        top = HEIGHT - 62 - index * rise
        _stair(root, stair, index * wide, top, wide - 6)
    return finished(root, title)


def _stair(root: ElementTree.Element, stair: Stair, left: float, top: float, wide: float) -> None:
    colour = STEP_COLOURS[(stair.number - 1) % len(STEP_COLOURS)]
    paint = {"fill": colour} if stair.reached else {"fill": GROUND, "stroke": LINE}
    _box(root, left, top, wide, HEIGHT - top, radius=4, paint=paint)
    ink, middle = PAPER if stair.reached else INK, left + wide / 2
    _text(root, stair.title, middle, top + 22, 14, ink, bold=True)
    _text(root, f"分数线 {stair.threshold.text}", middle, top + 41, 11, ink)
    _text(root, f"必备条件 {stair.gates_text}", middle, top + 57, 11, ink)
    if stair.here:
        _flag(root, middle, top, colour, "当前等级")
    elif stair.next:
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
