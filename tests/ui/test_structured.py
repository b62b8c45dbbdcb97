"""The Structured panel in the real window, by clicks and keys, against the real sandbox."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLineEdit

from playground.core.session import Run
from playground.engine import pydantic_run
from playground.schemas.library import examples
from playground.schemas.source import written
from playground.ui.widgets.findings import FindingRow
from playground.ui.widgets.schemasources import ANSWER, PASTE, SAMPLES, WORDS, SourcesDialog
from tests.driver import FAST, Driver, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening

EXAMPLES = {one.title: one for one in examples()}
BROKEN = '{\n  "type": "object",\n  "properties": {"a": {"type": "string"} "b": {}}\n}'
LOOSE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "default": "nobody"},
        "age": {"type": "integer"},
    },
    "required": ["name"],
}
"""Takes a default, an optional property and any other: a strict server refuses all three."""

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
            assert driver.structured.isVisible()
            driver.fields(**FAST)
            yield driver
            await driver.idle()

    return shown


# What a person does.


async def read(driver: Driver) -> None:
    """Until the schema has been read."""
    schema = driver.structured.schema
    await until(lambda: schema.refused != "The schema is still being read", saying=driver.seen)


async def paste(driver: Driver, text: str) -> None:
    """Put a text in place of the schema's."""
    schema = driver.structured.schema
    if not schema.isVisible():
        driver.structured.schema.use({}, "mine", "json_schema")
    schema.views.pick(0)
    schema.code.setFocus()
    driver.press("Ctrl+A", schema.code)
    QApplication.clipboard().setText(text)
    driver.press("Ctrl+V", schema.code)
    await read(driver)


async def asked(driver: Driver, model: str = "", prompt: str = "") -> Run:
    """Press Run, and wait for the end."""
    panel = driver.structured
    driver.window.activateWindow()
    await until(driver.window.isActiveWindow)
    if model:
        driver.model(model)
    if prompt:
        panel.composer.draft.setFocus()
        panel.composer.draft.selectAll()
        driver.type(prompt)
    driver.click(panel.composer.run)
    run = driver.newest
    assert run.running
    await driver.ended(run)
    await driver.idle()
    return run


async def example(driver: Driver, title: str) -> Run:
    """Run one of those that are offered."""
    at = [one.title for one in examples()].index(title)
    driver.click(driver.structured.examples.buttons[at])
    run = driver.newest
    await driver.ended(run)
    return run


async def pick(driver: Driver, box: QComboBox, text: str) -> None:
    """Choose from a list with the keyboard."""
    box.setFocus()
    driver.press("Home", box)
    while box.currentText() != text:
        before = box.currentIndex()
        driver.press("Down", box)
        assert box.currentIndex() != before, f"There is no {text}"
    await read(driver)


def choose(driver: Driver, title: str) -> None:
    """Pick something from the menu of the answer."""
    menu = driver.structured.answer.save.menu()
    next(one for one in menu.actions() if one.text() == title).trigger()


# What a person sees.


def state(driver: Driver) -> str:
    attempt = driver.structured.answer.attempt
    return attempt.state if attempt is not None else ""


def findings(driver: Driver) -> list[tuple[str, str, str]]:
    rows = driver.structured.findings.rows
    return [(one.finding.side, one.finding.severity, one.finding.message) for one in rows]


def finding(driver: Driver, words: str) -> FindingRow:
    rows = driver.structured.findings.rows
    return next(one for one in rows if words in one.finding.message)


async def shown(driver: Driver, dialog: SourcesDialog, words: str) -> None:
    await until(lambda: words in driver.seen(dialog), saying=lambda: driver.seen(dialog))


def body(sandbox: Sandbox, about: str) -> dict[str, Any]:
    """The last request that says this."""
    found: dict[str, Any] = sandbox.log(about)[-1]["body"]
    return found


# From the first click to the second version.


