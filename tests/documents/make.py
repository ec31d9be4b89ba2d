"""Writes the example documents to a folder: python -m tests.documents.make FOLDER. Each has a file, or a folder, and its expected JSON."""

import json
import sys
from pathlib import Path
from typing import Any

from tests.documents.catalogue import every_example
from tests.documents.form import AnyOf, Example
from tests.documents.strange import every_strange_example


def write(example: Example, folder: Path) -> Path:
    """Write one document into a folder of its own and return its path."""
    place = folder / "".join(char if char.isalnum() else "-" for char in example.name)
    place.mkdir(parents=True, exist_ok=True)
    file = place / example.file
    file.write_bytes(example.build())
    return file


def _open(value: Any) -> Any:
    if isinstance(value, AnyOf):
        return {"any of": list(value.values)}
    if isinstance(value, dict):
        return {key: _open(one) for key, one in value.items()}
    return [_open(one) for one in value] if isinstance(value, list) else value


def main(folder: Path) -> None:
    """Write all documents, with what must be read in each."""
    for example in [*every_example(), *every_strange_example()]:
        file = write(example, folder)
        told = {
            "kind": _open(example.kind),
            "exit": list(example.exits),
            "fields": _open(dict(example.fields)),
            "left open": list(example.tolerates),
        }
        file.with_name("expected.json").write_text(json.dumps(told, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
