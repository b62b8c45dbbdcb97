"""Structured output with Pydantic and the official Python package, as a whole program."""

from __future__ import annotations

import re
from textwrap import indent
from typing import Any

from playground.core.problem import Failure
from playground.core.profile import Api
from playground.engine.takehome_alike import alike
from playground.engine.takehome_asked import Asked, Form
from playground.engine.takehome_pieces import Pieces, ending, filled
from playground.export import python
from playground.export.literal import Expression, literal
from playground.export.sdk import CALLS
from playground.schemas import pydantic_source, pydantic_text
from playground.schemas.names import pascal, unique

OPENAI = frozenset((
    "ContentFilterFinishReasonError", "LengthFinishReasonError", "OpenAI", "pydantic_function_tool",
))  # fmt: skip
TAKEN = OPENAI | frozenset((
    "ValidationError", "answer", "calls", "client", "error", "message", "os", "parts", "reason",
    "refusals", "response", "sleep", "sys", "text", "tool",
))  # fmt: skip
"""Names of the program, which no model may have."""
THIRD_PARTY = frozenset(("openai", "pydantic", "typing_extensions"))

RAISED: dict[Api, str] = {
    "chat": """\
except (LengthFinishReasonError, ContentFilterFinishReasonError) as error:
    sys.exit(f"The answer is incomplete: {error}")
except ValidationError as error:
    sys.exit(f"The answer is not what Model says: {error}")
""",
    "responses": """\
except ValidationError as error:
    sys.exit(f"The answer is not what Model says, or was cut off: {error}")
""",
}
"""What `parse` raises, where it is tried."""
NOTHING = """\
if answer is None:
    sys.exit("The model gave no answer.")
"""
PIECES = Pieces(
    whole="""\
reason = response.choices[0].finish_reason
if reason in ("length", "content_filter"):
    sys.exit(f"The answer is incomplete: {reason}")
""",
    begun={
        "chat": """\
message = response.choices[0].message
if message.refusal:
    sys.exit(f"The model refused: {message.refusal}")
""",
        "responses": """\
if response.status not in ("completed", None):
    sys.exit(f"The answer is {response.status}: {response.error or response.incomplete_details}")
parts = [part for item in response.output if item.type == "message" for part in item.content]
if refusals := [part.refusal for part in parts if part.type == "refusal"]:
    sys.exit(f"The model refused: {refusals[0]}")
""",
    },
    parsed={
        "chat": f"answer = message.parsed\n{NOTHING}",
        "responses": f"answer = response.output_parsed\n{NOTHING}",
    },
    text={
        "chat": 'text = message.content or ""\n',
        "responses": """\
text = "".join(
    part.text
    for item in response.output
    if item.type == "message" and getattr(item, "phase", None) != "commentary"
    for part in item.content
)
""",
        "completions": "text = response.choices[0].text\n",
    },
    called={
        "chat": """\
calls = [
    call.function
    for call in message.tool_calls or []
    if call.type == "function" and call.function.name == NAME
]
if not calls:
    sys.exit(f"The model did not call the tool: {message.content}")
""",
        "responses": """\
calls = [
    item
    for item in response.output
    if item.type == "function_call" and item.name == NAME
]
if not calls:
    sys.exit(f"The model did not call the tool: {response.output_text}")
""",
    },
    parsed_call="answer = calls[0].parsed_arguments\n",
    called_text="text = calls[0].arguments\n",
    validated="""\
try:
    answer = Model.model_validate_json(text)
except ValidationError as error:
    sys.exit(f"The answer is not what Model says: {error}")
""",
)


def program(asked: Asked) -> str:
    """Raises Failure when no model can be written for the schema."""
    model = unique(pascal(asked.output.name, "Answer"), pydantic_text.KNOWN | TAKEN)
    source = pydantic_text.write(asked.output.json_schema, model, TAKEN)
    why = asked.obstacle or _obstacle(asked, model, source)
    if asked.form is None or why:
        call = _created(asked, why)
    else:
        call = _parsed(asked, asked.form, model)
    rest = ending(asked, PIECES, model, _literal(asked.output.name), parsed=not why)
    head, _, models = source.partition("\n\n\n")
    code = f"{models}\n\n{python.opening(asked.client)}\n{call}{rest}{_printed(source)}"
    return f"{_imports(head, code)}\n\n{code}"


