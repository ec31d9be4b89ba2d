"""An authority ends, begins or merges by two people, and nobody who is told of an open alert is left without a follower."""

from datetime import date

import pytest

from directory.authority import by_gss
from directory.changes import NotAllowed
from directory.history import By
from directory.proposals import Proposals
from service.flow import second_person
from service.flow.second_person import NeedsSuccessor
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.walk import go_live, task_kinds

LEEDS, HEIR = AUTHORITIES[0], AUTHORITIES[1]
LAST, FIRST = date(2028, 3, 31), date(2028, 4, 1)


def by(home: Home, who: str = "first") -> By:
    return By(who=who, why="Order in council", at=home.now)


async def test_an_authority_that_was_told_of_an_open_alert_ends_only_with_a_follower_and_the_proposal_says_what_becomes_of_it(
    home: Home,
) -> None:
    await go_live(home)
    async with home.database.begin() as work:
        with pytest.raises(NeedsSuccessor, match="Alerts are open"):
            await second_person.retire(work, LEEDS, LAST, (), by(home))
        proposal = await second_person.retire(work, LEEDS, LAST, [HEIR], by(home))
        assert proposal.reason == (
            f"{by_gss()[LEEDS].name} last answers on 31 March 2028."
            f" From the next day new alerts and the open ones (1 now) go to {by_gss()[HEIR].name}."
        )
        assert proposal == await second_person.retire(work, LEEDS, LAST, [HEIR], by(home))
    assert (await task_kinds(home)).count("change_proposed") == 1
    async with home.database.begin() as work:
        await second_person.agree(work, by(home, "second"), proposal_id=proposal.id)
        assert (await work.register.successors(FIRST))[LEEDS] == (HEIR,)


async def test_an_alert_that_began_since_the_end_was_proposed_stops_it(home: Home) -> None:
    async with home.database.begin() as work:
        proposal = await second_person.retire(work, LEEDS, LAST, (), by(home))
        assert "Nobody follows" in proposal.reason
    await go_live(home)
    async with home.database.begin() as work:
        with pytest.raises(NeedsSuccessor):
            await second_person.agree(work, by(home, "second"), proposal_id=proposal.id)
        assert (await work.register.authority(LEEDS)) == by_gss()[LEEDS]


async def test_an_authority_is_merged_once_by_two_people(home: Home) -> None:
    async with home.database.begin() as work:
        batch = await second_person.merge(work, [LEEDS], HEIR, FIRST, by(home))
        with pytest.raises(NotAllowed, match="You proposed this"):
            await second_person.agree(work, by(home), batch=batch)
        await second_person.agree(work, by(home, "second"), batch=batch)
        with pytest.raises(NotAllowed, match="has a last day already"):
            await second_person.merge(work, [LEEDS], AUTHORITIES[2], FIRST, by(home))
        assert await Proposals(work.connection).waiting() == ()
