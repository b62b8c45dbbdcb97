"""What runs in the jail to call the functions of a user's file. A script, never imported here.

It is spoken to in JSON objects, each behind its length in four bytes, the high one first. The
first is {"source", "file"}: the text, and what tracebacks call it. Of the others each has a `mark`
of its own, which stands in the answer:

    {"mark", "call": name, "arguments": JSON, "most": characters}
        → {"mark", "ok", "output", "length", "trace", "lacks"}
    {"mark", "define": [names]}
        → {"mark", "functions": {name: {"parameters", "output"} | {"refused": words}}}
        | {"mark", "failed": words, "trace"}

`length` is that of the whole output, `lacks` what it reached for and does not have in here. What is
printed goes to standard error, and standard input is empty: the pipes are for the above alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import errno
import inspect
import io
import json
import linecache
import os
import struct
import sys
import traceback
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import typing_extensions
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema

MODULE = "tools_of_a_file"
"""The name of the file as a module; as `__main__` it would run what it has for trying it out."""

MISFITS = 20
"""Arguments that do not fit, and are told."""
MISFIT = {
    "missing_keyword_only_argument": "It is required",
    "missing": "It is required",
    "unexpected_keyword_argument": "There is no such argument",
}
"""What Pydantic says in the words of Python."""
WORDS = 4_000
"""Characters of an error's words."""
TRACE = 16_000
"""Characters of a traceback: half from its start, half from its end."""

REACHING = {
    "socket.getaddrinfo": "network",
    "socket.gethostbyname": "network",
    "subprocess.Popen": "processes",
    "os.fork": "processes",
    "os.forkpty": "processes",
    "os.posix_spawn": "processes",
    "os.system": "processes",
    "os.exec": "processes",
}
"""What Python announces before it is tried, and what is lacking when it fails."""
INTERNET = (2, 10)
"""Families of sockets; others lead nowhere out of the process."""
ABSENT = (errno.ENOENT, errno.EACCES, errno.EPERM, errno.EROFS)
FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


class Wrong(Exception):  # noqa: N818  said in full by its words
    """What a model can be told as it is."""


class Quiet(GenerateJsonSchema):
    ignored_warning_kinds = {"skipped-choice", "non-serializable-default", "skipped-discriminator"}


class File:
    """The user's file, loaded; that it could not be is told when somebody asks."""

    def __init__(self, source: str, name: str) -> None:
        self.name = name
        self.names: dict[str, Any] = {}
        self.failed: BaseException | None = None
        # Without a time of change the lines are never looked for on the disk.
        lines = [f"{line}\n" for line in source.split("\n")]
        linecache.cache[name] = (len(source), None, lines, name)
        module = types.ModuleType(MODULE)
        module.__file__ = name
        sys.modules[MODULE] = module
        try:
            exec(compile(source, name, "exec", dont_inherit=True), vars(module))
        except BaseException as error:
            self.failed = error
        self.names = vars(module)

    def function(self, name: str) -> Callable[..., Any]:
        if self.failed is not None:
            words = f"`{self.name}` could not be loaded: {said(self.failed)}"
            raise Wrong(words) from self.failed
        found = self.names.get(name)
        if not callable(found):
            raise Wrong(f"`{self.name}` has no function `{name}`.")
        return found  # type: ignore[no-any-return]


