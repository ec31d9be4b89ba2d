"""The checks say what is wrong with the list, about whom, and never repeat an address."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from directory.authority import by_gss
from directory.checks import About, Finding, check_contacts, check_domains
from directory.contact import Contact
from directory.domains import DomainState

KENT, MEDWAY = by_gss()["E10000016"], by_gss()["E06000035"]
ON = date(2026, 11, 28)


def contact(gss_code: str = KENT.gss_code, address: str = "alerts@kent.gov.uk", order: int = 0, **more: str) -> Contact:
    said = {"role": "custodian", "phone": "01632 960001", **more}
    return Contact(gss_code=gss_code, address=address, order=order, **said)  # type: ignore[arg-type]


GOOD = (contact(), contact(order=1, address="duty@kent.gov.uk"))


def check(*contacts: Contact, of: tuple[object, ...] = (KENT,)) -> list[tuple[About, str]]:
    return [(finding.about, finding.says) for finding in check_contacts(of, contacts, on=ON)]  # type: ignore[arg-type]


def test_a_well_kept_authority_has_no_finding() -> None:
    assert check(*GOOD) == []


def test_a_bad_address_is_found_and_not_repeated() -> None:
    [(about, says)] = check(GOOD[0], replace(GOOD[1], address="duty @kent.gov.uk"))
    assert about is About.ADDRESS
    assert "duty" not in says
    assert check(GOOD[0], replace(GOOD[1], address="duty@KENT.gov.uk")) == [
        (About.ADDRESS, "The address is not written the way addresses are kept here.")
    ]


def test_a_mailbox_that_several_authorities_share_is_found_at_each() -> None:
    shared = check(*GOOD, contact(MEDWAY.gss_code, "ALERTS@kent.gov.uk"), contact(MEDWAY.gss_code, "b@kent.gov.uk", 1), of=(KENT, MEDWAY))
    assert [says for about, says in shared if about is About.DUPLICATE] == [
        "2 authorities share this mailbox; check that all of them mean to."
    ] * 2


def test_an_authority_without_an_address_is_a_gap_and_a_partner_agency_does_not_fill_it() -> None:
    gap = [(About.GAP, "There is no primary address; alerts cannot reach this authority.")]
    assert check() == gap
    assert check(contact(role="police")) == gap


def test_missing_roles_fallbacks_and_telephone_numbers_are_found() -> None:
    assert [about for about, _ in check(contact(role="duty desk", phone=""))] == [About.ROLE] * 3


def test_an_authority_that_ended_and_one_that_soon_will_without_followers_addresses_are_found() -> None:
    ended = replace(KENT, valid_to=ON - timedelta(days=1), successors=(MEDWAY.gss_code,))
    assert check(*GOOD, of=(ended, MEDWAY))[-2:] == [
        (About.ENDED, "The authority has ended and still has contacts."),
        (About.ENDED, "Medway Council follows this authority and has no address yet."),
    ]
    assert check(*GOOD, of=(replace(KENT, valid_to=ON + timedelta(days=30)),)) == [
        (About.ENDED, "The authority soon ends, and nobody is known to follow it.")
    ]
    assert check(*GOOD, of=(replace(KENT, valid_to=ON + timedelta(days=300)),)) == []


def test_a_domain_that_stopped_resolving_is_told_with_the_day_on_which_it_still_took_letters() -> None:
    proved = replace(GOOD[0], proved_at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    states = {"kent.gov.uk": DomainState(domain="kent.gov.uk", exists=False)}
    [finding] = check_domains([proved], states)
    assert finding == Finding(
        gss_code=KENT.gss_code,
        order=0,
        about=About.DOMAIN,
        says="The domain does not exist. A letter to this contact was proved on 2 March 2026, so this is new.",
    )
    assert finding.about.stops_letters


def test_weak_mail_policies_are_notes() -> None:
    states = {"kent.gov.uk": DomainState(domain="kent.gov.uk", exists=True, mail_servers=("mx.kent.gov.uk",), servers_found=True)}
    assert [finding.about for finding in check_domains([GOOD[0]], states)] == [About.NOTE, About.NOTE]
    assert check_domains([GOOD[0]], {}) == ()
