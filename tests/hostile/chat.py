"""Chat Completions as servers in the wild speak it, and worse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from playground.core.transcript import Outcome
from tests.hostile.case import CHAT, JSON, TEXT, Case, block, spoken

ARGUMENTS = '{"a": 1, "b": "ö"}'
CALL = (("f", ARGUMENTS),)
DONE = b"data: [DONE]\n\n"


def case(name: str, body: bytes, outcome: Outcome, text: str = "", **more: Any) -> Case:
    return Case(name=name, api="chat", body=body, outcome=outcome, text=text, **more)


def choices(value: Any) -> bytes:
    return block({**CHAT.head(), "choices": value})


def said(*pieces: bytes, finish: str | None = "stop") -> bytes:
    """A good answer with something strange after its first word."""
    first, *rest = spoken(CHAT)[1:]
    end = b"" if finish is None else CHAT.chunk({}, finish)
    return b"".join([CHAT.start, first, *pieces, *rest, end])


def call(**part: Any) -> bytes:
    return CHAT.chunk({"tool_calls": [part]})


def function(arguments: Any, name: Any = None) -> dict[str, Any]:
    return {"arguments": arguments} | ({} if name is None else {"name": name})


def halves(text: str = ARGUMENTS) -> tuple[str, str]:
    return text[:7], text[7:]


def cases() -> Iterator[Case]:
    yield from shapes()
    yield from ends()
    yield from calls()
    yield from cut_calls()


def shapes() -> Iterator[Case]:
    for name, value in (
        ("null", None), ("empty", []), ("a string", "x"), ("an object", {"0": {}}),
        ("a list of null", [None]), ("a list of strings", ["x", ""]), ("lists", [[]]), ("7", 7),
    ):  # fmt: skip
        yield case(f"choices that are {name}", said(choices(value)), "completed", TEXT)
    for name, value in (
        ("nothing else", {}),
        ("no delta", {"index": 0, "finish_reason": None}),
        ("a delta that is null", {"index": 0, "delta": None}),
        ("a delta that is a string", {"index": 0, "delta": "lost"}),
        ("a delta that is a list", {"index": 0, "delta": ["lost"]}),
        ("an asynchronous filter", {"index": 0, "content_filter_offsets": {"start_offset": 4}}),
    ):
        yield case(f"a choice with {name}", said(choices([value])), "completed", TEXT)
    azure = {"id": "", "object": "", "model": "", "choices": [], "prompt_filter_results": [{}]}
    yield case("Azure's first chunk", block(azure) + said(), "completed", TEXT)
    usage = {"prompt_tokens": 3, "completion_tokens": 5}
    tokens = {"usage.input": 3, "usage.output": 5}
    for name, row in (
        ("without choices", {"usage": usage}),
        ("with no choices", {"choices": [], "usage": usage}),
        ("with a choice", {"choices": [{"index": 0, "delta": {}}], "usage": usage}),
        ("under x_groq", {"choices": [], "x_groq": {"usage": usage}}),
    ):
        yield case(f"usage {name}", said() + block(row) + DONE, "completed", TEXT, seen=tokens)
        yield case(f"usage {name}, after DONE", said() + DONE + block(row), "completed", TEXT,
                   seen=tokens)  # fmt: skip
    yield case(
        "usage that is nonsense after one that is not",
        said() + block({"usage": usage}) + block({"usage": {"prompt_tokens": "x"}}),
        "completed", TEXT, seen=tokens,
    )  # fmt: skip
    yield case(
        "usage of NaN and less than nothing",
        said() + b'data: {"usage": {"prompt_tokens": NaN, "completion_tokens": -5}}\n\n',
        "completed", TEXT, seen={"usage": None},
    )  # fmt: skip
    for index in (None, "0", 1.5, [0], {}, True, False, -0.0, -1):
        word = choices([{"index": index, "delta": {"content": "x"}}])
        text = TEXT[:3] + "x" + TEXT[3:]
        yield case(f"an index that is {index!r}", said(word), "completed", text)
    yield case(
        "choices without any index",
        b"".join(choices([{"delta": {"content": word}}]) for word in ("a", "b"))
        + choices([{"delta": {}, "finish_reason": "stop"}]),
        "completed", "ab",
    )  # fmt: skip
    for index in (1, 2**70):
        word = choices([{"index": index, "delta": {"content": "x"}}])
        yield case(f"an index {index} that never ends", said(word), "truncated", TEXT)
        yield case(f"an index {index} that never ends, then DONE", said(word) + DONE, "completed",
                   TEXT)  # fmt: skip
    yield case(
        "a message where a delta belongs",
        choices([{"index": 0, "message": {"content": TEXT}, "finish_reason": "stop"}]),
        "completed", TEXT,
    )  # fmt: skip
    yield case(
        "content in parts",
        CHAT.chunk({"content": [{"type": "text", "text": "a"}, None, "x", {"text": 7},
                                {"type": "text", "text": "b"}]}) + CHAT.over,
        "completed", "ab",
    )  # fmt: skip
    yield case("words after the end", said() + CHAT.word(" more"), "completed", f"{TEXT} more")
    yield case("no id, no object, no model", said().replace(b'"model": "m", ', b""), "completed",
               TEXT)  # fmt: skip
    yield case("filler on every event", said().replace(b'"id":', b'"obfuscation": "xyz", "id":'),
               "completed", TEXT)  # fmt: skip
    yield case("two answers in one event",
               choices([{"index": n, "delta": {"content": f"{n}"}} for n in (1, 0)])
               + choices([{"index": n, "finish_reason": "stop"} for n in (0, 1)]),
               "completed", "0")  # fmt: skip
    thought = CHAT.chunk({"reasoning": "hm ", "reasoning_content": "hm "})
    yield case("reasoning under both names", thought + said(), "completed", TEXT,
               seen={"reasoning": "hm "})  # fmt: skip
    yield case("reasoning in an object", CHAT.chunk({"reasoning": {"text": "x"}}) + said(),
               "completed", TEXT)  # fmt: skip
    yield case("reasoning and no answer", CHAT.chunk({"reasoning": "hm"}) + CHAT.over, "completed",
               seen={"reasoning": "hm"})  # fmt: skip
    yield case("a refusal", CHAT.chunk({"refusal": "No."}) + CHAT.over, "refused",
               seen={"refusal": "No."})  # fmt: skip


def ends() -> Iterator[Case]:
    outcomes: dict[str, Outcome] = {
        "stop": "completed", "eos": "completed", "end": "completed", "eos_token": "completed",
        "STOP": "completed", "anything else": "completed", "tool_calls": "completed",
        "length": "incomplete", "content_filter": "incomplete", "max_tokens": "incomplete",
        "insufficient_system_resource": "incomplete", "error": "failed",
    }  # fmt: skip
    for reason, outcome in outcomes.items():
        yield case(f"finish_reason {reason}", said(finish=reason), outcome, TEXT)
    for reason in ("", None, 7, True, [], {"reason": "stop"}):
        yield case(
            f"a finish_reason that is {reason!r}",
            said(finish=None) + choices([{"index": 0, "delta": {}, "finish_reason": reason}]),
            "truncated", TEXT,
        )  # fmt: skip
    yield case("two finish_reasons", said(CHAT.over), "completed", TEXT)
    yield case(
        "finish_reason without a delta",
        said(finish=None) + choices([{"finish_reason": "stop"}]),
        "completed",
        TEXT,
    )
    yield case("Ollama's empty chunk in the place of an error", said(choices([]), finish=None),
               "truncated", TEXT)  # fmt: skip


def calls() -> Iterator[Case]:
    """Calls that came whole, however they came."""
    first, rest = halves()
    over = CHAT.chunk({}, "tool_calls")
    streams: dict[str, bytes] = {
        "in one piece": call(index=0, id="c", function=function(ARGUMENTS, "f")),
        "in two pieces": call(index=0, id="c", function=function(first, "f"))
        + call(index=0, function=function(rest)),
        "a character a piece": call(index=0, id="c", function=function("", "f"))
        + b"".join(call(index=0, function=function(one)) for one in ARGUMENTS),
        "id and name repeated": call(index=0, id="c", function=function(first, "f"))
        + call(index=0, id="c", function=function(rest, "f")),
        "an empty name and id later": call(index=0, id="c", function=function(first, "f"))
        + call(index=0, id="", function=function(rest, "")),
        "null for what does not change": call(index=0, id="c", function=function(first, "f"))
        + call(index=0, id=None, type=None, function={"name": None, "arguments": rest}),
        "the arguments before the name": call(index=0, function=function(first))
        + call(index=0, id="c", function=function(rest, "f")),
        "no index": call(id="c", function=function(first, "f"))
        + call(id="c", function=function(rest)),
        "no index and no id later": call(id="c", function=function(first, "f"))
        + call(function=function(rest)),
        "no id": call(index=0, function=function(ARGUMENTS, "f")),
        "neither index nor id": call(function=function(ARGUMENTS, "f")),
        "an index that is a string": call(index="0", id="c", function=function(first, "f"))
        + call(index="0", id="c", function=function(rest)),
        "an index below nothing": call(index=-1, id="c", function=function(ARGUMENTS, "f")),
        "an index of a million": call(index=10**6, id="c", function=function(ARGUMENTS, "f")),
        "arguments as an object": call(
            index=0, id="c", function=function(json.loads(ARGUMENTS), "f")
        ),
        "nothing but null beside it": call(index=0, id="c", function=function(ARGUMENTS, "f"))
        + CHAT.chunk({"tool_calls": None, "function_call": None, "content": None}),
        "the old way": CHAT.chunk({"function_call": {"name": "f", "arguments": first}})
        + CHAT.chunk({"function_call": {"arguments": rest}}),
        "in a message": choices([{"message": {"tool_calls": [
            {"id": "c", "function": function(ARGUMENTS, "f")}]}}]),
    }  # fmt: skip
    for name, stream in streams.items():
        yield case(f"a call: {name}", stream + over, "completed", calls=CALL)
    yield case("a call and finish_reason stop", streams["in one piece"] + CHAT.over, "completed",
               calls=CALL)  # fmt: skip
    whole = {"tool_calls": [{"id": "c", "type": "function", "function": function(ARGUMENTS, "f")}]}
    yield case(
        "a call in a plain answer",
        json.dumps({"choices": [{"message": whole, "finish_reason": "tool_calls"}]}).encode(),
        "completed", calls=CALL, content_type=JSON,
    )  # fmt: skip
    pair = (("f", ARGUMENTS), ("g", "{}"))
    two: dict[str, bytes] = {
        "one after the other": streams["in two pieces"]
        + call(index=1, id="d", function=function("{}", "g")),
        "interleaved": call(index=0, id="c", function=function(first, "f"))
        + call(index=1, id="d", function=function("{", "g"))
        + call(index=0, function=function(rest)) + call(index=1, function=function("}")),
        "on the same index": call(index=0, id="c", function=function(ARGUMENTS, "f"))
        + call(index=0, id="d", function=function("{}", "g")),
        "without an index": call(id="c", function=function(ARGUMENTS, "f"))
        + call(id="d", function=function("{}", "g")),
        "without index and id": call(function=function(ARGUMENTS, "f"))
        + call(function=function("{}", "g")),
        "in one event": CHAT.chunk({"tool_calls": [
            {"id": "c", "function": function(ARGUMENTS, "f")},
            {"id": "d", "function": function("{}", "g")}]}),
    }  # fmt: skip
    for name, stream in two.items():
        yield case(f"two calls: {name}", stream + over, "completed", calls=pair)


def cut_calls() -> Iterator[Case]:
    """Calls that came half: none of them may be run, nor any beside them that is not whole."""
    first, _ = halves()
    half = call(index=0, id="c", function=function(first, "f"))
    named = call(index=0, id="c", function=function("", "f"))
    error = block({"error": {"message": "boom"}})
    yield case("half a call, then the end of the stream", half, "truncated")
    yield case("the name of a call, then the end of the stream", named, "truncated")
    yield case("half a call, then DONE", half + DONE, "truncated")
    yield case("half a call, then the connection breaks", half, "truncated", end="cut")
    yield case("half a call, then silence", half, "timed_out", end="timeout")
    yield case("half a call, then an error", half + error, "failed")
    yield case("half a call, then length", half + CHAT.chunk({}, "length"), "incomplete")
    yield case("half a call, then a filter", half + CHAT.chunk({}, "content_filter"), "incomplete")
    yield case("half a call, then finish_reason error", half + CHAT.chunk({}, "error"), "failed")
    whole = call(index=0, id="c", function=function(ARGUMENTS, "f"))
    yield case("a call that nobody declared over", whole, "truncated")
    yield case("a call in half an event", whole[:-20], "truncated", malformed=1)
    yield case(
        "a whole call and half a call, then the end",
        whole + call(index=1, id="d", function=function("{", "g")),
        "truncated",
    )
