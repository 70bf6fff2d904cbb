"""What costs time in every test and is no test's subject, made cheap without changing what happens."""

from __future__ import annotations

from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from survey.lifecycle import passwords

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def hash_passwords_cheaply() -> None:
    """Hash as ever, with the least parameters argon2 takes: 80 ms a sign-in become less than one."""
    assert hasattr(passwords, "_hasher")
    passwords._hasher = CHEAP
    passwords._nobody.cache_clear()


class Compiled(BytecodeCache):
    """Templates compiled once for all applications of a process; each test has one of its own."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._codes.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.bytecode_to_string()


_compiled = Compiled()


def share_templates(app: Flask) -> None:
    app.jinja_env.bytecode_cache = _compiled
