"""The list as a file on the pages: a dry run, all faults by row, a second person for much at once, and an export without formulas."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import httpx2

from directory.authority import Authority
from directory.exporting import contacts_csv
from directory.importing import Import
from directory.workbooks import workbook_rows
from service.flow.sandbox import CannotUnderstand
from tests.directory.decided import set_contact
from tests.service.web.conftest import Staff, Town, ViewsHere
from tests.service.web.seeds import NOW
from tests.service.web.test_directory_pages import KENT, contact, done, second, with_address

ROWS = "gss_code,role,address,phone\n"
GOOD = f"{ROWS}{KENT},custodian,alerts@kent.test,01632 960005\n".encode()
PHONE = GOOD.replace(b"960005", b"960006")


async def send(staff: Staff, raw: bytes, why: str = "The yearly list.") -> httpx2.Response:
    return await staff.client.post("/directory/import", data={"csrf": staff.csrf, "why": why}, files={"file": ("list.csv", raw)})


def hidden(text: str) -> dict[str, str]:
    found = dict(re.findall(r'<input type="hidden" name="(file|mark|why)" value="([^"]*)"', text))
    assert set(found) == {"file", "mark", "why"}
    return found


async def test_a_file_is_shown_first_then_taken_in_and_a_second_time_changes_nothing(town: Town) -> None:
    staff = await town.as_("directory")
    await with_address(town)
    async with town.database.read() as work:
        every = await work.register.all_contacts(partners=True)
    whole = contacts_csv(replace(one, phone="01632 960006") if one.gss_code == KENT else one for one in every)
    shown = await send(staff, whole)
    assert shown.status_code == 200 and "<ins>01632 960006</ins>" in shown.text
    before = await contact(town)
    assert before is not None and before.phone == ""
    taken = await staff.post("/directory/import/confirm", **hidden(shown.text))
    assert (taken.status_code, done(taken.headers["location"])) == (303, "imported")
    now = await contact(town)
    assert now is not None and now.phone == "01632 960006"
    again = await send(staff, whole)
    assert "The file says what is here already" in again.text and "/directory/import/confirm" not in again.text
    batch = re.findall(r'name="batch" value="([0-9a-f]+)"', (await staff.get(f"/directory/{KENT}")).text)[0]
    assert (await staff.post(f"/directory/{KENT}/undo", batch=batch)).status_code == 303
    assert await contact(town) == before


async def test_all_faults_are_told_at_once_by_row_and_nothing_is_taken(town: Town) -> None:
    staff = await town.as_("directory")
    bad = f"{ROWS}{KENT},custodian,one@kent.test;two@kent.test,x\nnowhere,custodian,a@kent.test,\n{KENT},,b@kent.test,\n".encode()
    answer = await send(staff, bad)
    assert answer.status_code == 400
    rows = re.findall(r'<td class="govuk-table__cell">(\d+)</td><td class="govuk-table__cell">([^<]+)</td>', answer.text)
    assert [row for row, _ in rows] == ["2", "2", "3", "4"]
    assert "two@kent.test" not in answer.text
    assert await contact(town) is None
    assert 'href="#file"' in (await send(staff, b"")).text
    assert 'href="#why"' in (await send(staff, GOOD, why="")).text
    assert "old Excel file" in (await send(staff, b"\xd0\xcf\x11\xe0" + bytes(100))).text


async def test_a_file_that_could_redirect_alerts_waits_for_another_administrator(town: Town) -> None:
    staff, other = await town.as_("directory"), await second(town)
    before = await with_address(town)
    shown = await send(staff, GOOD.replace(b"@kent.test", b"@kent-council.test"))
    assert "Another directory administrator will have to agree" in shown.text
    waits = await staff.post("/directory/import/confirm", **hidden(shown.text))
    assert done(waits.headers["location"]) == "waits" and await contact(town) == before
    batch = re.findall(r'name="batch" value="([0-9a-f]+)"', (await other.get("/directory/waiting")).text)[0]
    assert (await staff.post("/directory/waiting", batch=batch, verdict="agree")).status_code == 400
    assert (await other.post("/directory/waiting", batch=batch, verdict="agree")).status_code == 303
    now = await contact(town)
    assert now is not None and now.address == "alerts@kent-council.test"
    assert (await other.post("/directory/waiting", batch=batch, verdict="agree")).status_code == 409
    assert done((await other.post(f"/directory/{KENT}/undo", batch=batch)).headers["location"]) == "waits"
    again = await contact(town)
    assert again is not None and again.address == "alerts@kent-council.test"


async def test_w12_what_somebody_changed_between_the_look_and_the_press_is_shown_again(town: Town) -> None:
    staff = await town.as_("directory")
    await with_address(town)
    asked = hidden((await send(staff, PHONE)).text)
    async with town.database.begin() as work:
        await set_contact(
            work.register, gss_code=KENT, address="alerts@kent.test", role="duty", phone="01632 960001", who="w", why="w", at=NOW
        )
    late = await staff.post("/directory/import/confirm", **asked)
    assert (late.status_code, "<del>01632 960001</del>" in late.text) == (409, True)
    assert (await staff.post("/directory/import/confirm", **hidden(late.text))).status_code == 303


async def test_a_file_needs_the_token_of_the_session_a_fresh_proof_and_a_size(town: Town) -> None:
    staff = await town.as_("directory")
    foreign = Staff(client=staff.client, csrf="x")
    assert (await send(foreign, GOOD)).status_code == 403
    assert (await send(await town.as_("quality"), GOOD)).status_code == 403
    assert "larger than 600 KB" in (await send(staff, GOOD + b"#" * 700_000)).text
    assert (await send(staff, GOOD + b"#" * 1_100_000)).status_code == 413
    town.clock.turn(timedelta(minutes=6))
    assert "Prove that it is you" in (await send(staff, GOOD)).text
    assert "Prove that it is you" in (await staff.get("/directory/import")).text


async def test_a_file_that_breaks_its_reader_is_refused_in_a_sentence_and_nothing_is_taken(town: Town) -> None:
    class Breaks(ViewsHere):
        async def contacts(self, raw: bytes, known: Mapping[str, Authority], on: date, *, test_environment: bool) -> Import:
            raise CannotUnderstand("It took too long.")

    staff = await town.as_("directory")
    shown = await send(staff, GOOD)
    town.app.state.site = replace(town.app.state.site, viewer=Breaks())
    for answer in (await send(staff, GOOD), await staff.post("/directory/import/confirm", **hidden(shown.text))):
        assert answer.status_code == 400 and "too long or too much memory to read here" in answer.text
    assert await contact(town) is None


async def test_w17_an_export_asks_again_who_it_is_holds_no_formula_and_comes_back_without_loss(town: Town) -> None:
    staff = await town.as_("directory")
    async with town.database.begin() as work:
        old = await work.register.authority(KENT)
        assert old is not None
        await work.connection.exec_driver_sql("UPDATE directory_authorities SET name = '=cmd|calc' WHERE gss_code = ?", (KENT,))
        await set_contact(work.register,
            gss_code=KENT, address="alerts@kent.test", role="custodian", phone="+44 1632 960001", secure_note="=1+1", who="w", why="w",
            at=NOW,
        )  # fmt: skip
    answer = await staff.post("/directory/export", kind="csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="directory-contacts.csv"'
    assert "'=cmd|calc" in answer.text and "'=1+1" in answer.text and "'+44" in answer.text
    assert not re.search(r"(^|,)[=+@-]", answer.text, re.MULTILINE)
    book = (await staff.post("/directory/export", kind="xlsx")).content
    assert all(not str(cell).startswith(("=", "+", "@", "-")) for _, cells in workbook_rows(book) for cell in cells)
    async with town.database.begin() as work:
        await work.connection.exec_driver_sql("UPDATE directory_authorities SET name = ? WHERE gss_code = ?", (old.name, KENT))
        every = await work.register.all_contacts(partners=True)
    assert "The file says what is here already" in (await send(staff, contacts_csv(every))).text
    assert (await staff.post("/directory/export", kind="exe")).status_code == 404
    town.clock.turn(timedelta(minutes=6))
    assert "Prove that it is you" in (await staff.post("/directory/export", kind="csv")).text
