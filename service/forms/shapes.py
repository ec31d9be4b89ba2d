"""The canonical shape of what a form says: every key present, null or an empty list where the form is silent."""

from typing import Any

WHEREABOUTS = (
    "locality_known", "temporarily_absent", "staying_with_family_or_friends", "believed_missing_by_others", "parent_in_custody",
    "police_information", "agencies_have_knowledge",
)  # fmt: skip
FOUND = ("date", "where", "found_authority", "seen_by", "date_seen", "physically_seen", "deceased")


def blank_contact() -> dict[str, Any]:
    """Make a worker of whom nothing is known."""
    return {"name": None, "team": None, "phone": None, "email": None}


def blank_child() -> dict[str, Any]:
    """Make a child of whom nothing is known."""
    return {
        "family_name": None, "given_names": None, "aliases": [], "date_of_birth": None, "unborn": False, "expected_delivery_date": None,
        "sex": None, "ethnicity": None, "legal_status": [], "plan_start": None, "plan_categories": [], "identifiers": {},
        "description": None, "school": None,
    }  # fmt: skip


def blank_adult() -> dict[str, Any]:
    """Make an adult of whom nothing is known."""
    return {
        "name": None, "aliases": [], "date_of_birth": None, "relationship": None, "parental_responsibility": None, "in_custody": None,
        "address": None, "phone": None, "risk": None,
    }  # fmt: skip


def blank_address(kind: str) -> dict[str, Any]:
    """Make an address of which nothing is known but its kind."""
    return {"kind": kind, "text": None, "postcode": None, "confidential": False}


def blank_agency() -> dict[str, Any]:
    """Make a contact with an agency of which nothing is known."""
    return {"agency": None, "date": None, "outcome": None}


def blank_found() -> dict[str, Any]:
    """Make a found report that says nothing yet."""
    return dict.fromkeys(FOUND) | {"deceased": False}


def blank_fields() -> dict[str, Any]:
    """Make the fields of a form that answers nothing."""
    return {
        "originating_authority": None, "date_went_missing": None, "date_last_seen": None, "last_seen": None, "children": [], "adults": [],
        "addresses": [], "links_to_areas": [], "associates": [], "vehicles": [], "phones": [], "circumstances": None, "actions_taken": None,
        "reason_for_concern": None, "agencies_contacted": [], "whereabouts": dict.fromkeys(WHEREABOUTS), "strategy_discussion_date": None,
        "exceptional_criterion": None, "risk_level": None, "police_reference": None,
        "media_strategy": {"considered": None, "necessary": None, "media_to_be_informed": None}, "social_worker": blank_contact(),
        "team_manager": blank_contact(), "out_of_hours_contact": None, "police_contact": None, "found": None,
    }  # fmt: skip


BLANKS = {"children": blank_child, "adults": blank_adult}
