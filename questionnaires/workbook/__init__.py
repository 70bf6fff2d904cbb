"""A trade's questionnaire as a workbook: handed out for print and review, and read back."""

from questionnaires.sheets.cells import LIMITS
from questionnaires.sheets.writing import UnsayableText
from questionnaires.workbook.drafting import write_files, yaml_text
from questionnaires.workbook.reading import Draft, Published, keep_draft, read_workbook
from questionnaires.workbook.writing import write_workbook

__all__ = [
    "LIMITS",
    "Draft",
    "Published",
    "UnsayableText",
    "keep_draft",
    "read_workbook",
    "write_files",
    "write_workbook",
    "yaml_text",
]
