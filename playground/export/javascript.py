"""JavaScript: the last request of a run with the official `openai` package, as a module."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from playground.core.profile import Api
from playground.export.base import Exported, Exporter
from playground.export.expected import expected
from playground.export.literal import Syntax, literal
from playground.export.request import Request, Variable, sent
from playground.export.sdk import CALLS, Client, client

STREAMED: dict[Api, str] = {
    "responses": """\
      |for await (const event of stream) {
      |    if (event.type === "response.output_text.delta") {
      |        process.stdout.write(event.delta);
      |    }
calls |    if (event.type === "response.output_item.done" && event.item.type === "function_call") {
calls |        process.stdout.write(`\\n${event.item.name}(${event.item.arguments})`);
calls |    }
      |}
      |process.stdout.write("\\n");
""",
    "chat": """\
several |const texts = [];
calls   |const calls = {};
        |for await (const chunk of stream) {
        |    for (const choice of chunk.choices) {
single  |        process.stdout.write(choice.delta?.content ?? "");
several |        texts[choice.index] = (texts[choice.index] ?? "") + (choice.delta?.content ?? "");
calls   |        for (const part of choice.delta?.tool_calls ?? []) {
calls   |            const call = (calls[`${choice.index}/${part.index}`] ??= ["", ""]);
calls   |            call[0] += part.function?.name ?? "";
calls   |            call[1] += part.function?.arguments ?? "";
calls   |        }
        |    }
        |}
single  |process.stdout.write("\\n");
several |texts.forEach((text) => console.log(text));
calls   |for (const [name, written] of Object.values(calls)) {
calls   |    console.log(`${name}(${written})`);
calls   |}
""",
    "completions": """\
several |const texts = [];
        |for await (const chunk of stream) {
        |    for (const choice of chunk.choices) {
single  |        process.stdout.write(choice.text ?? "");
several |        texts[choice.index] = (texts[choice.index] ?? "") + (choice.text ?? "");
        |    }
        |}
single  |process.stdout.write("\\n");
several |texts.forEach((text) => console.log(text));
""",
}
"""What is done with the answer; see `expected` for the flags."""

WHOLE: dict[Api, str] = {
    "responses": """\
      |console.log(response.output_text);
calls |for (const item of response.output) {
calls |    if (item.type === "function_call") {
calls |        console.log(`${item.name}(${item.arguments})`);
calls |    }
calls |}
""",
    "chat": """\
plain |console.log(response.choices[0].message.content);
each  |for (const choice of response.choices) {
each  |    console.log(choice.message.content ?? "");
calls |    for (const call of choice.message.tool_calls ?? []) {
calls |        console.log(`${call.function.name}(${call.function.arguments})`);
calls |    }
each  |}
""",
    "completions": """\
single  |console.log(response.choices[0].text);
several |for (const choice of response.choices) {
several |    console.log(choice.text);
several |}
""",
}


EXACT = 2**53 - 1
"""The greatest whole number that is sent as it is written: numbers are floating point there."""


def write(exported: Exported) -> str:
    return code(sent(exported.run, exported.profile))


def code(request: Request) -> str:
    """A program that sends the request and prints the text of the answer; all of the answer, when
    the package has no name for the request.

    The package sends fields that it does not know as they are.
    """
    made = client(request)
    done, end = _named(request, made) or _unnamed(request, made)
    waits = end.startswith("while ")
    return (
        'import OpenAI from "openai";\n\n'
        f"{opening(made)}\n"
        f"{'let' if waits else 'const'} {'stream' if request.streamed else 'response'}"
        f" = await {done};\n"
        f"{end}"
    )


def opening(made: Client) -> str:
    """The line or lines that make the client."""
    options = {
        "baseURL": made.base_url,
        "apiKey": made.api_key,
        "organization": made.organization,
        "project": made.project,
        "defaultHeaders": made.default_headers,
        "defaultQuery": made.default_query,
    }
    given = {name: value for name, value in options.items() if value}
    return f"const client = new OpenAI({literal(given, SYNTAX)});\n"


def call(method: str, fields: Mapping[str, Any], made: Client) -> str:
    """A call of the client with a request's fields."""
    beside = f", {literal({'headers': made.extra_headers}, SYNTAX)}" if made.extra_headers else ""
    return f"client.{method}({literal(dict(fields), SYNTAX)}{beside})"


def _named(request: Request, made: Client) -> tuple[str, str] | None:
    """(the call, what is done with the answer)."""
    if (api := request.api) is None or api not in CALLS:
        return None
    more = expected(api, request)
    end = more.chosen((STREAMED if request.streamed else WHOLE)[api])
    if more.background:
        end = _waiting(made) + end
    return call(CALLS[api], request.fields, made), end


def _waiting(made: Client) -> str:
    beside = f", {{}}, {literal({'headers': made.extra_headers}, SYNTAX)}"
    return (
        'while (["queued", "in_progress"].includes(response.status)) {\n'
        "    await new Promise((done) => setTimeout(done, 2000));\n"
        "    response = await client.responses.retrieve("
        f"response.id{beside if made.extra_headers else ''});\n"
        "}\n"
    )


def _unnamed(request: Request, made: Client) -> tuple[str, str]:
    """The same by the method and the address."""
    options: dict[str, Any] = {"body": request.fields} if request.body else {}
    if made.extra_headers:
        options["headers"] = made.extra_headers
    if request.streamed:
        options["stream"] = True
    beside = f", {literal(options, SYNTAX)}" if options else ""
    done = f"client.{request.method.lower()}({_atom(request.url)}{beside})"
    if request.streamed:
        return done, "for await (const event of stream) {\n    console.log(event);\n}\n"
    return done, "console.log(response);\n"


def _key(name: str) -> str:
    if name == "__proto__":
        return '["__proto__"]'  # without the brackets it would set the prototype
    return name if re.fullmatch(r"[A-Za-z_$][\w$]*", name, re.A) else _atom(name)


def _atom(value: Any) -> str:
    if isinstance(value, Variable):
        known = f"{_atom(value.before)} + " if value.before else ""
        return f"{known}process.env.{value.name}"
    if isinstance(value, int) and abs(value) > EXACT:
        return f'JSON.rawJSON("{value}")'  # since Node 21
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    """What cannot be seen in a source file is escaped: it could make code look like other code."""
    if character.isprintable():
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


SYNTAX = Syntax(_atom, _key, pad=" ")

EXPORT = Exporter("javascript", "JavaScript", ".mjs", write, code)
