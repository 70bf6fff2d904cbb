"""The charts of a diagnosis, and of a firm over its rounds, as ECharts options."""

from __future__ import annotations

from typing import Any

from reports.diagnosis import Diagnosis
from reports.diagnosis.sections import SectionLine
from reports.facts import SheetKind
from reports.trend import Mark, Point, Trend, shares

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
