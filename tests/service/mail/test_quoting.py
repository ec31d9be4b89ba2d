"""Where the new text of a reply ends, in the mail programs and languages that councils use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.message import parse
from service.mail.quoting import divide, new_text

from .samples import OUTLOOK, QUOTED, letter


@pytest.mark.parametrize(
    "quotation",
    [
        QUOTED,
        OUTLOOK,
        "\n-----Original Message-----\nFrom: x\n",
        "\nFrom: Alerts <a@b.test>\nSent: today\nTo: Ann\n",
        "\nOddi wrth: Alerts <a@b.test>\nAnfonwyd: heddiw\nAt: Ann\nPwnc: x\n",
        "\nVon: Alerts <a@b.test>\nGesendet: heute\nAn: Ann\n",
        "\nŠalje: Alerts <a@b.test>\nPoslano: danas\nPrima: Ann\n",
        "\nAr Maw, 24 Tach 2026 am 10:00, Alerts <a@b.test> ysgrifennodd:\n> x\n",
        "\nOn Tue, 24 Nov 2026 at 10:00, Alerts\n<a@b.test>\nwrote:\n\n> x\n",
        "\n>>> Alerts <a@b.test> 24/11/2026 >>>\nx\n",
        "\nPlease reply above this line / Atebwch uwchben y llinell hon\nx\n",
        "\n-------- Original message --------\nFrom: x\n",
        "\nSent from my iPhone\n\n> On 24 Nov, Alerts wrote:\n",
        "\n-- \nAnn\nKent\n",
    ],
)
def test_the_quotation_ends_the_new_text(quotation: str) -> None:
    assert new_text(parse(letter("We are looking into it.\n" + quotation))) == "We are looking into it."


def test_ordinary_sentences_do_not_end_it() -> None:
    text = "On Monday we wrote to the family.\nFrom: what I hear, they moved.\nNote: ring first."
    assert new_text(parse(letter(text))) == text


def test_an_answer_below_the_quotation_is_found_when_nothing_stands_above() -> None:
    assert new_text(parse(letter("> Is the child known to you?\n\nNo, not known.\n"))) == "No, not known."


def test_html_alone_is_read_as_it_looks() -> None:
    html = '<div>Not known</div><div>to us</div><div class="gmail_quote">On Tue, A &lt;a@b.test&gt; wrote:<blockquote>x</blockquote></div>'
    assert new_text(parse(letter(html=html))) == "Not known\nto us"


@given(st.text(max_size=500))
def test_no_line_is_lost_or_invented(text: str) -> None:
    divided = divide(text)
    kept = [*divided.new, *divided.signature, *divided.below]
    assert kept == text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[-len(kept) :] if kept else True
