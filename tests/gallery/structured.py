"""The Structured panel: schemas, answers by them in every state, and where a schema comes from."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playground.core.output import Output
from playground.core.problem import Problem
from playground.core.session import Run
from playground.engine.describe import schema_of
from playground.engine.structured import structured, told
from playground.schemas.library import Example, examples
from playground.schemas.source import Path, written
from playground.ui.widgets import schemasources
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.schemasources import SourcesDialog
from tests.gallery.stage import Stage
from tests.gallery.tapes import Tape, run_of

EXAMPLES: dict[str, Example] = {one.name: one for one in examples()}
INVOICE = EXAMPLES["invoice"]
FILLED: dict[str, Any] = {
    "number": "2026-117",
    "issued": "2026-05-04",
    "seller": "Papier Nord",
    "currency": "EUR",
    "lines": [
        {"description": "Paper, box of 5 reams", "quantity": 3, "unit_price": 24.9},
        {"description": "Stapler", "quantity": 1, "unit_price": 12.5},
    ],
    "total": 87.2,
}
ANSWER = json.dumps(FILLED)
WRONG = json.dumps(
    {
        **FILLED,
        "issued": "4 May 2026",
        "currency": "Euro",
        "lines": [
            {"description": "Paper, box of 5 reams", "quantity": "three", "unit_price": 24.9},
            {"description": "Stapler", "quantity": 0, "price": 12.5},
        ],
    }
)
LOOSE: dict[str, Any] = {
    "title": "Invoice",
    "type": "object",
    "properties": {
        "number": {"type": "string", "default": "unknown", "minLength": 3},
        "issued": {"type": "string", "format": "date"},
        "seller": {"$ref": "#/$defs/Party", "description": "Who sends it"},
        "paid": {"oneOf": [{"type": "boolean"}, {"type": "null"}]},
        "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        "notes": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "required": ["number", "seller"],
    "$defs": {
        "Party": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "vat": {"type": ["string", "null"]}},
            "required": ["name", "vat"],
            "additionalProperties": False,
        }
    },
}
"""As people write them who know nothing of a strict subset."""
BROKEN = """{
  "title": "Invoice",
  "type": "object",
  "properties": {
    "number": {"type": "string"},
    "issued": {"type": "string" "format": "date"},
    "total": {"type": "number"}
  }
}
"""
LONG = "a_name_that_somebody_generated_from_the_columns_of_a_very_wide_table_without_looking_at_it"
FOREIGN_SCHEMA: dict[str, Any] = {
    "title": "顧客名簿",
    "type": "object",
    "properties": {
        "お名前": {"type": "string", "description": "姓と名"},
        "כתובת": {"type": "string"},
        "العنوان الكامل للشركة": {"type": ["string", "null"]},
        LONG: {"type": "string"},
        "emoji 👩🏽‍🚀": {"type": "array", "items": {"type": "string"}},
        "": {"type": "integer"},
        "hidden\u202e": {"type": "string"},
    },
    "required": ["お名前", "כתובת", LONG, "emoji 👩🏽‍🚀", "", "hidden\u202e"],
    "additionalProperties": False,
}
FOREIGN = {
    "お名前": "山田 太郎",
    "כתובת": "רחוב הרצל 12, תל אביב",
    "العنوان الكامل للشركة": "شارع الملك فيصل ١٢، الرياض",
    LONG: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "emoji 👩🏽‍🚀": ["👩🏽‍🚀", "🏳️‍🌈", "é"],
    "": "no number",
    "hidden\u202e": "a\u0007b\u200bc",
}
PYDANTIC = '''from datetime import date

from pydantic import BaseModel, Field


class Line(BaseModel):
    description: str
    quantity: int = Field(gt=0)


class Invoice(BaseModel):
    """An invoice as it is printed."""

    number: str
    issued: date
    lines: list[Line] = []
'''
COMPUTED = PYDANTIC + "    more: make_type() = None\n"
DESCRIBED = json.dumps(
    {
        "title": "Recipe",
        "fields": [
            {"name": "dish", "kind": "text", "about": "What it is called"},
            {"name": "minutes", "kind": "integer", "about": "Until it is on the table"},
            {"name": "vegetarian", "kind": "yes/no", "about": "Without meat and fish"},
            {"choice": "course", "options": ["starter", "main", "dessert"]},
        ],
    }
)


def output_of(example: Example, **more: Any) -> Output:
    given = {"mode": "json_schema", "name": example.name, "json_schema": example.schema, **more}
    return Output(**given)


def asked(
    tape: Tape | None, example: Example = INVOICE, *, seconds: float | None = None, **more: Any
) -> Run:
    """A run of the prompt of an example, asked for its form or for one with `more` to it."""
    run = run_of(tape, example.prompt, seconds=seconds)
    run.call = run.call.model_copy(update={"output": output_of(example, **more)})
    return run


def begun(*, wait: float = 420) -> Tape:
    return Tape().begin(INVOICE.prompt).wait(wait)


async def show(stage: Stage, *runs: Run, only: bool = False) -> None:
    """The panel with these runs; `only`: all of the window below the tabs is the panel's."""
    stage.structured  # noqa: B018  it shows what is on screen when it is
    if only:
        stage.window.docks["inspector"].hide()
    await stage.show(*runs)


