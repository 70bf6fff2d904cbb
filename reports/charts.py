"""The charts of a diagnosis, of a firm over its years and of the district as ECharts options."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from reports.contrast import contrast, mixed
from reports.dashboard import Cell, Table
from reports.diagnosis import Diagnosis
from reports.diagnosis.sections import SectionLine
from reports.facts import SheetKind
from reports.trend import Mark, Point, Trend, shares
from reports.way import Reached, Span, Way, ends

FAMILY = "Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
INK, LINE, PAPER, GROUND = "#17262c", "#d3dedd", "#ffffff", "#f2f6f5"
MAIN, AMBER = "#0c5f63", "#855000"
STEP_COLOURS = ("#5c6b7a", "#38679b", "#12747d", "#1d6b45", "#9a5200")
"""All of these are the tokens of ``static/css/tokens.css``; a test holds them equal."""

Option = dict[str, Any]
BROKEN = "\n口径有变"
_TEXT = {"color": INK, "fontSize": 12, "fontFamily": FAMILY}


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


def trend(it: Trend) -> Option:
    """The whole share over a firm's rounds, by month, its own dashed beside the confirmed one.

    Where a round was measured otherwise the line is cut, and its place on the axis says so.
    """
    lines = (("企业自评", AMBER, "dashed", _own), ("现场核定", MAIN, "solid", _confirmed))
    names = [f"{p.day:%Y-%m}{BROKEN if p.breaks else ''}" for p in it.points]
    return _option(
        legend=_legend(shown=True),
        grid={"left": 8, "right": 16, "top": 40, "bottom": 8, "containLabel": True},
        xAxis={
            "type": "category",
            "data": names,
            "axisLabel": {**_TEXT, "interval": 0, "lineHeight": 18},
        },
        yAxis={
            "type": "value",
            "min": 0,
            "max": 100,
            "axisLabel": {**_TEXT, "formatter": "{value}%"},
        },
        series=[
            _run(name, colour, line, shares(it.points, of), run)
            for name, colour, line, of in lines
            for run in it.runs
        ],
    )


def _own(point: Point) -> Mark | None:
    return point.own


def _confirmed(point: Point) -> Mark | None:
    return point.confirmed


def _run(
    name: str, colour: str, line: str, values: list[float | None], run: tuple[int, int]
) -> Option:
    """One piece of a line, over the points that may be compared; the other points stay empty."""
    first, end = run
    return {
        "name": name,
        "type": "line",
        "data": [v if first <= n < end else None for n, v in enumerate(values)],
        "symbol": "circle" if line == "solid" else "emptyDiamond",
        "symbolSize": 9,
        "itemStyle": {"color": colour},
        "lineStyle": {"color": colour, "width": 2, "type": line},
        "label": {"show": False},
    }


LANE, STAIR, LEGEND = 30, 24, 34
"""Pixels of a lane, of a rung, and of the legend above."""
YEAR = 365 * 24 * 3600 * 1000
"""In milliseconds: the least that two marks of the axis lie apart."""


def way(it: Way, today: date) -> Option:
    """A firm's rungs over the years, and below on the same axis its stages and projects, a lane each."""
    first, end = ends(it.days, today)
    years: Option = {
        "type": "time",
        "min": f"{first}-01-01",
        "max": f"{end}-01-01",
        "minInterval": YEAR,
        "splitLine": {"show": True, "lineStyle": {"color": LINE}},
    }
    marks = {"axisLabel": {**_TEXT, "formatter": "{yyyy}", "hideOverlap": True}}
    upper, lower = STAIR * (len(it.ladder) + 1), LANE * len(it.lanes)
    axes = [
        {"gridIndex": 0, **years, **marks},
        {"gridIndex": 1, **years, "axisLabel": {"show": False}},
    ]
    return _option(
        legend=_legend(True) | {"left": 0},
        grid=[
            {"left": WORDS, "right": 16, "top": LEGEND, "height": upper},
            {"left": WORDS, "right": 16, "top": LEGEND + upper + 26, "height": lower},
        ],
        xAxis=axes,
        yAxis=[_stairs(it.ladder), _lanes(it.lanes)],
        series=[
            _climbed("企业自评", it.own, AMBER, "dashed", "emptyDiamond"),
            _climbed("现场核定", it.confirmed, MAIN, "solid", "circle"),
            _climbed("认定", it.recognised, STEP_COLOURS[3], None, "pin"),
            *_spans(it.spans, _late_in(first, end)),
        ],
    )


