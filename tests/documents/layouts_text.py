"""Forms as plain text, HTML, rich text and OpenDocument."""

import re
import zipfile
from html import escape
from io import BytesIO
from typing import Any

from odf import table as odf_table
from odf import text as odf_text
from odf.opendocument import OpenDocumentText

from tests.documents.form import Form, Section

# odfpy learns its namespaces while it writes for the first time: written once here, so that the first document is like the later ones.
OpenDocumentText().write(BytesIO())


def colons(form: Form) -> bytes:
    """ "Label: words", lists as indented lines below the label."""
    out = [form.title, ""]
    for section in form.sections:
        out.append(section.title)
        for item in section.items:
            first, *more = item.shown.split("\n")
            label = item.label.rstrip(":?") + ("?" if item.label.endswith("?") else ":")
            out += [f"{label}", f"  {first}", *(f"  {line}" for line in more)] if more else [f"{label} {first}"]
        out.append("")
    return "\n".join(out).encode()


def words_below(form: Form) -> bytes:
    """The label on a line of its own, the words on the next, an empty line between questions; Windows line ends, old code page."""
    out = [form.title.upper(), ""]
    for section in form.sections:
        out += [f"--- {section.title.upper()} ---", ""]
        for item in section.items:
            out += [item.label, item.shown, ""]
    return "\r\n".join("\n".join(out).split("\n")).encode("cp1252", "replace")


def dotted(form: Form) -> bytes:
    """Dots lead from the label to the words."""
    out = [form.title, "=" * 40]
    for section in form.sections:
        out += ["", section.title.upper(), "-" * 20]
        for item in section.items:
            first, *more = item.shown.split("\n")
            out += [f"{item.label} {'.' * max(4, 50 - len(item.label))} {first}", *(" " * 52 + line for line in more)]
    return b"\xef\xbb\xbf" + "\n".join(out).encode()


def columns(form: Form) -> bytes:
    """Labels in a left column of fixed width, words in the right one, long answers wrapped there."""
    out = [form.title, ""]
    for section in form.sections:
        out += ["", section.title.upper(), ""]
        for item in section.items:
            lines = [part for line in item.shown.split("\n") for part in (_wrap(line, 50))]
            labels = _wrap(item.label, 30)
            for n in range(max(len(lines), len(labels))):
                out.append(f"{labels[n] if n < len(labels) else '':<34}{lines[n] if n < len(lines) else ''}".rstrip())
    return "\n".join(out).encode()


def _wrap(line: str, width: int) -> list[str]:
    made, at = [], ""
    for word in line.split(" "):
        if at and len(at) + 1 + len(word) > width:
            made.append(at)
            at = word
        else:
            at = f"{at} {word}" if at else word
    return [*made, at]


def html_tables(form: Form) -> bytes:
    """A mail body of Outlook: tables, spans, conditional comments, a style sheet that must not be read."""
    out = [f"<p class=MsoNormal><b><span style='font-size:14.0pt'>{escape(form.title)}</span></b></p>"]
    for section in form.sections:
        out.append(f"<p class=MsoNormal><b>{escape(section.title)}</b><o:p></o:p></p><table class=MsoTableGrid border=1>")
        for item in section.items:
            cells = "<br>".join(escape(line) for line in item.shown.split("\n"))
            label = f"<td><p class=MsoNormal><b>{escape(item.label)}</b><o:p>&nbsp;</o:p></p></td>"
            out.append(f"<tr>{label}<td><p class=MsoNormal>{cells}<o:p></o:p></p></td></tr>")
        out.append("</table>")
    style = "<style><!-- p.MsoNormal {margin:0cm; font-family:Calibri} --></style><!--[if gte mso 9]><xml></xml><![endif]-->"
    return f"<html><head><title>form</title>{style}</head><body lang=EN-GB>{''.join(out)}</body></html>".encode()


def html_lines(form: Form) -> bytes:
    """A mail body of divs: "<b>Label:</b> words<br>"."""
    out = [f"<h1>{escape(form.title)}</h1>"]
    for section in form.sections:
        out.append(f"<div><h3>{escape(section.title)}</h3>")
        for item in section.items:
            shown = "<br>".join(escape(line) for line in item.shown.split("\n"))
            out.append(f"<div><strong>{escape(item.label.rstrip(':'))}:</strong>&nbsp;{shown}</div>")
        out.append("</div>")
    return f"<!DOCTYPE html><html><body>{''.join(out)}</body></html>".encode()


def html_list(form: Form) -> bytes:
    """A definition list, as an online form mails it."""
    out = []
    for section in form.sections:
        out.append(f"<h2>{escape(section.title)}</h2><dl>")
        for item in section.items:
            shown = "<br/>".join(escape(line) for line in item.shown.split("\n"))
            out.append(f"<dt>{escape(item.label)}</dt><dd>{shown}</dd>")
        out.append("</dl>")
    return f"<html><body><h1>{escape(form.title)}</h1>{''.join(out)}</body></html>".encode()


