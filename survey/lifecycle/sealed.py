"""Secrets that must be read again are kept encrypted under the instance's key."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, MultiFernet

Keys = Sequence[str]
"""The instance's secret key, then those it had before."""


def box(keys: Keys, purpose: str) -> MultiFernet:
    """Return what locks secrets of one kind away: under the newest key, opened by any."""
    words = [hashlib.sha256(f"{purpose}:{key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(word)) for word in words])
