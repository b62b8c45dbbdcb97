"""Raising the limit of an answer: twice what was sent, wherever it was sent."""

from __future__ import annotations

from typing import Any

import pytest

from playground.core.call import Call
from playground.engine.limit import raised


@pytest.mark.parametrize(
    ("api", "fields", "extra", "made", "then"),
    [
        ("responses", {"max_output_tokens": 64}, {}, 64, ({"max_output_tokens": 128}, {})),
        ("chat", {"max_tokens": 5, "seed": 1}, {}, 5, ({"max_tokens": 10, "seed": 1}, {})),
        ("chat", {}, {"max_completion_tokens": 7}, 7, ({}, {"max_completion_tokens": 14})),
        ("responses", {}, {}, 5_000, ({"max_output_tokens": 10_000}, {})),
        ("chat", {"max_tokens": "much"}, {}, 3,
         ({"max_tokens": "much", "max_completion_tokens": 2_048}, {})),
    ],
)  # fmt: skip
def test_the_limit_is_doubled(
    api: Any, fields: dict[str, Any], extra: dict[str, Any], made: int, then: tuple[Any, Any]
) -> None:
    call = Call(api=api, model="m", fields=fields, extra=extra)
    more = raised(call, made)
    assert (more.fields, more.extra) == then
    assert (call.fields, call.extra) == (fields, extra)
    assert more.model == "m"
