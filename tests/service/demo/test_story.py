"""The numbers of the story, and what is said when they do not add up."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.database.counting import Desk
from service.database.unit_of_work import Database
from service.demo.addresses import accounts, councils, mailbox_of
from service.demo.authorities import Acts, Authorities
from service.demo.behaviour import Behaviour, Tally, behaviours, expected
from service.demo.progress import Display
from service.demo.server import DemoMailServer
from service.demo.story import Numbers, StoryStuck, _faults, _faults_around, count
from service.domain.delivery import Answer, Delivery, DeliveryState, Lane
from service.domain.notice import NoticeKind

KENT = councils()["kent"]

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
THREE = (NoticeKind.ALERT, NoticeKind.UPDATE, NoticeKind.FOUND)


def delivery(state: DeliveryState, answer: Answer = Answer.NONE, *, taken: bool = False) -> Delivery:
    return Delivery(
        id="1", letter_id="2", kind="alert", lane=Lane.ALERT, case_id="3", notice_id="4", gss_code="E1", recipient_name="Leeds",
        address="custodian@leeds.test", state=state, answer=answer, confirmed=True, attempts=1, lease=1, mailbox=KENT.mailbox,
        token_purpose="a", token_subject="1", link_path="", number="", references=(),
        created_at=NOW, due_at=NOW, accepted_at=NOW if taken else None,
        answered_at=None, smtp_code=None, smtp_status=None,
    )  # fmt: skip


def all_acts() -> Acts:
    acts = Acts(letters=201)
    for address, behaviour in behaviours().items():
        if behaviour is Behaviour.REFUSES:
            acts.refused.add(address)
            continue
        acts.took.add(address)
        if behaviour.acknowledges:
            acts.acknowledged.add(address)
        elif behaviour is Behaviour.BOUNCES_LATER:
            acts.reported.add(address)
        else:
            acts.silent.add(address)
    return acts


def test_the_service_counts_each_recipient_in_one_place():
    deliveries = (
        delivery(DeliveryState.ACCEPTED, taken=True),
        delivery(DeliveryState.ACCEPTED, Answer.NOT_KNOWN, taken=True),
        delivery(DeliveryState.DELAYED, Answer.ACKNOWLEDGED, taken=True),
        delivery(DeliveryState.BOUNCED, taken=True),
        delivery(DeliveryState.BOUNCED),
        delivery(DeliveryState.FAILED),
    )
    tally = count(deliveries)
    assert tally == Tally(recipients=6, accepted=5, acknowledged=2, bounced=2, failed=1, silent=1)
    assert tally.adds_up


@pytest.mark.parametrize("state", [DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.IN_DOUBT])
def test_a_letter_on_its_way_has_no_named_end(state):
    tally = count((delivery(state),))
    assert tally.unnamed == 1
    assert not tally.adds_up


def test_a_stopped_letter_and_an_answer_nobody_gave_do_not_add_up():
    assert not count((delivery(DeliveryState.SUPERSEDED),)).adds_up
    assert not count((delivery(DeliveryState.ACCEPTED, Answer.PLEASE_READ, taken=True),)).adds_up


def test_nothing_is_said_when_service_people_and_rule_agree():
    assert list(_faults(dict.fromkeys(THREE, expected()), {kind: all_acts() for kind in THREE})) == []


def test_a_number_that_differs_from_what_people_did_is_said():
    tallies = dict.fromkeys(THREE, expected())
    tallies[NoticeKind.UPDATE] = replace(expected(), acknowledged=157, silent=33)
    assert list(_faults(tallies, {kind: all_acts() for kind in THREE})) == [
        "Update: the service counts 157 acknowledged, the authorities counted 158 themselves.",
        "Update: the service counts 33 silent, the authorities counted 32 themselves.",
    ]


def test_people_who_did_not_act_by_the_rule_are_said():
    lazy = all_acts()
    lazy.silent.add(lazy.acknowledged.pop())
    tally = lazy.tally()
    faults = list(_faults(dict.fromkeys(THREE, tally), dict.fromkeys(THREE, lazy)))
    assert "Alert: the authorities counted 157 acknowledged, the rule foretells 158." in faults


def test_a_missing_notice_and_a_letter_sent_twice_are_said():
    twice = all_acts()
    twice.letters += 2
    faults = list(_faults({NoticeKind.ALERT: expected()}, {NoticeKind.ALERT: twice}))
    assert faults == [
        "Alert: 2 letters came to the same authority twice.",
        "Update: there is no such notice.",
        "Found: there is no such notice.",
    ]


def test_everything_around_the_numbers_is_checked_too():
    desk = Desk(received=7, unread=1, quarantined=1, leaving=2)
    assert list(_faults_around(211, desk, audit=False, case=None, posted=8)) == [
        "The directory has 211 authorities with an address; there should be 212.",
        "The service received 7 letters; 8 were sent to it.",
        "1 letters were put aside for a person; none should be.",
        "1 letters are not read and 2 have not left.",
        "The audit trail does not hold.",
        "The case is not closed after the found notice.",
    ]


def numbers(**changed: object) -> Numbers:
    values: dict[str, object] = {"authorities": 212, "tallies": dict.fromkeys(THREE, expected()), "letters_received": 300, "quarantined": 0,
                                 "audit_verified": True, "seconds": 12.34}  # fmt: skip
    return Numbers(**(values | changed))  # type: ignore[arg-type]


def test_the_file_has_the_names_that_were_agreed():
    written = numbers().as_json()
    assert list(written) == ["authorities", "alert", "update", "found", "letters_received", "quarantined", "audit_verified", "seconds"]
    names = ["recipients", "accepted", "acknowledged", "bounced", "failed", "silent", "unnamed"]
    assert list(written["alert"]) == names  # type: ignore[call-overload]


def test_numbers_add_up_only_without_a_fault():
    assert numbers().add_up
    assert not numbers(faults=("Something.",)).add_up


class _Silence:
    def say(self, sentence: str) -> None: ...

    def bar(self, name: str, done: int, total: int) -> None: ...


async def test_waiting_too_long_names_the_step(tmp_path):
    from service.database.keys import MasterKey
    from service.demo.story import Stage

    async def never() -> bool:
        return False

    server = DemoMailServer(accounts=accounts(), mailbox_of=mailbox_of)
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'demo.db'}", MasterKey(b"0" * 32))
    stage = Stage(council=KENT, server=server, db=db, authorities=Authorities(), shows=_Silence(), limit_seconds=0.05)
    with pytest.raises(StoryStuck, match="nobody has been asked"):
        await stage.wait(never, "nobody has been asked.")
    stage.authorities.troubles.append("An authority could not answer.")
    with pytest.raises(StoryStuck, match="could not answer"):
        await stage.wait(never, "nobody has been asked.")
    await db.close()


def test_the_display_shows_every_number_and_every_fault(capsys):
    with Display() as display:
        display.say("A social worker sends the form.")
        display.bar("Alert: sent", 200, 212)
        display.bar("Alert: sent", 212, 212)
        display.result(numbers(faults=("The audit trail does not hold.",)))
    shown = capsys.readouterr().err
    for words in ("A social worker sends the form.", "158", "201", "The numbers do not add up."):
        assert words in shown
