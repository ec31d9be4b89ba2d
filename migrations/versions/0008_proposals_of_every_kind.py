"""What waits for a second person is a change of a contact, or one of an authority, which may not be in the list yet."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLE = "directory_proposals"
_KEY = "fk_directory_proposals_gss_code_directory_authorities"


def upgrade() -> None:
    with op.batch_alter_table(_TABLE) as table:
        table.add_column(sa.Column("what", sa.String(length=40), server_default="changed", nullable=False))
        table.drop_constraint(_KEY, type_="foreignkey")


def downgrade() -> None:
    op.execute(f"DELETE FROM {_TABLE} WHERE what <> 'changed'")  # noqa: S608 - our own words
    with op.batch_alter_table(_TABLE) as table:
        table.create_foreign_key(_KEY, "directory_authorities", ["gss_code"], ["gss_code"])
        table.drop_column("what")
