"""Calls that wait for whoever sits there: decided in the window, kept, taken back, answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from playground.core.call import Call
from playground.core.items import ToolCall, ToolOutput
from playground.core.session import Run
from playground.core.tools import Answer, Approve, Asked, Reject, Result, Tool
from playground.engine.approval import Request
from playground.ui.approving import Approving
from playground.ui.panels.tools import ToolsPanel
from playground.ui.widgets.approvalbox import ApprovalBox
from playground.ui.widgets.approvalreply import ErrorReply, ResultReply
from playground.ui.widgets.schemaform import JSON
from tests.driver import FAST, Driver, prepare, visible
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening

pytestmark = pytest.mark.slow

WEATHER = Tool(source="demo", name="get_weather", mode="mock")
TEXT = "Use {}: what is the weather in Oslo?"
FILE = '''
def shout(word: str) -> str:
    """A word in capitals."""
    return word.upper()
'''

Panel = Callable[[], AbstractAsyncContextManager[Driver]]


@pytest.fixture(autouse=True)
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url, limits={"idle": 30})


@pytest.fixture
def window(opening: Opening) -> Panel:
    """The window on the Tools panel, with all the room for it."""

    @asynccontextmanager
    async def shown() -> AsyncIterator[Driver]:
        async with opening() as driver:
            driver.window.docks["inspector"].hide()
            driver.window.resize(1440, 1200)
            driver.window.show_panel("tools")
            await until(lambda: bool(panel(driver).list.model.rowCount()), saying=driver.seen)
            driver.fields(**FAST)
            yield driver
            await driver.idle()

    return shown


def panel(driver: Driver) -> ToolsPanel:
    found = driver.window.panels["tools"]
    assert isinstance(found, ToolsPanel)
    return found


def offer(driver: Driver, *names: str) -> None:
    """Offer these, and no others."""
    tools = [tool for tool in driver.desk.toolbox.tools if tool.name in names]
    assert len(tools) == len(names)
    session = driver.desk.session
    session.call = session.call.model_copy(update={"tools": tools})
    driver.desk.changed()


def ask(driver: Driver, text: str) -> Run:
    """Say it in the panel on screen."""
    shown = driver.chat if driver.window.panel == "chat" else panel(driver)
    draft = shown.composer.draft
    draft.setFocus()
    write(driver, draft, text)
    driver.press("Return", draft)
    return driver.newest


def write(driver: Driver, editor: QPlainTextEdit, text: str) -> None:
    editor.setFocus()
    driver.press("Ctrl+A", editor)
    QApplication.clipboard().setText(text)
    driver.press("Ctrl+V", editor)


async def waiting(driver: Driver) -> ApprovalBox:
    """The call that waits."""

    def found() -> list[ApprovalBox]:
        return [
            one
            for one in visible(driver.window)
            if isinstance(one, ApprovalBox) and one.foot.isEnabled()
        ]

    await until(lambda: len(found()) == 1, saying=driver.seen)
    return found()[0]


def states(run: Run) -> list[str]:
    return [call.state for call in run.transcript.tool_calls]


def output(run: Run) -> ToolOutput:
    (found,) = [item for item in run.transcript.items if isinstance(item, ToolOutput)]
    return found


def approvals(run: Run) -> list[tuple[str, bool]]:
    """What was decided, and whether anybody was asked."""
    rows = [event.json()[0] for event in run.recording.events if event.kind == "approval"]
    return [(row["decision"], row["asked"]) for row in rows]


def kinds(run: Run) -> list[str]:
    return [event.kind for event in run.recording.events]


# What waits, without a window.


def run_of(name: str = "run_1", parent: str | None = None) -> Run:
    return Run(name, "ses_1", parent, Call(), "here", [], lambda *_: None)


def request(call_id: str = "call_1") -> Request:
    return Request(Asked(call_id, "get_weather", "{}", WEATHER), WEATHER, "{}")


async def begun(approving: Approving, run: Run, call_id: str = "call_1") -> asyncio.Task[Any]:
    task = asyncio.ensure_future(approving.ask(run, request(call_id)))
    count = len(approving.waiting)
    await until(lambda: len(approving.waiting) > count)
    return task


async def test_a_decision_ends_the_waiting(loop: object) -> None:
    approving, run = Approving(), run_of()
    task = await begun(approving, run)
    (one,) = approving.waiting
    approving.decide(one, Approve("{}"))
    approving.decide(one, Reject())  # somebody clicked twice
    assert await task == Approve("{}")
    assert approving.waiting == []


async def test_what_is_cancelled_waits_no_longer(loop: object) -> None:
    approving, told = Approving(), list[int]()
    approving.changed.connect(lambda: told.append(len(approving.waiting)))
    task = await begun(approving, run_of())
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert told == [1, 0]


async def test_a_call_is_found_where_it_stands(loop: object) -> None:
    approving = Approving()
    first, second, other = run_of(), run_of("run_2", "run_1"), run_of("run_3", "run_2")
    call = ToolCall(key="a", call_id="call_1")
    task = await begun(approving, second)
    (one,) = approving.waiting
    assert approving.find(second, call) is one
    assert approving.find(first, call) is one  # which the run behind it answers
    assert approving.find(other, call) is None
    assert approving.find(second, ToolCall(key="b", call_id="call_2")) is None
    # A call of its own that has the same id is the one that is meant.
    own = ToolCall(key="c", call_id="call_1", state="asked")
    second.transcript.open(own)
    assert approving.find(second, own) is one
    assert approving.find(first, call) is None
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    ("decision", "result"),
    [
        (Answer(Result("12")), Result("12")),
        (Reject("Not now."), Result("Nobody answered. Not now.", "denied")),
        (Reject(), Result("Nobody answered.", "denied")),
        (Approve("13"), Result("13")),
    ],
)
async def test_an_answer_by_hand(loop: object, decision: Any, result: Result) -> None:
    approving = Approving()
    asked = request()
    task = asyncio.ensure_future(approving.answer(run_of(), asked.tool, asked.asked, "{}"))
    await until(lambda: bool(approving.waiting))
    assert approving.waiting[0].answers
    approving.decide(approving.waiting[0], decision)
    assert await task == result


# What becomes of a call.


async def test_a_call_is_denied_failed_or_answered_by_hand(window: Panel) -> None:
    async with window() as driver:
        offer(driver, "get_weather")
        run = ask(driver, TEXT.format("get_weather"))
        driver.click((await waiting(driver)).reject)
        await driver.ended(run)
        assert (states(run), approvals(run)) == (["denied"], [("reject", True)])
        assert "tool.started" not in kinds(run)
        assert output(run).output.startswith("This call was denied")
        await driver.shows("denied")

        run = ask(driver, TEXT.format("get_weather") + " Please.")
        box = await waiting(driver)
        driver.click(box.error)
        reply: ErrorReply = driver.find(ErrorReply, "", box)
        driver.type("No such city", reply.line)
        driver.click(reply.send)
        await driver.ended(run)
        assert (states(run), output(run).output) == (["failed"], "No such city")
        assert "tool.started" not in kinds(run)

        run = ask(driver, TEXT.format("get_weather") + " Again.")
        box = await waiting(driver)
        driver.click(box.answer)
        result: ResultReply = driver.find(ResultReply, "", box)
        assert result.form is not None  # by the schema of what it gives
        result.form.views.pick(JSON)
        value = {"city": "Oslo", "temperature": 1, "unit": "celsius", "sky": "fog", "wind_kmh": 2}
        write(driver, result.form.json, json.dumps(value))
        driver.press("Ctrl+Return", result.form.json)
        await driver.ended(run)
        assert (states(run), approvals(run)) == (["done"], [("answer", True)])
        assert json.loads(output(run).output) == value
        assert "tool.started" not in kinds(run)


async def test_arguments_are_changed_in_the_box(window: Panel) -> None:
    async with window() as driver:
        offer(driver, "get_weather")
        run = ask(driver, TEXT.format("get_weather"))
        box = await waiting(driver)
        driver.click(box.edit)
        assert box.form is not None
        box.form.views.pick(JSON)
        write(driver, box.form.json, '{"city": "Rome", "unit": "kelvin"}')
        box.form.settle()
        assert not box.approve.isEnabled()
        write(driver, box.form.json, '{"city": "Rome", "unit": "celsius"}')
        driver.press("Ctrl+Return", box.form.json)
        await driver.ended(run)
        assert json.loads(output(run).output)["city"] == "Rome"
        (call,) = run.transcript.tool_calls
        assert json.loads(call.approved or "") == {"city": "Rome", "unit": "celsius"}
        await driver.shows("Run with other arguments than the model's")
        # The next one is held against that.
        run = ask(driver, TEXT.format("get_weather"))
        await waiting(driver)
        await driver.shows("SINCE THE LAST CALL")
        panel(driver).stop()
        await driver.ended(run)


async def test_allowed_for_a_session_and_taken_back(window: Panel) -> None:
    async with window() as driver:
        offer(driver, "get_weather")
        run = ask(driver, TEXT.format("get_weather"))
        driver.click((await waiting(driver)).session)
        await driver.ended(run)
        run = ask(driver, TEXT.format("get_weather"))
        await driver.ended(run)
        assert approvals(run) == [("approve", False)]
        assert driver.desk.settings.tools.allowed == []
        # Not in another session, nor when somebody else answers.
        driver.desk.new_session()
        offer(driver, "get_weather")
        run = ask(driver, TEXT.format("get_weather"))
        driver.click((await waiting(driver)).reject)
        await driver.ended(run)
        (grant,) = driver.desk.approvals.grants
        driver.desk.open_session(grant.session)
        await until(lambda: driver.desk.session.id == grant.session)
        driver.desk.approvals.revoke(grant)
        run = ask(driver, TEXT.format("get_weather"))
        driver.click((await waiting(driver)).reject)
        await driver.ended(run)
        assert approvals(run) == [("reject", True)]


async def test_allowed_for_good_until_the_tool_is_another(
    window: Panel, home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "words.py"
    file.write_text(FILE)
    text = 'Use shout: "quiet"'
    async with window() as driver:
        await driver.desk.toolbox.open_python(file)
        offer(driver, "shout")
        run = ask(driver, text)
        box = await waiting(driver)
        await driver.shows("Runs code of words.py in a process that is held")
        driver.click(box.always)
        await driver.ended(run)
        assert output(run).output == "QUIET"
    kept = json.loads((home / "settings.json").read_text())["tools"]["allowed"]
    assert [one["tool"] for one in kept] == ["words/shout"]

    async with window() as driver:
        offer(driver, "shout")
        run = ask(driver, text)
        await driver.ended(run)
        assert (approvals(run), output(run).output) == ([("approve", False)], "QUIET")
        # The same definition over other code: nobody has approved that.
        file.write_text(FILE.replace("upper()", "upper() + '!'"))
        await driver.desk.toolbox.open_python(file)
        offer(driver, "shout")
        run = ask(driver, text)
        driver.click((await waiting(driver)).reject)
        await driver.ended(run)
        assert approvals(run) == [("reject", True)]


async def test_from_the_chat_panel_too(window: Panel) -> None:
    async with window() as driver:
        offer(driver, "get_weather")
        driver.window.show_panel("chat")
        run = ask(driver, TEXT.format("get_weather"))
        box = await waiting(driver)
        assert driver.chat.isAncestorOf(box)
        focus = QApplication.focusWidget()
        assert focus is driver.chat.composer.draft
        driver.press("Return")
        assert states(run) == ["asked"]
        driver.click(box.approve)
        await driver.ended(run)
        assert states(run) == ["done"]
        assert [one for one in visible(driver.window) if isinstance(one, ApprovalBox)] == []
        await driver.shows("demo › get_weather", "I am the sandbox")
