"""What approvers type, in the layouts of their mail programs: each line with the verdict that the rules of the words give it."""

import re

import pytest

from service.mail.decision import Verdict, read_decision
from service.mail.message import parse

from .replies import CLIENTS, PLACES, Reply

# what was typed, the verdict, the number, words of the reason
HONEST = [
    ("APPROVE", Verdict.APPROVE, None, ""),
    ("approve 4821", Verdict.APPROVE, "4821", ""),
    ("Approve #4821.", Verdict.APPROVE, "4821", ""),
    ("I approve 4821!", Verdict.APPROVE, "4821", ""),
    ("*APPROVE*", Verdict.APPROVE, None, ""),
    ("“Approved 4821”", Verdict.APPROVE, "4821", ""),
    ("**Approve** 4821", Verdict.APPROVE, "4821", ""),
    ("Cymeradwyo 4821", Verdict.APPROVE, "4821", ""),
    ("CYMERADWYWYD.", Verdict.APPROVE, None, ""),
    ("Approve 4821\n\nThe aunt has not been told yet, I will do that tonight.", Verdict.APPROVE, "4821", ""),
    ("APPROVE\n\nPlease ring me once it has gone.\nI am out of the office until four.", Verdict.APPROVE, None, ""),
    ("CYMERADWYO\n\nAnfonwch ar unwaith os gwelwch yn dda.", Verdict.APPROVE, None, ""),
    ("Approved\n\nBoth children are subject to a child protection plan.", Verdict.APPROVE, None, ""),
    ("OFFICIAL-SENSITIVE\n\nAPPROVE 4821", Verdict.APPROVE, "4821", ""),
    ("[EXTERNAL] This came from outside. Do not approve payments.\n\nAPPROVE 4821", Verdict.APPROVE, "4821", ""),
    ("RHYBUDD: daeth y neges hon o'r tu allan.\n\nSWYDDOGOL-SENSITIF\n\nCYMERADWYO", Verdict.APPROVE, None, ""),
    ("REJECT 4821: the sister is not on a plan", Verdict.REJECT, "4821", "the sister is not on a plan"),
    ("*REJECT* 4821 – wrong school", Verdict.REJECT, "4821", "wrong school"),
    ("Rejected\n\nThe dates do not add up.", Verdict.REJECT, None, "The dates do not add up."),
    ("GWRTHOD 4821 dyddiad anghywir", Verdict.REJECT, "4821", "dyddiad anghywir"),
    ("REJECT 4821", Verdict.REJECT, "4821", None),
    ("RETURN 4821 who saw them last?", Verdict.RETURN, "4821", "who saw them last?"),
    ("Dychwelyd: ble mae'r tad yn byw?", Verdict.RETURN, None, "ble mae'r tad yn byw?"),
    ("Return", Verdict.RETURN, None, None),
    ("HOLD 4821", Verdict.HOLD, "4821", ""),
    ("Hold until the police have rung back", Verdict.HOLD, None, ""),
    ("DAL\n\nMewn cyfarfod tan bedwar.", Verdict.HOLD, None, ""),
]

