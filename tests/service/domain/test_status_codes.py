"""What mail servers mean, in sentences."""

from itertools import product

import pytest

from service.domain.status_codes import in_words


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        ("5.1.1", 550, "no such mailbox"),
        ("5.2.2", 552, "full"),
        ("4.4.7", None, "could not be reached for too long"),
        ("5.7.1", 550, "does not let us write"),
        ("5.1.99", None, "wrong with the address"),
        (None, 550, "no such mailbox"),
        (None, None, "did not say why"),
        ("nonsense", None, "did not say why"),
    ],
)
def test_a_code_is_said_in_words(status: str | None, code: int | None, says: str) -> None:
    assert says in in_words(status, code)


def test_every_code_has_a_sentence_that_says_what_to_do() -> None:
    for kind, subject, detail in product("245", range(10), range(40)):
        says = in_words(f"{kind}.{subject}.{detail}")
        assert says.endswith(".")
        assert any(word in says for word in ("Ask", "ask", "Call", "Look", "has to look")), says
