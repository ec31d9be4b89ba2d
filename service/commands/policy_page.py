"""A policy as a page to read in a terminal."""

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from service.domain.policy import Policy
from service.policies.chapters import Chapter, chapters_of


def page_of(policy: Policy) -> RenderableType:
    """Return the page: every rule in plain words beside the sentence it rests on."""
    head = Text.assemble((policy.title, "bold"), f", version {policy.version}\n{policy.covers}\nSource: {policy.source}")
    return Group(head, *map(_table, chapters_of(policy)))


def _table(chapter: Chapter) -> Table:
    table = Table("Rule", "What", "The sentence it rests on", title=chapter.title, title_justify="left", box=SIMPLE_HEAD, expand=True)
    table.columns[0].ratio, table.columns[1].ratio, table.columns[2].ratio = 2, 3, 5
    for rule, what, source in chapter.lines:
        table.add_row(Text(rule), Text(what), Text(source, style="dim"))
    return table
