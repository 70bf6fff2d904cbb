"""Let two consultants go on a visit, on a day that is planned."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

SECOND = """
    ALTER TABLE assessments ADD COLUMN second_consultant_id INTEGER
        CONSTRAINT fk_assessments_second_consultant_id REFERENCES users (id)
        CONSTRAINT ck_assessments_pair CHECK (second_consultant_id <> consultant_id)
"""


def upgrade() -> None:
    op.execute(SECOND)  # alembic would copy the whole table on SQLite, and lose its checks
    op.add_column("assessments", sa.Column("planned_on", sa.Date(), nullable=True))
    op.create_index("ix_assessments_second_consultant_id", "assessments", ["second_consultant_id"])
