"""The call list: the silent with their numbers, and an answer by telephone that counts."""

from directory.authority import shipped
from service.domain.delivery import Answer
from service.domain.people import Role
from service.flow.chase import CALL
from tests.directory.decided import set_contact
from tests.service.web.conftest import Town
from tests.service.web.seeds import NASTY

SILENT = next(one for one in shipped() if one.in_uk)


async def test_the_silent_are_listed_with_their_numbers(town: Town) -> None:
    async with town.database.begin() as work:
        await set_contact(work.register,
            gss_code=SILENT.gss_code, address="duty@council.test", role="Custodian", phone="01632 960321", who="test", why="test",
            at=town.clock.now,
        )  # fmt: skip
    staff = await town.as_("quality")
    text = (await staff.get("/calls")).text
    assert f'href="/calls/{SILENT.gss_code}"' in text and "01632 960321" in text and "No number is kept" in text
    one = (await staff.get(f"/calls/{SILENT.gss_code}")).text
    assert "01632 960321" in one and "Custodian" in one and "Whom did you speak to?" in one


async def test_what_they_said_is_recorded_and_they_leave_the_list(town: Town) -> None:
    staff = await town.as_("quality")
    path = f"/calls/{SILENT.gss_code}/{town.seeds.delivery}"
    empty = await staff.post(path)
    assert empty.status_code == 400 and "Choose what they said" in empty.text and "Write whom you spoke to" in empty.text
    half = await staff.post(path, who=NASTY)
    assert half.status_code == 400 and "<script>" not in half.text and "&lt;script&gt;" in half.text
    done = await staff.post(path, who="Pat Sample, duty desk", answer="checks_under_way", words="Call back on Friday.")
    assert done.status_code == 303
    async with town.database.read() as work:
        delivery = await work.deliveries.get(town.seeds.delivery)
        newest = (await work.responses.of_case(town.seeds.live))[0]
    assert delivery is not None and (delivery.answer, delivery.confirmed) == (Answer.CHECKS_UNDER_WAY, True)
    assert (newest.way, newest.who, newest.words) == ("phone", "Pat Sample, duty desk", "Call back on Friday.")
    assert (await staff.get(f"/calls/{SILENT.gss_code}")).status_code == 404
    assert f'href="/calls/{SILENT.gss_code}"' not in (await staff.get("/calls")).text


async def test_a_form_of_another_site_records_nothing(town: Town) -> None:
    staff = await town.as_("quality")
    answer = await staff.client.post(
        f"/calls/{SILENT.gss_code}/{town.seeds.delivery}", data={"who": "Pat", "answer": "not_known", "csrf": "x" * 64}
    )
    assert answer.status_code == 403


async def test_a_call_on_the_first_page_leads_to_its_form(town: Town) -> None:
    async with town.database.begin() as work:
        case = await work.cases.get(town.seeds.live)
        await work.tasks.add(
            kind=CALL, role=Role.QUALITY, says="Call Aberdeen.", at=town.clock.now, case_id=case.id,
            subject_id=f"{case.issuing_authority_id} {SILENT.gss_code}",
        )  # fmt: skip
    assert f'href="/calls/{SILENT.gss_code}">Call Aberdeen.' in (await (await town.as_("quality")).get("/")).text
