"""The engine: letters are claimed in the order of an index, all workers keep one pace, and no page reads a growing table end to end."""

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


def downgrade() -> None:
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
