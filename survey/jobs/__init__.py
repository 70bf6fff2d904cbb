"""Work that is done later, beside the web."""
