"""What MCP servers are described by, what they offer, and what they answer, as our own values.

All of it is read from plain JSON, leniently: what a server got wrong costs that much and no more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from playground.core.tools import NAME, Result, Tool

Transport = Literal["stdio", "http"]
State = Literal["stopped", "starting", "ready", "crashed"]

OUTPUT = 1_000_000
"""Bytes of a result that a model is given."""
TOOLS = 1_000
"""Tools of one server, and as many resources and prompts."""
TEXT = 20_000
"""Characters of the text beside structured content that are kept for whoever looks."""
DESCRIPTION = 20_000
"""Characters of a description."""

HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")


class McpSpec(BaseModel):
    """One server, as the settings keep it. Without a secret: of those only the names."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    name: str
    """What its tools show before their names."""
    transport: Transport = "stdio"
    command: str = ""
    """Of stdio: a program, looked for in the PATH of the user's shell."""
    args: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    """Names of what it sees of the environment, beside the usual."""
    cwd: str = ""
    """Empty: the user's home."""
    url: str = ""
    """Of http: where it answers (streamable HTTP)."""
    headers: tuple[str, ...] = ()
    """Names of headers that are sent with every request."""
    seconds: float = Field(default=60.0, gt=0, le=86_400)
    """That a call may take."""
    on: bool = False
    """Whether its tools are wanted. Nothing is started by that: only `start` starts a server."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Names of the values that it needs to be handed."""
        return self.env if self.transport == "stdio" else self.headers


@dataclass(frozen=True, slots=True)
class Listed:
    """A resource or a prompt."""

    name: str
    description: str = ""
    uri: str = ""
    """Of a resource."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server says of itself and what it has."""

    server: str = ""
    """Its own name and version."""
    protocol: str = ""
    """The version of MCP that was agreed on."""
    instructions: str = ""
    tools: tuple[Tool, ...] = ()
    resources: tuple[Listed, ...] = ()
    prompts: tuple[Listed, ...] = ()
    notes: tuple[str, ...] = ()
    """What of its lists cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class Status:
    """How things stand with a server, at one moment."""

    state: State = "stopped"
    words: str = "It was not started."
    """A sentence about it."""
    command: str = ""
    """What is run, as it was found; or where it is asked."""
    path: str = ""
    """Where the PATH is from, in which it was looked for."""
    offer: Offer = Offer()


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a test start."""

    ok: bool
    words: str
    status: Status
    diagnostics: str = ""
    """The last lines of its standard error."""
    noise: tuple[str, ...] = ()
    """Lines on its standard output that are no messages."""


class Ended(Exception):  # noqa: N818  no error: servers end
    """The server is gone."""


class Forgotten(Exception):  # noqa: N818  nor is it one that servers forget
    """The server does not know this session any more, and did nothing."""


class Refused(Exception):  # noqa: N818  the server's word, not ours
    """(code, the server's words)"""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


def tools_of(rows: Iterable[object], spec: McpSpec) -> tuple[tuple[Tool, ...], tuple[str, ...]]:
    """The tools of a server's list, and what is wrong with those that are not among them."""
    tools: dict[str, Tool] = {}
    notes = []
    for place, row in enumerate(rows):
        if not isinstance(row, dict) or not (name := _text(row.get("name"))):
            notes.append(f"Entry {place} of its tools has no name.")
            continue
        schema = row.get("inputSchema")
        if not isinstance(schema, dict):
            notes.append(f"{name}: its input schema is not a JSON object.")
            continue
        if len(tools) == TOOLS:
            notes.append(f"Only the first {TOOLS:,} of its tools are used.")
            break
        output = row.get("outputSchema")
        if output is not None and not isinstance(output, dict):
            notes.append(f"{name}: its output schema is not a JSON object, and is left away.")
            output = None
        called = _called(name, tools)
        if called != name:
            notes.append(f"{name} is called {called} here: models take no such name.")
        description = _text(row.get("description")) or _text(row.get("title"))
        origin = {"mcp": spec.id, "tool": name}
        annotations = row.get("annotations")
        if isinstance(annotations, dict):
            # In here, so that an approval ends when the server promises something else.
            told = {hint: annotations[hint] for hint in HINTS if hint in annotations}
            origin["hints"] = json.dumps(told, sort_keys=True)
        tools[called] = Tool(
            source=spec.name,
            name=called,
            description=description[:DESCRIPTION],
            parameters=schema,
            strict=False,  # few servers keep to the subset that strict wants
            output=output,
            mode="real",
            origin=origin,
        )
    return tuple(tools.values()), tuple(notes)


