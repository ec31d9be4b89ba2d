"""Every form, every policy: kept policies, stages of quality assurance, likenesses, local notices, unknown words."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policies",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_policies")),
    )
    op.create_table(
        "local_notices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("issuing_authority_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=40), server_default="", nullable=False),
        sa.Column("in_care", sa.Boolean(), nullable=True),
        sa.Column("reporter_address", sa.String(length=320), nullable=False),
        sa.Column("passed_to", sa.String(length=320), server_default="", nullable=False),
        sa.Column("received_email_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["issuing_authority_id"], ["issuing_authorities.id"], name=op.f("fk_local_notices_issuing_authority_id_issuing_authorities")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_notices")),
    )
    op.create_index("ix_local_notices_created_at", "local_notices", ["issuing_authority_id", "created_at"], unique=False)
    op.create_table(
        "unknown_words",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("issuing_authority_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["issuing_authority_id"], ["issuing_authorities.id"], name=op.f("fk_unknown_words_issuing_authority_id_issuing_authorities")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unknown_words")),
        sa.UniqueConstraint("issuing_authority_id", "kind", "mark", name=op.f("uq_unknown_words_issuing_authority_id_kind_mark")),
    )
    op.create_table(
        "likenesses",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("child", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_likenesses_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likenesses")),
    )
    op.create_index("ix_likenesses_case_id", "likenesses", ["case_id"], unique=False)
    op.create_index("ix_likenesses_mark", "likenesses", ["mark"], unique=False)
    op.create_table(
        "checks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("notice_id", sa.String(length=32), nullable=False),
        sa.Column("notice_version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_checks_notice_id_notices")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_checks_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
        sa.UniqueConstraint("notice_id", "notice_version", "stage", name=op.f("uq_checks_notice_id_notice_version_stage")),
    )
    op.add_column("persons", sa.Column("title", sa.String(length=120), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("persons", "title")
    op.drop_table("checks")
    op.drop_index("ix_likenesses_mark", table_name="likenesses")
    op.drop_index("ix_likenesses_case_id", table_name="likenesses")
    op.drop_table("likenesses")
    op.drop_table("unknown_words")
    op.drop_index("ix_local_notices_created_at", table_name="local_notices")
    op.drop_table("local_notices")
    op.drop_table("policies")
