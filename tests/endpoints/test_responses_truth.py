"""What a server says twice and not the same: the order of truth, and what is only said once."""

from __future__ import annotations

import pytest

from playground.core.call import Call
from playground.core.items import (
    Message,
    Reasoning,
    ToolCall,
    ToolOutput,
)
from playground.core.profile import Quirks
from playground.core.snapshot import snapshot
from playground.core.transcript import replay
from playground.endpoints.responses import body, reduce
from tests.endpoints.responses_streams import (
    Json,
    added,
    asked,
    done,
    event,
    final,
    item,
    read,
)

AT = {"item_id": "it_1", "output_index": 0}


ANNOTATION = {"type": "url_citation", "url": "https://a.example", "title": "A"}


def test_annotations_are_each_there_once_however_often_they_are_sent() -> None:
    mark = event("output_text.annotation.added", **AT, content_index=0, annotation_index=0,
                 annotation=ANNOTATION)  # fmt: skip
    other = {**mark, "annotation_index": 1, "annotation": {**ANNOTATION, "title": "B"}}
    message = {"type": "message", "id": "it_1", "content": []}
    seen = read(added(message), mark, mark, other)
    assert [one["title"] for one in seen.messages()[0].annotations] == ["A", "B"]
    twice = [ANNOTATION, ANNOTATION]  # what the server has itself stays
    content = [{"type": "output_text", "text": "x", "annotations": twice}]
    seen = read(added(message), mark, done({**message, "content": content}), final())
    assert seen.messages()[0].annotations == twice


def test_probabilities_of_tokens_are_kept_by_the_order_of_truth() -> None:
    def tokens(*words: str) -> list[Json]:
        return [{"token": word, "logprob": -0.1, "top_logprobs": []} for word in words]

    message = {"type": "message", "id": "it_1", "content": []}
    deltas = [
        event("output_text.delta", **AT, content_index=0, delta=word, logprobs=tokens(word))
        for word in "ab"
    ]
    (cut,) = read(added(message), *deltas).messages()
    assert cut.logprobs == tokens("a", "b")
    whole = event("output_text.done", **AT, content_index=0, text="ab", logprobs=tokens("ab"))
    (one,) = read(added(message), *deltas, whole).messages()
    assert one.logprobs == tokens("ab")
    none = {**whole, "logprobs": []}
    (one,) = read(added(message), *deltas, none).messages()
    assert one.logprobs == tokens("a", "b")


def test_commentary_stands_apart_from_the_answer() -> None:
    said = item("message", "m1", phase="commentary")
    answer = item("message", "m2", phase="final_answer",
                  content=[{"type": "output_text", "text": "42"}])  # fmt: skip
    bare: Json = {"content": [], "phase": None}
    seen = read(
        added({**said, **bare}),
        done(said),
        added({**answer, **bare}, 1),
        done(answer, 1),
        final(output=[said, answer]),
    )
    assert [one.phase for one in seen.messages()] == ["commentary", "final_answer"]
    assert seen.text == "42"
    assert body(Call(), seen.items, Quirks())["input"] == [said, answer]
    plain = [Message(text=one.text, phase=one.phase) for one in seen.messages()]
    assert body(Call(), plain, Quirks())["input"] == [
        {"role": "assistant", "content": "Hi", "phase": "commentary"},
        {"role": "assistant", "content": "42", "phase": "final_answer"},
    ]


def test_sealed_reasoning_is_taken_from_the_item_that_is_done() -> None:
    half = item("reasoning", encrypted_content="gA")
    whole = item("reasoning", encrypted_content="gAAAAA")
    for ends in ([], [item("reasoning")]):
        seen = read(added(half), done(whole), final(output=[*ends]))
        (one,) = seen.items
        assert isinstance(one, Reasoning) and one.encrypted
        assert one.wire == whole


def test_parts_of_a_message_are_believed_one_by_one() -> None:
    def part(number: int, *said: str, whole: str) -> list[Json]:
        at = {**AT, "content_index": number}
        text = {"type": "output_text", "text": whole}
        return [
            event("content_part.added", **at, part={"type": "output_text", "text": ""}),
            *(event("output_text.delta", **at, delta=piece) for piece in said),
            event("output_text.done", **at, text=whole),
            event("content_part.done", **at, part=text),
        ]

    message = added({"type": "message", "id": "it_1", "content": []})
    first = part(0, "a", "b", whole="AB")
    assert read(message, *first).text == "AB"
    assert read(message, *first, *part(1, "c", whole="c")).text == "ABc"
    assert read(message, *first, *part(1, whole="C")).text == "ABC"
    refused = {"type": "refusal", "refusal": "No."}
    seen = read(message, *first, event("content_part.done", **AT, content_index=1, part=refused))
    assert (seen.text, seen.refusal) == ("AB", "No.")


