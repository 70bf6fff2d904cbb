"""The interface for other systems (数据接口): the steps and readings of the pages, as JSON."""

from survey.views.api import assessments, documents, evidence, firms, pool, visits
from survey.views.api.operations import pages

__all__ = ["assessments", "documents", "evidence", "firms", "pages", "pool", "visits"]
