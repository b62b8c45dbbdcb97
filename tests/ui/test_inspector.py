"""The inspector: empty states, details, the filter bar, request and response."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTreeWidgetItem,
    QWidget,
)
from pytestqt.qtbot import QtBot

from playground.core.call import Call
from playground.core.recording import SSE, Event
from playground.core.session import Run
from playground.ui.panels.inspector import InspectorPanel

EVENTS, REQUEST, RESPONSE = "events", "request", "response"


@pytest.fixture
def unseen(qtbot: QtBot) -> InspectorPanel:
    """Held by the fixture: a window that only Qt knows may be collected while it is painted."""
    made = InspectorPanel()
    qtbot.addWidget(made)
    made.resize(1200, 320)
    return made


@pytest.fixture
def panel(unseen: InspectorPanel, qtbot: QtBot) -> InspectorPanel:
    unseen.show()
    qtbot.waitExposed(unseen)
    return unseen


def visible_text(widget: QWidget) -> str:
    """All that can be read there now."""
    labels = [one.text() for one in widget.findChildren(QLabel) if one.isVisible()]
    views = [one.toPlainText() for one in widget.findChildren(QPlainTextEdit) if one.isVisible()]
    buttons = [one.text() for one in widget.findChildren(QAbstractButton) if one.isVisible()]
    return "\n".join((*labels, *views, *buttons))


def button(widget: QWidget, name: str) -> QAbstractButton:
    """The visible button with this accessible name."""
    (found,) = [
        one
        for one in widget.findChildren(QAbstractButton)
        if one.isVisible() and one.accessibleName() == name
    ]
    return found


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


# Empty states.


def test_without_a_run_it_says_what_it_will_show(panel: InspectorPanel) -> None:
    assert "Every event of a run appears here" in visible_text(panel)
    panel.show_page("time")
    assert "Where the time of a run went" in visible_text(panel)
    assert not panel.events.filter.isVisible()


def test_a_run_without_events_says_why(panel: InspectorPanel) -> None:
    panel.show_run(Run("r", "s", None, Call(), "p", [], lambda *_: None))
    assert "added without running" in visible_text(panel)
    panel.show_run(Run("r", "s", None, Call(), "p", [], lambda *_: None, owner="me"))
    assert "on its way" in visible_text(panel)


def test_a_hidden_inspector_waits_until_it_is_seen(
    unseen: InspectorPanel, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    unseen.show_run(typed())
    unseen.advance()
    assert unseen.events.list.index is None
    unseen.show()
    qtbot.waitExposed(unseen)
    assert unseen.events.list.index is not None
    assert "70 events" in visible_text(unseen)


# Events.


def test_what_streams_is_pulled(panel: InspectorPanel, typed: Callable[..., Run]) -> None:
    run = typed(running=True)
    panel.show_run(run)
    assert "67 events" in visible_text(panel)
    assert "following" in visible_text(panel)
    run.take([run.recording[40]] * 5)
    panel.advance()
    assert "72 events" in visible_text(panel)
    panel.events.list.go_to(3)
    assert "following" not in visible_text(panel)
    button(panel, "Jump to the newest event and follow").click()
    assert "following" in visible_text(panel)
    assert panel.events.list.following


def test_the_same_run_again_keeps_the_place(
    panel: InspectorPanel, typed: Callable[..., Run]
) -> None:
    run = typed()
    panel.show_run(run)
    panel.events.list.go_to(19)
    panel.show_run(run)
    assert panel.events.list.current == 19


def test_the_event_is_shown_as_json_and_as_bytes(
    panel: InspectorPanel, typed: Callable[..., Run]
) -> None:
    run = typed()
    panel.show_run(run)
    assert "Pick an event" in visible_text(panel)
    panel.events.list.go_to(19)
    assert '  "item_id": "fc_02"\n' in panel.events.detail.text
    assert "#19 · 636.3 ms · 183 bytes · chunk 17" in visible_text(panel)
    button(panel, "Copy what is shown, as it was sent").click()
    assert json.loads(clipboard())["item_id"] == "fc_02"
    button(panel, "Raw").click()
    raw = run.recording[19].raw.decode()
    assert panel.events.detail.text.replace("↵", "") == raw.rstrip("\n") + "\n"
    assert panel.events.detail.text.count("↵") == 3
    button(panel, "Copy what is shown, as it was sent").click()
    assert clipboard() == raw


def test_what_is_wrong_with_an_event_is_said(panel: InspectorPanel, broken: Run) -> None:
    panel.show_run(broken)
    assert "3 flagged" in visible_text(panel)
    panel.events.list.go_to(14)
    assert "Malformed. This event could not be read: Unterminated string" in visible_text(panel)
    panel.events.list.go_to(13)
    assert "No type of event that this version knows" in visible_text(panel)
    panel.events.list.go_to(12)
    shown = visible_text(panel)
    assert "could not be read" not in shown
    assert "No type" not in shown


def test_facts_and_comments_have_details_too(panel: InspectorPanel, chunked: Run) -> None:
    panel.show_run(chunked)
    panel.events.list.go_to(1)
    assert '"status": 200' in panel.events.detail.text
    assert "noted by Playground" in visible_text(panel)
    panel.events.list.go_to(2)
    assert "carries no data" in visible_text(panel)


def test_a_huge_event_is_shown_in_part(panel: InspectorPanel, tape: Any, qtbot: QtBot) -> None:
    tape.typed("response.output_text.delta", delta="a" * 300_000)
    run = tape.run(lambda *_: None)
    panel.show_run(run)
    panel.events.list.go_to(0)
    qtbot.waitUntil(lambda: bool(panel.events.detail.tree.nodes))
    assert "300000 characters" in panel.events.detail.text
    assert len(panel.events.detail.text) < 1_000
    button(panel, "Raw").click()
    assert len(panel.events.detail.text) < 50_000
    button(panel, "Show all of the event").click()
    assert panel.events.detail.text.count("a") >= 300_000
    button(panel, "JSON").click()
    button(panel, "Copy what is shown, as it was sent").click()
    assert len(json.loads(clipboard())["delta"]) == 300_000


def test_a_masked_event_says_so(panel: InspectorPanel, tape: Any) -> None:
    tape.raw(b'data: {"type":"error","message":"bad key ********"}\n\n', masked=True)
    panel.show_run(tape.run(lambda *_: None))
    panel.events.list.go_to(0)
    assert "A key stood here and was overwritten" in visible_text(panel)


# The filter.


def test_the_text_narrows_as_it_is_typed(
    panel: InspectorPanel, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    panel.show_run(typed())
    qtbot.keyClicks(panel.events.filter.text, "arguments")
    assert "7 of 70 events" in visible_text(panel)
    panel.events.filter.text.clear()
    assert "70 events" in visible_text(panel)
    assert " of 70" not in visible_text(panel)


def test_a_regular_expression_narrows(panel: InspectorPanel, typed: Callable[..., Run]) -> None:
    panel.show_run(typed())
    panel.events.filter.text.setText(r"/function_call_arguments\.(delta|done)/")
    assert "5 of 70 events" in visible_text(panel)


def test_a_broken_expression_is_a_sentence_and_changes_nothing(
    panel: InspectorPanel, typed: Callable[..., Run]
) -> None:
    panel.show_run(typed())
    panel.events.filter.text.setText("arguments")
    panel.events.filter.text.setText("/(a/")
    assert "Not a regular expression, at 2: missing closing parenthesis." in visible_text(panel)
    assert panel.events.list.index is not None
    assert len(panel.events.list.index) == 7
    panel.events.filter.text.setText("/(a)/")
    assert "regular expression" not in visible_text(panel)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){20}$", "(?:a?){50}a{50}$"])
def test_no_expression_can_hold_up_the_window(
    panel: InspectorPanel, pattern: str, qtbot: QtBot
) -> None:
    """Without a limit each of these takes longer than anybody lives, and the test its limit."""
    raw = b"data: " + b"a" * 5_000 + b"!\n\n"
    run = Run("r", "s", None, Call(), "p", [], lambda *_: None)
    run.take([Event(0, SSE, raw)] * 20)
    panel.show_run(run)
    panel.events.filter.text.setText(f"/{pattern}/")
    qtbot.waitUntil(lambda: not panel.events.list.working)
    assert "0 of 20 events" in visible_text(panel)
    assert "20 took too much work to search" in visible_text(panel)
    panel.events.filter.text.setText("/a+!/")
    qtbot.waitUntil(lambda: not panel.events.list.working)
    assert "too much work" not in visible_text(panel)


def ticks(panel: InspectorPanel) -> dict[str, QTreeWidgetItem]:
    """The rows of the tree of types, which is open."""
    return {item.text(0): item for item in panel.events.filter.tree.items()}


def test_types_are_ticked_in_a_tree_that_stays(
    panel: InspectorPanel, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    panel.show_run(typed())
    button(panel, "Types of event: All types").click()
    popup = panel.events.filter.tree
    assert popup.isVisible()
    rows = ticks(panel)
    assert rows["response.output_text.delta"].text(1) == "42"
    assert rows["function_call_arguments.*"].text(1) == "5"
    rows["response.*"].setCheckState(0, Qt.CheckState.Unchecked)
    assert "9 of 70 events" in visible_text(panel)
    assert rows["All types"].checkState(0) == Qt.CheckState.PartiallyChecked
    assert rows["response.created"].checkState(0) == Qt.CheckState.Unchecked
    popup.tree.setCurrentItem(rows["head"])
    qtbot.keyClick(popup.tree, Qt.Key.Key_Return)
    assert popup.isVisible()
    assert "1 of 70 events" in visible_text(panel)
    qtbot.keyClick(popup.tree, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    button(panel, "Types of event: head").click()
    ticks(panel)["All types"].setCheckState(0, Qt.CheckState.Checked)
    assert "70 events" in visible_text(panel)
    assert " of 70" not in visible_text(panel)
    popup.hide()


def test_only_what_is_flagged_or_ours(panel: InspectorPanel, broken: Run) -> None:
    panel.show_run(broken)
    panel.events.filter.open_types()
    rows = ticks(panel)
    rows["Only flagged"].setCheckState(0, Qt.CheckState.Checked)
    assert "3 of 19 events" in visible_text(panel)
    rows["Malformed"].setCheckState(0, Qt.CheckState.Unchecked)
    assert "1 of 19 events" in visible_text(panel)
    rows["Only flagged"].setCheckState(0, Qt.CheckState.Unchecked)
    rows["Only what Playground noted"].setCheckState(0, Qt.CheckState.Checked)
    assert "8 of 19 events" in visible_text(panel)
    panel.events.filter.tree.hide()


def test_what_is_found_stays_among_the_others(
    panel: InspectorPanel, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    panel.show_run(typed())
    button(panel, "Find").click()
    field, events = panel.events.filter.text, panel.events.list
    qtbot.keyClicks(field, "arguments")
    assert "70 events · 7 matches" in visible_text(panel)
    seen: list[int] = []
    events.picked.connect(seen.append)
    for _ in range(8):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert seen[:7] == sorted(seen[:7])
    assert seen[7] == seen[0]  # round the end
    assert "1 of 7 matches" in visible_text(panel)
    qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert events.current == seen[6]
    qtbot.keyClick(events, Qt.Key.Key_F3)
    assert events.current == seen[0]
    button(panel, "Filter").click()
    assert "7 of 70 events" in visible_text(panel)


def test_a_broken_expression_finds_nothing_and_loses_nothing(
    panel: InspectorPanel, typed: Callable[..., Run]
) -> None:
    panel.show_run(typed())
    panel.events.list.go_to(19)
    button(panel, "Find").click()
    panel.events.filter.text.setText("/delta[/")
    assert "Not a regular expression" in visible_text(panel)
    panel.events.list.do("next_match")
    assert panel.events.list.current == 19
    assert "70 events" in visible_text(panel)


def test_only_the_events_of_an_item(
    panel: InspectorPanel, chunked: Run, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    """Of a chat, too, whose chunks do not name it."""
    panel.show_run(chunked)
    events = panel.events.list
    assert events.index is not None
    numbers = [
        n for n in range(events.index.read) if b"tool_calls" in events.index.recording.raws[n]
    ]
    events.go_to(numbers[0])
    row = events.row(numbers[0])
    assert row is not None
    assert row.item == "call_9"
    events.do("only_item")
    qtbot.waitUntil(lambda: not events.working)
    shown = events.index.numbers(0, len(events.index) - 1)
    assert set(numbers) <= set(shown)
    assert len(shown) < 5
    assert events.current == numbers[0]
    panel.show_run(typed())
    qtbot.waitUntil(lambda: not events.working)
    assert "70 events" in visible_text(panel)
    assert " of 70" not in visible_text(panel)


def test_the_request_of_an_event_is_copied_as_curl(
    panel: InspectorPanel, broken: Run, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    panel.show_run(typed())
    panel.events.list.go_to(20)
    control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(panel.events.list, Qt.Key.Key_K, control)
    assert clipboard().startswith("curl -sS -N https://api.openai.com/v1/responses")
    assert "$OPENAI_API_KEY" in clipboard()
    assert "Copied the request as cURL." in visible_text(panel)


def test_events_are_copied(panel: InspectorPanel, typed: Callable[..., Run], qtbot: QtBot) -> None:
    run = typed()
    panel.show_run(run)
    events, control = panel.events.list, Qt.KeyboardModifier.ControlModifier
    shift = Qt.KeyboardModifier.ShiftModifier
    events.go_to(18)
    qtbot.keyClick(events, Qt.Key.Key_C, control)
    assert json.loads(clipboard())["delta"] == '{"city": "Ro'
    qtbot.keyClick(events, Qt.Key.Key_Down, shift)
    assert "2 selected" in visible_text(panel)
    qtbot.keyClick(events, Qt.Key.Key_C, control)
    assert [row["item_id"] for row in json.loads(clipboard())] == ["fc_02", "fc_02"]
    qtbot.keyClick(events, Qt.Key.Key_C, control | shift)
    assert clipboard() == (run.recording[18].raw + run.recording[19].raw).decode()
    qtbot.keyClick(events, Qt.Key.Key_L, control | shift)
    rows = [json.loads(line) for line in clipboard().splitlines()]
    assert [row["t_ns"] for row in rows] == [run.recording[18].t, run.recording[19].t]
    assert rows[0]["raw"] == run.recording[18].raw.decode()


def test_find_goes_to_the_filter(
    panel: InspectorPanel, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    panel.show_run(typed())
    panel.activateWindow()
    panel.show_page(REQUEST)
    panel.setFocus()
    qtbot.keyClick(panel, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert panel.current is panel.events
    assert panel.events.filter.text.hasFocus()


# Request and response.


def test_the_request_is_shown_as_it_was_sent(
    panel: InspectorPanel, typed: Callable[..., Run]
) -> None:
    panel.show_run(typed())
    panel.show_page(REQUEST)
    shown = visible_text(panel)
    assert "POST https://api.openai.com/v1/responses" in shown
    assert "Content-Type: application/json" in shown
    assert '  "temperature": 0.2,' in shown
    assert "東京" in shown
    button(panel, "Raw").click()
    assert '"temperature": 0.2, ' in visible_text(panel)


def test_no_key_is_shown_or_copied(panel: InspectorPanel, tape: Any) -> None:
    """Not even one that got on the recording against the rules."""
    tape.fact(
        "request",
        method="POST",
        url="http://localhost/v1/responses",
        headers=[["Authorization", "Bearer sk-leak-42"], ["api-key", "sk-leak-42"]],
        body="{}",
    )
    tape.after(5).fact("head", status=200, headers=[["set-cookie", "id=sk-leak-42"]])
    panel.show_run(tape.run(lambda *_: None))
    for page in (REQUEST, RESPONSE):
        panel.show_page(page)
        assert "sk-leak" not in visible_text(panel)
        name = "the request" if page == REQUEST else "status and headers"
        button(panel, f"Copy {name}, secrets overwritten").click()
        assert "***" in clipboard()
        assert "sk-leak" not in clipboard()


def test_every_attempt_can_be_looked_at(panel: InspectorPanel, broken: Run, qtbot: QtBot) -> None:
    panel.show_run(broken)
    panel.show_page(RESPONSE)
    assert "200 OK" in visible_text(panel)
    assert "The connection broke in the middle of the answer." in visible_text(panel)
    (picker,) = [one for one in panel.findChildren(QComboBox) if one.isVisible()]
    assert picker.currentText() == "Request 1, try 2"
    qtbot.keyClick(picker, Qt.Key.Key_Up)
    assert "429 Too Many Requests" in visible_text(panel)
    assert "retry-after: 0.5" in visible_text(panel)
    panel.advance()
    assert "429 Too Many Requests" in visible_text(panel)


def test_the_response_says_when_and_how_much(
    panel: InspectorPanel, typed: Callable[..., Run]
) -> None:
    panel.show_run(typed())
    panel.show_page(RESPONSE)
    assert "200 OK · HTTP/1.1" in visible_text(panel)
    facts = panel.page("response").view.facts.text.split("\n")
    assert "headers after 212.4 ms" in facts
    assert "first event after 214.0 ms" in facts
    assert "first token after 597.1 ms" in facts
    assert "body 66 events, 12.1 kB" in facts
    assert "requests 4999 of 5000 left, full again 12 ms later" in facts
    button(panel, "Copy the request id req_7d1f0c2e9b1a4c55").click()
    assert clipboard() == "req_7d1f0c2e9b1a4c55"


def test_the_response_of_a_running_request_grows(
    panel: InspectorPanel, typed: Callable[..., Run]
) -> None:
    run = typed(running=True)
    panel.show_run(run)
    panel.show_page(RESPONSE)
    assert "body 65 events" in panel.page("response").view.facts.text
    run.take([run.recording[40]] * 5)
    panel.advance()
    assert "body 70 events" in panel.page("response").view.facts.text


def test_no_answer_is_said(panel: InspectorPanel, tape: Any) -> None:
    tape.request("responses", {})
    run = tape.run(lambda *_: None, running=True)
    panel.show_run(run)
    panel.show_page(RESPONSE)
    assert "Waiting for the answer" in visible_text(panel)
    run.note("failed", {"problem": {"title": "Nothing listens at this address."}})
    panel.advance()
    assert "Nothing listens at this address." in visible_text(panel)


# Rules.


def test_every_control_has_a_name(panel: InspectorPanel, broken: Run) -> None:
    panel.show_run(broken)
    panel.events.list.go_to(14)
    for page in (EVENTS, REQUEST, RESPONSE):
        panel.show_page(page)
        nameless = [
            one
            for kind in (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit)
            for one in panel.findChildren(kind)
            if one.isVisible() and not one.accessibleName() and one.objectName()[:3] != "qt_"
            and one.parent() is not panel.events.filter.text
        ]  # fmt: skip
        assert nameless == []


def test_foreign_text_is_never_html(panel: InspectorPanel, tape: Any) -> None:
    tape.fact("request", method="POST", url="http://x/<b>y</b>", headers=[], body="")
    tape.fact("head", status=200, reason="<i>fine</i>", headers=[["x-request-id", "<u>1</u>"]])
    panel.show_run(tape.run(lambda *_: None))
    panel.events.list.go_to(0)
    for page in (EVENTS, REQUEST, RESPONSE):
        panel.show_page(page)
        for label in panel.findChildren(QLabel):
            if label.isVisible():
                assert label.textFormat() == Qt.TextFormat.PlainText, label.text()
    assert "<i>fine</i>" in visible_text(panel)


def test_others_can_put_buttons_beside_the_filter(unseen: InspectorPanel) -> None:
    export = QPushButton("Export", unseen)
    unseen.tools.addWidget(export)
    unseen.show()
    assert export.isVisible()
    left = export.mapTo(unseen, QPoint(0, 0)).x()
    assert left > unseen.tabs.mapTo(unseen, QPoint(unseen.tabs.width(), 0)).x()
