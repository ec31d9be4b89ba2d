"""Everything that people, mail servers and bad luck may do to a case, in any order; the model asks after each step whether all still holds.

A short run is the same each time. A long one draws anew, and may look for the shortest way to what it finds:
MODEL_EXAMPLES=500 MODEL_STEPS=60 MODEL_SHRINK=1 pytest tests/model
"""

import asyncio
import os
from contextlib import suppress
from datetime import datetime, time, timedelta
from email.message import EmailMessage
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from directory.tables import authorities
from service.domain.approval import Verdict
from service.domain.delivery import Answer
from service.domain.errors import ServiceError
from service.flow.chase import spoke_to
from service.flow.decide import decide_on_web
from service.flow.deliver import LEASE
from service.flow.repair import mend
from service.flow.stop import stop_on_web
from service.flow.track import answer_by_link
from tests.directory.decided import remove_contact, set_contact
from tests.model.faults import POINTS
from tests.model.world import FATES, NAMES, ROOMS, SECOND, World, form
from tests.model.writings import DEFECTS, REASON, STRANGER, WITHDRAWN, report
from tests.service.flow.home import AUTHORITIES
from tests.service.flow.walk import ADA, CARDIFF, FOUND, HELEN, LEEDS, MEDWAY, PRIYA, SAM, UPDATE, person

EVERYONE = (LEEDS, MEDWAY, CARDIFF, SECOND)
WHICH = st.integers(0, 7)  # one of several, counted from the newest


