"""Approval that can be proved: deputies, second factors, commissioning letters, stops and holds."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "origin_tests",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("mailbox", sa.String(length=320), nullable=False),
        sa.Column("profile", sa.String(length=120), nullable=False),
        sa.Column("letter", sa.String(length=40), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("result", sa.String(length=40), nullable=True),
        sa.Column("received_email_id", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_origin_tests")),
    )
    op.create_index("ix_origin_tests_mailbox", "origin_tests", ["mailbox", "profile"], unique=False)
    op.create_table(
        "known_domains",
        sa.Column("issuing_authority_id", sa.String(length=32), nullable=False),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["issuing_authority_id"], ["issuing_authorities.id"], name=op.f("fk_known_domains_issuing_authority_id_issuing_authorities")
        ),
        sa.PrimaryKeyConstraint("issuing_authority_id", "domain", name=op.f("pk_known_domains")),
    )
    op.create_table(
        "credentials",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("public_id", sa.String(length=400), nullable=True),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("counter", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_credentials_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("public_id", name=op.f("uq_credentials_public_id")),
    )
    op.create_index("ix_credentials_person_id", "credentials", ["person_id"], unique=False)
    op.create_table(
        "deputies",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("deputy_id", sa.String(length=32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["deputy_id"], ["persons.id"], name=op.f("fk_deputies_deputy_id_persons")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_deputies_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputies")),
    )
    op.create_index("ix_deputies_deputy_id", "deputies", ["deputy_id"], unique=False)
    op.create_index("ix_deputies_person_id", "deputies", ["person_id"], unique=False)
    op.create_table(
        "borrowed_roles",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_borrowed_roles_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_borrowed_roles")),
    )
    op.create_index("ix_borrowed_roles_person_id", "borrowed_roles", ["person_id"], unique=False)
    op.add_column("approvals", sa.Column("as_deputy", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("approvals", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("approvals", sa.Column("handed_on_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("approvals", sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("approvals", sa.Column("received_email_id", sa.String(length=32), nullable=True))
    op.add_column("notices", sa.Column("release_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notices", sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("persons", sa.Column("phone", sa.String(length=60), server_default="", nullable=False))
    op.add_column("persons", sa.Column("away_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("persons", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sessions", sa.Column("way", sa.String(length=20), server_default="link", nullable=False))
    op.add_column("sessions", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("sessions", "proved_at")
    op.drop_column("sessions", "way")
    op.drop_column("persons", "changed_at")
    op.drop_column("persons", "away_since")
    op.drop_column("persons", "phone")
    op.drop_column("notices", "stopped_at")
    op.drop_column("notices", "release_at")
    op.drop_column("approvals", "received_email_id")
    op.drop_column("approvals", "doubted_at")
    op.drop_column("approvals", "handed_on_at")
    op.drop_column("approvals", "reminded_at")
    op.drop_column("approvals", "as_deputy")
    op.drop_index("ix_borrowed_roles_person_id", table_name="borrowed_roles")
    op.drop_table("borrowed_roles")
    op.drop_index("ix_deputies_person_id", table_name="deputies")
    op.drop_index("ix_deputies_deputy_id", table_name="deputies")
    op.drop_table("deputies")
    op.drop_index("ix_credentials_person_id", table_name="credentials")
    op.drop_table("credentials")
    op.drop_table("known_domains")
    op.drop_index("ix_origin_tests_mailbox", table_name="origin_tests")
    op.drop_table("origin_tests")
