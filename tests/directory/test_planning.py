"""A plan says what an import would do, what to look at, and when one person is not enough."""

from datetime import UTC, datetime

from directory.authority import shipped
from directory.contact import Contact
from directory.importing import ContactRow
from directory.planning import plan

CODES = [authority.gss_code for authority in shipped()][:215]


def contact(gss_code: str, address: str = "alerts@council.gov.uk") -> Contact:
    return Contact(gss_code=gss_code, address=address, role="custodian", proved_at=datetime(2026, 1, 1, tzinfo=UTC))


def row(gss_code: str, address: str = "alerts@council.gov.uk") -> ContactRow:
    return ContactRow(row=2, gss_code=gss_code, role="custodian", address=address)


def test_the_same_contacts_change_nothing_and_keep_their_proof() -> None:
    planned = plan([row(CODES[0])], [contact(CODES[0])])
    assert planned.empty
    assert planned.unchanged == (contact(CODES[0]),)


def test_five_rows_where_two_hundred_are_known_need_a_second_person() -> None:
    planned = plan([row(gss) for gss in CODES[:5]], [contact(gss) for gss in CODES])
    assert planned.second_person_reason() == "The file leaves out 210 of the 215 contacts that are known now."
    assert len(planned.absent) == 210


def test_changing_all_addresses_needs_a_second_person_and_changing_one_does_not() -> None:
    known = [contact(gss) for gss in CODES]
    all_new = plan([row(gss, "new@council.gov.uk") for gss in CODES], known)
    assert all_new.second_person_reason() == "The file changes 215 of the 215 addresses that are known now."
    one_new = plan([row(CODES[0], "new@council.gov.uk"), *(row(gss) for gss in CODES[1:])], known)
    assert one_new.second_person_reason() is None


def test_the_first_list_of_all_needs_no_second_person() -> None:
    assert plan([row(gss) for gss in CODES], []).second_person_reason() is None


def test_a_new_domain_a_lookalike_and_a_personal_mailbox_are_remarked_on_without_the_address() -> None:
    planned = plan([row(CODES[0], "amy.sample@council.gov.uk.example.org")], [contact(CODES[0])])
    said = [remark.says for remark in planned.remarks]
    assert len(said) == 4
    assert said[-1] == "The domain looks like council.gov.uk, and is another."
    assert not any("amy" in line or "example.org" in line for line in said)


def test_an_allowed_domain_and_a_team_mailbox_are_not_remarked_on() -> None:
    assert plan([row(CODES[0], "alerts@trust.org")], [], allowed_domains={"Trust.org"}).remarks == ()


def test_adding_more_contacts_than_are_known_needs_a_second_person() -> None:
    many = [row(gss) for gss in CODES]
    assert plan(many, [contact(gss) for gss in CODES[:10]]).second_person_reason() == (
        "The file adds 205 contacts to the 10 that are known now."
    )


def test_an_address_at_another_public_domain_than_until_now_needs_a_second_person() -> None:
    planned = plan([row(CODES[0], "alerts@other.gov.uk")], [contact(CODES[0])])
    assert planned.second_person_reason() == "The file brings 1 address(es) at a domain that is new for the authority."


def test_a_first_address_at_a_domain_that_is_not_listed_needs_a_second_person() -> None:
    assert plan([row(CODES[0], "alerts@trust.org")], []).second_person_reason() is not None
    assert plan([row(CODES[0], "alerts@trust.org")], [], allowed_domains={"trust.org"}).second_person_reason() is None


def test_an_address_of_a_provider_where_anybody_can_have_one_needs_a_second_person() -> None:
    planned = plan([row(CODES[0], "kentcustodian@gmail.com")], [])
    assert planned.second_person_reason() == "The file brings 1 address(es) of a provider where anybody can have one."


def test_a_plan_has_the_mark_of_what_it_does_and_to_what() -> None:
    one, other = plan([row(CODES[0])], []), plan([row(CODES[0])], [contact(CODES[1])])
    assert one.mark == plan([row(CODES[0])], []).mark
    assert len({one.mark, other.mark, plan([row(CODES[0], "a@b.gov.uk")], []).mark}) == 3
