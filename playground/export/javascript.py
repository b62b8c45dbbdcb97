"""JavaScript: the last request of a run with the official `openai` package, as a module."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from playground.core.profile import Api
from playground.export.base import Exported, Exporter
from playground.export.literal import Syntax, literal
from playground.export.request import Request, Variable, sent
from playground.export.sdk import CALLS, Client, client

STREAMED: dict[Api, str] = {
    "responses": """\
for await (const event of stream) {
    if (event.type === "response.output_text.delta") {
        process.stdout.write(event.delta);
    }
}
process.stdout.write("\\n");
""",
    "chat": """\
for await (const chunk of stream) {
    for (const choice of chunk.choices) {
        process.stdout.write(choice.delta?.content ?? "");
    }
}
process.stdout.write("\\n");
""",
    "completions": """\
for await (const chunk of stream) {
    for (const choice of chunk.choices) {
        process.stdout.write(choice.text ?? "");
    }
}
process.stdout.write("\\n");
""",
}

WHOLE: dict[Api, str] = {
    "responses": "console.log(response.output_text);\n",
    "chat": "console.log(response.choices[0].message.content);\n",
    "completions": "console.log(response.choices[0].text);\n",
}


def write(exported: Exported) -> str:
    return code(sent(exported.run, exported.profile))


def code(request: Request) -> str:
    """A program that sends the request and prints the text of the answer; all of the answer, when
    the package has no name for the request.

    The package sends fields that it does not know as they are.
    """
    made = client(request)
    done, end = _named(request, made) or _unnamed(request, made)
    return (
        'import OpenAI from "openai";\n\n'
        f"{opening(made)}\n"
        f"const {'stream' if request.streamed else 'response'} = await {done};\n"
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
    return call(CALLS[api], request.fields, made), (STREAMED if request.streamed else WHOLE)[api]


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
