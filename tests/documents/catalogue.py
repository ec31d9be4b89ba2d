"""The list of example documents: one for each layout and format, and those that must be refused or are no submission."""

from collections.abc import Callable

from tests.documents import layouts_controls as controls
from tests.documents import layouts_marks as marks
from tests.documents import layouts_pdf as pdf
from tests.documents import layouts_text as text
from tests.documents import layouts_word as word
from tests.documents.compound import outlook_letter
from tests.documents.contents import alert, found, only, renewal, update, withdrawal
from tests.documents.envelopes import COVER, forwarded_inline, html_letter, letter, winmail
from tests.documents.form import Example, Form, example
from tests.documents.others import no_submissions, other_kinds, refused
from tests.documents.values import EXAMPLE, FOUR, REMOVED, UNBORN, WELSH

Build = Callable[[Form], bytes]
FULL, SECOND, THIRD, FOURTH = alert(EXAMPLE), alert(EXAMPLE, 1), alert(EXAMPLE, 2), alert(EXAMPLE, 3)
KENT = "Notification of Missing Kent Child Subject to a Child Protection Plan"
DERBYSHIRE = "NATIONAL CHILD PROTECTION NOTIFICATION ALERT FORM (appendix 1)"


def every_example() -> list[Example]:
    """Return all documents, in a fixed order."""
    return [
        *_word_layouts(),
        *_word_controls(),
        *_word_marks(),
        *_texts(),
        *_pdfs(),
        *_letters(),
        *other_kinds(),
        *no_submissions(),
        *refused(),
    ]


def _word_layouts() -> list[Example]:
    four = alert(FOUR, 0, title=KENT)
    told: list[tuple[str, Form, Build]] = [
        ("two columns", FULL, word.two_columns),
        ("two columns, unborn and partial dates", alert(UNBORN, 0, title=DERBYSHIRE), word.two_columns),
        ("two columns, Welsh names and protected address", alert(WELSH, 1), word.two_columns),
        ("two columns, taken from care", alert(REMOVED, 2), word.two_columns),
        ("four columns", SECOND, word.four_columns),
        ("four columns, four children", four, word.four_columns),
        ("label and words in one cell", FULL, word.same_cell),
        ("a section in one cell", THIRD, word.several_in_one_cell),
        ("labels above words", FULL, word.label_above),
        ("people in header-row tables", four, word.people_tables),
        ("people in header-row tables, unborn", alert(UNBORN, 2), word.people_tables),
        ("child 1 to 4 as rows", alert(FOUR, 1), word.child_rows),
        ("child 1 to 4 as columns", four, word.child_columns),
        ("child 1 to 2 as columns", FULL, word.child_columns),
        (
            "numbered names side by side",
            only(SECOND, "date_went_missing", "family_name", "given_names", "date_of_birth", "sex"),
            word.numbered_names,
        ),
        ("nested tables", FULL, word.nested),
        ("merged cells", SECOND, word.merged),
        ("section titles down the side", alert(WELSH, 0), word.titles_down_the_side),
        ("text boxes", FULL, word.text_boxes),
        ("page header", THIRD, word.page_header),
        ("guidance column at the right", FULL, word.guidance_column),
        ("guidance column in the middle", SECOND, lambda form: word.guidance_column(form, last=False)),
        ("guidance in the label's cell", FOURTH, word.guidance_in_cell),
        ("headings without tables", FULL, word.headings_only),
        ("lines", alert(UNBORN, 1), word.lines),
        ("tabs", THIRD, word.tabs),
        ("numbered questions with spacer columns", FULL, word.numbered_questions),
    ]
    return [_docx(name, form, build) for name, form, build in told]


def _word_controls() -> list[Example]:
    unanswered = FULL.without(
        "vehicles",
        "police_reference",
        "police_contact",
        "associates",
        "strategy_discussion_date",
        "out_of_hours_contact",
        "previous",
        "parent_in_custody",
        "temporarily_absent",
        "risk_level",
        "media_to_be_informed",
    )
    told: list[tuple[str, Form, Build]] = [
        ("controls by tag only", only(alert(WELSH, 0), *controls.TAGS), controls.by_tag_only),
        ("controls by title only", FULL, controls.by_title_only),
        ("controls beside labels", SECOND.without("vehicles"), controls.by_neighbour),
        ("date, list and box controls", FULL, controls.pickers),
        ("repeating sections", alert(FOUR, 2), controls.repeating),
        ("controls around rows and cells", FULL, controls.rows_in_controls),
        ("legacy fields", SECOND, controls.legacy_fields),
        ("tracked changes", FULL, controls.tracked),
        ("placeholders", unanswered, controls.placeholders),
        ("broken words", FULL, controls.broken_words),
        ("bilingual labels", alert(WELSH, 0), controls.bilingual),
    ]
    return [_docx(name, form, build) for name, form, build in told]


