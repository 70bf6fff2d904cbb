"""Everything issued, by its number."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table, one_of
from survey.tables.enums import DocumentKind, DocumentStanding


class Document(Table):
    """A document in somebody's hands. Its content lies in the store under ``sha256``.

    ``basis`` names all it was made from: asked for again on the same basis, it is this one.
    A database holds at most one valid document of a kind about one subject.
    """

    __tablename__ = "documents"
    __table_args__ = (
        CheckConstraint(one_of("standing", DocumentStanding), name="standing"),
        Index(
            "uq_documents_one_valid",
            "subject",
            "subject_id",
            "kind",
            unique=True,
            sqlite_where=text("standing = 'valid'"),
            postgresql_where=text("standing = 'valid'"),
        ),
        Index("ix_documents_subject_subject_id", "subject", "subject_id"),
        Index("uq_documents_token", "token", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    token: Mapped[str] = mapped_column(String(43))
    """The secret word of its public page, printed on it as a QR code."""
    kind: Mapped[DocumentKind]
    subject: Mapped[str] = mapped_column(String(20))
    """A word of the log: assessment, firm, district."""
    subject_id: Mapped[int]
    basis: Mapped[str] = mapped_column(String(64))
    edition: Mapped[str | None] = mapped_column(String(40))
    version: Mapped[int | None]
    """Of the sheet it reports on."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of its bytes as they were issued, signature and all."""
    size: Mapped[int]
    signer: Mapped[str | None] = mapped_column(String(64))
    """The SHA-256 of the certificate it was signed with."""
    attached: Mapped[list[str]]
    """The SHA-256 of each file attached to it, as it lies in the PDF."""
    standing: Mapped[DocumentStanding]
    superseded_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    stamped: Mapped[str | None] = mapped_column(String(64))
    """The content of a copy whose pages say that it counts no more."""
    stamped_for: Mapped[str | None] = mapped_column(String(40))
    """The number of the newer document that the copy names; empty where there was none."""
    short: Mapped[str | None] = mapped_column(String(64))
    """The content of its edition of four pages (简版)."""
    picture: Mapped[str | None] = mapped_column(String(64))
    """The content of its owner's page as PNG."""
    issued_at: Mapped[datetime]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class WordEdition(Table):
    """The same document as a Word file (Word 版), made from a template; its bytes lie under its hash."""

    __tablename__ = "word_editions"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("documents.id"), primary_key=True, autoincrement=False
    )
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    template: Mapped[str] = mapped_column(String(64))
    """The content of the bureau's own template; empty for the one we ship."""
    made_at: Mapped[datetime]


class PublicCounts(Table):
    """What a paper for the public counted, and what of it was held back (``reports/published``).

    The next one is judged together with it, so that no difference of the two is about a few firms;
    for a period from ``made_at`` on papers of its round and ``basis`` print its ``tables`` again.
    """

    __tablename__ = "public_counts"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("documents.id"), primary_key=True, autoincrement=False
    )
    counts: Mapped[dict[str, Any]]
    basis: Mapped[str] = mapped_column(String(16), server_default="")
    made_at: Mapped[datetime | None]
    tables: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))


class AnnualWords(Table):
    """What officers write in the yearly report of a round, apart for each of its two editions."""

    __tablename__ = "annual_words"

    round_id: Mapped[int] = mapped_column(
        ForeignKey("rounds.id"), primary_key=True, autoincrement=False
    )
    outward: Mapped[bool] = mapped_column(primary_key=True)
    """Of the edition that may leave the bureau."""
    work: Mapped[str] = mapped_column(Text)
    problems: Mapped[str] = mapped_column(Text)
    next: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    kept_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kept_at: Mapped[datetime]


class NumberSeries(Table):
    """The last number given to a document in one year: counted up under a lock, never back."""

    __tablename__ = "document_numbers"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
