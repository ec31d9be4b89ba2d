"""The tables of the directory: authorities and who follows them, contacts, every change, what waits for a second person, what was asked."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

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
    Column("delivered_by", String(200), nullable=False, server_default=""),
    # The first and the last day it answers for its area; none is open.
    Column("valid_from", Date, nullable=True),
    Column("valid_to", Date, nullable=True),
    # The id of the change that made it what it is (0 as shipped): two people who edit at once are told.
    Column("version", Integer, nullable=False, server_default="0"),
    # A person changed it, so the shipped list no longer does.
    Column("edited", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("code"),
)

successors = Table(
    "directory_successors",
    metadata,
    Column("gss_code", String(32), ForeignKey("directory_authorities.gss_code"), primary_key=True),
    Column("successor_code", String(32), ForeignKey("directory_authorities.gss_code"), primary_key=True),
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
    Column("out_of_hours", String(40), nullable=False, server_default=""),
    Column("secure_note", Text, nullable=False, server_default=""),
    Column("proved_at", UtcDateTime, nullable=True),
    Column("proved_how", String(20), nullable=True),
    Column("proved_by", String(64), nullable=True),
    # When letters began to go elsewhere than before; none for the first address that was ever here.
    Column("changed_at", UtcDateTime, nullable=True),
    Column("version", Integer, nullable=False, server_default="0"),
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
    # Changes made in one go (an import, a merge) share it and are undone in one go.
    Column("batch", String(32), nullable=True),
    Index(None, "gss_code"),
    Index(None, "batch"),
)

proposals = Table(
    "directory_proposals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch", String(32), nullable=True),
    # What would happen, in the words of the history.
    Column("what", String(40), nullable=False, server_default="changed"),
    # No foreign key: an authority that is yet to be added is not there.
    Column("gss_code", String(32), nullable=False),
    Column("contact_order", Integer, nullable=False),
    # The version that the proposer saw, -1 where there was nothing.
    Column("base_version", Integer, nullable=False),
    # The contact or the authority as it would be; empty where a contact is taken out.
    Column("wanted", JSON(none_as_null=True), nullable=False),
    Column("who", String(200), nullable=False),
    Column("why", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("decided_by", String(200), nullable=True),
    Column("decided_at", UtcDateTime, nullable=True),
    Column("agreed", Boolean, nullable=True),
    Index(None, "gss_code"),
    Index(None, "decided_at"),
)

letters_due = Table(
    "directory_letters_due",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("change_id", Integer, ForeignKey("directory_changes.id"), nullable=False),
    Column("gss_code", String(32), ForeignKey("directory_authorities.gss_code"), nullable=False),
    Column("contact_order", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("address", String(254), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("written_at", UtcDateTime, nullable=True),
    Index(None, "written_at"),
)

exercises = Table(
    "directory_exercises",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("issuing_authority_id", String(32), nullable=False),
    # The letter as it was frozen, and the hash of its bytes and of everybody who is to get it: what the approver agrees to.
    Column("letter_id", String(32), nullable=False),
    Column("content_sha256", String(64), nullable=False),
    Column("started_by", String(32), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("approved_by", String(32), nullable=True),
    Column("approved_at", UtcDateTime, nullable=True),
    Column("closed_by", String(32), nullable=True),
    Column("closed_at", UtcDateTime, nullable=True),
)

questions = Table(
    "directory_questions",
    metadata,
    # The id of the delivery that asks.
    Column("id", String(32), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("exercise_id", String(32), ForeignKey("directory_exercises.id"), nullable=True),
    Column("gss_code", String(32), ForeignKey("directory_authorities.gss_code"), nullable=False),
    Column("contact_order", Integer, nullable=False),
    Column("address", String(254), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("answer", String(20), nullable=True),
    Column("way", String(10), nullable=True),
    Column("answered_at", UtcDateTime, nullable=True),
    # When nobody waits for the answer any more: it came, or the next contact or a person was asked instead.
    Column("ended_at", UtcDateTime, nullable=True),
    Index(None, "gss_code"),
    Index(None, "exercise_id"),
    Index(None, "ended_at"),
)

api_keys = Table(
    "directory_api_keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(100), nullable=False),
    # The key itself is shown once and kept nowhere.
    Column("key_sha256", String(64), nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("revoked_by", String(200), nullable=True),
    Column("revoked_at", UtcDateTime, nullable=True),
    UniqueConstraint("key_sha256"),
)
