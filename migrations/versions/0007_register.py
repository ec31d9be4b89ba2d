"""The directory by date, with proof, versions, changes that wait for a second person, and the letters a change of address owes."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_AUTHORITIES, _CONTACTS, _CHANGES = "directory_authorities", "directory_contacts", "directory_changes"


def upgrade() -> None:
    op.add_column(_AUTHORITIES, sa.Column("delivered_by", sa.String(length=200), server_default="", nullable=False))
    op.add_column(_AUTHORITIES, sa.Column("valid_from", sa.Date(), nullable=True))
    op.add_column(_AUTHORITIES, sa.Column("valid_to", sa.Date(), nullable=True))
    op.add_column(_AUTHORITIES, sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    op.add_column(_AUTHORITIES, sa.Column("edited", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column(_CONTACTS, sa.Column("out_of_hours", sa.String(length=40), server_default="", nullable=False))
    op.add_column(_CONTACTS, sa.Column("secure_note", sa.Text(), server_default="", nullable=False))
    op.add_column(_CONTACTS, sa.Column("proved_how", sa.String(length=20), nullable=True))
    op.add_column(_CONTACTS, sa.Column("proved_by", sa.String(length=64), nullable=True))
    op.add_column(_CONTACTS, sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(_CONTACTS, sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    op.add_column(_CHANGES, sa.Column("batch", sa.String(length=32), nullable=True))
    op.create_index(op.f("ix_directory_changes_batch"), _CHANGES, ["batch"], unique=False)
    op.create_table(
        "directory_successors",
        sa.Column("gss_code", sa.String(length=32), nullable=False),
        sa.Column("successor_code", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["gss_code"], ["directory_authorities.gss_code"], name=op.f("fk_directory_successors_gss_code_directory_authorities")
        ),
        sa.ForeignKeyConstraint(
            ["successor_code"],
            ["directory_authorities.gss_code"],
            name=op.f("fk_directory_successors_successor_code_directory_authorities"),
        ),
        sa.PrimaryKeyConstraint("gss_code", "successor_code", name=op.f("pk_directory_successors")),
    )
    op.create_table(
        "directory_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=True),
        sa.Column("gss_code", sa.String(length=32), nullable=False),
        sa.Column("contact_order", sa.Integer(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["gss_code"], ["directory_authorities.gss_code"], name=op.f("fk_directory_proposals_gss_code_directory_authorities")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_proposals")),
    )
    op.create_index(op.f("ix_directory_proposals_decided_at"), "directory_proposals", ["decided_at"], unique=False)
    op.create_index(op.f("ix_directory_proposals_gss_code"), "directory_proposals", ["gss_code"], unique=False)
    op.create_table(
        "directory_letters_due",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("gss_code", sa.String(length=32), nullable=False),
        sa.Column("contact_order", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["directory_changes.id"], name=op.f("fk_directory_letters_due_change_id_directory_changes")),
        sa.ForeignKeyConstraint(
            ["gss_code"], ["directory_authorities.gss_code"], name=op.f("fk_directory_letters_due_gss_code_directory_authorities")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_letters_due")),
    )
    op.create_index(op.f("ix_directory_letters_due_written_at"), "directory_letters_due", ["written_at"], unique=False)
    op.create_table(
        "directory_exercises",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("issuing_authority_id", sa.String(length=32), nullable=False),
        sa.Column("letter_id", sa.String(length=32), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("started_by", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(length=32), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=32), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_exercises")),
    )
    op.create_table(
        "directory_questions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("exercise_id", sa.String(length=32), nullable=True),
        sa.Column("gss_code", sa.String(length=32), nullable=False),
        sa.Column("contact_order", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("way", sa.String(length=10), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["directory_exercises.id"], name=op.f("fk_directory_questions_exercise_id_directory_exercises")
        ),
        sa.ForeignKeyConstraint(
            ["gss_code"], ["directory_authorities.gss_code"], name=op.f("fk_directory_questions_gss_code_directory_authorities")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_questions")),
    )
    for column in ("ended_at", "exercise_id", "gss_code"):
        op.create_index(op.f(f"ix_directory_questions_{column}"), "directory_questions", [column], unique=False)
    op.create_table(
        "directory_api_keys",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.String(length=200), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_api_keys")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_directory_api_keys_key_sha256")),
    )
    op.create_index("ix_deliveries_letter_id", "deliveries", ["letter_id"], unique=False)
    op.create_index("ix_deliveries_written", "deliveries", ["gss_code", "created_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_deliveries_letter_id", table_name="deliveries")
    op.drop_index("ix_deliveries_written", table_name="deliveries")
    op.drop_table("directory_api_keys")
    for column in ("gss_code", "exercise_id", "ended_at"):
        op.drop_index(op.f(f"ix_directory_questions_{column}"), table_name="directory_questions")
    op.drop_table("directory_questions")
    op.drop_table("directory_exercises")
    op.drop_index(op.f("ix_directory_letters_due_written_at"), table_name="directory_letters_due")
    op.drop_table("directory_letters_due")
    op.drop_index(op.f("ix_directory_proposals_gss_code"), table_name="directory_proposals")
    op.drop_index(op.f("ix_directory_proposals_decided_at"), table_name="directory_proposals")
    op.drop_table("directory_proposals")
    op.drop_table("directory_successors")
    op.drop_index(op.f("ix_directory_changes_batch"), table_name=_CHANGES)
    op.drop_column(_CHANGES, "batch")
    for name in ("version", "changed_at", "proved_by", "proved_how", "secure_note", "out_of_hours"):
        op.drop_column(_CONTACTS, name)
    for name in ("edited", "version", "valid_to", "valid_from", "delivered_by"):
        op.drop_column(_AUTHORITIES, name)
