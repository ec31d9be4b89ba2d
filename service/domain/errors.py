"""Every refusal the law can give. The text is written for the person who is refused; it never holds a name or an address."""


class ServiceError(Exception):
    """Base class of every error this service raises on purpose."""

    says = "This cannot be done."

    def __init__(self, says: str | None = None) -> None:
        super().__init__(says or self.says)
        self.says = says or self.says


class IllegalTransition(ServiceError):  # noqa: N818
    """The action is not allowed in the present state."""

    says = "This can no longer be done: the notice has moved on. Reload the page to see where it stands."


class ChangedMeanwhile(ServiceError):  # noqa: N818
    """Somebody else changed the row after it was read."""

    says = "Somebody else changed this while you were looking. Reload the page and look again."


class NotAllowed(ServiceError):  # noqa: N818
    """The person may not take this step."""

    says = "You may not do this."


class UnknownToken(ServiceError):  # noqa: N818
    """The link or the reply token is not one we gave out, or it has run out."""

    says = "This link is not known, or it has run out. Ask for a new one."


class NotFound(ServiceError):  # noqa: N818
    """There is no such thing, or this person may not see it."""

    says = "There is nothing here, or you may not see it."
