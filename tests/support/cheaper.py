"""What costs time in every test and is no test's subject, made cheap without changing what happens."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule
from whitenoise import WhiteNoise

from survey import joining
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

    It is nearly all of the making: how each address is built, and what is sent with each static file.
    """
    Rule._compile_builder = _once(  # type: ignore[method-assign]
        Rule._compile_builder, lambda rule: (rule.rule, rule.subdomain, repr(rule.defaults))
    )
    WhiteNoise.get_static_file = _once(WhiteNoise.get_static_file, lambda _: ())
    joining._digest = cache(joining._digest)


def _once(method: Callable[..., Any], what: Callable[[Any], tuple[Any, ...]]) -> Callable[..., Any]:
    """Remember what a method gives, by what it depends on of its object and by what it is given."""
    given: dict[tuple[Any, ...], Any] = {}

    def once(one: Any, *arguments: Any, **more: Any) -> Any:
        key = (*what(one), *arguments)
        if key not in given:
            given[key] = method(one, *arguments, **more)
        return given[key]

    return once


def share_templates(app: Flask) -> None:
    """Compile a template once for all processes of the run; each test has an application of its own."""
    folder = Path(os.environ[FOLDER]) / "templates"
    folder.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
