"""Variables: `{{city}}` in messages, tools and schemas, and what is put in its place.

A place is two braces, a name and two braces; everything else that has braces is text. A backslash
before a place means the place itself, and two mean a backslash and then the value. Values are put
in once: what looks like a place in a value stays text.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, NamedTuple, assert_never

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from playground.core.problem import Failure, Problem
from playground.core.strict_json import parsed

Type = Literal["text", "number", "integer", "boolean", "choice", "json"]
TYPES: tuple[Type, ...] = ("text", "number", "integer", "boolean", "choice", "json")

LONGEST = 64
"""Characters of a name."""

_PLACE = re.compile(r"(?<!\\)(\\*+)\{\{\s*+([^\s{}\\]{1,64}+)\s*+\}\}")
_INTEGER = re.compile(r"[+-]?[0-9]{1,1000}")


class Variable(BaseModel):
    """What may stand in the place of a name."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[str, AfterValidator(lambda name: spelt(name))]
    type: Type = "text"
    default: Any = None
    """None: there is none, and a value must be given."""
    choices: list[str] = Field(default_factory=list)
    """For `choice`."""
    help: str = ""

    def read(self, text: str) -> Any:
        """The value that somebody typed. Raises ValueError with a sentence that says why not."""
        match self.type:
            case "text" | "choice":
                return self.checked(text)
            case "boolean":
                word = text.strip().lower()
                return self.checked({"true": True, "false": False}.get(word))
            case "integer":
                whole = _INTEGER.fullmatch(text.strip())
                return self.checked(int(whole[0]) if whole else None)
            case "number":
                return self.checked(_number(text))
            case "json":
                return self.checked(parsed(text))
            case _:
                assert_never(self.type)

    def checked(self, value: Any) -> Any:
        """The same value, if it is one of this type. Raises ValueError with a sentence."""
        match self.type:
            case "text":
                right, wanted = isinstance(value, str), "a text"
            case "choice":
                right = isinstance(value, str) and value in self.choices
                wanted = f"one of: {', '.join(self.choices)}" if self.choices else "a choice"
            case "boolean":
                right, wanted = isinstance(value, bool), "true or false"
            case "integer":
                right = isinstance(value, int) and not isinstance(value, bool)
                wanted = "a whole number"
            case "number":
                right = isinstance(value, int | float) and not isinstance(value, bool)
                right, wanted = right and math.isfinite(value), "a number"
            case "json":
                right, wanted = _is_json(value), "JSON"
            case _:
                assert_never(self.type)
        if not right:
            raise ValueError(f"The value of {self.name} has to be {wanted}.")
        return value


class Standing(NamedTuple):
    """How things are with the value of a variable."""

    state: Literal["given", "default", "missing", "wrong"]
    value: Any = None
    """What is put in, or would be if it were of the type."""
    why: str = ""
    """Of a wrong one: why it is none, as a sentence."""


# Places.


class Place(NamedTuple):
    """Where a variable stands in a text: characters, braces and all."""

    start: int
    end: int
    name: str
    escaped: bool
    """A backslash stands before it: it is said as it is."""


def places(text: str) -> Iterator[Place]:
    """All places of a text, in their order."""
    for found in _PLACE.finditer(text) if "{{" in text else ():
        if is_name(found[2]):
            yield Place(found.end(1), found.end(), spelt(found[2]), len(found[1]) % 2 == 1)


def spelt(name: str) -> str:
    """The one way to write a name: names that look the same are the same."""
    return unicodedata.normalize("NFC", name)


def is_name(text: str) -> bool:
    """Whether a variable may be called so: words as in programs, of any script, and `.` and `-`
    between them."""
    parts = re.split(r"[.-]", unicodedata.normalize("NFC", text))
    return len(text) <= LONGEST and parts[0].isidentifier() and all(map(_continues, parts[1:]))


def names(text: str) -> list[str]:
    """The variables of a text, each once, in the order in which they come."""
    return list(dict.fromkeys(_names(text)))


def names_in(value: Any) -> list[str]:
    """The same of all texts in a JSON value, names of fields included."""
    return list(dict.fromkeys(name for text in _texts(value) for name in _names(text)))


def has_places(text: str) -> bool:
    """Whether a text would be another one if it were filled in: it has a place, or one with a
    backslash."""
    return "{{" in text and any(is_name(found[2]) for found in _PLACE.finditer(text))


def escaped(text: str) -> str:
    """The text as it has to be written to be said as it is."""
    return _PLACE.sub(
        lambda found: (
            f"{found[1]}\\{found[0]}" if is_name(found[2]) else found[0]  # twice as many, and one
        ),
        text,
    )


def renamed(text: str, old: str, new: str) -> str:
    """The text with places of another name; those that are said as they are stay."""

    def put(found: re.Match[str]) -> str:
        if len(found[1]) % 2 or spelt(found[2]) != spelt(old):
            return found[0]
        at = found.start(2) - found.start()
        return f"{found[0][:at]}{new}{found[0][at + len(found[2]) :]}"

    return _PLACE.sub(put, text) if "{{" in text else text


