"""Side doors: what lets somebody into an account, or see some of it, without its password.

An identity, tokens, a calendar's address. Whoever knew a password may have made one for themselves, so a
new password by a link shuts them unless its owner says they are theirs. They go with an account that is
disabled: whoever has it enabled again need not know of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from survey.lifecycle.step import Step
from survey.store import api_tokens, calendars, identities
from survey.tables import User


@dataclass(frozen=True)
class SideDoors:
    """Which of them an account has."""

    identity: bool
    tokens: int
    calendar: bool

    @property
    def any(self) -> bool:
        return self.identity or self.tokens > 0 or self.calendar


def of_user(step: Step, user_id: int) -> SideDoors:
    session = step.session
    return SideDoors(
        identities.of_user(session, user_id) is not None,
        api_tokens.count(session, user_id, step.today),
        calendars.feed(session, user_id) is not None,
    )


def shut(step: Step, user: User) -> None:
    """Shut them all inside the caller's transaction, a row in the log each."""
    session = step.session
    if identities.of_user(session, user.id) is not None:
        identities.untie(session, user.id)
        step.log("identity_untie", user)
    shut_to_programs(step, user)


def shut_to_programs(step: Step, user: User) -> None:
    """Shut those that programs come by: what one was given for one role must not open another's."""
    session = step.session
    for token in api_tokens.of_user(session, user.id, step.today):
        token.revoked_at = step.now
        step.log("token_revoke", user, before={"purpose": token.purpose})
    if (feed := calendars.feed(session, user.id)) is not None:
        session.delete(feed)
        step.log("calendar_shut", user)
