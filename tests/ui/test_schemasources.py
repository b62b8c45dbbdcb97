"""The dialog that finds a schema: whatever is given is recognised, nothing is lost or run."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QToolButton, QWidget

from playground.core.problem import Problem
from playground.engine.describe import schema_of
from playground.schemas.given import Given
from playground.schemas.library import examples
from playground.schemas.source import written
from playground.ui import theme
from playground.ui.tasks import Tasks
from playground.ui.widgets import schemaways
from playground.ui.widgets.schemalibrary import MANY, Reading, judged, looked, verdict
from playground.ui.widgets.schemasources import (
    ANSWER,
    EXAMPLES,
    PASTE,
    SAMPLES,
    WAYS,
    WORDS,
    SourcesDialog,
)
from playground.ui.widgets.schemaways import LONG, Sheet
from tests.driver import name_of, visible
from tests.loop import until

Loop = asyncio.AbstractEventLoop

STRICT: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}
MODELS = """from pydantic import BaseModel

class Line(BaseModel):
    text: str

class Invoice(BaseModel):
    lines: list[Line] = []
"""
RUNS = MODELS + "    more: str = make()\n"
ANSWERS = [("first", "I do not know."), ("second", 'Here: {"name": "Anna"}')]


class Told:
    """What the dialog has said to its panel."""

    def __init__(self, dialog: SourcesDialog) -> None:
        self.rows: list[tuple[Any, ...]] = []
        dialog.chosen.connect(lambda *row: self.rows.append(("chosen", *row)))
        dialog.described.connect(lambda *row: self.rows.append(("described", *row)))
        dialog.run_wanted.connect(lambda *row: self.rows.append(("run", *row)))
        dialog.stopped.connect(lambda: self.rows.append(("stopped",)))


@asynccontextmanager
async def opened(**more: Any) -> AsyncIterator[tuple[SourcesDialog, Told]]:
    problems: list[Problem] = []
    tasks = Tasks(problems.append)
    window = QWidget()
    window.resize(1200, 800)
    window.show()
    given = {"answers": ANSWERS, "model": "small-1", "means": "It can do no harm.", **more}
    dialog = SourcesDialog(tasks.start, parent=window, **given)
    told = Told(dialog)
    dialog.open()
    try:
        yield dialog, told
    finally:
        dialog.reject()
        await tasks.close()
        window.close()
        window.deleteLater()
        QApplication.sendPostedEvents(None, 0)
    assert problems == []


async def read(dialog: SourcesDialog, way: int) -> Reading:
    """What was read there, when all is."""
    assert dialog.way == way
    await until(lambda: not dialog._busy and not dialog._jobs)
    return dialog.reading


def said(dialog: SourcesDialog) -> str:
    """All words of the preview that can be seen."""
    labels = dialog.preview.findChildren(QLabel)
    return "\n".join(one.text() for one in labels if one.isVisible() and one.text())


async def test_an_example_comes_with_its_prompt(loop: Loop) -> None:
    async with opened() as (dialog, told):
        first, second = examples()[:2]
        reading = await read(dialog, EXAMPLES)
        assert reading.prompt == first.prompt
        assert "Strict: nothing offends." in said(dialog)
        assert first.prompt in said(dialog)
        dialog.library.setFocus()
        QTest.keyClick(dialog.library, Qt.Key.Key_Down)
        assert not dialog.use.isEnabled()  # what is shown is still the first one
        await read(dialog, EXAMPLES)
        assert json.loads(dialog.preview.code.text) == second.schema
        dialog.use.click()
        assert told.rows == [("chosen", second.schema, second.name, second.prompt)]
        assert not dialog.isVisible()


async def test_a_paste_is_recognised_and_judged(loop: Loop) -> None:
    async with opened() as (dialog, told):
        dialog.pick(PASTE)
        assert not dialog.use.isEnabled()
        assert "Nothing of it is run." in said(dialog)
        sheet = dialog.paste.sheet
        sheet.put(written(STRICT))
        await read(dialog, PASTE)
        assert "Strict: nothing offends.\nRecognised as JSON Schema" in said(dialog)
        sheet.put(json.dumps({"type": "object", "properties": {"a": {"type": "string"}}}))
        await read(dialog, PASTE)
        assert "2 violations of the strict subset; can be repaired." in said(dialog)
        sheet.put(json.dumps({**STRICT, "properties": {"a": {"$ref": "https://e.example/x"}}}))
        await read(dialog, PASTE)
        assert "1 violation of the strict subset; this cannot be repaired." in said(dialog)
        sheet.put(MODELS)
        await read(dialog, PASTE)
        assert "Recognised as Pydantic source · Invoice" in said(dialog)
        dialog.use.click()
        (row,) = told.rows
        assert (row[0], row[1]["title"], row[2:]) == ("chosen", "Invoice", ("Invoice", ""))


def test_a_repair_is_not_tried_on_more_than_any_server_takes() -> None:
    def wide(count: int) -> Reading:
        row = {"type": "string", "default": ""}
        schema = {**STRICT, "properties": {f"p{at}": row for at in range(count)}}
        return judged(Given(schema, None, "Wide", "schema"))

    few, many = wide(2), wide(MANY)
    assert (few.left, verdict(few)[1]) == (0, "muted")
    assert (many.left, verdict(many)[1]) == (None, "warn")
    assert "too many to try a repair" in verdict(many)[2]


async def test_what_is_typed_is_read_after_a_pause(loop: Loop) -> None:
    async with opened() as (dialog, _):
        dialog.pick(PASTE)
        QTest.keyClicks(dialog.paste.sheet, '{"a": 1}')
        assert not dialog.use.isEnabled()
        await until(lambda: dialog.reading.given is not None)
        assert "Recognised as sample JSON" in said(dialog)
        QTest.keyClicks(dialog.paste.sheet, " x")
        assert not dialog.use.isEnabled()
        await until(lambda: dialog.reading.problem is not None)
        assert "This is not JSON. Line 1, column 10" in said(dialog)
        assert dialog.paste.sheet.text == '{"a": 1} x'
        dialog.paste.clear.click()
        await read(dialog, PASTE)
        assert "Nothing of it is run." in said(dialog)


async def test_one_of_several_models_can_be_chosen(loop: Loop) -> None:
    async with opened() as (dialog, _):
        dialog.pick(PASTE)
        models = dialog.paste.models
        assert not models.isVisible()
        dialog.paste.sheet.put(MODELS)
        await read(dialog, PASTE)
        assert models.isVisible()
        assert [models.itemText(at) for at in range(models.count())] == ["Line", "Invoice"]
        assert models.currentText() == "Invoice"
        models.setCurrentText("Line")
        models.activated.emit(models.currentIndex())
        reading = await read(dialog, PASTE)
        assert reading.given is not None
        assert reading.given.name == "Line"
        dialog.paste.sheet.put("class Other(BaseModel):\n    x: int\n")  # `Line` is gone
        reading = await read(dialog, PASTE)
        assert reading.given is not None
        assert reading.given.name == "Other"
        assert not models.isVisible()


async def test_running_is_asked_for_and_can_be_overtaken(loop: Loop) -> None:
    async with opened() as (dialog, told):
        dialog.pick(PASTE)
        dialog.paste.sheet.put(RUNS)
        await read(dialog, PASTE)
        assert "cannot be read without running it" in said(dialog)
        assert "`make(…)`" in said(dialog)
        assert "It can do no harm." in said(dialog)
        dialog.preview.run.click()
        assert told.rows == [("run", RUNS, "")]
        assert not dialog.preview.run.isVisible()
        dialog.show_failure(Problem(title="It took too long.", detail="10 s"))
        assert "It took too long. 10 s" in said(dialog)
        dialog.preview.run.click()  # once more
        dialog.show_ran({**STRICT, "title": "Ran"})
        reading = await read(dialog, PASTE)
        assert reading.given is not None
        assert (reading.given.name, reading.given.kind) == ("Ran", "pydantic")
        assert "when it was run, in a sandbox" in said(dialog)
        dialog.paste.sheet.put(RUNS + "\n")
        await read(dialog, PASTE)
        dialog.preview.run.click()
        dialog.paste.sheet.put(MODELS)
        assert told.rows[-1] == ("stopped",)
        dialog.show_ran(STRICT)  # too late
        reading = await read(dialog, PASTE)
        assert reading.given is not None
        assert reading.given.name == "Invoice"


async def test_what_cannot_be_helped_by_running_offers_none(loop: Loop) -> None:
    async with opened() as (dialog, _):
        dialog.pick(PASTE)
        for text in ("class A(BaseModel:\n", '{"a": }', "Dear all"):
            dialog.paste.sheet.put(text)
            await read(dialog, PASTE)
            assert dialog.reading.problem is not None
            assert not dialog.preview.run.isVisible()
            assert not dialog.preview.means.isVisible()


async def test_samples_are_merged(loop: Loop) -> None:
    async with opened() as (dialog, _):
        dialog.pick(SAMPLES)
        samples = dialog.samples
        samples.add('{"a": 1}')
        samples.more.click()
        samples.sheets[1].put('{"a": 2, "b": "x"}')
        reading = await read(dialog, SAMPLES)
        assert reading.given is not None
        assert reading.given.schema["required"] == ["a"]
        assert [one.accessibleName() for one in samples.sheets] == ["Sample 1", "Sample 2"]
        samples.add("{")
        await read(dialog, SAMPLES)
        assert "Sample 3: Line 1" in said(dialog)
        for _ in range(2):
            remove = samples.findChildren(
                QToolButton, options=Qt.FindChildOption.FindChildrenRecursively
            )
            next(one for one in reversed(remove) if one.isVisible()).click()
        reading = await read(dialog, SAMPLES)
        assert reading.given is not None
        assert list(reading.given.schema["properties"]) == ["a"]


async def test_an_earlier_answer_is_a_sample(loop: Loop) -> None:
    async with opened() as (dialog, _):
        dialog.pick(ANSWER)
        assert "Choose an answer" in said(dialog)
        assert [dialog.earlier.item(at).text() for at in (0, 1)] == ["second", "first"]
        dialog.earlier.setCurrentRow(0)
        reading = await read(dialog, ANSWER)
        assert reading.given is not None
        assert list(reading.given.schema["properties"]) == ["name"]
        assert "There is text before the JSON." in said(dialog)
        dialog.earlier.setCurrentRow(1)
        await read(dialog, ANSWER)
        assert "no JSON object or list" in said(dialog)
        assert not dialog.use.isEnabled()
    async with opened(answers=()) as (dialog, _):
        dialog.pick(ANSWER)
        assert "No run of this session has an answer yet." in said(dialog)


async def test_a_model_is_asked_and_can_be_stopped(loop: Loop) -> None:
    async with opened() as (dialog, told):
        dialog.pick(WORDS)
        words = dialog.words
        assert words.ask.text() == "Ask small-1"
        assert not words.ask.isEnabled()
        await until(dialog.isActiveWindow)
        QTest.keyClicks(words.text, "a list of names")
        QTest.keyClick(words.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert told.rows == [("described", "a list of names")]
        assert words.stop.isVisible()
        dialog.show_progress("12 tokens")
        assert words.progress.text() == "12 tokens"
        words.stop.click()
        assert told.rows[1:] == [("stopped",)]
        result = schema_of('{"title": "Names", "fields": [{"list_of": "names", "fields": []}]}')
        dialog.show_described(result)  # too late
        assert "Stopped." in said(dialog)
        words.ask.click()
        dialog.show_described(result)
        assert dialog.use.isEnabled()
        assert "Described by the model · Names" in said(dialog)
        words.ask.click()
        dialog.show_failure(Problem(title="The server is busy."))
        assert "The server is busy." in said(dialog)
        assert words.ask.isVisible()
        assert words.text.text == "a list of names"
        words.ask.click()
        dialog.show_described(schema_of(json.dumps({"properties": {"a": {"default": 1}}})))
        assert "repairs were made so that it is strict" in said(dialog)
        dialog.use.click()
        assert told.rows[-1][0] == "chosen"


async def test_leaving_the_dialog_stops_what_it_asked_for(loop: Loop) -> None:
    async with opened() as (dialog, told):
        dialog.pick(WORDS)
        dialog.words.text.put("names")
        dialog.words.ask.click()
        dialog.reject()
        assert told.rows == [("described", "names"), ("stopped",)]


async def test_every_way_keeps_its_text_and_its_schema(loop: Loop) -> None:
    async with opened() as (dialog, _):
        texts = {PASTE: written(STRICT), SAMPLES: '{"s": 1}', WORDS: "names"}
        dialog.pick(PASTE)
        dialog.paste.sheet.put(texts[PASTE])
        dialog.pick(SAMPLES)
        dialog.samples.add(texts[SAMPLES])
        dialog.pick(WORDS)
        dialog.words.text.put(texts[WORDS])
        await read(dialog, WORDS)
        for way in range(len(WAYS)):
            dialog.ways.setCurrentRow(way)
        assert dialog.paste.sheet.text == texts[PASTE]
        assert dialog.samples.sheets[0].text == texts[SAMPLES]
        assert dialog.words.text.text == texts[WORDS]
        dialog.pick(SAMPLES)
        assert '"s"' in dialog.preview.code.text
        dialog.pick(PASTE)
        assert json.loads(dialog.preview.code.text) == STRICT
        assert dialog.use.isEnabled()


async def test_what_was_overtaken_is_dropped(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    real, begun, go_on = looked, threading.Event(), threading.Event()
    seen: list[str] = []

    def slow(*args: Any, **more: Any) -> Reading:
        reading = real(*args, **more)
        if not begun.is_set():
            begun.set()
            go_on.wait(100)
        return reading

    async with opened() as (dialog, _):
        await read(dialog, EXAMPLES)
        monkeypatch.setattr(schemaways, "looked", slow)
        monkeypatch.setattr(
            dialog.preview, "show_reading", lambda reading: seen.append(reading.text)
        )
        dialog.pick(PASTE)
        seen.clear()
        dialog.paste.sheet.put('{"first": 1}')
        await until(begun.is_set)
        dialog.paste.sheet.put('{"second": 1}')
        dialog.paste.sheet.put('{"third": 1}')
        go_on.set()
        await read(dialog, PASTE)
        assert len(seen) == 1
        assert "third" in seen[0]


async def test_a_text_that_no_editor_can_lay_out_is_used_all_the_same(loop: Loop) -> None:
    text = json.dumps([{"id": number, "word": "x" * 40} for number in range(6000)])
    assert len(text) > LONG
    async with opened() as (dialog, _):
        dialog.pick(PASTE)
        data = QMimeData()
        data.setText(text)
        dialog.paste.sheet.insertFromMimeData(data)
        assert dialog.paste.sheet.text == text
        assert len(dialog.paste.sheet.toPlainText()) < 2000
        assert "too long to be edited, not to be used" in dialog.paste.sheet.toPlainText()
        assert dialog.paste.sheet.isReadOnly()
        reading = await read(dialog, PASTE)
        assert reading.given is not None
        assert list(reading.given.schema["items"]["properties"]) == ["id", "word"]
        dialog.paste.clear.click()
        await read(dialog, PASTE)
        assert not dialog.paste.sheet.isReadOnly()
        assert dialog.paste.sheet.text == ""


async def test_files_are_dropped_into_it(loop: Loop, tmp_path: Path) -> None:
    (tmp_path / "thing.json").write_text(written(STRICT))
    (tmp_path / "one.json").write_text('{"a": 1}')
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff")

    def drop(sheet: Sheet, *names: str) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in names])
        assert sheet.canInsertFromMimeData(data)
        sheet.insertFromMimeData(data)

    async with opened() as (dialog, _):
        dialog.pick(PASTE)
        drop(dialog.paste.sheet, "thing.json")
        await until(lambda: dialog.reading.given is not None)
        assert dialog.reading.given is not None
        assert dialog.reading.given.name == "thing"
        drop(dialog.paste.sheet, "picture.png")
        await until(lambda: dialog.reading.problem is not None)
        assert "not text in UTF-8" in said(dialog)
        assert dialog.paste.sheet.text == written(STRICT)
        dialog.pick(SAMPLES)
        drop(dialog.samples.sheets[0], "one.json", "thing.json")
        await until(lambda: len(dialog.samples.sheets) == 2)
        await read(dialog, SAMPLES)
        assert "It is made of 2 samples." in said(dialog)


@pytest.mark.parametrize("scale", [1.0, 2.0])
async def test_everything_has_a_name_and_room_where_there_is_little(
    loop: Loop, scale: float
) -> None:
    theme.apply("dark", scale)
    async with opened() as (dialog, _):
        dialog.resize(round(760 * scale), round(560 * scale))
        await read(dialog, EXAMPLES)
        dialog.paste.sheet.put(RUNS)
        dialog.samples.add('{"a": 1}')
        dialog.words.text.put("names")
        for way in range(len(WAYS)):
            dialog.pick(way)
            await read(dialog, way)
            for widget in visible(dialog):
                if isinstance(widget, QAbstractButton | QComboBox | Sheet):
                    assert name_of(widget), widget
                    corner = widget.mapTo(dialog, widget.rect().bottomRight())
                    assert dialog.rect().contains(corner), (WAYS[way], name_of(widget))
                    assert widget.height() >= 24
                    assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
