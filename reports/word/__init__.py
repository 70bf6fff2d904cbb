"""What Word editions are filled with: named fields, read from a value, and the templates we ship."""
