"""How the letters to an authority fared: counted by authority, newest first, with the tasks they left, on both databases."""

from datetime import timedelta

from directory.api_keys import ApiKeys
from service.database.correspondence import Correspondence, Health
from service.database.unit_of_work import Database
from service.domain.delivery import Answer, DeliveryEvent, DeliveryState
from service.domain.people import Role
from tests.factories import NOW
from tests.service.database.test_deliveries import claimed, moved, queue

SINCE = NOW - timedelta(days=90)


async def test_letters_bounces_and_answers_are_counted_by_authority(database: Database) -> None:
    async with database.begin() as work:
        one, two = [(await queue(work, gss_code=code))[0] for code in ("E1", "E2")]
        (late,) = await queue(work, gss_code="E1", now=NOW + timedelta(hours=1))
        await work.tasks.add(kind="address_bounced", role=Role.QUALITY, says="It came back.", at=NOW, subject_id=one.id)
        await work.tasks.add(kind="address_unconfirmed", role=Role.DIRECTORY, says="Phone them.", at=NOW, subject_id="confirm E1")
        await work.tasks.add(kind="address_bounced", role=Role.QUALITY, says="Another.", at=NOW, subject_id=two.id)
    assert set(await claimed(database)) == {one.id, two.id}
    for event in (DeliveryEvent.JOURNALLED, DeliveryEvent.ACCEPTED, DeliveryEvent.BOUNCE_REPORTED):
        assert await moved(database, event, one.id)
    async with database.begin() as work:
        await work.deliveries.answered(two.id, Answer.ACKNOWLEDGED, confirmed=True, at=NOW)
    async with database.read() as work:
        letters = Correspondence(work.connection)
        assert await letters.health(SINCE) == {"E1": Health(letters=2, bounced=1), "E2": Health(letters=1, answered=1)}
        assert await letters.health(SINCE, "E2") == {"E2": Health(letters=1, answered=1)}
        assert await letters.health(NOW + timedelta(days=1)) == {}
        assert [(found.id, found.state) for found in await letters.of("E1")] == [
            (late.id, DeliveryState.QUEUED),
            (one.id, DeliveryState.BOUNCED),
        ]
        assert await letters.open_tasks("E1") == {Role.QUALITY: 1, Role.DIRECTORY: 1}
        assert await letters.open_alerts("E1") == 0


async def test_a_key_is_found_by_its_secret_until_it_is_revoked(database: Database) -> None:
    async with database.begin() as work:
        await ApiKeys(work.connection).add("k" * 32, "secret", name="A dashboard", by="w", at=NOW)
    async with database.begin() as work:
        keys = ApiKeys(work.connection)
        held = await keys.holder("secret")
        assert held is not None and held.name == "A dashboard" and await keys.holder("Secret") is None
        assert await keys.revoke("k" * 32, by="w", at=NOW) and not await keys.revoke("k" * 32, by="w", at=NOW)
        assert await keys.holder("secret") is None
        assert [one.revoked_at for one in await keys.every()] == [NOW]