UNCLEAR = [
    "Not approved",
    "I do not approve 4821",
    "I am not able to approve 4821",
    "Dydw i ddim yn cymeradwyo 4821",
    "Ni chymeradwyir 4821",
    "Approved?",
    "APPROVE 4821?",
    "Cymeradwyo?",
    "Approve / Hold",
    "APPROVE or REJECT 4821",
    "REJECT 4821 no, APPROVE 4821",
    "Hold on, I approve",
    "APPROVE 4821 as long as legal are content",
    "Approved subject to the date",
    "Cymeradwyo os yw'r heddlu'n cytuno",
    "Approved, thanks",
    "Hello Joan,\n\nAPPROVE 4821",
    "Bore da\n\nCYMERADWYO",
    "yes",
    "Yes, send it",
    "👍",
    "4821",
    "Approve - 4821",
    "_APPROVE_",
    "Cymeradwyaf",
    "Rwy'n cymeradwyo",
    "dis\u200bapproved",
    "АPPROVE 4821",
    "~~APPROVE 4821~~",
    "[APPROVE]",
    "APPROVE 4821\n\nHOLD 4821",
    "APPROVE\n\nGWRTHOD mae'r dyddiad yn anghywir",
    "APPROVE 4821\n\nAPPROVE 4822",
    "APPROVE 4821\n\nSorry, I meant REJECT 4821",
    "APPROVE\n\nOnce legal have confirmed.",
    "APPROVE\n\nUnless the mother has objected.",
    "Approved\n\nThis is subject to legal agreeing.",
    "APPROVE\n\nprovided the date of birth is put right",
    "APPROVE 4821\n\nBut only if the police agree.",
    "APPROVE 4821\n\nPlease hold off until noon.",
    "APPROVE\n\nIf the school confirms it.",
    "APPROVE\n\nOn second thoughts, wait for me.",
    "APPROVE\n\nDon’t send it yet.",
    "CYMERADWYO\n\nunwaith y bydd yr ysgol wedi ateb",
    "CYMERADWYO\n\noni bai bod y fam yn gwrthwynebu",
    "CYMERADWYO\n\nyn amodol ar gyngor cyfreithiol",
    "CYMERADWYO\n\nar yr amod bod y dyddiad yn gywir",
    "CYMERADWYO\n\ndim ond os yw'r heddlu'n cytuno",
    "OFFICIAL-SENSITIVE",
]


def _named(case: object) -> str:
    text = case[0] if isinstance(case, tuple) else case
    return re.sub(r"[^\w]+", "-", str(text)).strip("-")[:50] or "sign"


@pytest.mark.parametrize("case", HONEST, ids=_named)
@pytest.mark.parametrize("client", CLIENTS)
def test_an_honest_decision_is_read_in_every_mail_program(client: str, case: tuple[str, Verdict, str | None, str | None]) -> None:
    typed, verdict, number, reason = case
    decision = read_decision(parse(CLIENTS[client](typed)))
    assert (decision.verdict, decision.number) == (verdict, number)
    assert decision.reason is None if reason is None else reason in (decision.reason or "")


@pytest.mark.parametrize("typed", UNCLEAR, ids=_named)
@pytest.mark.parametrize("client", CLIENTS)
def test_anything_else_asks_back_in_every_mail_program(client: str, typed: str) -> None:
    assert read_decision(parse(CLIENTS[client](typed))).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize("typed", ("APPROVE 4821", "Approved", "CYMERADWYO", "REJECT 4821 why", "HOLD"))
@pytest.mark.parametrize("place", PLACES)
def test_words_anywhere_but_on_the_first_new_line_ask_back(place: str, typed: str) -> None:
    assert read_decision(parse(PLACES[place](typed))).verdict is Verdict.UNCLEAR


DISCLAIMERS = [
    "This email and any files with it are confidential and intended only for the addressee. Unless you are that person, do not use it.",
    "Emails may be monitored. They are subject to the Freedom of Information Act once received, provided no exemption applies.",
    "Any views expressed are those of the author unless otherwise stated.",
    "Mae'r neges hon yn gyfrinachol ac ar gyfer y derbynnydd bwriadedig yn unig. Os nad chi yw hwnnw, peidiwch â defnyddio'r neges.",
]


@pytest.mark.parametrize("disclaimer", DISCLAIMERS, ids=_named)
@pytest.mark.parametrize("client", CLIENTS)
def test_the_conditions_of_a_disclaimer_are_not_the_approvers(client: str, disclaimer: str) -> None:
    reply: Reply = CLIENTS[client]
    assert read_decision(parse(reply(f"APPROVE 4821\n\nAnn Approver\n\n{disclaimer}"))).verdict is Verdict.APPROVE
    assert read_decision(parse(reply(f"APPROVE 4821\n\nOnly if legal agree.\n\n{disclaimer}"))).verdict is Verdict.UNCLEAR
