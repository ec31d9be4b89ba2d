"""Telephone numbers and email addresses within words, kept as they are written; what could never be dialled or sent to is not taken."""

import re

from email_validator import EmailNotValidError, validate_email
from phonenumbers import Leniency, PhoneNumber, PhoneNumberMatcher, ValidationResult, is_possible_number_with_reason
from phonenumbers.shortnumberinfo import is_valid_short_number_for_region

_EMAIL = re.compile(r"(?<![\w.+'’-])[\w.+'’-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_REGION = "GB"


def phones_in(text: str) -> list[tuple[int, int]]:
    """Find where possible telephone numbers stand: British ones with their area code, extensions, foreign ones with a plus."""
    found = []
    for match in PhoneNumberMatcher(text, _REGION, leniency=Leniency.POSSIBLE, max_tries=100):
        digits = "".join(re.findall(r"\d", match.raw_string))
        is_nhs_number = len(digits) == 10 and digits[0] not in "01" and "+" not in match.raw_string
        if not is_nhs_number and is_possible_number_with_reason(match.number) == ValidationResult.IS_POSSIBLE:
            found.append((match.start, match.end))
    return found


def is_telephone(text: str) -> bool:
    """Tell whether the words hold a number one can dial, such as 01632 960001 ext 12, 116 000 or 101."""
    if phones_in(text):
        return True
    digits = "".join(re.findall(r"\d", text))
    return bool(re.fullmatch(r"\d{3,6}", digits)) and _is_short_number(digits)


def emails_in(text: str) -> list[str]:
    """Find the email addresses in *text* that are well formed; nothing is looked up."""
    found = []
    for match in _EMAIL.finditer(text):
        address = match[0].rstrip(".").replace("’", "'")
        if is_email(address):
            found.append(match[0].rstrip("."))
    return list(dict.fromkeys(found))


def is_email(address: str) -> bool:
    """Tell whether *address* is well formed. The reserved ending .test is let through: no form of a council has one by accident."""
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def _is_short_number(digits: str) -> bool:
    return is_valid_short_number_for_region(PhoneNumber(country_code=44, national_number=int(digits)), _REGION)
