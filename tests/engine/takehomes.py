"""Requests for structured output as the panel sends them, what a server answers to each, and what
programs print that were written for them."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.output import Output
from playground.core.profile import Profile
from playground.endpoints import BY_ID
from playground.export.request import Request, unsent
from playground.providers.openai import OpenAI
from playground.schemas.library import examples
from tests.processes import PATIENCE, Sandbox, environment

Json = dict[str, Any]

HERE = "http://127.0.0.1:1/v1"
MARKER = "sk-test-MARKER-123"
EXAMPLES = {one.name: one for one in examples()}

ODD: Json = {
    "type": "object",
    "properties": {
        "first name": {"type": "string"},
        "class": {"type": "integer", "minimum": 2},
        "tags": {"type": "array", "items": {"$ref": "#/$defs/client"}, "minItems": 1},
        "note": {"type": "string"},
    },
    "required": ["first name", "class", "tags"],
    "$defs": {"client": {"enum": ["a", "b"]}},
}
"""Not strict: names that are none, a definition called as the programs call the client, and a
property that may be missing."""

SAID: Json = {"type": "object", "properties": {"answer": {"type": "string"}}}
"""What the sandbox answers when any object will do."""
LOOKUP: Json = {"type": "object", "properties": {"q": {"type": "string"}}}


@dataclass(frozen=True)
class Case:
    api: str
    output: Output
    model: str = "sandbox"
    """A scenario of the sandbox."""
    fields: Json = field(default_factory=dict)
    said: str = ""
    ends: str = ""
    """What a program says when it ends without an answer."""

    def request(self, base_url: str, marked: str = "") -> Request:
        profile = Profile(id="p", name="P", base_url=base_url, headers={"X-Title": "it's"})
        fields = {"temperature": 0.5, "sandbox": {"per_second": 0}, **self.fields}
        call = Call(api=self.api, model=self.model, instructions='Be "brief", as JSON.',
                    fields=fields, output=self.output)  # fmt: skip
        said = [Message(key="in:0", role="user", text=Text(f"{self.said} {marked}"))]
        endpoint = BY_ID[self.api]
        body = endpoint.body(call, said, profile.quirks)
        made = OpenAI().address(profile, endpoint.path, SecretStr(MARKER), body, stream=True)
        return unsent(made, profile)


def example(name: str, **more: Any) -> Output:
    return Output(mode="json_schema", name=name, json_schema=EXAMPLES[name].schema).model_copy(
        update=more
    )


def _cases() -> dict[str, Case]:
    odd = Output(mode="json_schema", strict=False, name="odd", json_schema=ODD)
    found = {}
    for place, api in enumerate(("chat", "responses")):
        for one in list(EXAMPLES.values())[place::2]:
            found[f"{api}-{one.name}"] = Case(api, example(one.name), said=one.prompt)
        invoice = example("invoice")
        filled = EXAMPLES["invoice"].prompt
        limit = "max_completion_tokens" if api == "chat" else "max_output_tokens"
        inner = {"name": "look_up", "parameters": LOOKUP, "strict": False}
        other = {"type": "function", "function": inner} if api == "chat" else {
            "type": "function", **inner}  # fmt: skip
        outputs = {
            "loose": invoice.model_copy(update={"strict": False}),
            "object": Output(mode="json_object", json_schema=SAID),
            "tool": invoice.model_copy(update={"mode": "tool", "description": "Keep it."}),
            "loose-tool": invoice.model_copy(update={"mode": "tool", "strict": False}),
            "described": invoice.model_copy(update={"description": "What is to be paid"}),
            "odd": odd,
            "odd-tool": odd.model_copy(update={"mode": "tool"}),
        }
        for name, output in outputs.items():
            found[f"{api}-{name}"] = Case(api, output, said=filled)
        more = {
            "with-tools": Case(api, invoice, fields={"tools": [other], "tool_choice": "none"}),
            "tool-with-tools": Case(api, outputs["tool"], fields={"tools": [other]}),
            "refused": Case(api, invoice, "refusal", ends="The model refused: I'm sorry"),
            "refused-loose": Case(api, outputs["loose"], "refusal", ends="The model refused: I'm"),
            "refused-tool": Case(api, outputs["tool"], "refusal", ends="The model refused: I'm"),
            "cut": Case(api, invoice, fields={limit: 16}, said=filled,
                        ends="incomplete" if api == "chat" else "or was cut off"),
            "cut-loose": Case(api, outputs["loose"], fields={limit: 16}, said=filled,
                              ends="incomplete"),
            "filtered": Case(api, invoice, "content-filter",
                             ends="incomplete" if api == "chat" else "or was cut off"),
            "another": Case(api, invoice.model_copy(update={"mode": "json_object"}),
                            ends="is not what Invoice says"),
        }  # fmt: skip
        found |= {f"{api}-{name}": case for name, case in more.items()}
    found["responses-background"] = Case(
        "responses", example("invoice"), fields={"background": True}, said="Total 12"
    )
    found["responses-commentary"] = Case(
        "responses", example("invoice", strict=False), "structured/commentary", said="Total 12"
    )
    return found


CASES = _cases()


def answered(base_url: str, api: str, sent: Json) -> Any:
    """The JSON that a server answers to the body of a request, without any program of ours."""
    body = {name: one for name, one in sent.items() if name != "background"}
    asking = urllib.request.Request(
        base_url + BY_ID[api].path,
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {MARKER}"},
    )
    with urllib.request.urlopen(asking, timeout=PATIENCE) as reply:
        data = json.load(reply)
    if api == "chat":
        message = data["choices"][0]["message"]
        called = message.get("tool_calls")
        return json.loads(called[0]["function"]["arguments"] if called else message["content"])
    for item in data["output"]:
        if item["type"] == "function_call":
            return json.loads(item["arguments"])
        if item["type"] == "message" and item.get("phase") != "commentary":
            return json.loads(item["content"][0]["text"])
    raise AssertionError(data)


def arrived(server: Sandbox) -> dict[str, Json]:
    """What a server has on its log of the request of each case."""
    rows = {}
    for row in server.log():
        if row["method"] == "POST":
            text = json.dumps(row["body"], ensure_ascii=False)
            (name,) = (one for one in CASES if f"({one})" in text)
            rows[name] = row
    return rows


def check_body(name: str, headers: Json, body: Json) -> None:
    """What was sent for a case is what its request says: all of it, however the schema is laid
    out, but for the case of its name."""
    case = CASES[name]
    wanted = case.request(HERE, f"({name})").fields
    for one in ("stream", "stream_options"):
        wanted.pop(one, None)
        assert not body.get(one)
    assert headers["x-title"] == "it's"
    assert without_form(body) == without_form(wanted)
    mine, theirs = form(body), form(wanted)
    assert (mine is None) == (theirs is None) == (case.output.mode == "json_object")
    if mine is not None and theirs is not None and mine != theirs:
        assert plain(mine.pop("schema")) == plain(theirs.pop("schema"))
        if "description" not in theirs:
            mine.pop("description", None)
        named = theirs.pop("name")
        assert mine.pop("name").lower() in (named, named.replace("-", ""))
        assert mine == theirs


def without_form(body: Json) -> str:
    """A body without the schema that is asked for; what the user's own tools say stays."""
    formed = ("response_format", "tools", "text", "stream", "stream_options")
    made = {name: one for name, one in body.items() if name not in formed}
    made["text"] = {name: one for name, one in body.get("text", {}).items() if name != "format"}
    made["tools"] = [tool for tool in body.get("tools", []) if "look_up" in json.dumps(tool)]
    return json.dumps(made, sort_keys=True)


