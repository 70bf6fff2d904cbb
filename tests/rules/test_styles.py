"""Nothing is sent that no page uses: every class and every sign is named somewhere."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
BETWEEN = re.compile(r"[^\w-]+")
COMMENT = re.compile(r"\{#.*?#\}|/\*.*?\*/", re.DOTALL)


def names_in(*patterns: str) -> set[str]:
    """All words of the files outside comments, apart at all but letters, digits, _ and -."""
    files = [path for pattern in patterns for path in ROOT.glob(pattern)]
    assert files
    texts = [COMMENT.sub(" ", path.read_text("utf-8")) for path in files]
    return {word for text in texts for word in BETWEEN.split(text)}


def classes(sheet: Path) -> set[str]:
    rules = COMMENT.sub("", sheet.read_text("utf-8"))
    selectors = " ".join(re.findall(r"([^{}]+)\{", rules))
    return set(re.findall(r"\.([a-zA-Z_][\w-]*)", selectors))


def test_every_class_of_our_styles_is_used_by_a_page_or_a_script() -> None:
    used = names_in("survey/templates/**/*.html", "static/js/**/*.js")
    sheets = sorted((ROOT / "static" / "css").glob("*.css"))

    unused = {sheet.name: classes(sheet) - used for sheet in sheets}

    assert sum(len(classes(sheet)) for sheet in sheets) > 300
    assert not {name: found for name, found in unused.items() if found}


def test_every_sign_is_shown_somewhere() -> None:
    used = names_in("survey/templates/**/*.html", "static/js/**/*.js", "survey/words/*.py")
    signs = set(re.findall(r'<symbol id="([a-z-]+)"', (ROOT / "static/img/icons.svg").read_text()))

    assert signs
    assert not signs - used
