"""Letters of people we know that only a person can take further: they stay in quarantine with a task, and the sender is told so at once."""

from collections.abc import Sequence
from datetime import datetime

from service.database.unit_of_work import Work
from service.domain.delivery import Lane
from service.flow.answering import may_answer
from service.flow.house import House
from service.flow.letter import Done, Letter
from service.flow.post import sender_of, write
from service.mail import compose_elsewhere

_KINDS = {"update": "an update", "renewal": "a renewal", "found": "a found report", "withdrawal": "a withdrawal"}
_SHOWN = 5
_WE_CALL = "You need do nothing more: quality assurance has it, and calls you if anything is unclear."
_PHONE = "If it cannot wait, phone us. The numbers are at the end of this letter."


async def only_a_person_can_read(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    """Keep a scan, a picture or a protected file for a person, and tell the sender."""
    says = letter.said.refused_file or "Your letter holds a file that only a person can read."
    await _tell(work, house, letter, "A person will read your form", [says], [_WE_CALL, _PHONE], now)
    return Done(held=f"Only a person can read its file. {says}", task="read_by_hand")


async def refuse_file(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    """Name the kind of file that is not opened here and say what to send; a person sees to it that it comes."""
    says = letter.said.refused_file or "Your letter holds a file that is not opened here."
    do = ["Send the form again as a Word document (.docx), or write the answers into the letter itself.", _PHONE]
    await _tell(work, house, letter, "We could not read your file", [says], do, now)
    return Done(held=f"Its file was not opened, and the sender was told. {says}", task="file_refused")


async def which_case(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    """Keep a later form that names no case, with the open cases of its sender; which of them is meant is for a person to say."""
    what = _KINDS.get(letter.form or "", "a later form")
    open_cases = await work.cases.open_of_reporter(letter.address, letter.authority.id)
    references = [one.reference for one in open_cases[:_SHOWN]]
    why = [f"It looks like {what}, but it does not say which case it is about. We do not guess."]
    do = ["Send it again with the reference of the case in the subject. That is the quickest."]
    if references:
        do.append(f"Cases you reported that are open: {', '.join(references)}.")
    await _tell(work, house, letter, "Which case is this about?", why, [*do, _PHONE], now)
    return Done(held=f"It looks like {what} and names no case. {_candidates(references)}", task="which_case")


async def unknown(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    """Keep what no rule knows; somebody we know who writes about no case is told that a person reads it."""
    about_nothing = letter.sender is not None and letter.case is None and letter.delivery is None
    if about_nothing and await may_answer(work, "read_by_hand", letter.address, now, most=1):
        why = ["We could not tell what your letter is, so nothing has been done yet. A person will read it."]
        do = [
            "If it is a form, send it again with its title: National alert, Update, Renewal, Found, or Withdrawal.",
            "If it is about a case, put the reference of the case into the subject.",
            _PHONE,
        ]
        await _tell(work, house, letter, "A person will read your letter", why, do, now)
    return Done(held="It is not a form, a decision or an answer that we know. Read it.")


def _candidates(references: Sequence[str]) -> str:
    if not references:
        return "Its sender has no open case here."
    return f"Open cases of its sender: {', '.join(references)}. Which one is it? Ask, then release it for that case."


async def _tell(work: Work, house: House, letter: Letter, title: str, why: Sequence[str], do: Sequence[str], now: datetime) -> None:
    if not letter.said.answerable:
        return
    context = compose_elsewhere.read_by_hand(sender=sender_of(letter.authority), title=title, why=why, do=do)
    await write(work, house, letter.authority, "read_by_hand", context, to_name="", to_address=letter.address, lane=Lane.RECEIPT, now=now)
