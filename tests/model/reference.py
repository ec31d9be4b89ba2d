"""What must hold whatever happens and in whatever order, as a small model in plain Python: it knows what people did, and no line of ours.

The numbers are those of the invariants of the security paper; P5 and P6 are its promises about duplicates and order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tests.model.seen import ALERTING, ENDING, Left, Row, Seen

OPEN_DOOR = 4  # connections of one worker: as many letters one crash may leave in doubt
BOUND = timedelta(minutes=30)  # a letter of the last lane may wait a day longer
LAST_LANE = 5


@dataclass
class Reference:
    """What people have done so far, and what has left."""

    canaries: tuple[str, ...] = ()
    posted: int = 0
    approved: set[tuple[str, int]] = field(default_factory=set)  # notice and version that an approver plainly approved
    refused: set[tuple[str, int]] = field(default_factory=set)
    bounced: set[str] = field(default_factory=set)  # letters that a mail server truly sent back
    said: set[str] = field(default_factory=set)  # letters that their authority truly answered
    copies: dict[str, list[bytes]] = field(default_factory=dict)
    doubts: dict[str, set[int]] = field(default_factory=dict)
    last: dict[tuple[str, str], int] = field(default_factory=dict)  # case and authority → the newest message it has got
    told: dict[str, set[str]] = field(default_factory=dict)  # case → authorities that may believe that the child is missing

    def check(self, before: Seen, seen: Seen, left: Sequence[Left], *, workers: int = 1, crashed: bool = False) -> None:
        """Raise when anything does not hold after one step, in which *left* left."""
        self._doubts(seen, workers, crashed=crashed)
        self._decisions(seen)
        self._answers_and_bounces(seen)
        for one in left:
            self._one_letter(before, seen, one)
        self._audit(seen)
        self._boards(seen)
        assert len(seen.received) <= self.posted, "INV1: a letter was kept twice"

    def at_rest(self, seen: Seen, *, in_folders: int) -> None:
        """Raise when, with every room idle, the clock looked at and no crash, something lies where nobody sees it."""
        assert len(seen.received) == self.posted, "INV1: a letter was lost"
        assert in_folders == self.posted, "INV1: a letter left the mailbox"
        waiting = {(one["kind"], one["subject_id"]) for one in seen.tasks if one["done_at"] is None}
        given = {one["subject_id"] for one in seen.tasks}
        of_case = {(one["kind"], one["case_id"]) for one in seen.tasks if one["done_at"] is None}
        for one in seen.received:
            assert one["state"] in ("handled", "quarantined"), f"INV12: a letter is {one['state']}"
            assert one["state"] != "quarantined" or one["id"] in given, "INV12: a letter in quarantine is nobody's"
        for one in seen.deliveries.values():
            waits = one["state"] in ("queued", "sending", "in_doubt") and not self._doubt_that_stays(seen, one)
            if waits and one["created_at"] < seen.now - (BOUND if one["lane"] < LAST_LANE else BOUND + timedelta(days=1)):
                assert ("letter_stuck", one["id"]) in waiting, f"INV12: a {one['kind']} has been {one['state']} too long"
        for one in seen.notices.values():
            asks = {"checking": ("check_notice",), "awaiting_approval": ("decide_notice", "on_hold")}.get(one["state"], ())
            assert not asks or any((kind, one["case_id"]) in of_case for kind in asks), f"INV12: {one['state']} is nobody's"
            assert one["state"] != "approved" or one["release_at"] or seen.cases[one["case_id"]]["state"] == "closed", "P3: it never left"
        self._nobody_is_forgotten(seen, given)

    def _nobody_is_forgotten(self, seen: Seen, given: set[str | None]) -> None:
        for one in seen.deliveries.values():
            if one["notice_id"] and one["state"] in ("bounced", "failed"):
                assert one["id"] in given or one["letter_id"] in given, "INV12: a letter came back and nobody was told"
        for case_id, told in self.told.items():
            ends = [one for one in seen.notices.values() if one["case_id"] == case_id and one["kind"] in ENDING]
            ends = [one for one in ends if one["state"] == "cascaded" and not one["stopped_at"]]
            for end in ends[:1]:
                hears = {code for one in self._letters(seen, end["id"]) for code in (one["gss_code"], *one["stands_for"].split())}
                assert told <= hears, "P6: an authority that was alerted never hears of the end"

    def _doubts(self, seen: Seen, workers: int, *, crashed: bool) -> None:
        fresh = 0
        for one in seen.deliveries.values():
            leases = self.doubts.setdefault(one["id"], set())
            if one["state"] == "in_doubt" and one["lease"] not in leases:
                leases.add(one["lease"])
                fresh += 1
        assert not crashed or fresh <= OPEN_DOOR * workers, f"P5: one crash left {fresh} letters in doubt"

    def _decisions(self, seen: Seen) -> None:
        used = [one for one in seen.approvals if one["used_at"] is not None]
        for one in used:
            asked = (one["notice_id"], one["notice_version"])
            assert one["verdict"] != "approve" or asked in self.approved, "INV3: approved, and nobody approved it"
            assert one["verdict"] != "reject" or asked in self.refused, "refused, and nobody refused it"
            notice = seen.notices[one["notice_id"]]
            if one["verdict"] == "approve":
                approver = seen.people[one["approver_id"]]
                assert approver != notice["submitted_by"] and one["approver_id"] != notice["passed_by"], "INV10: approved by its author"
                assert not notice["passed_by"] or seen.people[notice["passed_by"]] != notice["submitted_by"], "INV10: checked by its author"
        decided = [(one["notice_id"], one["notice_version"]) for one in used]
        assert len(decided) == len(set(decided)), "INV9: two decisions on one version of a notice"
        for notice in seen.notices.values():
            if notice["state"] in ("approved", "cascaded"):
                binds = {one["content_sha256"] for one in used if one["verdict"] == "approve" and one["notice_id"] == notice["id"]}
                assert notice["content_sha256"] in binds, "INV3: it leaves with other words than were approved"

    def _answers_and_bounces(self, seen: Seen) -> None:
        for one in seen.deliveries.values():
            assert one["state"] not in ("bounced", "delayed") or one["id"] in self.bounced, "P10: a forged bounce changed a letter"
        for one in seen.responses:
            assert not one["confirmed"] or one["delivery_id"] in self.said, "P9: confirmed, and nobody there answered"

    def _one_letter(self, before: Seen, seen: Seen, one: Left) -> None:
        row = seen.deliveries[one.delivery_id]
        assert one.named == (one.recipient,) and one.recipient == row["address"], "INV7: not exactly one recipient"
        assert not any(canary in one.outside for canary in self.canaries), "INV11: a name stands outside the letter"
        copies = self.copies.setdefault(one.delivery_id, [])
        again = bool(copies)
        copies.append(one.wire)
        assert len(set(copies)) == 1, "P5: a second copy differs from the first"
        assert len(copies) <= 1 + len(self.doubts.get(one.delivery_id, ())), "INV4: more copies than doubts"
        was = before.deliveries.get(one.delivery_id)
        in_doubt = again or (was is not None and was["state"] == "in_doubt")
        if row["notice_id"]:
            ended = row["kind"] in ALERTING and before.ended(row["case_id"])
            assert in_doubt or not ended, "P6: an alert left after the end was approved"
            self._one_notice(seen, row, one, again=again)
        elif row["kind"] == "chaser" and not in_doubt:
            self._one_chaser(before, seen, one.delivery_id)

    def _one_notice(self, seen: Seen, row: Row, one: Left, *, again: bool) -> None:
        case_id, gss_code = row["case_id"], row["gss_code"]
        bound = [f for f in seen.frozen if (f.notice_id, f.letter_id) == (row["notice_id"], row["letter_id"]) and gss_code in f.recipients]
        contents = {a["content_sha256"] for a in seen.approvals if a["verdict"] == "approve" and a["notice_id"] == row["notice_id"]}
        assert one.as_frozen and any(f.content in contents for f in bound), "INV3: nobody approved this letter"
        to = {address for f in bound for address in f.recipients[gss_code]}
        assert row["address"] in to or (gss_code, row["address"]) in seen.repaired, "INV3: nobody approved this address"
        number = seen.about(one.delivery_id)
        told = self.told.setdefault(case_id, set())
        stands_for = {gss_code, *row["stands_for"].split()}
        if row["kind"] in ENDING:
            assert told & stands_for, "P6: told of the end, never of the alert"
            assert any(seen.about(x["id"]) <= number for x in seen.deliveries.values() if x["case_id"] == case_id and x["notice_id"])
        if not again:
            assert self.last.get((case_id, gss_code), 0) <= number, "INV5: an older message came after a newer one"
            self.last[case_id, gss_code] = number
        if row["kind"] in ALERTING:
            told |= stands_for

    def _one_chaser(self, before: Seen, seen: Seen, chaser_id: str) -> None:
        for about in (item for chaser, item in seen.chased if chaser == chaser_id):
            item = seen.deliveries[about]
            answers = [one for one in before.responses if one["confirmed"] and one["delivery_id"] == about]
            assert not answers, "INV6: asked again after an answer"
            assert item["kind"] in ENDING or not before.ended(item["case_id"]), "INV6: asked again after the end"

    @staticmethod
    def _doubt_that_stays(seen: Seen, one: Row) -> bool:
        """Whether a letter may have been taken and never goes again: what it tells has ended, or what it asks was answered."""
        if one["state"] != "in_doubt":
            return False
        if one["kind"] != "chaser":
            return one["kind"] in ALERTING and seen.ended(one["case_id"])
        for item in (seen.deliveries[about] for chaser, about in seen.chased if chaser == one["id"]):
            if item["kind"] in ALERTING and seen.ended(item["case_id"]):
                return True
            for each in seen.deliveries.values():
                theirs = (each["case_id"], each["gss_code"]) == (item["case_id"], item["gss_code"]) and each["confirmed"]
                alike = (each["kind"] in ENDING) == (item["kind"] in ENDING)
                if theirs and alike and each["answered_at"] >= item["created_at"]:
                    return True
        return False

    def _audit(self, seen: Seen) -> None:
        assert seen.chain_holds, "INV8: the audit chain does not verify"
        done = {(one["action"], one["subject_id"]) for one in seen.audit}
        for one in seen.notices.values():
            if one["state"] in ("approved", "cascaded"):
                assert ("notice_approved", one["id"]) in done, "INV8: an approval without a trace"
            for state, action in (("cascaded", "notice_cascaded"), ("refused", "notice_refused"), ("superseded", "notice_superseded")):
                assert one["state"] != state or (action, one["id"]) in done, f"INV8: {state} without a trace"

    def _boards(self, seen: Seen) -> None:
        assert not any(seen.differences.values()), f"INV2: a board does not add up: {seen.differences}"
        for one in seen.notices.values():
            if one["state"] == "cascaded":
                letters = self._letters(seen, one["id"])
                newest = [frozen for frozen in seen.frozen if frozen.notice_id == one["id"]][-1]
                there = {letter["gss_code"] for letter in letters}
                assert one["kind"] in ENDING or newest.recipients.keys() <= there, "INV2: a recipient without a letter"
                addressed = [(letter["gss_code"], letter["address"].casefold()) for letter in letters]
                assert len(addressed) == len(set(addressed)), "INV4: two letters of one notice to one address"

    def reopened(self, case_id: str) -> None:
        """Somebody stopped the end of a case: its authorities go on searching, and may hear of it again."""
        for case, gss_code in list(self.last):
            if case == case_id:
                self.last[case, gss_code] = 0

    @staticmethod
    def _letters(seen: Seen, notice_id: str) -> Iterable[Row]:
        return [one for one in seen.deliveries.values() if one["notice_id"] == notice_id]