def renamed_in(value: Any, old: str, new: str) -> Any:
    """The same in all texts of a JSON value. Raises ValueError where an object would have two
    fields of one name."""
    match value:
        case str():
            return renamed(value, old, new)
        case dict():
            made = {renamed(name, old, new): renamed_in(one, old, new)
                    for name, one in value.items()}  # fmt: skip
            if len(made) < len(value):
                raise ValueError(f"An object would have two fields of one name with {new}.")
            return made
        case list():
            return [renamed_in(one, old, new) for one in value]
        case _:
            return value


# Values.


def standing(one: Variable, values: Mapping[str, Any]) -> Standing:
    """What is put in for a variable, or why nothing is."""
    there = one.name in values
    value = values[one.name] if there else one.default
    if value is None and not there:
        return Standing("missing")
    try:
        return Standing("given" if there else "default", one.checked(value))
    except ValueError as error:
        return Standing("wrong", value, str(error))


def retyped(one: Variable, kind: Type) -> Variable:
    """The variable as one of another type, with its default where that can be read as one."""
    made = one.model_copy(update={"type": kind})
    if kind == "choice" and not one.choices and isinstance(one.default, str):
        made.choices = [one.default]
    if one.default is not None:
        made.default = recast(made, one.default)
    return made


def recast(one: Variable, value: Any) -> Any:
    """A value of another type as one of this variable's; None: it cannot be read as one."""
    try:
        return one.checked(value)
    except ValueError:
        try:
            return one.read(spelled(value))
        except ValueError:
            return None


def given(variables: Iterable[Variable], values: Mapping[str, Any]) -> dict[str, Any]:
    """The value of each variable that has one: the one that was given, else its default.

    Raises Failure for one that is not of its type.
    """
    found: dict[str, Any] = {}
    for one in variables:
        value = values.get(one.name, one.default)
        if value is None and one.name not in values:
            continue
        try:
            found[spelt(one.name)] = one.checked(value)
        except ValueError as error:
            raise Failure(
                Problem(
                    title=f"The variable {one.name} cannot have this value.",
                    detail=f"{error} It is {_shown(value)}.",
                    remedy="fill_in",
                    code="invalid_variable",
                    param=one.name,
                )
            ) from error
    return found


def fill(text: str, values: Mapping[str, Any], where: str = "the text") -> str:
    """A text with values in the places of their names. Raises Failure when there is no value for
    one; `where` is the text as its Problem names it."""

    def put(found: re.Match[str]) -> str:
        slashes, name = found[1], found[2]
        if not is_name(name):
            return found[0]
        kept = slashes[: len(slashes) // 2]
        if len(slashes) % 2:
            return kept + found[0][len(slashes) :]
        return kept + spelled(_value(values, name, where))

    return _PLACE.sub(put, text) if "{{" in text else text


def fill_in(value: Any, values: Mapping[str, Any], where: str = "the value") -> Any:
    """The same for all texts in a JSON value. A text that is nothing but a place becomes the value
    itself: a number stays one."""
    match value:
        case str():
            found = _PLACE.fullmatch(value)
            if found is not None and not found[1] and is_name(found[2]):
                return _value(values, found[2], where)
            return fill(value, values, where)
        case dict():
            made = {}
            for name, inner in value.items():
                at = f"{where} › {name}"
                if (filled := fill(name, values, at)) in made:
                    raise _twice(filled, at)
                made[filled] = fill_in(inner, values, at)
            return made
        case list():
            return [fill_in(inner, values, f"{where} › {n}") for n, inner in enumerate(value)]
        case _:
            return value


def spelled(value: Any) -> str:
    """A value as it stands in a text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _value(values: Mapping[str, Any], name: str, where: str) -> Any:
    if (known := spelt(name)) not in values:
        raise Failure(
            Problem(
                title=f"The variable {name} has no value.",
                detail=f"{{{{{name}}}}} stands in {where}. Give it a value or a default; to say it "
                f"as it is, write \\{{{{{name}}}}}.",
                remedy="fill_in",
                code="unknown_variable",
                param=name,
                facts={"where": where},
            )
        )
    return values[known]


def _twice(name: str, where: str) -> Failure:
    return Failure(
        Problem(
            title=f"With its variables filled in, an object has two fields that are called {name}.",
            detail=f"The second one is {where}.",
            remedy="change_request",
            code="invalid_variable",
        )
    )


def _names(text: str) -> Iterator[str]:
    for found in _PLACE.finditer(text) if "{{" in text else ():
        if len(found[1]) % 2 == 0 and is_name(found[2]):
            yield spelt(found[2])


def _continues(part: str) -> bool:
    return f"_{part}".isidentifier() and part != ""


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, inner in value.items():
                yield name
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
        case _:
            pass


def _number(text: str) -> Any:
    """A number that somebody typed; None when it is none."""
    try:
        return parsed(text.strip().removeprefix("+"))
    except ValueError:
        return None


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
