"""The engine: letters are claimed in the order of an index, all workers keep one pace, no page reads a growing table
end to end, and letters that came in wait in the order of their urgency."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_deliveries_due", table_name="deliveries")
    op.create_index("ix_deliveries_due", "deliveries", ["state", "lane", "id"], unique=False)
    op.create_index("ix_deliveries_accepted_at", "deliveries", ["accepted_at"], unique=False)
    op.create_index("ix_cases_state", "cases", ["issuing_authority_id", "state"], unique=False)
    op.create_index("ix_cases_list", "cases", ["issuing_authority_id", "opened_at", "id"], unique=False)
    op.create_index("ix_audit_events_actor", "audit_events", ["actor", "action"], unique=False)
    op.create_index("ix_deliveries_gss_code", "deliveries", ["gss_code", "address"], unique=False)
    op.create_index("ix_deliveries_kind", "deliveries", ["kind", "created_at"], unique=False)
    op.create_index("ix_responses_delivery_id", "responses", ["delivery_id"], unique=False)
    op.create_index("ix_approvals_used_at", "approvals", ["used_at"], unique=False)
    op.create_table(
        "relay_pace",
        sa.Column("relay", sa.String(length=320), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("relay", name=op.f("pk_relay_pace")),
    )
    op.create_table(
        "folder_marks",
        sa.Column("mailbox", sa.String(length=320), nullable=False),
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "folder", name=op.f("pk_folder_marks")),
    )
    op.create_table(
        "fence",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("database", sa.String(length=32), nullable=False),
        sa.Column("beats", sa.BigInteger(), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_because", sa.String(length=300), nullable=True),
        sa.Column("key_id", sa.String(length=32), nullable=True),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fence")),
    )
    op.add_column("received_emails", sa.Column("turn", sa.SmallInteger(), server_default="1", nullable=False))
    op.add_column("received_emails", sa.Column("taken_until", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_received_emails_state", table_name="received_emails")
    op.create_index("ix_received_emails_state", "received_emails", ["state", "turn", "attempts", "id"], unique=False)
    op.create_table(
        "alarms",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("says", sa.String(length=600), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_began", sa.Boolean(), nullable=False),
        sa.Column("told_over", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index("ix_alarms_over_at", "alarms", ["over_at"], unique=False)


def downgrade() -> None:
    op.drop_table("alarms")
    op.drop_index("ix_received_emails_state", table_name="received_emails")
    op.create_index("ix_received_emails_state", "received_emails", ["state", "id"], unique=False)
    op.drop_column("received_emails", "taken_until")
    op.drop_column("received_emails", "turn")
    op.drop_table("fence")
    op.drop_table("folder_marks")
    op.drop_table("relay_pace")
    op.drop_index("ix_approvals_used_at", table_name="approvals")
    op.drop_index("ix_responses_delivery_id", table_name="responses")
    op.drop_index("ix_deliveries_kind", table_name="deliveries")
    op.drop_index("ix_deliveries_gss_code", table_name="deliveries")
    op.drop_index("ix_audit_events_actor", table_name="audit_events")
    op.drop_index("ix_cases_list", table_name="cases")
    op.drop_index("ix_cases_state", table_name="cases")
    op.drop_index("ix_deliveries_accepted_at", table_name="deliveries")
    op.drop_index("ix_deliveries_due", table_name="deliveries")
    op.create_index("ix_deliveries_due", "deliveries", ["state", "lane", "due_at"], unique=False)
