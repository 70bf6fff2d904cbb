"""One set of answers read in other people's frames (一次填报，多标准对照).

The frames are data (``crosswalk.yaml``); what an answer cannot tell stays open and says so.
"""

from __future__ import annotations

from questionnaires.answers import Sheet
from questionnaires.frames.crosswalk import miit, subdomains
from questionnaires.frames.crosswalk.frames import Crosswalk
from questionnaires.frames.crosswalk.results import (
    DISCLAIMER,
    FrameGroup,
    FrameResult,
    FrameRow,
    Span,
)
from questionnaires.frames.crosswalk.view import View, figure, span_text
from questionnaires.model import Questionnaire

__all__ = [
    "DISCLAIMER",
    "Crosswalk",
    "FrameGroup",
    "FrameResult",
    "FrameRow",
    "Span",
    "figure",
    "read_across",
    "span_text",
]


def read_across(
    frames: Crosswalk | None,
    questionnaire: Questionnaire,
    sheet: Sheet,
    processes: frozenset[str],
) -> tuple[FrameResult, ...]:
    """Read a sheet, complete or not, in every frame of its edition; None for one without."""
    if frames is None:
        return ()
    view = View(questionnaire, sheet, processes)
    return (
        miit.read(frames.miit, view),
        subdomains.read_maturity(frames.gbt39116, view),
        subdomains.read_capabilities(frames.zhejiang, view),
    )
