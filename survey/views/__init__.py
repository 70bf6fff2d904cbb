"""Pages by reader: each view finds, makes one call, and redirects or renders."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
