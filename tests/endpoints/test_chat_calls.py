"""Tool calls of a chat from pieces: which piece belongs to which call, and what is repaired."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.transcript import Reader
from playground.endpoints import chat_calls as words
from playground.endpoints.chat import CHAT
from tests.endpoints.chat_streams import (
    CALLED,
    DONE,
    answer,
    call,
    choice,
    chunk,
    events,
    read,
    shown,
)

ARGUMENTS = '{"a": 1}'
F = ("a", "f", ARGUMENTS)
G = ("b", "g", "{}")


def function(arguments: Any = None, name: Any = None) -> dict[str, Any]:
    row = {"name": name, "arguments": arguments}
    return {key: value for key, value in row.items() if value is not None}


PIECES: dict[str, tuple[list[dict[str, Any]], list[tuple[str, str, str]], list[str]]] = {
    "by index": (
        [call(index=0, id="a", function=function("", "f")),
         call(index=1, id="b", function=function("{", "g")),
         call(index=0, function=function(ARGUMENTS)), call(index=1, function=function("}"))],
        [F, G], [],
    ),
    "an empty name and id later": (
        [call(index=0, id="a", function=function('{"a"', "f")),
         call(index=0, id="", function=function(": 1}", ""))],
        [F], [],
    ),
    "id and name repeated": (
        [call(index=0, id="a", function=function('{"a"', "f")),
         call(index=0, id="a", function=function(": 1}", "f"))],
        [F], [],
    ),
    "only the name repeated": (
        [call(index=0, id="a", function=function('{"a"', "f")),
         call(index=0, function=function(": 1}", "f"))],
        [F], [],
    ),
    "the name after the arguments": (
        [call(index=0, id="a", function=function('{"a"')),
         call(index=0, function=function(": 1}", "f"))],
        [F], [],
    ),
    "the id at last": (
        [call(index=0, function=function(ARGUMENTS, "f")), call(index=0, id="a")],
        [F], [],
    ),
    "a new id on a used index": (
        [call(index=0, id="a", function=function(ARGUMENTS, "f")),
         call(index=0, id="b", function=function("{", "g")),
         call(index=0, function=function("}"))],
        [F, G], [words.NEW_ID],
    ),
    "another id for each piece": (
        [call(index=0, id="a", function=function('{"a"', "f")),
         call(index=0, id="x", function=function(": 1")),
         call(index=0, id="y", function=function("}"))],
        [F], [words.OTHER_ID],
    ),
    "a missing index read as 0, without ids": (
        [call(index=0, function=function(ARGUMENTS, "f")),
         call(index=0, function=function("{}", "g")),
         call(index=0, function=function('{"b": 2}', "g"))],
        [("call_0_0", "f", ARGUMENTS), ("call_0_1", "g", "{}"), ("call_0_2", "g", '{"b": 2}')],
        [words.NEW_NAME, words.MADE_UP],
    ),
    "no index": (
        [call(id="a", function=function('{"a"', "f")), call(id="b", function=function("{}", "g")),
         call(id="a", function=function(": 1}"))],
        [F, G], [words.BY_ID],
    ),
    "no index, and later no id": (
        [call(id="a", function=function('{"a"', "f")), call(function=function(": 1}")),
         call(id="b", function=function("{}", "g"))],
        [F, G], [words.BY_ID, words.TO_LAST],
    ),
    "no index, and the id later": (
        [call(function=function('{"a"', "f")), call(id="a", function=function(": 1}"))],
        [F], [words.BY_NAME, words.BY_ID],
    ),
    "neither index nor id": (
        [call(function=function('{"a"', "f")), call(function=function(": 1}")),
         call(function=function("{}", "g")), call(function=function("{}", "g"))],
        [("call_0_0", "f", ARGUMENTS), ("call_0_1", "g", "{}"), ("call_0_2", "g", "{}")],
        [words.BY_NAME, words.TO_LAST, words.MADE_UP],
    ),
    "neither, and the name on each piece": (
        [call(function=function('{"a"', "f")), call(function=function(": 1}", "f"))],
        [("call_0_0", "f", ARGUMENTS)], [words.BY_NAME, words.TO_LAST, words.MADE_UP],
    ),
    "an index on the first piece only": (
        [call(index=3, id="a", function=function('{"a"', "f")), call(function=function(": 1}"))],
        [F], [words.TO_LAST],
    ),
    "the same id twice": (
        [call(index=0, id="a", function=function(ARGUMENTS, "f")),
         call(index=1, id="a", function=function("{}", "g"))],
        [F, ("call_0_1", "g", "{}")], [words.SAME_ID],
    ),
    "arguments as an object": (
        [call(index=0, id="a", function=function({"a": 1}, "f"))], [F], [words.AN_OBJECT],
    ),
    "an object for each call, without index and id": (
        [call(function=function({"a": 1}, "f")), call(function=function({"a": 1}, "f"))],
        [("call_0_0", "f", ARGUMENTS), ("call_0_1", "f", ARGUMENTS)],
        [words.BY_NAME, words.AN_OBJECT, words.MADE_UP],
    ),
    "the old way": (
        [chunk(function_call=function('{"a"', "f")), chunk(function_call=function(": 1}"))],
        [("call_0_0", "f", ARGUMENTS)], [words.MADE_UP],
    ),
    "ids, names and indexes of strange types": (
        [call(index="0", id=7, function=function(ARGUMENTS, ["f"])), call(function="x")],
        [("call_0_0", "", ARGUMENTS)], [words.BY_NAME, words.TO_LAST, words.MADE_UP],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PIECES)
def test_calls_are_put_together(name: str) -> None:
    pieces, calls, repairs = PIECES[name]
    seen = read(*pieces, CALLED, DONE)
    assert (shown(seen), seen.repairs) == (calls, repairs)
    assert {one.state for one in seen.tool_calls} == {"not run"}
    assert (seen.outcome, seen.malformed) == ("completed", 0)


def test_calls_of_a_whole_answer_have_no_index_and_need_no_repair() -> None:
    calls = [
        {"id": "a", "type": "function", "function": function(ARGUMENTS, "f")},
        {"id": "b", "type": "function", "function": function("{}", "g")},
    ]
    message = {"content": None, "tool_calls": calls}
    seen = answer({"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]})
    assert (shown(seen), seen.repairs) == ([F, G], [])


def test_a_custom_tool_takes_any_text() -> None:
    seen = read(
        call(index=0, id="a", type="custom", custom={"name": "sql", "input": "SELECT "}),
        call(index=0, custom={"input": "1"}),
        CALLED,
    )
    assert shown(seen) == [("a", "sql", "SELECT 1")]
    assert seen.tool_calls[0].type == "custom"


def test_what_gemini_wants_back_with_a_call_is_kept() -> None:
    extra = {"google": {"thought_signature": "s"}}
    seen = read(call(id="a", function=function("{}", "f"), extra_content=extra), CALLED)
    assert seen.tool_calls[0].extra == extra


def test_ids_are_made_up_for_each_choice_apart() -> None:
    rows = [choice(n, tool_calls=[{"index": 0, "function": function("{}", "f")}]) for n in (0, 1)]
    seen = read(*rows, choice(0, "tool_calls"), choice(1, "tool_calls"))
    ids = [one.call_id for one in seen.items]  # type: ignore[attr-defined]
    assert ids == ["call_0_0", "call_0_1_0"]


@pytest.mark.parametrize("end", [chunk("length"), chunk("error"), {"error": "Gone."}, DONE])
def test_half_a_call_can_never_be_run(end: Any) -> None:
    reader = Reader(CHAT.reduce)
    reader.take(events(call(index=0, id="a", function=function('{"a', "f")), end))
    assert reader.transcript.tool_calls[0].state == "arriving"
    assert reader.transcript.terminal != "completed"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["f", "g"]),
            st.lists(st.text('{}":, aü😀', min_size=1, max_size=4), max_size=5),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["index", "id", "index and id", "index 0 and id"]),
    st.randoms(use_true_random=False),
)
def test_however_the_arguments_are_cut_the_calls_are_the_same(
    calls: list[tuple[str, list[str]]], told_by: str, random: Any
) -> None:
    """One after the other, or mixed where a server says on each piece which call it is of."""
    queues: list[list[dict[str, Any]]] = []
    for number, (name, pieces) in enumerate(calls):
        index = {"index": 0 if "0" in told_by else number} if "index" in told_by else {}
        first = {**index, "id": f"c{number}"} if told_by != "index" else index
        again = index if "index" in told_by else first
        queues.append([call(**first, function={"name": name, "arguments": ""})])
        queues[-1] += [call(**again, function={"arguments": piece}) for piece in pieces]
    rows: list[dict[str, Any]] = []
    while queues:
        at = 0 if "0" in told_by else random.randrange(len(queues))
        rows.append(queues[at].pop(0))
        queues = [queue for queue in queues if queue]
    seen = read(*rows, CALLED)
    made = sorted((one.name, str(one.arguments)) for one in seen.tool_calls)
    assert made == sorted((name, "".join(pieces)) for name, pieces in calls)
