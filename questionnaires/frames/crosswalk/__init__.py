"""One set of answers read in other people's frames (一次填报，多标准对照).

The frames are data (``crosswalk.yaml``); what an answer cannot tell stays open and says so.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from questionnaires import loading
from questionnaires.answers import Sheet
from questionnaires.frames.crosswalk import miit, subdomains
from questionnaires.frames.crosswalk.checks import faults
from questionnaires.frames.crosswalk.frames import Crosswalk
from questionnaires.frames.crosswalk.results import (
    DISCLAIMER,
    FrameGroup,
    FrameResult,
    FrameRow,
    Span,
)
from questionnaires.frames.crosswalk.view import View, figure, span_text
from questionnaires.model import Edition, Questionnaire
from questionnaires.reading import read, shape

__all__ = [
    "DISCLAIMER",
    "Crosswalk",
    "FrameGroup",
    "FrameResult",
    "FrameRow",
    "Span",
    "faults",
    "figure",
    "load",
    "read_across",
    "read_frames",
    "span_text",
]


def load(edition_id: str) -> Crosswalk | None:
    """Return an edition's frames; None when it brings none.

    Raises:
        loading.UnknownEdition: There is no such edition.
        loading.BadEdition: The file has faults of shape.
    """
    return _read(edition_id, loading.folder_of(edition_id) / "crosswalk.yaml")


@cache
def _read(edition_id: str, file: Path) -> Crosswalk | None:
    if not file.is_file():
        return None
    document = read(file)
    frames = shape(document, Crosswalk)
    if frames is None or document.faults:
        raise loading.BadEdition(edition_id, tuple(document.faults))
    return frames


def read_across(
    edition: Edition, questionnaire: Questionnaire, sheet: Sheet, processes: frozenset[str]
) -> tuple[FrameResult, ...]:
    """Read a sheet, complete or not, in every frame of its edition."""
    frames = load(edition.id)
    return () if frames is None else read_frames(frames, questionnaire, sheet, processes)


def read_frames(
    frames: Crosswalk, questionnaire: Questionnaire, sheet: Sheet, processes: frozenset[str]
) -> tuple[FrameResult, ...]:
    """Read a sheet in these frames, wherever they come from (a draft's preview, a test)."""
    view = View(questionnaire, sheet, processes)
    return (
        miit.read(frames.miit, view),
        subdomains.read_maturity(frames.gbt39116, view),
        subdomains.read_capabilities(frames.zhejiang, view),
    )
