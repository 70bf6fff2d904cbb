"""Chinese sentences, by subject: everything inside speaks in codes."""
