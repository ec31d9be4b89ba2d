"""What is new in the forms of an authority, and the line that would teach it to the reader."""

from service.database.unit_of_work import Database
from service.flow import drift
from service.forms.reading import Reading
from tests.databases import settle_kent
from tests.factories import NOW
from tests.service.forms.documents import docx, paragraph, read, table


def form(*labels: str, title: str = "National Missing Child Alert") -> Reading:
    """Read a form with extra *labels*."""
    return read(
        docx(
            paragraph(title, style="Title"),
            table(
                ("Name of child", "Amy Example"),
                ("Date of birth", "4 March 2018"),
                ("Date missing", "20 October 2026"),
                *((label, "Green") for label in labels),
            ),
        )
    )


async def drift_after(database: Database, *readings: Reading) -> drift.Drift:
    """Note what the readings did not know, and return the report."""
    async with database.begin() as work:
        authority = await work.people.authority(await settle_kent(work))
        for reading in readings:
            await drift.note(work, authority, reading, NOW)
    async with database.read() as work:
        return await drift.drift_of(work, authority)


async def test_a_label_that_nobody_knows_is_counted_once_for_each_form(sqlite: Database) -> None:
    found = await drift_after(sqlite, form("Favourite colour"), form("Favourite colour:", "Pet's name"))
    assert [(one.seen.words, one.seen.seen) for one in found.labels] == [("Favourite colour", 2), ("Pet's name", 1)]
    assert found.titles == ()
    assert found.authority == "Kent County Council"


async def test_the_line_can_be_pasted_and_the_closest_field_is_only_a_suggestion(sqlite: Database) -> None:
    found = await drift_after(sqlite, form("Went missing on which date", "Favourite colour"))
    by_words = {one.seen.words: one for one in found.labels}
    assert by_words["Went missing on which date"].line == '"went missing on which date",'
    assert by_words["Favourite colour"].belongs_to == ""


async def test_a_suggestion_names_the_field_whose_labels_are_most_like_it(sqlite: Database) -> None:
    found = await drift_after(sqlite, form("Day on which the child went missing"))
    assert [one.belongs_to for one in found.labels] == ["date_went_missing"]


async def test_a_title_that_says_nothing_of_its_kind_is_counted(sqlite: Database) -> None:
    found = await drift_after(sqlite, form(title="Safeguarding report of concern"), form())
    assert [(one.words, one.seen) for one in found.titles] == [("Safeguarding report of concern", 1)]


async def test_a_known_form_leaves_nothing_behind(sqlite: Database) -> None:
    found = await drift_after(sqlite, form())
    assert (found.labels, found.titles) == ((), ())
