"""Structured output with Zod and the official JavaScript package, as a whole module."""

from __future__ import annotations

import re
from typing import Any, Literal, get_args

from playground.engine.takehome_asked import Asked, Form
from playground.engine.takehome_pieces import Pieces, ending
from playground.export import javascript
from playground.export.literal import Expression, literal
from playground.export.sdk import CALLS
from playground.schemas import shaping, zod
from playground.schemas.names import JAVASCRIPT, pascal, unique
from playground.schemas.shapes import (
    Boolean,
    Choice,
    Listing,
    Literals,
    Notes,
    Nothing,
    Null,
    Number,
    Record,
    Reference,
    Shape,
    Text,
    inner,
)

Fate = Literal["refused", "reworded", "kept"]
"""Of a schema that the package makes of what Zod was made of. The worst comes first."""
HELPERS = frozenset(("zodFunction", "zodResponseFormat", "zodResponsesFunction", "zodTextFormat"))
TAKEN = HELPERS | frozenset((
    "OpenAI", "answer", "calls", "client", "console", "format", "message", "parts", "process",
    "reason", "refusal", "response", "setTimeout", "text", "tool",
))  # fmt: skip
"""Names of the program, which no schema may have."""

NOTHING = """\
if (!answer) {
    throw new Error("The model gave no answer.");
}
"""
PIECES = Pieces(
    whole="""\
const reason = response.choices[0].finish_reason;
if (["length", "content_filter"].includes(reason)) {
    throw new Error(`The answer is incomplete: ${reason}`);
}
""",
    begun={
        "chat": """\
const message = response.choices[0].message;
if (message.refusal) {
    throw new Error(`The model refused: ${message.refusal}`);
}
""",
        "responses": """\
if ((response.status ?? "completed") !== "completed") {
    const reason = response.error?.message ?? response.incomplete_details?.reason;
    throw new Error(`The answer is ${response.status}: ${reason}`);
}
const parts = response.output.flatMap((item) => (item.type === "message" ? item.content : []));
const refusal = parts.find((part) => part.type === "refusal");
if (refusal) {
    throw new Error(`The model refused: ${refusal.refusal}`);
}
""",
    },
    parsed={
        "chat": f"const answer = message.parsed;\n{NOTHING}",
        "responses": f"const answer = response.output_parsed;\n{NOTHING}",
    },
    text={
        "chat": 'const text = message.content ?? "";\n',
        "responses": """\
const text = response.output
    .filter((item) => item.type === "message" && item.phase !== "commentary")
    .flatMap((item) => item.content)
    .map((part) => part.text)
    .join("");
""",
        "completions": "const text = response.choices[0].text;\n",
    },
    called={
        "chat": """\
const calls = (message.tool_calls ?? [])
    .map((call) => call.function)
    .filter((call) => call?.name === NAME);
if (!calls.length) {
    throw new Error(`The model did not call the tool: ${message.content}`);
}
""",
        "responses": """\
const calls = response.output
    .filter((item) => item.type === "function_call" && item.name === NAME);
if (!calls.length) {
    throw new Error(`The model did not call the tool: ${response.output_text}`);
}
""",
    },
    parsed_call="const answer = calls[0].parsed_arguments;\n",
    called_text="const text = calls[0].arguments;\n",
    validated="const answer = Model.parse(JSON.parse(text));\n",
)
WAITING = """\
while (["queued", "in_progress"].includes(response.status)) {
    await new Promise((done) => setTimeout(done, 2000));
    response = await client.responses.retrieve(RETRIEVED);
}
"""


