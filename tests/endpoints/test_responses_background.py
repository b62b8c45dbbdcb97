"""What a server keeps and goes on with: the background, streams taken up again, how it all ends."""

from __future__ import annotations

from typing import Any

import pytest

from playground.core.endpoint import More
from playground.core.items import Message, ToolCall
from playground.core.recording import Event, fact
from playground.core.transcript import Transcript, replay
from playground.endpoints.responses import RESPONSES, cancel, more, reduce, stored
from tests.endpoints.responses_streams import (
    Json,
    added,
    asked,
    done,
    event,
    final,
    item,
    numbered,
    polled,
    read,
)

PROBLEM = {"title": "It broke.", "remedy": "retry"}
RESPONSE: Json = {"id": "resp/1", "status": "queued", "background": True, "output": []}
GOING: Json = {**RESPONSE, "status": "in_progress"}
MESSAGE: Json = {"type": "message", "id": "it_1", "content": []}
WHOLE = item("message", content=[{"type": "output_text", "text": "Hello"}])


def delta(text: str) -> Json:
    return event("output_text.delta", item_id="it_1", output_index=0, content_index=0, delta=text)


ANSWER = numbered(
    event("queued", response=RESPONSE),
    event("in_progress", response=GOING),
    added(MESSAGE),
    delta("Hel"),
    delta("lo"),
    done(WHOLE),
    event("completed", response={**RESPONSE, "status": "completed", "output": [WHOLE]}),
)


def told(*events: list[Event], over: bool = True) -> Transcript:
    rows = [one for batch in events for one in batch]
    return replay([*rows, fact(99, "ended")] if over else rows, reduce)


def broken(*rows: Json, attempt: int = 0, how: str = "cut") -> list[Event]:
    return asked(*rows, attempt=attempt, end=how, problem=PROBLEM)


@pytest.mark.parametrize("how", ["cut", "timeout", "failed", "eof"])
@pytest.mark.parametrize("seen", range(1, 6))
def test_a_broken_stream_is_taken_up_again_where_it_broke(seen: int, how: str) -> None:
    first = broken(*ANSWER[:seen], how=how)
    so_far = told(first, over=False)
    assert more(so_far) == More(
        f"/responses/resp%2F1?stream=true&starting_after={seen - 1}", 0.5, stream=True
    )
    assert cancel(so_far) == "/responses/resp%2F1/cancel"
    for again in (seen, 0, max(seen - 2, 0)):  # as asked; from the beginning; a little too early
        whole = told(first, asked(*ANSWER[again:], attempt=1))
        assert (whole.outcome, whole.text, whole.problem) == ("completed", "Hello", None)
        assert (len(whole.items), whole.repairs, whole.sequence) == (1, [], 6)
        assert more(whole) is None and cancel(whole) is None
        assert whole.legs == 1


def test_a_stream_may_break_again_and_again() -> None:
    events = [
        broken(*ANSWER[:3]),
        broken(*ANSWER[2:4], attempt=1),
        broken(attempt=2),
        asked(*ANSWER[4:], attempt=3),
    ]
    for count, sequence in ((1, 2), (2, 3), (3, 3)):
        so_far = told(*events[:count], over=False)
        found = more(so_far)
        assert found is not None and found.path.endswith(f"starting_after={sequence}")
        given_up = told(*events[:count])
        assert given_up.outcome == "truncated"
        assert given_up.problem is not None and given_up.problem.title == "It broke."
    assert (told(*events).outcome, told(*events).text) == ("completed", "Hello")


def test_an_end_that_is_not_good_is_the_end_too() -> None:
    error = {"code": "server_error", "message": "Gone."}
    for status, outcome, reason in (
        ("failed", "failed", "server_error"),
        ("incomplete", "incomplete", "steered"),
    ):
        response = {
            **RESPONSE,
            "status": status,
            "error": error if status == "failed" else None,
            "incomplete_details": {"reason": "steered"},
        }
        seen = told(
            broken(*ANSWER[:4]), asked(*numbered(event(status, response=response), start=4),
                                       attempt=1)
        )  # fmt: skip
        assert (seen.outcome, seen.finish_reason, seen.text) == (outcome, reason, "Hel")
        assert more(seen) is None


