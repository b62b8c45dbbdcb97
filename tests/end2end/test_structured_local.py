"""Example schemas, filled from their prompts by the bundled model: a real server with a grammar.

Without a window. The model is small: what is asked here is that the way to it and back holds, and
that its answer is what the schema says. The examples come first in their file because it can do
them.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from playground import app
from playground.core.items import ToolCall
from playground.core.output import Output
from playground.core.problem import Problem
from playground.core.profile import LOCAL
from playground.core.session import Run
from playground.localmodel.wheels import unavailable
from playground.schemas.library import Example, examples
from playground.schemas.validation import errors
from playground.store.home import Home

FILLED = 5
TOKENS = 300

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(unavailable() is not None, reason=str(unavailable())),
]


def answers(
    home: Path, asked: list[tuple[Example, str, str]], more: dict[str, Any] | None = None
) -> list[Run]:
    """The runs of each (example, dialect, mode), one after the other; `more` goes into the body."""
    problems: list[Problem] = []

    async def go() -> list[Run]:
        async with app.opened(Home.at(home, {}), problems.append, {}) as opened:
            profile = opened.profile(LOCAL)
            runs = []
            for example, api, mode in asked:
                limit = "max_tokens" if api == "chat" else "max_output_tokens"
                output = Output.model_validate(
                    {"mode": mode, "name": example.name, "json_schema": example.schema}
                )
                session = opened.workspace.new_session(profile)
                session.call = session.call.model_copy(
                    update={
                        "api": api,
                        "fields": {"temperature": 0, limit: TOKENS},
                        "output": output,
                        "extra": more or {},
                    }
                )
                run = opened.workspace.ask(session, example.prompt)
                runs.append(await opened.workspace.go(run))
            return runs

    runs = asyncio.run(go())
    assert not problems
    return runs


def value(run: Run, example: Example) -> Any:
    """The answer, which has to hold."""
    seen = run.transcript
    assert (seen.outcome, seen.finish_reason) == ("completed", "stop"), (seen.problem, seen.text)
    made = json.loads(seen.text)
    assert errors(made, example.schema) == []
    return made


def test_one_example_is_filled(tmp_path: Path) -> None:
    example = examples()[0]
    (run,) = answers(tmp_path, [(example, "chat", "json_schema")])
    assert value(run, example)["name"] == "Anna Lindqvist"


@pytest.mark.slow
def test_five_examples_are_filled(tmp_path: Path) -> None:
    chosen = examples()[:FILLED]
    runs = answers(tmp_path, [(one, "chat", "json_schema") for one in chosen])
    filled = {one.name: value(run, one) for one, run in zip(chosen, runs, strict=True)}
    assert filled["calendar-event"]["date"] == "2026-03-03"
    assert filled["classification"]["category"] == "delivery"
    assert [row["kind"] for row in filled["shapes"]["shapes"]] == ["circle", "rectangle"]
    assert len(filled["table"]["rows"]) == 2


@pytest.mark.slow
def test_the_schema_as_a_tool_that_has_to_be_called(tmp_path: Path) -> None:
    example = examples()[0]
    (run,) = answers(tmp_path, [(example, "chat", "tool")])
    seen = run.transcript
    assert seen.outcome == "completed", seen.problem
    (call,) = [item for item in seen.items if isinstance(item, ToolCall)]
    assert call.name == example.name
    assert errors(json.loads(str(call.arguments)), example.schema) == []


@pytest.mark.slow
def test_over_responses_the_schema_goes_where_its_server_reads_it(tmp_path: Path) -> None:
    """It pays no attention to `text.format`: a quirk of its profile says what it reads."""
    example = examples()[0]
    (run,) = answers(tmp_path, [(example, "responses", "json_schema")])
    value(run, example)
