"""What rests on a style alone, worked out once for each style instead of once for each box.

WeasyPrint gives elements of one kind in one place one style: a report's six thousand boxes have some
seven hundred. Whether a box stands in the flow, its letters, the height of its lines, its used
lengths and whether it has a background are asked of every box, often several times; the answer is kept with the style, under a name
that no property has. What is printed so is byte for byte what is printed without.

A style must not change once it was asked. Boxes in flex and grid have theirs changed; paper has none.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import weasyprint.layout.background as backgrounds
import weasyprint.layout.inline as lines
import weasyprint.layout.percent as lengths
import weasyprint.text.line_break as letters
from weasyprint.draw.color import get_color
from weasyprint.formatting_structure.boxes import Box, PageBox

WIDTHS = tuple(f"border_{side}_width" for side in ("top", "right", "bottom", "left"))
USED = (
    *WIDTHS,
    *(f"{part}_{side}" for part in ("margin", "padding") for side in ("top", "right", "bottom", "left")),
    *("width", "min_width", "max_width", "height", "min_height", "max_height"),
)  # fmt: skip
"""What ``resolve_percentages`` gives a box."""
CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")
BARE = {"background": None} | {f"border_{corner}_radius": (0, 0) for corner in CORNERS}
"""What a box gets that has no background and square corners."""


def once(work: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the same function of a style, its answer kept with the style."""
    name = f"kept {work.__name__}"

    def kept(style: Any) -> Any:
        known = style.__dict__
        if name not in known:
            known[name] = work(style)
        return known[name]

    return kept


def ask_once() -> None:
    """Let WeasyPrint ask each style once."""
    lines.strut = once(letters.strut)
    letters.get_font_description = once(letters.get_font_description)
    _flow_once()
    _lengths_once()
    _backgrounds_once()


def _flow_once() -> None:
    whole = Box.is_in_normal_flow

    def is_in_normal_flow(box: Any) -> Any:
        known = box.style.__dict__
        if "kept flow" not in known:
            known["kept flow"] = whole(box)
        return known["kept flow"]

    Box.is_in_normal_flow = is_in_normal_flow


def _lengths_once() -> None:
    """Used lengths rest on the style, on the block around and on borders that were settled before."""
    whole = lengths.resolve_percentages

    def resolve_percentages(box: Any, containing_block: Any) -> None:
        if isinstance(box, PageBox) or not isinstance(box, Box):
            # A page, or what stands in for a box until that has its place.
            whole(box, containing_block)
            return
        given, kept = box.__dict__, box.style.__dict__.setdefault("kept lengths", {})
        around = _around(box, containing_block)
        if around in kept:
            given.update(kept[around])
        else:
            whole(box, containing_block)
            kept[around] = {name: given[name] for name in USED}

    for name, module in list(sys.modules.items()):
        if name.startswith("weasyprint.") and vars(module).get(whole.__name__) is whole:
            module.resolve_percentages = resolve_percentages  # type: ignore[attr-defined]


def _around(box: Any, containing_block: Any) -> tuple[Any, ...]:
    """What beside its style decides a box's lengths: the room it has, and borders settled with neighbours."""
    if isinstance(containing_block, Box):
        room = containing_block.width, containing_block.height
    else:
        room = tuple(containing_block)
    settled = box.style["border_collapse"] == "collapse" and WIDTHS[0] in box.__dict__
    return (*room, *(box.__dict__.get(width) for width in WIDTHS if settled))


def _backgrounds_once() -> None:
    """Most boxes have no background, and square corners; their style says so."""
    whole = backgrounds.layout_box_backgrounds
    is_bare = once(_is_bare)

    def layout_box_backgrounds(
        page: Any, box: Any, images: Any, layout_children: bool = True, style: Any = None
    ) -> None:
        alone = style or not layout_children
        if alone or box is page or not isinstance(box, Box) or not is_bare(box.style):
            whole(page, box, images, layout_children, style)
            return
        box.__dict__.update(BARE)
        for child in box.all_children():
            layout_box_backgrounds(page, child, images)

    backgrounds.layout_box_backgrounds = layout_box_backgrounds


def _is_bare(style: Any) -> bool:
    images = (style["border_image_source"], style["mask_border_source"], *style["background_image"])
    return (
        style["visibility"] != "hidden"
        and get_color(style, "background_color").alpha == 0
        and all(kind == "none" for kind, _ in images)
        and not style["box_shadow"]
        and all((0, "px") in style[corner] for corner in BARE if corner != "background")
    )
