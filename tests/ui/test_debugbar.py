"""The debugger's bar, driven over the real debugger: steps, breakpoints, places, ways back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from playground.core.session import Run
from playground.core.tools import Result, Tool
from playground.endpoints import chat
from playground.engine.debugger import Breakpoint, Debugger, Pause
from playground.ui.widgets.debugbar import DebugBar, Spot, spots
from tests.loop import until

WEATHER = Tool(source="demo", name="get_weather")
SEARCH = Tool(source="a & b", name="search")


def call(tape: Any, number: int, city: str) -> None:
    made = {"name": "get_weather", "arguments": f'{{"city": "{city}"}}'}
    piece = {"index": number, "id": f"call_{tape.leg}{number}", "type": "function"}
    tape.chunked({"tool_calls": [{**piece, "function": made}]})


@pytest.fixture
def steps(tape: Any) -> Callable[..., Run]:
    """A run of two requests: two calls, then one more."""

    def make(*, over: bool = False) -> Run:
        tape.request("chat/completions", {}).after(10).head()
        call(tape, 0, "Oslo")
        call(tape, 1, "Rome")
        tape.chunked({}, "tool_calls").fact("eof")
        tape.leg = 1
        tape.request("chat/completions", {}).after(10).head()
        call(tape, 0, "Paris")
        tape.chunked({}, "tool_calls").fact("eof")
        if over:
            tape.fact("ended")
        run: Run = tape.run(chat.reduce, api="chat", running=not over)
        run.call.tools = [WEATHER, SEARCH]
        return run

    return make


@pytest.fixture
def bar(qtbot: QtBot) -> DebugBar:
    widget = DebugBar(Debugger())
    qtbot.addWidget(widget)
    widget.offer([WEATHER, SEARCH])
    widget.resize(900, 90)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@asynccontextmanager
async def standing(
    bar: DebugBar, run: Run, *places: Breakpoint, value: Any, tool: str = "", count: int = 1
) -> AsyncIterator[list[asyncio.Task[Any]]]:
    """The run stands there, so many times."""
    bar.debugger.breakpoints |= {places[0]}
    tasks = [
        asyncio.ensure_future(
            bar.debugger.at(*places, value=value, note=run.note, call_id=f"c{at}", tool=tool)
        )
        for at in range(count)
    ]
    await until(lambda: len(bar.debugger.paused) == count)
    bar.advance()
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def entries(menu: QMenu) -> dict[str, QAction]:
    """What a menu offers, after it was opened."""
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions() if not action.isSeparator()}


def press(bar: DebugBar, qtbot: QtBot, key: Qt.Key) -> None:
    bar.activateWindow()
    qtbot.keyClick(bar, key)


def test_without_a_run_only_breakpoints_can_be_set(bar: DebugBar) -> None:
    assert not (bar.step.isEnabled() or bar.go.isEnabled() or bar.stop.isEnabled())
    assert not bar.rewind.isEnabled()
    assert bar.breakpoints.isEnabled()
    assert not bar.state.isVisible()
    assert bar.count.text() == ""


def test_how_far_a_run_is(bar: DebugBar, steps: Callable[..., Run]) -> None:
    bar.show_run(steps())
    assert bar.count.text() == "step 2 of 10"
    assert bar.step.isEnabled()
    assert bar.stop.isEnabled()
    assert not bar.go.isEnabled()
    assert not bar.rewind.isEnabled()


@pytest.mark.parametrize(
    ("place", "value", "words", "button"),
    [
        (
            Breakpoint("before_send"),
            {"model": "m"},
            "Paused before request 3: it can be edited",
            "Edit request…",
        ),
        (
            Breakpoint("on_call"),
            "{}",
            "Paused at demo › get_weather: arguments can be edited",
            "Edit arguments…",
        ),
        (
            Breakpoint("on_tool", "get_weather"),
            "{}",
            "Paused at demo › get_weather: arguments can be edited",
            "Edit arguments…",
        ),
        (
            Breakpoint("on_result"),
            Result("12 °C"),
            "Paused at the result of demo › get_weather: it can be edited",
            "Edit result…",
        ),
        (
            Breakpoint("on_error"),
            Result("no", "failed"),
            "Paused: demo › get_weather failed. The result can be edited",
            "Edit result…",
        ),
        (
            Breakpoint("on_violation"),
            "{}",
            "Paused at demo › get_weather: its schema is broken."
            " What it was called with can be edited",
            "Edit arguments…",
        ),
        (
            Breakpoint("on_violation"),
            Result("x"),
            "Paused at demo › get_weather: its schema is broken. The result can be edited",
            "Edit result…",
        ),
    ],
)
async def test_where_a_run_stands_and_what_can_be_edited_there(
    loop: asyncio.AbstractEventLoop,
    bar: DebugBar,
    steps: Callable[..., Run],
    qtbot: QtBot,
    place: Breakpoint,
    value: Any,
    words: str,
    button: str,
) -> None:
    run = steps()
    bar.show_run(run)
    async with standing(bar, run, place, value=value, tool="get_weather"):
        assert bar.state.text() == words
        assert bar.state.isVisible()
        assert bar.edit.text() == button
        assert bar.go.isEnabled()
        wanted: list[Pause] = []
        bar.edit_wanted.connect(wanted.append)
        qtbot.mouseClick(bar.edit, Qt.MouseButton.LeftButton)
        assert wanted == bar.debugger.paused
        wanted[0].value = value


async def test_continue_goes_on_and_the_place_is_gone(
    loop: asyncio.AbstractEventLoop, bar: DebugBar, steps: Callable[..., Run], qtbot: QtBot
) -> None:
    run = steps()
    bar.show_run(run)
    async with standing(bar, run, Breakpoint("on_call"), value="{}") as tasks:
        press(bar, qtbot, Qt.Key.Key_F5)
        assert await tasks[0] == "{}"
        bar.advance()
        assert not bar.state.isVisible()
        assert not bar.edit.isVisible()
        assert not bar.debugger.stepping
    assert run.transcript.paused == []


async def test_a_step_stops_at_the_next_place_whatever_it_is(
    loop: asyncio.AbstractEventLoop, bar: DebugBar, steps: Callable[..., Run], qtbot: QtBot
) -> None:
    run = steps()
    bar.show_run(run)
    async with standing(bar, run, Breakpoint("on_call"), value="{}") as tasks:
        press(bar, qtbot, Qt.Key.Key_F10)
        await tasks[0]
    next_one = asyncio.ensure_future(
        bar.debugger.at(Breakpoint("before_send"), value={}, note=run.note)
    )
    await until(lambda: bool(bar.debugger.paused))
    bar.advance()
    assert bar.state.text().startswith("Paused before request 3")
    press(bar, qtbot, Qt.Key.Key_F5)
    assert await next_one == {}


def test_a_step_while_nothing_stands_still_is_a_wish(
    bar: DebugBar, steps: Callable[..., Run], qtbot: QtBot
) -> None:
    bar.show_run(steps())
    qtbot.mouseClick(bar.step, Qt.MouseButton.LeftButton)
    assert bar.debugger.stepping
    assert "next place" in bar.state.text()


async def test_several_places_are_looked_at_one_by_one(
    loop: asyncio.AbstractEventLoop, bar: DebugBar, steps: Callable[..., Run], qtbot: QtBot
) -> None:
    run = steps()
    bar.show_run(run)
    async with standing(bar, run, Breakpoint("on_call"), value="{}", count=2) as tasks:
        assert bar.other.text() == "1 of 2"
        qtbot.mouseClick(bar.other, Qt.MouseButton.LeftButton)
        assert bar.other.text() == "2 of 2"
        # A step is taken where one looks.
        qtbot.mouseClick(bar.step, Qt.MouseButton.LeftButton)
        await tasks[1]
        assert not tasks[0].done()
        bar.advance()
        assert not bar.other.isVisible()


def test_stop_only_says_so(bar: DebugBar, steps: Callable[..., Run], qtbot: QtBot) -> None:
    bar.show_run(steps())
    with qtbot.waitSignal(bar.stopped):
        qtbot.mouseClick(bar.stop, Qt.MouseButton.LeftButton)


def test_breakpoints_are_switched_in_the_menu(bar: DebugBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.breakpoints_changed):
        entries(bar.breakpoint_menu)["Before each request"].trigger()
    entries(bar.breakpoint_menu)["On an error"].trigger()
    assert bar.debugger.breakpoints == {Breakpoint("before_send"), Breakpoint("on_error")}
    assert bar.breakpoints.text() == "Breakpoints 2"
    found = entries(bar.breakpoint_menu)
    assert [title for title, action in found.items() if action.isChecked()] == [
        "Before each request",
        "On an error",
    ]
    found["Before each request"].trigger()
    assert bar.debugger.breakpoints == {Breakpoint("on_error")}
    entries(bar.breakpoint_menu)["Remove all"].trigger()
    assert bar.debugger.breakpoints == set()
    assert bar.breakpoints.text() == "Breakpoints"


def test_a_breakpoint_on_one_tool(bar: DebugBar) -> None:
    bar.debugger.breakpoints = {Breakpoint("on_tool", "gone")}
    within = entries(bar.breakpoint_menu)["On a call of"].menu()
    assert isinstance(within, QMenu)
    # A tool that is not offered any more can still be taken away.
    assert [one.text() for one in within.actions()] == [
        "demo › get_weather",
        "a && b › search",
        "gone",
    ]
    within.actions()[1].trigger()
    assert Breakpoint("on_tool", "search") in bar.debugger.breakpoints


def test_f9_works_while_the_menu_is_closed(bar: DebugBar, qtbot: QtBot) -> None:
    press(bar, qtbot, Qt.Key.Key_F9)
    assert bar.debugger.breakpoints == {Breakpoint("on_call")}
    press(bar, qtbot, Qt.Key.Key_F9)
    assert bar.debugger.breakpoints == set()


def test_the_moments_of_a_run(steps: Callable[..., Run]) -> None:
    assert list(spots(steps())) == [
        Spot(0, False, "before request 1"),
        Spot(0, True, "before calls 1 and 2"),
        Spot(1, False, "before request 2"),
        Spot(1, True, "before call 3"),
    ]


def test_rewind_then_fork(bar: DebugBar, steps: Callable[..., Run], qtbot: QtBot) -> None:
    bar.show_run(steps(over=True))
    assert not bar.fork.isVisible()
    found = entries(bar.rewind_menu)
    assert list(found) == [
        "To before request 1",
        "To before calls 1 and 2:  get_weather Oslo; get_weather Rome",
        "To before request 2",
        "To before call 3:  get_weather Paris",
    ]
    with qtbot.waitSignal(bar.rewound) as rewound:
        found["To before call 3:  get_weather Paris"].trigger()
    assert rewound.args == [Spot(1, True, "before call 3")]
    assert bar.state.text().startswith("Rewound to before call 3.")
    with qtbot.waitSignal(bar.forked) as forked:
        qtbot.mouseClick(bar.fork, Qt.MouseButton.LeftButton)
    assert forked.args == rewound.args
    with qtbot.waitSignal(bar.rewound) as back:
        entries(bar.rewind_menu)["To where it is"].trigger()
    assert back.args == [None]
    assert not bar.state.isVisible()


async def test_a_fork_from_where_it_stands(
    loop: asyncio.AbstractEventLoop, bar: DebugBar, steps: Callable[..., Run], qtbot: QtBot
) -> None:
    run = steps()
    bar.show_run(run)
    found: list[Spot] = []
    bar.forked.connect(found.append)
    for place in ("before_send", "on_call"):
        async with standing(bar, run, Breakpoint(place), value="{}"):
            qtbot.mouseClick(bar.fork, Qt.MouseButton.LeftButton)
        bar.advance()
    assert found == [Spot(2, False, "before request 3"), Spot(1, True, "before call 3")]


async def test_going_on_leaves_what_was_rewound_to(
    loop: asyncio.AbstractEventLoop, bar: DebugBar, steps: Callable[..., Run], qtbot: QtBot
) -> None:
    run = steps()
    bar.show_run(run)
    async with standing(bar, run, Breakpoint("on_call"), value="{}") as tasks:
        entries(bar.rewind_menu)["To before request 1"].trigger()
        assert bar.spot is not None
        assert not bar.edit.isVisible()
        with qtbot.waitSignal(bar.rewound) as back:
            qtbot.mouseClick(bar.go, Qt.MouseButton.LeftButton)
        assert back.args == [None]
        await tasks[0]


def test_another_run_is_not_rewound(bar: DebugBar, steps: Callable[..., Run]) -> None:
    bar.show_run(steps(over=True))
    entries(bar.rewind_menu)["To before request 1"].trigger()
    bar.show_run(None)
    assert bar.spot is None
    assert not bar.state.isVisible()


def test_where_there_is_little_room_the_buttons_stand_below(
    bar: DebugBar, steps: Callable[..., Run], qtbot: QtBot
) -> None:
    bar.show_run(steps(over=True))
    entries(bar.rewind_menu)["To before request 1"].trigger()
    bar.resize(460, 160)
    qtbot.waitUntil(lambda: bar.fork.y() > bar.state.y())
    assert bar.minimumSizeHint().width() <= 460
