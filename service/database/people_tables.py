"""The tables about people: who works for whom, who stands in, how they sign in, and what proves where a reply comes from."""

import sqlalchemy as sa

from directory.columns import UtcDateTime
from service.database.columns import Id, id_column, metadata, to

issuing_authorities = sa.Table(
    "issuing_authorities", metadata, id_column(),
    sa.Column("gss_code", sa.String(20), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("code", sa.String(3), nullable=False),
    sa.Column("policy", sa.String(40), nullable=False),
    sa.Column("mailbox", sa.String(320), nullable=False, unique=True),
    sa.Column("phone", sa.String(60), nullable=False, server_default=""),
    sa.Column("out_of_hours", sa.String(60), nullable=False, server_default=""),
)  # fmt: skip

persons = sa.Table(
    "persons", metadata, id_column(),
    to("issuing_authorities", null=False, name="issuing_authority_id"),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("address", sa.String(320), nullable=False, unique=True),
    sa.Column("roles", sa.String(200), nullable=False),
    sa.Column("title", sa.String(120), nullable=False, server_default=""),  # as the policy names the post
    sa.Column("phone", sa.String(60), nullable=False, server_default=""),
    sa.Column("away_since", UtcDateTime),  # an out-of-office came and nothing from the person since
    sa.Column("changed_at", UtcDateTime),  # when role, address or delegation changed last
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
)  # fmt: skip

deputies = sa.Table(  # who may decide for whom, from one day to another
    "deputies", metadata, id_column(),
    to("persons", null=False, name="person_id"),
    to("persons", null=False, name="deputy_id"),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Index("ix_deputies_person_id", "person_id"),
    sa.Index("ix_deputies_deputy_id", "deputy_id"),
)  # fmt: skip

borrowed_roles = sa.Table(  # a role that a system administrator took for an hour, and why
    "borrowed_roles", metadata, id_column(),
    to("persons", null=False, name="person_id"),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("key_id", Id, nullable=False),
    sa.Column("reason_sealed", sa.LargeBinary, nullable=False),
    sa.Column("from_at", UtcDateTime, nullable=False),
    sa.Column("until_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),  # when its end was written down
    sa.Index("ix_borrowed_roles_person_id", "person_id"),
)  # fmt: skip

known_domains = sa.Table(  # whose members may send forms in without being listed one by one
    "known_domains", metadata,
    sa.Column("issuing_authority_id", Id, sa.ForeignKey("issuing_authorities.id"), primary_key=True),
    sa.Column("domain", sa.String(255), primary_key=True),
)  # fmt: skip

credentials = sa.Table(  # second factors: a TOTP secret, or the public key of a passkey
    "credentials", metadata, id_column(),
    to("persons", null=False, name="person_id"),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("public_id", sa.String(400)),
    sa.Column("key_id", Id, nullable=False),
    sa.Column("secret_sealed", sa.LargeBinary, nullable=False),
    sa.Column("counter", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("confirmed_at", UtcDateTime),
    sa.UniqueConstraint("public_id"),
    sa.Index("ix_credentials_person_id", "person_id"),
)  # fmt: skip

tokens = sa.Table(
    "tokens", metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("subject_id", Id, nullable=False),
    sa.Column("holder_id", Id),
    sa.Column("not_after", UtcDateTime, nullable=False),
    sa.Column("used_at", UtcDateTime),
    sa.Index("ix_tokens_subject_id", "subject_id", "purpose"),
)  # fmt: skip

sessions = sa.Table(
    "sessions", metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    to("persons", null=False, name="person_id"),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Column("way", sa.String(20), nullable=False, server_default="link"),
    sa.Column("proved_at", UtcDateTime),  # when the person last proved a second factor in this session
)  # fmt: skip

origin_tests = sa.Table(  # the commissioning letters of an origin profile, with the raw letter each was judged on
    "origin_tests", metadata, id_column(),
    sa.Column("mailbox", sa.String(320), nullable=False),
    sa.Column("profile", sa.String(120), nullable=False),
    sa.Column("letter", sa.String(40), nullable=False),
    sa.Column("sent_at", UtcDateTime, nullable=False),
    sa.Column("judged_at", UtcDateTime),
    sa.Column("passed", sa.Boolean),
    sa.Column("result", sa.String(40)),
    sa.Column("received_email_id", Id),
    sa.Index("ix_origin_tests_mailbox", "mailbox", "profile"),
)  # fmt: skip
