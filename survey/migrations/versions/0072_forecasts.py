"""Keep how self-ratings fall at verification, and how unverified sheets would probably be found."""

import sqlalchemy as sa
from alembic import op

from survey.tables.base import Moment

revision = "0072"
down_revision = "0071"


def upgrade() -> None:
    op.create_table(
        "fall_models",
        sa.Column("edition", sa.String(40), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("tallies", sa.JSON(), nullable=False),
        sa.Column("rates", sa.JSON(), nullable=False),
        sa.Column("tried", sa.JSON(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("edition", name=op.f("pk_fall_models")),
    )
    op.create_table(
        "forecasts",
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("own_step", sa.Integer(), nullable=False),
        sa.Column("rungs", sa.JSON(), nullable=False),
        sa.Column("overturned", sa.Integer(), nullable=False),
        sa.Column("share_low", sa.Integer(), nullable=False),
        sa.Column("share_middle", sa.Integer(), nullable=False),
        sa.Column("share_high", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessments.id"],
            name=op.f("fk_forecasts_assessment_id_assessments"),
        ),
        sa.PrimaryKeyConstraint("assessment_id", name=op.f("pk_forecasts")),
    )
