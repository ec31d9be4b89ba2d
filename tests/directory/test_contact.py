"""An address is written one way or refused in a sentence that does not repeat it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.contact import BadAddress, Contact, Recipient, normalise_address

REFUSED = {
    "carriage return": ("alerts@kent.test\rBcc: x@evil.test", "line break"),
    "line feed": ("alerts@kent.test\n", "line break"),
    "comma": ("alerts@kent.test,other@kent.test", "comma"),
    "semicolon": ("alerts@kent.test;other@kent.test", "semicolon"),
    "quotes": ('"alerts"@kent.test', "quotation marks"),
    "single quotes around it": ("'alerts@kent.test'", "quotation mark"),
    "display name": ("Alerts <alerts@kent.test>", "display name"),
    "angle brackets": ("<alerts@kent.test>", "display name"),
    "mailto": ("MailTo:alerts@kent.test", "mailto:"),
    "space inside": ("al erts@kent.test", "space"),
    "space after": ("alerts@kent.test ", "space"),
    "tab": ("alerts@kent.test\t", "space"),
    "no-break space": ("alerts@kent.test\u00a0", "ASCII"),
    "trailing dot": ("alerts@kent.test.", "full stop"),
    "non-ASCII name": ("älerts@kent.test", "ASCII"),
    "non-ASCII domain": ("alerts@kеnt.test", "ASCII"),
    "punycode": ("alerts@xn--knt-6cd.test", "ASCII"),
    "IP literal": ("alerts@[192.0.2.1]", "number"),
    "bare IP": ("alerts@192.0.2.1", "number"),
    "IPv6 literal": ("alerts@[IPv6:2001:db8::1]", "number"),
    "formula": ("=cmd@kent.test", "formula"),
    "empty": ("", "empty"),
    "no at": ("kent.test", "@"),
    "two ats": ("a@b@kent.test", "@"),
    "one label": ("alerts@kent", "not a valid"),
    "dot at the start": (".alerts@kent.test", "not a valid"),
    "null": ("alerts\0@kent.test", "control character"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_address_is_refused_with_its_reason_and_not_repeated(text: str, reason: str) -> None:
    with pytest.raises(BadAddress) as refused:
        normalise_address(text, test_environment=True)
    assert reason in refused.value.says
    assert not text or text.strip() not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_the_domain_is_written_in_lower_case_and_the_mailbox_as_given() -> None:
    assert normalise_address("Alerts@KENT.Test", test_environment=True) == "Alerts@kent.test"


def test_an_apostrophe_inside_a_name_is_allowed() -> None:
    assert normalise_address("o'brien@kent.test", test_environment=True) == "o'brien@kent.test"


def test_a_test_domain_is_refused_outside_a_test_environment() -> None:
    with pytest.raises(BadAddress):
        normalise_address("alerts@kent.test")


@given(st.text(st.characters(codec="ascii"), max_size=60))
def test_what_is_accepted_is_one_plain_word_with_one_at_and_stays_as_it_is(text: str) -> None:
    try:
        address = normalise_address(text, test_environment=True)
    except BadAddress as bad:
        assert bad.says.endswith(".")
        return
    assert address.count("@") == 1
    assert not set(address) & set(' \r\n\t,;"<>[]')
    assert normalise_address(address, test_environment=True) == address


def test_an_address_does_not_show_when_a_value_is_printed() -> None:
    contact = Contact(gss_code="E10000016", address="alerts@kent.test", role="custodian", phone="01632 960001")
    recipient = Recipient(gss_code="E10000016", name="Kent County Council", address="alerts@kent.test")
    assert "kent.test" not in repr(contact) + repr(recipient)
    assert "960001" not in repr(contact)
