"""Python: the last request of a run with the official `openai` package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from playground.core.problem import Failure, Problem
from playground.core.profile import Api
from playground.export.base import Exported, Exporter
from playground.export.expected import expected
from playground.export.literal import Expression, Syntax, literal
from playground.export.request import Request, Variable, sent
from playground.export.sdk import CALLS, Client, client

ARGUMENTS: dict[Api, frozenset[str]] = {
    "responses": frozenset((
        "background", "conversation", "include", "input", "instructions", "max_output_tokens",
        "max_tool_calls", "metadata", "model", "parallel_tool_calls", "previous_response_id",
        "prompt", "prompt_cache_key", "reasoning", "safety_identifier", "service_tier", "store",
        "stream", "stream_options", "temperature", "text", "tool_choice", "tools", "top_logprobs",
        "top_p", "truncation", "user",
    )),
    "chat": frozenset((
        "audio", "frequency_penalty", "logit_bias", "logprobs", "max_completion_tokens",
        "max_tokens", "messages", "metadata", "modalities", "model", "n", "parallel_tool_calls",
        "prediction", "presence_penalty", "prompt_cache_key", "reasoning_effort",
        "response_format", "safety_identifier", "seed", "service_tier", "stop", "store", "stream",
        "stream_options", "temperature", "tool_choice", "tools", "top_logprobs", "top_p", "user",
        "verbosity", "web_search_options",
    )),
    "completions": frozenset((
        "best_of", "echo", "frequency_penalty", "logit_bias", "logprobs", "max_tokens", "model",
        "n", "presence_penalty", "prompt", "seed", "stop", "stream", "stream_options", "suffix",
        "temperature", "top_p", "user",
    )),
}  # fmt: skip
"""Fields that the package has long taken by name. All others go through `extra_body`, which every
version passes on as it is."""

STREAMED: dict[Api, str] = {
    "responses": """\
      |for event in stream:
      |    if event.type == "response.output_text.delta":
      |        print(event.delta, end="", flush=True)
calls |    elif event.type == "response.output_item.done" and event.item.type == "function_call":
calls |        print(f"\\n{event.item.name}({event.item.arguments})", end="")
      |print()
""",
    "chat": """\
several |texts = {}
calls   |calls = {}
        |for chunk in stream:
        |    for choice in chunk.choices:
single  |        print(choice.delta.content or "", end="", flush=True)
several |        text = choice.delta.content or ""
several |        texts[choice.index] = texts.get(choice.index, "") + text
calls   |        for part in choice.delta.tool_calls or []:
calls   |            call = calls.setdefault((choice.index, part.index), ["", ""])
calls   |            call[0] += part.function.name or ""
calls   |            call[1] += part.function.arguments or ""
single  |print()
several |for _, text in sorted(texts.items()):
several |    print(text)
calls   |for _, (name, arguments) in sorted(calls.items()):
calls   |    print(f"{name}({arguments})")
""",
    "completions": """\
several |texts = {}
        |for chunk in stream:
        |    for choice in chunk.choices:
single  |        print(choice.text, end="", flush=True)
several |        texts[choice.index] = texts.get(choice.index, "") + choice.text
single  |print()
several |for _, text in sorted(texts.items()):
several |    print(text)
""",
}
"""What is done with the answer; see `expected` for the flags."""

WHOLE: dict[Api, str] = {
    "responses": """\
      |print(response.output_text)
calls |for item in response.output:
calls |    if item.type == "function_call":
calls |        print(f"{item.name}({item.arguments})")
""",
    "chat": """\
plain |print(response.choices[0].message.content)
each  |for choice in response.choices:
each  |    print(choice.message.content or "")
calls |    for call in choice.message.tool_calls or []:
calls |        print(f"{call.function.name}({call.function.arguments})")
""",
    "completions": """\