def use(stage: Stage, **output: Any) -> None:
    """This form for the next answer, in a session where nothing was asked yet."""
    panel, session = stage.structured, stage.desk.session
    values = {"mode": "json_schema", "name": "invoice", **output}
    session.call = session.call.model_copy(update={"output": Output(**values)})
    stage.desk.session_shown.emit(session)
    panel.composer.write(INVOICE.prompt)


def wide(stage: Stage) -> None:
    stage.window.docks["inspector"].hide()


# Before there is anything.


async def empty(stage: Stage) -> None:
    stage.structured  # noqa: B018


async def ready(stage: Stage) -> None:
    """A schema, and no answer yet."""
    use(stage, json_schema=INVOICE.schema)


# An answer on its way, and what came of it.


def arriving(characters: int, seconds: float) -> Callable[[Stage], Any]:
    async def make(stage: Stage) -> None:
        tape = begun().text(ANSWER[:characters], open_=True)
        await show(stage, asked(tape, seconds=seconds), only=True)

    return make


async def waiting(stage: Stage) -> None:
    tape = Tape().wait(2).request().wait(240).head()
    await show(stage, asked(tape, seconds=12.4))


async def valid(stage: Stage) -> None:
    await show(stage, asked(begun().text(ANSWER).end()))


async def invalid(stage: Stage) -> None:
    """Each field with the time it went wrong, one of them in full."""
    await show(stage, asked(begun().text(WRONG).end()), only=True)
    stage.structured.answer.reveal(("lines", 0, "quantity"))


async def truncated(stage: Stage) -> None:
    tape = begun().text(ANSWER[: ANSWER.index("Stapler") + 4])
    tape.end("incomplete", incomplete_details={"reason": "max_output_tokens"})
    await show(stage, asked(tape), only=True)


async def broken(stage: Stage) -> None:
    tape = begun().text(ANSWER[:150], open_=True)
    tape.broke(
        "cut",
        Problem(
            title="The connection broke in the middle of the answer.",
            detail="peer closed connection without sending complete message body"
            " (incomplete chunked read)",
            remedy="retry",
        ),
    )
    await show(stage, asked(tape))


async def refused(stage: Stage) -> None:
    words = "I'm sorry, but I can't help with that: the text names a person's bank account."
    await show(stage, asked(begun().refusal(words).end(made=19)))


async def commentary(stage: Stage) -> None:
    """What was said first, and the answer that comes after it."""
    tape = begun()
    name = tape.item("message", role="assistant", content=[], phase="commentary")
    note = "I will read the lines first, add them up, and compare that with the total."
    tape._deltas("output_text", name, note, 8, content_index=0)
    tape._done(name, type="message", role="assistant", phase="commentary",
               content=[{"type": "output_text", "text": note, "annotations": []}])  # fmt: skip
    await show(stage, asked(tape.text(ANSWER[:210], open_=True), seconds=3.4), only=True)


