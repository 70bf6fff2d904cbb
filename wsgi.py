"""The door: what the web server and the ``flask`` command open."""

from survey import create_app

app = create_app()
