"""The provider's pages: its file, demand without names, and the firms that agreed to be named."""

from survey.views.provider import demand, file, home
from survey.views.provider.pages import pages

__all__ = ["demand", "file", "home", "pages"]