async def fence(stage: Stage) -> None:
    filled = json.dumps(FILLED, indent=2)
    text = f"Sure! Here is the invoice:\n\n```json\n{filled}\n```\n\nAnything else?"
    await show(stage, asked(begun().text(text).end()), only=True)
    stage.structured.answer.views.pick(2)


def in_two(*, first: str, then: str, closed: bool = True) -> Run:
    """A run of two requests: the second says what was wrong with the first answer."""
    tape = begun().text(first).end()
    tape.events.pop()  # it goes on
    last = structured(asked(tape)).last
    assert last is not None
    tape.wait(3).fact("said", role="user", text=told(last))
    before = len(tape.events)
    tape.begin(INVOICE.prompt).wait(310).text(then, open_=not closed)
    if closed:
        tape.end()
    tape.events[before:] = [event._replace(leg=1) for event in tape.events[before:]]
    return asked(tape, attempts=1, seconds=None if closed else 4.8)


async def attempts(stage: Stage) -> None:
    """Asked again with what was wrong, and right then."""
    await show(stage, in_two(first=WRONG, then=ANSWER))


async def attempt(stage: Stage) -> None:
    """The first of them."""
    await show(stage, in_two(first=WRONG, then=ANSWER), only=True)
    stage.structured.answer._pick_attempt(0, 2)


async def unsupported(stage: Stage) -> None:
    """A server that takes no schema, and how the request would change."""
    error = {
        "message": "Invalid parameter: 'text.format' of type 'json_schema' is not supported with"
        " this model.",
        "type": "invalid_request_error",
        "param": "text.format",
        "code": "unsupported_parameter",
    }
    run = asked(None)
    tape = Tape().wait(2).request()
    body = {
        "model": run.call.model,
        "input": INVOICE.prompt,
        "text": {
            "format": {
                "type": "json_schema", "name": "invoice", "strict": True, "schema": INVOICE.schema
            }
        },
    }  # fmt: skip
    tape.events.clear()
    tape.fact("request", method="POST", url="https://api.openai.com/v1/responses",
              headers=[["content-type", "application/json"]], body=json.dumps(body))  # fmt: skip
    tape.wait(130).head(400, "Bad Request", **{"content-type": "application/json"})
    tape.raw(json.dumps({"error": error}).encode()).fact("eof").ended()
    await show(stage, asked(tape))
    for fold in stage.structured.foot.findChildren(Fold):
        fold.setChecked(True)


async def text(stage: Stage) -> None:
    """As it came, with what is wrong with the JSON itself underlined."""
    flawed = ANSWER.replace("24.9", "NaN").replace('"total"', '"number": "2026-118", "total"')
    await show(stage, asked(begun().text(flawed).end()), only=True)
    stage.structured.answer.views.pick(2)


async def table(stage: Stage) -> None:
    names = ("Io", "Europa", "Ganymede", "Callisto", "Amalthea", "Himalia", "Elara", "Pasiphae")
    rows = [
        {"name": name, "discoverer": "Galileo" if at < 4 else "Barnard and others",
         "year": 1610 + (0 if at < 4 else 282 + at), "diameter_km": 3643.2 / (at + 1)}
        for at, name in enumerate(names * 4)
    ]  # fmt: skip
    tape = begun().text(json.dumps({"rows": rows}), every=1).end()
    await show(stage, asked(tape, EXAMPLES["table"]), only=True)
    stage.structured.answer.views.pick(1)


async def foreign(stage: Stage) -> None:
    """Names and values in many scripts, very long, empty, and with what cannot be seen."""
    text = json.dumps(FOREIGN, ensure_ascii=False)
    run = asked(begun().text(text).end(), name="customers", json_schema=FOREIGN_SCHEMA)
    await show(stage, run, only=True)


