"""The web: forms, database, pages."""

VERSION = "1.1"
"""What a backup says it was written by."""
