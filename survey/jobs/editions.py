"""Editions of a report a batch may make: which there are, what makes each, where its file lies."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from survey.files.stores import contents_of
from survey.jobs import handouts, word
from survey.jobs.workshop import Workshop
from survey.lifecycle.jobs import Effect
from survey.lifecycle.word_editions import REPORT, template_of
from survey.store.word_editions import word_edition
from survey.tables import BatchKind, Document

MAKES: Mapping[BatchKind, Callable[[Workshop], Effect]] = {
    BatchKind.SHORT: handouts.make_both,
    BatchKind.PICTURE: handouts.make_both,
    BatchKind.WORD: word.make,
}
SUFFIX: Mapping[BatchKind, str] = {
    BatchKind.REPORTS: ".pdf",
    BatchKind.SHORT: "（简版）.pdf",
    BatchKind.PICTURE: ".png",
    BatchKind.WORD: ".docx",
}


def file_of(workshop: Workshop, kind: BatchKind, document: Document) -> str:
    """Return the hash of a report's edition; empty where it is lost, or a new one would be different.

    What its sheet says is the report's business: where that changed, another report stands.
    """
    found = {
        BatchKind.REPORTS: document.sha256,
        BatchKind.SHORT: document.short,
        BatchKind.PICTURE: document.picture,
    }.get(kind) or _word(workshop, kind, document)
    return found if found and contents_of(workshop.config).has(found) else ""


def _word(workshop: Workshop, kind: BatchKind, document: Document) -> str:
    row = word_edition(workshop.session, document.id) if kind == BatchKind.WORD else None
    current = row and row.template == template_of(workshop.session, REPORT)
    return row.sha256 if row and current else ""
