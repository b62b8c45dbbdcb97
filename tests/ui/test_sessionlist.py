"""The list of sessions as values and as a model: no window."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, Qt

from playground.store.listing import Row
from playground.store.shelving import Shelves
from playground.store.words import Excerpt
from playground.ui import words
from playground.ui.models import DETAIL
from playground.ui.widgets.sessionmodel import MARKS, MIME, SessionsModel
from playground.ui.widgets.sessionrows import (
    ARCHIVE,
    OUT,
    TRASH,
    Node,
    brought,
    detail,
    folder_key,
    hits,
    opened_folders,
    spoken,
    tree,
)

pytestmark = pytest.mark.usefixtures("qapp")


def row(session_id: str, title: str = "t", changed: float = 1e9, **more: Any) -> Row:
    return Row(session_id, title, changed, changed, "p", "m", 1, 10, None, 0, False, **more)


def shelves(**more: Any) -> Shelves:
    nothing: dict[str, Any] = {
        "pinned": (), "folders": {}, "opened": {}, "loose": (), "unseen": 0,
        "archived": 0, "archive": (), "trashed": 0, "trash": (),
    }  # fmt: skip
    return Shelves(**{**nothing, **more})


FULL = shelves(
    pinned=[row("p", pinned=True), row("w", folder="Work", pinned=True)],
    folders={"Work": 2, "Work/Mail": 3, "work-shop": 1, "A/B": 1},
    opened={"Work": [row("w", folder="Work", pinned=True), row("v", folder="Work")]},
    loose=[row("l")],
    unseen=7,
    archived=2,
    trashed=1,
    trash=[row("g", trashed=True)],
)


def lines(nodes: Sequence[Node], level: int = 0) -> list[str]:
    found = []
    for node in nodes:
        count = f" {node.count}" if node.unfolds else ""
        name = node.row.id if node.row is not None else node.title
        found += [f"{'  ' * level}{name}{count}", *lines(node.children, level + 1)]
    return found


def test_pins_folders_days_archive_and_trash_from_top_to_bottom() -> None:
    made = tree(FULL, {folder_key("Work"), TRASH}, lambda _: "Some day")
    assert lines(made) == [
        "Pinned", "p", "w", "Folders", "A 1", "  B 1", "Work 5", "  Mail 3", "  w", "  v",
        "work-shop 1", "Some day", "l", "7 older: a search finds them", "Archive 2", "Trash 1",
        "  g",
    ]  # fmt: skip
    keys = [node.key for node in _all(made)]
    assert len(keys) == len(set(keys))
    assert tree(shelves(), ()) == []
    assert opened_folders([folder_key("Work/Mail"), TRASH, folder_key("A")]) == ["Work/Mail", "A"]


def _all(nodes: Sequence[Node]) -> list[Node]:
    return [one for node in nodes for one in (node, *_all(node.children))]


def test_what_there_is_no_room_for_is_said_where_it_is_unfolded() -> None:
    many = shelves(archived=9, archive=[row("a")], folders={"F": 3}, opened={"F": [row("f")]})
    assert lines(tree(many, {ARCHIVE, folder_key("F")})) == [
        "Folders", "F 3", "  f", "  2 older: a search finds them",
        "Archive 9", "  a", "  8 older: a search finds them",
    ]  # fmt: skip


def test_rows_stand_under_their_day() -> None:
    now = datetime.now().replace(hour=12)
    days = [now, now, now - timedelta(days=1), now - timedelta(days=40)]
    made = tree(shelves(loose=[row(str(n), changed=d.timestamp()) for n, d in enumerate(days)]), ())
    old = words.day(days[3].timestamp())
    assert lines(made) == ["Today", "0", "1", "Yesterday", "2", old, "3"]


def test_the_second_line_says_what_cannot_be_seen_from_the_place() -> None:
    by_key = {node.key: node for node in _all(tree(FULL, {folder_key("Work"), TRASH}))}
    assert detail(by_key["pinned/w"]) == "Work · 1 turn · 10 tok"
    assert detail(by_key["folder:Work/w"]) == "1 turn · 10 tok"
    (found,) = hits([row("x", folder="F", archived=True, tags=("a", "b"))])
    assert detail(found) == "F · archived · 1 turn · 10 tok"
    assert spoken(found) == "t, F · archived · 1 turn · 10 tok, #a, #b"
    assert spoken(by_key["folder:Work"]) == "Work, 5 sessions"
    assert spoken(by_key[TRASH]) == "Trash, 1 session"
    assert spoken(by_key["trash/g"]).startswith("t, in the trash, ")


def model_of(nodes: Sequence[Node], search: str = "") -> SessionsModel:
    model = SessionsModel()
    model.show(nodes, search)
    return model


def test_the_model_is_that_tree() -> None:
    model = model_of(tree(FULL, {folder_key("Work")}, lambda _: "Some day"))
    work = model.place(folder_key("Work"))
    assert model.parent(work) == QModelIndex()
    inside = [model.index(n, 0, work) for n in range(model.rowCount(work))]
    assert [index.data() for index in inside] == ["Mail", "t", "t"]
    assert all(model.parent(index) == work for index in inside)
    assert model.hasChildren(work) and model.hasChildren(model.place(ARCHIVE))
    assert not model.hasChildren(inside[1])
    assert model.place_of("w") == model.place("pinned/w")
    assert not model.place_of("nobody").isValid()
    assert [one.id for one in model.sessions] == ["p", "w", "v", "l"]
    assert model.flags(model.index(0)) == Qt.ItemFlag.NoItemFlags
    assert model.flags(work) & Qt.ItemFlag.ItemIsEditable
    assert not model.flags(model.place(TRASH)) & Qt.ItemFlag.ItemIsDragEnabled


def test_the_same_rows_again_keep_selection_and_place() -> None:
    model, resets, changes = SessionsModel(), list[int](), list[int]()
    model.modelReset.connect(lambda: resets.append(1))
    model.dataChanged.connect(lambda *_: changes.append(1))
    assert model.show(hits([row("a"), row("b")]))
    assert not model.show(hits([row("a", "new title"), row("b")]))
    assert (len(resets), len(changes)) == (1, 1)
    assert model.index(0).data() == "new title"
    assert model.show(hits([row("b")]))
    assert len(resets) == 2


def test_titles_that_would_deceive_are_made_visible() -> None:
    model = model_of(hits([row("a", "gnp\u202e.exe"), row("b", "")]))
    assert "\u202e" not in model.index(0).data()
    assert model.index(1).data() == "Untitled session"


def test_marks_stand_in_what_is_shown() -> None:
    found = row("a", "Zürich\u202e by train", found=Excerpt("to   Zurich\nby night", ((5, 11),)))
    model = model_of(hits([found]), "zurich by")
    shown, below = model.index(0).data(), model.index(0).data(int(DETAIL))
    title, second = model.index(0).data(int(MARKS))
    assert [shown[a:b] for a, b in title] == ["by"]  # what is found as it is typed comes first
    assert below == "to Zurich by night"
    assert [below[a:b] for a, b in second] == ["Zurich", "by"]
    model.show(hits([found, row("b", "Zürich")]), "zuri")
    title, _ = model.index(0).data(int(MARKS))
    assert [shown[a:b] for a, b in title] == ["Züri"]
    model.show(hits([found]))
    assert model.index(0).data(int(MARKS)) == ((), ())


def test_what_was_found_is_brought_to_where_it_can_be_seen() -> None:
    text = "a long way before the word that was searched for"
    at = text.index("searched")
    assert brought(text, [(at, at + 8)], len, 100) == (text, ((at, at + 8),))
    cut, ((begin, end),) = brought(text, [(at, at + 8)], len, 20)
    assert (cut, cut[begin:end]) == ("…that was searched for", "searched")
    unbroken = "x" * 50 + "needle"
    cut, ((begin, end),) = brought(unbroken, [(50, 56)], len, 20)
    assert cut[begin:end] == "needle" and cut.startswith("…x") and begin < 20


# Dragged and dropped.


def dragged(model: SessionsModel, *keys: str) -> QMimeData:
    return model.mimeData([model.place(key) for key in keys])


def test_sessions_are_dropped_once_with_the_place_they_fell_on() -> None:
    model = model_of(tree(FULL, {folder_key("Work")}))
    drops: list[tuple[list[str], Node | None]] = []
    model.dropped.connect(lambda rows, node: drops.append(([one.id for one in rows], node)))
    data = dragged(model, "pinned/w", "folder:Work/w", "day/l", "folder:Work")

    def drop(target: QModelIndex) -> bool:
        return model.dropMimeData(data, Qt.DropAction.MoveAction, -1, -1, target)

    assert drop(model.place("folder:A"))
    assert drop(QModelIndex())
    assert drop(model.place("day/l"))
    assert drop(model.place(TRASH))
    assert not drop(model.place("head:folders"))
    assert not drop(model.place("remark"))
    assert [rows for rows, _ in drops] == [["w", "l"]] * 4
    takes = [node.takes if node is not None else None for _, node in drops]
    assert takes[0] is not None and takes[0].folder == "A"
    assert takes[1:3] == [None, OUT]
    assert takes[3] is not None and takes[3].trashed


@pytest.mark.parametrize(
    ("folder", "onto", "becomes"),
    [
        ("Work/Mail", "folder:A", "A/Mail"),
        ("Work/Mail", "folder:A/B", "A/B/Mail"),
        ("Work/Mail", "", "Mail"),
        ("Work/Mail", "head:folders", "Mail"),
        ("Work/Mail", "day/l", "Mail"),
        ("Work", "folder:A", "A/Work"),
        ("Work", "folder:Work", None),
        ("Work", "folder:Work/Mail", None),
        ("Work", "", None),
        ("Work/Mail", "folder:Work", None),
        ("Work", TRASH, None),
    ],
)
def test_folders_are_dropped_into_folders(folder: str, onto: str, becomes: str | None) -> None:
    model = model_of(tree(FULL, {folder_key("Work")}))
    drops: list[tuple[str, str]] = []
    model.folder_dropped.connect(lambda *drop: drops.append(drop))
    data, target = dragged(model, folder_key(folder)), model.place(onto)
    assert model.takes(data, target) is (becomes is not None)
    model.dropMimeData(data, Qt.DropAction.MoveAction, -1, -1, target)
    assert drops == ([(folder, becomes)] if becomes is not None else [])


@pytest.mark.parametrize(
    "said", ["", "[]", "null", "{}", '{"sessions": 5, "folder": ""}', '{"sessions": ["nobody"]}',
             '{"sessions": ["nobody"], "folder": ""}', '{"sessions": [[]], "folder": ""}']
)  # fmt: skip
def test_what_is_none_of_ours_is_not_taken(said: str) -> None:
    model, data = model_of(tree(FULL, ())), QMimeData()
    data.setData(MIME, said.encode())
    assert not model.takes(data, model.place("folder:A"))
    data.setText("words")
    assert not model.takes(data, QModelIndex())
    data.setData(MIME, json.dumps({"sessions": ["l"], "folder": ""}).encode())
    assert model.takes(data, QModelIndex())


def test_another_name_is_told_and_not_taken() -> None:
    model = model_of(tree(FULL, ()))
    told: list[tuple[str, str]] = []
    model.renamed.connect(lambda node, name: told.append((node.key, name)))
    index = model.place("folder:Work")
    assert index.data(Qt.ItemDataRole.EditRole) == "Work"
    assert not model.setData(index, "Work")
    assert model.setData(index, "Job")
    assert told == [("folder:Work", "Job")]
    assert index.data() == "Work"