def test_what_cannot_be_had_any_more_is_left_as_it_is() -> None:
    gone = [
        fact(0, "request", attempt=1),
        fact(1, "head", {"status": 404, "headers": []}, attempt=1),
        Event(2, "body", b'{"error":{"message":"No such response."}}', attempt=1),
        fact(3, "eof", attempt=1),
    ]
    seen = told(broken(*ANSWER[:4]), gone)
    assert (seen.outcome, seen.text) == ("failed", "Hel")
    assert more(seen) is None


def test_a_response_in_the_background_is_polled_until_it_is_over() -> None:
    waits = []
    events = [polled(RESPONSE, 0)]
    for attempt, response in enumerate([RESPONSE, GOING, GOING], 1):
        so_far = told(*events, over=False)
        found = more(so_far)
        assert found is not None and found.path == "/responses/resp%2F1" and not found.stream
        assert so_far.pending == ("queued" if attempt < 3 else "in_progress")
        assert so_far.terminal is None
        waits.append(found.wait)
        events.append(polled(response, attempt))
    assert waits == sorted(waits) and 1 <= waits[0] < waits[-1] <= 2
    events.append(polled({**RESPONSE, "status": "completed", "output": [WHOLE]}, 4))
    seen = told(*events)
    assert (seen.outcome, seen.text, seen.pending) == ("completed", "Hello", None)
    assert more(seen) is None and cancel(seen) is None
    late = told(*events[:2], polled({**RESPONSE, "status": "cancelled"}, 2))
    assert (late.outcome, late.finish_reason, late.pending) == ("failed", "cancelled", None)


def test_a_stream_without_numbers_cannot_be_taken_up_only_asked_for() -> None:
    plain = [{k: v for k, v in row.items() if k != "sequence_number"} for row in ANSWER]
    first = broken(*plain[:4])
    found = more(told(first, over=False))
    assert found is not None and found.path == "/responses/resp%2F1" and not found.stream
    half = polled({**GOING, "output": [{**WHOLE, "status": "in_progress"}]}, 1)
    so_far = told(first, half, over=False)
    assert so_far.text == "Hello" and more(so_far) is not None
    assert so_far.items[0].wire is None  # not whole, not to be sent back
    seen = told(first, half, polled({**RESPONSE, "status": "completed", "output": [WHOLE]}, 2))
    assert (seen.outcome, seen.text, len(seen.items)) == ("completed", "Hello", 1)
    assert seen.items[0].wire == WHOLE


def test_half_a_call_of_a_response_that_goes_on_is_not_to_be_run() -> None:
    call = item("function_call", status="in_progress")
    so_far = told(polled({**GOING, "output": [call]}, 0), over=False)
    (one,) = so_far.items
    assert isinstance(one, ToolCall) and one.state == "arriving"
    over = polled({**RESPONSE, "status": "completed", "output": [item("function_call")]}, 1)
    (one,) = told(polled({**GOING, "output": [call]}, 0), over, over=False).items
    assert isinstance(one, ToolCall) and one.state == "not run"


@pytest.mark.parametrize("background", [False, None])
def test_only_the_background_goes_on_without_us(background: bool | None) -> None:
    response = {**GOING, "background": background}
    first = [event("created", response=response), added(MESSAGE), delta("Hel")]
    seen = told(broken(*numbered(*first)))
    assert (seen.outcome, seen.pending, more(seen), cancel(seen)) == ("truncated", None, None, None)


def test_a_retry_begins_anew_even_with_numbers() -> None:
    """Something of an answer that was an error may have been numbered too."""
    refused = numbered({"type": "error", "message": "Busy.", "code": "server_error"}, start=5)
    again = [*asked(*refused), fact(98, "retry", {"after": 0}), *asked(*ANSWER, attempt=1)]
    assert (told(again).outcome, told(again).text) == ("completed", "Hello")


