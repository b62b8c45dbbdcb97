"""Python: the last request of a run with plain `httpx`, so that nothing hides what is sent."""

from __future__ import annotations

import json
from collections.abc import Iterable
from textwrap import indent
from typing import Any
from urllib.parse import unquote_plus

from playground.core.problem import Failure
from playground.core.profile import Api
from playground.export.base import Exported, Exporter
from playground.export.expected import Expected, expected
from playground.export.literal import literal
from playground.export.python import SYNTAX
from playground.export.request import Request, Value, Variable, sent

EVENTS = '''\
def events(response):
    """What each event of the stream says, as it arrives.

    Not by `iter_lines`: that also ends lines at characters like U+2028, which JSON may hold.
    """
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8-sig")(), True)
    rest, data = [], []
    for chunk in response.iter_bytes():
        *lines, last = decoder.decode(chunk).split("\\n")
        if lines:
            lines[0] = "".join([*rest, lines[0]])
            rest = []
        rest.append(last)
        for line in lines:
            name, _, value = line.partition(":")
            if name == "data":
                data.append(value.removeprefix(" "))
            elif not line and data:
                said = "\\n".join(data)
                if said == "[DONE]":
                    return
                yield json.loads(said)
                data = []
'''
"""Any of the three line ends and any cut between two chunks is the decoder's business."""

FAILED = """\
if response.is_error:
    raise SystemExit(f"{response.status_code}: {response.read().decode()}")
"""

STREAMED: dict[Api, str] = {
    "responses": """\
      |for event in events(response):
      |    if event["type"] == "response.output_text.delta":
      |        print(event["delta"], end="", flush=True)
calls |    elif event["type"] == "response.output_item.done":
calls |        if event["item"]["type"] == "function_call":
calls |            print("\\n{name}({arguments})".format(**event["item"]), end="")
      |    elif event["type"] in ("error", "response.failed"):
      |        raise SystemExit(json.dumps(event))
      |print()
""",
    "chat": """\
several |texts = {}
calls   |calls = {}
        |for chunk in events(response):
        |    if chunk.get("error"):
        |        raise SystemExit(json.dumps(chunk["error"]))
        |    for choice in chunk.get("choices") or []:
single  |        print(choice["delta"].get("content") or "", end="", flush=True)
several |        text = choice["delta"].get("content") or ""
several |        texts[choice["index"]] = texts.get(choice["index"], "") + text
calls   |        for part in choice["delta"].get("tool_calls") or []:
calls   |            call = calls.setdefault((choice["index"], part["index"]), ["", ""])
calls   |            call[0] += part["function"].get("name") or ""
calls   |            call[1] += part["function"].get("arguments") or ""
single  |print()
several |for _, text in sorted(texts.items()):
several |    print(text)
calls   |for _, (name, arguments) in sorted(calls.items()):
calls   |    print(f"{name}({arguments})")
""",
    "completions": """\
several |texts = {}
        |for chunk in events(response):
        |    if chunk.get("error"):
        |        raise SystemExit(json.dumps(chunk["error"]))
        |    for choice in chunk.get("choices") or []:
single  |        print(choice["text"], end="", flush=True)
several |        texts[choice["index"]] = texts.get(choice["index"], "") + choice["text"]
single  |print()
several |for _, text in sorted(texts.items()):
several |    print(text)
""",
}

WHOLE: dict[Api, str] = {
    "responses": """\
      |for item in answer["output"]:
      |    if item["type"] == "message":
      |        for part in item["content"]:
      |            print(part.get("text", ""), end="")
calls |    elif item["type"] == "function_call":
calls |        print("\\n{name}({arguments})".format(**item), end="")
      |print()
""",
    "chat": """\
plain |print(answer["choices"][0]["message"]["content"])
each  |for choice in answer["choices"]:
each  |    print(choice["message"].get("content") or "")
calls |    for call in choice["message"].get("tool_calls") or []:
calls |        print("{name}({arguments})".format(**call["function"]))
""",
    "completions": """\
single  |print(answer["choices"][0]["text"])
several |for choice in answer["choices"]:
several |    print(choice["text"])
""",
}

