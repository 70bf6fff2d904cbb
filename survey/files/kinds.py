"""What may be uploaded: the kinds of file, and what each is called by names, browsers and bytes."""

from __future__ import annotations

from dataclasses import dataclass

from survey.files.signatures import Signature

_OFFICE = "application/vnd.openxmlformats-officedocument."
OFFICE = {
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
}


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    Attributes:
        work: Which program looks inside (``inside``).
        extensions: Behind the dot; the first is the usual one.
        signature: What its first bytes must say.
    """

    id: str
    work: str
    media_type: str
    extensions: tuple[str, ...]
    signature: Signature

    @property
    def is_picture(self) -> bool:
        return self.work == "picture"

    @property
    def is_shown(self) -> bool:
        """Whether a browser shows it by itself, and runs nothing of it: pictures and PDFs alone."""
        return self.work in ("picture", "pdf")


KINDS = (
    # Windows and browsers save JPEGs under names of their own.
    Kind(
        "jpeg",
        "picture",
        "image/jpeg",
        ("jpg", "jpeg", "jfif", "jpe", "pjpeg", "pjp"),
        Signature.JPEG,
    ),
    Kind("png", "picture", "image/png", ("png",), Signature.PNG),
    Kind("webp", "picture", "image/webp", ("webp",), Signature.WEBP),
    Kind("pdf", "pdf", "application/pdf", ("pdf",), Signature.PDF),
    *(Kind(id, "office", media, (id,), Signature.ZIP) for id, media in OFFICE.items()),
)
BY_EXTENSION = {extension: kind for kind in KINDS for extension in kind.extensions}
BY_CONTENT = {kind.signature: kind for kind in KINDS if kind.work != "office"}
"""Kinds that the first bytes tell from all others."""
BY_MEDIA_TYPE = {kind.media_type: kind for kind in KINDS}
ACCEPT = ",".join(f".{extension}" for extension in BY_EXTENSION)