def listed(rows: Iterable[object]) -> tuple[Listed, ...]:
    """Resources or prompts; a row without a name is none."""
    found = []
    for row in rows:
        if isinstance(row, dict) and (name := _text(row.get("name")) or _text(row.get("uri"))):
            about = _text(row.get("description")) or _text(row.get("title"))
            uri = _text(row.get("uri")) or _text(row.get("uriTemplate"))
            found.append(Listed(name, about[:DESCRIPTION], uri))
    return tuple(found[:TOOLS])


def touches(tool: Tool) -> str:
    """What the tool may touch, by its server's own words. MCP reads no word as the worst."""
    try:
        told = json.loads(tool.origin.get("hints", "{}"))
    except ValueError:
        told = {}
    if not told:
        return "Its server does not say what it touches."
    if told.get("readOnlyHint") is True:
        says = "it only reads"
    elif told.get("destructiveHint") is False:
        says = "it adds, and destroys nothing"
    else:
        says = "it may change and destroy what is there"
    if told.get("idempotentHint") is True and told.get("readOnlyHint") is not True:
        says += ", and doing it twice is as doing it once"
    if told.get("openWorldHint") is False:
        says += "; it stays within its own world"
    else:
        says += "; it reaches out to others"
    return f"Its server says: {says}."


def arguments_of(text: str) -> dict[str, Any]:
    """Of a call. Raises ValueError, with a sentence for the model, when they cannot be sent."""
    try:
        given = json.loads(text or "{}")
        json.dumps(given, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("The arguments have halves of characters, which nobody takes.") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"The arguments are not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise ValueError("The arguments are not a JSON object.")
    return given


def result_of(raw: Mapping[str, Any]) -> Result:
    """What a server answered, as a model is told it.

    Structured content is the result where there is some, checked by nobody yet; else the text. Of
    what is neither a model is told what it is.
    """
    content = raw.get("content")
    structured = raw.get("structuredContent")
    if not isinstance(content, list) and structured is None:
        said = json.dumps(raw, ensure_ascii=False)[:1_000]
        return Result(f"The server's answer is no result of a tool: {said}", "failed")
    parts: list[str] = []
    notes: list[str] = []
    for block in content if isinstance(content, list) else ():
        text, note = _part(block)
        parts.append(text)
        notes += note
    output = "\n".join(parts)
    if raw.get("isError") is True:
        return cut(Result(output or "The tool failed, and says nothing of why.", "failed"))
    if structured is not None:
        facts = {} if _same(output, structured) else {"text": output[:TEXT]}
        return cut(Result(_json(structured), notes=tuple(notes), facts=facts))
    if not parts:
        notes.append("It returned nothing.")
    return cut(Result(output, notes=tuple(notes)))


def cut(result: Result) -> Result:
    """With as much of its output as a model is given."""
    data = result.output.encode("utf-8", "replace")
    if len(data) <= OUTPUT:
        return result
    words = f"Cut: these are the first {OUTPUT / 1e6:g} of {len(data) / 1e6:,.1f} MB."
    output = f"{data[:OUTPUT].decode('utf-8', 'ignore')}\n[{words}]"
    return Result(output, result.state, (*result.notes, words), result.facts)


def _part(block: Any) -> tuple[str, Sequence[str]]:
    """(what a model is told of a block of content, what whoever looks should know)."""
    match block:
        case {"type": "text", "text": str(text)}:
            return text, ()
        case {"type": "image" | "audio" as kind, "data": str(data)}:
            told = {key: value for key, value in block.items() if key not in ("data", "_meta")}
            size = _bytes(data)
            name = {"image": "An image", "audio": "A sound"}[kind]
            note = f"{name} of {size:,} bytes is only named to the model."
            return _json({**told, "bytes": size}), (note,)
        case {"type": "resource", "resource": {"blob": str(data), **resource}}:
            size = _bytes(data)
            note = f"A resource of {size:,} bytes is only named to the model."
            return _json({"type": "resource", "resource": {**resource, "bytes": size}}), (note,)
        case {"type": "resource" | "resource_link"}:
            return _json(block), ()
        case _:
            return _json(block), ("Some of it is of a kind that is not known here.",)


def _bytes(base64: str) -> int:
    return len(base64) * 3 // 4 - base64[-2:].count("=")


def _same(output: str, structured: object) -> bool:
    """Whether the text of a result is only its structured content once more."""
    try:
        return not output or json.loads(output) == structured
    except (ValueError, RecursionError):
        return False


def _called(name: str, taken: Mapping[str, object]) -> str:
    """A name that models take, and no other tool has."""
    plain = name if NAME.fullmatch(name) else re.sub(r"[^A-Za-z0-9_-]", "_", name)[:64]
    called, number = plain, 2
    while called in taken:
        ending = f"_{number}"
        called, number = plain[: 64 - len(ending)] + ending, number + 1
    return called


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
