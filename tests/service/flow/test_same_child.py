"""A child who is known from another case is shown to those who check and decide; nothing is merged and nothing is held up."""

import sqlalchemy as sa

from service.database.tables import likenesses
from service.domain.case import CaseState
from service.domain.notice import NoticeState
from tests.service.flow.home import Home
from tests.service.flow.walk import COMPLETE, HELEN, PRIYA, SAM, ask_quality, cases, go_live


async def test_a_second_form_for_a_child_opens_its_own_case_which_says_so(home: Home) -> None:
    await go_live(home)
    (first,) = await cases(home)
    home.post(SAM, COMPLETE.replace("04/03/2018", "05/03/2018").replace("Amy Jane", "AMY"), subject="Missing child form")
    await home.settle()
    assert len(await cases(home)) == 2
    line = f"Looks like a child of {first.reference} (open): same name, date of birth a day apart."
    assert line in home.text_to(PRIYA)
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n\nThe second.\n")
    await home.settle()
    assert line in home.text_to(HELEN)
    assert "write why" not in home.text_to(HELEN)
    async with home.database.read() as work:
        second = next(one for one in await work.cases.newest() if one.id != first.id)
        (notice,) = await work.notices.of_case(second.id)
    assert (second.state, notice.state) == (CaseState.DRAFT, NoticeState.AWAITING_APPROVAL)


async def test_another_child_is_not_shown(home: Home) -> None:
    await ask_quality(home)
    home.post(SAM, COMPLETE.replace("04/03/2018", "11/06/2021").replace("Amy Jane", "Zoe"), subject="Missing child form")
    await home.settle()
    assert "Looks like" not in home.text_to(PRIYA)


async def test_the_database_holds_marks_and_no_word_of_a_name(home: Home) -> None:
    await ask_quality(home)
    async with home.database.read() as work:
        rows = (await work.connection.execute(sa.select(likenesses))).all()
    assert rows
    assert not any(word in repr(rows).casefold() for word in ("amy", "example", "2018-03-04"))
    assert all(len(row.mark) == 64 for row in rows)


async def test_a_correction_replaces_the_marks(home: Home) -> None:
    await ask_quality(home)
    async with home.database.read() as work:
        before = set((await work.connection.scalars(sa.select(likenesses.c.mark))).all())
    home.reply(home.last_to(SAM), SAM, COMPLETE.replace("Amy Jane", "Zoe"))
    await home.settle()
    async with home.database.read() as work:
        after = set((await work.connection.scalars(sa.select(likenesses.c.mark))).all())
    assert before & after and before - after and after - before
