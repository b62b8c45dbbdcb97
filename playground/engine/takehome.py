"""Take it home: structured output as code that works in somebody's own project.

What goes out is what the request says, field for field, but for streaming: a program wants the
whole answer. The official packages' own way, a model and `parse`, is taken where it sends the same
schema and understands the answer; else the schema is sent as it is, and the model reads what comes.
"""

from __future__ import annotations

from playground.core.output import Output
from playground.engine import takehome_javascript, takehome_python
from playground.engine.takehome_asked import asked
from playground.export import javascript as plain_javascript
from playground.export import python as plain_python
from playground.export.request import Request


def python(request: Request, output: Output) -> str:
    """A program with Pydantic models that prints the answer as JSON; the plain program where there
    is no schema. Raises Failure where the schema cannot be written as models."""
    found = asked(request, output)
    return takehome_python.program(found) if found else plain_python.code(request)


def javascript(request: Request, output: Output) -> str:
    """The same with Zod, as a module for Node."""
    found = asked(request, output)
    return takehome_javascript.program(found) if found else plain_javascript.code(request)
