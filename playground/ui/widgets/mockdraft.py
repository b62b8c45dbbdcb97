"""Mock rules being edited: what is read from fields, what is said of a rule, and what can be done
with sets and rules. Pure: each edit makes another value. No Qt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias, assert_never

from pydantic import TypeAdapter, ValidationError

from playground.tools.rules import (
    ByEquality,
    ByFields,
    ByPath,
    ByRegex,
    BySchema,
    Condition,
    ErrorReply,
    MalformedReply,
    OversizedReply,
    Reply,
    ResultReply,
    Rule,
    RuleFile,
    RuleSet,
    TimeoutReply,
)
from playground.ui.widgets.values import read_json

Key: TypeAlias = int | str
"""A rule by its place in the set, or what a tool answers otherwise by the tool's name."""

CONDITIONS = (
    ("fields", "Fields equal"),
    ("equality", "Equals"),
    ("regex", "Matches a pattern"),
    ("jsonpath", "Path leads to something"),
    ("schema", "Fits a schema"),
)
"""Ways to match arguments, and how they are called."""
REPLIES = (
    ("result", "a result"),
    ("error", "an error"),
    ("timeout", "no answer"),
    ("malformed", "a spoiled result"),
    ("oversized", "too much output"),
)
SPOILED = (
    ("cut", "ends in the middle"),
    ("bytes", "bytes that are no text"),
    ("html", "a page of HTML"),
)
HINTS = {
    "fields": '{"city": "Oslo"}',
    "equality": '{"city": "Oslo", "unit": "celsius"}',
    "regex": "(?i)^oslo",
    "jsonpath": "$.rows[?@.price > 10]",
    "schema": '{"type": "object", "required": ["city"]}',
}
CLIPPED = 60
"""Characters of a value in a line about it."""

_CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)
_REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)


# What is read.


def condition(by: str, at: str, text: str) -> tuple[Condition | None, str]:
    """The condition that fields say, or why they say none."""
    made: dict[str, Any] = {"by": by}
    if by in ("equality", "regex", "schema") and at.strip():
        made["at"] = at.strip()
    match by:
        case "regex":
            made["pattern"] = text
        case "jsonpath":
            made["path"] = text.strip()
        case _:
            value, wrong = read_json(text)
            if wrong:
                return None, wrong
            made[{"fields": "fields", "equality": "value"}.get(by, by)] = value
    if by in ("regex", "jsonpath") and not text.strip():
        return None, "it is empty"
    try:
        return _CONDITION.validate_python(made), ""
    except ValidationError as error:
        return None, _words(error)


def text_of(one: Condition) -> str:
    """What stands in the field of a condition."""
    match one:
        case ByEquality():
            return _json(one.value)
        case ByFields():
            return _json(one.fields)
        case ByRegex():
            return one.pattern
        case ByPath():
            return one.path
        case BySchema():
            return _json(one.json_schema)
        case _:
            assert_never(one)


class ReplyText(NamedTuple):
    """A reply as the fields have it."""

    gives: str
    text: str = ""
    """Of a result or a spoiled one: JSON; of an error its message."""
    latency: str = ""
    how: str = "cut"
    megabytes: str = "2"
    verbatim: bool = False


def reply(told: ReplyText) -> tuple[Reply | None, str]:
    """The reply that fields say, or why they say none."""
    made: dict[str, Any] = {"gives": told.gives}
    if told.gives != "timeout" and told.latency.strip():
        if not told.latency.strip().isdecimal():
            return None, "milliseconds are a whole number"
        made["latency_ms"] = int(told.latency)
    match told.gives:
        case "result" | "malformed":
            if told.gives == "malformed":
                made["how"] = told.how
            else:
                made["verbatim"] = told.verbatim
            if told.gives == "result" or told.text.strip():
                value, wrong = read_json(told.text)
                if wrong:
                    return None, f"{wrong}; text stands in double quotes"
                made["value"] = value
        case "error":
            made["message"] = told.text
        case "oversized":
            try:
                made["megabytes"] = float(told.megabytes)
            except ValueError:
                return None, "megabytes are a number"
    try:
        return _REPLY.validate_python(made), ""
    except ValidationError as error:
        return None, _words(error)


def reply_text(one: Reply) -> ReplyText:
    """What stands in the fields of a reply."""
    latency = str(getattr(one, "latency_ms", 0) or "")
    match one:
        case ResultReply():
            return ReplyText("result", _json(one.value), latency, verbatim=one.verbatim)
        case ErrorReply():
            return ReplyText("error", one.message, latency)
        case TimeoutReply():
            return ReplyText("timeout")
        case MalformedReply():
            value = "" if one.value is None else _json(one.value)
            return ReplyText("malformed", value, latency, how=one.how)
        case OversizedReply():
            return ReplyText("oversized", latency=latency, megabytes=f"{one.megabytes:g}")
        case _:
            assert_never(one)


