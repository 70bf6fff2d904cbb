"""The keys of an instance: what is issued, invited and locked on devices hangs on them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from survey.config import Config
from survey.files.certificates import OWN
from survey.files.folder import sync_folder

SECRET, FALLBACKS = "secret_key", "old_secret_keys"
SIGNING_PASSWORD = "signing-password"  # noqa: S105  # the name of a file
SIGN_INS = "sign-ins.txt"
NAMES = (SECRET, FALLBACKS, OWN, SIGNING_PASSWORD, SIGN_INS)


def of(config: Config) -> Iterator[tuple[str, bytes]]:
    """Yield the keys an instance works with, wherever its settings have them from."""
    yield SECRET, config.secret_key.encode()
    if config.secret_key_fallbacks:
        yield FALLBACKS, "\n".join(config.secret_key_fallbacks).encode()
    signing = config.signing_file or config.instance / OWN
    if signing.exists():
        yield OWN, signing.read_bytes()
    if config.signing_file and config.signing_password_file:
        yield SIGNING_PASSWORD, config.signing_password_file.read_bytes()
    if (config.instance / SIGN_INS).exists():
        yield SIGN_INS, (config.instance / SIGN_INS).read_bytes()


def secret_is_set(config: Config) -> bool:
    """Say whether the secret key comes from a setting, whatever the instance keeps."""
    own = config.instance / SECRET
    return not own.exists() or own.read_bytes().strip() != config.secret_key.encode()


def put(instance: Path, name: str, key: bytes) -> None:
    """Lay a key down in an instance, readable by its owner only, whole or not at all."""
    half = instance / f".{name}-{secrets.token_hex(8)}"
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        half.replace(instance / name)
    finally:
        half.unlink(missing_ok=True)
    sync_folder(instance)