single  |print(response.choices[0].text)
several |for choice in response.choices:
several |    print(choice.text)
""",
}


HALF = "The text holds half of a surrogate pair, which the package openai cannot send."


def write(exported: Exported) -> str:
    return code(sent(exported.run, exported.profile))


def code(request: Request) -> str:
    """A program that sends the request and prints the text of the answer; all of the answer, when
    the package has no name for the request."""
    made = client(request)
    if not _can_be_sent(request):
        raise Failure(Problem(title=HALF, detail="cURL and Python (httpx) send it as it is."))
    imports, done, end = _named(request, made) or _unnamed(request, made)
    program = (
        f"from openai import {imports}\n\n"
        f"{opening(made)}\n"
        f"{'stream' if request.streamed else 'response'} = {done}\n"
        f"{end}"
    )
    standard = "import os\n" if "os.environ[" in program else ""
    standard += "from time import sleep\n" if end.startswith("while ") else ""
    return f"{standard}\n{program}" if standard else program


def opening(made: Client) -> str:
    """The line or lines that make the client."""
    options = {
        "base_url": made.base_url,
        "api_key": made.api_key,
        "organization": made.organization,
        "project": made.project,
        "default_headers": made.default_headers,
        "default_query": made.default_query,
    }
    return f"client = OpenAI({_arguments(_given(options))})\n"


def call(method: str, api: Api, fields: Mapping[str, Any], made: Client, **more: Expression) -> str:
    """A call of the client with a request's fields; `more` are arguments that are none."""
    arguments = {name: value for name, value in fields.items() if name in ARGUMENTS[api]}
    beside = {
        "extra_headers": made.extra_headers,
        "extra_body": {name: fields[name] for name in fields if name not in arguments},
    }
    return f"client.{method}({_arguments(arguments | more | _given(beside))})"


def _named(request: Request, made: Client) -> tuple[str, str, str] | None:
    """(what to import, the call, what is done with the answer)."""
    if (api := request.api) is None or api not in CALLS:
        return None
    more = expected(api, request)
    end = more.chosen((STREAMED if request.streamed else WHOLE)[api])
    if more.background:
        end = _waiting(made) + end
    return "OpenAI", call(CALLS[api], api, request.fields, made), end


def _waiting(made: Client) -> str:
    headers = made.extra_headers
    beside = f", extra_headers={literal(headers, SYNTAX, depth=1)}" if headers else ""
    return (
        'while response.status in ("queued", "in_progress"):\n'
        "    sleep(2)\n"
        f"    response = client.responses.retrieve(response.id{beside})\n"
    )


def _unnamed(request: Request, made: Client) -> tuple[str, str, str]:
    """The same by the method and the address."""
    arguments: dict[str, Any] = {"body": request.fields} if request.body else {}
    if made.extra_headers:
        arguments["options"] = {"headers": made.extra_headers}
    rows = [f"    {_atom(request.url)},\n", "    cast_to=object,\n"]
    if request.streamed:
        rows += ["    stream=True,\n", "    stream_cls=Stream[object],\n"]
    done = f"client.{request.method.lower()}(\n{''.join(rows)}{_rows(arguments)})"
    if request.streamed:
        return "OpenAI, Stream", done, "for event in stream:\n    print(event)\n"
    return "OpenAI", done, "print(response)\n"


def _can_be_sent(request: Request) -> bool:
    """The package makes UTF-8 of the body, in which half a surrogate pair cannot be said."""
    try:
        json.dumps(request.fields if request.body else {}, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _given(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value}


def _arguments(arguments: dict[str, Any]) -> str:
    """Keyword arguments, one a line."""
    return f"\n{_rows(arguments)}"


def _rows(arguments: dict[str, Any]) -> str:
    rows = (f"    {name}={literal(value, SYNTAX, depth=1)},\n" for name, value in arguments.items())
    return "".join(rows)


def _atom(value: Any) -> str:
    """A literal; strings in double quotes where that needs no escape."""
    if isinstance(value, Variable):
        before = f"{_atom(value.before)} + " if value.before else ""
        return f'{before}os.environ["{value.name}"]'
    text = repr(value)
    if isinstance(value, str) and text[0] == "'" and '"' not in value:
        return f'"{text[1:-1]}"'
    return text


SYNTAX = Syntax(_atom, _atom)

EXPORT = Exporter("python", "Python (openai)", ".py", write, code, short="Python")
