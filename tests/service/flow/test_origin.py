"""A profile counts only after its five letters were judged as they must be, and for exactly as long as none was judged otherwise."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest

from service.database.origin_tests import OriginLetter
from service.domain.notice import NoticeState
from service.flow.origin import FIVE, PROVE_AGAIN, Standing, begin, look_at_origin, note_refused, standing_of, with_proof
from service.mail.authenticity import OriginResult, judge_origin, parse_profile
from service.mail.message import parse
from service.mail.origin_letters import Pretence, from_outside, plain, subject_of, with_forged_headers, with_their_name_only
from tests.factories import NOW
from tests.service.flow.home import Home
from tests.service.flow.walk import ADA, HELEN, ask_approvers, last_notice, verdicts

MAILBOX = "alerts@kent.test"
WHO = Pretence(name="Helen", address=HELEN, mailbox=MAILBOX, outside="spoof@outside.test")
PROFILE = parse_profile("rfc8601:mx.of.kent.test")
PASSED = b"Authentication-Results: mx.of.kent.test; dmarc=pass header.from=kent.test\r\n"
OF_OUTSIDE = PASSED.replace(b"from=kent.test", b"from=outside.test")
FAILED = PASSED.replace(b"=pass", b"=fail")


@pytest.fixture
def unproved(home: Home) -> Home:
    """The house of Kent with a profile that nobody has tested."""
    home.house = replace(home.house, origin=PROFILE)
    return home


async def start(home: Home, at: datetime = NOW) -> dict[str, str]:
    """Begin a round and return the code of each letter."""
    async with home.database.begin() as work:
        authority, helen = await work.people.authority_at(MAILBOX), await work.people.at_address(HELEN)
        assert authority is not None
        assert helen is not None
        return {one.letter: one.id for one in await begin(work, home.house, authority, helen, at)}


def arrivals(code: dict[str, str]) -> dict[str, bytes]:
    """The five letters as an honest border delivers them."""
    forged = with_forged_headers(WHO, PROFILE, code["forged_headers"], NOW)
    return {
        "approver_reply": PASSED + plain(WHO, 1, code["approver_reply"], NOW),
        "outside_host": FAILED + from_outside(WHO, code["outside_host"], NOW),
        "forged_headers": FAILED + forged.replace(b"Authentication-Results: mx.of.kent.test", b"X-Taken-Away: it"),
        "display_name": OF_OUTSIDE + with_their_name_only(WHO, code["display_name"], NOW),
        "forwarded": FAILED + plain(WHO, 5, code["forwarded"], NOW),
    }


async def arrive(home: Home, letters: Sequence[bytes]) -> Standing:
    for raw in letters:
        home.mailbox.put(raw)
    await home.settle()
    return await standing(home)


async def standing(home: Home) -> Standing:
    async with home.database.read() as work:
        return await standing_of(work, home.house.origin, MAILBOX)


async def believes(home: Home) -> bool:
    """Whether an honest reply of the approver is believed."""
    async with home.database.read() as work:
        house = await with_proof(work, home.house, MAILBOX)
    return judge_origin(house.origin, parse(PASSED + plain(WHO, 1, "0" * 32, NOW))).result is OriginResult.PASS


async def tasks(home: Home) -> list[str]:
    async with home.database.read() as work:
        return [one.kind for one in await work.tasks.open()]


async def test_the_five_letters_prove_a_profile_and_their_raw_bytes_are_kept(unproved: Home) -> None:
    assert not await believes(unproved)
    letters = arrivals(await start(unproved))
    stands = await arrive(unproved, list(letters.values()))
    assert stands.proved_at == NOW
    assert await believes(unproved)
    assert {one.letter: (one.result, one.passed) for one in stands.letters} == {
        "approver_reply": ("pass", True),
        "outside_host": ("fail", True),
        "forged_headers": ("fail", True),
        "display_name": ("pass", True),
        "forwarded": ("fail", True),
    }
    async with unproved.database.read() as work:
        for one in stands.letters:
            assert one.received_email_id is not None
            assert await work.received.raw(one.received_email_id) == letters[one.letter]
        assert (await work.audit.verify()).holds
    assert unproved.mailbox.folders.keys() >= {"Processed"}
    assert "Needs attention" not in unproved.mailbox.folders


@pytest.mark.parametrize("missing", [one.name for one in FIVE])
async def test_four_letters_are_not_enough(unproved: Home, missing: str) -> None:
    letters = arrivals(await start(unproved))
    stands = await arrive(unproved, [raw for name, raw in letters.items() if name != missing])
    assert stands.proved_at is None
    assert not await believes(unproved)


@pytest.mark.parametrize("name", ["outside_host", "forged_headers"])
async def test_a_forged_letter_that_is_believed_fails_the_test_and_gives_a_task(unproved: Home, name: str) -> None:
    letters = arrivals(await start(unproved))
    letters[name] = letters[name].replace(FAILED, PASSED)
    stands = await arrive(unproved, list(letters.values()))
    number = next(one.number for one in FIVE if one.name == name)
    assert (stands.proved_at, stands.why_not) == (None, f"the origin test failed at letter {number}")
    assert await tasks(unproved) == ["origin_test_failed"]


async def test_a_border_that_leaves_forged_headers_fails_the_test(unproved: Home) -> None:
    code = await start(unproved)
    letters = {**arrivals(code), "forged_headers": with_forged_headers(WHO, PROFILE, code["forged_headers"], NOW)}
    assert (await arrive(unproved, list(letters.values()))).why_not == "the origin test failed at letter 3"


async def test_an_approver_whose_reply_is_not_proved_fails_the_test(unproved: Home) -> None:
    code = await start(unproved)
    letters = {**arrivals(code), "approver_reply": plain(WHO, 1, code["approver_reply"], NOW)}
    assert (await arrive(unproved, list(letters.values()))).why_not == "the origin test failed at letter 1"


async def test_one_letter_that_is_believed_later_ends_a_pass(unproved: Home) -> None:
    code = await start(unproved)
    letters = arrivals(code)
    assert (await arrive(unproved, list(letters.values()))).proved_at
    # The same letter past the gateway, straight to the server behind it.
    assert not (await arrive(unproved, [PASSED + from_outside(WHO, code["outside_host"], NOW)])).proved_at
    assert not await believes(unproved)
    await arrive(unproved, [letters["outside_host"].replace(b"Subject", b"X-Again: 1\r\nSubject")])
    assert not await believes(unproved)


async def test_a_new_test_leaves_the_pass_from_before_until_one_of_its_letters_fails(unproved: Home) -> None:
    await arrive(unproved, list(arrivals(await start(unproved)).values()))
    unproved.now = NOW + timedelta(days=30)
    code = await start(unproved, unproved.now)
    assert (await standing(unproved)).proved_at == NOW
    letters = arrivals(code)
    assert (await arrive(unproved, [letters["outside_host"]])).proved_at == NOW
    assert (await arrive(unproved, [letters["forged_headers"].replace(FAILED, PASSED)])).proved_at is None
    assert not await believes(unproved)


async def test_a_letter_of_an_older_test_that_is_believed_today_ends_the_pass_of_today(unproved: Home) -> None:
    old = await start(unproved)
    unproved.now = NOW + timedelta(days=1)
    assert (await arrive(unproved, list(arrivals(await start(unproved, unproved.now)).values()))).proved_at
    unproved.now = NOW + timedelta(days=2)
    assert (await arrive(unproved, [PASSED + from_outside(WHO, old["outside_host"], NOW)])).proved_at is None
    unproved.now = NOW + timedelta(days=3)
    assert (await arrive(unproved, list(arrivals(await start(unproved, unproved.now)).values()))).proved_at == unproved.now


async def test_an_approver_cannot_decide_by_reply_until_the_profile_is_proved(home: Home) -> None:
    await ask_approvers(home)
    home.house = replace(home.house, origin=parse_profile("gateway:mx.kent.test"))
    home.reply(home.last_to(ADA), ADA, "APPROVE\n")
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.AWAITING_APPROVAL
    assert await verdicts(home) == []


async def test_a_pass_is_for_exactly_this_profile_and_mailbox(unproved: Home) -> None:
    await arrive(unproved, list(arrivals(await start(unproved)).values()))
    async with unproved.database.read() as work:
        for text in ("gateway:mx.of.kent.test", "rfc8601:mx.of.kent.test.uk", "exchange_external"):
            assert (await standing_of(work, parse_profile(text), MAILBOX)).proved_at is None
        assert (await standing_of(work, PROFILE, "other@kent.test")).proved_at is None


async def test_a_letter_of_the_test_from_somebody_else_judges_nothing(unproved: Home) -> None:
    code = await start(unproved)
    stranger = replace(WHO, address="priya@kent.test")
    stands = await arrive(unproved, [PASSED + plain(stranger, 1, code["approver_reply"], NOW)])
    assert [one.passed for one in stands.letters] == [None] * 5
    assert await tasks(unproved) == ["origin_test"]


async def test_an_automatic_reply_is_no_reply_of_the_approver(unproved: Home) -> None:
    code = await start(unproved)
    away = b"Auto-Submitted: auto-replied\r\n" + arrivals(code)["approver_reply"]
    assert [one.passed for one in (await arrive(unproved, [away])).letters] == [None] * 5


async def test_a_reply_found_in_the_junk_folder_fails_the_test(unproved: Home) -> None:
    unproved.mailbox.put(arrivals(await start(unproved))["approver_reply"], "Junk")
    await unproved.settle()
    assert (await standing(unproved)).why_not == "the origin test failed at letter 1"


async def test_a_letter_of_a_test_that_is_long_over_goes_to_a_person(unproved: Home) -> None:
    code = await start(unproved)
    unproved.now = NOW + PROVE_AGAIN + timedelta(days=1)
    stands = await arrive(unproved, [arrivals(code)["approver_reply"]])
    assert [one.passed for one in stands.letters] == [None] * 5
    assert await tasks(unproved) == ["origin_test"]


async def test_the_approver_is_asked_by_letter_and_their_answer_keeps_the_code(unproved: Home) -> None:
    code = await start(unproved)
    await unproved.settle()
    asked = unproved.last_to(HELEN)
    assert str(asked["Subject"]) == subject_of(1, code["approver_reply"])
    answer = EmailMessage()
    answer["Authentication-Results"] = PASSED.decode().partition(": ")[2].strip()
    answer["From"], answer["To"], answer["Subject"] = HELEN, str(asked["Reply-To"] or asked["From"]), f"RE: {asked['Subject']}"
    answer["In-Reply-To"] = str(asked["Message-ID"])
    answer.set_content("Here I am.\n")
    stands = await arrive(unproved, [answer.as_bytes()])
    assert [(one.letter, one.passed) for one in stands.letters if one.passed] == [("approver_reply", True)]


async def test_what_the_mail_server_refused_is_as_good_as_a_fail_but_the_reply_must_come(unproved: Home) -> None:
    code = await start(unproved)
    async with unproved.database.begin() as work:
        authority = await work.people.authority_at(MAILBOX)
        assert authority is not None
        await note_refused(work, PROFILE, authority, [1, 2, 3, 4, 5], by="operator", now=NOW)
    stands = await standing(unproved)
    assert [(one.passed, one.result) for one in stands.letters] == [(None, None), *[(True, "refused")] * 4]
    assert (await arrive(unproved, [arrivals(code)["approver_reply"]])).proved_at == NOW


async def test_a_forwarded_letter_must_not_pass_within_one_tenant(home: Home) -> None:
    home.house = replace(home.house, origin=parse_profile("exchange_same_tenant:kent.test"))
    code = await start(home)
    hop = b"Received: from a.prod.outlook.com by b.prod.outlook.com; Tue, 24 Nov 2026 10:00:03 +0000\r\n"
    marked = hop + b"X-MS-Exchange-Organization-AuthAs: Internal\r\n" + plain(WHO, 5, code["forwarded"], NOW)
    assert (await arrive(home, [marked])).why_not == "the origin test failed at letter 5"


async def test_the_clock_asks_for_a_test_that_is_missing_or_a_month_old_and_the_pass_stays(unproved: Home) -> None:
    assert await look_at_origin(unproved.house, now=NOW) == 1
    assert await look_at_origin(unproved.house, now=NOW + timedelta(hours=1)) == 0
    assert await tasks(unproved) == ["prove_the_origin"]
    await arrive(unproved, list(arrivals(await start(unproved)).values()))
    assert await tasks(unproved) == []
    assert await look_at_origin(unproved.house, now=NOW + timedelta(days=34)) == 0
    assert await look_at_origin(unproved.house, now=NOW + PROVE_AGAIN + timedelta(days=1)) == 1
    assert await tasks(unproved) == ["prove_the_origin"]
    assert await believes(unproved)


async def test_without_a_profile_the_clock_asks_for_nothing(home: Home) -> None:
    home.house = replace(home.house, origin=parse_profile("none"))
    assert await look_at_origin(home.house, now=NOW) == 0


async def test_of_one_code_the_first_good_letter_or_any_bad_one_stays(home_on_each: Home) -> None:
    async with home_on_each.database.begin() as work:
        (one,) = await work.origin_tests.begin(mailbox=MAILBOX, profile=PROFILE.key, letters=["outside_host"], at=NOW)
        seen: list[OriginLetter | None] = []
        for passed, result in ((True, "fail"), (True, "doubt"), (False, "pass"), (True, "fail")):
            await work.origin_tests.judged(one.id, passed=passed, result=result, at=NOW)
            seen.append(await work.origin_tests.get(one.id))
    assert [(each.passed, each.result) for each in seen if each] == [(True, "fail"), (True, "fail"), (False, "pass"), (False, "pass")]
