"""What is said of one contact: when it was asked and what came of it, its proof, and what speaks against the domain just written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from directory.confirming import Asks, Question, Said
from directory.contact import Contact, How
from directory.domains import Domains
from service.domain.people import Role
from service.web import directory_standing
from service.web.directory_standing import confirmation_of
from tests.directory.test_domains import Names
from tests.service.web.conftest import Town
from tests.service.web.seeds import NOW
from tests.service.web.test_directory_pages import DUTY, KENT, WHY, with_address

FIRST = Contact(gss_code=KENT, order=0, address="alerts@kent.test", role="custodian", proved_at=datetime(2026, 11, 2, 9, tzinfo=UTC))
ASKED = Question(id="1", kind=Asks.CONFIRM, gss_code=KENT, order=0, address="Alerts@kent.test", asked_at=datetime(2026, 11, 20, tzinfo=UTC))
LATER = datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("contact", "asked", "says"),
    [
        (FIRST, [], "Not asked yet. It is asked again after 31 January 2027 unless it is proved before."),
        (replace(FIRST, proved_at=None), [], "Not asked yet. It is due to be asked."),
        (FIRST, [ASKED], "Asked on 20 November 2026, no answer yet."),
        (
            FIRST,
            [replace(ASKED, answer=Said.UNCHANGED, answered_at=LATER, ended_at=LATER)],
            "Asked on 20 November 2026, answered on 21 November 2026: this is right. "
            "It is asked again after 18 February 2027 unless it is proved before.",
        ),
        (
            replace(FIRST, proved_at=None),
            [replace(ASKED, ended_at=LATER)],
            "Asked on 20 November 2026, and nobody answered. It is asked again after 18 February 2027 unless it is proved before.",
        ),
        (replace(FIRST, order=1), [], "Not asked yet. It is asked when the contact before it is silent."),
        (replace(FIRST, role="police", order=1), [], "A partner agency is not asked."),
        (FIRST, [replace(ASKED, kind=Asks.EXERCISE)], "Not asked yet. It is asked again after 31 January 2027 unless it is proved before."),
        (
            FIRST,
            [replace(ASKED, address="other@kent.test")],
            "Not asked yet. It is asked again after 31 January 2027 unless it is proved before.",
        ),
    ],
)
def test_where_a_confirmation_stands_is_one_sentence(contact: Contact, asked: list[Question], says: str) -> None:
    assert confirmation_of(contact, asked, every=timedelta(days=90), now=NOW) == says


async def test_the_page_of_an_authority_shows_proof_confirmation_and_what_one_has_to_do(town: Town) -> None:
    await with_address(town)
    async with town.database.begin() as work:
        await work.register.prove_contact(gss_code=KENT, order=0, who="w", why="w", at=NOW, how=How.CONFIRMED)
        await work.questions.add([replace(ASKED, id="q" * 32)])
        says = "Nobody at Kent answered. Phone them."
        for role in (Role.DIRECTORY, Role.APPROVER):
            await work.tasks.add(
                kind=f"address_unconfirmed_{role}", role=role, says=f"{role}: {says}", at=NOW, subject_id=f"confirm {KENT}"
            )
    text = (await (await town.as_("directory")).get(f"/directory/{KENT}")).text
    assert "Asked on 20 November 2026, no answer yet." in text
    assert "24 November 2026 at 14:02 (somebody confirmed it)" in text
    assert f"directory: {says}" in text and f"approver: {says}" not in text


async def test_f12_after_saving_the_page_says_what_the_name_servers_say_of_the_domain(town: Town) -> None:
    names = Names()
    town.app.state.domains = Domains(names.ask)
    staff = await town.as_("directory")
    saved = await staff.post(f"/directory/{KENT}/contacts/0", **DUTY | {"address": "alerts@null.test"})
    assert not names.asked  # what is saved does not wait for name servers
    shown = (await staff.get(saved.headers["location"])).text
    assert "null.test: The domain says that it takes no mail (null MX)." in shown
    assert "null MX" not in (await staff.get(f"/directory/{KENT}")).text
    weak = await staff.post(f"/directory/{KENT}/contacts/1", **DUTY | {"address": "duty@plain.test"})
    shown = (await staff.get(weak.headers["location"])).text
    assert "plain.test: The domain names no mail server (MX)" in shown and "(DMARC)" in shown


async def test_f12_an_address_that_waits_is_warned_about_too_and_silence_says_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.app.state.domains = Domains(Names().ask)
    staff, before = await town.as_("directory"), await with_address(town, address="alerts@silent.test")
    form = {**DUTY, "base": str(before.version), "address": "alerts@nowhere.test", **WHY}
    waits = await staff.post(f"/directory/{KENT}/contacts/0", **form)
    shown = (await staff.get(waits.headers["location"])).text
    assert "nowhere.test: The domain does not exist." in shown and "silent.test:" not in shown

    async def never(name: str, kind: str) -> tuple[str, ...]:
        raise TimeoutError

    town.app.state.domains = Domains(never)
    monkeypatch.setattr(directory_standing, "AFTER_SAVING", 0.1)
    assert "name servers" not in (await staff.get(waits.headers["location"])).text
