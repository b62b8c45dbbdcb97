"""The Tools panel in the real window, by clicks and keys, against the real sandbox."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QMenu,
    QPlainTextEdit,
    QWidget,
)

from playground.core.items import ToolOutput
from playground.core.session import Run
from playground.ui.panels.tools import LOOP, TOOLS, ToolsPanel
from playground.ui.widgets.approvalbox import ApprovalBox
from playground.ui.widgets.approvalreply import ResultReply
from playground.ui.widgets.editor import Editor
from playground.ui.widgets.footer import Footer
from playground.ui.widgets.schemaform import JSON
from playground.ui.widgets.schemaformfields import TextField
from playground.ui.widgets.toolpaint import zones_of
from playground.ui.widgets.toolrows import Entry
from tests.driver import FAST, Driver, prepare, visible
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening

BOTH = (
    "Use get_weather and convert_units: what is the weather in Oslo, and how many miles are 5 km?"
)
OSLO = "Use get_weather: what is the weather in Oslo?"
HANGS = """
def hang(word: str) -> str:
    \"\"\"Never comes back.\"\"\"
    while True:
        pass
"""
SHOUTS = """
def shout(word: str) -> str:
    \"\"\"A word in capitals.\"\"\"
    return word.upper()
"""

Panel = Callable[[], AbstractAsyncContextManager[Driver]]


@pytest.fixture(autouse=True)
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url, limits={"idle": 30})


@pytest.fixture
def panel(opening: Opening) -> Panel:
    """The window on this panel, with all the room for it, and a server that does not dawdle."""

    @asynccontextmanager
    async def shown() -> AsyncIterator[Driver]:
        async with opening() as driver:
            driver.window.docks["inspector"].hide()
            driver.window.resize(1440, 1200)
            await until(lambda: bool(tools(driver).list.model.rowCount()), saying=driver.seen)
            driver.fields(**FAST)
            yield driver
            driver.desk.debugger.breakpoints.clear()
            await driver.idle()

    return shown


# What a person does.


def tools(driver: Driver) -> ToolsPanel:
    """The panel, on screen."""
    if driver.window.panel != "tools":
        driver.window.show_panel("tools")
    found = driver.window.panels["tools"]
    assert isinstance(found, ToolsPanel)
    return found


def turn_to(driver: Driver, page: int) -> None:
    button = tools(driver).pages.button(page)
    if not button.isChecked():
        driver.click(button)


def row(driver: Driver, name: str) -> tuple[Entry, Any]:
    """The row of a tool in the list, and where its parts are."""
    turn_to(driver, TOOLS)
    view = tools(driver).list.view
    model = tools(driver).list.model
    for number in range(model.rowCount()):
        found = model.row(model.index(number))
        if isinstance(found, Entry) and found.tool.name == name:
            view.scrollTo(model.index(number))
            return found, zones_of(view.visualRect(model.index(number)), found)
    raise AssertionError(f"There is no {name}")


def click_row(driver: Driver, name: str, part: str) -> None:
    _, zones = row(driver, name)
    QTest.mouseClick(
        tools(driver).list.view.viewport(),
        Qt.MouseButton.LeftButton,
        pos=getattr(zones, part).center(),
    )


def offer(driver: Driver, *names: str) -> None:
    """Switch tools on."""
    for name in names:
        if not row(driver, name)[0].on:
            click_row(driver, name, "box")


def answered_by(driver: Driver, name: str, mode: str) -> None:
    """Choose who answers, from the menu of the badge."""
    click_row(driver, name, "badge")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entry(menu, mode).trigger()
    menu.close()


def entry(menu: QMenu, title: str) -> QAction:
    """What a menu offers, by its words up to their shortcut."""
    found = {action.text().split("\t")[0]: action for action in menu.actions()}
    assert title in found, list(found)
    return found[title]


def dropped(menu: QMenu) -> QMenu:
    """A menu that was opened, filled as it is then."""
    menu.aboutToShow.emit()
    return menu


def ask(driver: Driver, text: str) -> Run:
    """Write into the composer, press Enter; the run that this began."""
    turn_to(driver, LOOP)
    draft = tools(driver).composer.draft
    draft.setFocus()
    QApplication.clipboard().setText(text)
    driver.press("Ctrl+V", draft)
    driver.press("Return", draft)
    return driver.newest


async def boxes(driver: Driver, count: int = 1) -> list[ApprovalBox]:
    """The calls that wait, from the top."""

    def found() -> list[ApprovalBox]:
        rows = [one for one in visible(driver.window) if isinstance(one, ApprovalBox)]
        return sorted(rows, key=lambda one: one.mapToGlobal(one.rect().topLeft()).y())

    await until(lambda: len(found()) == count, saying=driver.seen)
    return found()


async def paused(driver: Driver, words: str) -> None:
    await until(
        lambda: words in tools(driver).debug.state.text(),
        saying=lambda: (tools(driver).debug.state.text(), driver.seen()),
    )


def break_at(driver: Driver, title: str) -> None:
    """Set a breakpoint, or take it away."""
    entry(dropped(tools(driver).debug.breakpoint_menu), title).trigger()


def write(driver: Driver, editor: QPlainTextEdit, text: str) -> None:
    """Put a text in place of what stands there."""
    editor.setFocus()
    driver.press("Ctrl+A", editor)
    QApplication.clipboard().setText(text)
    driver.press("Ctrl+V", editor)


def edit(driver: Driver, change: Callable[[str], str]) -> None:
    """Change what the run that stands there goes on with."""
    driver.click(tools(driver).debug.edit)
    opened = tools(driver)._pause
    assert opened is not None
    write(driver, opened.text, change(opened.text.toPlainText()))
    driver.click(opened.keep)
    assert tools(driver)._pause is None


def rewind(driver: Driver, title: str) -> None:
    """Look at an earlier moment."""
    menu = dropped(tools(driver).debug.rewind_menu)
    next(action for action in menu.actions() if action.text().startswith(title)).trigger()


async def opened_file(driver: Driver, file: Path) -> None:
    """Pick a file of tools in the dialog."""
    turn_to(driver, TOOLS)
    driver.click(tools(driver).list.open)
    dialog = driver.dialog()
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(file))
    dialog.close()
    await driver.idle()


def by_hand(driver: Driver, name: str) -> None:
    """Look at a tool, and at its call by hand."""
    click_row(driver, name, "text")
    if not tools(driver).bench.isVisible():
        driver.click(tools(driver).workshop.sides.button(1))


async def done_by_hand(driver: Driver) -> None:
    bench = tools(driver).bench
    await until(lambda: bench._task is None and bench.run.text() == "Call it", saying=driver.seen)


# What is on the recording.


def facts(run: Run, *kinds: str) -> list[tuple[str, dict[str, Any]]]:
    return [(event.kind, event.json()[0]) for event in run.recording.events if event.kind in kinds]


def outputs(run: Run) -> list[ToolOutput]:
    return [item for item in run.transcript.items if isinstance(item, ToolOutput)]


def states(run: Run) -> list[tuple[str, str]]:
    return [(call.name, call.state) for call in run.transcript.tool_calls]


def bodies(run: Run) -> list[dict[str, Any]]:
    """What was sent."""
    return [json.loads(data["body"]) for _, data in facts(run, "request")]


def focused(widget: QWidget) -> bool:
    focus = QApplication.focusWidget()
    return focus is not None and (focus is widget or widget.isAncestorOf(focus))


# The loop with its approvals.


async def test_two_calls_at_once_are_approved_one_by_one(panel: Panel) -> None:
    async with panel() as driver:
        offer(driver, "get_weather", "convert_units")
        run = ask(driver, BOTH)
        first, second = await boxes(driver, 2)
        assert first.title.text() == "demo › get_weather"
        assert second.title.text() == "demo › convert_units"
        await driver.shows("Waiting for approval")
        # No key that goes where the focus is approves anything.
        assert not focused(first) and not focused(second)
        driver.press("Return")
        driver.press("Space")
        assert len(await boxes(driver, 2)) == 2
        # Tab, and a hasty Enter on the button itself.
        first.approve.setFocus()
        driver.press("Return", first.approve)
        assert states(run) == [("get_weather", "asked"), ("convert_units", "asked")]
        # The second is approved first; its result waits for that of the first.
        driver.click(second.approve)
        await until(lambda: states(run)[1][1] == "done", saying=driver.seen)
        assert outputs(run) == []
        assert len(await boxes(driver, 1)) == 1
        first.arguments.setFocus()
        driver.press("Ctrl+Return", first.arguments)
        await driver.ended(run)
        assert run.transcript.outcome == "completed"
        asked = [call.call_id for call in run.transcript.tool_calls]
        assert [data["call_id"] for _, data in facts(run, "tool.result")] == asked
        assert [json.loads(one.output)["unit"] for one in outputs(run)] == ["celsius", "mile"]
        assert [one["call_id"] for one in bodies(run)[1]["input"] if one.get("output")] == asked
        await driver.shows("demo › get_weather", "done", "I am the sandbox", "step 2 of 10")
        await driver.shows("Result of demo › convert_units  value=5, from_unit=km, to_unit=mile")
        lanes = [lane.name for lane in tools(driver).lanes.timeline.lanes]
        assert lanes[2:4] == ["demo › get_weather", "demo › convert_units"]


# The debugger.


async def test_arguments_a_result_and_a_request_are_changed_on_the_way(panel: Panel) -> None:
    async with panel() as driver:
        offer(driver, "get_weather")
        turn_to(driver, LOOP)
        bar = tools(driver).debug
        driver.press("F9", driver.window)  # on each call
        break_at(driver, "On each result")
        break_at(driver, "Before each request")
        assert bar.breakpoints.text() == "Breakpoints 3"
        run = ask(driver, OSLO)

        await paused(driver, "Paused before request 1")
        driver.click(bar.go)
        await paused(driver, "Paused at demo › get_weather: arguments can be edited")
        edit(driver, lambda text: text.replace("Oslo", "Rome"))
        driver.click(bar.go)
        (box,) = await boxes(driver)
        assert json.loads(box.text)["city"] == "Rome"
        driver.click(box.approve)
        await paused(driver, "Paused at the result of demo › get_weather")
        edit(driver, lambda text: text.replace("Rome", "Roma"))
        driver.press("F5")
        await paused(driver, "Paused before request 2")
        assert run.running

        def shorter(text: str) -> str:
            body = json.loads(text)
            body["input"][0] = {"role": "user", "content": "Something else."}
            return json.dumps(body)

        edit(driver, shorter)
        driver.press("F5")
        await driver.ended(run)
        assert run.transcript.outcome == "completed"
        assert [
            (kind, data["place"], data.get("by"), data.get("edited"))
            for kind, data in facts(run, "paused", "resumed")
        ] == [
            ("paused", "before_send", None, None),
            ("resumed", "before_send", "go", False),
            ("paused", "on_call", None, None),
            ("resumed", "on_call", "go", True),
            ("paused", "on_result", None, None),
            ("resumed", "on_result", "go", True),
            ("paused", "before_send", None, None),
            ("resumed", "before_send", "go", True),
        ]
        (call,) = run.transcript.tool_calls
        assert json.loads(str(call.arguments))["city"] == "Oslo"
        assert json.loads(call.approved or "")["city"] == "Rome"
        assert json.loads(outputs(run)[0].output)["city"] == "Roma"
        sent = bodies(run)[1]["input"]
        assert sent[0]["content"] == "Something else."
        assert "Roma" in sent[-1]["output"]
        await driver.shows("Run with other arguments than the model's", "by hand")


async def test_what_is_being_changed_is_left_with_the_run(panel: Panel) -> None:
    async with panel() as driver:
        offer(driver, "get_weather")
        turn_to(driver, LOOP)
        break_at(driver, "Before each request")
        run = ask(driver, OSLO)
        await paused(driver, "Paused before request 1")
        driver.click(tools(driver).debug.edit)
        editor = tools(driver)._pause
        assert editor is not None and focused(editor)
        write(driver, editor.text, "[1, 2")
        driver.click(editor.keep)
        assert editor.wrong.isVisible()  # and nothing was kept
        write(driver, editor.text, "[1, 2]")
        driver.click(editor.keep)
        await driver.shows("The body of a request is a JSON object.")
        driver.click(tools(driver).debug.stop)
        await driver.ended(run)
        assert tools(driver)._pause is None
        assert bodies(run) == []


async def test_two_steps_back_and_another_way_from_there(panel: Panel) -> None:
    async with panel() as driver:
        offer(driver, "get_weather", "convert_units")
        run = ask(driver, BOTH)
        for box in await boxes(driver, 2):
            driver.click(box.approve)
        await driver.ended(run)
        bar = tools(driver).debug

        rewind(driver, "To before request 2")
        await driver.shows("Rewound to before request 2", '"temperature": -3.0')
        assert "I am the sandbox" not in driver.seen()
        rewind(driver, "To before calls 1 and 2")
        await driver.shows("Rewound to before calls 1 and 2", "city=Oslo")
        assert '"temperature": -3.0' not in driver.seen()
        cards = tools(driver).view.cards()
        assert not any(isinstance(card, Footer) for card in cards)  # it is only looked at
        rewind(driver, "To where it is")
        await driver.shows("I am the sandbox")
        assert driver.newest is run

        rewind(driver, "To before calls 1 and 2")
        break_at(driver, "On each result")
        driver.click(bar.fork)
        fork = driver.newest
        assert fork is not run and fork.parent == run.parent
        # It has the calls of the other one, which are asked about on their cards.
        first, second = await boxes(driver, 2)
        assert [one.title.text() for one in (first, second)] == [
            "demo › get_weather",
            "demo › convert_units",
        ]
        driver.click(first.approve)
        await paused(driver, "Paused at the result of demo › get_weather")
        edit(driver, lambda text: text.replace("snow", "frogs"))
        driver.press("F5")
        driver.click(second.approve)
        await paused(driver, "Paused at the result of demo › convert_units")
        driver.press("F5")
        await driver.ended(fork)
        assert [data["edited"] for _, data in facts(fork, "resumed")] == [True, False]
        assert len(bodies(fork)) == 1
        assert "frogs" in json.dumps(bodies(fork)[0])
        assert fork.transcript.outcome == "completed"
        # Nothing of the first is lost.
        assert outputs(run)[0].output != outputs(fork)[0].output
        await driver.shows("2/2")


async def test_a_message_is_said_otherwise(panel: Panel) -> None:
    async with panel() as driver:
        offer(driver, "get_weather")
        run = ask(driver, OSLO)
        (box,) = await boxes(driver)
        driver.click(box.approve)
        await driver.ended(run)
        composer = tools(driver).composer
        name = "Edit: makes another version, nothing is overwritten"
        driver.click(driver.button(name, tools(driver)))
        editor: Editor = driver.find(Editor, "", tools(driver))
        assert not composer.isVisible()
        write(driver, editor.text, OSLO.replace("Oslo", "Rome"))
        driver.click(editor.run)
        again = driver.newest
        assert (again.parent, composer.isVisible()) == (run.parent, True)
        (box,) = await boxes(driver)
        assert json.loads(box.text)["city"] == "Rome"
        driver.click(box.reject)
        await driver.ended(again)
        await driver.shows("2/2")


# Where it ends.


async def test_at_the_cap_it_says_so_and_goes_on_by_a_click(panel: Panel) -> None:
    async with panel() as driver:
        offer(driver, "get_weather")
        session = driver.desk.session
        session.call = session.call.model_copy(update={"steps": 1})
        run = ask(driver, OSLO)
        await driver.ended(run)
        assert (run.transcript.outcome, run.transcript.limit) == ("limited", "steps")
        await driver.shows("one step is allowed", "not run")
        driver.click(driver.button("5 more steps"))
        more = driver.newest
        assert (more.parent, more.call.steps) == (run.id, 5)
        (box,) = await boxes(driver)
        driver.click(box.approve)
        await driver.ended(more)
        assert more.transcript.outcome == "completed"
        assert json.loads(outputs(more)[0].output)["city"] == "Oslo"
        await driver.shows("I am the sandbox")
        assert [data["why"] for _, data in facts(run, "limited")] == ["steps"]


async def test_equal_calls_do_not_go_on_for_ever(panel: Panel) -> None:
    async with panel() as driver:
        offer(driver, "get_weather")
        driver.fields(**FAST, tool_choice="required")
        run = ask(driver, OSLO)
        (box,) = await boxes(driver)
        driver.click(box.session)
        await driver.ended(run)
        assert run.transcript.limit == "alike"
        assert len(facts(run, "tool.asked")) == 2
        assert [data["asked"] for _, data in facts(run, "approval")] == [True, False]
        await driver.shows("`get_weather` was called with the same arguments in 3 steps")


async def test_stopped_while_a_call_waits_or_a_tool_runs(panel: Panel, tmp_path: Path) -> None:
    async with panel() as driver:
        file = tmp_path / "slow.py"
        file.write_text(HANGS)
        await opened_file(driver, file)
        offer(driver, "hang")
        run = ask(driver, 'Use hang: "a"')
        await boxes(driver)
        driver.click(tools(driver).composer.run)
        await driver.ended(run)
        assert run.transcript.outcome == "stopped"
        assert states(run) == [("hang", "not run")]
        assert driver.desk.approving.waiting == []
        await boxes(driver, 0)
        run = ask(driver, 'Use hang: "b"')
        (box,) = await boxes(driver)
        driver.click(box.approve)
        await until(lambda: states(run)[0][1] == "running", saying=driver.seen)
        await driver.shows("running")
        driver.click(tools(driver).debug.stop)
        await driver.ended(run)
        assert run.transcript.outcome == "stopped"
        assert states(run) == [("hang", "failed")]
        await driver.shows("It was ended with the run")


# By hand, and by whom else.


async def test_a_tool_is_called_by_hand(panel: Panel, tmp_path: Path) -> None:
    async with panel() as driver:
        bench = tools(driver).bench
        by_hand(driver, "get_weather")
        await driver.shows("Runs code of demo.py in a process that is held")
        driver.click(bench.run)
        await done_by_hand(driver)
        await driver.shows("failed")  # nothing was said of the unit
        assert "'unit' is a required property" in bench.result
        line = bench.form.form.findChildren(TextField)[0]
        line.setFocus()
        driver.type("Oslo", line)
        unit = bench.form.form.findChildren(QComboBox)[0]
        unit.setFocus()
        driver.press("Down", unit)
        driver.click(bench.run)
        await done_by_hand(driver)
        assert json.loads(bench.result)["city"] == "Oslo"
        await driver.shows("done", '"sky": "snow"')
        driver.click(driver.button("Copy the result"))
        assert QApplication.clipboard().text() == bench.result

        by_hand(driver, "calculate")
        assert bench.result == ""
        line = bench.form.form.findChildren(TextField)[0]
        line.setFocus()
        driver.type("1 / 0", line)
        driver.click(bench.run)
        await done_by_hand(driver)
        await driver.shows("failed", "zero")

        file = tmp_path / "slow.py"
        file.write_text(HANGS)
        await opened_file(driver, file)
        by_hand(driver, "hang")
        driver.click(bench.run)
        await driver.shows("Running")
        assert bench.run.text() == "Stop"
        driver.click(bench.run)
        await done_by_hand(driver)
        await driver.shows("Stopped")
        # Somebody looks at another tool meanwhile: nothing of this one is said there.
        driver.click(bench.run)
        by_hand(driver, "calculate")
        await driver.idle()
        assert bench.run.text() == "Call it"
        assert "Stopped" not in driver.seen()


async def test_rules_people_and_recordings_answer_in_the_place_of_a_tool(panel: Panel) -> None:
    async with panel() as driver:
        offer(driver, "get_weather")
        answered_by(driver, "get_weather", "mock")
        assert row(driver, "get_weather")[0].mode == "mock"
        run = ask(driver, OSLO)
        (box,) = await boxes(driver)
        await driver.shows("Nothing: rules answer in its place.")
        driver.click(box.approve)
        await driver.ended(run)
        first = outputs(run)[0].output
        assert json.loads(first)["sky"] == "snow"
        await driver.shows("done · mock")

        answered_by(driver, "get_weather", "replay")
        run = ask(driver, OSLO)
        (box,) = await boxes(driver)
        driver.click(box.approve)
        await driver.ended(run)
        assert outputs(run)[0].output == first
        await driver.shows("done · replay")

        answered_by(driver, "get_weather", "human")
        run = ask(driver, OSLO)
        (box,) = await boxes(driver)
        assert not box.approve.isVisible()
        driver.click(box.answer)
        reply: ResultReply = driver.find(ResultReply, "", box)
        assert reply.form is not None
        reply.form.views.pick(JSON)
        write(driver, reply.form.json, first.replace("snow", "frogs"))
        reply.form.settle()
        driver.click(reply.send)
        await driver.ended(run)
        assert json.loads(outputs(run)[0].output)["sky"] == "frogs"
        await driver.shows("done · human")


# Files.


async def test_functions_of_a_file_are_offered_called_and_gone(
    panel: Panel, tmp_path: Path
) -> None:
    async with panel() as driver:
        file = tmp_path / "words.py"
        file.write_text(SHOUTS)
        await opened_file(driver, file)
        assert not row(driver, "shout")[0].on  # nothing is offered by being there
        offer(driver, "shout")
        run = ask(driver, 'Use shout: "quiet"')
        (box,) = await boxes(driver)
        driver.click(box.approve)
        await driver.ended(run)
        assert outputs(run)[0].output == "QUIET"

        # Other code is another tool, which is offered in the place of the one that was.
        file.write_text(SHOUTS.replace("upper()", "title()"))
        await opened_file(driver, file)
        assert row(driver, "shout")[0].on
        run = ask(driver, 'Use shout: "quiet"')
        (box,) = await boxes(driver)
        driver.click(box.approve)
        await driver.ended(run)
        assert outputs(run)[0].output == "Quiet"

        # It goes while somebody still thinks about a call.
        run = ask(driver, 'Use shout: "quiet"')
        (box,) = await boxes(driver)
        tools(driver).list.removed.emit(str(file))
        await until(lambda: str(file) not in driver.desk.toolbox.sources)
        driver.click(box.approve)
        await driver.ended(run)
        assert states(run) == [("shout", "failed")]
        assert "is not run" in outputs(run)[0].output
        assert run.transcript.outcome == "completed"


async def test_a_file_that_is_no_python(panel: Panel, tmp_path: Path) -> None:
    async with panel() as driver:
        file = tmp_path / "letter.py"
        file.write_text("Dear all,\n\nthis is a letter.\n")
        await opened_file(driver, file)
        await driver.shows("letter.py: This is no Python that can be read.", "Line 1")
        assert [one for one in driver.desk.toolbox.sources if "letter" in one] == []
        assert row(driver, "get_weather")


async def test_a_session_keeps_what_it_offers_and_starts_nothing(
    panel: Panel, tmp_path: Path
) -> None:
    proof = tmp_path / "proof"
    file = tmp_path / "words.py"
    file.write_text(f"open({str(proof)!r}, 'w').close()\n" + SHOUTS)
    async with panel() as driver:
        await opened_file(driver, file)
        offer(driver, "shout", "get_weather")
        run = ask(driver, OSLO)
        (box,) = await boxes(driver)
        driver.click(box.approve)
        await driver.ended(run)
        session = driver.desk.session.id
    async with panel() as driver:
        assert driver.desk.session.call.tools == []
        driver.desk.open_session(session)
        await until(lambda: driver.desk.session.id == session)
        await driver.idle()
        assert [one.name for one in driver.desk.session.call.tools] == ["shout", "get_weather"]
        assert row(driver, "shout")[0].on
        assert driver.desk.approvals.grants == []
        turn_to(driver, LOOP)
        await driver.shows("demo › get_weather", "done", "step 2 of 10")
        assert not proof.exists()


# As code.


async def test_the_loop_as_a_program(panel: Panel) -> None:
    async with panel() as driver:
        offer(driver, "get_weather")
        turn_to(driver, LOOP)
        tools(driver).composer.write(OSLO)
        driver.press("Ctrl+Shift+E", driver.window)
        code = tools(driver).code
        driver.click(code.forms.button(2))
        await until(lambda: "def get_weather(" in code.text.toPlainText(), saying=driver.seen)
        compile(code.code, "loop.py", "exec")
        assert OSLO in code.code
        driver.click(code.forms.button(4))
        await until(lambda: "await" in code.text.toPlainText(), saying=driver.seen)
        assert "get_weather" in code.code
