"""Provenance in the real window: a click leads to the event, an event lights what it brought."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from playground.core.items import ToolCall
from playground.core.session import Run
from playground.ui.inspector.looking import Looking
from playground.ui.widgets.cards import AnswerCard, Card
from playground.ui.widgets.cards.toolcall import ToolCard
from playground.ui.widgets.prose import Prose
from playground.ui.widgets.proseink import excerpt, units
from playground.ui.widgets.traced import SHOW_EVENT, TracedText
from playground.ui.widgets.transcript import TranscriptView
from tests.driver import FAST, Driver, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening

T = TypeVar("T", bound=Card)


@pytest.fixture(autouse=True)
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url, limits={"idle": 30})


def looking(driver: Driver) -> Looking:
    return driver.inspector.looking


def delta(run: Run, number: int) -> str:
    """What an event brought, read from its bytes."""
    data, _ = run.recording[number].json()
    return str(data["delta"])


def of_type(run: Run, name: str) -> list[int]:
    """The numbers of the events of a type."""
    head = f"event: {name}\n".encode()
    return [n for n, event in enumerate(run.recording) if event.raw.startswith(head)]


def deltas(run: Run) -> list[tuple[int, int, int]]:
    """(event, where in the text its delta begins, where that ends), read from the bytes."""
    found, end = [], 0
    for number in of_type(run, "response.output_text.delta"):
        begin, end = end, end + len(delta(run, number))
        found.append((number, begin, end))
    return found


def card(view: TranscriptView, kind: type[T]) -> T:
    """The first of its kind on screen."""
    return next(one for one in view.cards() if isinstance(one, kind) and one.isVisible())


def place(text: Prose | TracedText, offset_of: str) -> QPoint:
    """The middle of the first character of a word on screen."""
    if isinstance(text, TracedText):
        cursor = text.textCursor()
        cursor.setPosition(units(text.toPlainText()[: text.toPlainText().index(offset_of)]))
        return text.cursorRect(cursor).center() + QPoint(3, 0)
    for number, row in enumerate(text._flow.rows):
        if (at := row.shown.find(offset_of)) >= 0:
            return text._flow.boxes(number, at, at + 1)[0].center().toPoint()
    raise AssertionError(offset_of)


def lit(text: Prose | TracedText) -> str:
    """What stands out."""
    if isinstance(text, TracedText):
        return "".join(one.cursor.selectedText() for one in text.extraSelections())
    rows = text._flow.rows
    pieces = text._lit.pieces.items()
    return "".join(excerpt(rows[number].shown, a, b) for number, all_ in pieces for a, b in all_)


async def test_a_word_leads_to_its_event_and_an_event_to_its_words(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        run = await driver.ask("Tell me something")
        answer = card(driver.chat.view, AnswerCard)
        prose, text = answer.prose, run.answer
        for word in ("sandbox", "model"):
            driver.click(prose, place(prose, word))
            await until(lambda word=word: word[0] in lit(prose))
            number = looking(driver).number
            assert word[:3] in delta(run, number)
            assert delta(run, number).strip() == lit(prose).strip()
            assert driver.inspector.events.list.current == number
        # The other way: events picked in the list.
        for number, begin, end in deltas(run)[:12]:
            driver.inspector.events.list.pick(number)
            (span,) = answer.lit or ()
            assert (span.begin, span.end) == (begin, end)
            assert lit(prose).strip() == text[begin:end].strip(" *`")
        # One that brought no characters lights the edge of the card.
        driver.inspector.events.list.pick(of_type(run, "response.content_part.added")[0])
        assert answer.lit == [] and answer.lit_at() is None
        driver.inspector.events.list.pick(0)
        assert answer.lit is None and lit(prose) == ""


async def test_a_click_does_nothing_while_the_inspector_is_hidden_but_the_menu_opens_it(
    opening: Opening,
) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        run = await driver.ask("Tell me something")
        driver.window.docks["inspector"].hide()
        answer = card(driver.chat.view, AnswerCard)
        prose = answer.prose
        driver.click(prose, place(prose, "sandbox"))
        assert looking(driver).number == -1
        assert lit(prose) == ""
        where = place(prose, "sandbox")
        reason = QContextMenuEvent.Reason.Mouse
        QApplication.sendEvent(prose, QContextMenuEvent(reason, where, prose.mapToGlobal(where)))
        (menu,) = prose.findChildren(QMenu)
        next(one for one in menu.actions() if one.text() == SHOW_EVENT).trigger()
        menu.close()
        assert driver.inspector.isVisible()
        await until(lambda: looking(driver).number > 0)
        assert "s" in delta(run, looking(driver).number)
        # By the keyboard: of what was clicked last.
        driver.window.docks["inspector"].hide()
        looking(driver).pick(-1)
        prose.setFocus()
        driver.press("Ctrl+Shift+I", prose)
        await until(lambda: driver.inspector.isVisible() and looking(driver).number > 0)
        assert lit(prose)


async def test_an_argument_leads_to_its_event(opening: Opening) -> None:
    async with opening() as driver:
        driver.model("tools")
        driver.fields(**FAST)
        run = await driver.ask("What is the weather?")
        found = card(driver.chat.view, ToolCard)
        call = next(item for item in run.transcript.items if isinstance(item, ToolCall))
        found._fold.click()
        shown = found._arguments
        given = json.loads(str(call.arguments))
        assert shown.toPlainText() == json.dumps(given, indent=2, ensure_ascii=False)
        value = next(iter(given.values()))
        driver.click(shown.viewport(), place(shown, str(value)))
        await until(lambda: bool(lit(shown)))
        number = looking(driver).number
        assert b"function_call_arguments.delta" in run.recording[number].raw
        assert delta(run, number).strip() == lit(shown).strip()
        assert str(value)[0] in lit(shown)


async def test_picking_an_event_brings_its_words_into_view_and_a_click_moves_nothing(
    opening: Opening,
) -> None:
    async with opening() as driver:
        driver.model("long")
        driver.fields(**FAST)
        run = await driver.ask("Tell me a lot")
        view = driver.chat.view
        bar = view.verticalScrollBar()
        assert view.following and bar.value() == bar.maximum() > 0
        numbers = [number for number, _, _ in deltas(run)]
        driver.inspector.events.list.pick(numbers[2])
        answer = card(view, AnswerCard)
        box = answer.lit_at()
        assert box is not None
        top = answer.mapTo(view.viewport(), box.topLeft()).y()
        assert 0 <= top < view.viewport().height()
        assert not view.following
        before = bar.value()
        driver.inspector.events.list.pick(numbers[3])
        assert bar.value() == before
        # A click lights what begins above the view, and nothing moves.
        bar.setValue(bar.maximum())
        before = bar.value()
        middle = answer.prose.mapFrom(view.viewport(), QPoint(60, view.viewport().height() // 2))
        row = answer.prose._flow.at(middle.y())
        (first, *_) = answer.prose._flow.boxes(row, 0, 1)
        driver.click(answer.prose, first.center().toPoint())
        await until(lambda: looking(driver).number > numbers[3])
        assert bar.value() == before


async def test_fields_of_a_structured_answer_lead_to_their_events_and_back(
    opening: Opening,
) -> None:
    async with opening() as driver:
        panel = driver.structured
        driver.fields(**FAST)
        driver.click(panel.examples.buttons[0])
        run = driver.newest
        await driver.ended(run)
        await driver.idle()
        pane = panel.answer
        tree = pane.tree
        assert tree.rows is not None
        fields = [one for one in tree.rows.fields if one.node is not None and not one.children]
        for field in fields[:4]:
            row = tree.rows.row(field) - tree.verticalScrollBar().value()
            at = QPoint(150, row * tree._painter.height + 5)
            driver.click(tree.viewport(), at)
            assert tree.current is field
            await until(lambda field=field: field in tree._lit)
            number = looking(driver).number
            assert field.node is not None
            ((begin, end),) = [(a, b) for n, a, b in deltas(run) if n == number]
            assert begin <= field.node.start < end
        # The text: a click on a character, and what stands out.
        pane.views.pick(2)
        cursor = pane.text.textCursor()
        cursor.setPosition(pane.text.position(fields[0].node.start))
        driver.click(pane.text.viewport(), pane.text.cursorRect(cursor).center() + QPoint(3, 0))
        await until(lambda: fields[0] in tree._lit)
        shown = "".join(
            one.cursor.selectedText().replace("\u2029", "\n") for one in pane.text.extraSelections()
        )
        assert shown == delta(run, looking(driver).number)
        # An event of the list lights its values.
        numbers = [number for number, _, _ in deltas(run)]
        pane.views.pick(0)
        driver.inspector.events.list.pick(numbers[-1])
        assert tree._lit
        driver.inspector.events.list.pick(0)
        assert not tree._lit
