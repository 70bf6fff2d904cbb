"""Programs that look into strangers' files, run only by ``sandbox``, each time in a new process.

Nothing here is imported by the web server or the job worker, but for what stands below.
"""

from __future__ import annotations

from enum import StrEnum

MOST_PIXELS = 40_000_000
"""How many of a picture are decoded. A JPEG may have 64 times as many: it is decoded at an eighth."""


class Verdict(StrEnum):
    """What a look inside says of a file."""

    FINE = "fine"
    BROKEN = "broken"
    LOCKED = "locked"
    PIXELS = "pixels"
    UNPACKS = "unpacks"
    HEAVY = "heavy"
    MACROS = "macros"
    EMBEDS = "embeds"
    REACHES_OUT = "reaches_out"
    OTHER_KIND = "other_kind"
    SLOW = "slow"


class Refused(Exception):
    """The look inside ends here."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict)
        self.verdict = verdict