def _words(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    words = str(first["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{words[:1].lower()}{words[1:]}"


def _json(value: Any) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if len(line) <= CLIPPED // 2:
        return line
    return json.dumps(value, ensure_ascii=False, indent=2)


# What is said.


@dataclass(frozen=True, slots=True)
class Line:
    """A rule in a list."""

    key: Key
    tool: str
    when: str
    gives: str
    about: str = ""


def lines(rules: RuleSet, tool: str | None) -> list[Line]:
    """The rules of a tool in their order, then what it answers otherwise; None: of all tools."""
    made = [
        Line(place, one.tool, when(one.when), gives(one.then), one.about)
        for place, one in enumerate(rules.rules)
        if tool is None or one.tool == tool
    ]
    made += [
        Line(name, name, "otherwise", gives(one))
        for name, one in rules.defaults.items()
        if tool is None or name == tool
    ]
    return made


def when(conditions: Sequence[Condition]) -> str:
    return " and ".join(map(_when, conditions)) or "always"


def _when(one: Condition) -> str:
    match one:
        case ByEquality():
            return f"{one.at or 'all'} = {_clipped(one.value)}"
        case ByFields():
            return ", ".join(f"{name} = {_clipped(value)}" for name, value in one.fields.items())
        case ByRegex():
            return f"{one.at or 'the text'} ~ {one.pattern}"
        case ByPath():
            return f"{one.path} is there"
        case BySchema():
            return f"{one.at or 'all'} fits a schema"
        case _:
            assert_never(one)


def gives(one: Reply) -> str:
    match one:
        case ResultReply():
            kind, rest = "result", _clipped(one.value)
        case ErrorReply():
            kind, rest = "error", f"“{one.message[:CLIPPED]}”"
        case TimeoutReply():
            return "no answer"
        case MalformedReply():
            kind, rest = "spoiled", dict(SPOILED)[one.how]
        case OversizedReply():
            kind, rest = "too much", f"{one.megabytes:g} MB"
        case _:
            assert_never(one)
    after = f" after {one.latency_ms:,} ms" if one.latency_ms else ""
    return f"{kind}{after} {rest}"


def _clipped(value: Any) -> str:
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= CLIPPED else f"{line[: CLIPPED - 1]}…"


# What is done with rules. Each gives the set and the key of what is then looked at.

Edited: TypeAlias = tuple[RuleSet, Key | None]


def added(rules: RuleSet, tool: str, key: Key | None) -> Edited:
    """A rule that always holds, behind the one that is looked at, else in front of all."""
    place = key + 1 if isinstance(key, int) else 0
    rule = Rule(tool=tool, then=ResultReply(gives="result", value={}))
    return _with(rules, [*rules.rules[:place], rule, *rules.rules[place:]]), place


def otherwise(rules: RuleSet, tool: str) -> Edited:
    """What the tool answers when none of its rules holds."""
    if tool in rules.defaults:
        return rules, tool
    fresh = ResultReply(gives="result", value={})
    return rules.model_copy(update={"defaults": {**rules.defaults, tool: fresh}}), tool


def duplicated(rules: RuleSet, key: Key) -> Edited:
    """Of what a tool answers otherwise: a rule that always holds, behind all others."""
    if isinstance(key, str):
        rule = Rule(tool=key, then=rules.defaults[key])
        return _with(rules, [*rules.rules, rule]), len(rules.rules)
    made = [*rules.rules[: key + 1], *rules.rules[key:]]
    return _with(rules, made), key + 1


def removed(rules: RuleSet, key: Key, tool: str | None) -> Edited:
    if isinstance(key, str):
        kept = {name: one for name, one in rules.defaults.items() if name != key}
        made = rules.model_copy(update={"defaults": kept})
    else:
        made = _with(rules, [*rules.rules[:key], *rules.rules[key + 1 :]])
    keys = [line.key for line in lines(rules, tool)]
    at = keys.index(key) if key in keys else 0
    left = [line.key for line in lines(made, tool)]
    return made, left[min(at, len(left) - 1)] if left else None


def moved(rules: RuleSet, key: Key, by: int, tool: str | None) -> Edited:
    """Among the rules that are shown: over those of other tools it is moved with one step."""
    shown = [line.key for line in lines(rules, tool) if isinstance(line.key, int)]
    if not isinstance(key, int) or key not in shown:
        return rules, key
    at = shown.index(key) + by
    if not 0 <= at < len(shown):
        return rules, key
    place, made = shown[at], list(rules.rules)
    made.insert(place, made.pop(key))
    return _with(rules, made), place


def put(rules: RuleSet, key: Key, made: Rule | Reply) -> RuleSet:
    """Another rule, or another reply, in place of what is there."""
    if isinstance(key, str):
        assert not isinstance(made, Rule)
        return rules.model_copy(update={"defaults": {**rules.defaults, key: made}})
    assert isinstance(made, Rule)
    return _with(rules, [*rules.rules[:key], made, *rules.rules[key + 1 :]])


def _with(rules: RuleSet, made: Iterable[Rule]) -> RuleSet:
    return rules.model_copy(update={"rules": tuple(made)})


# What is done with sets.


def replaced(file: RuleFile, name: str, made: RuleSet) -> RuleFile:
    """The set of that name is another one, perhaps under another name."""
    sets = tuple(made if one.name == name else one for one in file.sets)
    return file.model_copy(update={"sets": sets})


def with_set(file: RuleFile | None, name: str, like: RuleSet | None = None) -> RuleFile:
    """One more set, at the end; `like` another one, or empty. The name is made one that is free."""
    name = free(file, name)
    made = RuleSet(name=name) if like is None else like.model_copy(update={"name": name})
    return RuleFile(version=1, sets=(*(file.sets if file is not None else ()), made))


def without_set(file: RuleFile, name: str) -> RuleFile:
    """The last one stays."""
    sets = tuple(one for one in file.sets if one.name != name)
    return file.model_copy(update={"sets": sets}) if sets else file


def free(file: RuleFile | None, name: str) -> str:
    """The name, with a number when there is a set of it."""
    name = " ".join(name.split()) or "New set"
    taken = {one.name for one in file.sets} if file is not None else set()
    made, number = name, 2
    while made in taken:
        made, number = f"{name} {number}", number + 1
    return made