async def test_an_example_is_one_click_from_an_answer_and_stays_to_be_run_again(
    panel: Panel, sandbox: Sandbox
) -> None:
    async with panel() as driver:
        structured, contact = driver.structured, EXAMPLES["Contact"]
        await driver.shows("Get an answer as data", "Each of these runs on Here", "Table")
        first = await example(driver, "Contact")
        sent = body(sandbox, contact.prompt)["text"]["format"]
        assert (sent["type"], sent["name"], sent["strict"]) == ("json_schema", "contact", True)
        assert sent["schema"] == contact.schema
        assert state(driver) == "valid"
        await driver.shows("Valid", "Nothing is wrong.", "Strict: nothing offends.")
        assert not structured.examples.isVisible()
        assert structured.composer.text == contact.prompt

        # The prompt stays: what is changed and run is another version of the same.
        structured.composer.draft.setFocus()
        driver.press("Ctrl+End")
        driver.type(" She likes tea.")
        driver.press("Ctrl+Return")
        second = driver.newest
        await driver.ended(second)
        assert driver.desk.session.children(None) == [first, second]
        await driver.shows("2/2")
        driver.press("Alt+Left")
        await driver.shows("1/2")
        assert structured.composer.text == contact.prompt
        driver.press("Alt+Right")
        assert structured.composer.text.endswith("She likes tea.")
        driver.press("Ctrl+R")
        await driver.ended(driver.newest)
        assert len(driver.desk.session.children(None)) == 3
        assert len(sandbox.log("She likes tea.")) == 2


async def test_the_schema_is_edited_as_code_and_as_a_tree_and_one_undo_serves_both(
    panel: Panel, sandbox: Sandbox
) -> None:
    async with panel() as driver:
        await example(driver, "Contact")
        schema = driver.structured.schema
        before = schema.code.text
        line = before.split("\n").index('      "description": "Full name"') + 1
        schema.code.go_to(line, len('      "description": "Full name'))
        schema.code.setFocus()
        driver.type("X", schema.code)
        await read(driver)
        typed = schema.code.text
        assert schema.output.json_schema["properties"]["name"]["description"] == "Full namXe"

        driver.click(driver.button("Tree", schema))
        tree = schema.tree
        tree.select(("properties", "phone"))
        tree.view.setFocus()
        driver.press("Insert")
        editor = QApplication.focusWidget()
        assert isinstance(editor, QLineEdit)
        editor.selectAll()
        driver.type("website", editor)
        driver.press("Return", editor)
        await until(lambda: "website" in schema.code.text)
        await read(driver)
        assert "website" in schema.output.json_schema["properties"]
        await asked(driver, prompt="Anna, with a website")
        sent = body(sandbox, "Anna, with a website")["text"]["format"]["schema"]
        assert list(sent["properties"])[-1] == "website"

        tree.view.setFocus()
        while "website" in schema.code.text or schema.code.text != typed:
            was = schema.code.text
            driver.press("Ctrl+Z")
            assert schema.code.text != was
        assert tree.model.index_of(("properties", "phone")).isValid()
        assert tree.row is not None
        driver.click(driver.button("Code", schema))
        schema.code.setFocus()
        driver.press("Ctrl+Z", schema.code)
        await read(driver)
        assert schema.code.text == before
        assert schema.output.json_schema == EXAMPLES["Contact"].schema


async def test_a_repair_is_shown_before_it_is_made_and_can_be_undone(panel: Panel) -> None:
    async with panel() as driver:
        schema = driver.structured.schema
        text = written(LOOSE)
        await paste(driver, text)
        await driver.shows("3 things that strict servers refuse.", "Schema · 3")
        assert {side for side, _, _ in findings(driver)} == {"schema"}

        # A finding leads to its line, by a click and by a key.
        driver.click(finding(driver, "`default`"))
        assert schema.code.hasFocus()
        assert schema.code.textCursor().block().text().strip().startswith('"default"')
        row = finding(driver, "additionalProperties")
        row.setFocus()
        driver.press("Return", row)
        assert schema.code.textCursor().blockNumber() == 0

        driver.click(driver.button("Repair the schema"))
        await driver.shows("3 repairs", "-", "default")
        assert schema.code.text == text
        driver.press("Esc")
        assert not schema.difference.isVisible() and schema.code.text == text
        driver.click(driver.button("Repair the schema"))
        driver.click(driver.button("Apply the repairs"))
        await driver.shows("Strict: nothing offends.")
        assert schema.output.json_schema["required"] == ["name", "age"]
        assert findings(driver) == []
        schema.code.setFocus()
        driver.press("Ctrl+Z", schema.code)
        await read(driver)
        assert schema.code.text == text


