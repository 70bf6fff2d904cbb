"""What a Word template may say: names that are known, loops over lists that are known, conditions.

Nothing is called, filtered, reckoned or read from elsewhere, and a loop within a loop runs over what
the outer one holds. So what a template writes is bounded by what it is given, whatever it says.

What is known is a shape as JSON: ``"text"`` or ``"picture"``, an object of names, or a list that
holds the one object each of its items looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

LOOP: Final = {"index": "text", "first": "text", "last": "text", "length": "text"}
"""What a loop knows of itself."""
MOST_NEAR = 40
Shape = Any
Scope = Mapping[str, Shape]


class Fault(NamedTuple):
    """What is wrong: a code, the word it is about, the line of the source, and where that stands."""

    code: str
    word: str = ""
    line: int = 1
    part: str = ""
    near: str = ""


class Unlawful(ValueError):
    """A template says what it may not."""


class Lawful(ImmutableSandboxedEnvironment):
    """A sandbox that makes nothing of a template that breaks the law; what it writes is escaped."""

    def __init__(self, known: Scope) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.known = known
        self.globals.clear()
        self.filters.clear()
        self.tests.clear()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for fault in _broken(tree.body, self.known):
            raise Unlawful(fault)
        return tree


def faults(source: str, known: Scope) -> list[Fault]:
    """Return everything a source says that it may not, line by line."""
    try:
        tree = ImmutableSandboxedEnvironment().parse(source)
    except TemplateSyntaxError as error:
        return [_unreadable(error)]
    return list(dict.fromkeys(_broken(tree.body, known)))


_ASKED_END = re.compile(r"innermost block that needs to be closed is '(\w+)'")
_UNKNOWN = re.compile(r"unknown tag '(\w+)'")


def _unreadable(error: TemplateSyntaxError) -> Fault:
    said = error.message or ""
    if found := _ASKED_END.search(said):
        return Fault("unclosed", found[1], error.lineno)
    if found := _UNKNOWN.search(said):
        return Fault("unopened" if found[1].startswith("end") else "tag", found[1], error.lineno)
    return Fault("unreadable", "", error.lineno)


def _broken(body: list[nodes.Node], scope: Scope, outer: str = "") -> Iterator[Fault]:
    """Walk statements; ``outer`` is what the loop around them calls its item."""
    for node in body:
        if isinstance(node, nodes.Output):
            for one in node.nodes:
                if not isinstance(one, nodes.TemplateData):
                    yield from _written(one, scope)
        elif isinstance(node, nodes.If):
            yield from _asked(node.test, scope)
            for some in (node.body, node.elif_, node.else_):
                yield from _broken(list(some), scope, outer)
        elif isinstance(node, nodes.For):
            yield from _loop(node, scope, outer)
        else:
            yield Fault("forbidden", type(node).__name__.lower(), node.lineno)


def _loop(node: nodes.For, scope: Scope, outer: str) -> Iterator[Fault]:
    found = _shape(node.iter, scope)
    if isinstance(found, Fault):
        yield found
        return
    if not isinstance(found, list):
        yield Fault("no_list", _said(node.iter), node.lineno)
        return
    if not isinstance(node.target, nodes.Name) or node.recursive:
        yield Fault("forbidden", "for", node.lineno)
        return
    if outer and _root(node.iter) != outer:
        yield Fault("nested", _said(node.iter), node.lineno)
        return
    item = node.target.name
    inside = {**scope, item: found[0], "loop": LOOP}
    if node.test is not None:
        yield from _asked(node.test, inside)
    yield from _broken(node.body, inside, item)
    yield from _broken(node.else_, scope, outer)


def _written(node: nodes.Node, scope: Scope) -> Iterator[Fault]:
    """Of what is written: one text or picture, or one of two by a condition."""
    if isinstance(node, nodes.CondExpr):
        yield from _asked(node.test, scope)
        for one in (node.expr1, node.expr2):
            if one is not None:
                yield from _written(one, scope)
    elif not (isinstance(node, nodes.Const) and isinstance(node.value, str)):
        found = _shape(node, scope)
        if isinstance(found, Fault):
            yield found
        elif not isinstance(found, str):
            yield Fault("no_text", _said(node), node.lineno)


def _asked(node: nodes.Node, scope: Scope) -> Iterator[Fault]:
    """Of a condition: whether something is there, is or is not equal to words."""
    match node:
        case nodes.Not():
            yield from _asked(node.node, scope)
        case nodes.And() | nodes.Or():
            yield from _asked(node.left, scope)
            yield from _asked(node.right, scope)
        case nodes.Compare() if all(one.op in ("eq", "ne") for one in node.ops):
            yield from _asked(node.expr, scope)
            for one in node.ops:
                yield from _asked(one.expr, scope)
        case nodes.Const():
            pass
        case _:
            found = _shape(node, scope)
            if isinstance(found, Fault):
                yield found


def _shape(node: nodes.Node, scope: Scope) -> Shape | Fault:
    """Return the shape a name or a name of a name stands for; a fault where it stands for none."""
    if isinstance(node, nodes.Name):
        found = scope.get(node.name)
    elif isinstance(node, nodes.Getattr):
        inside = _shape(node.node, scope)
        if isinstance(inside, Fault):
            return inside
        found = inside.get(node.attr) if isinstance(inside, dict) else None
    else:
        return Fault("forbidden", type(node).__name__.lower(), node.lineno)
    return Fault("unknown", _said(node), node.lineno) if found is None else found


def _said(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_said(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"


def _root(node: nodes.Node) -> str:
    while isinstance(node, nodes.Getattr):
        node = node.node
    return node.name if isinstance(node, nodes.Name) else ""
