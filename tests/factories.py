"""Values that are valid by default; a test names only what matters to it."""

from datetime import UTC, date, datetime
from typing import Any

from service.domain.case import Case, CaseState
from service.domain.notice import Notice, NoticeKind, NoticeState

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def fields(**changed: Any) -> dict[str, Any]:
    """The canonical fields of a complete notice."""
    complete: dict[str, Any] = {
        "originating_authority": "Kent County Council",
        "date_went_missing": "2026-10-20",
        "date_last_seen": "2026-10-19",
        "last_seen": "At school, by her class teacher",
        "children": [
            {
                "family_name": "Example",
                "given_names": "Amy Jane",
                "date_of_birth": "2018-03-04",
                "unborn": False,
                "sex": "female",
                "legal_status": ["child_protection_plan"],
                "plan_categories": ["neglect"],
            }
        ],
        "links_to_areas": ["Leeds (maternal aunt)"],
        "circumstances": "Did not come home from school.",
        "whereabouts": {
            "locality_known": False,
            "temporarily_absent": False,
            "staying_with_family_or_friends": False,
            "believed_missing_by_others": True,
            "police_information": "No sightings",
            "agencies_have_knowledge": False,
        },
        "risk_level": "high",
        "media_strategy": {"considered": True, "necessary": False, "media_to_be_informed": False},
        "social_worker": {"name": "Sam Worker", "phone": "01632 960001", "email": "sam.worker@kent.test"},
    }
    return {**complete, **changed}


def case(**changed: Any) -> Case:
    """A draft case."""
    return Case(
        **{
            "id": "c" * 32, "reference": "KEN-2026-0001-7", "issuing_authority_id": "a" * 32, "state": CaseState.DRAFT, "outcome": None,
            "missing_since": date(2026, 10, 20), "policy": "national", "policy_version": "1", "reporter_address": "sam.worker@kent.test",
            "key_id": "k" * 32, "opened_at": NOW, "closed_at": None, "version": 1, **changed,
        }
    )  # fmt: skip


def notice(**changed: Any) -> Notice:
    """A notice with quality assurance."""
    return Notice(
        **{
            "id": "e" * 32, "case_id": "c" * 32, "kind": NoticeKind.ALERT, "number": 1, "state": NoticeState.CHECKING, "version": 1,
            "fields": fields(), "provenance": {}, "findings": (), "submitted_by": "sam.worker@kent.test", "received_email_id": None,
            "created_at": NOW, **changed,
        }
    )  # fmt: skip
