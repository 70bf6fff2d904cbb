"""Page numbers of the contents, put into their page when all pages are laid out.

WeasyPrint lays a page out again when a number in it becomes known, and once more when the number of
all pages does. Ours end their lines and stand alone in them, in columns whose width is fixed: such a
number is set and moved, and everything else stays where it is. A page with any other number that
was not known is laid out again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import weasyprint.layout as laying
from weasyprint.formatting_structure.boxes import InlineBox, LineBox, TextBox
from weasyprint.layout.inline import split_text_box


def number_last() -> None:
    """Let WeasyPrint put numbers into the pages that only lack them."""
    whole = laying.make_all_pages

    def make_all_pages(context: Any, root: Any, html: Any, pages: Any) -> Iterator[Any]:
        made = list(whole(context, root, html, pages))
        for page, (*_, state) in zip(made, context.page_maker, strict=False):
            state["content_changed"] = state["content_changed"] and not _numbered(context, page)
        return iter(made)

    laying.make_all_pages = make_all_pages


def _numbered(context: Any, page: Any) -> bool:
    """Put numbers where they lacked; say whether none lacks any more."""
    boxes = list(page.descendants(placeholders=True))
    lacking = sum(1 for box in boxes if box.missing_link)
    lines = [(box, _around(box)) for box in boxes if isinstance(box, LineBox)]
    alone = [(line, around) for line, around in lines if around and around[-1].missing_link]
    if len(alone) < lacking:
        return False
    for line, around in alone:
        _put(context, line, around)
    return True


def _around(line: Any) -> list[Any]:
    """The boxes around the one text of a line that ends at its right; none where there is more."""
    around, (*_, box) = [], (line,)
    while isinstance(box, (LineBox, InlineBox)) and len(box.children) == 1:
        around.append(box)
        (box,) = box.children
    ends = line.style["text_align_all"] in ("right", "end") and line.style["direction"] == "ltr"
    return around if ends and isinstance(box, TextBox) else []


def _put(context: Any, line: Any, around: list[Any]) -> None:
    """Write what the box around the text now says, and keep where the line ends."""
    (before,), asking = around[-1].children, around[-1].missing_link
    known = context.target_collector.counter_lookup_items[asking, "content"]
    known.parse_again(known.cached_page_counter_values)
    words = "".join(child.text for child in asking.children)
    (now, _, _) = split_text_box(context, before.copy_with_text(words), None, 0)
    wider = now.width - before.width
    around[-1].children = [now]
    for box in around:
        box.width += wider
    line.translate(dx=-wider)
