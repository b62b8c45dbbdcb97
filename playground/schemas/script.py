"""What TypeScript and Zod have in common: names, literals, comments and layout."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from typing import Any

from playground.schemas.names import JAVASCRIPT, pattern_fault, printable, type_name, unique
from playground.schemas.shapes import Document, Notes, Reference

PLAIN_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
WIDTH = 100
INDENT = "  "
FOREIGN = re.compile(r"\(\?[#(>]|\(\?[a-zA-Z-]+[:)]|(?:[*+?]|\{\d*,?\d*\})\+|\[\^?\]")
"""What Python or Rust take in a pattern and JavaScript does not, or not in the same way."""
CLASS = re.compile(r"(\[\^?)[^\]\[]+\]")
"""A set of characters in which nothing else is special."""
UNDERSTOOD = ("bad escape", "bad character range", "look-behind")
"""What Python does not take and JavaScript does."""


def names(document: Document, name: str, taken: Collection[str] = ()) -> dict[str, str]:
    """Names of types by those of definitions, none of them `taken`; the empty one is the root's.

    A root that is only a reference is its definition: both have the same name where it fits.
    """
    used = {*JAVASCRIPT, *taken}
    wanted = unique(type_name(name), used)
    found: dict[str, str] = {}
    root = document.root
    alias = root.name if isinstance(root, Reference) else ""
    if alias and type_name(alias) == wanted:
        found[alias] = wanted
    found[""] = wanted
    used.add(wanted)
    for one in document.definitions:
        if one not in found:
            found[one] = unique(type_name(one), used)
            used.add(found[one])
    return found


def key(text: str) -> str:
    """A key of an object, quoted where it has to be. `__proto__` would be no key at all."""
    if PLAIN_KEY.fullmatch(text) and text != "__proto__":
        return text
    return f"[{literal(text)}]" if text == "__proto__" else literal(text)


def member(text: str) -> str:
    """A key of a type: there, `__proto__` is like any other."""
    return text if PLAIN_KEY.fullmatch(text) else literal(text)


def literal(value: Any) -> str:
    """A JSON value as JavaScript writes it: as JSON does, without anything invisible."""
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    text = json.dumps(value, ensure_ascii=False)
    # What cannot be seen is written so that it can; JSON's own escapes are JavaScript's too.
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)


def documentation(notes: Notes, more: Iterable[str], indent: str) -> str:
    """A comment with what is said about a value, and more lines."""
    lines = notes.description.split("\n") if notes.description else []
    if notes.deprecated:
        lines.append("@deprecated")
    lines = [printable(line).replace("*/", "*\\/") for line in (*lines, *more)]
    if not lines:
        return ""
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    rows = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
    return f"{indent}/**\n{rows}{indent} */\n"


def regular_expression(pattern: str) -> str | None:
    """A pattern as JavaScript takes it; None when it would not.

    Patterns of JSON Schema are JavaScript's, but those of Pydantic are Python's or Rust's.
    """
    flags = ""
    if leading := re.match(r"\(\?([a-zA-Z]+)\)", pattern):
        flags = "".join(one for one in "ims" if one in leading[1])
        if set(leading[1]) - set("imsux"):
            return None
        pattern = pattern[leading.end() :]
    pattern = pattern.replace("(?P<", "(?<").replace("\\A", "^")
    pattern = re.sub(r"\(\?P=(\w+)\)", r"\\k<\1>", pattern)
    pattern = re.sub(r"\\[Zz]", "$", pattern)
    pattern = re.sub(r"\{,(\d+)\}", r"{0,\1}", pattern)
    plain = re.sub(r"\\.", "_", pattern)
    if "[[:" in plain or FOREIGN.search(CLASS.sub("_", plain)):
        return None
    fault = pattern_fault(re.sub(r"\(\?<(?![=!])", "(?P<", pattern))
    if fault and not any(word in fault for word in UNDERSTOOD):
        return None
    if re.search(r"\\[pP]\{|\\u\{|[^\x00-\uffff]", pattern):
        flags += "u"
    more = f', "{flags}"' if flags else ""
    return f"new RegExp({literal(pattern)}{more})"
