"""Who gets in, and who tries to: second factors, failed sign-ins, refusals."""

from __future__ import annotations

from survey.readings.condition.values import Around, Said, good, watch
from survey.store import accounts, second_factors
from survey.store.settings import read
from survey.tables import Role


def factors(around: Around) -> Said:
    """Count accounts that need a second factor and have none; one administrator alone is told too."""
    if read(around.session).demonstration:
        return good("demonstration")
    required = [role for role in Role if role in around.config.second_factor]
    if not required:
        return watch("nobody")
    if lacking := second_factors.who_lack(around.session, required):
        return watch("lacking", count=len(lacking))
    if len(accounts.active_of_role(around.session, Role.ADMINISTRATOR)) < len(("one", "another")):
        return watch("alone")
    return good("all")
