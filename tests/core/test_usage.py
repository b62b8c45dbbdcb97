"""Every counter that a server sends is kept, under its own name and under ours."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.usage import Usage

RESPONSES = {
    "input_tokens": 100,
    "input_tokens_details": {
        "cached_tokens": 40,
        "cache_write_tokens": 20,
        "cache_write_tokens_details": {"ttl_30m": 20},
    },
    "output_tokens": 50,
    "output_tokens_details": {"reasoning_tokens": 30},
    "total_tokens": 150,
}
CHAT = {
    "prompt_tokens": 100,
    "completion_tokens": 50,
    "total_tokens": 150,
    "prompt_tokens_details": {
        "cached_tokens": 40,
        "cache_write_tokens": 20,
        "audio_tokens": 3,
        "image_tokens": 4,
        "text_tokens": 93,
    },
    "completion_tokens_details": {
        "reasoning_tokens": 30,
        "audio_tokens": 5,
        "accepted_prediction_tokens": 6,
        "rejected_prediction_tokens": 7,
        "text_tokens": 45,
    },
}


@pytest.mark.parametrize(
    ("data", "numbers"),
    [
        pytest.param(RESPONSES, (100, 40, 20, 50, 30), id="responses"),
        pytest.param(CHAT, (100, 40, 20, 50, 30), id="chat"),
        pytest.param({"input_tokens": 3, "output_tokens": 4}, (3, 0, 0, 4, 0), id="bare"),
        pytest.param(
            {"prompt_tokens": 9, "completion_tokens": 2, "prompt_cache_hit_tokens": 5,
             "prompt_cache_miss_tokens": 4},
            (9, 5, 0, 2, 0),
            id="DeepSeek counts hits beside the total",
        ),
        pytest.param(
            {"prompt_tokens": 9, "completion_tokens": 2, "queue_time": 0.01, "total_time": 0.2},
            (9, 0, 0, 2, 0),
            id="Groq has times beside the counters",
        ),
        pytest.param(
            {"prompt_tokens": 9, "completion_tokens": 2, "cost": 0.0012, "is_byok": False},
            (9, 0, 0, 2, 0),
            id="OpenRouter reports what it cost",
        ),
        pytest.param(
            {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": None},
            (9, 0, 0, 2, 0),
            id="vLLM writes null for details",
        ),
        pytest.param({"prompt_tokens": 9}, (9, 0, 0, 0, 0), id="only input"),
        pytest.param(
            {"prompt_tokens": 9.0, "completion_tokens": 2.0}, (9, 0, 0, 2, 0), id="as floats"
        ),
    ],
)  # fmt: skip
def test_the_numbers_of_every_server(data: dict[str, Any], numbers: tuple[int, ...]) -> None:
    usage = Usage.read(data)
    assert usage is not None
    found = (usage.input, usage.cached, usage.cache_write, usage.output, usage.reasoning)
    assert found == numbers
    assert usage.raw == data
    assert usage.basis == "reported"


@pytest.mark.parametrize(
    "data",
    [None, [], 3, "x", {}, {"total_tokens": 3}, {"cost": 1}, {"input_tokens": 2**70}],
)
def test_what_is_no_usage_is_none(data: Any) -> None:
    assert Usage.read(data) is None


def test_every_counter_is_kept_under_its_own_name() -> None:
    usage = Usage.read(CHAT, {"web_search": {"num_requests": 2}})
    assert usage is not None
    assert usage.counters == {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "total_tokens": 150,
        "prompt_tokens_details.cached_tokens": 40,
        "prompt_tokens_details.cache_write_tokens": 20,
        "prompt_tokens_details.audio_tokens": 3,
        "prompt_tokens_details.image_tokens": 4,
        "prompt_tokens_details.text_tokens": 93,
        "completion_tokens_details.reasoning_tokens": 30,
        "completion_tokens_details.audio_tokens": 5,
        "completion_tokens_details.accepted_prediction_tokens": 6,
        "completion_tokens_details.rejected_prediction_tokens": 7,
        "completion_tokens_details.text_tokens": 45,
        "tool_usage.web_search.num_requests": 2,
    }
    assert usage.part("input", "audio_tokens") == 3
    assert usage.part("output", "audio_tokens") == 5
    assert usage.part("input", "video_tokens") == 0


def test_a_sum_adds_every_counter() -> None:
    one, two = Usage.read(CHAT), Usage.read(RESPONSES)
    assert one is not None and two is not None
    total = Usage.add([one, two, Usage(input=1, basis="estimated")])
    assert total is not None
    assert (total.input, total.cached, total.output) == (201, 80, 100)
    assert total.counters["total_tokens"] == 300
    assert total.counters["completion_tokens_details.audio_tokens"] == 5
    assert total.basis == "estimated"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
names = st.sampled_from([*CHAT, *RESPONSES, "x"])


@given(st.dictionaries(names, values))
def test_nothing_that_a_server_may_send_is_too_much(data: dict[str, Any]) -> None:
    usage = Usage.read(data)
    if usage is not None:
        assert usage.input >= 0 and usage.output >= 0
        assert Usage.add([usage, usage]) is not None


def test_objects_in_objects_end_somewhere() -> None:
    deep: dict[str, Any] = {"a": 1}
    for _ in range(10_000):
        deep = {"a": deep}
    usage = Usage.read({"input_tokens": 1, "x": deep})
    assert usage is not None and usage.counters == {"input_tokens": 1}
