"""The tools among the settings: how a call is read, and what the switches and choices tell."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground.core.call import Call
from playground.core.profile import Api
from playground.core.tools import Tool
from playground.endpoints.offering import allowed, forced
from playground.ui import theme
from playground.ui.widgets.toolsection import (
    RECENT,
    Chosen,
    ToolSection,
    chosen,
    offering,
    remark,
)

ONE = Tool(source="demo", name="one", mode="real", origin={"python": "demo.py"})
TWO = Tool(source="demo", name="two")
TEXT = Tool(source="mine", name="text", kind="custom", mode="human")
WEB = Tool(source="mine", name="web", kind="hosted", hosted={"type": "web_search"})
ALL = [ONE, TWO, TEXT, WEB]
APIS: tuple[Api, ...] = ("responses", "chat")


def call(api: Api = "responses", tools: list[Tool] | None = None, **fields: Any) -> Call:
    return Call(api=api, tools=ALL if tools is None else tools, fields=fields)


@pytest.fixture
def section(qtbot: QtBot) -> ToolSection:
    theme.apply("light")
    made = ToolSection()
    qtbot.addWidget(made)
    made.resize(300, 500)
    made.show()
    return made


def followed(section: ToolSection, given: Call, known: list[Tool] | None = None) -> list[Call]:
    """The calls that come of what is done: the section is shown each of them, as in the dock."""
    calls = [given]
    box = ALL if known is None else known
    section.show_call(given, box)

    def change(update: dict[str, Any]) -> None:
        calls.append(calls[-1].model_copy(update=update))
        section.show_call(calls[-1], box)

    section.changed.connect(change)
    return calls


def pick(section: ToolSection, words: str) -> None:
    at = section.choice.findText(words)
    assert at >= 0, words
    section.choice.setCurrentIndex(at)
    section.choice.activated.emit(at)


# How a call is read.


def test_without_the_field_nothing_is_sent() -> None:
    assert chosen(call()) == Chosen("unsent")


@pytest.mark.parametrize("mode", ["auto", "none", "required"])
def test_words_are_read(mode: str) -> None:
    assert chosen(call(tool_choice=mode)) == Chosen(mode, must=mode == "required")  # type: ignore[arg-type]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("tool", ALL)
def test_one_tool_is_read_in_both_dialects(api: Api, tool: Tool) -> None:
    flat = api == "responses"
    assert chosen(call(api, tool_choice=forced(tool, flat=flat))) == Chosen(
        "tool", (tool.id,), must=True
    )


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("mode", ["auto", "required"])
def test_an_allowed_set_is_read_in_both_dialects_and_any_order(api: Api, mode: Any) -> None:
    flat = api == "responses"
    value = allowed([TEXT, ONE], mode, flat=flat)
    assert chosen(call(api, tool_choice=value)) == Chosen(
        "allowed", (ONE.id, TEXT.id), must=mode == "required"
    )


@pytest.mark.parametrize(
    "value",
    [
        "sometimes",
        None,
        7,
        {"type": "function", "name": "gone"},
        forced(ONE, flat=False),
        allowed([ONE], flat=False),
        {**allowed([ONE], flat=True), "more": 1},
        {"type": "allowed_tools"},
        {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "gone"}]},
        {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "one"},
                                                            {"type": "function", "name": "gone"}]},
        {"type": "allowed_tools", "mode": "often", "tools": [{"type": "function", "name": "one"}]},
    ],
)  # fmt: skip
def test_what_is_none_of_these_is_left_as_it_stands(section: ToolSection, value: Any) -> None:
    given = call(tool_choice=value)
    assert chosen(given).kind == "other"
    assert "as it stands" in remark(given)
    calls = followed(section, given)
    pick(section, "written by hand")
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (call(tools=[]), ""),
        (call(tool_choice="auto"), ""),
        (call(tool_choice="required"), "up to the limit"),
        (call(tools=[], tool_choice="auto"), "without any tool"),
    ],
)
def test_what_may_not_be_meant_is_said(given: Call, said: str) -> None:
    assert said in remark(given)
    assert bool(remark(given)) == bool(said)


def test_tools_written_by_hand_are_tools() -> None:
    given = Call(fields={"tools": [{"type": "web_search"}], "tool_choice": "auto"})
    assert remark(given) == ""


def test_a_choice_does_not_name_what_is_offered_no_longer() -> None:
    only = call(tool_choice=forced(ONE, flat=True), temperature=1)
    assert offering(only, [TWO])["fields"] == {"temperature": 1}
    assert "fields" not in offering(only, [ONE])
    some = call(tool_choice=allowed([ONE, TWO], "required", flat=True))
    assert offering(some, [TWO, TEXT])["fields"] == {
        "tool_choice": allowed([TWO], "required", flat=True)
    }
    assert offering(some, [TEXT])["fields"] == {}


# The rows.


def test_a_row_for_each_that_is_offered_with_who_answers(section: ToolSection) -> None:
    section.show_call(call(), ALL, {TWO.id: "replay"})
    assert {row.tool.name: row.mode.text() for row in section.rows.values()} == {
        "one": "real", "two": "replay", "text": "human", "web": "hosted",
    }  # fmt: skip
    assert all(row.switch.isChecked() for row in section.rows.values())


def test_one_that_is_switched_off_keeps_its_row_and_its_place(section: ToolSection) -> None:
    calls = followed(section, call(tools=[ONE, TWO]))
    section.rows[ONE.id].switch.click()
    assert calls[-1].tools == [TWO]
    assert list(section.rows) == [ONE.id, TWO.id]
    assert not section.rows[ONE.id].switch.isChecked()
    section.rows[ONE.id].switch.click()
    assert calls[-1].tools == [TWO, ONE]


def test_switching_off_the_only_tool_that_may_be_called(section: ToolSection) -> None:
    calls = followed(section, call(tools=[ONE, TWO], tool_choice=forced(ONE, flat=True)))
    section.rows[ONE.id].switch.click()
    assert calls[-1].tools == [TWO]
    assert calls[-1].fields == {}


def test_of_two_with_one_name_only_one_is_offered(section: ToolSection) -> None:
    other = Tool(source="mine", name="one")
    section.show_call(call(tools=[other]), [ONE, other])
    calls = followed(section, call(tools=[ONE]), [ONE, other])
    section.rows[other.id].switch.click()
    assert calls[-1].tools == [other]


def test_it_is_offered_as_it_is_defined_now(section: ToolSection) -> None:
    now = ONE.model_copy(update={"description": "Another."})
    section.show_call(call(tools=[ONE]), [ONE])
    calls = followed(section, call(tools=[]), [now])
    section.rows[ONE.id].switch.click()
    assert calls[-1].tools == [now]


def test_what_only_another_session_had_is_forgotten(section: ToolSection) -> None:
    strange = Tool(source="elsewhere", name="strange")
    section.show_call(call(tools=[strange, ONE]), [ONE])
    section.show_call(call(tools=[]), [ONE], fresh=True)
    assert list(section.rows) == [ONE.id]


def test_only_a_few_that_are_off_are_remembered(section: ToolSection) -> None:
    many = [Tool(source="demo", name=f"t{n}") for n in range(RECENT + 4)]
    section.show_call(call(tools=many), many)
    assert len(section.rows) == RECENT + 4
    section.show_call(call(tools=[many[0]]), many)
    assert len(section.rows) == RECENT + 1
    assert many[0].id in section.rows


def test_an_api_without_tools_says_so(section: ToolSection) -> None:
    section.show_call(call("completions"), ALL)
    assert "takes no tools" in section.empty.text()


# The choices.


@pytest.mark.parametrize("api", APIS)
def test_each_choice_is_written_as_the_api_has_it(section: ToolSection, api: Api) -> None:
    flat = api == "responses"
    calls = followed(section, call(api, temperature=1))
    for words, value in (
        ("auto", "auto"),
        ("none", "none"),
        ("required", "required"),
        ("two", forced(TWO, flat=flat)),
        ("web", forced(WEB, flat=flat)),
        ("only some…", allowed(ALL, flat=flat)),
    ):
        pick(section, words)
        assert calls[-1].fields == {"temperature": 1, "tool_choice": value}
        assert section.choice.currentText() == words
    pick(section, "not sent")
    assert calls[-1].fields == {"temperature": 1}


def test_an_allowed_set_is_picked_and_never_empty(section: ToolSection) -> None:
    calls = followed(section, call(tools=[ONE, TWO]))
    pick(section, "only some…")
    assert section.boxes[ONE.id].isVisible()
    section.boxes[ONE.id].click()
    assert calls[-1].fields["tool_choice"] == allowed([TWO], flat=True)
    assert not section.boxes[TWO.id].isEnabled()
    section.must.click()
    assert calls[-1].fields["tool_choice"] == allowed([TWO], "required", flat=True)
    assert "up to the limit" in section.why.text()
    section.boxes[ONE.id].click()
    assert calls[-1].fields["tool_choice"] == allowed([ONE, TWO], "required", flat=True)
    pick(section, "auto")
    assert not section.must.isVisible()


@pytest.mark.parametrize(("words", "value"), [("on", True), ("off", False)])
def test_parallel_calls(section: ToolSection, words: str, value: bool) -> None:
    calls = followed(section, call(temperature=1))
    for said, fields in (
        (words, {"temperature": 1, "parallel_tool_calls": value}),
        ("not sent", {"temperature": 1}),
    ):
        at = section.parallel.findText(said)
        section.parallel.setCurrentIndex(at)
        section.parallel.activated.emit(at)
        assert calls[-1].fields == fields
        assert section.parallel.currentText() == said


@pytest.mark.parametrize("value", ["yes", 1, [], None])
def test_what_a_file_says_of_parallel_calls_is_shown(section: ToolSection, value: Any) -> None:
    section.show_call(call(parallel_tool_calls=value), ALL)
    shown = section.parallel.currentText()
    assert shown == ("not sent" if value is None else json.dumps(value))


# The limits.


def test_steps_are_typed_and_stay_within_bounds(section: ToolSection) -> None:
    calls = followed(section, call())
    section.steps.setFocus()
    section.steps.selectAll()
    QTest.keyClicks(section.steps, "25")
    QTest.keyClick(section.steps, Qt.Key.Key_Return)
    assert calls[-1].steps == 25
    for text in ("0", "many", "2.5", ""):
        section.steps.selectAll()
        QTest.keyClicks(section.steps, text) if text else section.steps.clear()
        section.steps.edited.emit()
        assert section.steps.text() == "25"
    assert len(calls) == 2


def test_what_is_being_typed_is_taken_before_another_session_comes(section: ToolSection) -> None:
    calls = followed(section, call())
    section.steps.selectAll()
    QTest.keyClicks(section.steps, "7")
    section.show_call(calls[-1], ALL)
    assert section.steps.text() == "7"
    section.settle()
    assert calls[-1].steps == 7
    section.show_call(call(), ALL, fresh=True)
    assert section.steps.text() == "10"


def test_a_failed_tool(section: ToolSection) -> None:
    calls = followed(section, call())
    at = section.errors.findData("stop")
    section.errors.setCurrentIndex(at)
    section.errors.activated.emit(at)
    assert calls[-1].errors == "stop"


def test_showing_a_call_tells_nothing(section: ToolSection, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(section.changed):
        section.show_call(call(tool_choice=allowed([ONE], flat=True), parallel_tool_calls=False))
        section.show_call(Call(steps=3, errors="stop"))


def test_the_tools_are_edited_elsewhere(section: ToolSection, qtbot: QtBot) -> None:
    with qtbot.waitSignal(section.edit_wanted):
        section.edit.click()


def test_the_keyboard_goes_through_it_as_one_reads(section: ToolSection, qtbot: QtBot) -> None:
    section.show_call(call(tools=[ONE]), ALL)
    section.show_call(call(tools=[ONE, TWO], tool_choice=allowed([ONE], flat=True)), ALL)
    made = [section.rows[TWO.id].switch, section.boxes[TWO.id]]
    qtbot.waitUntil(lambda: all(one.isVisible() for one in made))
    section.edit.setFocus()
    seen = []
    for _ in range(8):
        QTest.keyClick(section.window(), Qt.Key.Key_Tab)
        focus = section.focusWidget()
        assert focus is not None
        seen.append(focus)
    assert seen == [
        section.rows[ONE.id].switch, section.rows[TWO.id].switch, section.choice,
        section.boxes[TWO.id], section.must, section.parallel, section.steps, section.errors,
    ]  # fmt: skip


def test_it_fits_into_the_dock(section: ToolSection) -> None:
    long = Tool(source="demo", name="a" * 64)
    section.show_call(call(tools=[*ALL, long], tool_choice=allowed([long], flat=True)), ALL)
    assert section.minimumSizeHint().width() <= 292
