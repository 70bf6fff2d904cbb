"""What settles an appeal without us: a report's score with all it was made from, as JSON.

Two files. The *proof* is attached to the report: answers, every sum, and what edition they rest on. The
*rules* are what an edition says of worth, without its texts; the proof names them by their hash.
``readd.py`` adds the one up by the other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from questionnaires.answers import plain
from questionnaires.model import Gate, Question, Questionnaire, RatioQuestion, Section
from questionnaires.scoring import Score
from questionnaires.trace import TraceLine, trace
from reports.readd import PROOF, RULES

NAME = "score-proof.json"
RULES_NAME = "score-rules.json"
ABOUT = "计分凭证：全部答案与逐题得分，可用核对页面上的 readd.py 重算"


@dataclass(frozen=True)
class Verifiable:
    """By what a printed report can be verified.

    Args:
        address: Of its public page, as it is scanned.
        version: Of the sheet it reports on.
        seal: Of its edition's data files.
    """

    address: str
    version: int
    seal: str


def rules_of(questionnaire: Questionnaire, seal: str) -> bytes:
    """Return what a trade's questionnaire says of worth, as JSON; the same edition, the same bytes.

    Args:
        seal: Of the edition's data files.
    """
    return _written(
        {
            "format": RULES,
            "edition": questionnaire.edition,
            "title": questionnaire.edition_title,
            "seal": seal,
            "trade": questionnaire.trade.id,
            "sections": [_section(questionnaire, s) for s in questionnaire.sections],
            "ladder": [
                {
                    "id": rung.id,
                    "title": rung.title,
                    "at_least": str(rung.at_least),
                    "gates": [_gate(gate) for gate in rung.gates],
                }
                for rung in questionnaire.ladder
            ],
        }
    )


def _section(questionnaire: Questionnaire, section: Section) -> dict[str, Any]:
    return {
        "id": section.id,
        "title": section.title,
        "part": "core" if section.id in questionnaire.core_section_ids else "trade",
        "weight": str(section.weight) if section.counts else None,
        "questions": [_question(section, question) for question in section.questions],
    }


def _question(section: Section, question: Question) -> dict[str, Any]:
    above = question.above if isinstance(question, RatioQuestion) else None
    return {
        "id": question.id,
        "name": f"{question.code} {question.short}",
        "kind": question.kind,
        "needs": sorted(question.needs),
        "required": question.required and not section.optional,
        "weight": str(getattr(question, "weight", 0)),
        "above": [str(edge) for edge in above] if above else None,
    }


def _gate(gate: Gate) -> dict[str, Any]:
    """A gate without its reasons."""
    written = gate.model_dump(exclude={"reason": True, "any_of": {"__all__": {"reason"}}})
    return json.loads(json.dumps(written, default=str))


def proof_of(score: Score, *, number: str, kind: str, version: int, seal: str) -> bytes:
    """Return the answers of a sheet and every sum on their way into its score, as JSON.

    Answers to what is not asked any more, its process absent, are no part of it.

    Args:
        number: Of the report it is attached to.
        kind: Whose sheet it is.
        version: Of the sheet.
        seal: Of the edition's data files.
    """
    asked = score.questionnaire
    marks = {name: mark.answer for name, mark in score.question.items()}
    answers = {name: plain(answer) for name, answer in marks.items() if answer is not None}
    return _written(
        {
            "format": PROOF,
            "number": number,
            "sheet": kind,
            "version": version,
            "edition": asked.edition,
            "seal": seal,
            "trade": asked.trade.id,
            "rules_sha256": hashlib.sha256(rules_of(asked, seal)).hexdigest(),
            "answers_sha256": answers_hash(answers),
            "processes": sorted(score.processes),
            "answers": answers,
            "trace": [_line(line) for line in trace(score)],
            "sections": {s.section.id: _exact(s.share) for s in score.sections},
            "share": _exact(score.share),
            "rungs": [
                {
                    "id": each.rung.id,
                    "reached": each.reached,
                    "gates": [gate.state for gate in each.gates],
                }
                for each in score.rungs
            ],
        }
    )


def answers_hash(answers: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the answers as they are written one way."""
    written = json.dumps(answers, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()


def _line(line: TraceLine) -> dict[str, Any]:
    return {
        "section": line.section.id,
        "question": line.question.id,
        "state": line.state,
        "level": line.level,
        "points": _exact(line.points),
        "of_section": _exact(line.of_section),
        "of_whole": _exact(line.of_whole),
        "contribution": _exact(line.contribution),
    }


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _written(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=1).encode()
