"""The marks of mail servers: clean without any, the worst one counts, and nothing that is added makes a letter cleaner."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.message import parse
from service.mail.spam_marks import SpamMark, spam_mark

REPORT = "X-Forefront-Antispam-Report"
MARKS = [
    ({}, SpamMark.CLEAN),
    ({REPORT: "CIP:255.255.255.255;CTRY:;LANG:en;SCL:1;SRV:;IPV:NLI;SFV:NSPM;CAT:NONE;SFS:(13230040);DIR:INB;"}, SpamMark.CLEAN),
    ({REPORT: "SCL:-1;SFV:SKI;CAT:NONE;DIR:INT;"}, SpamMark.CLEAN),
    ({REPORT: "SCL:1;SFV:NSPM;CAT:UIMP;SFTY:9.20"}, SpamMark.GREY),
    ({REPORT: "SCL:1;SFV:NSPM;CAT:NONE;SFTY:9.25"}, SpamMark.GREY),
    ({"X-MS-Exchange-Organization-SCL": "3"}, SpamMark.GREY),
    ({"Authentication-Results": "spf=pass; dmarc=pass; compauth=softpass reason=201"}, SpamMark.GREY),
    ({REPORT: "SCL:5;SFV:SPM;CAT:SPM"}, SpamMark.SPAM),
    ({REPORT: "SCL:1;SFV:BLK;CAT:NONE"}, SpamMark.SPAM),
    ({"X-MS-Exchange-Organization-SCL": "9"}, SpamMark.SPAM),
    ({"X-Spam-Status": "Yes, score=7.1"}, SpamMark.SPAM),
    ({"X-Spam-Status": "No, score=-2.0"}, SpamMark.CLEAN),
    ({"X-MS-Exchange-Organization-SCL": "nine"}, SpamMark.CLEAN),
]
ORDER = list(SpamMark)


def _mark(headers: dict[str, str]) -> SpamMark:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return spam_mark(parse(f"From: helen@kent.test\r\n{head}\r\nAPPROVE\r\n".encode()))


@pytest.mark.parametrize(("headers", "mark"), MARKS)
def test_the_marks_are_read_as_the_servers_mean_them(headers: dict[str, str], mark: SpamMark) -> None:
    assert _mark(headers) is mark


@given(st.sampled_from(MARKS), st.lists(st.sampled_from(MARKS), max_size=3))
def test_a_forged_mark_beside_another_never_makes_a_letter_cleaner(real: tuple[dict[str, str], SpamMark], forged: list[object]) -> None:
    head = "".join(f"{name}: {value}\r\n" for one in (real, *forged) for name, value in one[0].items())  # type: ignore[index]
    assert ORDER.index(spam_mark(parse(f"From: a@b.test\r\n{head}\r\nx\r\n".encode()))) >= ORDER.index(real[1])
