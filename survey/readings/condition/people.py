"""Who gets in, and who tries to: second factors, failed sign-ins, refusals."""

from __future__ import annotations

from datetime import timedelta

from survey.files import breached, refusals
from survey.readings.condition.values import Around, Said, bad, good, watch
from survey.store import accounts, log, second_factors
from survey.store.settings import read
from survey.tables import Role

MINUTES = 10
"""Over how long what floods is added up."""
FAILED_SOME, FAILED_MANY = 20, 60
"""Sign-ins that failed; a district's people mistype a few in an hour."""
REFUSED_SOME, REFUSED_MANY = 500, 2000
"""Requests this machine refused; three a second, all the time, are nobody's mistake."""


def factors(around: Around) -> Said:
    """Count accounts that need a second factor and have none; one administrator alone is told too."""
    if read(around.session).demonstration:
        return good("demonstration")
    required = [role for role in Role if around.config.asks_factor(role)]
    if not required:
        return watch("nobody")
    apps = not around.config.strict
    if lacking := second_factors.who_lack(around.session, required, apps=apps):
        return watch("lacking", count=len(lacking))
    if len(accounts.active_of_role(around.session, Role.ADMINISTRATOR)) < len(("one", "another")):
        return watch("alone")
    return good("all")


def passwords(around: Around) -> Said:
    """See that the list of leaked passwords can be read, and is in its order."""
    if around.config.breached_passwords is None:
        return good("idle")
    try:
        size = breached.require_list(around.config.breached_passwords)
    except OSError:
        return bad("away")
    except breached.Unlisted:
        return bad("unsorted")
    return good("there", bytes=size)


def sign_ins(around: Around) -> Said:
    """Count sign-ins that failed of late: somebody may be guessing."""
    failed = log.count_failed_sign_ins(around.session, around.now - timedelta(minutes=MINUTES))
    return _flood(failed, FAILED_SOME, FAILED_MANY)


def refused(around: Around) -> Said:
    """Count requests that this machine's processes refused of late."""
    folder = around.config.instance / refusals.FOLDER
    return _flood(refusals.count(folder, around.now, MINUTES), REFUSED_SOME, REFUSED_MANY)


def _flood(count: int, some: int, many: int) -> Said:
    values = {"count": count, "minutes": MINUTES}
    if count >= many:
        return bad("flood", **values)
    return watch("many", **values) if count >= some else good("few", **values)
