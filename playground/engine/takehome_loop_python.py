"""The loop over tools in Python, with the official package, as a whole program."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from textwrap import indent
from typing import Any

from playground.core.profile import Api
from playground.core.tools import Tool
from playground.engine.takehome_loop_asked import NAMED, Loop, State
from playground.engine.takehome_loop_python_tools import mocked, stub
from playground.engine.takehome_loop_source import LOADED, Files
from playground.engine.takehome_python import PIECES
from playground.export import python
from playground.export.literal import Expression, literal
from playground.export.sdk import CALLS
from playground.schemas.names import field_name, unique

MODULES = ("asyncio", "inspect", "json", "os", "re", "sys")
FROM: Mapping[str, str] = {
    "Any": "typing",
    "AsyncOpenAI": "openai",
    "Callable": "collections.abc",
    "Lock": "threading",
    "ModuleType": "types",
    "TypeAdapter": "pydantic",
    "ValidationError": "pydantic",
    "get_type_hints": "typing",
    "partial": "functools",
    "to_jsonable_python": "pydantic_core",
}
"""Names that a program imports, and from where."""
THIRD_PARTY = frozenset(("openai", "pydantic", "pydantic_core"))
OWN = frozenset((
    "ASKING", "STEPS", "TOOLS", "answer", "ask", "by_types", "called", "client", "finished",
    "loaded", "main", "result_of", "written",
))  # fmt: skip
TAKEN: dict[str, str] = (
    dict.fromkeys((*dir(builtins), *OWN), "")
    | {name: name for name in MODULES}
    | {name: f"{module}.{name}" for name, module in FROM.items()}
)
"""Names that mean something in a program, with what is imported by them."""

STEPS = '''\
STEPS = {steps}
"""Requests after which it goes no further, whatever the model wants to call."""

'''
ASK = '''\
ASKING = Lock()


def ask(tool: str, /, *text: str, **arguments: Any) -> str:
    """The answer of whoever sits there: one call after the other."""
    with ASKING:
        return input(f"What does {tool} answer to {(*text, arguments)[0]}? ")
'''
BY_TYPES = '''\
def by_types(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, given its arguments as its types say; null also stands for one left out."""

    def fitted(**given: Any) -> Any:
        signature, hints = inspect.signature(function), get_type_hints(function, None, None, True)
        taken = {}
        for name, parameter in signature.parameters.items():
            if name not in given:
                continue
            value = given.pop(name)
            try:
                taken[name] = TypeAdapter(hints.get(name, Any)).validate_python(value)
            except ValidationError:
                if value is not None or parameter.default is parameter.empty:
                    raise
        if given:
            raise TypeError(f"It does not take {', '.join(given)}.")
        bound = inspect.BoundArguments(signature, taken)
        return function(*bound.args, **bound.kwargs)

    return fitted
'''
WRITTEN = '''\
def written(value: Any) -> str:
    """A result as the model gets it: text as it is, everything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps({value}, ensure_ascii=False)
'''
RESULT_OF = '''\
async def result_of(call: Any) -> str:
    """The result of a call."""
{told}
    print(f"{{name}}({{given}})")
    result = await called({given})
    print(f"{{name}}({{given}}) = {{result}}")
    return result


async def called({parameters}) -> str:
    """What a tool returns, or what went wrong: the model is told that as well."""
    if name not in TOOLS:
        return f"There is no tool {{name}}. Those that there are: {{', '.join(TOOLS)}}."
    try:
{text}        arguments = json.loads(given or "{{}}")
        if not isinstance(arguments, dict):
            return "The arguments are not a JSON object."
        return written(await finished(TOOLS[name], **arguments))
    except (Exception, SystemExit) as error:
        return f"{{type(error).__name__}}: {{error}}"


async def finished(tool: Callable[..., Any], /, *text: str, **arguments: Any) -> Any:
    """What a function returns, in a thread of its own where it is no coroutine."""
    result = await asyncio.to_thread(tool, *text, **arguments)
    return await result if inspect.isawaitable(result) else result
'''
BY_TEXT = """\
        if is_text:
            return written(await finished(TOOLS[name], given))
"""
MAIN = """\
async def answer() -> str:
    \"\"\"What the model says when it wants no more of the tools.\"\"\"
{begin}
    for step in range(1, STEPS + 1):
        response = await {call}
{waits}{begun}
        if not calls:
            return {text}
        if step == STEPS:
            break
{after}
        results = await asyncio.gather(*map(result_of, calls))
        for call, result in zip(calls, results, strict=True):
            {history}.append({row})
    sys.exit(f"The model still calls tools after {{STEPS}} requests.")


async def main() -> None:
    async with client:
        print(await answer())


asyncio.run(main())
"""
WAITS = """\
        while response.status in ("queued", "in_progress"):
            await asyncio.sleep(2)
            response = await client.responses.retrieve(response.id{headers})
"""
CALLS_OF: Mapping[Api, str] = {
    "responses": """\
