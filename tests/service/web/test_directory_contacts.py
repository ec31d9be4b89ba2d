"""What an administrator notes after a call: the address is right, by whose word, and of the version that was read out."""

from directory.contact import How
from tests.service.web.conftest import Town
from tests.service.web.test_directory_pages import KENT, contact, done, with_address


async def test_a_call_proves_the_address_that_was_read_out_and_stands_in_the_history(town: Town) -> None:
    staff, before = await town.as_("directory"), await with_address(town)
    where, base = f"/directory/{KENT}/contacts/0/phoned", str(before.version)
    assert "You phoned them" in (await staff.get(f"/directory/{KENT}/contacts/0")).text
    empty = await staff.post(where, base=base, why=" ")
    assert (empty.status_code, "Write whom you phoned" in empty.text, 'href="#why_phoned"' in empty.text) == (400, True, True)
    assert (await staff.post(where, base=str(before.version + 1), why="Sue, their website")).status_code == 409
    assert (await contact(town)) == before
    assert done((await staff.post(where, base=base, why="Sue, their website")).headers["location"]) == "saved"
    now = await contact(town)
    assert now is not None and (now.proved_how, now.address) == (How.CONFIRMED, before.address)
    async with town.database.read() as work:
        last = (await work.register.history(KENT))[-1]
    assert (last.who, last.why) == (town.seeds.people["directory"], "by telephone: Sue, their website")
