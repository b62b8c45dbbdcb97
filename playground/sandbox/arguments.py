"""Arguments: what a message gives to one tool, by the names and descriptions of its parameters."""

from __future__ import annotations

import re
from typing import Any

from playground.sandbox.fields import Json
from playground.sandbox.fill import fill
from playground.sandbox.picks import FORMATS, Picks
from playground.sandbox.queries import query
from playground.sandbox.turn import Tool

DAY = "2026-02-02"
"""A Monday: what a message is about that names no day."""

_DATED = "YYYY-MM-DD"
_EXAMPLE = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w-]+")
_BEHIND = re.compile(r"\b(?:in|for|of|about|at) (?:the )?([^.?!,;:]+)[.?!]*\s*$")
_PLAIN = {"type", "description", "title", "default"}
"""Rules beside which a string may be any text."""


def arguments(tool: Tool, text: str) -> Json:
    """What the tool is called with. Raises UnfillableError."""
    schema = {"type": "object", **tool.parameters}
    properties = schema.get("properties")
    if isinstance(properties, dict):
        picks = Picks(text)
        known = {name: _hinted(tool, name, rule, picks) for name, rule in properties.items()}
        schema["properties"] = known
    value: Json = fill(schema, text)
    return value


def told(tool: Tool, text: str) -> bool:
    """Whether a text says the first thing that the tool has to know."""
    name = _first(tool)
    if name is None:
        return True
    rule, picks = _rules(tool).get(name), Picks(text)
    if not isinstance(rule, dict):
        return True
    if isinstance(rule.get("enum"), list):
        return any(isinstance(word, str) and picks.mentions(word) for word in rule["enum"])
    match rule.get("type"):
        case "integer" | "number":
            return bool(picks.numbers or list(picks.telling_numbers(name)))
        case "string":
            if _is_query(tool, name, rule):
                return query(text, tool.description) is not None
            if _DATED in _described(rule) or rule.get("format") == "date":
                return re.search(FORMATS["date"][0], picks.text) is not None
            return bool(
                picks.telling(name) or picks.quoted or picks.names or _examples(rule, picks)
            )
    return True


def looks(tool: Tool, text: str) -> int:
    """How many of the texts that the tool has to know are told from others by their looks; a query
    is as good as three."""
    picks, rules = Picks(text), _rules(tool)
    return sum(
        3 * (query(text, tool.description) is not None)
        if _is_query(tool, name, rules[name])
        else bool(picks.telling(name))
        for name in _required(tool)
        if isinstance(rules[name], dict)
    )


def _hinted(tool: Tool, name: str, rule: Any, picks: Picks) -> Any:
    """The rule of a parameter, with the value that its description gives away."""
    if not isinstance(rule, dict) or rule.get("type") != "string" or not _PLAIN.issuperset(rule):
        return rule
    if _is_query(tool, name, rule):
        made = query(picks.text, tool.description)
        return rule if made is None else {**rule, "const": made}
    if _DATED in _described(rule):
        dated = re.search(FORMATS["date"][0], picks.text)
        return {**rule, "format": "date"} if dated else {**rule, "const": DAY}
    if picks.telling(name):
        return rule
    if examples := _examples(rule, picks):
        return {**rule, "const": examples[0]}
    if name == _first(tool) and not (picks.quoted or picks.names):
        behind = _BEHIND.search(picks.text)
        return {**rule, "const": behind[1].strip()} if behind else rule
    return rule


def _examples(rule: Json, picks: Picks) -> list[str]:
    """The words with a capital in a description that the text has too, in whatever case."""
    return [word for word in _EXAMPLE.findall(_described(rule)) if picks.mentions(word)]


def _is_query(tool: Tool, name: str, rule: Json) -> bool:
    spoken = f"{name} {_described(rule)} {tool.description}"
    return re.search(r"sql|query|statement", name) is not None and bool(
        re.search(r"(?<![a-z])(?:sql|select)", spoken, re.I)
    )


def _described(rule: Json) -> str:
    return str(rule.get("description") or "")


def _rules(tool: Tool) -> Json:
    rules = tool.parameters.get("properties")
    return rules if isinstance(rules, dict) else {}


def _first(tool: Tool) -> str | None:
    return next(iter(_required(tool)), None)


def _required(tool: Tool) -> list[str]:
    """The parameters that it cannot do without, in their order."""
    required = tool.parameters.get("required")
    names = required if isinstance(required, list) else []
    return [name for name in _rules(tool) if name in names]
