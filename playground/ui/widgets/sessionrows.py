"""What the list of sessions shows, as a tree of values: pinned ones on top, then folders, then
days, the archive and the trash at the end. What a search finds is one flat list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from playground.core.plain import visible
from playground.core.prompts import folders, within
from playground.store.listing import Row
from playground.store.shelving import Change, Shelves
from playground.ui import words

Kind = Literal["head", "folder", "archive", "trash", "session", "remark"]
ARCHIVE, TRASH = "archive", "trash"
"""Keys of what can be unfolded beside folders."""

LEAD = 14
"""Characters before what was found that are shown where there is no room for all of them."""
OUT = Change(folder="", pinned=False, archived=False, trashed=False)
"""Where the list of days is: in nothing else."""


@dataclass(frozen=True, slots=True)
class Node:
    key: str
    """The same for the same thing at the same place; no other has it."""
    kind: Kind
    title: str
    row: Row | None = None
    folder: str = ""
    """Of a folder: the whole of its name."""
    count: int = 0
    """Sessions in it, and further in."""
    children: tuple[Node, ...] = ()
    takes: Change | None = None
    """What becomes of a session that is dropped here; None: it cannot be."""

    @property
    def unfolds(self) -> bool:
        return self.kind in ("folder", "archive", "trash")


def folder_key(folder: str) -> str:
    return f"folder:{folder}"


def tree(
    shelves: Shelves, opened: Collection[str], day: Callable[[float], str] = words.day
) -> list[Node]:
    """All sessions. `opened`: keys of what is unfolded."""
    nodes: list[Node] = []
    if shelves.pinned:
        pin = Change(pinned=True, archived=False, trashed=False)
        nodes.append(Node("head:pinned", "head", "Pinned", takes=pin))
        nodes += _sessions("pinned", shelves.pinned, pin)
    if shelves.folders:
        nodes.append(Node("head:folders", "head", "Folders"))
        nodes += _folders(shelves, opened)
    nodes += _days(shelves.loose, day)
    if shelves.unseen:
        nodes.append(Node("remark", "remark", f"{shelves.unseen} older: a search finds them"))
    if shelves.archived:
        put = Change(archived=True, trashed=False)
        inside = _sessions(ARCHIVE, shelves.archive, put)
        inside += _more(ARCHIVE, shelves.archived - len(inside), ARCHIVE in opened)
        nodes.append(Node(ARCHIVE, "archive", "Archive", None, "", shelves.archived,
                          tuple(inside), put))  # fmt: skip
    if shelves.trashed:
        put = Change(trashed=True)
        inside = _sessions(TRASH, shelves.trash, put)
        inside += _more(TRASH, shelves.trashed - len(inside), TRASH in opened)
        nodes.append(Node(TRASH, "trash", "Trash", None, "", shelves.trashed, tuple(inside), put))
    return nodes


def hits(rows: Sequence[Row]) -> list[Node]:
    """What a search has found, in its order."""
    return _sessions("found", rows, None)


def _sessions(place: str, rows: Sequence[Row], takes: Change | None) -> list[Node]:
    return [
        Node(f"{place}/{row.id}", "session", row.title, row, row.folder, takes=takes)
        for row in rows
    ]


def _days(rows: Sequence[Row], day: Callable[[float], str]) -> list[Node]:
    nodes: list[Node] = []
    last = ""
    for row in rows:
        if (head := day(row.changed)) != last:
            last = head
            nodes.append(Node(f"head:{head}", "head", head, takes=OUT))
        nodes += _sessions("day", [row], OUT)
    return nodes


def _folders(shelves: Shelves, opened: Collection[str]) -> list[Node]:
    names = folders(list(shelves.folders))
    inner: dict[str, list[str]] = {}
    for name in names:
        inner.setdefault(name.rpartition("/")[0], []).append(name)

    def node(name: str) -> Node:
        put = Change(folder=name, archived=False, trashed=False)
        rows = shelves.opened.get(name, ())
        inside = [node(one) for one in inner.get(name, ())]
        key = folder_key(name)
        inside += _sessions(key, rows, put)
        inside += _more(key, shelves.folders.get(name, 0) - len(rows), name in shelves.opened)
        return Node(key, "folder", name.rpartition("/")[2], None, name,
                    _count(shelves.folders, name), tuple(inside), put)  # fmt: skip

    return [node(name) for name in inner.get("", ())]


def _count(counts: Mapping[str, int], folder: str) -> int:
    return sum(count for name, count in counts.items() if within(name, folder))


def _more(key: str, count: int, opened: bool) -> list[Node]:
    if not opened or count <= 0:
        return []
    return [Node(f"{key}/more", "remark", f"{count} older: a search finds them")]


def opened_folders(keys: Collection[str]) -> list[str]:
    """The folders among the keys of what is unfolded."""
    start = folder_key("")
    return [key[len(start) :] for key in keys if key.startswith(start)]


def detail(node: Node) -> str:
    """What stands below the title of a session: where a search found it, else numbers. Where that
    cannot be seen, the folder first."""
    row = node.row
    if row is None:
        return ""
    if row.found is not None:
        return visible(" ".join(row.found.text.split()))
    here = node.key.startswith(folder_key(row.folder)) and row.folder
    away = "archived" if row.archived and not node.key.startswith(ARCHIVE) else ""
    turns = f"{row.runs} turn" if row.runs == 1 else f"{row.runs} turns" if row.runs else "draft"
    cost = words.money(row.usd) if row.usd else ""
    tokens = f"{words.tokens(row.tokens)} tok" if row.tokens else ""
    folder = "" if here else visible(row.folder)
    return " · ".join(filter(None, (folder, away, turns, tokens, cost)))


def spoken(node: Node) -> str:
    """All that a row says, for who does not see it."""
    title = visible(node.title) or "Untitled session"
    row = node.row
    if row is None:
        many = f"{node.count} session{'' if node.count == 1 else 's'}"
        return f"{title}, {many}" if node.unfolds else title
    state = [name for name in ("running", "pinned") if getattr(row, name)]
    state += ["in the trash"] if row.trashed else []
    state += ["archived"] if row.archived and node.key.startswith(ARCHIVE) else []
    tags = [f"#{visible(tag)}" for tag in row.tags]
    return ", ".join(filter(None, [title, *state, detail(node), *tags]))


def brought(
    text: str, marked: Sequence[tuple[int, int]], wide: Callable[[str], int], room: int
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text from where its first mark can be seen, and where the marks are in it: all of it
    where there is room for what stands before that."""
    if not marked or wide(text[: marked[0][1]]) <= room:
        return text, tuple(marked)
    begin = max(marked[0][0] - LEAD, 0)
    if (blank := text.find(" ", begin, marked[0][0])) >= 0:
        begin = blank + 1
    shift = begin - 1
    return f"…{text[begin:]}", tuple((first - shift, end - shift) for first, end in marked)