def form(body: Json) -> Json | None:
    """The schema that is asked for and what is said about it, the same for both dialects."""
    rows = [body.get("response_format"), body.get("text", {}).get("format"), *body.get("tools", [])]
    for row in rows:
        if not row or row["type"] == "json_object":
            continue
        said = {**row, **row.get("json_schema", {}), **row.get("function", {})}
        if said["name"] != "look_up":
            said["schema"] = said.pop("parameters", None) or said["schema"]
            return {name: said[name] for name in said if name not in ("json_schema", "function")}
    return None


def plain(schema: Any, root: Any = None, followed: tuple[str, ...] = ()) -> Any:
    """What a schema asks for, in one of the ways to write it: each reference followed for two
    turns, and no titles."""
    root = schema if root is None else root
    if not isinstance(schema, dict):
        return schema
    if ref := schema.get("$ref"):
        found = root
        for step in ref.removeprefix("#").strip("/").split("/") if ref != "#" else ():
            found = found[step.replace("~1", "/").replace("~0", "~")]
        beside = {name: one for name, one in schema.items() if name != "$ref"}
        turns = followed.count(ref)
        return plain({**found, **beside}, root, (*followed, ref)) if turns < 2 else "…"
    made: Json = {}
    for name, one in schema.items():
        match name:
            case "title" | "$defs" | "definitions" | "$schema":
                continue
            case "properties":
                made[name] = [(key, plain(inner, root, followed)) for key, inner in one.items()]
            case "items" | "additionalProperties":
                made[name] = plain(one, root, followed)
            case "anyOf":
                made[name] = [plain(inner, root, followed) for inner in one]
            case "required":
                made[name] = sorted(one)
            case "const":
                made["enum"] = [one]
            case _:
                made[name] = one
    if "enum" in made:
        made.pop("type", None)
    if isinstance(kinds := made.get("type"), list):
        said = {name: made.pop(name) for name in ("description",) if name in made}
        options = [{**(made if kind != "null" else {}), "type": kind} for kind in kinds]
        return {"anyOf": options, **said}
    return made


RUNNER = """
import contextlib, io, json, pathlib, runpy, sys, time

time.sleep = lambda seconds: None
done = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    printed, error = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        try:
            runpy.run_path(str(path), run_name="__main__")
        except SystemExit as exit:
            error = exit.code
    done[path.stem] = [printed.getvalue(), error]
print(json.dumps(done))
"""
"""One process for all: importing the package takes longer than anything else."""


def ran(programs: dict[str, str], folder: Path) -> dict[str, tuple[str, str | None]]:
    """(what was printed, what it ended with) of each Python program."""
    for name, code in programs.items():
        (folder / f"{name}.py").write_bytes(code.encode())
    command = [sys.executable, "-W", "error", "-c", RUNNER, str(folder)]
    done = subprocess.run(
        command,
        capture_output=True,
        cwd=folder,
        env=environment(OPENAI_API_KEY=MARKER),
        timeout=2 * PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return {name: (out, error) for name, (out, error) in json.loads(done.stdout).items()}