def _rtf(text: str) -> str:
    made = []
    for char in text:
        if char in "\\{}":
            made.append("\\" + char)
        elif char == "\n":
            made.append("\\line ")
        elif ord(char) < 128:
            made.append(char)
        else:
            made.append(f"\\u{ord(char)}?")
    return "".join(made)


_RTF_HEAD = (
    "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fswiss Arial;}}{\\colortbl;\\red255\\green0\\blue0;}"
    "{\\*\\generator Riched20 10.0;}{\\info{\\author Somebody Else}{\\title Old title}}\\viewkind4\\uc1\\f0\\fs22 "
)


def rtf_lines(form: Form) -> bytes:
    """Rich text in paragraphs "Label: words"."""
    out = [f"{{\\b {_rtf(form.title)}}}\\par\n"]
    for section in form.sections:
        out.append(f"\\par{{\\ul {_rtf(section.title)}}}\\par\n")
        for item in section.items:
            between = "\\par\n" if "\n" in item.shown else " "
            shown = item.shown.replace("\n", "\x00")
            out.append(f"{{\\b {_rtf(item.label.rstrip(':'))}:}}{between}{_rtf(shown).replace(chr(0), chr(92) + 'par' + chr(10))}\\par\n")
    return (_RTF_HEAD + "".join(out) + "}").encode("ascii")


def rtf_table(form: Form) -> bytes:
    """Rich text in tables of two columns."""
    out = [f"{{\\b {_rtf(form.title)}}}\\par\n"]
    for section in form.sections:
        out.append(f"\\pard\\par{{\\b {_rtf(section.title)}}}\\par\n")
        for item in section.items:
            cells = f"\\pard\\intbl {_rtf(item.label)}\\cell \\pard\\intbl {_rtf(item.shown)}\\cell "
            out.append(f"\\trowd\\trgaph108\\cellx3000\\cellx9000 {cells}\\row\n")
    return (_RTF_HEAD + "".join(out) + "\\pard\\par}").encode("ascii")


def _odf_cell(text: str, **more: Any) -> Any:
    cell = odf_table.TableCell(valuetype="string", **more)
    for line in text.split("\n"):
        cell.addElement(odf_text.P(text=line))
    return cell


def _odf_table(rows: list[tuple[str, ...]], name: str) -> Any:
    made = odf_table.Table(name=name)
    made.addElement(odf_table.TableColumn(numbercolumnsrepeated=str(max(len(row) for row in rows))))
    for one in rows:
        row = odf_table.TableRow()
        for text in one:
            row.addElement(_odf_cell(text))
        made.addElement(row)
    return made


def _stamped(document: Any) -> bytes:
    """Return the file with one date in it always, so that the same values make the same bytes."""
    first, out = BytesIO(), BytesIO()
    document.write(first)
    with zipfile.ZipFile(first) as written, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for one in written.infolist():
            content = (
                re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+", b"2026-01-01T00:00:00", written.read(one))
                if one.filename == "meta.xml"
                else written.read(one)
            )
            kept.writestr(zipfile.ZipInfo(one.filename, (2026, 1, 1, 0, 0, 0)), content, one.compress_type)
    return out.getvalue()


def _odt(form: Form, children: Any) -> bytes:
    document = OpenDocumentText()
    document.text.addElement(odf_text.H(outlinelevel=1, text=form.title))
    done = False
    for n, section in enumerate(form.sections):
        if section.people == "children" and children:
            if not done:
                document.text.addElement(odf_text.H(outlinelevel=2, text="Children"))
                document.text.addElement(children(form.of("children")))
            done = True
            continue
        document.text.addElement(odf_text.H(outlinelevel=2, text=section.title))
        document.text.addElement(_odf_table([(item.label, item.shown) for item in section.items], f"Table{n}"))
    return _stamped(document)


def odt_tables(form: Form) -> bytes:
    """OpenDocument tables of two columns."""
    return _odt(form, None)


def odt_people(form: Form) -> bytes:
    """OpenDocument with a header row and one row a child."""

    def people(sections: list[Section]) -> Any:
        labels = {item.key: item.label for section in sections for item in section.items}
        rows = [tuple({item.key: item.shown for item in section.items}.get(key, "") for key in labels) for section in sections]
        return _odf_table([tuple(labels.values()), *rows], "People")

    return _odt(form, people)


def odt_lines(form: Form) -> bytes:
    """OpenDocument paragraphs "Label: words" with a tab or a line break in the words."""
    document = OpenDocumentText()
    document.text.addElement(odf_text.P(text=form.title))
    for section in form.sections:
        document.text.addElement(odf_text.H(outlinelevel=2, text=section.title))
        for item in section.items:
            paragraph = odf_text.P(text=f"{item.label.rstrip(':')}: ")
            first, *more = item.shown.split("\n")
            span = odf_text.Span(text=first)
            paragraph.addElement(span)
            for line in more:
                paragraph.addElement(odf_text.LineBreak())
                paragraph.addElement(odf_text.Span(text=line))
            document.text.addElement(paragraph)
    return _stamped(document)
