"""What people, machines and forgers write to the house."""

from tests.service.flow.delivery_report import delivery_report
from tests.service.flow.walk import PRIYA, SAM

STRANGER = "mallory@elsewhere.test"
WITHDRAWN = "Withdrawal of a national alert\n\nReason: It was sent in error.\n"
REASON = "The family has not been traced."
# Replies to a request that approve nothing: who writes, what, whether the mail server vouches for it, and more headers.
DEFECTS: dict[str, tuple[str, str, bool, dict[str, str]]] = {
    "forged": ("", "APPROVE\n", True, {}),
    "somebody else": (STRANGER, "APPROVE\n", False, {}),
    "a colleague": (PRIYA, "APPROVE\n", False, {}),
    "the author": (SAM, "APPROVE\n", False, {}),
    "other words": ("", "Approve, if the police agree\n", False, {}),
    "a question": ("", "APPROVE?\n", False, {}),
    "quoted only": ("", "> APPROVE\n", False, {}),
    "a machine": ("", "APPROVE\n", False, {"Auto_Submitted": "auto-replied"}),
    "thanks": ("", "Thank you, I will look at it.\n", False, {}),
}


def report(delivery_id: str, address: str, *, message_id: bool, number: int) -> bytes:
    """A delivery report; one carrier alone, as whoever forges it may know, proves nothing."""
    named = f"Message-ID: <{delivery_id}@kent.test>\nX-National-Alerts-Delivery: {delivery_id}" if message_id else ""
    carried = named or f"X-National-Alerts-Delivery: {delivery_id}"
    return delivery_report(address, carried=carried, name=str(number))
