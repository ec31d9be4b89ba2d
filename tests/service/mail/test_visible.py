"""What an eye sees of HTML."""

from hypothesis import given
from hypothesis import strategies as st

from service.mail.visible import visible_text


def test_hidden_struck_and_row_text_look_as_to_the_eye() -> None:
    assert visible_text("<p>a<span style='font-size:0'>b</span></p><s>c</s>") == "a\n\n~~c~~"
    assert visible_text("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>") == "a b\nc"
    assert visible_text("<p>a<br>b</p><blockquote>c</blockquote>") == "a\nb\n\n> c"
    assert visible_text("<script>x</script><!-- y --><p hidden>z</p>") == ""


@given(st.text(max_size=500))
def test_no_markup_makes_the_reader_raise(markup: str) -> None:
    visible_text(markup)
    visible_text("<div>" + markup)