def test_each_leg_counts_for_itself() -> None:
    """A tool loop asks again in the same run: numbers and places begin anew."""
    call = item("function_call", "fc_1")
    first = numbered(event("created", response=RESPONSE), done(call), final(output=[call]))
    second = [one._replace(leg=1) for one in asked(*ANSWER)]
    seen = told(asked(*first, *numbered(delta("x"), start=50)), second)
    assert [type(one) for one in seen.items] == [ToolCall, Message, Message]
    assert str(seen.items[-1].text) == "Hello"  # type: ignore[attr-defined]
    assert (seen.legs, seen.outcome, seen.sequence) == (2, "completed", 6)


@pytest.mark.parametrize(
    ("response", "kept", "conversation", "path"),
    [
        ({}, None, None, "/responses/resp_1"),
        ({"store": True}, True, None, "/responses/resp_1"),
        ({"store": False}, False, None, None),
        ({"store": "yes"}, None, None, "/responses/resp_1"),
        ({"conversation": {"id": "conv_1"}}, None, "conv_1", "/responses/resp_1"),
        ({"conversation": "conv_2"}, None, "conv_2", "/responses/resp_1"),
        ({"conversation": None}, None, None, "/responses/resp_1"),
        ({"id": "a b/c?d#e"}, None, None, "/responses/a%20b%2Fc%3Fd%23e"),
        ({"id": ""}, None, None, None),
    ],
)
def test_what_the_server_says_that_it_keeps(
    response: Json, kept: bool | None, conversation: str | None, path: str | None
) -> None:
    seen = read(final(**{"output": [], "status": "completed", **response}))  # type: ignore[arg-type]
    assert (seen.stored, seen.conversation, stored(seen)) == (kept, conversation, path)


def test_nothing_is_kept_of_an_answer_that_never_began() -> None:
    empty = Transcript()
    assert (more(empty), stored(empty), cancel(empty)) == (None, None, None)
    assert RESPONSES.conversations == "/conversations"
    assert (RESPONSES.more, RESPONSES.stored, RESPONSES.cancel) == (more, stored, cancel)


@pytest.mark.parametrize(
    "reason", ["max_output_tokens", "max_messages", "content_filter", "steered", "a reason to come"]
)
def test_why_an_answer_is_incomplete(reason: str) -> None:
    end = final("incomplete", [], incomplete_details={"reason": reason})
    seen = read(added(MESSAGE), delta("Hel"), end)
    assert (seen.outcome, seen.finish_reason, seen.text) == ("incomplete", reason, "Hel")


def test_a_budget_that_all_went_to_reasoning() -> None:
    end = final("incomplete", [item("reasoning")], incomplete_details={
        "reason": "max_output_tokens"}, usage={"input_tokens": 1, "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 5}})  # fmt: skip
    seen = read(end)
    assert seen.exhausted and seen.outcome == "incomplete"
    assert seen.usage is not None and seen.usage.reasoning == 5


def test_an_answer_that_went_astray_says_why() -> None:
    found: dict[str, Any] = {
        "error_type": "potentially_unintended_data_transfer",
        "detailed_explanation": "It was about to send a file away.",
        "review_target": "fc_1",
        "steer": {"message": "Ask first."},
    }
    error = {"code": "misalignment_policy_violation", "message": "Stopped.", "misalignment": found}
    for seen in (
        read(added(MESSAGE), delta("Hel"), final("failed", [], error=error)),
        read(added(MESSAGE), delta("Hel"), {"type": "error", **error}),
        read(added(MESSAGE), delta("Hel"), {"type": "error", "error": error}),
    ):
        assert (seen.outcome, seen.text) == ("failed", "Hel")
        assert seen.finish_reason == "misalignment_policy_violation"
        assert seen.problem is not None and seen.problem.detail == "Stopped."
        assert seen.problem.facts == {
            "kind": "potentially_unintended_data_transfer",
            "explanation": "It was about to send a file away.",
            "review": "fc_1",
            "steer": "Ask first.",
        }


def test_the_name_of_the_last_event_outweighs_a_stale_status() -> None:
    stale = event("completed", response={"id": "resp_1", "status": "in_progress", "output": []})
    assert read(added(MESSAGE), delta("Hi"), stale).outcome == "completed"
