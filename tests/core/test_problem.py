"""Errors of servers, in every shape they write them: a sentence, and what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.core.problem import (
    BUSY,
    FAILED,
    NO_CREDIT,
    NO_MODEL,
    REMEDIES,
    TOO_LONG,
    TOO_MANY,
    Failure,
    from_error,
    from_exception,
    from_response,
    retry_after,
)

REFUSED = "The server does not accept the request as it was sent.", "change_request"


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        (429, {"code": "insufficient_quota", "type": "insufficient_quota"}, NO_CREDIT),
        (402, {"message": "Insufficient Balance"}, NO_CREDIT),
        (429, {"code": "rate_limit_exceeded"}, TOO_MANY),
        (429, {}, TOO_MANY),
        (413, {"code": "rate_limit_exceeded"}, ("The request is too large for this server.",
                                                "change_request")),
        (400, {"code": "context_length_exceeded"}, TOO_LONG),
        (400, {"code": 400, "type": "exceed_context_size_error"}, TOO_LONG),
        (400, {"message": "This model's maximum context length is 4096 tokens.",
               "type": "BadRequestError", "code": 400}, TOO_LONG),
        (400, {"message": "The number of tokens to keep from the initial prompt is greater than "
                          "the context length."}, TOO_LONG),
        (400, {"message": "prompt is too long: 9 tokens > 8 maximum"}, TOO_LONG),
        (400, {"message": "The input token count (9) exceeds the maximum of 8."}, TOO_LONG),
        (400, {"message": "max_tokens is more than the maximum context length.",
               "param": "max_tokens"}, REFUSED),
        (400, {"message": "Unknown context.", "code": "x"}, REFUSED),
        (404, {"code": "model_not_found"}, NO_MODEL),
        (404, {"code": "DeploymentNotFound"}, NO_MODEL),
        (503, {"code": 503, "type": "unavailable_error"}, BUSY),
        (529, {"type": "overloaded_error"}, BUSY),
        (500, {"code": "server_error"}, FAILED),
    ],
)  # fmt: skip
def test_a_response(status: int, error: dict[str, Any], told: tuple[str, str]) -> None:
    problem = from_response(status, {}, json.dumps({"error": {"message": "x", **error}}).encode())
    assert (problem.title, problem.remedy) == told
    assert problem.status == status and problem.detail
    assert REMEDIES[problem.remedy]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"error": {"code": "rate_limit_exceeded", "message": "x"}}, TOO_MANY),
        ({"error": {"code": "server_error", "message": "x"}}, FAILED),
        ({"error": "This model's maximum context length is 8."}, TOO_LONG),
        (
            {"error": "out of memory"},
            ("The server reported an error in the middle of the answer.", "retry"),
        ),
        ({"error": {"code": "strange"}}, ("The server reported an error.", "retry")),
    ],
)
def test_an_error_inside_a_stream(data: Any, told: tuple[str, str]) -> None:
    problem = from_error(data)
    assert (problem.title, problem.remedy) == told


@pytest.mark.parametrize(
    ("body", "words", "code", "param"),
    [
        (b'{"error": {"message": "No.", "type": "t", "param": "n", "code": "c"}}', "No.", "c", "n"),
        (b'{"error": {"message": "No.", "type": "t", "code": null}}', "No.", "t", None),
        (b'{"error": {"message": "No.", "type": "t", "code": 404}}', "No.", "t", None),
        (b'{"error": "No."}', "No.", None, None),
        (b'{"message": "No.", "code": "c"}', "No.", "c", None),
        (b'{"detail": "No."}', "No.", None, None),
        (b'{"detail": [{"loc": ["body", "n"], "msg": "No."}]}', "body.n: No.", None, None),
        (b'{"object": "error", "message": "No.", "type": "t", "code": 400}', "No.", "t", None),
        (b'[{"error": {"message": "No.", "code": 400, "status": "S"}}]', "No.", "400", None),
        (b'"No."', "No.", None, None),
        (b"<h1>No.</h1>", "<h1>No.</h1>", None, None),
        (b"", "", None, None),
        (b"[" * 100_000, "[" * 2048, None, None),
        (b"\xff\xfe", "\ufffd\ufffd", None, None),
    ],
)
def test_whatever_shape_an_error_has(
    body: bytes, words: str, code: str | None, param: str | None
) -> None:
    problem = from_response(400, {"x-request-id": "req_1"}, body)
    assert (problem.detail, problem.code, problem.param) == (words, code, param)
    assert problem.request_id == "req_1"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after-ms": "20", "retry-after": "2"}, 0.02),
        ({"retry-after-ms": "soon", "retry-after": "2"}, 2.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "-1"}, None),
        (
            {
                "retry-after": "Sat, 21 Nov 2026 08:00:30 GMT",
                "date": "Sat, 21 Nov 2026 08:00:00 GMT",
            },
            30.0,
        ),
        ({"retry-after": "Sat, 21 Nov 2026 08:00:30 GMT"}, None),
    ],
)
def test_how_long_a_server_asks_us_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_exceptions() -> None:
    problem = from_error({"error": "x"})
    assert from_exception(Failure(problem)) is problem
    full = from_exception(OSError(28, "No space left on device"))
    assert (full.remedy, full.bug) == ("free_space", False)
    ours = from_exception(ZeroDivisionError("division by zero"))
    assert ours.bug and ours.remedy == "report" and "division by zero" in ours.facts["traceback"]
