"""What the letters about answers need to know: an answer that matters, thanks for one, and an address at which nobody can answer."""

from datetime import datetime

from service.mail.compose import ANSWERS, Context, Sender, begin
from service.mail.wording import moment, rows


def answer_matters(
    *, sender: Sender, reference: str, authority: str, answer: str, said: str = "", phone: str = "", at: datetime, confirmed: bool = True
) -> Context:
    """Tell worker, manager and quality assurance that *authority* may know the family; *said* is verbatim."""
    return begin(
        sender,
        reference,
        "you work on this case.",
        said=said,
        confirmed=confirmed,
        phone=phone,
        facts=rows(("Authority", authority), ("Answer", answer), ("Phone", phone), ("When", moment(at))),
    )


def bounce_task(*, sender: Sender, authority: str, said: str, reference: str) -> Context:
    """Tell the directory administrator that no address works for *authority*; *said* is the bounce in plain words.

    What they can try stands on the page behind the link, because addresses of others have no place in a letter.
    """
    return begin(sender, reference, "you keep the address directory.", authority=authority, said=said)


def answer_thanks(*, sender: Sender, reference: str, noted: str, at: datetime, said: str = "") -> Context:
    """Tell an authority what we noted of its answer, and how to correct it."""
    return begin(
        sender,
        reference,
        "somebody answered our national alert for your authority.",
        "a",
        noted=noted,
        said=said,
        at=moment(at),
        answers=ANSWERS,
    )