def program(asked: Asked) -> str:
    """Raises Failure when Zod has no words for the schema."""
    model = unique(pascal(asked.output.name, "Answer"), JAVASCRIPT | TAKEN)
    source = zod.write(asked.output.json_schema, model, TAKEN)
    zod_import, _, schemas = source.partition("\n\n")
    schemas = re.sub(r"^export ", "", schemas, flags=re.MULTILINE)
    form, why = asked.form, asked.obstacle
    fate = _fate(form.schema) if form and not why else "kept"
    if form is not None and fate == "refused":
        why = "the package would not take what Zod makes of it"
    if form is None or why:
        helper, call = "", _created(asked, why)
    else:
        same = fate == "kept" and form.schema == asked.output.json_schema
        helper, call = _parsed(asked, form, model, same)
    imports = 'import OpenAI from "openai";\n'
    if helper:
        imports += f'import {{ {helper} }} from "openai/helpers/zod";\n'
    rest = ending(asked, PIECES, model, _literal(asked.output.name), parsed=bool(helper))
    return (
        f"{imports}{zod_import}\n\n{schemas}\n{javascript.opening(asked.client)}\n"
        f"{call}{rest}console.log(JSON.stringify(answer, null, 2));\n"
    )


def _parsed(asked: Asked, form: Form, model: str, same: bool) -> tuple[str, str]:
    """(the helper to import, the request by `parse`). `same`: whether the helper makes the schema
    of the model that the request has."""
    flat = asked.api == "responses"
    about = {} if form.description is None else {"description": form.description}
    if asked.is_tool:
        variable = "tool"
        helper = "zodResponsesFunction" if flat else "zodFunction"
        given = _literal({"name": form.name, **about, "parameters": Expression(model)})
        schema = "parameters" if flat else "function.parameters"
    else:
        variable = "format"
        helper = "zodTextFormat" if flat else "zodResponseFormat"
        given = ", ".join((model, _literal(form.name), *([_literal(about)] if about else [])))
        schema = "schema" if flat else "json_schema.schema"
    made = f"const {variable} = {helper}({given});\n"
    if not same:
        made += "// Zod would write the schema in other words: this is the one that was tried.\n"
        made += f"{variable}.{schema} = {_literal(form.schema)};\n"
    method = CALLS[asked.api].replace("create", "parse")
    call = javascript.call(method, asked.written(Expression(variable)), asked.client)
    return helper, f"{made}\nconst response = await {call};\n"


def _created(asked: Asked, why: str) -> str:
    """The request as it is."""
    call = javascript.call(CALLS[asked.api], asked.fields, asked.client)
    remark = f"// The schema is sent as it stands here: {why}.\n" if asked.form else ""
    if not asked.in_background:
        return f"{remark}const response = await {call};\n"
    headers = asked.client.extra_headers
    beside = f", {{}}, {_literal({'headers': headers})}" if headers else ""
    waiting = WAITING.replace("RETRIEVED", f"response.id{beside}")
    return f"{remark}let response = await {call};\n{waiting}"


def _fate(schema: Any) -> Fate:
    """What comes of a strict schema on its way through Zod."""
    fates: set[Fate] = set()
    document = shaping.read(schema)
    waiting, seen = [document.root], set()
    while waiting:
        shape = waiting.pop()
        if isinstance(shape, Reference) and shape.name not in seen:
            seen.add(shape.name)
            waiting.append(document.target(shape.name))
        fates.add(_fate_of(shape))
        waiting += inner(shape)
    return next(fate for fate in get_args(Fate) if fate in fates)


def _fate_of(shape: Shape) -> Fate:
    """Zod gives whole numbers limits and formats patterns, and puts references elsewhere. What has
    two patterns, or no limits at all, the package refuses."""
    notes = Notes(title=shape.notes.title, description=shape.notes.description)
    same: Fate = "kept" if shape.notes == notes else "reworded"
    match shape:
        case Null() | Boolean() | Listing() | Record() | Nothing():
            return same
        case Number(integer=True, minimum=low, maximum=high, above=above, below=below):
            limited = low is not None and high is not None and above is None and below is None
            return same if limited else "reworded"
        case Number():
            return same
        case Text(pattern=None, format=""):
            return same
        case Text(pattern=pattern, format=named):
            return "refused" if pattern is not None and named else "reworded"
        case Literals(values=values):
            if any(isinstance(one, list | dict) for one in values):
                return "refused"
            return same if all(isinstance(one, str) for one in values) else "reworded"
        case Choice(discriminator="", exclusive=False):
            return same
        case Reference():
            return "reworded"
        case _:
            return "refused"


def _literal(value: Any) -> str:
    return literal(value, javascript.SYNTAX)