async def test_what_is_no_json_is_not_sent_and_not_lost(panel: Panel, sandbox: Sandbox) -> None:
    async with panel() as driver:
        composer = driver.structured.composer
        await paste(driver, BROKEN)
        composer.draft.setFocus()
        driver.type("never sent like this")
        assert not composer.run.isEnabled()
        assert composer.run.toolTip() == "The schema cannot be read"
        driver.press("Ctrl+Return")
        assert driver.desk.session.runs == {}
        [(side, severity, words)] = findings(driver)
        assert (side, severity) == ("schema", "error") and "Line 3, column 42" in words
        await driver.shows("This is not JSON.")
        first = driver.desk.session.id
        await driver.idle()

        # Another session and back; then the program ends and is started again.
        driver.press("Ctrl+N")
        await paste(driver, "{}")
        driver.desk.open_session(first)
        await driver.shows("This is not JSON.", "never sent like this")
        assert driver.structured.schema.code.text == BROKEN
    async with panel() as driver:
        driver.desk.open_session(first)
        await driver.shows("This is not JSON.", "never sent like this")
        schema = driver.structured.schema
        assert schema.code.text == BROKEN
        await paste(driver, BROKEN.replace('} "b"', '}, "b"'))
        assert driver.structured.composer.run.isEnabled()
        driver.fields(**FAST)
        await asked(driver)
        assert len(sandbox.log("never sent like this")) == 1


async def test_a_schema_without_a_prompt_is_kept(panel: Panel) -> None:
    async with panel() as driver:
        await paste(driver, BROKEN)
        first = driver.desk.session.id
        driver.press("Ctrl+N")  # begins anew: whoever begins to talk wants words
        assert driver.structured.schema.code.text == ""
        assert not driver.desk.session.call.output.asked
        driver.press("Ctrl+N")
        await driver.idle()
    async with panel() as driver:
        await driver.shows("Schema “mine”")
        rows = driver.sessions.list.model()
        assert [str(rows.index(n, 0).data()) for n in range(rows.rowCount())].count(
            "Schema “mine”"
        ) == 1
        driver.desk.open_session(first)
        await driver.shows("This is not JSON.")
        assert driver.structured.schema.code.text == BROKEN


# What is sent.


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_every_way_is_sent_as_the_dialect_has_it(
    api: str, panel: Panel, sandbox: Sandbox, home: Path
) -> None:
    schema = EXAMPLES["Table"].schema
    async with panel() as driver:
        session = driver.desk.session
        session.call = session.call.model_copy(update={"api": api})
        driver.desk.changed()
        await paste(driver, written(schema))
        pane = driver.structured.schema
        name = driver.find(QLineEdit, "Name of the schema")
        name.setFocus()
        name.selectAll()
        driver.type("no good name")
        driver.press("Return", name)
        assert driver.structured.composer.run.toolTip() == "The schema needs another name"
        name.selectAll()
        driver.type("moons")
        driver.press("Return", name)

        sent: dict[str, dict[str, Any]] = {}
        for way in ("Strict schema", "Loose schema", "JSON object", "Forced tool", "Text"):
            await pick(driver, pane.way, way)
            assert driver.settings.output.way.currentText() == way
            prompt = f"As JSON, {api}, {way}: Name: Io, discoverer: Galileo"
            run = await asked(driver, prompt=prompt)
            sent[way] = body(sandbox, f"{api}, {way}:")
            assert (run.transcript.outcome, run.call.output.name) == ("completed", "moons")
            if way != "Text":
                # No schema goes with JSON mode, so the sandbox makes up an object of its own.
                assert state(driver) == ("invalid" if way == "JSON object" else "valid")

        def form(way: str) -> dict[str, Any]:
            if api == "chat":
                found: dict[str, Any] = sent[way].get("response_format", {})
                return {**found, **found.get("json_schema", {})}
            return dict(sent[way].get("text", {}).get("format", {}))

        for way, strict in (("Strict schema", True), ("Loose schema", False)):
            told = form(way)
            assert (told["type"], told["name"], told["strict"]) == ("json_schema", "moons", strict)
            assert told["schema"] == schema
        assert form("JSON object")["type"] == "json_object"
        [tool] = sent["Forced tool"]["tools"]
        tool = tool.get("function", tool)
        assert (tool["name"], tool["parameters"]) == ("moons", schema)
        assert "moons" in json.dumps(sent["Forced tool"]["tool_choice"])
        assert form("Forced tool") == form("Text") == {}
        assert "tools" not in sent["Text"]


