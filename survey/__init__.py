"""The web: forms, database, pages."""
