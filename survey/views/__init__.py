"""Pages by reader: each view finds, makes one call, and redirects or renders."""

from flask import Blueprint

from survey.views import account, administrator, results

BLUEPRINTS: tuple[Blueprint, ...] = (
    account.pages,
    administrator.pages,
    results.pages,
)