async def test_the_settings_say_and_change_the_same(panel: Panel) -> None:
    async with panel() as driver:
        driver.window.show_panel("chat")
        box = driver.settings.output.way
        assert box.currentText() == "Text"
        await pick(driver, box, "Strict schema")
        await driver.shows("There is no schema yet.")
        driver.click(driver.button("Edit the schema"))
        assert driver.window.panel == "structured"
        assert driver.structured.schema.way.currentText() == "Strict schema"
        await paste(driver, BROKEN)
        await driver.shows("The schema cannot be read.")
        await paste(driver, written(LOOSE))
        await driver.shows("Schema “mine”")
        await pick(driver, box, "Loose schema")
        assert driver.structured.schema.way.currentText() == "Loose schema"
        await driver.shows("3 things that strict servers refuse; strict is off.")
        await pick(driver, driver.structured.schema.way, "Text")
        await driver.shows("Schema “mine”, not sent")


# What comes back.


async def test_a_model_is_asked_again_with_what_was_wrong_and_both_attempts_are_kept(
    panel: Panel, sandbox: Sandbox
) -> None:
    async with panel() as driver:
        await example(driver, "Contact")
        await pick(driver, driver.structured.schema.attempts, "2 tries")
        run = await asked(driver, "structured/again", "ask me twice")
        first, second = sandbox.log("ask me twice")
        assert "does not satisfy the schema" not in json.dumps(first["body"])
        assert "does not satisfy the schema" in json.dumps(second["body"])
        assert run.transcript.legs == 2
        await look_at_both(driver)
        session = driver.desk.session.id
    async with panel() as driver:
        driver.desk.open_session(session)
        await driver.shows("2/2", "ask me twice")
        await look_at_both(driver)
        assert len(sandbox.log("ask me twice")) == 2


async def look_at_both(driver: Driver) -> None:
    answer = driver.structured.answer
    await until(lambda: state(driver) == "valid" and "2/2" in driver.seen(answer))
    driver.click(driver.button("Previous attempt", answer))
    assert state(driver) == "invalid"
    assert answer.attempt is not None and answer.attempt.errors
    await driver.shows("1/2", "Invalid: ", "is a required property")
    driver.click(driver.button("Next attempt", answer))
    await driver.shows("Valid", "Nothing is wrong.")


OUTCOMES: dict[str, tuple[str, tuple[str, ...]]] = {
    "structured/refusal": ("refused", ("Refused", "I can't fill in this form")),
    "structured/type": ("invalid", ("Invalid: 1 problem",)),
    "structured/fields": ("invalid", ("is a required property", "was unexpected")),
    "structured/list": ("invalid", ("it is an array, not object",)),
    "structured/nan": ("invalid", ("JSON has no NaN",)),
    "structured/duplicate": ("invalid", ("The name is there already",)),
    "structured/fence": ("invalid", ("The JSON is in a code fence.",)),
    "structured/ignored": ("invalid", ("There is no JSON",)),
    "structured/commentary": ("valid", ("I read the text once more", "Valid")),
    "structured/length": ("truncated", ("Missing: ", "It did not come.", "Truncated by the limit")),
    "structured/cut": ("truncated", ("Missing: ", "It did not come.", "Retry")),
    "structured/empty": ("none", ("No answer: The model said nothing.",)),
    "rate-limit-always": ("none", ("No answer: ", "429")),
}
"""What each server makes of a request: the state, and words that say so."""


