"""Every place that the reader names can be jumped to in the original, whatever the format of the form."""

from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from service.flow.original import take_original
from service.flow.understanding import understand
from service.web.beside import Anchors, Opened, letter_views

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").iterdir())


@pytest.mark.parametrize("form", EXAMPLES, ids=lambda path: path.name)
def test_every_place_of_an_example_leads_to_a_place_that_holds_its_label_or_words(form: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "sam@reporter.test", "A form"
    mail.set_content("The form is attached.")
    mail.add_attachment(form.read_bytes(), maintype="application", subtype="octet-stream", filename=form.name)
    reading = understand(mail.as_bytes(), date(2026, 11, 24)).reading
    assert reading is not None
    letters = (Opened(email_id="e", original=take_original(mail.as_bytes())),)
    anchors = Anchors(letters, "n1")
    texts = {
        place.anchor: " ".join(place.cells)
        for file in letter_views(letters, "n1", {})[0].files
        for part in file.parts
        for place in part.places
    }
    for path, one in reading.provenance.items():
        target = anchors.find(one.file, one.place, one.label, one.text)
        assert target is not None, path
        assert texts[target].strip(), path
