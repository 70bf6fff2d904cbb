"""Pages by reader: each view finds, makes one call, and redirects or renders."""

from flask import Blueprint

from survey.views import (
    account,
    administrator,
    bureau,
    calendar,
    consultant,
    editions,
    files,
    firm,
    interests,
    jobs,
    last_round,
    need_rules,
    privacy,
    profiles,
    provider,
    responses,
    results,
    versions,
    workdays,
    worker,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    account.pages,
    administrator.pages,
    bureau.pages,
    calendar.pages,
    consultant.pages,
    editions.pages,
    files.pages,
    firm.pages,
    interests.pages,
    jobs.pages,
    last_round.pages,
    need_rules.pages,
    privacy.pages,
    profiles.pages,
    provider.pages,
    responses.pages,
    results.pages,
    versions.pages,
    workdays.pages,
    worker.pages,
)
