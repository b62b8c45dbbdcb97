"""Presets: a prompt with its parameters, tools and schema as one file that version control can
compare line by line.

The order of everything is fixed, long texts are lists of lines, and what a later version adds stays
in the file. A preset says what is asked and never what is run: it holds no key, no leave to call
anything, and no place where a tool could be run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from playground.core.call import Call, Withheld
from playground.core.keyless import Keyless, without_keys, without_leave, without_secrets
from playground.core.output import Output
from playground.core.problem import Failure, Problem
from playground.core.profile import is_secret
from playground.core.prompts import Content, Said
from playground.core.strict_json import parsed
from playground.core.tools import Tool
from playground.core.variables import Variable

FORMAT: Final = "playground.preset"
VERSION = 1
SUFFIX = ".preset.json"
LARGEST = 32 << 20
"""Bytes of a file that is read."""

CALL = ("api", "model", "stream", "state", "steps", "errors")
"""What of a call stands in the file as it is."""
TOOL = ("source", "name", "kind", "description", "parameters", "strict", "output", "format",
        "hosted")  # fmt: skip
OUTPUT = ("mode", "strict", "name", "description", "json_schema", "source", "attempts")
VARIABLE = ("name", "type", "default", "choices", "help")
LINED = ("description", "source", "help")
"""Texts of them that may be long."""
NAMES = ("format", "version", "title", "api", "model", "messages", "variables", "parameters",
         "output", "tools", "extra", "headers", "stream", "state", "steps", "errors")  # fmt: skip
"""Everything in a file, in its order."""

Row = dict[str, Any]
T = TypeVar("T")


class Preset(BaseModel):
    model_config = ConfigDict(extra="ignore")

    title: str = ""
    messages: tuple[Said, ...] = ()
    call: Call = Field(default_factory=Call)
    """Without a developer message, which is among the messages, and without values."""
    rest: dict[str, Any] = Field(default_factory=dict)
    """Fields of the file that this version does not know."""

    @property
    def content(self) -> Content:
        """Its prompt alone."""
        return Content(messages=self.messages, variables=tuple(self.call.variables))


class Opened(NamedTuple):
    preset: Preset
    notices: tuple[str, ...]
    """What of the file was not taken, in sentences."""


def preset_of(title: str, call: Call, messages: tuple[Said, ...] = ()) -> Preset:
    """What a session asks, as it can be kept; `messages` come after the developer message."""
    begun = (Said(role="developer", text=call.instructions),) if call.instructions else ()
    taken = {
        "instructions": "",
        "body": None,
        "values": {},
        "headers": without_keys(call.headers).value,
        "tools": [_harmless(tool) for tool in call.tools],
        "fields": _harmless_fields(call.fields).value,
        "extra": _harmless_fields(call.extra).value,
        "withheld": Withheld(),
    }
    made = call.model_copy(update=taken, deep=True)
    return Preset(title=title, messages=(*begun, *messages), call=made)


def secrets_of(call: Call) -> tuple[str, ...]:
    """What of a call is a key, as it is called, and so in no preset."""
    found = (*without_keys(call.headers).names, *without_secrets(call.fields).names,
             *without_secrets(call.extra).names)  # fmt: skip
    return tuple(dict.fromkeys(found))


def write(preset: Preset) -> bytes:
    """The file. Raises Failure for what JSON cannot say."""
    call = preset_of("", preset.call).call
    row: Row = {"format": FORMAT, "version": VERSION, "title": preset.title}
    row |= {name: getattr(call, name) for name in ("api", "model")}
    row["messages"] = [{"role": one.role, "text": _lines(one.text)} for one in preset.messages]
    row["variables"] = [_row(one, VARIABLE, ("name", "type")) for one in call.variables]
    row["parameters"] = dict(sorted(call.fields.items()))
    if call.output != Output():
        row["output"] = _row(call.output, OUTPUT, ("mode",))
    row["tools"] = [_row(tool, TOOL, ("name", "kind")) for tool in call.tools]
    row["extra"], row["headers"] = call.extra, dict(sorted(call.headers.items()))
    row |= {name: getattr(call, name) for name in ("stream", "state", "steps", "errors")}
    known = {name: row[name] for name in NAMES if name in row and row[name] not in ([], {})}
    rest = {name: value for name, value in sorted(preset.rest.items()) if name not in NAMES}
    try:
        text = json.dumps({**known, **rest}, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    except (ValueError, TypeError, RecursionError) as error:
        raise Failure(
            Problem(
                title="This cannot be written as a preset.",
                detail=f"It holds what JSON cannot say: {error}.",
                remedy="change_request",
            )
        ) from error
    try:
        return text.encode()
    except UnicodeEncodeError:  # halves of letters, which no file takes
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def read(data: bytes) -> Opened:
    """The preset of a file. Raises Failure, with the parser's own words, when it is none, or one of
    a newer version."""
    row = _object(data)
    notices: list[str] = []
    try:
        messages = _each(row, "messages", lambda one: Said.model_validate(_joined(one, "text")))
        variables = _each(
            row, "variables", lambda one: Variable.model_validate(_joined(one, *LINED))
        )
        tools = _each(row, "tools", lambda one: _tool(one, notices))
        output = _at(
            "output", lambda: Output.model_validate(_joined(row.get("output", {}), *LINED))
        )
        call = Call.model_validate(
            {
                **{name: row[name] for name in CALL if name in row},
                "fields": _fields(row, "parameters", notices),
                "extra": _fields(row, "extra", notices),
                "headers": _headers(row, notices),
                "output": output,
                "variables": variables,
                "tools": tools,
            }
        )
        preset = Preset(title=row.get("title", ""), messages=tuple(messages), call=call)
    except ValidationError as error:
        raise _refused(_words(error)) from error
    for name, known in (("messages", ("role", "text")), ("variables", VARIABLE)):
        notices += [note for one in row.get(name, ()) for note in _unknown(one, known, name)]
    notices += _unknown(row.get("output", {}), OUTPUT, "output")
    for name, value in row.items():
        if name not in NAMES and is_secret(name):
            notices.append(f"“{name}” was left out: a preset holds no key.")
        elif name not in NAMES:
            preset.rest[name] = value
            notices.append(f"“{name}” is kept, and means nothing to this version.")
    return Opened(preset, tuple(notices))


def is_preset(value: Any) -> bool:
    """Whether JSON says that it is one."""
    return isinstance(value, dict) and value.get("format") == FORMAT


# What goes into a file.


def _row(value: BaseModel, names: tuple[str, ...], always: tuple[str, ...]) -> Row:
    """The fields that say something, in their order, long texts as lines."""
    usual = {name: field.get_default(call_default_factory=True)
             for name, field in type(value).model_fields.items()}  # fmt: skip
    row: Row = {}
    for name in names:
        found = getattr(value, name)
        if name in always or not _same(found, usual[name]):
            row[name] = _lines(found) if name in LINED else found
    return row


def _same(value: Any, usual: Any) -> bool:
    return type(value) is type(usual) and bool(value == usual)


def _lines(text: str) -> str | list[str]:
    return text.split("\n") if "\n" in text else text


def _harmless_fields(fields: Row) -> Keyless:
    """Request fields without a key, and without leave in tools that somebody wrote among them."""
    tools = fields.get("tools")
    rows = tools if isinstance(tools, list) else []
    found = [without_leave(one) if isinstance(one, dict) else Keyless(one, (), ()) for one in rows]
    if isinstance(tools, list):
        fields = {**fields, "tools": [one.value for one in found]}
    kept = without_secrets(fields)
    names = (*(name for one in found for name in one.names), *kept.names)
    return kept._replace(names=names)


def _harmless(tool: Tool) -> Tool:
    """The definition alone: nothing of where and how it is run."""
    hosted = without_leave(tool.hosted).value
    bare = {"mode": "mock", "origin": {}, "filled": {}, "hosted": hosted}
    return tool.model_copy(update=bare)


# What comes out of one.


def _object(data: bytes) -> Row:
    if len(data) > LARGEST:
        raise _refused(f"It has {len(data):,} bytes; up to {LARGEST:,} are read.")
    try:
        row = parsed(data.decode("utf-8-sig"), once=True)
    except ValueError as error:
        raise _refused(str(error)) from error
    if not is_preset(row):
        raise _refused(f"It does not say “format”: “{FORMAT}”.")
    version = row.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _refused(f"It has no version that could be known: {json.dumps(version)[:80]}.")
    if version > VERSION:
        raise Failure(
            Problem(
                title="A newer version of Playground wrote this preset.",
                detail=f"It has version {version} of the format; this one reads up to {VERSION}.",
                remedy="update",
            )
        )
    found: Row = row
    return found


def _each(row: Row, name: str, make: Callable[[Any], T]) -> list[T]:
    """What is made of each row of a list."""
    rows = row.get(name, [])
    if not isinstance(rows, list):
        raise _refused(f"{name}: a list belongs here.")
    return [_at(f"{name}, number {at}", partial(make, one)) for at, one in enumerate(rows, 1)]


def _at(place: str, make: Callable[[], T]) -> T:
    """What is made of this place in a file. Raises Failure that names it."""
    try:
        return make()
    except ValidationError as error:
        raise _refused(f"{place}: {_words(error)}") from error


def _joined(row: Any, *names: str) -> Any:
    """An object with texts where lines stood."""
    if not isinstance(row, dict):
        return row
    texts = {name: row[name] for name in names if isinstance(row.get(name), list)}
    for name, lines in texts.items():
        if not all(isinstance(line, str) for line in lines):
            raise _refused(f"{name}: the lines of a text belong here.")
    return {**row, **{name: "\n".join(lines) for name, lines in texts.items()}}


def _tool(row: Any, notices: list[str]) -> Tool:
    told = _joined(row, *LINED)
    tool = Tool.model_validate(told)
    asks = [name for name in ("mode", "origin") if name in told]
    asks += without_leave(tool.hosted).names
    if asks:
        what = ", ".join(dict.fromkeys(asks))
        notices.append(f"Of the tool {tool.name} was left out, as no file may say it: {what}.")
    notices += _unknown(told, (*TOOL, "mode", "origin"), f"the tool {tool.name}")
    return _harmless(tool)


def _fields(row: Row, name: str, notices: list[str]) -> Any:
    fields = row.get(name, {})
    if not isinstance(fields, dict):
        return fields  # which will be refused with its place
    kept = _harmless_fields(fields)
    if kept.names:
        names = ", ".join(dict.fromkeys(kept.names))
        notices.append(f"Of the {name} was left out, as no preset may say it: {names}.")
    return kept.value


def _headers(row: Row, notices: list[str]) -> Any:
    headers = row.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(one, str) for one in headers.values()):
        return headers  # which will be refused with its place
    kept = without_keys(headers)
    notices += [f"The header {name} was left out: a preset holds no key." for name in kept.names]
    return kept.value


def _unknown(row: Any, known: tuple[str, ...], where: str) -> list[str]:
    names = [name for name in row if name not in known] if isinstance(row, dict) else []
    return [
        f"“{name}” in {where} means nothing to this version and was left out." for name in names
    ]


def _words(error: ValidationError) -> str:
    first: Mapping[str, Any] = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else str(first["msg"])


def _refused(detail: str) -> Failure:
    return Failure(
        Problem(
            title="This file is no preset that can be read.",
            detail=detail,
            remedy="change_request",
            code="invalid_preset",
        )
    )