def way_height(it: Way) -> int:
    """How high that chart is, in pixels."""
    return LEGEND + STAIR * (len(it.ladder) + 1) + 26 + LANE * len(it.lanes) + 4


def _stairs(ladder: Sequence[str]) -> Option:
    axis = _axis(("未达", *ladder), _TEXT)
    return {"gridIndex": 0, "type": "category", "splitLine": {"show": True}, **axis}


def _lanes(lanes: Sequence[str]) -> Option:
    axis = _axis(lanes, _TEXT)
    axis["axisLabel"]["overflow"] = "truncate"
    return {"gridIndex": 1, "type": "category", "inverse": True, **axis}


def _climbed(
    name: str, reached: Iterable[Reached], colour: str, line: str | None, symbol: str
) -> Option:
    return {
        "name": name,
        "type": "line" if line else "scatter",
        "xAxisIndex": 0,
        "yAxisIndex": 0,
        "data": [[one.day.isoformat(), one.step] for one in reached],
        "symbol": symbol,
        "symbolSize": 10 if line else 20,
        "itemStyle": {"color": colour},
        **({"lineStyle": {"color": colour, "width": 2, "type": line}} if line else {}),
    }


def _late_in(first: int, end: int) -> date:
    """Return the day after which a title has no room to the right of it: two thirds of the axis."""
    begins = date(first, 1, 1)
    return begins + (date(end, 1, 1) - begins) * 2 / 3


def _spans(spans: Iterable[Span], late: date) -> list[Option]:
    """A bar from a span's first day to its last, its title above it where there is room."""
    return [
        {
            "type": "line",
            "xAxisIndex": 1,
            "yAxisIndex": 1,
            "data": [
                {
                    "value": [one.first.isoformat(), one.lane],
                    "label": _titled(one.title, one.first > late),
                },
                [one.last.isoformat(), one.lane],
            ],
            "symbol": "rect",
            "symbolSize": [2, 10],
            "silent": True,
            "itemStyle": {"color": (shade := MAIN if one.done else AMBER)},
            "lineStyle": {"color": shade, "width": 6},
            "labelLayout": {"hideOverlap": True},
        }
        for one in spans
    ]


def _titled(title: str, leftwards: bool) -> Option:
    return {
        **_TEXT,
        "show": True,
        "formatter": title,
        "position": "top",
        "align": "right" if leftwards else "left",
        "distance": 2,
    }


def _option(**parts: Any) -> Option:
    return {
        "animation": False,
        "textStyle": {"fontFamily": FAMILY, "color": INK},
        "aria": {"enabled": False},
        **parts,
    }


def _legend(shown: bool) -> Option:
    return {"show": shown, "top": 0, "textStyle": _TEXT, "itemWidth": 18, "itemHeight": 8}


def _name(diagnosis: Diagnosis) -> str:
    return "现场诊断" if diagnosis.kind == SheetKind.ONSITE else "企业自评"


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


# --- the district -------------------------------------------------------------------------------

SHADES = (*(mixed(MAIN, PAPER, share) for share in (0.82, 0.64, 0.47, 0.29, 0.1)), "#052e31")
"""From the lowest to the highest: told apart without colour, too, each with its number on it."""
ROW, HEAT_ROW = 32, 26
"""Pixels of a line of a chart."""
TOP = {"stacked": 54, "bars": 4, "heat": 26}
"""Pixels above its lines: a legend, nothing, names."""
WORDS = 112
"""Pixels for the names at the left."""
LEADING = 1.2
"""From one line of a wrapped name to the next, in letters' heights."""


def of_table(table: Table, size: int = 12, *, legend: bool = True) -> Option | None:
    """Return the chart of a block of the district's page; None for one that is a table alone.

    Args:
        size: Of its letters, in pixels.
        legend: Whether it says what its shades are; one above it may have said so.
    """
    drawn = {"stacked": _stacked, "bars": _bars, "heat": _heat}.get(table.shape)
    if not drawn or not table.lines:
        return None
    option = drawn(table, {"fontSize": size, "fontFamily": FAMILY})
    if not legend:
        option["legend"]["show"] = False
        option["grid"]["top"] = _above(table, legend=False) * size // 12
    return option


def _above(table: Table, *, legend: bool) -> int:
    return TOP[table.shape] if legend or table.shape != "stacked" else TOP["bars"]


