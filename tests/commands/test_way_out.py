"""What `playground run` says when a server refuses a request because of one of its fields."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from playground.commands.words import way_out
from playground.core.problem import Problem
from playground.core.session import Call, Run
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
