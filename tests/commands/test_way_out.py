"""What `playground run` says beside an answer: which field is refused, and what is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from playground.commands.words import left_open, way_out
from playground.core.call import Call
from playground.core.problem import Problem
from playground.core.recording import BODY, Event, fact
from playground.core.session import Run
from playground.endpoints.chat import reduce
from tests.processes import Sandbox, environment, playground


def failed(detail: str, **body: Any) -> Run:
    run = Run("run_1", "ses_1", None, Call(api="chat"), "p", [], reduce)
    run.note("request", {"method": "POST", "url": "", "headers": [], "body": json.dumps(body)})
    problem = Problem(title="No.", detail=detail, status=400)
    run.note("failed", {"problem": problem.model_dump(mode="json")})
    run.note("ended")
    return run


@pytest.mark.parametrize(
    ("detail", "body", "action"),
    [
        ("Unknown parameter: 'top_p'.", {"top_p": 1}, "resend without 'top_p'"),
        (
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            {"max_tokens": 1},
            "resend with 'max_tokens' as 'max_completion_tokens'",
        ),
        (
            "'effort' does not support 'x'. Supported values are: 'low'.",
            {"effort": "x"},
            "resend with effort low",
        ),
        ("Unknown parameter: 'top_p'.", {}, ""),
        ("The disk is full.", {"top_p": 1}, ""),
    ],
)
def test_the_way_out_is_in_the_servers_words(
    detail: str, body: dict[str, Any], action: str
) -> None:
    assert way_out(failed(detail, **body)) == action


def test_it_is_told_as_the_next_action(sandbox: Sandbox, home: Path) -> None:
    done = playground(
        "run", "--home", str(home), "--base-url", sandbox.base_url, "--model", "sandbox",
        "--set", "top_kk=1", "Refuse this", env=environment(),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == "  Next: resend without 'top_kk'."
    assert "Change the request" not in done.stderr


def answered(fields: dict[str, Any], **choice: Any) -> Run:
    run = Run("run_1", "ses_1", None, Call(api="chat", fields=fields), "p", [], reduce)
    run.note("request")
    run.note("head", {"status": 200, "headers": []})
    usage = {"prompt_tokens": 1, "completion_tokens": 3000}
    answer = json.dumps({"choices": [{"index": 0, **choice}], "usage": usage}).encode()
    run.take([Event(1, BODY, answer), fact(2, "eof"), fact(3, "ended")])
    return run


CALLS = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}]


@pytest.mark.parametrize(
    ("fields", "message", "reason", "told"),
    [
        ({}, {"content": "Yes."}, "stop", []),
        ({}, {"content": "Ye"}, "length", ["The answer is not whole: length."]),
        (
            {"max_tokens": 64},
            {"content": ""},
            "length",
            [
                "The whole limit went to reasoning; nothing of the answer came.",
                "  Next: Raise the limit: --set max_tokens=128.",
            ],
        ),
        (
            {},
            {"content": ""},
            "length",
            [
                "The whole limit went to reasoning; nothing of the answer came.",
                "  Next: Raise the limit: --set max_completion_tokens=6000.",
            ],
        ),
        ({}, {"content": None, "tool_calls": CALLS}, "tool_calls", ['Not run: f({"a":1})']),
    ],
)
def test_what_an_answer_leaves_open(
    fields: dict[str, Any], message: dict[str, Any], reason: str, told: list[str]
) -> None:
    assert left_open(answered(fields, message=message, finish_reason=reason)) == told