async def test_whatever_comes_of_it_is_said(panel: Panel) -> None:
    async with panel() as driver:
        await example(driver, "Table")
        for model, (expected, words) in OUTCOMES.items():
            await asked(driver, model)
            assert state(driver) == expected, model
            await driver.shows(*words)
            said = driver.seen(driver.structured.answer)
            assert "waiting" not in said.lower(), model
            rows = driver.structured.answer.tree.rows
            fields = [] if rows is None else rows.fields
            assert not [one for one in fields if one.state == "waiting"], model
        assert len(driver.desk.session.children(None)) == len(OUTCOMES) + 1


async def test_a_problem_of_the_answer_leads_to_its_field(panel: Panel) -> None:
    async with panel() as driver:
        answer = driver.structured.answer
        await example(driver, "Contact")
        run = await asked(driver, "structured/type")
        assert answer.attempt is not None
        [error] = answer.attempt.errors
        driver.click(driver.button("Text", answer))
        assert answer.text.toPlainText() == run.transcript.text
        driver.click(driver.structured.findings.rows[0])
        current = answer.tree.current
        assert current is not None and current.path == error.path
        assert current.went_wrong is not None
        assert answer.tree.hasFocus()
        await driver.shows("Invalid since", error.message)
        driver.press("Ctrl+C", answer.tree)
        assert json.loads(QApplication.clipboard().text()) == current.value


async def test_a_refused_form_is_asked_for_as_the_server_takes_it(
    panel: Panel, sandbox: Sandbox
) -> None:
    async with panel() as driver:
        await example(driver, "Contact")
        run = await asked(driver, "structured/unsupported", "no schema here, JSON")
        assert state(driver) == "none"
        await driver.shows("does not accept the request", "Resend without text.format")
        driver.click(driver.button("Resend without text.format"))
        await until(lambda: driver.newest is not run)
        await driver.ended(driver.newest)
        first, second = sandbox.log("no schema here, JSON")
        assert "format" in first["body"]["text"] and "format" not in second["body"].get("text", {})
        assert driver.newest.transcript.outcome == "completed"


async def test_escape_stops_and_what_had_come_stays(panel: Panel) -> None:
    async with panel() as driver:
        structured = driver.structured
        driver.fields(sandbox={"per_second": 12})
        driver.click(structured.examples.buttons[0])
        run = driver.newest
        assert structured.composer.run.text() == "Stop"
        await until(lambda: state(driver) == "streaming" and len(run.transcript.text) > 20)
        await driver.shows("Arriving")
        driver.press("Esc")
        await driver.ended(run)
        assert run.transcript.outcome == "stopped"
        assert state(driver) == "truncated"
        await driver.shows("Missing: ")
        assert structured.composer.run.text() == "Run"
        assert structured.composer.text == EXAMPLES["Contact"].prompt


# Taking it along.


