"""The tables about letters, cases and what becomes of them; those about people are in `people_tables`. Columns that end in `_sealed`
hold personal data, encrypted with the row's or the case's data key.
"""

import sqlalchemy as sa

from directory.columns import UtcDateTime
from service.database.columns import Id, id_column, metadata, to

data_keys = sa.Table(
    "data_keys", metadata, id_column(),
    sa.Column("case_id", Id, index=True),  # no foreign key: a key is made before its case, and outlives a purged one's rows
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
)  # fmt: skip

received_emails = sa.Table(
    "received_emails", metadata, id_column(),
    sa.Column("mailbox", sa.String(320), nullable=False),
    sa.Column("folder", sa.String(200), nullable=False),
    sa.Column("uidvalidity", sa.BigInteger, nullable=False),
    sa.Column("uid", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("message_id_hash", sa.String(64)),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("complete", sa.Boolean, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("kind", sa.String(40)),
    sa.Column("rule", sa.String(60)),
    sa.Column("reason", sa.String(300)),
    sa.Column("case_id", Id, index=True),
    sa.Column("copy_of", Id),
    sa.Column("key_id", Id, nullable=False),
    sa.Column("raw_sealed", sa.LargeBinary, nullable=False),
    sa.Column("filed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("turn", sa.SmallInteger, nullable=False, server_default="1"),
    sa.Column("taken_until", UtcDateTime),  # a worker is at it
    sa.UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    sa.Index("ix_received_emails_state", "state", "turn", "attempts", "id"),
    sa.Index("ix_received_emails_sha256", "sha256"),
    sa.Index("ix_received_emails_message_id_hash", "message_id_hash"),
    sa.Index("ix_received_emails_filed", "filed", "state"),
)  # fmt: skip

folder_marks = sa.Table(  # how far each folder was listed; a letter whose number was passed over was gone before we saw it
    "folder_marks", metadata,
    sa.Column("mailbox", sa.String(320), primary_key=True),
    sa.Column("folder", sa.String(200), primary_key=True),
    sa.Column("uidvalidity", sa.BigInteger, nullable=False),
    sa.Column("uid", sa.BigInteger, nullable=False),
)  # fmt: skip

policies = sa.Table(  # what each rule said when a case was opened under it; the shipped files move on
    "policies", metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("version", sa.String(20), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("kept_at", UtcDateTime, nullable=False),
)  # fmt: skip

cases = sa.Table(
    "cases", metadata, id_column(),
    sa.Column("reference", sa.String(30), nullable=False, unique=True),
    to("issuing_authorities", null=False, name="issuing_authority_id"),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("outcome", sa.String(20)),
    sa.Column("missing_since", sa.Date),
    sa.Column("policy", sa.String(40), nullable=False),
    sa.Column("policy_version", sa.String(20), nullable=False),
    sa.Column("reporter_address", sa.String(320), nullable=False),
    sa.Column("key_id", Id, nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False, index=True),
    sa.Column("closed_at", UtcDateTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("ix_cases_state", "issuing_authority_id", "state"),
    sa.Index("ix_cases_list", "issuing_authority_id", "opened_at", "id"),
)  # fmt: skip

reference_counters = sa.Table(
    "reference_counters", metadata,
    sa.Column("code", sa.String(3), primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last", sa.Integer, nullable=False),
)  # fmt: skip

letters = sa.Table(
    "letters", metadata, id_column(),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("case_id", Id, index=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("key_id", Id, nullable=False),
    sa.Column("wire_sealed", sa.LargeBinary, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)  # fmt: skip

notices = sa.Table(
    "notices", metadata, id_column(),
    to("cases", null=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("values_sealed", sa.LargeBinary, nullable=False),
    sa.Column("submitted_by", sa.String(320), nullable=False),
    sa.Column("received_email_id", Id),
    sa.Column("edited_by", Id),
    sa.Column("passed_by", Id),
    to("letters"),
    sa.Column("content_sha256", sa.String(64)),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("decided_at", UtcDateTime),
    sa.Column("release_at", UtcDateTime),  # the end of the hold between approval and sending
    sa.Column("stopped_at", UtcDateTime),
    sa.Index("ix_notices_case_id", "case_id", "number"),
)  # fmt: skip

checks = sa.Table(  # one stage of quality assurance, passed by one person for one version of a notice
    "checks", metadata, id_column(),
    to("notices", null=False),
    sa.Column("notice_version", sa.Integer, nullable=False),
    sa.Column("stage", sa.Integer, nullable=False),
    to("persons", null=False),
    sa.Column("way", sa.String(20), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("notice_id", "notice_version", "stage"),
)  # fmt: skip

likenesses = sa.Table(  # keyed marks of names and dates of birth: equal marks mean equal words, and say nothing else
    "likenesses", metadata, id_column(),
    to("cases", null=False),
    sa.Column("child", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("mark", sa.String(64), nullable=False),
    sa.Index("ix_likenesses_mark", "mark"),
    sa.Index("ix_likenesses_case_id", "case_id"),
)  # fmt: skip

local_notices = sa.Table(  # what came in that is not ours to cascade: recorded, passed on and counted
    "local_notices", metadata, id_column(),
    to("issuing_authorities", null=False, name="issuing_authority_id"),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("category", sa.String(40), nullable=False, server_default=""),
    sa.Column("in_care", sa.Boolean),
    sa.Column("reporter_address", sa.String(320), nullable=False),
    sa.Column("passed_to", sa.String(320), nullable=False, server_default=""),
    sa.Column("received_email_id", Id, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index("ix_local_notices_created_at", "issuing_authority_id", "created_at"),
)  # fmt: skip

unknown_words = sa.Table(  # labels and titles of forms that the reader did not know, counted for each authority
    "unknown_words", metadata, id_column(),
    to("issuing_authorities", null=False, name="issuing_authority_id"),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("mark", sa.String(64), nullable=False),
    sa.Column("key_id", Id, nullable=False),
    sa.Column("words_sealed", sa.LargeBinary, nullable=False),
    sa.Column("seen", sa.Integer, nullable=False),
    sa.Column("first_at", UtcDateTime, nullable=False),
    sa.Column("last_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("issuing_authority_id", "kind", "mark"),
)  # fmt: skip

cascades = sa.Table(
    "cascades", metadata, id_column(),
    to("notices", null=False),
    to("letters", null=False),
    sa.Column("recipients_sha256", sa.String(64), nullable=False),
    sa.Column("recipients", sa.Text, nullable=False),  # the frozen set, as JSON: GSS code, name, address, in sending order
    sa.Column("frozen_at", UtcDateTime, nullable=False),
    sa.Index("ix_cascades_notice_id", "notice_id"),
)  # fmt: skip

approvals = sa.Table(
    "approvals", metadata, id_column(),
    to("notices", null=False),
    to("persons", null=False, name="approver_id"),
    sa.Column("notice_version", sa.Integer, nullable=False),
    sa.Column("content_sha256", sa.String(64), nullable=False),
    sa.Column("number", sa.String(4), nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("not_after", UtcDateTime, nullable=False),
    sa.Column("used_at", UtcDateTime),
    sa.Column("as_deputy", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("reminded_at", UtcDateTime),
    sa.Column("handed_on_at", UtcDateTime),
    sa.Column("doubted_at", UtcDateTime),  # a reply to this request could not be taken as a decision
    sa.Column("received_email_id", Id),
    sa.Column("verdict", sa.String(20)),
    sa.Column("way", sa.String(20)),
    sa.Column("evidence_sealed", sa.LargeBinary),
    sa.Index("ix_approvals_notice_id", "notice_id"),
    sa.Index("ix_approvals_used_at", "used_at"),
)  # fmt: skip

deliveries = sa.Table(
    "deliveries", metadata, id_column(),
    to("letters", null=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("lane", sa.Integer, nullable=False),
    sa.Column("case_id", Id),
    sa.Column("notice_id", Id),
    sa.Column("gss_code", sa.String(20)),
    sa.Column("recipient_name", sa.String(200), nullable=False),
    sa.Column("address", sa.String(320), nullable=False),
    sa.Column("mailbox", sa.String(320), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("answer", sa.String(30), nullable=False, server_default="none"),
    sa.Column("confirmed", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lease", sa.Integer, nullable=False, server_default="0"),  # fencing number: who claimed last
    sa.Column("leased_until", UtcDateTime),
    sa.Column("token_hash", sa.String(64), unique=True),
    sa.Column("token_purpose", sa.String(1), nullable=False, server_default=""),
    sa.Column("token_subject", Id, nullable=False, server_default=""),
    sa.Column("link_path", sa.String(40), nullable=False, server_default=""),
    sa.Column("number", sa.String(4), nullable=False, server_default=""),
    sa.Column("message_references", sa.Text, nullable=False, server_default=""),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("accepted_at", UtcDateTime),
    sa.Column("answered_at", UtcDateTime),
    sa.Column("smtp_code", sa.Integer),
    sa.Column("smtp_status", sa.String(12)),
    sa.Column("queue_id", sa.String(100)),
    sa.Column("rank", sa.Integer, nullable=False, server_default="0"),  # 0: the first letter of a notice to this authority; then 1, 2, …
    sa.Column("stands_for", sa.Text, nullable=False, server_default=""),  # former authorities that this one answers for, by GSS code
    sa.UniqueConstraint("notice_id", "gss_code", "rank"),
    sa.Index("ix_deliveries_due", "state", "lane", "id"),  # the order they are claimed in
    sa.Index("ix_deliveries_accepted_at", "accepted_at"),
    sa.Index("ix_deliveries_gss_code", "gss_code", "address"),
    sa.Index("ix_deliveries_kind", "kind", "created_at"),
    sa.Index("ix_deliveries_case_id", "case_id", "gss_code", "state"),
    sa.Index("ix_deliveries_written", "gss_code", "created_at"),
    sa.Index("ix_deliveries_letter_id", "letter_id"),
)  # fmt: skip

chased = sa.Table(  # which letters without an answer a chaser asks about
    "chased", metadata,
    sa.Column("chaser_id", Id, sa.ForeignKey("deliveries.id"), primary_key=True),
    sa.Column("delivery_id", Id, sa.ForeignKey("deliveries.id"), primary_key=True),
    sa.Index("ix_chased_delivery_id", "delivery_id"),
)  # fmt: skip

repairs = sa.Table(  # letters that a person sent again to another address of the same authority
    "repairs", metadata, id_column(),
    to("deliveries", null=False, name="delivery_id"),
    sa.Column("gss_code", sa.String(20), nullable=False),
    sa.Column("address", sa.String(320), nullable=False),
    to("persons", null=False, name="person_id"),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("ix_repairs_delivery_id", "delivery_id"),
)  # fmt: skip

relay_pace = sa.Table(  # when a relay may next be given a letter, for all workers together
    "relay_pace", metadata,
    sa.Column("relay", sa.String(320), primary_key=True),
    sa.Column("next_at", UtcDateTime, nullable=False),
)  # fmt: skip

delivery_events = sa.Table(
    "delivery_events", metadata, id_column(),
    to("deliveries", null=False, name="delivery_id"),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("event", sa.String(30), nullable=False),
    sa.Column("code", sa.String(12)),
    sa.Column("received_email_id", Id),
    sa.Index("ix_delivery_events_delivery_id", "delivery_id"),
)  # fmt: skip

responses = sa.Table(
    "responses", metadata, id_column(),
    to("deliveries", null=False, name="delivery_id"),
    sa.Column("case_id", Id, nullable=False, index=True),
    sa.Column("gss_code", sa.String(20), nullable=False),
    sa.Column("answer", sa.String(30), nullable=False),
    sa.Column("way", sa.String(10), nullable=False),
    sa.Column("confirmed", sa.Boolean, nullable=False),
    sa.Column("words_sealed", sa.LargeBinary, nullable=False),
    sa.Column("until", sa.Date),  # the day by which checks under way will be done
    sa.Column("received_email_id", Id),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("ix_responses_delivery_id", "delivery_id"),
)  # fmt: skip

tasks = sa.Table(
    "tasks", metadata, id_column(),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("case_id", Id, index=True),
    sa.Column("subject_id", sa.String(64)),
    sa.Column("says", sa.String(300), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime),
    sa.Column("done_by", Id),
    sa.Index("ix_tasks_open", "done_at", "created_at"),
    sa.Index("ix_tasks_subject_id", "subject_id", "kind"),
)  # fmt: skip

fence = sa.Table(  # which database this is, how far it has come, and whether nothing may leave; one row
    "fence", metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("database", Id, nullable=False),
    sa.Column("beats", sa.BigInteger, nullable=False),
    sa.Column("beat_at", UtcDateTime, nullable=False),
    sa.Column("held_at", UtcDateTime),
    sa.Column("held_because", sa.String(300)),
    sa.Column("key_id", Id),
    sa.Column("why_sealed", sa.LargeBinary),
)  # fmt: skip

heartbeats = sa.Table(
    "heartbeats", metadata,
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("trouble", sa.String(300)),
)  # fmt: skip

audit_events = sa.Table(
    "audit_events", metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("action", sa.String(60), nullable=False),
    sa.Column("actor", sa.String(60), nullable=False),
    sa.Column("case_id", Id, index=True),
    sa.Column("subject_id", sa.String(64)),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("mac", sa.String(64), nullable=False),
    sa.Index("ix_audit_events_actor", "actor", "action"),
)  # fmt: skip

audit_head = sa.Table(
    "audit_head", metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("mac", sa.String(64), nullable=False),
)  # fmt: skip