def height(table: Table, dense: float = 1, *, legend: bool = True) -> int:
    """How high a chart is, in pixels.

    Args:
        dense: What part of its usual height a line has, on paper.
    """
    row = HEAT_ROW if table.shape == "heat" else ROW
    top = round(_above(table, legend=legend) * (1 + dense) / 2)
    return top + 2 + round(row * dense) * len(table.lines)


def _stacked(table: Table, words: Option) -> Option:
    """A bar a line, its parts side by side, each with its number."""
    series: list[Option] = [
        {
            "name": name,
            "type": "bar",
            "stack": "all",
            "barWidth": "68%",
            "itemStyle": {"color": shade, "borderColor": PAPER, "borderWidth": 1},
            "label": {**words, "show": True, "color": _on(shade)},
            "data": [_numbered(line.cells[at]) for line in table.lines],
        }
        for at, (name, shade) in enumerate(zip(table.head[1:], _shades(table.bars), strict=False))
    ]
    legend = _legend(True) | {
        "left": 0,
        "itemWidth": 12,
        "itemHeight": 10,
        "itemGap": 7,
        "textStyle": {**words, "color": INK},
    }
    return _option(**_lying(table, words), legend=legend, series=series)


def _bars(table: Table, words: Option) -> Option:
    """A bar a line with its figure behind it."""
    data = [
        {"value": line.cells[0].number or 0, "label": {"formatter": _said(line.cells)}}
        for line in table.lines
    ]
    bar = {
        "type": "bar",
        "barWidth": "60%",
        "itemStyle": {"color": MAIN},
        "label": {**words, "show": True, "position": "right", "color": INK},
        "data": data,
    }
    option = _lying(table, words)
    option["grid"]["right"] = 96
    return _option(**option, legend=_legend(False), series=[bar])


def _heat(table: Table, words: Option) -> Option:
    """A field a cell, the darker the more, with its figure in it."""
    data = [
        {
            "value": [x, y, float(cell.number)],
            "itemStyle": {"color": (shade := _shade_of(float(cell.number)))},
            "label": {"color": _on(shade), "formatter": cell.text},
        }
        for y, line in enumerate(table.lines)
        for x, cell in enumerate(line.cells)
        if cell.number is not None
    ]
    series = {
        "type": "heatmap",
        "data": data,
        "label": {**words, "show": True},
        "itemStyle": {"borderColor": PAPER, "borderWidth": 1},
    }
    lying = _lying(table, words)
    lying["xAxis"] = _axis(table.head[1:], words) | {"position": "top", "type": "category"}
    lying["yAxis"]["axisLabel"]["overflow"] = "truncate"
    return _option(**lying, legend=_legend(False), series=[series])


def _lying(table: Table, words: Option) -> Option:
    """The axes of a chart whose lines lie under each other, the first on top."""
    names = _axis([line.title for line in table.lines], words)
    top = TOP[table.shape] * words["fontSize"] // 12
    return {
        "grid": {"left": WORDS, "right": 16, "top": top, "bottom": 2},
        "xAxis": {"type": "value", "show": False},
        "yAxis": names | {"type": "category", "inverse": True},
    }


def _axis(names: Sequence[str], words: Option) -> Option:
    return {
        "data": list(names),
        "axisLabel": {
            **words,
            "color": INK,
            "width": WORDS - 14,
            "lineHeight": round(words["fontSize"] * LEADING),
            "overflow": "break",
            "interval": 0,
        },
        "axisLine": {"show": False},
        "axisTick": {"show": False},
    }


def _numbered(cell: Cell) -> Option:
    """A part of a bar; an empty one has no number on it."""
    return {"value": cell.number or 0, "label": {"show": bool(cell.number)}}


def _said(cells: Sequence[Cell]) -> str:
    """A figure with its share behind it, where there is one."""
    shares = [f"（{cell.text}）" for cell in cells[1:2] if cell.text.endswith("%")]
    return "".join([cells[0].text, *shares])


def _shades(parts: int) -> tuple[str, ...]:
    """As many shades, as far apart as they can be."""
    last = len(SHADES) - 1
    return tuple(SHADES[round(at * last / max(parts - 1, 1))] for at in range(parts))


def _shade_of(percent: float) -> str:
    return SHADES[min(int(percent / 100 * len(SHADES)), len(SHADES) - 1)]


def _on(shade: str) -> str:
    """What is read on a shade."""
    return max((INK, PAPER), key=lambda ink: contrast(ink, shade))
