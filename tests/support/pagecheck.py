"""What every HTML page must keep, found by reading the page once."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

Attributes = dict[str, str]
# A comma or period of half width between two 汉字, as a Chinese sentence never has it.
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,.;:!?][ ]*[\u4e00-\u9fff]")
UNSPOKEN = ("script", "style", "code", "pre", "textarea")
UNLABELLED = ("hidden", "submit", "button", "reset", "image")
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


@dataclass
class Form:
    """A form as a browser would send it untouched."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    keeps_off_browsers: bool = False
    is_filled: bool = False
    asks_password: bool = False

    @property
    def may_be_refilled(self) -> bool:
        """Whether a browser, after Back, lays old inputs over what is stored by now."""
        return self.is_filled and not (self.keeps_off_browsers or self.asks_password)

    @property
    def token(self) -> str:
        return next((value for name, value in self.values if name == "csrf_token"), "")


class Page(HTMLParser):
    """One page: its forms, and the faults in ``faults``."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.title = ""
        self.lang = ""
        self.headings = 0
        self.ids: Counter[str] = Counter()
        self.references: list[tuple[str, str]] = []
        self.labels: set[str] = set()
        self.fields: list[tuple[Attributes, bool]] = []
        self.inline: list[str] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self._form: Form | None = None
        self._select: str | None = None
        self._textarea: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in pairs}
        if tag not in VOID:
            self._open.append(tag)
        self._note(tag, at)
        if tag == "form":
            self._form = Form(
                at.get("action", ""),
                at.get("method", "get").lower(),
                keeps_off_browsers=at.get("autocomplete") == "off",
            )
            self.forms.append(self._form)
        elif tag in ("input", "select", "textarea"):
            self.fields.append((at | {"tag": tag}, "label" in self._open))
            self._keep_value(tag, at)
        elif tag == "option" and self._form and self._select and "selected" in at:
            self._form.values.append((self._select, at.get("value", "")))
            self._form.is_filled |= bool(at.get("value"))

    def handle_startendtag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        self._note(tag, {name: value or "" for name, value in pairs})

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open and self._open.pop() != tag:
            pass
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None

    def handle_data(self, words: str) -> None:
        if "title" in self._open and "svg" not in self._open:
            self.title += words
        if self._textarea and self._form:
            name = self._textarea
            before = dict(self._form.values).get(name, "")
            self._form.values = [pair for pair in self._form.values if pair[0] != name]
            self._form.values.append((name, (before + words).removeprefix("\n")))
            self._form.is_filled |= bool(words.strip())
        if words.strip() and not any(tag in self._open for tag in UNSPOKEN):
            self.texts.append(words)

    def _note(self, tag: str, at: Attributes) -> None:
        if tag == "html":
            self.lang = at.get("lang", "")
        self.headings += tag == "h1"
        if "id" in at:
            self.ids[at["id"]] += 1
        if tag == "label" and "for" in at:
            self.labels.add(at["for"])
            self.references.append(("for", at["for"]))
        for name in ("aria-labelledby", "aria-describedby", "aria-controls"):
            self.references.extend((name, target) for target in at.get(name, "").split())
        self.inline.extend(
            f"<{tag} {name}>" for name in at if name == "style" or name.startswith("on")
        )
        if tag == "style" or (tag == "script" and "src" not in at and _runs(at)):
            self.inline.append(f"<{tag}>")
        for name in ("src", "href", "action"):
            outside = re.match(r"(?:[a-z]+:)?//", at.get(name, ""), re.IGNORECASE)
            if outside and not (tag == "a" and name == "href"):
                self.inline.append(f"<{tag} {name}={at[name]}>")
        if tag == "img" and "alt" not in at:
            self.inline.append("<img> without alt")

    def _keep_value(self, tag: str, at: Attributes) -> None:
        if self._form is None or "name" not in at or "disabled" in at:
            return
        kind = at.get("type", "text")
        if tag == "select":
            self._select = at["name"]
        elif tag == "textarea":
            self._textarea = at["name"]
            self._form.values.append((at["name"], ""))
        elif kind in ("checkbox", "radio"):
            if "checked" in at:
                self._form.values.append((at["name"], at.get("value", "on")))
                self._form.is_filled = True
        elif kind not in ("submit", "button", "file", "image", "reset"):
            self._form.values.append((at["name"], at.get("value", "")))
            self._form.is_filled |= kind != "hidden" and bool(at.get("value"))
            self._form.asks_password |= kind == "password"

    @property
    def faults(self) -> list[str]:
        """Return every broken rule in words; empty for a good page."""
        found = []
        if self.lang != "zh-CN":
            found.append(f'lang is "{self.lang}", not "zh-CN"')
        if not self.title.strip():
            found.append("no title")
        if self.headings != 1:
            found.append(f"{self.headings} h1, not one")
        found += [f"id used {count} times: {id_}" for id_, count in self.ids.items() if count > 1]
        found += [
            f"{name} points nowhere: {target}"
            for name, target in self.references
            if target not in self.ids
        ]
        found += [
            f"field without label: {at}"
            for at, inside in self.fields
            if not self._labelled(at, inside)
        ]
        found += [
            f"POST form without token: {form.action}"
            for form in self.forms
            if form.method == "post" and not form.token
        ]
        found += [
            f"POST form may be refilled after Back (autocomplete): {form.action}"
            for form in self.forms
            if form.method == "post" and form.may_be_refilled
        ]
        found += [f"not allowed in a page: {what}" for what in self.inline]
        found += [
            f"half-width punctuation: {match.group()}"
            for words in self.texts
            for match in HALF_WIDTH.finditer(words)
        ]
        return found

    def _labelled(self, at: Attributes, inside_label: bool) -> bool:
        return (
            (at["tag"] == "input" and at.get("type") in UNLABELLED)
            or inside_label
            or at.get("id") in self.labels
            or bool(at.get("aria-label") or at.get("aria-labelledby"))
        )


def _runs(at: Attributes) -> bool:
    """Whether a browser would run this script element; data blocks such as JSON are not run."""
    return at.get("type", "text/javascript") in ("", "module", "text/javascript")
