"""What labels mean, and above all what they do not: a label that looks like another must never take its place."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from service.forms.labels import Labels, Section, load_labels
from service.forms.wording import canonical, words_of

LABELS = load_labels()
CHILD, MOTHER = Section("children", "1"), Section("adults", "mother", "mother")


def means(label: str, section: Section | None = None) -> str | None:
    target = LABELS.find(label, section)
    return target.field if target is not None else None


def told(name: str) -> list[tuple[str, str]]:
    """Read a list of labels, each with the field it means or only looks like."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [(label.strip(), field.strip()) for label, _, field in (line.rpartition("|") for line in lines)]


ALIKE = told("labels_alike.txt")


@pytest.mark.parametrize(("label", "field"), ALIKE)
def test_a_label_that_looks_alike_means_something_else(label: str, field: str) -> None:
    assert len(ALIKE) >= 150
    assert means(label) != field
    assert means(label.upper() + ":") != field
    for section in (CHILD, Section("elsewhere"), Section("school"), Section("social_worker"), Section("found"), Section("associates")):
        assert means(label, section) != field


MEANT = told("labels_meant.txt")


@pytest.mark.parametrize(("label", "field"), MEANT)
def test_a_label_is_understood_however_it_is_written(label: str, field: str) -> None:
    assert means(label) == field


UNDERSTOOD = (
    "Name and address of GP", "G.P.", "perso n's GP (if know n)", "Health visitor's tel no", "School address", "Signature", "Date of form",
    "Religion", "Is an interpreter required?", "Name of referrer", "Midwife", "Landlord's name and address", "Foster carer's address",
    "Meddyg teulu", "Llofnod",
)  # fmt: skip


@pytest.mark.parametrize("label", UNDERSTOOD)
def test_a_label_about_somebody_else_is_understood_and_left_in_the_form(label: str) -> None:
    assert means(label) is None
    assert LABELS.is_known(label)


UNKNOWN = (
    "Favourite colour", "Pet", "Siblings", "Brother's date of birth", "Are there concerns about housing?", "Name/DOB", "Date bound",
    "Last missing", "perso n's name", "Reference to safeguarding", "Other nurse", "Age and school", "Home", "Missing",
)  # fmt: skip


@pytest.mark.parametrize("label", UNKNOWN)
def test_what_may_mean_two_things_or_none_is_shown_as_unknown(label: str) -> None:
    assert means(label) is None
    assert not LABELS.is_known(label)


@pytest.mark.parametrize(
    ("heading", "scope", "key"),
    [
        ("Child 1", "children", "1"), ("CHILD 2:", "children", "2"), ("Details of third child", "children", "3"),
        ("Child B", "children", "b"),
        ("2nd child", "children", "2"), ("Section A: Details of child(ren)", "children", None), ("Mother's details", "adults", "mother"),
        ("Parent 2", "adults", "2"), ("Parents/Carers", "adults", None), ("Social Worker Details", "social_worker", None),
        ("G.P.", "elsewhere", None), ("Details of referrer", "elsewhere", None), ("School / Education Provision:", "school", None),
        ("Siblings", "others", None), ("Agencies contacted", "agencies_contacted", None), ("Manylion y plentyn", "children", None),
    ],
)  # fmt: skip
def test_a_heading_opens_its_part_of_the_form(heading: str, scope: str, key: str | None) -> None:
    opened = LABELS.section(heading)
    assert opened is not None
    assert (opened.scope, opened.key) == (scope, key)


@pytest.mark.parametrize("heading", ["Mother Lane", "Child protection", "Reason", "Child's favourite toy", "The mother said no", "Part 2"])
def test_words_that_only_begin_like_a_heading_open_nothing(heading: str) -> None:
    assert LABELS.section(heading) is None


def test_the_part_of_the_form_decides_whose_a_bare_label_is() -> None:
    assert means("Date of birth", MOTHER) == "adults.date_of_birth"
    assert means("Date of birth", CHILD) == "children.date_of_birth"
    assert means("Address", CHILD) == "addresses.home"
    assert means("Home address", MOTHER) == "adults.address"
    assert means("Tel", Section("social_worker")) == "social_worker.phone"
    assert means("Date", Section("found")) == "found.date"
    for other in (Section("elsewhere"), Section("others"), Section("social_worker"), Section("police_contact")):
        assert means("Date of birth", other) is None
        assert means("Address", other) is None
    assert means("Name", Section("school")) == "children.school"


def test_no_words_mean_two_fields() -> None:
    told = tomllib.loads(files("service.forms").joinpath("labels.toml").read_text(encoding="utf-8"))
    seen: dict[tuple[str, str], str] = {}
    for name, entry in told["fields"].items():
        for kind in ("variants", "bare", "asked"):
            for variant in entry.get(kind, ()):
                assert seen.setdefault(("anywhere", canonical(words_of(variant))), name) == name, variant
        for kind in (key for key in entry if key.startswith("inside")):
            part = kind.removeprefix("inside_") if "_" in kind else name.split(".")[0]
            for variant in entry[kind]:
                assert seen.setdefault((part, canonical(words_of(variant))), name) == name, variant


def test_every_word_of_the_list_is_found_under_its_own_field() -> None:
    told = tomllib.loads(files("service.forms").joinpath("labels.toml").read_text(encoding="utf-8"))
    for name, entry in told["fields"].items():
        for variant in (*entry.get("variants", ()), *entry.get("bare", ()), *entry.get("asked", ())):
            assert means(variant) == name, variant


def test_a_label_list_can_grow_without_code() -> None:
    source = files("service.forms").joinpath("labels.toml").read_text(encoding="utf-8")
    grown = Labels(source.replace('variants = ["date last seen",', 'variants = ["last clapped eyes on", "date last seen",'))
    target = grown.find("Last clapped eyes on:")
    assert target is not None
    assert target.field == "date_last_seen"
