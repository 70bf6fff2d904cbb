"""What is said of a code stands in one place: no script and no template says it by itself."""

from __future__ import annotations

from pathlib import Path

from survey.words import wording
from tests.support.servers import PROJECT

SAID = (wording.NEEDS, wording.VERDICTS, wording.TEXTS, wording.LOCKED)


def the_words() -> set[str]:
    return {words for mapping in SAID for words in mapping.values()} | {
        sentence for _, sentence in wording.ERRORS.values()
    }


def files(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in PROJECT.glob(pattern))


def test_no_script_says_by_itself_what_the_server_says() -> None:
    scripts = files("static/js/**/*.js")

    said = [
        f"{path.name}: {words}"
        for path in scripts
        for words in the_words()
        if words in path.read_text("utf-8")
    ]

    assert len(scripts) > 5
    assert said == []


def test_saving_and_confirming_never_share_a_word() -> None:
    saving = files("static/js/sheet/*.js")

    assert len(saving) > 5
    assert [path.name for path in saving if "确认" in path.read_text("utf-8")] == []
    assert not any("保存" in words for words in wording.VERDICTS.values())


def test_no_template_looks_for_a_word_inside_a_text() -> None:
    templates = files("survey/templates/**/*.html", "reports/templates/**/*.html")

    looking = [
        f"{path.name}: {line.strip()[:120]}"
        for path in templates
        for line in path.read_text("utf-8").splitlines()
        if any(
            ord(c) > 0x2E80 for part in line.split('" in ')[:-1] for c in part.rpartition('"')[2]
        )
    ]

    assert templates
    assert looking == []
