"""The three tables of the directory: authorities, their contacts, and every change to a contact."""

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

from directory.columns import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

authorities = Table(
    "directory_authorities",
    metadata,
    Column("gss_code", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("short_name", String(200), nullable=False),
    Column("nation", String(40), nullable=False),
    Column("region", String(60), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("code", String(3), nullable=False),
    Column("in_uk", Boolean, nullable=False),
    Column("police_force", String(120), nullable=False),
    Column("former_codes", String(200), nullable=False),
    Column("delivery_note", Text, nullable=False),
    Column("reorganisation_note", Text, nullable=False),
    Column("other_names", Text, nullable=False),
    UniqueConstraint("code"),
)

contacts = Table(
    "directory_contacts",
    metadata,
    Column("gss_code", String(32), ForeignKey("directory_authorities.gss_code"), primary_key=True),
    Column("contact_order", Integer, primary_key=True, autoincrement=False),
    Column("address", String(254), nullable=False),
    Column("address_key", String(254), nullable=False),
    Column("role", String(80), nullable=False),
    Column("phone", String(40), nullable=False),
    Column("proved_at", UtcDateTime, nullable=True),
    CheckConstraint("contact_order >= 0", name="order_not_negative"),
    # A bounce or a reply is matched to its authority by address; one mailbox may serve several authorities.
    Index(None, "address_key"),
)

changes = Table(
    "directory_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("gss_code", String(32), ForeignKey("directory_authorities.gss_code"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String(200), nullable=False),
    Column("why", Text, nullable=False),
    Column("what", String(40), nullable=False),
    Column("before", JSON(none_as_null=True), nullable=True),
    Column("after", JSON(none_as_null=True), nullable=True),
    Index(None, "gss_code"),
)
