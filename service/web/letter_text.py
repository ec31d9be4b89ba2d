"""A letter of ours as its readers get it: subject and text. Strangers' letters are never opened here, see `beside`."""

from dataclasses import dataclass, field

from service.mail import prefab


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableLetter:
    """What a person sees of a letter that we wrote."""

    subject: str = field(repr=False)
    text: str = field(repr=False)


def frozen(wire: bytes) -> ReadableLetter:
    """Show a letter of ours."""
    subject, text, *_ = prefab.readable(wire)
    return ReadableLetter(subject=subject, text=text)