async def test_an_answer_is_copied_and_saved_in_three_formats(panel: Panel, tmp_path: Path) -> None:
    async with panel() as driver:
        await example(driver, "Table")
        answer = driver.structured.answer
        driver.click(driver.button("Table", answer))
        assert answer.table.caption == "$.rows · 2 rows"
        rows = [
            {"name": "Io", "discoverer": "Galileo", "year": 1610, "diameter_km": 3643},
            {"name": "Europa", "discoverer": "Galileo", "year": 1610, "diameter_km": 3122},
        ]
        clipboard = QApplication.clipboard()

        def of_csv(text: str) -> list[dict[str, Any]]:
            found = csv.DictReader(io.StringIO(text, newline=""))
            numbers = ("year", "diameter_km")
            return [{k: int(v) if k in numbers else v for k, v in row.items()} for row in found]

        for title, load in (
            ("JSON", lambda text: json.loads(text)["rows"]),
            (
                "JSON Lines",
                lambda text: json.loads(text.removesuffix("\n"))["rows"],
            ),
            ("CSV", of_csv),
        ):
            choose(driver, f"Copy as {title}")
            assert load(clipboard.text()) == rows, title
            choose(driver, f"Save as {title}…")
            dialog = driver.dialog()
            assert isinstance(dialog, QFileDialog)
            assert dialog.selectedFiles()[0].endswith(f"table.{dialog.defaultSuffix()}")
            path = tmp_path / f"out.{dialog.defaultSuffix()}"
            dialog.selectFile(str(path))
            dialog.accept()
            await until(path.exists)
            with path.open(encoding="utf-8", newline="") as file:
                assert load(file.read()) == rows, title
        driver.press("Ctrl+Shift+C")
        assert clipboard.text() == driver.newest.transcript.text
        answer.write("x", tmp_path / "no" / "such" / "folder")
        await driver.shows("cannot be written.", "No such file or directory")


async def test_the_next_request_is_a_program_that_parses_the_answer(panel: Panel) -> None:
    async with panel() as driver:
        await example(driver, "Contact")
        structured = driver.structured
        driver.click(driver.button("The next request as code"))
        for form, words in (
            ("Python", ("class Contact(BaseModel):", "organisation: str | None")),
            ("JavaScript", ("z.strictObject({", "organisation: z.")),
            ("cURL", ("curl ", "json_schema")),
            ("JSON", ('"json_schema"', "Full name")),
        ):
            driver.click(driver.button(form, structured.code))
            await driver.shows(*words)
            if form == "Python":
                compile(structured.code.text.toPlainText(), "program.py", "exec")
        driver.press("Ctrl+Shift+E")
        assert not structured.code.isVisible()


# A schema from elsewhere.


async def sources(driver: Driver, way: int) -> SourcesDialog:
    driver.window.activateWindow()  # as whatever manages windows does when a dialog is gone
    await until(driver.window.isActiveWindow)
    driver.press("Ctrl+Shift+O")
    await until(lambda: isinstance(QApplication.activeModalWidget(), SourcesDialog))
    dialog = driver.dialog()
    assert isinstance(dialog, SourcesDialog)
    item = dialog.ways.visualItemRect(dialog.ways.item(way))
    QTest.mouseClick(dialog.ways.viewport(), Qt.MouseButton.LeftButton, pos=item.center())
    assert dialog.way == way
    return dialog


async def use(driver: Driver, dialog: SourcesDialog) -> Any:
    """Take what it has found; the schema that is then edited."""
    await until(dialog.use.isEnabled, saying=lambda: driver.seen(dialog))
    driver.click(dialog.use)
    await read(driver)
    schema = driver.structured.schema
    await until(lambda: schema.output.json_schema is not None)  # it had not begun to be read
    assert schema.way.currentText() == "Strict schema"
    return schema.output.json_schema


MODELS = """from pydantic import BaseModel

class Line(BaseModel):
    text: str

class Order(BaseModel):
    lines: list[Line]
"""