def _word_marks() -> list[Example]:
    told: list[tuple[str, Form, Build]] = [
        ("choices crossed out", FULL, marks.marked(marks.crossed_out)),
        ("choices crossed out twice", SECOND, marks.marked(marks.doubly_crossed_out)),
        ("choices in bold", FULL, marks.marked(marks.bold)),
        ("choices highlighted", THIRD, marks.marked(marks.highlighted)),
        ("choices shaded", FULL, marks.marked(marks.shaded)),
        ("choices circled", FULL, marks.marked(marks.circled)),
        ("choices underlined", FOURTH, marks.marked(marks.underlined)),
        ("boxes before the options", FULL, marks.marked(marks.boxes_before)),
        ("boxes after the options", SECOND, marks.marked(marks.boxes_after)),
        ("boxes, a line each", alert(FOUR, 0), marks.marked(marks.boxes_each_line)),
        ("brackets", FULL, marks.marked(marks.brackets)),
        ("box controls", alert(WELSH, 1), marks.marked(marks.controls)),
        ("legacy boxes", FULL, marks.marked(marks.old_fields)),
        ("symbol font boxes", FULL, marks.marked(marks.wingdings)),
        ("tick grids", FULL, marks.grid),
        ("options in cells of their own", SECOND, marks.option_pairs),
    ]
    return [_docx(name, form, build) for name, form, build in told]


def _texts() -> list[Example]:
    told: list[tuple[str, str, Form, Build]] = [
        ("text, colons", "txt", FULL, text.colons),
        ("text, words below the label", "txt", SECOND, text.words_below),
        ("text, dotted", "txt", alert(WELSH, 0), text.dotted),
        ("text, columns", "txt", alert(UNBORN, 0), text.columns),
        ("HTML, Outlook tables", "html", FULL, text.html_tables),
        ("HTML, lines", "html", alert(UNBORN, 1), text.html_lines),
        ("HTML, definition list", "html", SECOND, text.html_list),
        ("RTF, lines", "rtf", alert(WELSH, 2), text.rtf_lines),
        ("RTF, tables", "rtf", FULL, text.rtf_table),
        ("ODT, tables", "odt", alert(WELSH, 1), text.odt_tables),
        ("ODT, people in a header-row table", "odt", alert(FOUR, 0), text.odt_people),
        ("ODT, lines", "odt", SECOND, text.odt_lines),
    ]
    return [example(form, name, f"form.{ending}", name, build) for name, ending, form, build in told]


def _pdfs() -> list[Example]:
    told: list[tuple[str, Form, Build]] = [
        ("PDF, two columns", FULL, pdf.flat_columns),
        ("PDF, two columns, four children", alert(FOUR, 1), pdf.flat_columns),
        ("PDF, pairs on a line", SECOND, pdf.flat_pairs),
        ("PDF, ruled tables", FULL, pdf.ruled),
        (
            "PDF, ruled people table",
            only(alert(FOUR, 0), "date_went_missing", "family_name", "given_names", "date_of_birth", "sex", "risk_level"),
            pdf.ruled_people,
        ),
        ("PDF form, speaking names", FULL, pdf.fields),
        ("PDF form, meaningless names", alert(UNBORN, 1), lambda form: pdf.fields(form, speaking_names=False)),
    ]
    return [example(form, name, "form.pdf", name, build) for name, form, build in told]


def _letters() -> list[Example]:
    def attached(file: str, build: Build) -> Build:
        return lambda form: letter(COVER, (file, build(form)))

    told: list[tuple[str, Form, Build]] = [
        ("mail, form attached", FULL, attached("Form.docx", word.two_columns)),
        ("mail, PDF attached", SECOND, attached("form.pdf", pdf.ruled)),
        ("mail, form in the body", FULL, lambda form: letter(text.colons(form).decode() + "\n\n-- \nMorgan Sender\nBusiness Support\n")),
        ("mail, HTML body", THIRD, lambda form: html_letter(text.html_tables(form))),
        ("mail, letter within", FULL, lambda form: letter("FYI", inner=letter(COVER, ("form.docx", word.four_columns(form))))),
        (
            "mail, forwarded in the body",
            SECOND,
            lambda form: letter(forwarded_inline(text.colons(form).decode()), subject="FW: National alert form"),
        ),
        ("mail, winmail.dat", FULL, lambda form: letter("", ("winmail.dat", winmail("form.docx", word.two_columns(form))))),
        (
            "mail, Outlook letter within",
            alert(WELSH, 0),
            lambda form: letter("See attached", ("FW national alert.msg", outlook_letter(COVER, ("form.docx", word.two_columns(form))))),
        ),
        ("mail, RTF attached", alert(UNBORN, 0), attached("form.rtf", text.rtf_table)),
        ("mail, ODT attached", FULL, attached("form.odt", text.odt_tables)),
        ("mail, found report in the body", found(EXAMPLE), lambda form: letter(text.colons(form).decode(), subject="Re: National alert")),
    ]
    made = [example(form, name, "letter.eml", name, build) for name, form, build in told]
    shorter = (
        (update(EXAMPLE), "update"),
        (renewal(EXAMPLE, 1), "renewal"),
        (withdrawal(FOUR), "withdrawal"),
        (found(FOUR, 1, physically=False), "found"),
        (found(WELSH, deceased=True), "found, has died"),
    )
    return made + [_docx(f"{name} report", form, word.two_columns) for form, name in shorter]


def _docx(name: str, form: Form, build: Build) -> Example:
    return example(form, name, "form.docx", name, build)
