"""A trade's questionnaire taken from an XLSForm: what comes, and what is left out with its reason."""

from questionnaires.taken.rows import NotAForm
from questionnaires.taken.sample import write_sample
from questionnaires.taken.trade import Place, Remark, Taken, take

__all__ = ["NotAForm", "Place", "Remark", "Taken", "take", "write_sample"]
