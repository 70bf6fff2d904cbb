"""What Pango is told of a style once, and a text of one style and room broken once.

WeasyPrint makes a context, a description and attributes for every line it breaks. They rest on the
style; lines of a plain style share theirs. Cells say the same again and again (a dash, a unit, the
heads of a table on each of its pages), and what did not fit on a page is broken again for the next.
"""

from __future__ import annotations

from typing import Any

import weasyprint.layout.inline as lines
import weasyprint.text.line_break as letters
from weasyprint.text.constants import PANGO_DIRECTION
from weasyprint.text.ffi import ffi, gobject, pango
from weasyprint.text.fonts import font_features
from weasyprint.text.line_break import Layout

MOST = 200
"""Letters of a text that is kept with its style: a longer one hardly comes twice."""
WHOLE_TEXT = 2**32 - 1
"""Where an attribute of Pango ends that holds to the end of any text."""
FEATURES = (
    *("font_kerning", "font_variant_ligatures", "font_variant_position", "font_variant_caps"),
    *("font_variant_numeric", "font_variant_alternates", "font_variant_east_asian"),
    "font_feature_settings",
)
"""What ``font_features`` is told of a style."""


def shape_once() -> None:
    """Let WeasyPrint break a text once for a style and a width, and tell Pango of a style once."""
    _lines_once()
    _settings_once()


def _lines_once() -> None:
    whole = lines.split_first_line

    def split_first_line(
        text: str, style: Any, context: Any, width: Any, spacing: Any, **how: bool
    ) -> Any:
        if spacing or len(text) > MOST:
            return whole(text, style, context, width, spacing, **how)
        known = style.__dict__.setdefault("kept lines", {})
        asked = (text, width, *how.items())
        if asked not in known:
            known[asked] = whole(text, style, context, width, spacing, **how)
        return known[asked]

    lines.split_first_line = split_first_line


def _settings_once() -> None:
    set_up, set_text = Layout.setup, Layout.set_text

    def setup(line: Any, style: Any) -> None:
        shared = _shared(line, style)
        if not shared:
            set_up(line, style)
            return
        context, line.language, description, attributes = shared
        line.style, line.first_line_direction = style, 0
        line.ascent = line.underline_position = line.strikethrough_position = None
        line.layout = ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
        pango.pango_layout_set_auto_dir(line.layout, False)
        pango.pango_layout_set_font_description(line.layout, description)
        pango.pango_layout_set_attributes(line.layout, attributes)

    def text(line: Any, words: str, justify: bool = False) -> None:
        if not _shared(line, line.style):
            set_text(line, words, justify)
            return
        first, end, rest = words.partition("\n")
        line.text = first + end + rest[:1]  # as much as tells where the first line ends
        pango.pango_layout_set_text(line.layout, line.text.encode().replace(b"\0", b""), -1)
        if "\t" in line.text:
            line.set_tabs()

    Layout.setup, Layout.set_text = setup, text


def _shared(line: Any, style: Any) -> tuple[Any, ...]:
    """What lines of a style share; nothing where the line or its style asks for more than letters."""
    if line.justification_spacing:
        return ()
    known = style.__dict__
    if "kept setting" not in known:
        known["kept setting"] = _setting(style) if _is_plain(style) else ()
    shared: tuple[Any, ...] = known["kept setting"]
    return shared


def _is_plain(style: Any) -> bool:
    return (
        style["text_decoration_line"] == "none"
        and style["font_language_override"] == "normal"
        and style["letter_spacing"] == "normal"
        and not style["word_spacing"]
        and bool(style["lang"])
        and not font_features(*(style[name] for name in FEATURES))
    )


def _setting(style: Any) -> tuple[Any, ...]:
    """Return context, language, description and attributes."""
    context = ffi.gc(
        pango.pango_font_map_create_context(style.font_config.font_map), gobject.g_object_unref
    )
    pango.pango_context_set_round_glyph_positions(context, False)
    pango.pango_context_set_base_dir(context, PANGO_DIRECTION[style["direction"]])
    language = pango.pango_language_from_string(style["lang"].encode())
    pango.pango_context_set_language(context, language)
    attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
    if style["overflow_wrap"] in ("anywhere", "break-word"):
        without_hyphens = pango.pango_attr_insert_hyphens_new(False)
        without_hyphens.start_index, without_hyphens.end_index = 0, WHOLE_TEXT
        pango.pango_attr_list_insert(attributes, without_hyphens)
    return context, language, letters.get_font_description(style), attributes