async def test_a_schema_comes_from_samples_source_an_answer_and_words(
    panel: Panel, sandbox: Sandbox
) -> None:
    async with panel() as driver:
        dialog = await sources(driver, SAMPLES)
        driver.type('{"a": 1}', dialog.samples.sheets[0])
        driver.click(driver.button("Add another", dialog))
        driver.type('{"a": 2.5, "b": "x"}', dialog.samples.sheets[1])
        await shown(driver, dialog, "It is made of 2 samples.")
        made = await use(driver, dialog)
        assert made["properties"]["a"]["type"] == "number" and made["required"] == ["a"]

        dialog = await sources(driver, PASTE)
        QApplication.clipboard().setText(MODELS)
        driver.press("Ctrl+V", dialog.paste.sheet)
        made = await use(driver, dialog)
        assert made["properties"]["lines"]["items"] == {"$ref": "#/$defs/Line"}
        assert driver.structured.schema.name.text() == "Order"

        # By a description: the model is asked, in a session of its own.
        here = driver.desk.session
        dialog = await sources(driver, WORDS)
        driver.type("Birds: the name, how many were seen", dialog.words.text)
        driver.click(dialog.words.ask)
        made = await use(driver, dialog)
        assert made["type"] == "object" and made["properties"]
        asked_for = body(sandbox, "Birds: the name, how many were seen")
        assert asked_for["text"]["format"]["type"] == "json_schema"
        assert driver.desk.session is here
        await driver.shows("Schema: Birds: the name")

        run = await asked(driver, prompt="two robins")
        driver.click(driver.button("Code", driver.structured.schema))
        dialog = await sources(driver, ANSWER)
        item = dialog.earlier.visualItemRect(dialog.earlier.item(0))
        QTest.mouseClick(dialog.earlier.viewport(), Qt.MouseButton.LeftButton, pos=item.center())
        made = await use(driver, dialog)
        assert list(made["properties"]) == list(json.loads(run.transcript.text))


async def test_source_that_has_to_be_run_is_run_on_a_click_and_where_it_can_do_no_harm(
    panel: Panel, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    computed = f"""
from pathlib import Path
from pydantic import BaseModel, create_model
try:
    Path({str(mark)!r}).write_text("it ran")
except OSError:
    pass

class Made(BaseModel):
    inner: create_model("Inner", size=(int, ...))
"""
    held = await pydantic_run.holding()
    async with panel() as driver:
        dialog = await sources(driver, PASTE)
        QApplication.clipboard().setText(computed)
        driver.press("Ctrl+V", dialog.paste.sheet)
        await shown(driver, dialog, "cannot be read without running it")
        assert not dialog.use.isEnabled()
        driver.click(driver.button("Run this source in a sandbox", dialog))
        if held.way:
            await shown(driver, dialog, "This is what it gave when it was run")
            made = await use(driver, dialog)
            assert made["$defs"]["Inner"]["properties"]["size"]["type"] == "integer"
        else:
            await shown(driver, dialog, held.words)
            dialog.reject()
        assert not mark.exists()


# Bad input.


def wide() -> dict[str, Any]:
    rows = {f"p{number}": {"type": "string"} for number in range(6_000)}
    return {"type": "object", "properties": rows, "required": list(rows),
            "additionalProperties": False}  # fmt: skip


def deep() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"child": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
        "required": ["child"],
        "additionalProperties": False,
    }


async def test_whatever_is_pasted_the_panel_stays_usable(panel: Panel) -> None:
    words = "word " * 3_000
    large = {**LOOSE, "$defs": {f"d{n}": {"type": "string", "description": words}
                                for n in range(340)}}  # fmt: skip
    async with panel() as driver:
        structured = driver.structured
        schema = structured.schema
        for text, words in (
            ('{"type": "object", "minimum": NaN}', "JSON has no NaN"),
            ('{"type": "object", "type": "string"}', "A key stands twice"),
            ("[1, 2]", "A schema is an object in braces"),
            ('{"type": ' * 400 + "1" + "}" * 400, "nested too deeply"),
            (written(wide()), "properties"),
            (written(large), "`default` is not permitted"),
            (json.dumps({"description": "x" * 5_000_000, **LOOSE}), "`default` is not permitted"),
        ):
            await paste(driver, text)
            assert schema.code.text == text
            found = findings(driver)
            assert any(words in message for _, _, message in found), (words, found)
            driver.click(driver.button("Tree", schema))
            driver.click(driver.button("Code", schema))
        await driver.shows("too many to edit")
        driver.click(driver.button("Clear the editor", schema))
        await paste(driver, written(deep()))
        await driver.shows("Strict: nothing offends.")
        await asked(driver, prompt="still here")
        assert state(driver) == "valid"
