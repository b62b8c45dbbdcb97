"""Prompts that were saved elsewhere: the JSON of a `pmpt_…`, as prompts of ours.

Nobody documents its shape, and the dashboard, the API and those who speak it differ. So it is read
for what it says: messages or one text, variables in any of their ways, the version, and all that a
request has a field for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground.core.prompts import ROLES, Content, Said
from playground.core.variables import TYPES, Variable, is_name, names
from playground.endpoints import BY_ID
from playground.endpoints.responses_items import word
from playground.engine import foreign_chat
from playground.engine.foreign_bodies import Asked, Body, request

MARK = "pmpt_"
ABOUT = frozenset((
    "id", "prompt_id", "object", "name", "title", "description", "version", "versions", "created",
    "created_at", "updated_at", "variables", "is_default", "default_version", "latest_version",
    "messages", "input", "prompt", "template", "instructions", "project_id", "organization_id",
    "created_by", "status", "url", "draft", "published_at",
))  # fmt: skip
"""Fields that say something of a prompt and nothing of a request."""
HELD = ("model_config", "model_parameters", "parameters", "config", "settings", "options")
"""Objects that may hold the fields of the request."""
KINDS = {"string": "text", "str": "text", "bool": "boolean", "int": "integer", "float": "number",
         "enum": "choice", "select": "choice", "object": "json", "array": "json"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Version:
    """One version of such a prompt, its variables not filled in."""

    number: int
    content: Content
    asked: Asked
    """What it is asked with: model, parameters, tools and the form of the answer."""
    title: str = ""
    note: str = ""
    created: float = 0.0
    """Unix seconds; 0: nobody says."""


def is_prompt(value: Any) -> bool:
    """Whether JSON is such a prompt; a request that only names one is none."""
    if not isinstance(value, dict):
        return False
    told = word(value.get("id")) or word(value.get("prompt_id"))
    return told.startswith(MARK) and "output" not in value


def versions(prompt: Body) -> list[Version]:
    """All versions that stand in it, oldest first. Raises ValueError for one that says nothing."""
    rows = prompt.get("versions")
    if not isinstance(rows, list) or not rows:
        return [_version(prompt, 1)]
    outer = {name: value for name, value in prompt.items() if name != "versions"}
    made = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise ValueError(f"Version {number} is no object.")
        made.append(_version({**outer, **row, "id": prompt.get("id")}, number))
    return sorted(made, key=lambda one: one.number)


def _version(prompt: Body, place: int) -> Version:
    said = _messages(prompt)
    if not said:
        raise ValueError("It has no messages: only its id is here, and not what it says.")
    variables = _variables(prompt.get("variables"), said)
    body = {name: value for name, value in prompt.items() if name not in ABOUT}
    for name in HELD:
        if isinstance(inner := body.get(name), dict):
            del body[name]
            body |= inner
    known = {one.path.partition(".")[0] for one in BY_ID["responses"].parameters}
    known |= {"model", "tools", "text", "stream", "response_format"}
    unknown = [name for name in body if name not in known]
    told = request({name: body[name] for name in body if name in known} | {"input": []})
    content = Content(messages=tuple(said), variables=tuple(variables))
    told.call.instructions, _ = content.begun
    told.call.variables = variables
    told.call.stream = True
    if unknown:
        told.notices.append(f"Was left out, as nobody knows what it means: {', '.join(unknown)}.")
    created = prompt.get("created_at", prompt.get("created"))
    return Version(
        _number(prompt.get("version"), place),
        content,
        told,
        word(prompt.get("name")) or word(prompt.get("title")) or word(prompt.get("id")),
        word(prompt.get("description")),
        float(created) if isinstance(created, int | float) and 0 < created < 1e11 else 0.0,
    )


def _messages(prompt: Body) -> list[Said]:
    found: list[Said] = []
    if text := word(prompt.get("instructions")):
        found.append(Said(role="developer", text=text))
    for name in ("messages", "input", "prompt", "template"):
        rows = prompt.get(name)
        if isinstance(rows, str) and rows:
            alone = name in ("prompt", "template") and not found
            found.append(Said(role="developer" if alone else "user", text=word(rows)))
        elif isinstance(rows, list):
            found += _said(rows)
        if rows:
            break
    return found


def _said(rows: Sequence[Any]) -> list[Said]:
    found: list[Said] = []
    for number, row in enumerate(rows, 1):
        role = word(row.get("role")) if isinstance(row, dict) else ""
        if role not in ROLES:
            raise ValueError(f"Message {number} has no role that is known: {role or 'none'}.")
        text, parts = foreign_chat.content(row.get("content", row.get("text")))
        if parts:
            raise ValueError(f"Message {number} holds more than text, which a prompt cannot keep.")
        found.append(Said(role=role, text=text))
    return found


def _variables(given: Any, said: Sequence[Said]) -> list[Variable]:
    """Those that are declared, and those that are only used."""
    found: list[Variable] = []
    match given:
        case dict():
            for name, told in given.items():
                found.append(_variable(str(name), told))
        case list():
            for told in given:
                inner = told if isinstance(told, dict) else {}
                name = word(told) or word(inner.get("name")) or word(inner.get("key"))
                found.append(_variable(name, inner))
        case _:
            pass
    used = [name for one in said for name in names(one.text)]
    declared = {one.name for one in found}
    found += [Variable(name=name) for name in dict.fromkeys(used) if name not in declared]
    return [one for one in found if is_name(one.name)]


def _variable(name: str, told: Any) -> Variable:
    """A declaration, or a value, which is its default then."""
    if not isinstance(told, dict):
        return _typed(Variable(name=name), told)
    if "type" in told and str(told["type"]).startswith("input_"):  # a part of a message as a value
        return _typed(Variable(name=name), told.get("text"))
    kind = word(told.get("type")).lower()
    kind = KINDS.get(kind, kind)
    rows = told.get("choices", told.get("enum", told.get("options")))
    choices = [word(one) for one in rows] if isinstance(rows, list) else []
    made = Variable(
        name=name,
        type="choice" if choices else kind if kind in TYPES and kind != "choice" else "text",
        choices=choices,
        help=word(told.get("description")) or word(told.get("help")),
    )
    defaults = (told.get(one) for one in ("default", "default_value", "value", "example"))
    default = next((one for one in defaults if one is not None), None)
    return made if default is None else _typed(made, default)


def _typed(variable: Variable, default: Any) -> Variable:
    """With a default of its type; without a type, of that which the default has."""
    try:
        return variable.model_copy(update={"default": variable.checked(default)})
    except ValueError:
        pass
    match default:
        case None:
            return variable
        case bool():
            kind = "boolean"
        case int():
            kind = "integer"
        case float():
            kind = "number"
        case str():
            kind = "text"
        case _:
            kind = "json"
    return variable.model_copy(update={"type": kind, "default": default, "choices": []})


def _number(value: Any, place: int) -> int:
    found = re.search(r"[0-9]{1,9}", str(value)) if isinstance(value, str | int) else None
    return max(int(found[0]), 1) if found else place
