"""The story in the terminal: a sentence for each step and a bar for each thing that takes time."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from service.demo.directory_story import DirectoryNumbers
from service.demo.story import Numbers

_ROWS = ("recipients", "accepted", "failed", "acknowledged", "bounced", "silent", "unnamed")


class Display:
    """Shows the story on a terminal; on anything else, only its sentences."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description:<28}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
        )
        self._bars: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    def say(self, sentence: str) -> None:
        """Tell what happens now."""
        self._console.print(sentence, highlight=False, markup=False)

    def bar(self, name: str, done: int, total: int) -> None:
        """Show how far one thing is."""
        if name not in self._bars:
            self._bars[name] = self._progress.add_task(name, total=total)
        self._progress.update(self._bars[name], completed=done, total=total)

    def directory_result(self, numbers: DirectoryNumbers) -> None:
        """Show the numbers of the directory, and say what does not add up."""
        table = Table("", "Authorities")
        table.columns[1].justify = "right"
        for name, figure in numbers.figures.items():
            table.add_row(name.capitalize(), str(figure))
        self._console.print(table)
        self._close(numbers)

    def _close(self, numbers: Numbers | DirectoryNumbers) -> None:
        self.say("The audit trail holds." if numbers.audit_verified else "The audit trail does not hold.")
        for fault in numbers.faults:
            self.say(fault)
        self.say("Every number adds up." if numbers.add_up else "The numbers do not add up.")

    def result(self, numbers: Numbers) -> None:
        """Show the numbers, and say what does not add up."""
        table = Table("", *(kind.value.capitalize() for kind in numbers.tallies), title=f"{numbers.authorities} authorities")
        for column in table.columns[1:]:
            column.justify = "right"
        for name in _ROWS:
            table.add_row(name.capitalize(), *(str(tally.as_dict()[name]) for tally in numbers.tallies.values()))
        self._console.print(table)
        self.say(f"{numbers.letters_received} letters received, {numbers.quarantined} put aside, in {numbers.seconds:.0f} seconds.")
        self._close(numbers)
