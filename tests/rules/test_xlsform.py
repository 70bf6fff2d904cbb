"""Every trade's questionnaire is an XLSForm that pyxform accepts, and asks what we ask."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from pyxform.xls2xform import convert

from questionnaires import __main__ as command
from questionnaires import loading
from questionnaires.edition import Edition
from questionnaires.library import SHIPPED
from questionnaires.model import GridQuestion, MultipleQuestion, Questionnaire, RatioQuestion
from questionnaires.xlsform import write_xlsform
from tests.support.builders import edition_files, write_edition

EDITION = SHIPPED.load("2026")
TRADES = tuple(EDITION.trades)
FORM = "{http://www.w3.org/2002/xforms}"


def converted(folder: Path, edition: Edition, trade: str) -> tuple[Element, list[str]]:
    """The XForm that pyxform makes, and what it warns of."""
    file = folder / f"{trade}.xlsx"
    write_xlsform(edition, trade, file)
    result = convert(file, validate=False)
    return fromstring(result.xform), list(result.warnings)


@pytest.fixture(scope="module", params=TRADES)
def trade(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def form(trade: str, tmp_path_factory: pytest.TempPathFactory) -> Element:
    made, warnings = converted(tmp_path_factory.mktemp("forms"), EDITION, trade)
    assert warnings == []
    return made


@pytest.fixture(scope="module")
def questionnaire(trade: str) -> Questionnaire:
    return EDITION.questionnaire(trade)


def binds(form: Element) -> dict[str, dict[str, str]]:
    """The rules of every asked thing, by its name."""
    return {
        bind.get("nodeset", "").rpartition("/")[2]: dict(bind.attrib)
        for bind in form.iter(f"{FORM}bind")
    }


def test_every_question_is_asked(form: Element, questionnaire: Questionnaire) -> None:
    asked = set(binds(form))

    for name, question in questionnaire.questions.items():
        if isinstance(question, RatioQuestion):
            assert {f"{name}_part", f"{name}_whole"} <= asked
        elif isinstance(question, GridQuestion):
            cells = {f"{name}_{r.id}_{c.id}" for r in question.rows for c in question.columns}
            assert cells <= asked
        else:
            assert name in asked


def test_what_submission_needs_is_required_and_nothing_else(
    form: Element, questionnaire: Questionnaire
) -> None:
    rules = binds(form)

    for section in questionnaire.sections:
        for question in section.questions:
            name = question.id
            named = name if name in rules else f"{name}_part"
            named = named if named in rules else f"{name}_asks"
            needed = question.required and not section.optional
            assert (rules.get(named, {}).get("required") == "true()") == needed, name


def test_processes_switch_questions_on(form: Element, questionnaire: Questionnaire) -> None:
    rules = binds(form)
    switched = {q.id: q.needs for q in questionnaire.questions.values() if q.needs}

    assert switched
    for name, needs in switched.items():
        bind = rules.get(name) or rules[f"{name}_part"]
        found = re.findall(r"selected\([^,]*processes\s*, '([a-z0-9_]+)'\)", bind["relevant"])
        assert set(found) == set(needs)


def test_not_applicable_is_a_choice_only_where_it_is_allowed(
    form: Element, questionnaire: Questionnaire
) -> None:
    lists: dict[str, set[str | None]] = {}
    for instance in form.iter(f"{FORM}instance"):
        if instance.get("id"):
            names = {e.text for e in instance.iter(f"{FORM}name")}
            lists[instance.get("id") or ""] = names

    assert lists
    for question in questionnaire.questions.values():
        offered = [
            lists[f"{start}{question.id}{end}"]
            for start, end in (("levels_", ""), ("options_", ""), ("", "_applies"))
            if f"{start}{question.id}{end}" in lists
        ]
        assert any("not_applicable" in names for names in offered) == question.not_applicable


def test_a_part_is_held_to_its_whole(form: Element, questionnaire: Questionnaire) -> None:
    rules = binds(form)
    ratios = [q for q in questionnaire.questions.values() if isinstance(q, RatioQuestion)]

    assert ratios
    for question in ratios:
        constraint = rules[f"{question.id}_part"]["constraint"]
        assert re.search(rf"\. <=\s+\S*/{question.id}_whole\s*$", constraint)
        assert ". >= 1" in rules[f"{question.id}_whole"]["constraint"]


def test_an_exclusive_option_stands_alone(form: Element, questionnaire: Questionnaire) -> None:
    rules = binds(form)
    exclusive = [
        (q.id, o.id)
        for q in questionnaire.questions.values()
        if isinstance(q, MultipleQuestion)
        for o in q.options
        if o.exclusive
    ]

    assert exclusive
    for name, option in exclusive:
        assert (
            f"not(selected(., '{option}') and count-selected(.) > 1)" in rules[name]["constraint"]
        )


def test_help_is_the_hint_and_evidence_the_guidance(
    form: Element, questionnaire: Questionnaire
) -> None:
    question = questionnaire.questions["design_tools"]
    texts = {e.text for e in form.iter() if e.text}

    assert question.help in texts
    assert f"查证：{question.evidence}" in texts


def test_odd_words_and_numbers_are_accepted(tmp_path: Path) -> None:
    files = edition_files()
    files["core"]["sections"][0]["questions"] += [
        {"id": "gap", "code": "R01", "kind": "number", "short": "差", "unit": "mm",
         "text": "=公式？ ${scheduling} & <b>", "least": "-1/3", "most": "2/3", "decimals": 3,
         "not_applicable": True},
    ]  # fmt: skip
    edition = loading.read_edition(write_edition(tmp_path, files)).edition
    assert edition is not None

    form, warnings = converted(tmp_path, edition, "valve")

    assert warnings == []
    assert binds(form)["gap"]["constraint"].startswith(". >= (-1 div 3) and . <= (2 div 3)")


def test_the_command_writes_a_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "form.xlsx"

    assert command.main(["xlsform", "2026", "valve", "--xlsx", str(file)]) == 0
    assert convert(file, validate=False).xform
    assert command.main(["xlsform", "2026", "pumps", "--xlsx", str(file)]) == 1
    assert "没有行业“pumps”" in capsys.readouterr().out
