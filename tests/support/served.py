"""The door as the servers of tests open it: templates any process of the run compiled serve them all."""

from tests.support.cheaper import share_templates
from wsgi import app

share_templates(app)
