"""The charts of a diagnosis: the same figures as its text, drawn without anything foreign."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring

from reports import charts
from reports.paper.drawing import svg
from reports.paper.ladder import ladder
from tests.support.builders import a_questionnaire, a_section
from tests.support.reporting import a_valve_diagnosis, an_onsite_diagnosis

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"


def elements(drawn: str) -> list[ElementTree.Element]:
    return list(fromstring(drawn).iter())


def words(drawn: str) -> list[str]:
    return [e.text or "" for e in elements(drawn) if e.tag.endswith("}text")]


def test_the_radar_has_an_axis_and_a_value_for_every_scored_section() -> None:
    diagnosis = a_valve_diagnosis()

    option = charts.radar(diagnosis)

    titles = [axis["name"] for axis in option["radar"]["indicator"]]
    assert titles == [section.title for section in diagnosis.scored_sections]
    assert option["series"][0]["data"][0]["value"] == [
        float(s.share.exact * 100) for s in diagnosis.scored_sections if s.share
    ]


def test_both_sheets_are_drawn_side_by_side_after_a_visit() -> None:
    diagnosis = an_onsite_diagnosis({"item_coding": 0}, {})

    drawn = svg(charts.radar(diagnosis), 640, 430, "对照")

    assert {"企业自评", "现场诊断"} <= set(words(drawn))


def test_options_are_plain_json_for_the_browser() -> None:
    option = charts.radar(an_onsite_diagnosis({}, {}))

    assert json.loads(json.dumps(option)) == option


def test_the_ladder_shows_where_the_firm_stands_and_what_comes_next() -> None:
    diagnosis = a_valve_diagnosis()

    drawn = ladder(diagnosis.ladder, "阶梯图")

    assert [w for w in words(drawn) if w in ("当前等级", "下一等级")] == ["当前等级", "下一等级"]
    assert [step.title for step in diagnosis.ladder] == [
        w for w in words(drawn) if w in {step.title for step in diagnosis.ladder}
    ]


def test_a_drawing_says_what_it_shows() -> None:
    drawn = svg(charts.radar(a_valve_diagnosis()), 640, 430, "各模块得分率：研发设计 50%")

    root = elements(drawn)[0]
    assert root.get("role") == "img"
    assert root[0].tag.endswith("}title")
    assert root[0].text == "各模块得分率：研发设计 50%"


def test_nothing_but_known_elements_and_attributes_leaves_a_drawing() -> None:
    diagnosis = a_valve_diagnosis()

    drawn = svg(charts.radar(diagnosis), 640, 430, "各模块")

    names = {e.tag.split("}")[1] for e in elements(drawn)}
    attributes = {name for e in elements(drawn) for name in e.attrib}
    assert "rect" in names or "path" in names
    assert not names & {"script", "style", "foreignObject", "image", "use", "a", "animate"}
    assert not {a for a in attributes if a.startswith("on") or "href" in a or a == "style"}


def test_words_in_a_drawing_stay_words() -> None:
    section = a_section("hostile", title="<script>alert(1)</script>&<b>粗</b>")
    questionnaire = a_questionnaire(sections=[section])
    diagnosis = a_valve_diagnosis()
    (line,) = [replace(diagnosis.scored_sections[0], title=questionnaire.sections[0].title)]

    drawn = svg(charts.radar(replace(diagnosis, sections=(line,))), 640, 430, "<title>")

    assert "<script" not in drawn
    assert "<b>" not in drawn
    assert "<script>alert(1)</script>&<b>粗</b>" in words(drawn)


def test_the_colours_of_charts_are_tokens() -> None:
    tokens = set(re.findall(r"#[0-9a-f]{6}", TOKENS.read_text("utf-8")))
    used = {charts.INK, charts.LINE, charts.PAPER, charts.GROUND}
    used |= {charts.MAIN, charts.AMBER, *charts.STEP_COLOURS}

    assert used <= tokens


def test_a_chart_is_drawn_where_an_event_loop_runs_too():
    async def draw() -> str:
        return svg({"xAxis": {}, "yAxis": {}, "series": []}, 100, 80, "空图")

    with ThreadPoolExecutor(max_workers=1) as thread:  # this one may have a loop of its own
        assert "<svg" in thread.submit(lambda: asyncio.run(draw())).result()


def test_the_web_loads_nothing_that_only_paper_needs() -> None:
    program = "import sys, survey.joining; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    modules = set(loaded.stdout.decode().split())
    assert "reports.diagnosis" in modules
    assert not modules & {"py_mini_racer", "weasyprint", "scipy", "highspy", "PIL"}
