"""The table of the alarms."""

import sqlalchemy as sa

from directory.columns import UtcDateTime
from service.database.columns import id_column, metadata

alarms = sa.Table(
    "alarms", metadata, id_column(),
    sa.Column("name", sa.String(20), nullable=False),
    sa.Column("says", sa.String(600), nullable=False),
    sa.Column("began_at", UtcDateTime, nullable=False),
    sa.Column("over_at", UtcDateTime),
    sa.Column("told_began", sa.Boolean, nullable=False),
    sa.Column("told_over", sa.Boolean, nullable=False),
    sa.Index("ix_alarms_over_at", "over_at"),
)  # fmt: skip