def _obstacle(asked: Asked, model: str, source: str) -> str:
    """What is in the way of this package's `parse`. It names a format after the class, and
    describes a tool that has no description as the class is described: that is let pass."""
    form = asked.form
    if form is None:
        return ""
    if form.description is not None and not asked.is_tool:
        return "parse() would leave out its description"
    try:
        same = alike(pydantic_source.read(source, model), form.schema)
    except Failure:
        same = False
    return "" if same else "parse() would make another one of the model"


def _parsed(asked: Asked, form: Form, model: str) -> str:
    """The request by `parse`, which makes the schema of the model and the model of the answer."""
    api = asked.api
    before, more = "", {}
    if asked.is_tool:
        said = {"name": form.name, "description": form.description}
        rows = [f"    {key}={_literal(one)},\n" for key, one in said.items() if one is not None]
        before = f"tool = pydantic_function_tool(\n    {model},\n{''.join(rows)})\n"
        fields = asked.written(Expression("tool"))
    elif api == "responses":
        fields, more = asked.written(None), {"text_format": Expression(model)}
    else:
        fields = asked.written(Expression(model))
    call = python.call(CALLS[api].replace("create", "parse"), api, fields, asked.client, **more)
    raised = filled(RAISED[api], model, "")
    return f"{before}try:\n{indent(f'response = {call}', '    ')}\n{raised}"


def _created(asked: Asked, why: str) -> str:
    """The request as it is."""
    call = python.call(CALLS[asked.api], asked.api, asked.fields, asked.client)
    remark = f"# The schema is sent as it stands here: {why}.\n" if asked.form else ""
    if not asked.in_background:
        return f"{remark}response = {call}\n"
    headers = asked.client.extra_headers
    beside = f", extra_headers={_literal(headers)}" if headers else ""
    return (
        f"{remark}response = {call}\n"
        'while response.status in ("queued", "in_progress"):\n'
        "    sleep(2)\n"
        f"    response = client.responses.retrieve(response.id{beside})\n"
    )


def _printed(source: str) -> str:
    options = ["indent=2"]
    if "alias=" in source:
        options.append("by_alias=True")
    if "\ndef absent()" in source:
        options.append("exclude_unset=True")
    return f"print(answer.model_dump_json({', '.join(options)}))\n"


def _imports(head: str, code: str) -> str:
    """The imports of the models, and those of the program, in the usual order."""
    found = re.findall(r"^from (\S+) import (.+)$", head, re.MULTILINE)
    modules = {module: set(names.split(", ")) for module, names in found}
    modules["openai"] = {name for name in OPENAI if re.search(rf"\b{name}\b", code)}
    modules["pydantic"].add("ValidationError")
    if "    sleep(2)\n" in code:
        modules["time"] = {"sleep"}
    rows = {module: _import(module, sorted(names)) for module, names in sorted(modules.items())}
    future = rows.pop("__future__")
    standard = ["import os\n"] if "os.environ[" in code else []
    standard += ["import sys\n"]
    standard += [row for module, row in rows.items() if module not in THIRD_PARTY]
    others = [row for module, row in rows.items() if module in THIRD_PARTY]
    return "\n".join((future, "".join(standard), "".join(others)))


def _import(module: str, names: list[str]) -> str:
    row = f"from {module} import {', '.join(names)}\n"
    if len(row) <= pydantic_text.WIDTH:
        return row
    rows = "".join(f"    {name},\n" for name in names)
    return f"from {module} import (\n{rows})\n"


def _literal(value: Any) -> str:
    return literal(value, python.SYNTAX, depth=1)
