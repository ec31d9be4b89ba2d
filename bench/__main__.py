"""Runs the benchmarks, all or those named: python -m bench [NAME…]. Each writes its own part of results.md."""

import os
import platform
import re
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from bench import directory, pages, reading, receiving, sending

RESULTS = Path(__file__).with_name("results.md")
BENCHES: dict[str, Callable[[Console], str]] = {
    "directory": directory.run,
    "pages": pages.run,
    "reading": reading.run,
    "receiving": receiving.run,
    "sending": sending.run,
}


def machine() -> str:
    """Return what the numbers were measured on."""
    model = re.search(r"model name\s*: (.+)", _read("/proc/cpuinfo"))
    memory = re.search(r"MemTotal:\s+(\d+)", _read("/proc/meminfo"))
    told = [f"{os.cpu_count()} cores", model.group(1) if model else platform.machine()]
    told += [f"{int(memory.group(1)) // 1024**2} GB"] if memory else []
    return ", ".join([*told, platform.system(), f"Python {platform.python_version()}"])


def _read(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""


def main(names: list[str]) -> int:
    """Run the benches and keep what the others wrote before."""
    unknown = set(names) - set(BENCHES)
    if unknown:
        print(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(BENCHES)}.")
        return 2
    parts = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", RESULTS.read_text() if RESULTS.exists() else "", re.DOTALL | re.MULTILINE))
    console = Console()
    for name in names or BENCHES:
        parts[name] = f"\nMeasured on {machine()}.\n\n{BENCHES[name](console)}\n"
    written = "\n".join(f"## {name}\n{text.rstrip()}\n" for name, text in sorted(parts.items()))
    RESULTS.write_text(f"# What was measured\n\nWritten by `make bench`.\n\n{written}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
