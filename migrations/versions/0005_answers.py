"""Answers: several letters of a notice to one authority, chasers, until when checks take, and letters that were sent again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.add_column(sa.Column("rank", sa.Integer(), server_default="0", nullable=False))
        deliveries.add_column(sa.Column("stands_for", sa.Text(), server_default="", nullable=False))
        deliveries.drop_constraint("uq_deliveries_notice_id_gss_code", type_="unique")
        deliveries.create_unique_constraint("uq_deliveries_notice_id_gss_code_rank", ["notice_id", "gss_code", "rank"])
    op.create_table(
        "chased",
        sa.Column("chaser_id", sa.String(length=32), nullable=False),
        sa.Column("delivery_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["chaser_id"], ["deliveries.id"], name=op.f("fk_chased_chaser_id_deliveries")),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_chased_delivery_id_deliveries")),
        sa.PrimaryKeyConstraint("chaser_id", "delivery_id", name=op.f("pk_chased")),
    )
    op.create_index("ix_chased_delivery_id", "chased", ["delivery_id"], unique=False)
    op.add_column("responses", sa.Column("until", sa.Date()))
    op.create_table(
        "repairs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("delivery_id", sa.String(length=32), nullable=False),
        sa.Column("gss_code", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_repairs_delivery_id_deliveries")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_repairs_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repairs")),
    )
    op.create_index("ix_repairs_delivery_id", "repairs", ["delivery_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_repairs_delivery_id", table_name="repairs")
    op.drop_table("repairs")
    op.drop_column("responses", "until")
    op.drop_index("ix_chased_delivery_id", table_name="chased")
    op.drop_table("chased")
    with op.batch_alter_table("deliveries") as deliveries:  # refused where an authority has two letters of one notice
        deliveries.drop_constraint("uq_deliveries_notice_id_gss_code_rank", type_="unique")
        deliveries.create_unique_constraint("uq_deliveries_notice_id_gss_code", ["notice_id", "gss_code"])
        deliveries.drop_column("stands_for")
        deliveries.drop_column("rank")
