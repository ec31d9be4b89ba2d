"""The walk over a whole document: places, speed, and labels nobody asked for."""

import random
import time

from service.forms.answers import find_answers
from service.forms.blocks import Cell, Document, Table
from service.forms.labels import load_labels


def document(rows: list[list[str]]) -> Document:
    cells = tuple(tuple(Cell(text=text) for text in row) for row in rows)
    return Document(file="form.docx", is_form=True, blocks=(Table(number=1, rows=cells),))


def test_a_table_of_thirty_thousand_cells_takes_seconds() -> None:
    draw = random.Random(1)
    words = ("amy", "surname", "date", "of", "birth", "school", "mother", "gp", "address", "she", "said", "no")

    def text() -> str:
        return " ".join(draw.choice(words) + str(draw.randrange(99)) * draw.randrange(2) for _ in range(draw.randrange(1, 7)))

    labels = load_labels()
    for rows in ([[text() for _ in range(4)] for _ in range(7_500)], [[f"{a}-{b}" for b in range(10)] for a in range(3_000)]):
        started = time.process_time()
        find_answers(document(rows), labels)
        assert time.process_time() - started < 10


def test_every_answer_names_its_row() -> None:
    rows = [["Surname", "Example"], ["", ""], ["Police reference", "XY/1"], ["Favourite colour", "Blue"]]
    answers = find_answers(document(rows), load_labels())
    assert [(answer.label, answer.place) for answer in answers if answer.text] == [
        ("Surname", "table 1, row 1"),
        ("Police reference", "table 1, row 3"),
        ("Favourite colour", "table 1, row 4"),
    ]


def test_no_answer_shows_its_words_when_it_is_printed() -> None:
    answer = find_answers(document([["Surname", "Example"]]), load_labels())[0]
    assert "Example" not in repr(answer)
