"""What is kept of people is told, version by version; each says that they agree to one."""

from __future__ import annotations

from dataclasses import replace

from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, NotThere, Stale
from survey.lifecycle.step import About, Step
from survey.store import accounts, settings
from survey.store import purposes as store
from survey.tables import Consent, PurposeText, User

MOST = 8000


def publish(step: Step, text: str, *, base_version: int) -> int:
    """Say something else from now on, so that everybody is asked again; return its version.

    Raises:
        Stale: Another wrote a version meanwhile.
        Invalid: It is empty, too long, or word for word the same.
    """
    kept = typed.paragraph(text)
    if not kept or len(kept) > MOST:
        raise Invalid(
            {"text": f"请写明收集什么、用来做什么、谁能看到、保存多久（{MOST} 字以内）。"}
        )
    with step.writing() as session:
        district = settings.read(session)
        if district.purpose_version != base_version:
            raise Stale
        version = base_version + 1
        session.add(
            PurposeText(
                version=version, text=kept, published_by=step.by.user_id, published_at=step.now
            )
        )
        settings.keep(session, replace(district, purpose_version=version))
        step.log(
            "purpose",
            About("district", settings.KEY),
            before={"purpose_version": base_version},
            after={"purpose_version": version},
        )
        return version


def agree(step: Step, user_id: int, version: int) -> None:
    """Note that somebody agrees to the version that is in force; twice is once.

    Raises:
        NotThere: No such user.
        Stale: There is a newer one, which they have not read.
    """
    with step.writing() as session:
        user = accounts.user(session, user_id, lock=True)
        if user is None:
            raise NotThere
        if settings.read(session).purpose_version != version:
            raise Stale
        agreed(step, user, version)


def agreed(step: Step, user: User, version: int) -> None:
    """Note it inside the caller's transaction."""
    if store.consent(step.session, user.id, version) is None:
        step.session.add(Consent(user_id=user.id, version=version, agreed_at=step.now))
        step.log("agree", user, after={"purpose_version": version})
    user.agreed_version = version
