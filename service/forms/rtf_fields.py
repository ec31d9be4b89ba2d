"""What was entered into the form fields of rich text: words, ticks and choices (FORMTEXT, FORMCHECKBOX, FORMDROPDOWN)."""

from dataclasses import dataclass, field

from service.forms.blocks import EMPTY, TICKED, Control
from service.forms.rtf_words import whole

_NOT_CHOSEN = 25


@dataclass(slots=True)
class FormField:
    """One field of the file being read; ordinary fields, such as a page number, show their result and nothing else."""

    instruction: str = ""
    name: str = ""
    result: str = field(default="", repr=False)
    entries: list[str] = field(default_factory=list, repr=False)
    chosen: int = _NOT_CHOSEN
    by_default: int = _NOT_CHOSEN

    def say(self, where: str, text: str) -> None:
        """Take the words of one of the field's own groups."""
        if where == "fldinst":
            self.instruction += text
        elif where == "ffname":
            self.name += text.strip()
        elif where == "ffl":
            self.entries.append(text)

    def number(self, name: str, value: int | None) -> None:
        """Take a number the field records: what is chosen, or what it starts with."""
        if name == "ffres" and value is not None:
            self.chosen = value
        elif name == "ffdefres" and value is not None:
            self.by_default = value

    def shown(self) -> str | None:
        """Return the tick or the choice it shows; None when its result already stands in the text."""
        if "FORMCHECKBOX" in self.instruction:
            state = self.by_default if self.chosen == _NOT_CHOSEN else self.chosen
            return TICKED if state == 1 else EMPTY
        if "FORMDROPDOWN" in self.instruction and not self.result.strip():
            # the first entry without a recorded choice is only what the list shows before anyone has chosen
            return self.entries[self.chosen] if 0 <= self.chosen < len(self.entries) and self.chosen != _NOT_CHOSEN else ""
        return None

    def control(self) -> Control | None:
        """Return the field as a control of the form, when it is one and has a name."""
        if not self.name or "FORM" not in self.instruction:
            return None
        shown = self.shown()
        return Control(tag=self.name, title="", text=whole((self.result if shown is None else shown,)).strip())