class Caller:
    """Calls functions by JSON. Coroutines all run in one loop, so that they may share what they
    keep."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._runner = asyncio.Runner()

    def text(self, name: str, arguments: str) -> str:
        """The result: text as it is, other values as JSON."""
        function = self._file.function(name)
        places, given = fitted(function, arguments)
        result = function(*places, **given)
        if inspect.isawaitable(result):
            result = self._runner.run(awaited(result))
        return written(result)


def stand_in(function: Callable[..., Any]) -> Any:
    """A function that takes by name whatever can be given so, and returns what it was given."""

    def given(**arguments: Any) -> dict[str, Any]:
        return arguments

    signature = inspect.signature(function)
    wanted = [
        one.replace(kind=one.KEYWORD_ONLY)
        for one in signature.parameters.values()
        if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
    ]
    given.__signature__ = signature.replace(parameters=wanted)  # type: ignore[attr-defined]
    given.__annotations__ = {
        one.name: one.annotation for one in wanted if one.annotation is not one.empty
    }
    # Where names in annotations that are strings are looked up.
    given.__module__ = getattr(inspect.unwrap(function), "__module__", MODULE)
    return given


def fitted(function: Callable[..., Any], arguments: str) -> tuple[list[Any], dict[str, Any]]:
    """The arguments as its types have them: those by place, and those by name."""
    try:
        given = json.loads(arguments or "{}")
    except (ValueError, RecursionError) as error:
        raise Wrong(f"The arguments are not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise Wrong("The arguments are not a JSON object.")
    adapter = TypeAdapter[dict[str, Any]](stand_in(function))
    try:
        try:
            taken = adapter.validate_json(json.dumps(given))
        except ValidationError as error:
            # A strict schema has null where an argument is left out.
            if not without_nulls(given, error):
                raise
            try:
                taken = adapter.validate_json(json.dumps(given))
            except ValidationError:
                raise error from None
    except ValidationError as error:
        raise Wrong(f"The arguments do not fit: {misfits(error)}.") from None
    parameters = inspect.signature(function).parameters.values()
    places = [taken.pop(one.name) for one in parameters if one.kind == one.POSITIONAL_ONLY]
    return places, taken


def without_nulls(given: dict[str, Any], error: ValidationError) -> bool:
    """Takes out each null that was refused; whether there was one."""
    found = False
    for one in error.errors(include_url=False, include_context=False):
        home: Any = given
        for step in one["loc"]:
            try:
                value = home[step]
            except (KeyError, IndexError, TypeError):
                continue  # the name of a type, which is no place in the value
            if value is None and isinstance(home, dict):
                del home[step]
                found = True
                break
            home = value
    return found


def misfits(error: ValidationError) -> str:
    rows = error.errors(include_url=False, include_context=False, include_input=False)
    told = [
        f"`{'.'.join(map(str, one['loc']))}`: {MISFIT.get(one['type'], one['msg'])}"[:WORDS]
        for one in rows[:MISFITS]
    ]
    return "; ".join(told) + (f"; and {len(rows) - MISFITS} more" if len(rows) > MISFITS else "")


async def awaited(result: Any) -> Any:
    return await result


def written(value: Any) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=inner)
    except RecursionError:
        raise Wrong("What it returned is nested too deep to be JSON.") from None
    except (TypeError, ValueError) as error:
        raise Wrong(f"What it returned is no JSON: {error}.") from None


def inner(value: Any) -> Any:
    """What JSON does not know, as something that it does."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
    raise TypeError(f"a value of the type `{type(value).__name__}` is in it")


def defined(function: Callable[..., Any]) -> dict[str, Any]:
    """The schemas of its arguments and of its result, as far as there are any."""
    parameters = TypeAdapter[Any](stand_in(function)).json_schema(schema_generator=Quiet)
    output = None
    with contextlib.suppress(Exception):  # a result may be of any type; then nothing is said of it
        hint = inspect.signature(function, eval_str=True).return_annotation
        if hint not in (inspect.Signature.empty, None, str, Any, object):
            output = TypeAdapter[Any](hint).json_schema(schema_generator=Quiet)
    return {"parameters": parameters, "output": output}


class Reached:
    """What was tried that the jail does not have, since it was last cleared."""

    def __init__(self) -> None:
        self.tried: set[str] = set()
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in REACHING:
            self.tried.add(REACHING[event])
        elif event == "socket.__new__" and arguments[1] in INTERNET:
            self.tried.add("network")

    def lacking(self, error: BaseException) -> list[str]:
        """What an error is about, where that is the jail."""
        lacks = set()
        for one in errors(error):
            if isinstance(one, MemoryError):
                lacks.add("memory")
            elif isinstance(one, OSError):
                lacks |= self.tried
                if one.errno in FULL:
                    lacks.add("room")
                elif one.errno in ABSENT and one.filename is not None and not self.tried:
                    lacks.add("files")
        return sorted(lacks)


