"""What a request asks for, and how it says so, as the programs that repeat it need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.core.output import Output
from playground.core.profile import Api
from playground.export.request import Request
from playground.export.sdk import CALLS, Client, client
from playground.schemas.lint import lint

Path = tuple[str | int, ...]

STREAMING = frozenset(("stream", "stream_options"))
"""Fields of which a program that waits for the whole answer has no use."""
FORMATS: Mapping[Api, Path] = {"responses": ("text", "format"), "chat": ("response_format",)}
"""Where the form of an answer stands in the body."""


@dataclass(frozen=True, slots=True)
class Form:
    """A schema in a request: of its format, or of the tool that has to be called."""

    path: Path
    """Where it stands in the fields."""
    name: str
    description: str | None
    schema: Any
    strict: bool
    plain: bool
    """Whether nothing else is said about it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for structured output."""

    api: Api
    fields: dict[str, Any]
    """The body, without what is only about streaming."""
    client: Client
    output: Output
    form: Form | None
    """None where the request has no schema: any JSON object will do, or the server takes none."""

    @property
    def is_tool(self) -> bool:
        return self.output.mode == "tool"

    @property
    def in_background(self) -> bool:
        return self.api == "responses" and self.fields.get("background") is True

    @property
    def obstacle(self) -> str:
        """Why the packages' own `parse` would not send this form, or not take the answer; empty
        when nothing is in its way. About the schema it says only what both packages have in
        common."""
        form = self.form
        if form is None:
            return "no schema is asked for"
        if not form.strict:
            return "parse() would make the schema strict"
        if self.in_background:
            return "parse() does not wait for an answer in the background"
        if self.api == "chat" and not all(map(_is_strict_tool, self.fields.get("tools") or [])):
            return "parse() takes no tools but strict functions"
        if not form.plain or lint(form.schema):
            return "parse() would make another one of the model"
        return ""

    def written(self, form: Any) -> dict[str, Any]:
        """The fields with something else in the place of the form; without it when that is None."""
        path = self.form.path if self.form else ()
        return dict(_replaced(self.fields, path, form)) if path else self.fields


def asked(request: Request, output: Output) -> Asked | None:
    """None when no structure is asked for, there is no schema, or the packages have no name for the
    request."""
    api = request.api
    if api not in CALLS or not output.asked or output.json_schema is None:
        return None
    fields = {name: one for name, one in request.fields.items() if name not in STREAMING}
    form = _tool(api, fields, output.name) if output.mode == "tool" else _format(api, fields)
    return Asked(api, fields, client(request), output, form)


def _format(api: Api, fields: Mapping[str, Any]) -> Form | None:
    path = FORMATS.get(api, ())
    found: Any = fields if path else None
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return _form(api, path, found, "json_schema", "schema")


def _tool(api: Api, fields: Mapping[str, Any], name: str) -> Form | None:
    """The last tool of that name: one of the user's own may be called the same."""
    tools = fields.get("tools")
    forms = [
        _form(api, ("tools", place), row, "function", "parameters")
        for place, row in enumerate(tools if isinstance(tools, list) else [])
    ]
    return next((form for form in reversed(forms) if form and form.name == name), None)


def _form(api: Api, path: Path, row: Any, kind: str, schema: str) -> Form | None:
    """Chat Completions has in an object of its own what Responses has beside the type."""
    if not isinstance(row, dict) or row.get("type") != kind:
        return None
    said = row if api == "responses" else row.get(kind)
    if not isinstance(said, dict) or schema not in said:
        return None
    more = {*said} - {"type", "name", "description", "strict", schema}
    return Form(
        path,
        name=str(said.get("name", "")),
        description=said.get("description"),
        schema=said[schema],
        strict=said.get("strict") is True,
        plain=not more and (said is row or len(row) == 2),
    )


def _is_strict_tool(tool: Any) -> bool:
    match tool:
        case {"type": "function", "function": {"strict": True}}:
            return True
        case _:
            return False


def _replaced(node: Any, path: Path, value: Any) -> Any:
    """A copy with another value at a path. What is empty without it goes as well."""
    if not path:
        return value
    step, *rest = path
    if isinstance(node, list):
        return [
            _replaced(one, tuple(rest), value) if at == step else one for at, one in enumerate(node)
        ]
    made = {
        name: _replaced(one, tuple(rest), value) if name == step else one
        for name, one in node.items()
    }
    return {name: one for name, one in made.items() if name != step or one not in (None, {})}