def test_an_empty_whole_is_no_correction_of_text_that_came() -> None:
    message = {"type": "message", "id": "it_1", "content": []}
    word = event("output_text.delta", **AT, delta="Hi")
    nothing = {**message, "content": [{"type": "output_text", "text": ""}]}
    seen = read(added(message), word, event("output_text.done", **AT, text=""), done(nothing))
    assert seen.text == "Hi"


def test_the_order_of_the_output_is_the_order_of_the_items() -> None:
    """Reasoning has to be sent back before the call it led to."""
    call, thought = item("function_call", "fc_1"), item("reasoning", "rs_1")
    seen = read(done(call), done(thought, 1), final(output=[thought, call]))
    assert [type(one) for one in seen.items] == [Reasoning, ToolCall]
    answer = ToolOutput(call_id="c", output="4")
    assert body(Call(), [*seen.items, answer], Quirks())["input"][:2] == [thought, call]


def test_a_final_output_that_holds_more_than_was_streamed() -> None:
    message, thought = item("message", "m1"), item("reasoning", "rs_1")
    wrong = event("output_text.delta", item_id="m1", output_index=0, delta="Wrong")
    streamed = [added({**message, "content": []}), wrong]
    seen = read(*streamed, final(output=[thought, message]))
    assert [type(one) for one in seen.items] == [Reasoning, Message]
    assert (seen.text, seen.reasoning) == ("Hi", "Hm.")


def test_a_final_output_that_has_one_id_twice_and_as_another_kind() -> None:
    said = event("output_text.delta", item_id="it_1", output_index=0, delta="Hi")
    thought = item("reasoning", "it_1")
    seen = read(said, final(output=[thought, {**thought, "summary": []}]))
    assert (seen.outcome, seen.misread) == ("completed", {})
    assert [type(one) for one in seen.items] == [Reasoning] and seen.reasoning == "Hm."


def test_unknown_events_change_nothing() -> None:
    rows = [added(item("message")), event("output_text.delta", **AT, delta="!"), final()]
    strange = [
        event("mind_reading_call.reading", item_id="x", output_index=0),
        event("output_text.sung", **AT, text="x"),
        {"type": "made.up", "item": item("message", "m9")},
    ]
    plain = snapshot(read(*rows))
    mixed = snapshot(read(*[one for row in rows for one in (*strange, row, *strange)]))
    for name in ("events", "rev"):
        plain.pop(name), mixed.pop(name)
    for seen in (plain, mixed):
        seen["items"] = [{**row, "rev": 0, "t0": 0, "t1": 0} for row in seen["items"]]
        for name in ("timing", "first", "now"):
            seen.pop(name, None)
    assert plain == mixed


def test_items_without_ids_and_indices_are_found_by_their_order() -> None:
    """As llama.cpp calls functions in streams of some versions: named by the call alone."""
    bare = {"type": "function_call", "call_id": "fc_1", "name": "f", "arguments": ""}
    whole = {**bare, "arguments": "{}", "status": "completed"}
    piece = event("function_call_arguments.delta", item_id="fc_1", delta="{}")
    seen = read(
        {"type": "response.output_item.added", "item": bare},
        piece,
        {"type": "response.output_item.done", "item": whole},
        final(output=[whole]),
    )
    (call,) = seen.tool_calls
    assert (call.call_id, str(call.arguments), call.state) == ("fc_1", "{}", "not run")


@pytest.mark.parametrize("status", ["incomplete", "failed"])
@pytest.mark.parametrize("told", ["whole", "half", "item", "nothing"])
def test_half_of_a_call_never_looks_whole(status: str, told: str) -> None:
    """Some servers give their calls no status, and put what broke off into the output."""
    bare: Json = {"type": "function_call", "id": "it_1", "call_id": "c", "name": "f"}
    half = {**bare, "arguments": '{"a":'}
    rows = [
        added({**bare, "arguments": ""}),
        event("function_call_arguments.delta", **AT, delta='{"a":'),
    ]
    if told == "whole":
        half["status"] = "completed"
    if told == "item":  # the next one broke off
        rows.append(done(half))
    output = [half] if told != "nothing" else []
    (call,) = replay(asked(*rows, final(status, output=output)), reduce).tool_calls
    assert (call.state == "not run") == (told in ("whole", "item"))
