"""The Responses API as servers in the wild speak it, and worse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from playground.core.transcript import Outcome
from tests.hostile.case import JSON, RESPONSES, TEXT, WORDS, Case, block, good, spoken

ARGUMENTS = '{"a": 1, "b": "ö"}'
CALL = (("f", ARGUMENTS),)
event, final, message, word = (
    RESPONSES.event,
    RESPONSES.final,
    RESPONSES.message,
    RESPONSES.word,
)


def case(name: str, body: bytes, outcome: Outcome, text: str = "", **more: Any) -> Case:
    return Case(name=name, api="responses", body=body, outcome=outcome, text=text, **more)


def words(**where: Any) -> bytes:
    """The words of the answer, sent to some place."""
    rows = (event("response.output_text.delta", **where, delta=one) for one in WORDS)
    return b"".join(rows)


def added(item: dict[str, Any], index: Any = 0) -> bytes:
    return event("response.output_item.added", output_index=index, item=item)


def done(item: dict[str, Any], index: Any = 0) -> bytes:
    return event("response.output_item.done", output_index=index, item=item)


def cases() -> Iterator[Case]:
    yield from truths()
    yield from places()
    yield from ends()
    yield from calls()


def truths() -> Iterator[Case]:
    """What is said twice and not the same: the final output, else the whole item, else `*.done`,
    else the deltas."""
    start, over = RESPONSES.start, RESPONSES.over
    deltas = b"".join(spoken(RESPONSES))
    text_done = event("response.output_text.done", item_id="msg_1", output_index=0,
                      content_index=0, text="from done")  # fmt: skip
    item_done = done(message("from item"))
    last = final([message("from final")])
    yield case("deltas alone", deltas + over, "completed", TEXT)
    yield case("done over deltas", deltas + text_done + over, "completed", "from done")
    yield case(
        "the item over done", deltas + text_done + item_done + over, "completed", "from item"
    )
    yield case("the final output over all", deltas + text_done + item_done + last, "completed",
               "from final")  # fmt: skip
    yield case("nothing but the final output", last, "completed", "from final")
    yield case("nothing but the item, done", item_done + over, "completed", "from item")
    yield case("items that are done and were never added",
               done(message("a", "m1"), 0) + done(message("b", "m2"), 1) + over, "completed",
               "a\n\nb")  # fmt: skip
    for name, output in (
        ("null", None), ("empty", []), ("a string", "x"), ("an object", {}), ("null in a list",
        [None, 7, "x"]), ("an item without content", [{"type": "message", "id": "msg_1"}]),
        ("content that is null", [{"type": "message", "id": "msg_1", "content": None}]),
        ("content that is empty", [{"type": "message", "id": "msg_1", "content": []}]),
    ):  # fmt: skip
        yield case(f"a final output that is {name}", deltas + final(output), "completed", TEXT)
    yield case("a final response that is null", deltas + event("response.completed", response=None),
               "completed", TEXT)  # fmt: skip
    yield case("a final event without a response", deltas + event("response.completed"),
               "completed", TEXT)  # fmt: skip
    yield case("an item that changed its kind",
               start + word("lost") + done({"type": "reasoning", "id": "msg_1", "summary": []})
               + over, "completed")  # fmt: skip
    yield case("a final item with another id", deltas + final([message("right", "msg_9")]),
               "completed", "right")  # fmt: skip
    yield case("another response id at the end",
               deltas + over.replace(b"resp_1", b"resp_9"), "completed", TEXT,
               seen={"response_id": "resp_9"})  # fmt: skip
    yield case("the final event twice", good(RESPONSES) + over, "completed", TEXT)
    yield case("words after the end", good(RESPONSES) + word(" more"), "completed", f"{TEXT} more")
    yield case("no created event", good(RESPONSES).partition(b"\n\n")[2], "completed", TEXT)
    yield case("a plain string as content", final([{"type": "message", "content": TEXT}]),
               "completed", TEXT)  # fmt: skip


def places() -> Iterator[Case]:
    """Deltas that do not say where they belong, or say it wrongly."""
    start, over = RESPONSES.start, RESPONSES.over
    created, *_ = start.partition(b"event: response.output_item.added")
    for name, where in (
        ("neither id nor index", {}),
        ("an id alone", {"item_id": "msg_1"}),
        ("an index alone", {"output_index": 0}),
        ("an id that is null", {"item_id": None, "output_index": 0}),
        ("an index that is a string", {"item_id": "msg_1", "output_index": "0"}),
        ("an index that is false", {"item_id": "msg_1", "output_index": False}),
        ("an index below nothing", {"item_id": "msg_1", "output_index": -1}),
        ("an index beyond all bounds", {"item_id": "msg_1", "output_index": 2**70}),
        ("an id that changed", {"item_id": "msg_2", "output_index": 0}),
        ("an id that is a number", {"item_id": 7, "output_index": 0}),
        ("an id that is a list", {"item_id": ["msg_1"], "output_index": 0}),
    ):
        yield case(f"deltas with {name}", start + words(**where) + over, "completed", TEXT)
        yield case(f"deltas of an item that was never added, with {name}",
                   created + words(**where) + over, "completed", TEXT)  # fmt: skip
    yield case("an id that changes from delta to delta",
               start + b"".join(word(one, item_id=f"msg_{n}", output_index=0)
                                for n, one in enumerate(WORDS)) + over,
               "completed", TEXT)  # fmt: skip
    yield case("no event lines", good(RESPONSES).replace(b"event: ", b": "), "completed", TEXT)
    yield case("no types, only names",
               b"".join(b"event: " + row.split(b"event: ")[1].split(b"\n")[0] + b"\ndata: "
                        + json.dumps({k: v for k, v in json.loads(row.split(b"data: ")[1]).items()
                                      if k != "type"}).encode() + b"\n\n"
                        for row in good(RESPONSES).split(b"\n\n")[:-1]),
               "completed", TEXT)  # fmt: skip
    yield case("an index that is used twice",
               start + word("a") + added({"type": "message", "id": "msg_2"}, 0)
               + word("b", item_id="msg_2", output_index=0) + over,
               "completed", "a\n\nb")  # fmt: skip
    yield case("an item that was added twice", start + start + words(item_id="msg_1") + over,
               "completed", TEXT)  # fmt: skip
    for name, item in (
        ("null", None), ("a string", "x"), ("a list", []), ("an empty object", {}),
        ("of no kind", {"id": "x"}), ("of a kind that is null", {"type": None}),
        ("of a kind to come", {"type": "mind_reading_call", "id": "x", "status": "done"}),
        ("of a kind that is a list", {"type": ["message"]}),
    ):  # fmt: skip
        yield case(f"an item that is {name}",
                   start + words(item_id="msg_1") + added(item, 1) + done(item, 1) + over,  # type: ignore[arg-type]
                   "completed", TEXT)  # fmt: skip
    for delta in (None, 7, [], ["x"], {}, {"text": "x"}, True):
        yield case(f"a delta that is {delta!r}",
                   b"".join(spoken(RESPONSES)) + word(delta) + over,  # type: ignore[arg-type]
                   "completed", TEXT)  # fmt: skip
    yield case("a delta and no done, of a refusal",
               event("response.refusal.delta", item_id="msg_1", output_index=0, delta="No.") + over,
               "refused", seen={"refusal": "No."})  # fmt: skip
    yield case("deltas of things without any place",
               start + event("response.shell_call_command.delta", command_index=0, delta="ls")
               + event("response.audio.delta", delta="AAAA") + words(item_id="msg_1") + over,
               "completed", TEXT)  # fmt: skip
    yield case("numbers in the wrong order",
               b"".join(row.replace(b'{"type"', b'{"sequence_number": %d, "type"' % (50 - n))
                        for n, row in enumerate([*spoken(RESPONSES), over])),
               "completed", TEXT)  # fmt: skip


def ends() -> Iterator[Case]:
    deltas = b"".join(spoken(RESPONSES))
    error = {"code": "server_error", "message": "boom"}
    reason = {"reason": "max_output_tokens"}
    rows: tuple[tuple[str, bytes, Outcome, str | None], ...] = (
        ("incomplete", final([], "incomplete", incomplete_details=reason), "incomplete",
         "max_output_tokens"),
        ("incomplete without details", final([], "incomplete"), "incomplete", "incomplete"),
        ("incomplete for a null", final(None, "incomplete", incomplete_details={"reason": None}),
         "incomplete", "incomplete"),
        ("incomplete for a list", final([], "incomplete", incomplete_details=["x"]), "incomplete",
         "incomplete"),
        ("incomplete inside completed",
         event("response.completed", response={"status": "incomplete"}), "incomplete",
         "incomplete"),
        ("failed", final([], "failed", error=error), "failed", "server_error"),
        ("failed with a string", final([], "failed", error="boom"), "failed", None),
        ("failed without an error", final([], "failed", error=None), "failed", "failed"),
        ("failed without a response", event("response.failed"), "failed", None),
        ("failed inside completed",
         event("response.completed", response={"status": "failed", "error": error}), "failed",
         "server_error"),
        ("cancelled", final([], "cancelled"), "failed", "cancelled"),
    )  # fmt: skip
    for name, end, outcome, word_of_it in rows:
        seen = {} if word_of_it is None else {"finish_reason": word_of_it}
        yield case(f"the end: {name}", deltas + end, outcome, TEXT, seen=seen)
    for status in ("in_progress", "queued"):
        body = json.dumps({**RESPONSES.whole(""), "status": status, "output": []}).encode()
        yield case(f"a plain answer that is {status}", body, "truncated", content_type=JSON)
    yield case("DONE after the end", good(RESPONSES) + b"data: [DONE]\n\n", "completed", TEXT)
    yield case("an end of another kind", deltas + event("response.done"), "truncated", TEXT)
    yield case("a failure, then more", deltas + final([], "failed", error=error) + word("!"),
               "failed", f"{TEXT}!")  # fmt: skip
    yield case("an error in an error event",
               deltas + event("error", error={"message": "boom", "code": "nested"}), "failed", TEXT,
               seen={"finish_reason": "nested"})  # fmt: skip
    yield case(
        "an error whose type is its kind",
        deltas + block({"type": "server_error", "message": "boom"}, "error"),
        "failed",
        TEXT,
    )


def calls() -> Iterator[Case]:
    item = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f",
            "arguments": "", "status": "in_progress"}  # fmt: skip
    whole = {**item, "arguments": ARGUMENTS, "status": "completed"}
    where = {"item_id": "fc_1", "output_index": 0}
    halves = tuple(
        event("response.function_call_arguments.delta", **where, delta=one)
        for one in (ARGUMENTS[:7], ARGUMENTS[7:])
    )
    finished = event("response.function_call_arguments.done", **where, arguments=ARGUMENTS)
    over = RESPONSES.over
    streams: dict[str, bytes] = {
        "as it should be": added(item) + b"".join(halves) + finished + done(whole) + final([whole]),
        "without done": added(item) + b"".join(halves) + done(whole) + over,
        "without an item that is done": added(item) + b"".join(halves) + finished + over,
        "without deltas": added(item) + finished + over,
        "only the item": done(whole) + over,
        "only the final output": final([whole]),
        "never added": b"".join(halves) + done(whole) + over,
        "arguments as an object": done({**whole, "arguments": json.loads(ARGUMENTS)}) + over,
        "without places": added(item)
        + event("response.function_call_arguments.delta", delta=ARGUMENTS)
        + done(whole) + over,
    }  # fmt: skip
    for name, stream in streams.items():
        yield case(f"a call: {name}", stream, "completed", calls=CALL)
    yield case("a custom call",
               done({"type": "custom_tool_call", "id": "ct_1", "call_id": "c", "name": "f",
                     "input": ARGUMENTS}) + over, "completed", calls=CALL)  # fmt: skip
    error = block({"type": "error", "message": "boom"}, "error")
    begun = added(item) + halves[0]
    yield case("half a call, then the end of the stream", begun, "truncated")
    yield case("a call without arguments, then the end of the stream", added(item), "truncated")
    yield case("half a call, then DONE", begun + b"data: [DONE]\n\n", "truncated")
    yield case("half a call, then the connection breaks", begun, "truncated", end="cut")
    yield case("half a call, then silence", begun, "timed_out", end="timeout")
    yield case("half a call, then an error", begun + error, "failed")
    yield case("half a call, then failed", begun + final([], "failed"), "failed")
    yield case("half a call, then incomplete", begun + final([], "incomplete"), "incomplete")
    yield case("half a call, declared incomplete",
               begun + done({**item, "arguments": ARGUMENTS[:7], "status": "incomplete"})
               + final([], "incomplete"), "incomplete")  # fmt: skip
    yield case("half a call in the final output",
               begun + final([{**item, "arguments": ARGUMENTS[:7], "status": "incomplete"}],
                             "incomplete"), "incomplete")  # fmt: skip
    yield case("half a call whose arguments are called done, in half an event",
               begun + finished[:-30], "truncated", malformed=1)  # fmt: skip
