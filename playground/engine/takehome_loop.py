"""Take it home: the whole loop over tools as a program that runs in somebody's own project.

It sends what the request says, field for field but for streaming; calls whatever the model calls,
at once where there are several; gives back the results in the order of the calls; and goes on until
there is an answer. What a tool has here comes along: the rules of a mock as a function, the source
of a Python function as it is. The code of the others is for whoever takes it home to write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from playground.core.tools import Tool
from playground.engine import takehome_loop_javascript, takehome_loop_python
from playground.engine.takehome_loop_asked import asked
from playground.export import javascript as plain_javascript
from playground.export import python as plain_python
from playground.export.request import Request
from playground.tools.rules import RuleSet


def python(
    request: Request,
    tools: Sequence[Tool],
    steps: int,
    sources: Mapping[str, str],
    rules: RuleSet | None = None,
) -> str:
    """A program; the plain one where no tool is called by a client. Raises Failure when a source
    is no Python.

    steps: requests that it sends at most. sources: the text of Python files, by what origins of
    tools call them. rules: those by which mocks answer.
    """
    found = asked(request, tools, steps, sources, rules)
    return takehome_loop_python.program(found) if found else plain_python.code(request)


def javascript(
    request: Request,
    tools: Sequence[Tool],
    steps: int,
    sources: Mapping[str, str],
    rules: RuleSet | None = None,
) -> str:
    """The same as a module for Node. Functions of Python files answer by the rules, where there are
    any for them, and else have no code."""
    found = asked(request, tools, steps, sources, rules)
    return takehome_loop_javascript.program(found) if found else plain_javascript.code(request)
