"""The tree of JSON: rows made where it is open, keys, and what values stand for."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from playground.ui import theme
from playground.ui.widgets.hexview import HexView, dump
from playground.ui.widgets.jsonrows import AT_ONCE, Nodes, spelled, told
from playground.ui.widgets.jsontree import JsonTree
from playground.ui.widgets.jsonvalue import decoded, hint

VALUE = {
    "id": "resp_1",
    "created_at": 1792000000,
    "output": [{"type": "message", "content": []}, {"type": "reasoning"}],
    "odd name": None,
}


@pytest.fixture
def tree(qtbot: QtBot) -> JsonTree:
    made = JsonTree("The answer")
    qtbot.addWidget(made)
    made.resize(500, 200)
    made.show()
    qtbot.waitExposed(made)
    return made


def paths(nodes: Nodes) -> list[str]:
    return [spelled(node.path) for node in nodes.rows]


# Rows.


def test_small_values_are_open_and_large_ones_closed() -> None:
    assert paths(Nodes(VALUE))[-3:] == ["output[1]", "output[1].type", '["odd name"]']
    large = Nodes({"items": list(range(500)), "more": {"x": 1}})
    assert paths(large) == ["", "items", "more"]
    assert told(large.rows[1]) == "[500 values]"


def test_opening_and_closing_leaves_the_rest_as_it_was() -> None:
    nodes = Nodes(VALUE)
    before = paths(nodes)
    row = before.index("output")
    nodes.close(nodes.rows[row])
    assert paths(nodes) == ["", "id", "created_at", "output", '["odd name"]']
    nodes.open(nodes.rows[row])
    assert paths(nodes) == [*before[: row + 1], "output[0]", "output[1]", before[-1]]


def test_a_million_values_have_no_rows_until_they_are_wanted() -> None:
    nodes = Nodes(list(range(1_000_000)))
    assert len(nodes.rows) == AT_ONCE + 2
    assert told(nodes.rows[-1]).startswith("… ")
    nodes.open(nodes.rows[-1])
    assert len(nodes.rows) == 2 * AT_ONCE + 2
    assert nodes.rows[-2].path == (2 * AT_ONCE - 1,)
    assert nodes.rows[nodes.reveal((4_321,))].value == 4_321


@pytest.mark.parametrize("path", [("output", 7), ("nothing",), ("id", "x"), ("output", 0, "z")])
def test_a_path_that_leads_nowhere_has_no_row(path: tuple[Any, ...]) -> None:
    assert Nodes(VALUE).reveal(path) == -1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ('a "quoted"\nline', '"a \\"quoted\\"\\nline"'),
        ("\u202eevil", '"⟨U+202E⟩evil"'),
        (True, "true"),
        (None, "null"),
        (1e400, "Infinity"),
        pytest.param(10**5000, "a very long number", id="digits"),
        ({}, "{}"),
        ([], "[]"),
        ({"a": 1}, "{1 name}"),
    ],
)
def test_a_row_says_its_value_in_a_line(value: Any, said: str) -> None:
    (node, *_) = Nodes(value).rows
    assert told(node) == said


def test_depth_has_an_end_only_on_the_screen(tree: JsonTree) -> None:
    value: Any = "deep"
    for _ in range(900):
        value = [value]
    tree.show_value(value)
    assert tree.nodes is not None
    tree.pick(tree.nodes.reveal((0,) * 900))
    assert tree.node is not None
    assert tree.node.value == "deep"
    tree.viewport().grab()


# Keys, mouse, the clipboard.


def test_keys_walk_and_fold(tree: JsonTree, qtbot: QtBot) -> None:
    tree.show_value(VALUE)
    seen: list[str] = []
    tree.picked.connect(lambda node: seen.append(spelled(node.path)))
    for key in (
        Qt.Key.Key_End, Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down,
        Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Down,
    ):  # fmt: skip
        qtbot.keyClick(tree, key)
    assert seen == [
        '["odd name"]', "", "id", "created_at", "output", "output[0]", "output", '["odd name"]',
    ]  # fmt: skip
    assert "output[0]" not in paths(tree.nodes or Nodes(None))


def test_the_sign_folds_and_the_row_is_picked(tree: JsonTree, qtbot: QtBot) -> None:
    tree.show_value(VALUE)
    assert tree.nodes is not None
    row = paths(tree.nodes).index("output")
    look = theme.current()
    at = QPoint(look.px(4 + 14 + 6), row * look.px(20) + 8)
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert tree.node is not None
    assert spelled(tree.node.path) == "output"
    assert not tree.node.opened


def test_enter_on_a_value_asks_for_it_in_full(tree: JsonTree, qtbot: QtBot) -> None:
    tree.show_value(VALUE, ("id",))
    with qtbot.waitSignal(tree.entered) as asked:
        qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert asked.args[0].value == "resp_1"


def test_copy_takes_text_as_text_and_the_rest_as_json(tree: JsonTree, qtbot: QtBot) -> None:
    clipboard = QGuiApplication.clipboard()
    tree.show_value(VALUE, ("id",))
    qtbot.keyClick(tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.text() == "resp_1"
    tree.show_value(VALUE, ("output",))
    tree.copy_value()
    assert json.loads(clipboard.text()) == VALUE["output"]
    tree.copy_path()
    assert clipboard.text() == "output"


# What values stand for.

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(90))).decode()
FERNET = base64.urlsafe_b64encode(b"\x80" + (1_763_717_400).to_bytes(8, "big") + bytes(80)).decode()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("created_at", 1792000000, "2026-10-14 17:46:40 UTC"),
        ("created", 1792000000.5, "2026-10-14 17:46:40 UTC"),
        ("expires_at", 1792000000000, "2026-10-14 17:46:40 UTC"),
        ("created_at", 12, ""),
        ("output_tokens", 1792000000, ""),
        ("created_at", True, ""),
        ("created_at", 1e400, ""),
        ("b64_json", PNG, "base64, 98 bytes, a PNG picture"),
        ("image_url", f"data:image/png;base64,{PNG}", "base64, 98 bytes, a PNG picture"),
        ("encrypted_content", FERNET, "base64, 89 bytes, encrypted 2025-11-21 09:30:00 UTC"),
        ("id", "resp_0123456789abcdef0123456789abcdef", ""),
        ("sha", "0123456789abcdef" * 8, ""),
        ("text", "word" * 200, "800 characters"),
        ("text", "A sentence that is somewhat longer than it needs to be, is it not?", ""),
        ("x", None, ""),
    ],
)
def test_a_hint_says_what_cannot_be_seen(name: str, value: Any, said: str) -> None:
    assert hint(name, value) == said


def test_a_value_is_decoded() -> None:
    assert decoded("delta", 'é "x"\n').text == 'é "x"\n'
    assert decoded("delta", "é\nx").facts == "text · 3 characters · 4 bytes · 2 lines"
    arguments = decoded("arguments", '{"city": "Oslo"}')
    assert arguments.json
    assert "JSON in a text" in arguments.facts
    raw = decoded("b64_json", PNG).raw
    assert raw is not None
    assert raw.startswith(b"\x89PNG")
    assert decoded("data", PNG[:-1] + "!").raw is None
    assert decoded("output", [1, 2]) == ("an array of 2", "[1, 2]", None, True)


def test_bytes_are_dumped_as_others_do(qtbot: QtBot) -> None:
    raw = b"event: x\ndata: {}\n\n\xff"
    assert list(dump(raw)) == [
        "0000  65 76 65 6e 74 3a 20 78  0a 64 61 74 61 3a 20 7b  event: x·data: {",
        "0010  7d 0a 0a ff                                       }···",
    ]
    view = HexView("bytes")
    qtbot.addWidget(view)
    view.resize(700, 200)
    view.show_bytes(bytes(10_000_000))
    assert view.verticalScrollBar().maximum() > 10_000_000 // 16 - 50
    view.viewport().grab()
    view.show_bytes(raw)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines()[-1].startswith("001")
