"""What is tried on an edition before it is published: sense, reach, worked examples, mutations."""

from __future__ import annotations

from pathlib import Path

from questionnaires import references
from questionnaires.checking import (
    bands,
    conditions,
    crosswalk,
    examples,
    national,
    reach,
    sense,
    systems,
)
from questionnaires.edition import Edition
from questionnaires.loading import Source, broken_seal, read_edition
from questionnaires.reading import Fault
from questionnaires.references import Whole


def check(folder: Path) -> tuple[Edition | None, tuple[Fault, ...]]:
    """Check everything about the edition in a folder and report all faults at once.

    What would only repeat an earlier fault is left out: the sense of an edition that lacks a file,
    and reach and worked examples while references are broken.
    """
    source = read_edition(folder)
    faults = [*source.shape_faults, *source.missing, *broken_seal(folder)]
    if source.edition is None:
        return None, tuple(faults)
    whole = Whole(source.edition, source.documents)
    broken = [*_misnamed(source), *references.faults(whole)]
    faults += broken
    if not source.missing:
        faults += sense.faults(whole)
    if not source.missing and not broken:
        faults += reach.faults(whole)
        faults += examples.faults(source.edition, examples.load(folder))
        faults += bands.faults(whole)
        faults += crosswalk.faults(whole)
        faults += conditions.faults(whole)
        faults += national.faults(whole)
        faults += systems.faults(whole)
    return source.edition, tuple(faults)


def _misnamed(source: Source) -> list[Fault]:
    edition, folder = source.edition, source.folder.name
    if edition is None or edition.id == folder:
        return []
    fault = f"年版 id“{edition.id}”与文件夹“{folder}”不同"
    return [source.documents["edition.yaml"].fault(("id",), fault, "改成相同")]
