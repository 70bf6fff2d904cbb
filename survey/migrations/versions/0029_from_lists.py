"""Keep until when a firm's title holds, and fill profiles from the figures of lists."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

FILLED = {
    "above_scale": "above_scale",
    "employees": "staff",
    "revenue": "CASE WHEN revenue < 100000000000000 THEN (revenue + 500000) / 1000000 END",
}


def upgrade() -> None:
    for table in ("roster_titles", "firm_titles"):
        op.add_column(table, sa.Column("until", sa.String(length=10), nullable=True))
    for field in FILLED:
        op.add_column("firms", sa.Column(f"listed_{field}", sa.Integer(), nullable=True))
    for field, figure in FILLED.items():
        newest = (
            f"FROM firm_years WHERE firm_years.firm_id = firms.id AND ({figure}) IS NOT NULL"
            " ORDER BY year DESC LIMIT 1"
        )
        op.execute(
            f"UPDATE firms SET {field} = (SELECT {figure} {newest}),"  # noqa: S608  words of this file
            f" listed_{field} = (SELECT year {newest})"
            f" WHERE {field} IS NULL AND id IN (SELECT firm_id FROM firm_years)"
        )
