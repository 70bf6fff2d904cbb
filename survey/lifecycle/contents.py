"""Take away files that nothing speaks of."""

from __future__ import annotations

from collections.abc import Sequence

from survey.files.contents import Contents, Lying
from survey.lifecycle.step import About, Step
from survey.store import contents as store


def clear(step: Step, contents: Contents, unclaimed: Sequence[Lying]) -> int:
    """Remove contents that were found unclaimed and still are; return how many."""
    with step.writing() as session:
        named = store.spoken_of(session)
        gone = [one for one in unclaimed if one.sha256 not in named]
        for one in gone:
            contents.remove(one.name)
        if gone:
            step.log("clear_contents", About("contents", ""), after={"files": len(gone)})
        return len(gone)
