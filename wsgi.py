"""The door: what the web server and the ``flask`` command open."""

import gc

from survey.joining import create_app
from survey.running import commands

app = create_app()
commands.init_app(app)

# What stands in memory by now stays for good. Searching it for garbage took a tenth of the time of
# every page, and writing down that it was searched would undo the workers' sharing of it.
gc.collect()
gc.freeze()