class AnyOrder(RuleBasedStateMachine):
    """Steps that anybody may take at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.home, self.model = self.world.home, self.world.model
        self.arrived = 0

    def teardown(self) -> None:
        try:
            if self.world.whole:
                self.world.fates.clear()
                self.home.mailer.away = None
                self.home.now += timedelta(hours=2)
                self.world.rest()
        finally:
            self.world.close()

    # --- what is there to act on ---

    def letters(self, address: str, beginning: str = "") -> list[tuple[str, EmailMessage]]:
        """What one address got, newest first, with the ids."""
        ids = [envelope.delivery_id for envelope, _ in self.home.mailer.sent if envelope.recipient == address]
        both = list(zip(ids, self.home.letters_to(address), strict=True))
        return [one for one in reversed(both) if str(one[1]["Subject"]).startswith(beginning)]

    def live_letters(self) -> list[dict[str, Any]]:
        """The letters about cases that the relay took, newest first."""
        left = [envelope.delivery_id for envelope, _ in self.home.mailer.sent]
        return [row for one in reversed(left) if (row := self.world.seen.deliveries[one])["notice_id"]]  # type: ignore[misc]

    def waiting(self, state: str) -> list[Any]:
        return [one for one in self.world.seen.notices.values() if one["state"] == state]

    def post(self, sender: str, text: str, **more: Any) -> None:
        self.home.post(sender, text, **more)
        self.model.posted += 1

    def reply(self, letter: EmailMessage, sender: str, text: str, **more: Any) -> None:
        self.home.reply(letter, sender, text, **more)
        self.model.posted += 1

    def press(self, work: Any) -> None:
        """Press something on a page; a refusal is as good an answer as any."""

        async def pressed() -> None:
            with suppress(ServiceError):
                await work

        self.world.step(pressed())

    def person(self, address: str) -> Any:
        return self.world.run(person(self.home, address))

    # --- people here ---

    @initialize(
        far=st.sampled_from(["an end leaves", "an end waits", "out", "an end leaves", "an end waits", "out", "asked", "nothing"]),
        late=st.booleans(),
    )
    def begin(self, far: str, late: bool) -> None:
        if late:
            self.the_relay(LEEDS, "puts it off")
        if far == "nothing":
            return
        self.arrive()
        self.settle()
        self.check(passes=True)
        self.settle()
        if far == "asked":
            return
        self.approve_on_the_page(HELEN, 0)
        self.settle()
        if far.startswith("an end"):
            self.a_later_form(FOUND, 0, forged=1)
            self.settle()
            self.check(passes=True)
            self.settle()
        if far == "an end leaves":
            self.approve_on_the_page(ADA, 0)
            self.one_room("notices")

    @precondition(lambda self: self.arrived < len(NAMES))
    @rule()
    def arrive(self) -> None:
        self.post(SAM, form(NAMES[self.arrived]), subject="Missing child form")
        self.arrived += 1

    @precondition(lambda self: self.world.seen.cases)
    @rule(words=st.sampled_from([UPDATE, UPDATE, FOUND, FOUND, WITHDRAWN, "corrected"]), which=WHICH, forged=st.integers(0, 5))
    def a_later_form(self, words: str, which: int, forged: int) -> None:
        cases = list(self.world.seen.cases.values())
        text = form(NAMES[which % len(cases)]).replace("High", ("Medium", "Low")[which % 2]) if words == "corrected" else words
        self.post(SAM, text, subject=f"Later [{cases[which % len(cases)]['reference']}]", forged=forged == 0)

    @precondition(lambda self: self.letters(PRIYA, "Check"))
    @rule(passes=st.sampled_from([True, True, True, False]))
    def check(self, passes: bool) -> None:
        self.reply(self.letters(PRIYA, "Check")[0][1], PRIYA, "PASS\n" if passes else "RETURN Which school does she go to?\n")

    @precondition(lambda self: self.waiting("awaiting_approval"))
    @rule(who=st.sampled_from([HELEN, ADA]), which=WHICH)
    def approve_on_the_page(self, who: str, which: int) -> None:
        notices = self.waiting("awaiting_approval")
        notice = notices[which % len(notices)]
        self.model.approved.add((notice["id"], notice["version"]))
        self.press(
            decide_on_web(self.home.house, notice["id"], self.person(who), Verdict.APPROVE, REASON, notice["version"], self.home.now)
        )

    def requests(self, who: str) -> list[tuple[dict[str, Any], EmailMessage]]:
        """The decision requests that somebody got, newest first."""
        asked = {one["id"]: one for one in self.world.seen.approvals}
        found = [(self.world.seen.deliveries[one]["token_subject"], letter) for one, letter in self.letters(who)]
        return [(asked[one], letter) for one, letter in found if one in asked and "+d." in str(letter["Reply-To"])]  # type: ignore[misc]

    @precondition(lambda self: self.requests(HELEN) or self.requests(ADA))
    @rule(
        who=st.sampled_from([HELEN, ADA]),
        which=st.sampled_from([0, 0, 0, 1, 2]),
        words=st.sampled_from(["APPROVE", "REJECT", "RETURN", "HOLD"]),
    )
    def decide_by_reply(self, who: str, which: int, words: str) -> None:
        requests = self.requests(who) or self.requests(HELEN) or self.requests(ADA)
        asked, letter = requests[which % len(requests)]
        who = str(letter["To"].addresses[0].addr_spec)
        bound = (asked["notice_id"], asked["notice_version"])
        {"APPROVE": self.model.approved, "REJECT": self.model.refused}.get(words, set()).add(bound)
        said = f"{words}\n{REASON}\n" if words == "APPROVE" else f"{words} Which school does she go to?\n"
        self.reply(letter, who, said)

    @precondition(lambda self: self.requests(HELEN))
    @rule(defect=st.sampled_from(sorted(DEFECTS)), which=WHICH)
    def a_reply_that_approves_nothing(self, defect: str, which: int) -> None:
        requests = self.requests(HELEN)
        sender, words, forged, headers = DEFECTS[defect]
        self.reply(requests[which % len(requests)][1], sender or HELEN, words, forged=forged, **headers)

    @precondition(lambda self: self.home.mailbox.folders.get("Processed"))
    @rule(which=WHICH)
    def a_letter_comes_twice(self, which: int) -> None:
        kept = list(self.home.mailbox.folders["Processed"].values())
        self.home.mailbox.put(kept[-1 - which % len(kept)])
        self.model.posted += 1

    @rule()
    def everybody_does_their_part(self) -> None:
        self.settle()
        if self.letters(PRIYA, "Check"):
            self.check(passes=True)
            self.settle()
        for _ in self.waiting("awaiting_approval")[:1]:
            self.approve_on_the_page(ADA, 0)
        self.one_room("notices")

    @precondition(lambda self: self.waiting("approved") or self.waiting("cascaded"))
    @rule(which=WHICH)
    def stop(self, which: int) -> None:
        notices = [*self.waiting("approved"), *self.waiting("cascaded")]
        notice = notices[-1 - which % len(notices)]
        self.press(stop_on_web(self.home.house, notice["id"], self.person(PRIYA), self.home.now))

    # --- authorities and their mail servers ---

    @precondition(lambda self: self.live_letters())
    @rule(which=WHICH, true=st.booleans())
    def a_bounce(self, which: int, true: bool) -> None:
        letters = self.live_letters()
        row = letters[which % len(letters)]
        if true:
            self.model.bounced.add(row["id"])
        named = row["address"] if true else "somebody@elsewhere.test"
        self.home.mailbox.put(report(row["id"], named, message_id=true, number=self.model.posted))
        self.model.posted += 1

    @precondition(lambda self: self.live_letters())
    @rule(
        which=WHICH,
        words=st.sampled_from(["Answer: 1\n", "Answer: 2\n", "Answer: 3\n", "Answer: 5\n", "CLOSED\n", "We moved. Who are you?\n"]),
        true=st.sampled_from([True, True, False]),
        automatic=st.sampled_from([False, False, True]),
    )
    def an_answer_by_mail(self, which: int, words: str, true: bool, automatic: bool) -> None:
        letters = self.live_letters()
        row = letters[which % len(letters)]
        letter = next(letter for one, letter in self.letters(row["address"]) if one == row["id"])
        if true and not automatic:
            self.model.said.add(row["id"])
        headers = {"Auto_Submitted": "auto-replied"} if automatic else {}
        self.reply(letter, row["address"] if true else STRANGER, words, **headers)

    @precondition(lambda self: self.live_letters())
    @rule(which=WHICH, answer=st.sampled_from([Answer.ACKNOWLEDGED, Answer.NOT_KNOWN, Answer.POSSIBLE_MATCH]), phone=st.booleans())
    def an_answer_on_the_page_or_by_phone(self, which: int, answer: Answer, phone: bool) -> None:
        letters = self.live_letters()
        row = letters[which % len(letters)]
        self.model.said.add(row["id"])
        if phone:
            priya = self.person(PRIYA)
            self.press(spoke_to(self.home.house, row["id"], priya, who="Pat Sample", answer=answer, words="", now=self.home.now))
        else:
            token = self.home.house.tokens.issue("a", row["id"])
            self.press(answer_by_link(self.home.house, token, name="Pat Sample", answer=answer, words="", now=self.home.now))

    @rule(who=st.sampled_from([*EVERYONE, "all of them"]), fate=st.sampled_from(sorted(FATES)))
    def the_relay(self, who: str, fate: str) -> None:
        self.home.mailer.away = None
        self.world.fates.update(dict.fromkeys(EVERYONE if who == "all of them" else [who], fate))

    @rule()
    def the_relay_goes_away(self) -> None:
        self.home.mailer.away = "The relay does not answer."

    @rule(code=st.sampled_from(AUTHORITIES), what=st.sampled_from(["moves", "has no address", "comes back", "is merged into the next"]))
    def the_directory(self, code: str, what: str) -> None:
        self.world.step(self._change(code, what))

    async def _change(self, code: str, what: str) -> None:
        said = {"who": "test", "why": "test", "at": self.home.now}
        heir = AUTHORITIES[(AUTHORITIES.index(code) + 1) % len(AUTHORITIES)]
        async with self.home.database.begin() as work:
            known = await work.register.contacts(code)
            if what == "has no address":
                for one in known:
                    await remove_contact(work.register, gss_code=code, order=one.order, **said)
            elif what == "is merged into the next" and not await work.connection.scalar(
                sa.select(sa.func.count()).where(authorities.c.former_codes.contains("0000"), authorities.c.gss_code.in_(AUTHORITIES))
            ):
                merged = sa.update(authorities).where(authorities.c.gss_code == heir).values(former_codes=code)
                await work.connection.execute(merged)
                for one in known:
                    await remove_contact(work.register, gss_code=code, order=one.order, **said)
            elif what in ("moves", "comes back"):
                name = "new" if what == "moves" else "duty"
                await set_contact(work.register, gss_code=code, address=f"{name}@{code.lower()}.test", role="custodian", **said)

    @precondition(lambda self: any(one["state"] in ("bounced", "failed") for one in self.live_or_failed()))
    @rule(which=WHICH)
    def repair(self, which: int) -> None:
        broken = [one for one in self.live_or_failed() if one["state"] in ("bounced", "failed")]
        row = broken[which % len(broken)]
        address = f"mended{which}@{row['gss_code'].lower()}.test"
        self.press(mend(self.home.house, row["id"], self.person(PRIYA), address=address, source="By phone.", sure=True, now=self.home.now))

    def live_or_failed(self) -> list[Any]:
        return [one for one in self.world.seen.deliveries.values() if one["notice_id"]]

    # --- time, workers and bad luck ---

    @rule(room=st.sampled_from(ROOMS))
    def one_room(self, room: str) -> None:
        self.world.step(self.world.room(room, self.home.house))

    @rule()
    def settle(self) -> None:
        self.world.step(self.world.settle(self.home.house))

    @rule()
    def rest(self) -> None:
        self.world.rest()

    @rule()
    def two_workers(self) -> None:
        self.world.step(self._both(), workers=2)

    async def _both(self) -> None:
        await asyncio.gather(*(self.world.settle(house) for house in self.world.houses))

    @rule(point=st.sampled_from(POINTS), number=st.integers(1, 9), hands=st.booleans())
    def the_power_fails(self, point: str, number: int, hands: bool) -> None:
        house = self.home.house
        died = self.world.run(self.world.die_in(self.world.tick(house) if hands else self.world.settle(house), point, number))
        self.world.step(crash=died)

    @rule()
    def a_worker_claims_and_is_never_seen_again(self) -> None:
        self.world.step(self._claim())

    async def _claim(self) -> None:
        async with self.home.house.begin() as work:
            await work.deliveries.claim(2, now=self.home.now, lease_for=LEASE)

    @rule(by=st.sampled_from([-3600, 61, 61, 300, 1000, 2400, 7200, 30 * 3600]))
    def the_clock_jumps(self, by: int) -> None:
        self.home.now += timedelta(seconds=by)

    @rule(days=st.integers(1, 4))
    def some_mornings_later(self, days: int) -> None:
        for _ in range(days):
            self.home.now = datetime.combine(self.home.now.date() + timedelta(days=1), time(10), self.home.now.tzinfo)
            self.world.step(self.world.tick(self.home.house))
            self.world.step(self.world.settle(self.home.house))


EXAMPLES, STEPS = (int(os.environ.get(name, usual)) for name, usual in (("MODEL_EXAMPLES", "10"), ("MODEL_STEPS", "30")))
TestInAnyOrder = AnyOrder.TestCase
TestInAnyOrder.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    derandomize="MODEL_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, *((Phase.shrink,) if "MODEL_SHRINK" in os.environ else ())),
)