def errors(error: BaseException) -> Iterator[BaseException]:
    """The error and those that led to it."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__]


def said(error: BaseException) -> str:
    """`TypeName: message`, as the last line of a traceback has it."""
    if isinstance(error, Wrong):
        return str(error)
    name = type(error).__name__
    try:
        words = str(error)
    except BaseException:
        words = "its words cannot be read"
    return (f"{name}: {words}" if words else name)[:WORDS]


def traced(error: BaseException, name: str) -> str:
    """The way to the error through the user's file, and nothing of us and of libraries."""
    if isinstance(error, Wrong):
        if error.__cause__ is None:
            return ""
        error = error.__cause__
    try:
        whole = traceback.TracebackException.from_exception(error)
        for one in chained(whole):
            own = [frame for frame in one.stack if frame.filename == name]
            one.stack = traceback.StackSummary.from_list(own)
        text = "".join(whole.format())
    except BaseException:
        return ""
    half = TRACE // 2
    return text if len(text) <= TRACE else f"{text[:half]}\n…\n{text[-half:]}"


def chained(
    error: traceback.TracebackException,
) -> Iterator[traceback.TracebackException]:
    waiting: list[traceback.TracebackException | None] = [error]
    while waiting:
        if (one := waiting.pop()) is not None:
            yield one
            waiting += [one.__cause__, one.__context__, *(one.exceptions or ())]


def called(caller: Caller, file: File, reached: Reached, request: dict[str, Any]) -> dict[str, Any]:
    most = request["most"]
    reached.tried.clear()
    try:
        text = caller.text(request["call"], request["arguments"])
    except BaseException as error:
        words, trace = said(error), traced(error, file.name)
        return {"ok": False, "output": words, "trace": trace, "lacks": reached.lacking(error)}
    return {"ok": True, "output": text[:most], "length": len(text)}


def listed(file: File, names: list[str]) -> dict[str, Any]:
    if file.failed is not None:
        return {"failed": said(file.failed), "trace": traced(file.failed, file.name)}
    found: dict[str, Any] = {}
    for name in names:
        try:
            found[name] = defined(file.function(name))
        except BaseException as error:
            words = said(error).split("\n")[0]
            found[name] = {"refused": words}
    return {"functions": found}


def heard(pipe: BinaryIO) -> dict[str, Any] | None:
    """The next request; None when there are no more."""
    head = pipe.read(4)
    if len(head) < 4:
        return None
    request: dict[str, Any] = json.loads(pipe.read(struct.unpack(">I", head)[0]))
    return request


def tell(handle: int, answer: dict[str, Any]) -> None:
    body = json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass")
    left = memoryview(struct.pack(">I", len(body)) + body)
    while left:
        left = left[os.write(handle, left) :]


def main() -> None:
    if sys.version_info < (3, 12):
        # WORKAROUND: Pydantic does not take the one of `typing` before Python 3.12.
        typing.TypedDict = typing_extensions.TypedDict
    requests, answers = os.fdopen(os.dup(0), "rb"), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    for stream in (sys.stdout, sys.stderr):
        assert isinstance(stream, io.TextIOWrapper)
        stream.reconfigure(line_buffering=True, errors="backslashreplace")
    first = heard(requests)
    assert first is not None
    reached = Reached()
    file = File(first["source"], first["file"])
    caller = Caller(file)
    while (request := heard(requests)) is not None:
        if "call" in request:
            answer = called(caller, file, reached, request)
        else:
            answer = listed(file, request["define"])
        flush()
        tell(answers, {"mark": request["mark"], **answer})
    # Threads of the file's may go on for ever; nobody waits for them.
    os._exit(0)


def flush() -> None:
    """What was printed comes before the answer."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


if __name__ == "__main__":
    main()
