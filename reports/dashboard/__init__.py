"""The district on one page (一屏): every figure as a table that says how it is counted.

The page, its charts, the workbook, the CSV and the paper are written from these tables and from
nothing else, so they cannot differ. Every count knows the list of the firms it counts.
"""

from reports.dashboard.frame import OWN, Basis, Frame, Group, Mean, Near, Unreached, Wish
from reports.dashboard.lacking import demand, deviation, gates, near, systems, unreached
from reports.dashboard.standing import funnel, heat, ladder_by, ladder_over_rounds, plan, stages
from reports.dashboard.tables import NONE, TOTAL, Asked, Cell, Line, Table, Where, count, money

__all__ = [
    "NONE",
    "OWN",
    "TOTAL",
    "Asked",
    "Basis",
    "Cell",
    "Frame",
    "Group",
    "Line",
    "Mean",
    "Near",
    "Table",
    "Unreached",
    "Where",
    "Wish",
    "count",
    "demand",
    "deviation",
    "funnel",
    "gates",
    "heat",
    "ladder_by",
    "ladder_over_rounds",
    "money",
    "near",
    "plan",
    "stages",
    "systems",
    "unreached",
]
