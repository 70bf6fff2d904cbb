"""Users, their sessions, their one-time links, and the counters that slow guessing down."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table, one_of
from survey.tables.enums import LinkPurpose, Role


class User(Table):
    """One person. A user of a firm always has one, a provider's user a provider; nobody else has."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(one_of("role", Role), name="role"),
        CheckConstraint("(role = 'firm') = (firm_id IS NOT NULL)", name="firm"),
        Index(
            "ix_users_waiting",
            *("role", "created_at"),
            sqlite_where=text("password_hash IS NULL"),
            postgresql_where=text("password_hash IS NULL"),
        ),
        CheckConstraint("(role = 'provider') = (provider_id IS NOT NULL)", name="provider"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    """Lower case; what is typed at sign-in. A firm's first user may also type the firm's code."""
    name: Mapped[str] = mapped_column(String(60))
    role: Mapped[Role]
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firms.id"), index=True)
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("providers.id"), index=True)
    owner: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether they answer for their firm: they invite its colleagues and send them away."""
    sections: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """The modules a firm's colleague sees and fills; NULL for the whole sheet."""
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    """Given by the user themselves, to sign in with; two may claim one."""
    password_hash: Mapped[str | None] = mapped_column(String(200))
    agreed_version: Mapped[int | None]
    """The version of what is kept of them that they agreed to last (``Consent``)."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    password_changed_at: Mapped[datetime | None]

    @property
    def is_erased(self) -> bool:
        """Whether the account was closed for good (``lifecycle/erasing``): nobody opens it again."""
        return self.username == f"#{self.id}"


class UserSession(Table):
    """A signed-in browser; ending it is deleting its row."""

    __tablename__ = "user_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(60))
    agent: Mapped[str] = mapped_column(String(200))
    factor_at: Mapped[datetime | None]
    """When the second factor was shown last; NULL while the session knows the password alone."""
    challenge: Mapped[str | None] = mapped_column(String(60))
    """What a passkey is to sign next in this session (base64url); taken away by the first try."""
    challenge_at: Mapped[datetime | None]


class SecondFactor(Table):
    """What a user's authenticator app holds as well."""

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    sealed: Mapped[str] = mapped_column(String(200))
    """The shared secret, encrypted under the instance's key: a copied database opens nothing."""
    last_counter: Mapped[int]
    """The period of the newest code that was taken; none of it or of earlier ones is taken again."""
    set_at: Mapped[datetime]


class Passkey(Table):
    """A passkey (WebAuthn) of a user: in a phone, a computer or a key to plug in.

    Only its public half is here: a copied database opens nothing.
    """

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    """What its owner calls the device it is in."""
    credential: Mapped[str] = mapped_column(String(1400), unique=True)
    """By what the device knows it, base64url; at most 1023 bytes (WebAuthn level 3, 4)."""
    public_key: Mapped[str] = mapped_column(String(2000))
    """COSE, base64url."""
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """How often it has signed, by its own count; 0 for ever where a device does not count."""
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Table):
    """One of the codes that stand in for a lost app or passkey, each once; only its hash is kept."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    used_at: Mapped[datetime | None]


class Identity(Table):
    """Whom an issuer (OpenID Connect) says somebody is, tied to one account."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)
    issuer: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(255))
    """The issuer's own number of the person, which it gives to nobody else (``sub``)."""
    tied_at: Mapped[datetime]
    tied_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Whoever tied it: the user, or an administrator."""
    used_at: Mapped[datetime | None]


class OneTimeLink(Table):
    """An invitation or a reset; only the hash of the word in the link is kept."""

    __tablename__ = "one_time_links"
    __table_args__ = (CheckConstraint(one_of("purpose", LinkPurpose), name="purpose"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    purpose: Mapped[LinkPurpose]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class KnownDevice(Table):
    """A browser that has signed in as this user before: strangers' failures do not lock it out."""

    __tablename__ = "known_devices"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    seen_at: Mapped[datetime]


class Throttle(Table):
    """Failures under one key (an account, an address) in the present window."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    failures: Mapped[int]
    since: Mapped[datetime]
