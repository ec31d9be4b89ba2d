"""How a person uses the answer page."""

import httpx2
import pytest

from service.demo.answer_page import PageTrouble, answer_form, press

PAGE = """<html><body>
<form method="get" action="/search"><input name="q"></form>
<form method="post" action="/answer/t" novalidate>
<input type="hidden" name="csrf" value="c&amp;1">
<input type="radio" name="answer" value="acknowledged"><input type="radio" name="answer" value="not_known">
<input class="govuk-input" name="name" type="text"><textarea name="words" rows="5"></textarea>
<button type="submit" class="govuk-button">Send</button></form></body></html>"""


def test_the_form_is_filled_in_as_it_stands():
    filled = answer_form(PAGE).filled(name="Robin", answer="not_known")
    assert filled == {"csrf": "c&1", "answer": "not_known", "name": "Robin", "words": ""}


def test_one_button_for_each_answer_works_too():
    buttons = "".join(f'<button name="answer" value="{value}">Send</button>' for value in ("acknowledged", "not_known"))
    page = f'<form method="POST">{buttons}</form>'
    assert answer_form(page).filled(name="Robin", answer="acknowledged") == {"answer": "acknowledged"}


def test_a_page_without_the_answer_cannot_be_used():
    with pytest.raises(PageTrouble):
        answer_form(PAGE).filled(name="Robin", answer="closed")
    with pytest.raises(PageTrouble):
        answer_form("<p>Not found</p>")


@pytest.mark.parametrize(("opened", "sent", "works"), [(200, 200, True), (404, 200, False), (200, 422, False)])
async def test_pressing_the_link_reads_first_and_then_sends(opened, sent, works):
    asked: list[tuple[str, str]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append((request.method, request.url.path))
        return httpx2.Response(opened, text=PAGE) if request.method == "GET" else httpx2.Response(sent, text="<p>Thank you</p>")

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as browser:
        if works:
            await press(browser, "http://127.0.0.1:8000/answer/t", name="Robin", answer="acknowledged")
            assert asked == [("GET", "/answer/t"), ("POST", "/answer/t")]
        else:
            with pytest.raises(PageTrouble):
                await press(browser, "http://127.0.0.1:8000/answer/t", name="Robin", answer="acknowledged")
