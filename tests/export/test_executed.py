"""Code of every dialect and feature is run against the sandbox: it sends what the run sent, and
prints what the run got."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from playground.core.resources import resource
from playground.core.transcript import replay
from playground.endpoints import BY_ID
from playground.export import curl, python, python_httpx
from playground.export.request import Request
from playground.export.sse import read
from tests.export.programs import needs_curl, ran_python, ran_shell
from tests.export.snippets import CASES, HEADERS, Snippet, calls, made, texts
from tests.processes import Sandbox, sandbox

USUAL = {
    "responses-plain",
    "responses-beside",
    "responses-files",
    "responses-follows",
    "responses-json_schema-whole",
    "responses-tools",
    "responses-web_search",
    "chat-developer",
    "chat-json_object",
    "chat-parameters",
    "chat-reasoning",
    "chat-several",
    "chat-tool-whole",
    "chat-tools-whole",
    "completions-plain",
    "completions-prompts-whole",
}
"""Every feature once; all others are slow."""


@dataclass
class Made:
    server: Sandbox
    snippets: dict[str, Snippet]


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(USUAL, id="usual"),
        pytest.param(CASES.keys() - USUAL, id="rest", marks=pytest.mark.slow),
    ],
)
def some(
    request: pytest.FixtureRequest, server: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Made:
    home = tmp_path_factory.mktemp("home")
    cases = {name: CASES[name] for name in sorted(request.param)}
    return Made(server, asyncio.run(made(cases, server, home)))


def check_sent(some: Made, newest: str) -> None:
    """Every request arrived as the run had sent it."""
    rows = [row for row in some.server.since(newest) if row["method"] == "POST"]
    bodies = [row["body"] for row in rows]
    for name, snippet in some.snippets.items():
        assert snippet.request.fields in bodies, name
        bodies.remove(snippet.request.fields)
    assert bodies == []
    titled = [row["headers"]["x-title"] for row in rows if "x-title" in row["headers"]]
    wanted = [one for one in some.snippets.values() if one.case.call.get("headers")]
    assert titled == list(HEADERS.values()) * len(wanted)


@pytest.mark.parametrize("module", [python, python_httpx], ids=lambda one: one.EXPORT.id)
def test_python_prints_the_answer(module: ModuleType, some: Made, tmp_path: Path) -> None:
    newest = some.server.newest()
    programs = {name: module.code(one.request) for name, one in some.snippets.items()}
    done = ran_python(programs, tmp_path / "programs")
    for name, snippet in some.snippets.items():
        assert done[name] == (snippet.printed, None), name
    check_sent(some, newest)


@needs_curl
def test_curl_prints_the_answer_as_it_came(some: Made, tmp_path: Path) -> None:
    newest = some.server.newest()
    programs = {name: curl.code(one.request) for name, one in some.snippets.items()}
    done = ran_shell(programs, tmp_path / "programs")
    for name, snippet in some.snippets.items():
        printed, error = done[name]
        assert error is None, (name, error)
        if snippet.request.fields.get("background") and not snippet.request.streamed:
            printed = finished(json.loads(printed), snippet.request, tmp_path / "asking")
        seen = replay(read(printed.encode()), BY_ID[snippet.case.api].reduce)
        assert (texts(seen), calls(seen)) == (snippet.texts, snippet.calls), name
        assert seen.outcome == (snippet.answer.outcome or "completed"), name
        assert (seen.usage is None) == (snippet.answer.usage is None)
        if seen.usage is not None and snippet.answer.usage is not None:
            assert seen.usage.output == snippet.answer.usage.output, name
    check_sent(some, newest)


def finished(response: dict[str, Any], asked: Request, folder: Path) -> str:
    """An answer in the background, asked for by code that asks for it once."""
    more = Request("GET", f"{asked.url}/{response['id']}", asked.query, asked.headers, "")
    for _ in range(1000):
        printed, error = ran_shell({"more": curl.code(more)}, folder)["more"]
        assert error is None
        if json.loads(printed)["status"] not in ("queued", "in_progress"):
            return printed
    raise AssertionError(printed)


STREAMS = ("blank-lines", "bom", "byte-by-byte", "comments", "cr", "crlf", "data-lines",
           "done-bare", "done-doubled", "done-missing", "ids", "long-line", "separators",
           "seven-bytes")  # fmt: skip
"""Ways to lay out a stream with which nothing is wrong, however odd they are."""


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_the_loop_of_plain_httpx_reads_any_stream(
    api: str, server: Sandbox, tmp_path: Path
) -> None:
    said = (
        {"input": "Hi"} if api == "responses" else {"messages": [{"role": "user", "content": "Hi"}]}
    )

    def program(model: str) -> str:
        body = json.dumps({"model": model, **said, "stream": True, "sandbox": {"per_second": 0}})
        where = server.base_url + BY_ID[api].path
        return python_httpx.code(Request("POST", where, (), (), body))

    done = ran_python({name: program(f"streams/{name}") for name in STREAMS}, tmp_path / "programs")
    for name in STREAMS:
        printed, error = done[name]
        assert error is None, (name, error)
        script = json.loads(resource("scenarios", "streams", f"{name}.json").read_text("utf-8"))
        wanted = script["reply"][0]["text"]
        assert printed == f"{wanted}\n", name
    assert "\u2028" in done["separators"][0]
