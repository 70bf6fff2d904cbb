"""Read a list of firms, every row of every sheet."""

from __future__ import annotations

import json
from typing import IO

from questionnaires.sheets import archive, lists
from questionnaires.sheets.inside import Unreadable
from survey.files.inside import Refused
from survey.files.inside.office import VERDICTS, require_plain


def look(file: IO[bytes], kind: str) -> list[bytes]:
    """Return all rows as lines of JSON; or why the list cannot be read."""
    return lines(file, kind, None)


def lines(file: IO[bytes], kind: str, most: int | None) -> list[bytes]:
    try:
        if kind == "xlsx":
            with archive.opened(file, lists.LIMITS) as opened:
                require_plain(opened, kind)
        return [b"".join(lists.dumped(lists.read(file, kind), most))]
    except archive.Refused as refused:
        raise Refused(VERDICTS[refused.reason]) from refused
    except Unreadable as bad:
        said = {"unreadable": [bad.fault.fault, bad.fault.remedy]}
        return [json.dumps(said).encode()]
