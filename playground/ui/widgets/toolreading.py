"""A tool's definition out of JSON that somebody wrote, in whichever dialect. No Qt."""

from __future__ import annotations

from typing import Any

from playground.core.problem import Failure, Problem
from playground.core.tools import NAME, Tool
from playground.endpoints.offering import NOTHING
from playground.schemas.source import Path, Source, read
from playground.ui.widgets.toolhosted import named

FIELDS = {
    "function": ("name", "description", "parameters", "strict"),
    "custom": ("name", "description", "format"),
}
"""What a definition of each kind may have; a hosted one may have anything."""
NAMES = "A name has 1 to 64 of A–Z, a–z, 0–9, _ and -."


def definition(text: str, tool: Tool) -> Tool:
    """The tool as the text has it; what the request says nothing of stays.

    Raises Failure with the words of what is wrong, and `line` and `column` among its facts.
    """
    source = read(text)
    row = source.value
    if not isinstance(row, dict):
        raise _failure(source, (), "A definition is an object in braces.")
    kind = row.get("type")
    if not isinstance(kind, str) or not kind:
        raise _failure(source, ("type",) if "type" in row else (), "It needs a `type`.")
    if kind not in FIELDS:
        cleared: dict[str, Any] = {"description": "", "parameters": None, "output": None}
        return named(tool.model_copy(update={**cleared, "kind": "hosted", "format": {}}), row)
    where: Path = ()
    if isinstance(row.get(kind), dict):  # as a chat writes it
        _only(source, row, ("type", kind), ())
        row, where = row[kind], (kind,)
        _only(source, row, FIELDS[kind], where)
    else:
        _only(source, row, ("type", *FIELDS[kind]), ())
    made = _told(source, row, where)
    if kind == "custom":
        form = _format(source, row.get("format"), (*where, "format"))
        return tool.model_copy(
            update={**made, "kind": kind, "format": form, "parameters": None, "hosted": {}}
        )
    made["parameters"] = _object(source, row, "parameters", where)
    if tool.parameters is None and made["parameters"] == NOTHING:
        made["parameters"] = None  # it takes none, and says so
    strict = row.get("strict")
    if strict is not None and not isinstance(strict, bool):
        raise _failure(source, (*where, "strict"), "`strict` is true, false or null.")
    return tool.model_copy(
        update={**made, "kind": kind, "strict": strict, "format": {}, "hosted": {}}
    )


def _told(source: Source, row: dict[str, Any], where: Path) -> dict[str, Any]:
    name, description = row.get("name"), row.get("description")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise _failure(source, (*where, "name") if "name" in row else where, NAMES)
    if description is not None and not isinstance(description, str):
        raise _failure(source, (*where, "description"), "`description` is a string.")
    return {"name": name, "description": description or ""}


def _format(source: Source, form: Any, where: Path) -> dict[str, Any]:
    """Flat, whichever way it was written."""
    if form is None:
        return {}
    if not isinstance(form, dict) or form.get("type") not in ("text", "grammar"):
        raise _failure(source, where, "A format has the type `text` or `grammar`.")
    inner = form.get("grammar")
    return {"type": "grammar", **inner} if isinstance(inner, dict) else form


def _object(source: Source, row: dict[str, Any], name: str, where: Path) -> Any:
    value = row.get(name)
    if value is not None and not isinstance(value, dict):
        raise _failure(source, (*where, name), f"`{name}` is a schema, in braces.")
    return value


def _only(source: Source, row: dict[str, Any], known: tuple[str, ...], where: Path) -> None:
    for name in row:
        if name not in known:
            said = ", ".join(f"`{one}`" for one in known)
            raise _failure(source, (*where, name), f"`{name}` has no place here; {said} have.")


def _failure(source: Source, path: Path, words: str) -> Failure:
    spot = source.spot(path)
    facts = {"line": str(spot.line), "column": str(spot.column)}
    return Failure(Problem(title=words, facts=facts))
