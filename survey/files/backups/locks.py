"""Backups locked to a public key (age): whoever writes them cannot read them again.

The library pulls, we push: a pipe and a thread stand between, so that no more than a few pieces are
ever in memory or unlocked on disk.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

from survey.files.backups.members import BadBackup

MAGIC = b"age-encryption.org/v1"
LONGEST_KEY = 4096


class NoKey(ValueError):
    """What was given is no key of this kind."""


def new_key() -> tuple[str, str]:
    """Return a new secret key and the public key that belongs to it."""
    from pyrage import x25519  # few processes ever lock a backup

    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def is_public_key(text: str) -> bool:
    from pyrage import RecipientError, x25519

    try:
        x25519.Recipient.from_str(text)
    except RecipientError:
        return False
    return True


class _Target:
    """Where locked bytes go, which remembers what the disk said: the library passes on its words alone."""

    def __init__(self, file: IO[bytes], failed: list[OSError]) -> None:
        self._file, self._failed = file, failed
        self.flush = file.flush

    def write(self, piece: bytes) -> int:
        try:
            return self._file.write(piece)
        except OSError as error:
            self._failed.append(error)
            raise


@contextmanager
def locking(target: IO[bytes], public_key: str) -> Iterator[IO[bytes]]:
    """Lock whatever is written inside the block on its way to ``target``.

    Raises:
        NoKey: The public key is none.
        OSError: The target takes no more.
    """
    from pyrage import EncryptError, encrypt_io, x25519

    if not is_public_key(public_key):
        raise NoKey
    recipient = x25519.Recipient.from_str(public_key)
    out, into = os.pipe()
    failed: list[OSError] = []

    def run() -> None:
        with os.fdopen(out, "rb") as source:
            try:
                encrypt_io(source, cast(IO[bytes], _Target(target, failed)), [recipient])
            except (EncryptError, OSError) as error:
                failed.append(OSError(str(error)))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        with suppress(BrokenPipeError), os.fdopen(into, "wb") as entrance:
            yield entrance
    finally:
        thread.join()
    if failed:
        raise failed[0]


@contextmanager
def unlocked(file: IO[bytes], secret_keys: Path | None) -> Iterator[IO[bytes]]:
    """Yield the backup itself, whether it was locked or not.

    Args:
        file: At its beginning, and able to go back there.
        secret_keys: The file that ``new_key``, or age's own tool, wrote.

    Raises:
        BadBackup: It is locked, and there is no key or another one; or locked parts were changed.
        NoKey: The file of keys holds none.
    """
    locked = file.read(len(MAGIC)) == MAGIC
    file.seek(0)
    if not locked:
        yield file
        return
    if secret_keys is None:
        raise BadBackup("locked")
    with _pulled(file, _identities(secret_keys)) as plain:
        yield plain


def _identities(path: Path) -> list[object]:
    from pyrage import IdentityError, x25519

    text = path.read_bytes()[:LONGEST_KEY].decode(errors="replace")
    lines = [line.strip() for line in text.splitlines()]
    found: list[object] = []
    for line in lines:
        if line.startswith("AGE-SECRET-KEY-"):
            with suppress(IdentityError):
                found.append(x25519.Identity.from_str(line))
    if not found:
        raise NoKey
    return found


class _Exit:
    """The end of a pipe to read from, which tells at its end what went wrong at the other."""

    def __init__(self, source: IO[bytes], failed: list[BaseException], done: threading.Event):
        self._source, self._failed, self._done = source, failed, done

    def read(self, size: int) -> bytes:
        piece = self._source.read(size)
        if len(piece) < size:
            self._done.wait()
            if self._failed:
                raise _said(self._failed[0])
        return piece


def _said(error: BaseException) -> BaseException:
    from pyrage import DecryptError

    if isinstance(error, DecryptError):
        other = "No matching keys" in str(error)
        return BadBackup("other_key" if other else "garbled")
    if isinstance(error, OSError):
        return BadBackup("garbled")
    return error


@contextmanager
def _pulled(file: IO[bytes], identities: list[object]) -> Iterator[IO[bytes]]:
    from pyrage import decrypt_io

    failed: list[BaseException] = []
    done = threading.Event()
    out, into = os.pipe()

    def run() -> None:
        try:
            with suppress(BrokenPipeError), os.fdopen(into, "wb") as target:
                try:
                    decrypt_io(file, target, identities)
                except BrokenPipeError:
                    raise
                except BaseException as error:
                    failed.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    source = os.fdopen(out, "rb")
    try:
        yield cast(IO[bytes], _Exit(source, failed, done))
    finally:
        source.close()
        thread.join()
