"""Which systems a firm uses is told from its answers, by a file of the edition."""

from __future__ import annotations

from questionnaires.checking import check
from questionnaires.frames.systems import System, Systems, shown
from questionnaires.scoring import score
from tests.support.builders import a_questionnaire, edition_files, write_edition


def systems(**questions: int) -> Systems:
    one = System(id="erp", title="ERP", meaning="都在系统里管", questions=questions)
    return Systems(source="编写组建议", confidence="proposal", systems=(one,))


def test_a_system_is_there_where_every_answer_shows_it():
    asked = a_questionnaire(questions=["orders", "stock"])

    def has(orders: int, stock: int) -> bool:
        found = score(asked, {"orders": orders, "stock": stock})
        return dict(shown(systems(orders=2, stock=3), found))["erp"]

    assert has(2, 3)
    assert not has(2, 2)
    assert not has(1, 4)


def test_an_edition_without_the_file_tells_of_none():
    found = score(a_questionnaire(questions=["orders"]), {"orders": 4})

    assert list(shown(None, found)) == []


def test_a_system_that_reads_what_nobody_asks_is_a_fault(tmp_path):
    files = edition_files()
    files["systems"] = {
        "source": "编写组建议",
        "confidence": "proposal",
        "systems": [
            {"id": "erp", "title": "ERP", "meaning": "都在系统里", "questions": {"nothing": 2}}
        ],
    }

    _, faults = check(write_edition(tmp_path, files))

    assert any("没有 0 至 4 档的“nothing”" in fault.fault for fault in faults)
