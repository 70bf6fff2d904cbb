"""Lines of plain text, broken without asking for what paper does not have.

Most lines of a report are one text in one style: the words of a cell. WeasyPrint breaks each as if
floats stood beside it, other boxes stood in it and it might be aligned anyhow. Ours does only what
is left of that for such a line; every other line is WeasyPrint's.
"""

from __future__ import annotations

from typing import Any

import weasyprint.layout.inline as lines
from weasyprint.formatting_structure.boxes import TextBox

ROUNDING = 1 + 1e-9
"""WeasyPrint lets a line be longer by so much (PEP 485)."""

BEGINS = ("start", "left")
"""How a line is aligned that stays where it was put."""


def break_plainly() -> None:
    """Let WeasyPrint break plain lines straight."""
    whole = lines.get_next_linebox

    def get_next_linebox(
        context: Any, box: Any, y: float, bottom: Any, skip: Any, around: Any, *rest: Any
    ) -> Any:
        # Of the rest: where boxes are put that stand apart, and the styles of first letter and line.
        if _is_plain(context, box, *rest[2:]):
            line = _next(context, box, y, skip, around)
            if line:
                return line
        return whole(context, box, y, bottom, skip, around, *rest)

    lines.get_next_linebox = get_next_linebox


def _is_plain(context: Any, box: Any, first_letter: Any, first_line: Any) -> bool:
    if len(box.children) != 1 or first_letter or first_line or context.excluded_shapes:
        return False
    (text,) = box.children
    return type(text) is TextBox and text.style is box.style and _is_plain_style(box.style)


def _is_plain_style(style: Any) -> Any:
    known = style.__dict__
    if "kept plain" not in known:
        known["kept plain"] = (
            style["direction"] == "ltr"
            and style["position"] == "static"
            and style["text_align_all"] in BEGINS
            and style["text_align_last"] in (*BEGINS, "auto")
        )
    return known["kept plain"]


def _next(context: Any, box: Any, y: float, skip: Any, around: Any) -> tuple[Any, Any] | None:
    """Return the next line and where the one after it begins; None where there is nothing to see."""
    skip = lines.skip_first_whitespace(box, skip)
    if skip == "continue":
        return None
    (text,) = box.children
    left = around.content_box_x()
    width = left + around.width - left
    box.position_x, box.position_y = left, y
    text.position_x, text.position_y = left + box.text_indent, y
    lines.resolve_percentages(text, around)
    begin = next(iter(skip[0])) if skip else 0
    shown, end, _ = lines.split_text_box(
        context, text, (left + width) * ROUNDING - text.position_x, begin
    )
    if shown is None:
        return None
    line = box.copy_with_children([shown])
    line.remove_decoration(start=skip is not None, end=end is not None)
    line.width = shown.position_x + shown.margin_width() - line.content_box_x()
    lines._adjust_line_height(line)
    box.width, box.height = line.width, line.height
    lines.remove_last_whitespace(context, line)
    _place(line, shown, y)
    return line, None if end is None else {0: {end: None}}


def _place(line: Any, text: Any, y: float) -> None:
    """Put a line at a height, and its text upon its baseline."""
    text.position_y = -text.baseline
    top = min(text.position_y, -line.baseline)
    bottom = max(text.position_y + text.margin_height(), -line.baseline + line.margin_height())
    line.baseline, line.height = -top, bottom - top
    line.margin_top = line.margin_bottom = 0
    text.position_y += y - top
    line.position_y = y
