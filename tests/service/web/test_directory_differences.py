"""What became of an authority or a contact is told in the words of the forms."""

from service.web.directory_differences import differences


def test_days_codes_and_yes_or_no_are_told_as_people_read_them() -> None:
    before = {"name": "Kent", "in_uk": True, "valid_to": None, "successors": [], "other_names": "One|Two", "order": 0, "proved_at": "x"}
    after = {"name": "Kent", "in_uk": False, "valid_to": "2028-03-31", "successors": ["X1", "X2"], "other_names": "", "order": 1}
    assert differences(before, after, {"X1": "New Council"}) == (
        ("In the United Kingdom", "Yes", "No"),
        ("Last day", "", "31 March 2028"),
        ("Followed by", "", "New Council, X2"),
        ("Other names", "One, Two", ""),
    )


def test_what_came_or_went_as_a_whole_is_told_field_by_field() -> None:
    contact = {"order": 1, "address": "duty@kent.test", "role": "duty desk", "phone": "", "proved_how": "confirmed"}
    assert differences({}, contact, {}) == (("Address", "", "duty@kent.test"), ("Who reads it", "", "duty desk"))
    assert differences(contact, {}, {}) == (("Address", "duty@kent.test", ""), ("Who reads it", "duty desk", ""))
