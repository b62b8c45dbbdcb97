"""Values of request fields as people type them, and as they are written into a field. No widgets.

Whatever is typed is either a value or comes with the reason why it is none, in words that can be
put after "Not sent:".
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from PySide6.QtCore import QLocale

from playground.core.endpoint import Kind, Parameter
from playground.core.profile import is_secret

SHORT = 32
"""Characters up to which JSON is written on one line."""
QUOTED = 40
"""Characters of what was typed that a reason repeats."""

EMPTY = "empty"
"""Why nothing at all is no value; nobody has done anything wrong yet."""

Read = tuple[Any, str]
"""(value, "") or (None, why it is none)."""

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def read(parameter: Parameter, text: str) -> Read:
    """What was typed into the field of a parameter."""
    match parameter.kind:
        case "integer" | "number":
            return _read_number(parameter, text.strip())
        case "boolean":
            return text.strip() == "true", ""
        case "json":
            return read_json(text)
        case "choice":
            return (text.strip(), "") if text.strip() else (None, EMPTY)
        case "text":
            return (text, "") if text else (None, EMPTY)


def _read_number(parameter: Parameter, text: str) -> Read:
    number = _number(text)
    if number is None:
        return None, f"{_quoted(text)} is not a number"
    if parameter.kind == "integer" and number != int(number):
        return None, f"{text} is not a whole number"
    if parameter.low is not None and number < parameter.low:
        return None, f"at least {parameter.low:.15g}"
    if parameter.high is not None and number > parameter.high:
        return None, f"at most {parameter.high:.15g}"
    return (int(number) if parameter.kind == "integer" else number), ""


def _number(text: str) -> int | float | None:
    """As the user's locale writes it, or as JSON does."""
    if re.fullmatch(r"[+-]?[0-9]{1,4000}", text):
        return int(text)  # a double would round what is longer than 15 digits
    for locale in (QLocale(), QLocale.c()):
        number, good = locale.toDouble(text)
        if good and math.isfinite(number):
            return float(number)
    return None


def _quoted(text: str) -> str:
    return repr(clipped(text))


def clipped(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text[: 4 * QUOTED].split())
    return line if len(line) <= QUOTED else f"{line[: QUOTED - 1]}…"


def read_json(text: str) -> Read:
    """Strict JSON: what a server would not read is refused here, in the words of the parser."""
    if not text.strip():
        return None, EMPTY
    try:
        return json.loads(text, parse_constant=_refuse), ""
    except RecursionError:
        return None, "nested too deeply"
    except ValueError as error:
        return None, str(error).partition(" (char ")[0]


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def read_object(text: str) -> Read:
    """A JSON object; nothing at all is an empty one."""
    if not text.strip():
        return {}, ""
    value, wrong = read_json(text)
    if not wrong and not isinstance(value, dict):
        return None, "not an object: it must begin with {"
    return value, wrong


def read_headers(text: str) -> Read:
    """`name: value`, one a line, as a dictionary. What holds a secret is refused: its value would
    stand in the session in plain text, and is not repeated in the reason."""
    headers: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon:
            return None, f"line {number} has no colon"
        if not _TOKEN.fullmatch(name):
            return None, f"line {number}: {_quoted(name)} cannot be the name of a header"
        if any(name.lower() == one.lower() for one in headers):
            return None, f"line {number}: {name} is there twice"
        if is_secret(name) and value:
            return None, (
                f"{name} holds a secret, and sessions are kept in plain text. Put it into the"
                " server’s profile, as its key: that one is kept safely"
            )
        if not re.fullmatch(r"[\t\x20-\x7e]*", value):
            return None, f"line {number} has a character that is not ASCII"
        headers[name] = value
    return headers, ""


def same(one: Any, other: Any) -> bool:
    """Whether both are written alike: to Python 1, 1.0 and True are equal."""
    return one is other or json.dumps(one) == json.dumps(other)


def write(kind: Kind, value: Any) -> str:
    """A value as it stands in its field."""
    if value is None and kind != "json":
        return ""
    if kind == "json":
        return write_json(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}".replace(".", QLocale().decimalPoint())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def write_json(value: Any) -> str:
    """Short values on one line, longer ones indented."""
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= SHORT else json.dumps(value, ensure_ascii=False, indent=2)


def write_headers(headers: dict[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers.items())


def about(parameter: Parameter) -> str:
    """What there is to know of a parameter, in lines: what it does, what it takes, who refuses."""
    rows = [parameter.help, takes(parameter)]
    if parameter.refused:
        rows.append(f"Refused by {parameter.refused}.")
    return "\n".join(filter(None, rows))


def takes(parameter: Parameter) -> str:
    """Which values a parameter takes."""
    match parameter.kind:
        case "integer" | "number":
            kind = "A whole number" if parameter.kind == "integer" else "A number"
            match parameter.low, parameter.high:
                case None, None:
                    return f"{kind}."
                case low, None:
                    return f"{kind}, at least {low:.15g}."
                case None, high:
                    return f"{kind}, at most {high:.15g}."
                case low, high:
                    return f"{kind} from {low:.15g} to {high:.15g}."
        case "boolean":
            return "true or false."
        case "choice":
            return f"{', '.join(parameter.choices)}, or another word that the server knows."
        case "json":
            return "JSON."
        case "text":
            return ""
