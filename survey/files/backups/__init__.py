"""A backup as a file: how it is written and read, locked to a key, and which keys it carries."""
