"""Which firms a round asks, and the link each one's owner is handed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table


class Invitation(Table):
    """A firm that is asked to take part in a round (邀请).

    The word in its link is made of ``nonce`` and the installation's key whenever it is shown, so
    that paper, workbook and mail name one link, and the rows alone open nothing.
    """

    __tablename__ = "invitations"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), primary_key=True, index=True)
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    invited_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Whose link it is: the firm's owner. None until it is prepared, and where there is no owner."""
    nonce: Mapped[str] = mapped_column(String(40), default="", server_default="")
    token_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    """The link (``OneTimeLink``); None for an owner who has a password."""