NAMES = {"headers": "headers", "params": "params", "json": "body", "content": "body"}
"""Arguments of the client, and what the program calls them."""


def write(exported: Exported) -> str:
    return code(sent(exported.run, exported.profile))


def code(request: Request) -> str:
    """A program that sends the request and prints the text of the answer; all of the answer, when
    the request has no name. It sends any body, JSON or not."""
    values, is_json = _values(request)
    api = request.api if is_json else None
    more = expected(api, request) if api is not None else Expected()
    reading = f"\n{EVENTS}\n\n" if request.streamed else ""
    rows = "".join(
        f"{NAMES.get(name, name)} = {literal(value, SYNTAX)}\n" for name, value in values.items()
    )
    ask = _streaming if request.streamed else _asking
    return f"{_imports(request, more)}\n{rows}\n{reading}{ask(request, values, api, more)}"


def _values(request: Request) -> tuple[dict[str, Any], bool]:
    """(what the program gives a name: url, headers, params, and what is sent as JSON or as it is;
    whether it is sent as JSON)."""
    headers = dict(request.headers)
    query: dict[str, list[Value]] = {}
    for name, value in request.query:
        plain = unquote_plus(value) if isinstance(value, str) else value
        query.setdefault(unquote_plus(name), []).append(plain)
    params = {name: found[0] if len(found) == 1 else found for name, found in query.items()}
    sent_as: dict[str, Any] = {}
    is_json = False
    if request.body:
        try:
            sent_as = {"json": request.fields}
            json.dumps(request.fields, ensure_ascii=False, allow_nan=False).encode()
            is_json = True
        except (Failure, ValueError):  # no object, or with half a surrogate pair: httpx refuses it
            sent_as = {"content": request.body}
    if is_json:
        headers = {name: one for name, one in headers.items() if name.lower() != "content-type"}
    values = {"url": request.url, "headers": headers, "params": params, **sent_as}
    return {name: value for name, value in values.items() if value or name == "json"}, is_json


def _streaming(request: Request, values: Iterable[str], api: Api | None, more: Expected) -> str:
    print_all = "for event in events(response):\n    print(event)\n"
    end = more.chosen(STREAMED[api]) if api is not None else print_all
    return f"with {_call('stream', request, values)} as response:\n{indent(FAILED + end, '    ')}"


def _asking(request: Request, values: Iterable[str], api: Api | None, more: Expected) -> str:
    done = f"response = {_call('request', request, values)}\n{FAILED}"
    if api is None:
        return f"{done}print(response.text)\n"
    waiting = ""
    if more.background:
        waiting = (
            'while answer["status"] in ("queued", "in_progress"):\n'
            "    sleep(2)\n"
            "    where = f\"{url}/{answer['id']}\"\n"
            f"    answer = httpx.get(where, {_arguments({*values} - {'json'})}).json()\n"
        )
    return f"{done}answer = response.json()\n{waiting}{more.chosen(WHOLE[api])}"


def _call(method: str, request: Request, values: Iterable[str]) -> str:
    return f"httpx.{method}({literal(request.method, SYNTAX)}, url, {_arguments(values)})"


def _arguments(values: Iterable[str]) -> str:
    """What goes along with the address. The client's own patience is too short for models."""
    given = [f"{name}={NAMES[name]}" for name in NAMES if name in values]
    return ", ".join([*given, "timeout=600"])


def _imports(request: Request, more: Expected) -> str:
    used = ["codecs", "io", "json"] if request.streamed else []
    if any(isinstance(value, Variable) for _, value in (*request.headers, *request.query)):
        used.append("os")
    rows = [f"import {name}\n" for name in used]
    rows += ["from time import sleep\n"] if more.background else []
    return "".join(rows) + ("\n" if rows else "") + "import httpx\n"


EXPORT = Exporter("httpx", "Python (httpx)", ".py", write, code, short="httpx")