calls = [
    item
    for item in response.output
    if item.type in ("function_call", "custom_tool_call")
]
""",
    "chat": "calls = message.tool_calls or []\n",
}
TOLD: Mapping[tuple[Api, bool], str] = {
    ("responses", False): "    name, given = call.name, call.arguments",
    ("responses", True): """\
    is_text = call.type == "custom_tool_call"
    name, given = call.name, call.input if is_text else call.arguments""",
    ("chat", False): "    name, given = call.function.name, call.function.arguments",
    ("chat", True): """\
    is_text = call.type == "custom"
    name = call.custom.name if is_text else call.function.name
    given = call.custom.input if is_text else call.function.arguments""",
}
"""What is in a call, by whether there are tools that take text."""
TEXT: Mapping[Api, str] = {"responses": "response.output_text", "chat": 'message.content or ""'}
AFTER: Mapping[tuple[Api, State], str] = {
    ("responses", "history"): "items += response.output\n",
    ("responses", "response"): "previous, items = response.id, []\n",
    ("responses", "conversation"): "items = []  # the conversation has the others\n",
    ("chat", "history"): "messages.append(message)\n",
}
"""What the next request has of what was said before the results."""
ROW: Mapping[Api, str] = {
    "responses": '{"type": f"{call.type}_output", "call_id": call.call_id, "output": result}',
    "chat": '{"role": "tool", "tool_call_id": call.id, "content": result}',
}


def program(loop: Loop) -> str:
    """Raises Failure where a source is no Python."""
    files = Files(dict(TAKEN))
    made = _Tools(loop, files)
    opening = python.opening(loop.client).replace("OpenAI", "AsyncOpenAI", 1)
    parts = [STEPS.format(steps=loop.steps) + opening]
    if files.modules:
        parts += [LOADED, "".join(files.modules)]
    if made.asks:
        parts.append(ASK)
    parts += made.functions
    if made.fits:
        parts.append(BY_TYPES)
    parts.append(f"TOOLS: dict[str, Callable[..., Any]] = {_literal(made.table)}\n")
    value = "to_jsonable_python(value)" if made.fits else "value"
    parts += [WRITTEN.replace("{value}", value), _result_of(loop), _main(loop)]
    code = "\n\n".join(parts)
    return "\n\n".join([_imports(code, made, files), *files.texts, code])


class _Tools:
    """The functions of a program, and which tool is which."""

    def __init__(self, loop: Loop, files: Files) -> None:
        self.functions: list[str] = []
        self.table: dict[str, Expression] = {}
        self.fits = False
        """Whether there are functions of files."""
        self.asks = False
        # Files first: what they call themselves, they keep.
        found = {
            tool.name: self._of_file(loop, tool, files)
            for tool in loop.tools
            if loop.way(tool, runs_files=True) == "file"
        }
        for tool in loop.tools:
            self.table[tool.name] = Expression(
                found.get(tool.name) or self._made(loop, tool, files.taken)
            )

    def _of_file(self, loop: Loop, tool: Tool, files: Files) -> str:
        path = tool.origin["python"]
        function = tool.origin.get("function", tool.name)
        place = files.function(path, loop.sources[path], function)
        if not place or tool.kind == "custom":
            return place
        self.fits = True
        return f"by_types({place})"

    def _made(self, loop: Loop, tool: Tool, taken: dict[str, str]) -> str:
        way = loop.way(tool, runs_files=True)
        if way == "human":
            self.asks = True
            return f"partial(ask, {_literal(tool.name)})"
        name = unique(field_name(tool.name), taken)
        taken[name] = ""
        self.functions.append(mocked(name, tool, loop.rules) if way == "mock" else stub(name, tool))
        return name


def _main(loop: Loop) -> str:
    api, history = loop.api, NAMED[loop.api]
    begin = f"{history}: list[Any] = {_literal(loop.history)}\n"
    if loop.previous:
        begin += f"previous = {_literal(loop.previous)}\n"
    headers = loop.client.extra_headers
    beside = f", extra_headers={_literal(headers)}" if headers else ""
    begun = f"{PIECES.whole if api == 'chat' else ''}{PIECES.begun[api]}{CALLS_OF[api]}"
    return MAIN.format(
        begin=_inside(begin, 1),
        call=_inside(python.call(CALLS[api], api, loop.fields, loop.client), 2).lstrip(),
        waits=WAITS.format(headers=beside) if loop.in_background else "",
        begun=_inside(begun, 2),
        text=TEXT[api],
        after=_inside(AFTER[api, loop.state], 2),
        history=history,
        row=ROW[api],
    )


def _result_of(loop: Loop) -> str:
    more = loop.takes_text
    return RESULT_OF.format(
        told=TOLD[loop.api, more],
        given="name, given, is_text" if more else "name, given",
        parameters="name: str, given: str, is_text: bool" if more else "name: str, given: str",
        text=BY_TEXT if more else "",
    )


def _imports(code: str, made: _Tools, files: Files) -> str:
    names = {"Any", "AsyncOpenAI", "Callable"}
    if made.asks:
        names |= {"Lock", "partial"}
    if made.fits:
        names |= {"TypeAdapter", "ValidationError", "get_type_hints", "to_jsonable_python"}
    if files.modules:
        names.add("ModuleType")
    used = {"os": "os.environ[", "re": "re.search("}
    rows = [f"import {one}\n" for one in MODULES if used.get(one, "") in code]
    homes: dict[str, list[str]] = {}
    for name in sorted(names):
        homes.setdefault(FROM[name], []).append(name)
    found = {home: f"from {home} import {', '.join(homes[home])}\n" for home in sorted(homes)}
    rows += [row for home, row in found.items() if home not in THIRD_PARTY]
    others = [row for home, row in found.items() if home in THIRD_PARTY]
    future = f"from __future__ import {', '.join(sorted(files.futures))}\n\n"
    return f"{future if files.futures else ''}{''.join(rows)}\n{''.join(others)}"


def _inside(code: str, depth: int) -> str:
    return indent(code, "    " * depth).rstrip("\n")


def _literal(value: Any, depth: int = 0) -> str:
    return literal(value, python.SYNTAX, depth)
