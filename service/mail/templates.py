"""Renders a standard letter from its folder: subject, text and HTML that come from one content file and so say the same.

What differs from one recipient to the next is left open as a slot, `"\\x00link\\x00"`, for `prefab.personalise` to fill.
"""

import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.mail.prefab import BODY_SLOTS

# Controls, bidirectional overrides and lone surrogates never come from a form's author for a good reason, and can make a letter lie.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One letter as written, with slots still open."""

    name: str
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


class _Slot(str):
    """A slot's stand-in while HTML is worked on, because HTML parsers throw NUL away."""

    __slots__ = ()


class Templates:
    """The letters in one folder, one sub-folder each."""

    def __init__(self, folder: Path) -> None:
        # Not guessable, so that no form text can write a slot of its own.
        self._secret = f"slot{secrets.token_hex(12)}"
        self._slots = {name: _Slot(f"{self._secret}-{name}-") for name in BODY_SLOTS}
        self._stand_in = re.compile(rf"{self._secret}-([a-z_]+)-")
        self._text = self._environment(folder, html=False)
        self._html = self._environment(folder, html=True)
        self._inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)

    def _environment(self, folder: Path, *, html: bool) -> Environment:
        return ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=html,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_clean,
        )

    def render(self, name: str, **context: object) -> Rendered:
        """Write the letter *name* from *context*."""
        context = {**context, "slot": self._slots}
        subject = " ".join(self._text.get_template(f"{name}/subject.txt").render(context).split())
        text = self._text.get_template(f"{name}/body.txt").render(context)
        text = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"
        html = self._inliner.inline(self._html.get_template(f"{name}/body.html").render(context))
        return Rendered(name=name, subject=subject, text=self._open(text), html=self._open(html))

    def _open(self, written: str) -> str:
        return self._stand_in.sub("\x00\\1\x00", written)


def _clean(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, _Slot) and _UNWANTED.search(value):
        return type(value)(_UNWANTED.sub("", value.replace("\r\n", "\n").replace("\r", "\n")))
    return value
