"""Names: parts told apart, other names split off, every letter kept."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.forms.names import may_be_name, read_named, split_aliases, split_name, split_people, take_aliases, without_title

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("written", "given", "family"),
    [
        ("EXAMPLE, Amy Jane", "Amy Jane", "EXAMPLE"), ("Example, Amy", "Amy", "Example"), ("Amy EXAMPLE", "Amy", "EXAMPLE"),
        ("EXAMPLE Amy", "Amy", "EXAMPLE"), ("Amy Jane VAN EXAMPLE", "Amy Jane", "VAN EXAMPLE"), ("VAN EXAMPLE Amy", "Amy", "VAN EXAMPLE"),
        ("Amy van Example", "Amy", "van Example"), ("Amy de la Example", "Amy", "de la Example"), ("Siân ferch Rhys", "Siân", "ferch Rhys"),
        ("Rhodri ap Siôn", "Rhodri", "ap Siôn"), ("Amy Jane O’Neill", "Amy Jane", "O’Neill"), ("Amy O'Neill", "Amy", "O'Neill"),
        ("Amy Sample-Example", "Amy", "Sample-Example"), ("Miss Amy Example", "Amy", "Example"), ("AMY EXAMPLE", "AMY", "EXAMPLE"),
        ("JJ Example", "JJ", "Example"), ("Amy", "Amy", ""), ("Zoë Łukasz-Ŵyn", "Zoë", "Łukasz-Ŵyn"), ("מרים", "מרים", ""),
        ("  Amy \n Example ", "Amy", "Example"),
    ],
)  # fmt: skip
def test_a_whole_name_parts_into_given_and_family_names(written: str, given: str, family: str) -> None:
    assert split_name(written) == (given, family)


@pytest.mark.parametrize(
    ("written", "name", "aliases"),
    [
        ("Amy Example aka Amy Sample", "Amy Example", ("Amy Sample",)),
        ("Amy Example (aka Amy Sample; Amy Brown)", "Amy Example", ("Amy Sample", "Amy Brown")),
        ("Amy Example A.K.A. Amy Sample", "Amy Example", ("Amy Sample",)),
        ("Jo Example née Brown", "Jo Example", ("Brown",)),
        ("Jo Example (nee Brown)", "Jo Example", ("Brown",)),
        ("Jo Example, formerly Brown", "Jo Example", ("Brown",)),
        ("Jo Example (also known as Jo Sample)", "Jo Example", ("Jo Sample",)),
        ("Josephine “Jo” Example", "Josephine Example", ("Jo",)),
        ('Josephine "Jo" Example', "Josephine Example", ("Jo",)),
        ("Siân 'Sam' O'Neill", "Siân O'Neill", ("Sam",)),
        ("Amy O'Neill-D'Arcy", "Amy O'Neill-D'Arcy", ()),
        ("Amy Example (Brown)", "Amy Example (Brown)", ()),
        ("aka Amy", "aka Amy", ()),
        ("Akash Example", "Akash Example", ()),
        ("Renée Example", "Renée Example", ()),
    ],
)
def test_other_names_are_taken_out_of_the_box_for_the_name(written: str, name: str, aliases: tuple[str, ...]) -> None:
    named = read_named(written, today=TODAY)
    assert (named.name, named.aliases) == (name, aliases)


def test_what_people_add_behind_a_name_is_told_apart() -> None:
    named = read_named("Amy Example (DOB 4/3/18) (8)", today=TODAY)
    assert (named.name, named.born) == ("Amy Example", "4/3/18")
    assert named.age is not None
    assert named.age.years == 8
    assert read_named("Jo Example (maternal grandmother)", today=TODAY).role == "maternal grandmother"
    assert read_named("Amy Example, born 4 March 2018", today=TODAY).born == "4 March 2018"
    assert read_named("Amy Example, 4 March 2018", today=TODAY).name == "Amy Example"
    assert read_named("Amy Example 2018", today=TODAY).name == "Amy Example 2018"


@pytest.mark.parametrize(
    ("written", "aliases"),
    [
        ("Amy Sample; Amy Brown", ["Amy Sample", "Amy Brown"]), ("aka Amy Sample, née Brown", ["Amy Sample", "Brown"]),
        ("“Millie”", ["Millie"]), ("SAMPLE, Amy", ["SAMPLE, Amy"]),
        ("Amy Sample-Brown and Amy O'Neill", ["Amy Sample-Brown", "Amy O'Neill"]),
        ("Amy Sample / Amy Brown", ["Amy Sample", "Amy Brown"]), ("(also known as Amy)", ["Amy"]), ("1. Amy\n2. Millie", ["Amy", "Millie"]),
        ("Amy ap Rhys", ["Amy ap Rhys"]),
    ],
)  # fmt: skip
def test_a_list_of_other_names_is_split_but_never_a_name(written: str, aliases: list[str]) -> None:
    assert split_aliases(written) == aliases


@pytest.mark.parametrize(
    ("written", "people"),
    [
        ("Amy Example\nBo Example", ["Amy Example", "Bo Example"]),
        ("1. Amy Example 2. Bo Example", ["Amy Example", "Bo Example"]),
        ("Amy Example, Bo Example and Cy Example", ["Amy Example", "Bo Example", "Cy Example"]),
        ("Amy and Bo Example", ["Amy", "Bo Example"]),
        ("Example, Amy", ["Example, Amy"]),
        ("Amy Example (04/03/2018); Bo Example (1/2/2020)", ["Amy Example (04/03/2018)", "Bo Example (1/2/2020)"]),
        ("Amy Example aka Amy Sample and Bo", ["Amy Example aka Amy Sample and Bo"]),
    ],
)
def test_a_box_that_names_several_people_is_split(written: str, people: list[str]) -> None:
    assert split_people(written) == people


@pytest.mark.parametrize(
    "written", ["Mr Jo Example", "Mrs. Jo Example", "Ms Jo Example", "Miss Jo Example", "Mx Jo Example", "Dr Jo Example"]
)
def test_titles_are_dropped(written: str) -> None:
    assert without_title(written) == "Jo Example"


def test_a_title_alone_and_a_name_that_begins_like_one_stay() -> None:
    assert [without_title(text) for text in ("Miss", "Missy Example", "Drew Example")] == ["Miss", "Missy Example", "Drew Example"]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_a_name_without_an_error_and_nothing_is_invented(text: str) -> None:
    given_names, family = split_name(text)
    named = read_named(text, today=TODAY)
    rest, aliases = take_aliases(text)
    words = set("".join(text.split()))
    assert all(set("".join(part.split())) <= words for part in (given_names, family, named.name, rest, *named.aliases, *aliases))
    split_people(text)
    split_aliases(text)


@pytest.mark.parametrize(
    "words",
    [
        "Complete the alert form and send it to the Team Manager",
        "As recorded on the case system",
        "11/11/2026 by health visitor at home",
        "said no",
    ],
)
def test_a_sentence_an_instruction_or_a_date_is_no_name(words: str) -> None:
    assert not may_be_name(words)


@pytest.mark.parametrize(
    "words", ["Amy Jane Example", "amy example", "an to", "Will May On", "Abu Bakr al Example", "O’Example-D'Arcy", "X2"]
)
def test_names_of_every_kind_stay_names(words: str) -> None:
    assert may_be_name(words)