# The schema.


async def lint(stage: Stage) -> None:
    """What strict servers refuse, at its lines and in the list."""
    use(stage, json_schema=LOOSE)
    stage.structured.schema.go_to_line(6, 5)


async def not_json(stage: Stage) -> None:
    use(stage, source=BROKEN)


async def repair(stage: Stage) -> None:
    """What a repair would change."""
    wide(stage)
    use(stage, json_schema=LOOSE)
    stage.structured.schema.offer_repair()


async def tree(stage: Stage, path: Path = ("properties", "lines"), **output: Any) -> None:
    """The schema as a tree, with the form of one field."""
    wide(stage)
    use(stage, **(output or {"json_schema": INVOICE.schema}))
    panel = stage.structured
    panel.schema.views.pick(1)
    panel.schema.go_to(path)


async def tree_marked(stage: Stage) -> None:
    """A tree with what strict servers refuse."""
    await tree(stage, ("properties", "paid"), json_schema=LOOSE)


async def tree_wrong(stage: Stage) -> None:
    """A tree that cannot be edited, since the text cannot be read just now."""
    await tree(stage)
    panel, session = stage.structured, stage.desk.session
    panel.schema.code.apply(written(INVOICE.schema).replace('"type": "object",', '"type": ', 1))
    panel.schema.read_now()
    stage.after.append(lambda: stage.sessions.menu.shelving.forget([session.id]))


async def code(stage: Stage) -> None:
    """The next request as a program that parses the answer."""
    await ready(stage)
    panel = stage.structured
    panel.as_code.setChecked(True)
    panel.code.forms.pick(2)
    await stage.settle()
    panel.code.show_now()


async def output(stage: Stage) -> None:
    """The settings say how the next answer is asked for, also beside a conversation."""
    use(stage, json_schema=INVOICE.schema, strict=False)
    await stage.settle()
    stage.window.show_panel("chat")


# Where a schema comes from.


async def sources(stage: Stage, way: int = schemasources.EXAMPLES) -> SourcesDialog:
    """The dialog, on one of its ways."""
    answer = run_of(begun().text(ANSWER).end(), INVOICE.prompt)
    await stage.show(answer)
    panel = stage.structured
    panel.open_sources()
    await stage.settle()
    dialog = panel._dialog
    assert dialog is not None
    dialog.pick(way)
    return dialog


async def sources_examples(stage: Stage) -> None:
    dialog = await sources(stage)
    dialog.library.setCurrentRow(3)


async def sources_paste(stage: Stage) -> None:
    dialog = await sources(stage, schemasources.PASTE)
    dialog.paste.put(PYDANTIC, "models")


async def sources_run(stage: Stage) -> None:
    """A source that only running would tell more of."""
    dialog = await sources(stage, schemasources.PASTE)
    dialog.paste.put(COMPUTED, "models")


async def sources_samples(stage: Stage) -> None:
    dialog = await sources(stage, schemasources.SAMPLES)
    dialog.samples.add(json.dumps({"name": "Anna", "age": 31, "email": None}))
    dialog.samples.add(json.dumps({"name": "Ravi", "email": "ravi@example.com"}))


async def sources_answer(stage: Stage) -> None:
    dialog = await sources(stage, schemasources.ANSWER)
    dialog.earlier.setCurrentRow(0)


async def sources_words(stage: Stage) -> None:
    dialog = await sources(stage, schemasources.WORDS)
    dialog.words.text.replace("A recipe: the dish, how long it takes, whether it is vegetarian.")
    await stage.settle()
    dialog._wait("ask")
    dialog.show_described(schema_of(DESCRIBED))


async def sources_asking(stage: Stage) -> None:
    """While the model is asked."""
    dialog = await sources(stage, schemasources.WORDS)
    dialog.words.text.replace("A recipe: the dish, how long it takes, whether it is vegetarian.")
    await stage.settle()
    dialog.described.disconnect()
    dialog._ask(dialog.words.text.text)
