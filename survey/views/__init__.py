"""Pages by reader: each view finds, makes one call, and redirects or renders."""

from flask import Blueprint

from survey.views import account, administrator

BLUEPRINTS: tuple[Blueprint, ...] = (
    account.pages,
    administrator.pages,
)
