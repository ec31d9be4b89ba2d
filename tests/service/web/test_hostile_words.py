"""Hostile words in every field stay words on every page: they add no element, no attribute and no address to it."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.service.web import seeds
from tests.service.web.conftest import Town, a_town
from tests.service.web.hostile import CORPUS, PACKS, PLAIN, poison
from tests.service.web.matrix import own, table

# Where the words must be seen, lest this test looks at pages that do not show them.
SHOWN = {
    "quality": (
        "GET /",
        "GET /cases",
        "GET /cases/{case_id}",
        "GET /cases/{case_id}/notices/{notice_id}",
        "GET /trays",
        "GET /trays/{notice_id}",
        "GET /quarantine",
        "GET /quarantine/{email_id}",
        "GET /directory",
        "GET /directory/{gss_code}",
        "GET /drift",
        "GET /answer/{token}",
    ),
    "approver": ("GET /", "GET /cases/{case_id}"),
    "directory": ("GET /directory/waiting", "GET /directory/map", "GET /directory/gaps", "GET /directory/{gss_code}/edit"),
    "system": ("GET /",),
    "auditor": ("GET /cases/{case_id}",),
}
MORE = ("/policies/national?version=1", "/directory?q={words}", "/cases?older={words}", "/{words}")

_plain: dict[str, str] = {}  # the same pages with harmless words, made once


class Shape(HTMLParser):
    """What a page is made of, apart from its words: elements with the names of their attributes, and the addresses in them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.made: set[tuple[str, tuple[str, ...]]] = set()
        self.addresses: set[str] = set()
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.made.add((tag, tuple(sorted(name for name, _ in attrs))))
        self.addresses |= {value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")}
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside == "script" and data.strip():
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")


async def pages(town: Town, local: str, words: str) -> dict[str, str]:
    """Return every page that each of the roles sees, by who and what."""
    found = {}
    for who in ("quality", "approver", "system", "auditor", "directory"):
        staff = await town.as_(who)
        for page, row in (await table(town)).items():
            if page.startswith("GET") and row.expected(who, own=True) == 200:
                path = f"/trays/{local}" if page == "GET /trays/{notice_id}" else own(page, row)
                answer = await staff.get(path)
                assert answer.status_code in (200, 503), f"{page} as {who}"
                if answer.headers["content-type"].startswith("text/html"):
                    found[f"{who} {page}"] = answer.text
        for path in MORE:
            found[f"{who} {path}"] = (await staff.get(path.replace("{words}", quote(words, safe="")))).text
    return found


async def spread(folder: Path, monkeypatch: pytest.MonkeyPatch, words: str) -> dict[str, str]:
    """Return the pages of a house in which every field says *words*."""
    monkeypatch.setattr(seeds, "NASTY", words)
    async with a_town(folder, fresh=True) as town:
        return await pages(town, await poison(town, words), words)


@pytest.mark.parametrize("pack", range(len(PACKS)))
async def test_hostile_words_add_nothing_to_any_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: int) -> None:
    if not _plain:
        _plain.update(await spread(tmp_path, monkeypatch, PLAIN))
    plain = _plain
    hostile = await spread(tmp_path, monkeypatch, PACKS[pack])
    assert plain.keys() == hostile.keys()
    for page, text in hostile.items():
        shape = Shape(text)
        assert shape.made <= Shape(plain[page]).made, page
        assert shape.scripts == Shape(plain[page]).scripts, page
        assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in shape.addresses), page
    for who, shown in SHOWN.items():
        for page in shown:
            assert PLAIN in plain[f"{who} {page}"], f"{who} {page} does not show the words"


def test_the_corpus_is_whole() -> None:
    assert len(CORPUS) > 30
    assert max(map(len, PACKS)) <= 200
