"""What costs time in every test and is no test's subject, made cheap without changing what happens."""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule
from whitenoise import WhiteNoise

from questionnaires import reading
from survey import db, joining
from survey.lifecycle import passwords
from tests.support.guardian import FOLDER

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def hash_passwords_cheaply() -> None:
    """Hash as ever, with the least parameters argon2 takes: 80 ms a sign-in become less than one."""
    assert hasattr(passwords, "_hasher")
    passwords._hasher = CHEAP
    passwords._nobody.cache_clear()


def make_applications_cheaply() -> None:
    """Let all applications of a process share what comes out the same each time they are made.

    It is nearly all of the making: the parts of each address, and what is sent with each static file.
    """
    Rule.compile = _compiled_once(Rule.compile)  # type: ignore[method-assign]
    WhiteNoise.get_static_file = _read_once(WhiteNoise.get_static_file)
    joining._digest = cache(joining._digest)


def _compiled_once(compile_rule: Callable[[Rule], None]) -> Callable[[Rule], None]:
    """Give a rule what was made of the first one of the same words."""
    known: dict[tuple[str, str | None, str], Rule] = {}

    def once(rule: Rule) -> None:
        first = known.setdefault((rule.rule, rule.subdomain, repr(rule.defaults)), rule)
        if first is rule:
            compile_rule(rule)
        for name in MADE_OF_A_RULE:
            setattr(rule, name, getattr(first, name))

    return once


MADE_OF_A_RULE = ("_parts", "_trace", "_converters", "arguments", "_build", "_build_unknown")


def _read_once(read: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[tuple[str, str], Any] = {}

    def once(noise: WhiteNoise, path: str, url: str, **more: Any) -> Any:
        if (path, url) not in known:
            known[path, url] = read(noise, path, url, **more)
        return known[path, url]

    return once


def share_statements() -> None:
    """Turn a statement into SQL once for all engines of a kind; each test has one of its own."""
    statements: LRUCache[Any, Any] = LRUCache(2000)
    plainly = db.create_engine

    def opened(*arguments: Any, **more: Any) -> Engine:
        engine = plainly(*arguments, **more)
        engine._compiled_cache = statements
        return engine

    db.create_engine = opened
    # Part of a statement's key; ours differ in nothing but their kind.
    DefaultDialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign]
    DefaultDialect.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign]


def parse_files_once() -> None:
    """Build each YAML file of an edition once: copies of the same edition are read in hundreds of tests.

    Whoever asks is given a document of their own.
    """
    parsed, known = reading.parsed, LRUCache[Any, bytes](500)

    def once(raw: bytes, name: str) -> reading.Document:
        key = name, hashlib.sha256(raw).digest()
        if key not in known:
            known[key] = pickle.dumps(parsed(raw, name))
        document: reading.Document = pickle.loads(known[key])  # noqa: S301  # ours, of just now
        return document

    reading.parsed = once


def share_templates(app: Flask) -> None:
    """Compile a template once for all processes of the run; each test has an application of its own."""
    folder = Path(os.environ[FOLDER]) / "templates"
    folder.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
