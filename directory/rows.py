"""Authorities, contacts and changes as rows of the database and as JSON in the history, and back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row

from directory.authority import Authority
from directory.changes import HistoryEntry, Letter, LetterDue, Proposal, What
from directory.contact import Contact, How, address_key

_CONTACT_FIELDS = ("order", "address", "role", "phone", "out_of_hours", "secure_note")


def authority_values(authority: Authority) -> dict[str, Any]:
    """Return the row of an authority, without its successors, its version and whether a person edited it."""
    return {
        "gss_code": authority.gss_code,
        "name": authority.name,
        "short_name": authority.short_name,
        "nation": authority.nation,
        "region": authority.region,
        "kind": authority.kind,
        "code": authority.code,
        "in_uk": authority.in_uk,
        "police_force": authority.police_force,
        "former_codes": " ".join(authority.former_codes),
        "delivery_note": authority.delivery_note,
        "reorganisation_note": authority.reorganisation_note,
        "other_names": "|".join(authority.other_names),
        "delivered_by": authority.delivered_by,
        "valid_from": authority.valid_from,
        "valid_to": authority.valid_to,
    }


def authority_of(row: Row[Any], successors: tuple[str, ...]) -> Authority:
    """Return the authority of a row."""
    return _authority({**row._mapping, "successors": successors})


def authority_json(authority: Authority | None) -> dict[str, Any] | None:
    """Return an authority as the history keeps it."""
    if authority is None:
        return None
    days = {name: None if day is None else day.isoformat() for name, day in _days(authority).items()}
    return {**authority_values(authority), **days, "successors": list(authority.successors)}


def authority_from_json(kept: Mapping[str, Any]) -> Authority:
    """Return an authority as the history kept it."""
    days = {name: None if kept[name] is None else date.fromisoformat(kept[name]) for name in ("valid_from", "valid_to")}
    return _authority({**kept, **days, "successors": tuple(kept["successors"])})


def contact_values(contact: Contact) -> dict[str, Any]:
    """Return the row of a contact."""
    return {
        "gss_code": contact.gss_code,
        "contact_order": contact.order,
        "address": contact.address,
        "address_key": address_key(contact.address),
        "role": contact.role,
        "phone": contact.phone,
        "out_of_hours": contact.out_of_hours,
        "secure_note": contact.secure_note,
        "proved_at": contact.proved_at,
        "proved_how": contact.proved_how,
        "proved_by": contact.proved_by,
        "changed_at": contact.changed_at,
        "version": contact.version,
    }


def contact_of(row: Row[Any]) -> Contact:
    """Return the contact of a row."""
    return Contact(
        gss_code=row.gss_code,
        address=row.address,
        role=row.role,
        order=row.contact_order,
        phone=row.phone,
        out_of_hours=row.out_of_hours,
        secure_note=row.secure_note,
        proved_at=row.proved_at,
        proved_how=None if row.proved_how is None else How(row.proved_how),
        proved_by=row.proved_by,
        changed_at=row.changed_at,
        version=row.version,
    )


def contact_json(contact: Contact | None) -> dict[str, Any] | None:
    """Return a contact as the history keeps it."""
    if contact is None:
        return None
    proved_at = None if contact.proved_at is None else contact.proved_at.isoformat()
    return {**contact_fields(contact), "proved_at": proved_at, "proved_how": contact.proved_how, "proved_by": contact.proved_by}


def contact_fields(contact: Contact) -> dict[str, Any]:
    """Return what a person says of a contact, without what its mailbox proved."""
    return {name: getattr(contact, name) for name in _CONTACT_FIELDS}


def fields_kept(kept: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the same out of the history: by this two states of a contact are compared."""
    return None if kept is None else {name: kept.get(name, "") for name in _CONTACT_FIELDS}


def entry_of(row: Row[Any]) -> HistoryEntry:
    """Return the entry of a row of the history."""
    return HistoryEntry(
        id=row.id,
        gss_code=row.gss_code,
        at=row.at,
        who=row.who,
        why=row.why,
        what=What(row.what),
        before=row.before,
        after=row.after,
        batch=row.batch,
    )


def proposal_of(row: Row[Any]) -> Proposal:
    """Return the proposal of a row."""
    values = dict(row._mapping)
    return Proposal(what=What(values.pop("what")), order=values.pop("contact_order"), **values)


def letter_due_of(row: Row[Any]) -> LetterDue:
    """Return the letter of a row."""
    return LetterDue(
        id=row.id,
        change_id=row.change_id,
        gss_code=row.gss_code,
        order=row.contact_order,
        kind=Letter(row.kind),
        address=row.address,
        at=row.at,
    )


def _authority(values: dict[str, Any]) -> Authority:
    values["former_codes"] = tuple(values["former_codes"].split())
    values["other_names"] = tuple(name for name in values["other_names"].split("|") if name)
    return Authority(**values)


def _days(authority: Authority) -> dict[str, date | None]:
    return {"valid_from": authority.valid_from, "valid_to": authority.valid_to}
