"""Structured output with Zod and the official JavaScript package, as a whole module."""

from __future__ import annotations

import re
from typing import Any

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
    Shape,
    Text,
    inner,
)

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
    helper, call = "", ""
    if asked.form is None or asked.obstacle:
        call = _created(asked)
    else:
        helper, call = _parsed(asked, asked.form, model)
    imports = 'import OpenAI from "openai";\n'
    if helper:
        imports += f'import {{ {helper} }} from "openai/helpers/zod";\n'
    rest = ending(asked, PIECES, model, _literal(asked.output.name), parsed=bool(helper))
    return (
        f"{imports}{zod_import}\n\n{schemas}\n{javascript.opening(asked.client)}\n"
        f"{call}{rest}console.log(JSON.stringify(answer, null, 2));\n"
    )


def _parsed(asked: Asked, form: Form, model: str) -> tuple[str, str]:
    """(the helper to import, the request by `parse`)."""
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
    if form.schema != asked.output.json_schema or not _kept(form.schema):
        made += "// Zod would write the schema in other words: this is the one that was tried.\n"
        made += f"{variable}.{schema} = {_literal(form.schema)};\n"
    method = CALLS[asked.api].replace("create", "parse")
    call = javascript.call(method, asked.written(Expression(variable)), asked.client)
    return helper, f"{made}\nconst response = await {call};\n"


def _created(asked: Asked) -> str:
    """The request as it is."""
    call = javascript.call(CALLS[asked.api], asked.fields, asked.client)
    remark = ""
    if asked.form:
        remark = f"// The schema is sent as it stands here: {asked.obstacle}.\n"
    if not asked.in_background:
        return f"{remark}const response = await {call};\n"
    headers = asked.client.extra_headers
    beside = f", {{}}, {_literal({'headers': headers})}" if headers else ""
    waiting = WAITING.replace("RETRIEVED", f"response.id{beside}")
    return f"{remark}let response = await {call};\n{waiting}"


def _kept(schema: Any) -> bool:
    """Whether Zod, asked for the schema of what was made of one, gives the same back. It gives
    whole numbers limits and formats patterns, and writes references in other places."""
    waiting = [shaping.read(schema).root]
    while waiting:
        shape = waiting.pop()
        if not _same(shape):
            return False
        waiting += inner(shape)
    return True


def _same(shape: Shape) -> bool:
    notes = Notes(title=shape.notes.title, description=shape.notes.description)
    if shape.notes != notes:
        return False
    match shape:
        case Null() | Boolean() | Listing() | Record() | Nothing():
            return True
        case Number(integer=True, minimum=low, maximum=high, above=above, below=below):
            return low is not None and high is not None and above is None and below is None
        case Number():
            return True
        case Text(pattern=pattern, format=named):
            return pattern is None and not named
        case Literals(values=values):
            return all(isinstance(one, str) for one in values)
        case Choice(discriminator=told, exclusive=exclusive):
            return not told and not exclusive
        case _:
            return False


def _literal(value: Any) -> str:
    return literal(value, javascript.SYNTAX)
