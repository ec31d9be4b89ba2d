"""The names of a form's fields that a policy may ask for. The reader's shapes are the same; a test compares the two."""

import re

_CHILD = (
    "family_name", "given_names", "aliases", "date_of_birth", "unborn", "expected_delivery_date", "sex", "ethnicity", "legal_status",
    "plan_start", "plan_categories", "identifiers", "description", "school",
)  # fmt: skip
_ADULT = ("name", "aliases", "date_of_birth", "relationship", "parental_responsibility", "in_custody", "address", "phone", "risk")
_WHEREABOUTS = (
    "locality_known", "temporarily_absent", "staying_with_family_or_friends", "believed_missing_by_others", "parent_in_custody",
    "police_information", "agencies_have_knowledge",
)  # fmt: skip
_CONTACT = ("name", "team", "phone", "email")
NAMES = frozenset(
    (
        "originating_authority", "date_went_missing", "date_last_seen", "last_seen", "links_to_areas", "associates", "vehicles", "phones",
        "circumstances", "actions_taken", "reason_for_concern", "agencies_contacted", "strategy_discussion_date", "exceptional_criterion",
        "risk_level", "police_reference", "out_of_hours_contact", "police_contact",
        *(f"children[].{name}" for name in _CHILD),
        *(f"adults[].{name}" for name in _ADULT),
        *(f"addresses[].{name}" for name in ("kind", "text", "postcode", "confidential")),
        *(f"whereabouts.{name}" for name in _WHEREABOUTS),
        *(f"media_strategy.{name}" for name in ("considered", "necessary", "media_to_be_informed")),
        *(f"{person}.{name}" for person in ("social_worker", "team_manager") for name in _CONTACT),
        *(f"found.{name}" for name in ("date", "where", "found_authority", "seen_by", "date_seen", "physically_seen", "deceased")),
    )
)  # fmt: skip
_PLACE = re.compile(r"\[\d*\]")


def is_path(path: str) -> bool:
    """Whether a form has a field of this name."""
    return _PLACE.sub("[]", path) in NAMES
