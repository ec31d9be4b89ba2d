"""What repairs and answers ask of the database, on each database there is."""

from datetime import date

from service.database import counting, pages, repairs
from service.domain.delivery import Answer
from service.domain.response import Checked, Searched
from service.flow import track
from service.flow.repair import look
from tests.service.flow.home import AUTHORITIES, Home, home_on_each
from tests.service.flow.test_repair import bounced, fix
from tests.service.flow.walk import MEDWAY, PRIYA, board, person

__all__ = ["home_on_each"]


async def test_repairs_and_answers_are_kept_and_found_again(home_on_each: Home) -> None:
    home = home_on_each
    failed = await bounced(home)
    other = (await board(home))[MEDWAY]
    token = home.house.tokens.issue("a", other.id)
    checked = Checked(searched=(Searched.NAMES, Searched.NHS), until=date(2026, 12, 1))
    for _ in range(2):
        await track.answer_by_link(
            home.house, token, name="Pat Duty", answer=Answer.CHECKS_UNDER_WAY, words="", checked=checked, now=home.now
        )
    async with home.database.read() as work:
        assert failed.id in await pages.came_back(work, [failed.id, other.id])
        assert (await look(work, failed.id, await person(home, PRIYA))).suggestions == ()
        assert await work.responses.until([other.id, failed.id]) == {other.id: date(2026, 12, 1)}
        (said,) = await work.responses.of_case(failed.case_id or "")
        assert said.checked == checked
        assert await counting.answered(work, failed.notice_id or "") == {other.id}
        assert await counting.unnamed(work, failed.notice_id or "") == 0
        assert [one.notice_id for one in await counting.cascaded(work, ended_after=home.now)] == [failed.notice_id]
        assert [one.name for one in await counting.late_checks(work, date(2026, 12, 2))] == [other.recipient_name]
        assert await counting.late_checks(work, date(2026, 12, 1)) == ()
        assert [address for address, _ in await repairs.answered_from(work, AUTHORITIES[1])] == [MEDWAY]
        assert await repairs.cases_with_replies(work, AUTHORITIES[1]) == ()
    assert await fix(home, failed)
    await home.settle()
    async with home.database.read() as work:
        (address,) = await repairs.addressed(work, failed.letter_id)
    assert address == (AUTHORITIES[0], "new.desk@e08000035.test")
