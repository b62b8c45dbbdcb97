"""The list of tools: what it shows of sources and a session, what its clicks and keys tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from playground.core.problem import Problem
from playground.core.tools import Mode, Tool
from playground.engine.toolbox import Source
from playground.tools.mcp_values import Status
from playground.ui import theme
from playground.ui.widgets import toolrows
from playground.ui.widgets.toolhosted import KINDS, answered_here, example_of, remarks
from playground.ui.widgets.toollist import MANY, ToolList
from playground.ui.widgets.toolpaint import zones_of
from playground.ui.widgets.toolrows import OTHER, UNKNOWN, Entry, Head, Remark, Row

FILE = "/tools/office.py"
SIGNALS = (
    "offered", "mode_picked", "picked", "opened", "server_wanted", "new_wanted", "removed",
    "undefined", "started", "stopped", "tested",
)  # fmt: skip
PLAIN = Qt.KeyboardModifier.NoModifier


def python(name: str, **more: Any) -> Tool:
    origin = {"python": FILE, "function": name}
    return Tool(source="office", name=name, mode="real", origin=origin, **more)


BOOK = python("book_room", description="Books a room.\nAt once.")
PRINT = python("print_page")
POEM = Tool(source="mine", name="write_poem", kind="custom")
SEARCH = Tool(source="mine", name="web_search", kind="hosted", hosted={"type": "web_search"})
SHELL = Tool(source="mine", name="shell", kind="hosted", hosted={"type": "shell"})
READ = Tool(source="files", name="read_file", origin={"mcp": "srv_1"})


def sources() -> list[Source]:
    return [
        Source(FILE, "office", "python", [BOOK, PRINT], ("`_x` is not offered.",)),
        Source("srv_1", "files", "mcp", [READ]),
        Source("mine", "Mine", "mine", [POEM, SEARCH, SHELL]),
    ]


def entries(rows: list[Row]) -> dict[str, Entry]:
    return {row.tool.id: row for row in rows if isinstance(row, Entry)}


def shown(
    offered: list[Tool],
    *,
    modes: dict[str, Mode] | None = None,
    states: dict[str, Status] | None = None,
    needle: str = "",
    among: list[Source] | None = None,
) -> list[Row]:
    return toolrows.rows(
        sources() if among is None else among, offered, modes or {}, states or {}, needle
    )


# The rows.


def test_tools_stand_under_their_sources_in_order() -> None:
    rows = shown([BOOK])
    heads = [row.title for row in rows if isinstance(row, Head)]
    assert heads == ["office", "files", "Mine"]
    assert [row.on for row in rows if isinstance(row, Entry)] == [True, *[False] * 5]


def test_a_source_says_how_it_stands() -> None:
    rows = shown([], states={"srv_1": Status("crashed", "It ended with status 1.", "npx files")})
    heads = {row.source: row for row in rows if isinstance(row, Head)}
    assert (heads[FILE].words, heads[FILE].token) == ("2", "muted")
    assert heads[FILE].about == f"{FILE}\n`_x` is not offered."
    assert (heads["srv_1"].words, heads["srv_1"].token) == ("crashed", "error")
    assert heads["srv_1"].about == "It ended with status 1.\nnpx files"
    assert not heads["srv_1"].running
    rows = shown([], states={"srv_1": Status("starting")})
    assert next(row for row in rows if isinstance(row, Head) and row.source == "srv_1").running


def test_a_source_that_cannot_be_read_says_why() -> None:
    wrong = Problem(title="This is no Python source.", detail="Line 3: invalid syntax.")
    rows = shown([], among=[Source(FILE, "office", "python", wrong=wrong)])
    head, remark = rows
    assert isinstance(head, Head) and isinstance(remark, Remark)
    assert (head.words, remark.text, remark.token) == ("cannot be read", wrong.title, "error")
    assert "Line 3" in head.about


@pytest.mark.parametrize("kind", ["demo", "python", "mcp", "mine"])
def test_no_source_stands_there_empty_without_a_word(kind: Any) -> None:
    rows = shown([], among=[Source("x", "x", kind)])
    assert [row.text for row in rows if isinstance(row, Remark)] == [toolrows.EMPTY[kind]]


def test_of_many_notes_some_are_shown_and_the_rest_is_counted() -> None:
    rows = shown([], among=[Source("x", "x", "demo", [POEM], tuple("abcdef"))])
    said = [row.text for row in rows if isinstance(row, Remark)]
    assert said == ["a", "b", "c", "and 3 more notes"]


def test_who_may_answer_follows_from_where_a_tool_can_run() -> None:
    found = entries(shown([], modes={"office/book_room": "human"}))
    assert found[BOOK.id].mode == "human"
    assert "real" in found[BOOK.id].choices
    assert found[PRINT.id].mode == "real"  # as it says itself
    assert "real" not in found[POEM.id].choices
    assert (found[SEARCH.id].mode, found[SEARCH.id].choices) == (None, ())
    assert found[SHELL.id].choices == ("mock", "replay", "human")  # asked for here, never run


def test_a_tool_that_only_the_session_knows_is_named_and_never_real() -> None:
    stranger = Tool(source="elsewhere", name="launch", origin={"python": "/x.py"})
    rows = shown([stranger])
    head, entry, *_ = rows
    assert isinstance(head, Head) and head.title == "From this session"
    assert isinstance(entry, Entry)
    assert (entry.on, entry.warning) == (True, UNKNOWN)
    assert "real" not in entry.choices


def test_a_definition_that_is_another_one_here_is_not_taken_for_ours() -> None:
    old = BOOK.model_copy(update={"description": "Books anything."})
    rows = shown([old])
    theirs, ours = [row for row in rows if isinstance(row, Entry) and row.tool.id == BOOK.id]
    assert (theirs.tool, theirs.on, theirs.warning) == (old, True, OTHER)
    assert (ours.tool, ours.on, ours.warning) == (BOOK, False, "")


def test_a_copy_with_another_mode_is_the_same_tool() -> None:
    copy = BOOK.model_copy(update={"mode": "mock"})
    assert next(row.title for row in shown([copy]) if isinstance(row, Head)) == "office"
    assert entries(shown([copy]))[BOOK.id].on


def test_two_offered_tools_of_one_name_are_both_warned_of() -> None:
    other = Tool(source="mine", name="book_room")
    among = [*sources()[:2], Source("mine", "Mine", "mine", [other])]
    found = entries(shown([BOOK, other], among=among))
    assert all("book_room" in found[one].warning for one in (BOOK.id, other.id))
    assert not entries(shown([BOOK], among=among))[BOOK.id].warning
    assert toolrows.doubled([SEARCH, SEARCH]) == set()  # they have no names of their own


def test_a_search_looks_at_names_descriptions_and_sources() -> None:
    for needle in ("BOOK", "at once", "office room"):
        rows = shown([], needle=needle)
        assert [one.tool.name for one in rows if isinstance(one, Entry)] == ["book_room"], needle
        assert [one.title for one in rows if isinstance(one, Head)] == ["office"]
    assert shown([], needle="nowhere") == []


def test_what_can_be_changed_is_only_what_was_defined_here() -> None:
    assert toolrows.locked(POEM) == ""
    assert "file" in toolrows.locked(BOOK)
    assert "server" in toolrows.locked(READ)
    assert "session" in toolrows.locked(Tool(source="elsewhere", name="launch"))


# Hosted tools.


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_example_is_what_the_sdk_would_send(kind: str) -> None:
    from openai.types.responses.tool import Tool as SdkTool  # slow to import

    made = example_of(kind)
    read = TypeAdapter(SdkTool).validate_python(made)
    assert read.model_dump(exclude_none=True, mode="json") == made
    assert remarks(made) == []


def test_an_example_may_be_changed_without_harm() -> None:
    example_of("file_search")["vector_store_ids"].append("vs_2")
    assert example_of("file_search")["vector_store_ids"] == ["vs_123"]


def test_what_a_server_would_refuse_is_said() -> None:
    assert remarks({"type": "file_search"}) == ["Servers want `vector_store_ids`."]
    (said,) = remarks({"type": "mcp", "server_label": "x"})
    assert "`server_url` or `connector_id`" in said
    assert "not known" in remarks({"type": "dance"})[0]
    secret = {**example_of("mcp"), "authorization": "Bearer x"}
    assert "plain text" in remarks(secret)[0]


def test_a_shell_in_a_container_is_the_business_of_the_server() -> None:
    assert answered_here({"type": "shell"})
    assert answered_here({"type": "shell", "environment": {"type": "local"}})
    assert not answered_here({"type": "shell", "environment": {"type": "container_auto"}})
    assert answered_here({"type": "computer"})
    assert not answered_here({"type": "web_search"})


# The widget.


class Told:
    """Everything that a list says, in order."""

    def __init__(self, tools: ToolList) -> None:
        self.said: list[tuple[Any, ...]] = []
        for name in SIGNALS:
            getattr(tools, name).connect(lambda *more, name=name: self.said.append((name, *more)))


@pytest.fixture
def tools(qapp: QApplication) -> Iterator[ToolList]:
    one = ToolList()
    one.resize(300, 700)
    one.show_tools(sources(), [BOOK], {})
    one.show()
    one.activateWindow()
    one.view.setFocus()
    yield one
    # At once: what is left over is dressed anew in every other theme, and that takes long.
    one.close()
    one.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def told(tools: ToolList) -> Told:
    return Told(tools)


def place(tools: ToolList, tool: Tool) -> tuple[Entry, Any]:
    for number in range(tools.model.rowCount()):
        index = tools.model.index(number)
        row = tools.model.row(index)
        if isinstance(row, Entry) and row.tool.id == tool.id:
            return row, index
    raise AssertionError(f"{tool.id} is not there")


def head(tools: ToolList, source: str) -> Any:
    return tools.model.at(("head", source))


def click(tools: ToolList, where: QPoint) -> None:
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(tools.view.viewport(), left, PLAIN, where)


def zones(tools: ToolList, tool: Tool) -> Any:
    row, index = place(tools, tool)
    return zones_of(tools.view.visualRect(index), row)


def actions(tools: ToolList) -> dict[str, QAction]:
    """Of the menu that was opened last."""
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    menu = tools.findChildren(QMenu, options=direct)[-1]
    return {one.text(): one for one in menu.actions() if one.text()}


def test_the_model_keeps_the_rules_of_qt(tools: ToolList) -> None:
    tester = QAbstractItemModelTester(
        tools.model, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    tools.show_tools([], [], {})
    tools.show_tools(sources(), [BOOK, POEM], {})
    assert tester.model() is tools.model


def test_a_click_on_the_switch_offers_and_nothing_else(tools: ToolList, told: Told) -> None:
    click(tools, zones(tools, PRINT).box.center())
    click(tools, zones(tools, BOOK).box.center())
    assert told.said == [("offered", PRINT, True), ("offered", BOOK, False)]


def test_a_click_on_the_name_looks_at_the_tool(tools: ToolList, told: Told) -> None:
    click(tools, zones(tools, PRINT).text.center())
    assert told.said == [("picked", PRINT)]
    assert tools.tool == PRINT


def test_keys_move_switch_and_pick(tools: ToolList, told: Told) -> None:
    tools.view.setCurrentIndex(place(tools, BOOK)[1])
    QTest.keyClick(tools.view, Qt.Key.Key_Down)
    QTest.keyClick(tools.view, Qt.Key.Key_Space)
    QTest.keyClick(tools.view, Qt.Key.Key_Return)
    assert told.said == [("offered", PRINT, True), ("picked", PRINT)]


def test_the_badge_opens_who_may_answer(tools: ToolList, told: Told) -> None:
    click(tools, zones(tools, BOOK).badge.center())
    found = actions(tools)
    assert list(found) == ["mock", "real", "replay", "human"]
    assert [name for name, one in found.items() if one.isChecked()] == ["real"]
    found["human"].trigger()
    assert told.said == [("mode_picked", BOOK.id, "human")]


def test_a_key_opens_who_may_answer(tools: ToolList) -> None:
    tools.view.setCurrentIndex(place(tools, POEM)[1])
    QTest.keyClick(tools.view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert not actions(tools)["real"].isEnabled()
    assert actions(tools)["mock"].isChecked()


def test_where_the_server_answers_there_is_nothing_to_choose(tools: ToolList, told: Told) -> None:
    row, index = place(tools, SEARCH)
    assert row.mode is None
    tools.view.ask(index, modes=True)  # the menu of the tool instead
    assert "Answered by" not in actions(tools) and "Show its definition" in actions(tools)
    click(tools, zones(tools, SEARCH).badge.center())
    assert told.said == [("picked", SEARCH)]


def test_the_menu_of_a_file(tools: ToolList, told: Told) -> None:
    tools.view.ask(head(tools, FILE))
    found = actions(tools)
    assert list(found) == ["Open again", "Remove"]
    for one in found.values():
        one.trigger()
    assert told.said == [("opened", FILE), ("removed", FILE)]


@pytest.mark.parametrize(
    ("state", "words", "signal"),
    [
        ("stopped", "Start", "started"),
        ("ready", "Stop", "stopped"),
        ("starting", "Stop", "stopped"),
    ],
)
def test_the_menu_of_a_server(
    tools: ToolList, told: Told, state: Any, words: str, signal: str
) -> None:
    tools.show_tools(sources(), [], {}, {"srv_1": Status(state)})
    click(tools, zones_of_head(tools, "srv_1"))
    found = actions(tools)
    assert list(found) == [words, "Test start", "Remove"]
    for one in found.values():
        one.trigger()
    assert told.said == [(signal, "srv_1"), ("tested", "srv_1"), ("removed", "srv_1")]


def zones_of_head(tools: ToolList, source: str) -> QPoint:
    index = head(tools, source)
    row = tools.model.row(index)
    assert row is not None
    return zones_of(tools.view.visualRect(index), row).more.center()


def test_tools_of_ones_own_can_be_removed(tools: ToolList, told: Told) -> None:
    tools.view.ask(place(tools, POEM)[1])
    actions(tools)["Remove"].trigger()
    tools.view.ask(place(tools, BOOK)[1])
    assert "Remove" not in actions(tools)
    actions(tools)["Offer it no longer"].trigger()
    assert told.said == [("undefined", POEM), ("offered", BOOK, False)]


def test_enter_on_a_head_opens_its_menu(tools: ToolList, told: Told) -> None:
    tools.view.setCurrentIndex(head(tools, "mine"))
    QTest.keyClick(tools.view, Qt.Key.Key_Return)
    actions(tools)["New hosted tool…"].trigger()
    assert told.said == [("new_wanted", "hosted")]


def test_the_buttons_say_what_is_wanted(tools: ToolList, told: Told) -> None:
    tools.server.click()
    for action in tools.new.menu().actions():
        action.trigger()
    kinds = [("new_wanted", kind) for kind in ("function", "custom", "hosted")]
    assert told.said == [("server_wanted",), *kinds]


def test_a_file_is_asked_for_without_holding_anything_up(
    tools: ToolList, told: Told, tmp_path: Path
) -> None:
    tools.open.click()
    (dialog,) = tools.findChildren(QFileDialog)
    assert dialog.isVisible()
    dialog.fileSelected.emit(str(tmp_path / "mine.py"))
    dialog.reject()
    assert told.said == [("opened", str(tmp_path / "mine.py"))]


def test_what_was_looked_at_and_is_gone_is_told(tools: ToolList, told: Told) -> None:
    tools.select(PRINT.id)
    tools.show_tools(sources(), [BOOK, PRINT], {})  # still there
    tools.show_tools(sources()[1:], [], {})
    assert told.said == [("picked", PRINT), ("picked", None)]
    assert tools.tool is None


def test_a_tool_that_is_renamed_is_still_looked_at(tools: ToolList, told: Told) -> None:
    tools.select(POEM.id)
    ode = POEM.model_copy(update={"name": "write_ode"})
    tools.follow(POEM, ode)
    tools.show_tools([Source("mine", "Mine", "mine", [ode])], [], {})
    assert tools.tool == ode and told.said == [("picked", POEM)]
    tools.follow(POEM, BOOK)  # nobody looks at that one
    assert tools.tool == ode


def test_place_and_cursor_stay_when_a_mode_changes(tools: ToolList) -> None:
    tools.view.setCurrentIndex(place(tools, SEARCH)[1])
    tools.show_tools(sources(), [BOOK, SEARCH], {BOOK.id: "human"})
    assert tools.view.currentIndex() == place(tools, SEARCH)[1]
    assert place(tools, BOOK)[0].mode == "human"
    tools.show_tools(sources()[1:], [SEARCH], {})  # other rows
    assert tools.view.currentIndex() == place(tools, SEARCH)[1]


def test_many_tools_can_be_searched(tools: ToolList, told: Told) -> None:
    assert not tools.search.isVisible()
    many = [Tool(source="mine", name=f"tool_{number}") for number in range(MANY + 1)]
    tools.show_tools([Source("mine", "Mine", "mine", many)], [], {})
    assert tools.search.isVisible()
    QTest.keyClicks(tools.search, "_12")
    assert [row.tool.name for row in _entries(tools)] == ["tool_12"]
    QTest.keyClick(tools.search, Qt.Key.Key_Return)
    assert told.said == [("picked", many[12])]
    tools.search.setText("nothing like it")
    assert tools.empty.isVisible() and tools.empty.text() == "Nothing found."
    assert len(told.said) == 1  # what is only hidden is not gone


def _entries(tools: ToolList) -> list[Entry]:
    made = [tools.model.row(tools.model.index(n)) for n in range(tools.model.rowCount())]
    return [row for row in made if isinstance(row, Entry)]


def test_an_empty_list_says_what_to_do(tools: ToolList) -> None:
    tools.show_tools([], [], {})
    assert tools.empty.isVisible() and "Open a Python file" in tools.empty.text()
    assert tools.count.text() == "none offered"


def test_two_tools_of_one_name_are_said_above_the_list(tools: ToolList) -> None:
    assert not tools.warning.isVisible()
    tools.show_tools(sources(), [BOOK, Tool(source="old", name="book_room")], {})
    assert tools.warning.isVisible() and "book_room" in tools.warning.text()


def test_rows_can_be_heard(tools: ToolList) -> None:
    index = place(tools, BOOK)[1]
    heard = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert heard == "office › book_room, offered, answered by real"
    assert "Books a room." in index.data(Qt.ItemDataRole.AccessibleDescriptionRole)
    assert index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked


def test_text_of_others_is_no_html_in_a_tooltip(tools: ToolList) -> None:
    evil = Tool(source="mine", name="x", description="<img src='http://a/b'>\u202eevil")
    tools.show_tools([Source("mine", "Mine", "mine", [evil])], [], {})
    tip = place(tools, evil)[1].data(Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in tip and "\u202e" not in tip


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_every_row_is_painted_in_every_theme(tools: ToolList, name: str, scale: float) -> None:
    theme.apply(name, scale)
    tools.resize(int(300 * scale), int(700 * scale))
    stranger = Tool(source="old", name="launch")
    tools.show_tools(sources(), [BOOK, stranger], {}, {"srv_1": Status("crashed")})
    tools.select(BOOK.id)
    colours = _colours(tools)
    for token in ("accent", "soft", "warn", "error"):
        assert theme.current().colour(token).rgb() in colours, token
    zone = zones(tools, PRINT)
    look: Callable[[float], int] = theme.current().px
    assert zone.box.right() < zone.text.left() < zone.text.right() < zone.badge.left()
    assert zone.badge.right() <= tools.view.viewport().width() - look(4)


def _colours(tools: ToolList) -> set[int]:
    image = tools.grab().toImage()
    return {
        image.pixel(x, y) for x in range(0, image.width(), 1) for y in range(0, image.height(), 2)
    }
