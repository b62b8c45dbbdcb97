"""Which values and cells of an answer have which characters, and where those stand in its text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from playground.core.partial_json import Live
from playground.core.places import node_at, nodes_in
from playground.core.tabular import Columns
from playground.schemas.answer import Answer
from playground.ui import theme
from playground.ui.widgets.answersheet import Sheet
from playground.ui.widgets.answertext import AnswerText
from playground.ui.widgets.growingtext import WIDE

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


def read(text: str) -> Live:
    live = Live()
    live.feed(text)
    live.end()
    return live


@settings(max_examples=200, deadline=None)
@given(VALUES, st.sampled_from([None, 1]), st.data())
def test_values_of_a_stretch_are_those_of_its_characters(
    value: Any, indent: int | None, data: st.DataObject
) -> None:
    text = json.dumps(value, indent=indent)
    root = read(text).root
    begin = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(begin + 1, len(text)))
    found = nodes_in(root, begin, end, text)
    each = [node_at(root, at, text) for at in range(begin, end)]
    inner = {id(node) for node in found}
    assert inner <= {id(node) for node in each}
    for node in each:  # what is not among them only has punctuation there, around one that is
        assert node is not None
        assert id(node) in inner or any(one.path[: len(node.path)] == node.path for one in found)
    assert nodes_in(root, 3, 3, text) == []


def test_nothing_of_the_json_is_in_what_is_around_it() -> None:
    text = 'Here: {"a": 1} there'
    root = read(text).root
    assert nodes_in(root, 0, 4, text) == []
    assert nodes_in(root, 16, 20, text) == []
    assert [node.path for node in nodes_in(root, 0, 20, text)] == [("a",)]


def test_a_cell_has_its_value_and_a_value_its_cells() -> None:
    rows = [{"name": "x", "price": {"amount": 1, "unit": "€"}}, {"name": "y", "price": None}]
    answer = Answer(None)
    answer.feed(json.dumps({"lines": rows}), 1)
    answer.end(2, whole=True)
    sheet = Sheet(answer)
    sheet.look()
    assert sheet.columns.names == ["name", "price.amount", "price.unit"]
    assert sheet.columns.paths == [("name",), ("price", "amount"), ("price", "unit")]
    amount = sheet.node(0, 1)
    assert amount is not None and amount.value() == 1
    assert sheet.cells(amount) == [(0, 1)]
    assert amount.parent is not None
    assert sheet.cells(amount.parent) == [(0, 1), (0, 2)]
    assert sheet.node(1, 2) is None
    assert answer.live.root is not None
    assert sheet.cells(answer.live.root) == []


def test_a_list_of_plain_values_has_one_column() -> None:
    columns = Columns()
    columns.take(3)
    assert (columns.names, columns.paths) == (["value"], [()])


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[AnswerText]:
    theme.apply("light")
    made = AnswerText()
    qtbot.addWidget(made)
    made.resize(400, 300)
    yield made


@pytest.mark.parametrize(
    "text", ['{"a": "b\u202ec"}', '["' + "x" * (2 * WIDE) + '"]', '{\r\n "é🙂": 1,\n "b": 2}']
)
def test_positions_and_characters_of_the_text_go_both_ways(shown: AnswerText, text: str) -> None:
    answer = Answer(None)
    for at in range(0, len(text), 3):
        answer.feed(text[at : at + 3], 1)
    answer.end(2, whole=True)
    shown.show_answer(answer)
    offsets = range(0, len(text), max(len(text) // 60, 1))
    for offset in offsets:
        if text[offset] not in "\r\n":
            assert shown.offset(shown.position(offset)) == offset
