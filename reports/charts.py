"""The charts of a diagnosis as ECharts options."""

from __future__ import annotations

from typing import Any

from reports.diagnosis import Diagnosis
from reports.diagnosis.sections import SectionLine
from reports.facts import SheetKind

FAMILY = "Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
INK, LINE, PAPER, GROUND = "#17262c", "#d3dedd", "#ffffff", "#f2f6f5"
MAIN, AMBER = "#0c5f63", "#855000"
STEP_COLOURS = ("#5c6b7a", "#38679b", "#12747d", "#1d6b45", "#9a5200")
"""All of these are the tokens of ``static/css/tokens.css``; a test holds them equal."""

Option = dict[str, Any]


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
