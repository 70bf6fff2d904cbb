"""Forms: what a page asks for and how what came is read."""
