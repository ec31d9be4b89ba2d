"""Writes a minimal OLE compound file, and in it a letter as Outlook saves one (.msg)."""

import struct

SECTOR, MINI, FREE, END, FATSECT, NONE = 512, 64, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
Tree = dict[str, "bytes | Tree"]


def compound(tree: Tree) -> bytes:
    """Return the compound file that holds *tree*: streams as bytes, storages as dictionaries."""
    entries: list[list] = []  # type: ignore[type-arg]

    def add(name: str, node: "bytes | Tree") -> int:
        at = len(entries)
        entries.append([name, node, NONE, NONE, NONE])  # name, content, left, right, child
        if isinstance(node, dict):
            order = sorted(node, key=lambda key: (len(key), key.upper()))
            entries[at][4] = _balance(entries, [add(key, node[key]) for key in order])
        return at

    add("Root Entry", tree)
    mini, mini_fat, chains, body = b"", [], {}, b""
    fat: list[int] = []

    def store(data: bytes) -> int:
        nonlocal body
        if not data:
            return END
        first, count = len(fat), -(-len(data) // SECTOR)
        fat.extend([*range(first + 1, first + count), END])
        body += data.ljust(count * SECTOR, b"\x00")
        return first

    for n, entry in enumerate(entries):
        if isinstance(entry[1], bytes) and entry[1]:
            if len(entry[1]) < 4096:
                first, count = len(mini_fat), -(-len(entry[1]) // MINI)
                mini_fat.extend([*range(first + 1, first + count), END])
                mini += entry[1].ljust(count * MINI, b"\x00")
                chains[n] = first
            else:
                chains[n] = store(entry[1])
    chains[0] = store(mini)
    mini_start = store(struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(-(-len(mini_fat) // 128) * SECTOR, b"\xff"))
    directory = b"".join(_entry(entry, chains.get(n, END), len(mini)) for n, entry in enumerate(entries))
    directory += _entry(["", b"", NONE, NONE, NONE], 0, 0, kind=0) * (-len(entries) % 4)
    directory_start = store(directory)
    sectors = 1
    while sectors * 128 < len(fat) + sectors:
        sectors += 1
    fat_start = len(fat)
    fat.extend([FATSECT] * sectors)
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(sectors * SECTOR, b"\xff")
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, sectors,
        directory_start, 0, 4096, mini_start if mini_fat else END, -(-len(mini_fat) // 128), END, 0,
    )  # fmt: skip
    listed = [*range(fat_start, fat_start + sectors)]
    return header + struct.pack("<109I", *listed, *[FREE] * (109 - sectors)) + body + table


def _balance(entries: list, ids: list[int]) -> int:  # type: ignore[type-arg]
    if not ids:
        return NONE
    middle = len(ids) // 2
    entries[ids[middle]][2] = _balance(entries, ids[:middle])
    entries[ids[middle]][3] = _balance(entries, ids[middle + 1 :])
    return ids[middle]


def _entry(entry: list, start: int, mini_size: int, kind: int | None = None) -> bytes:  # type: ignore[type-arg]
    name, node, left, right, child = entry
    if kind is None:
        kind = 5 if name == "Root Entry" else 1 if isinstance(node, dict) else 2
    coded = name.encode("utf-16-le") + b"\x00\x00" if name else b""
    size = mini_size if kind == 5 else len(node) if kind == 2 else 0
    begins = start if kind in (2, 5) else 0
    return struct.pack("<64sHBBIII16sIQQIQ", coded, len(coded), kind, 1, left, right, child, b"", 0, 0, 0, begins, size)


def outlook_letter(body: str, *attachments: tuple[str, bytes], subject: str = "National alert") -> bytes:
    """Return a .msg with a plain body and files."""

    def properties(count: int, head: int) -> bytes:
        return struct.pack("<8xIIII", 0, count, 0, count).ljust(head, b"\x00")

    def text(value: str) -> bytes:
        return value.encode("utf-16-le")

    tree: Tree = {
        "__properties_version1.0": properties(len(attachments), 32),
        "__nameid_version1.0": {"__substg1.0_00020102": b"", "__substg1.0_00030102": b"", "__substg1.0_00040102": b""},
        "__substg1.0_001A001F": text("IPM.Note"),
        "__substg1.0_0037001F": text(subject),
        "__substg1.0_0C1A001F": text("Morgan Sender"),
        "__substg1.0_0C1F001F": text("morgan.sender@kent.test"),
        "__substg1.0_1000001F": text(body),
    }
    for n, (name, content) in enumerate(attachments):
        tree[f"__attach_version1.0_#{n:08X}"] = {
            # PidTagAttachMethod = afByValue
            "__properties_version1.0": b"\x00" * 8 + struct.pack("<HHIQ", 0x0003, 0x3705, 6, 1),
            "__substg1.0_3707001F": text(name),
            "__substg1.0_37010102": content,
        }
    return compound(tree)
