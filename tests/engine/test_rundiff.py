"""Two runs beside each other: rows that tile both, the first difference, and values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.recording import SSE, Event, fact
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.engine.rundiff import Comparison, RunDiff, answers, compared, requests
from playground.engine.rundiff_numbers import Numbers, counts, used
from playground.engine.rundiff_rows import Row
from playground.engine.rundiff_text import text_rows
from playground.engine.rundiff_values import values
from playground.engine.sent_rows import ABSENT

MS = 1_000_000


class Tape:
    """The events of a run over Responses, one a millisecond."""

    def __init__(self, **body: Any) -> None:
        self.events: list[Event] = []
        self.items = 0
        sent = {"model": "m", "input": "Hi", **body}
        self.fact("request", method="POST", url="http://here", body=json.dumps(sent))
        self.fact("head", status=200, reason="OK", headers=[["x-request-id", str(id(self))]])

    def fact(self, kind: str, **data: Any) -> Tape:
        self.events.append(fact(len(self.events) * MS, kind, data))
        return self

    def raw(self, raw: bytes) -> Tape:
        self.events.append(Event(len(self.events) * MS, SSE, raw))
        return self

    def event(self, name: str, **data: Any) -> Tape:
        text = json.dumps({"type": name, "sequence_number": len(self.events), **data})
        return self.raw(f"event: {name}\ndata: {text}\n\n".encode())

    def open(self, kind: str, **wire: Any) -> str:
        self.items += 1
        name = f"{id(self)}_{self.items}"  # others in every run, as they are
        item = {"id": name, "type": kind, **wire}
        self.event("response.output_item.added", output_index=self.items - 1, item=item)
        return name

    def say(self, name: str, *pieces: str, kind: str = "output_text") -> Tape:
        for piece in pieces:
            self.event(f"response.{kind}.delta", item_id=name, content_index=0, delta=piece,
                       output_index=self.items - 1)  # fmt: skip
        return self

    def text(self, *pieces: str) -> Tape:
        return self.say(self.open("message", role="assistant", content=[]), *pieces)

    def call(self, tool: str, *pieces: str) -> Tape:
        name = self.open("function_call", call_id=f"call{self.items}", name=tool, arguments="")
        return self.say(name, *pieces, kind="function_call_arguments")

    def end(self, **usage: Any) -> Tape:
        response: dict[str, Any] = {"status": "completed", "model": "m", "usage": usage or None}
        return self.event("response.completed", response=response).fact("eof").fact("ended")


def run(tape: Tape, api: str = "responses") -> Run:
    made = Run(
        id=str(id(tape)), session="s", parent=None, call=Call(model="m"), profile="p",
        input=[Message(text=Text("Hi"))], reduce=BY_ID[api].reduce,
    )  # fmt: skip
    made.take(tape.events)
    return made


def tiles(rows: Sequence[Row], side: str, total: int) -> bool:
    """Every event once, in order."""
    at = 0
    for row in rows:
        part = getattr(row, side)
        if part is not None:
            if part.begin != at or part.end <= at:
                return False
            at = part.end
    return at == total


def kinds(found: Comparison) -> list[tuple[str, str]]:
    return [(row.kind, row.key) for row in found.rows if row.kind != "same"]


WORDS = st.lists(
    st.sampled_from(["Snow ", "falls ", "on ", "Rome ", "é", "\U0001f600"]), max_size=6
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), WORDS),
        st.tuples(st.sampled_from(["look", "sum"]), WORDS),
        st.tuples(st.sampled_from(["ping", "retry", "notice", "odd"]), st.just([])),
    ),
    max_size=6,
)


def made(steps: list[tuple[str, list[str]]], *, model: str = "m") -> Run:
    tape = Tape(model=model)
    for kind, pieces in steps:
        match kind:
            case "text":
                tape.text(*pieces)
            case "ping":
                tape.raw(b": keep-alive\n\n")
            case "retry" | "notice":
                tape.fact(kind, text="Something", why="Something", after=1)
            case "odd":
                tape.raw(b"data: {broken\n\n")
            case _:
                tape.call(kind, *pieces)
    return run(tape.end())


@given(STEPS)
def test_a_run_does_not_differ_from_itself(steps: list[tuple[str, list[str]]]) -> None:
    found = compared(made(steps), made(steps))
    assert found.first is None and kinds(found) == []


@given(STEPS, STEPS, st.booleans())
def test_rows_tile_both_and_are_the_same_from_either_side(
    steps: list[tuple[str, list[str]]], others: list[tuple[str, list[str]]], other_model: bool
) -> None:
    left, right = made(steps), made(others, model="n" if other_model else "m")
    found, back = compared(left, right), compared(right, left)
    assert tiles(found.rows, "left", len(left.recording))
    assert tiles(found.rows, "right", len(right.recording))
    assert (found.first is None) == all(row.kind == "same" for row in found.rows)

    def spans(rows: Sequence[Row], *, mirrored: bool) -> list[Any]:
        turned = [row.mirrored() if mirrored else row for row in rows]
        sides = [
            (row.kind, row.left and row.left[:2], row.right and row.right[:2]) for row in turned
        ]
        return sorted(sides, key=str)

    assert spans(found.rows, mirrored=False) == spans(back.rows, mirrored=True)
    for row in found.rows:  # what is said to be the same is
        if row.kind == "same" and row.left is not None and row.right is not None:
            one, other = ("".join(b.text for b in side.brought) for side in (row.left, row.right))
            assert row.left.step.told == row.right.step.told
            assert one[: len(other)] == other[: len(one)]


def test_text_is_the_same_however_it_was_cut() -> None:
    one = Tape().text(*"It snows in Oslo.").end()
    other = Tape()
    name = other.open("message", role="assistant", content=[])
    other.say(name, "It snows").raw(b": ping\n\n").say(name, " in Oslo.").end()
    found = compared(run(one), run(other))
    assert found.first is None
    (row,) = [row for row in found.rows if row.key == "message"]
    assert row.left is not None and row.right is not None
    assert (row.left.end - row.left.begin, row.right.end - row.right.begin) == (17, 3)


def test_a_text_is_parted_at_the_event_of_the_first_other_character() -> None:
    left = Tape().text("It ", "snows ", "in ", "Oslo.").end()
    right = Tape().text("It snows", " i", "n Rome", ".").end()
    found = compared(run(left), run(right))
    assert kinds(found) == [("changed", "message")]
    assert found.first is not None
    assert (found.first.left, found.first.right) == (6, 5)
    assert found.first.words == (
        "The text of the message differs from character 12: “Oslo.” on the left, "
        "“Rome.” on the right."
    )


def test_calls_that_grow_by_turns_are_compared_each_for_itself() -> None:
    def both(*order: str) -> Run:
        tape = Tape()
        names = {
            tool: tape.open("function_call", call_id=tool, name=tool, arguments="")
            for tool in ("look", "sum")
        }
        given = {"look": '{"city":"Oslo"}', "sum": "[1,2,3]"}
        for tool in order:
            piece, given[tool] = given[tool][:4], given[tool][4:]
            tape.say(names[tool], piece, kind="function_call_arguments")
        for tool, rest in given.items():
            tape.say(names[tool], rest, kind="function_call_arguments")
        return run(tape.end())

    assert compared(both("look", "sum", "sum"), both("sum", "look")).first is None


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        (Tape(), Tape(temperature=1), "The requests differ in temperature: nothing → 1."),
        (
            Tape().call("look", '{"city": "Oslo"}'),
            Tape().call("look", '{"city": "Rome"}'),
            "The arguments of the call of look differ from character 10: "
            "“Oslo\"}” on the left, “Rome\"}” on the right.",
        ),
        (
            Tape().call("look"),
            Tape().text("No."),
            "The left goes on with the event response.output_item.added function_call look, "
            "the right with the event response.output_item.added message.",
        ),
        (
            Tape().text("It snows."),
            Tape().text("It snows.", " Much."),
            "The message ends at character 9 on the left; the right goes on.",
        ),
        (
            Tape().fact("retry", why="429", after=2),
            Tape(),
            "The event retry is only on the left.",
        ),
        (
            Tape().fact("retry", why="429", after=2),
            Tape().fact("retry", why="503", after=4),
            "The event retry says why 429 on the left and why 503 on the right.",
        ),
        (
            Tape().fact("request", method="POST", url="http://here/v1/responses", body="{}"),
            Tape().fact("request", method="POST", url="http://here/v1/completions", body="{}"),
            "The requests go to POST /v1/responses and to POST /v1/completions.",
        ),
        (
            Tape().fact("request", method="POST", url="http://here/v1", body="{}"),
            Tape().fact("request", method="POST", url="http://[", body="{}"),
            "The requests go to POST http://here/v1 and to POST http://[.",
        ),
    ],
)  # fmt: skip
def test_the_first_difference_is_said_in_words(left: Tape, right: Tape, words: str) -> None:
    found = compared(run(left.end()), run(right.end())).first
    assert found is not None and found.words == words


def test_dialects_meet_in_what_was_said() -> None:
    """The events of a chat are others; its texts and calls are not."""
    chat = [fact(0, "request", {"method": "POST", "url": "http://here", "body": "{}"})]

    def chunk(reason: str | None = None, **delta: Any) -> None:
        data = {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
        chat.append(Event(len(chat) * MS, SSE, f"data: {json.dumps(data)}\n\n".encode()))

    chunk(role="assistant", content="")
    for piece in ("It ", "sno", "ws."):
        chunk(content=piece)
    call = {"index": 0, "id": "c", "function": {"name": "look", "arguments": '{"city":"Oslo"}'}}
    chunk(tool_calls=[call])
    chunk("tool_calls")
    chat.append(fact(len(chat) * MS, "ended"))
    left = run(Tape().text("It snows.").call("look", '{"city":', '"Rome"}').end())
    other = Tape()
    other.events = chat
    right = run(other, "chat")
    found = compared(left, right)
    assert tiles(found.rows, "left", len(left.recording)) and tiles(found.rows, "right", len(chat))
    both = [(row.kind, row.key) for row in found.rows if row.left and row.right]
    assert ("same", "message") in both and ("changed", "call look") in both


def test_what_is_about_ourselves_is_in_the_rows_but_no_difference() -> None:
    left = Tape().fact("starting", text="starting the sandbox").text("It snows.")
    right = Tape().text("It snows.").fact("drawn", frames=1)
    found = compared(run(left.end()), run(right.end()))
    assert found.first is None
    assert [row.key for row in found.rows if row.kind != "same"] == ["starting", "drawn"]


def test_ids_and_times_are_no_difference() -> None:
    def looped(call_id: str) -> Run:
        tape = Tape().call("look", "{}")
        body = {"input": [{"type": "function_call_output", "call_id": call_id, "output": "4"}]}
        tape.fact(
            "tool.result", call_id=call_id, output="4", ok=True, state="done", ms=len(call_id)
        )
        tape.fact("request", method="POST", url="http://here", body=json.dumps(body))
        return run(tape.text("It is 4.").end())

    assert compared(looped("a"), looped("another")).first is None


def test_a_run_that_goes_on_is_read_on() -> None:
    tape = Tape().text("It snows.")
    left, right = run(tape), run(tape)
    found = RunDiff(left, right)
    while not found.step(1):
        pass
    assert found.look().compare().first is None
    more = Tape().text("It snows.", " Much.").events[len(tape.events) :]
    right.take(more)
    assert found.behind
    while not found.step(1):
        pass
    again = found.look().compare()
    assert again.first is not None and tiles(again.rows, "right", len(right.recording))


def test_many_steps_of_the_same_sort_take_no_time_to_speak_of() -> None:
    """In the square of their number it would take hours."""

    def long(first: int) -> Run:
        tape = Tape()
        for number in range(3_000):
            tape.fact("tool.progress", call_id="c", text=f"{(number + first) % 7}").raw(b":\n\n")
        return run(tape.end())

    left, right = long(0), long(1)
    found = compared(left, right)
    assert tiles(found.rows, "left", len(left.recording))
    assert tiles(found.rows, "right", len(right.recording))


# Values, texts, numbers.


def test_values_differ_leaf_by_leaf() -> None:
    left = {"a": 1, "b": {"c": True, "d": []}, "e": [1, 2, 3], "g": 0}
    right = {"a": 1, "b": {"c": 1, "d": []}, "e": [0, 1, 2, 4], "f": None}
    assert [row for row in values(left, right) if row.kind != "same"] == [
        ("b.c", "changed", True, 1),
        ("e[0]", "right", ABSENT, 0),
        ("e[2→3]", "changed", 3, 4),
        ("g", "left", 0, ABSENT),
        ("f", "right", ABSENT, None),
    ]
    assert [row.kind for row in values(left, left)] == ["same"] * len(values(left, left))
    assert values("x", {"x": 1}) == [("", "changed", "x", {"x": 1})]


def test_lines_are_compared_word_by_word() -> None:
    rows = text_rows("One\nIt snows in Oslo now\nLast", "One\nIt rains in Oslo now\nLast\nMore")
    assert [row.kind for row in rows] == ["same", "changed", "same", "right"]
    assert rows[1].left_spots == rows[1].right_spots == ((3, 8),)
    assert text_rows("", "") == []
    assert text_rows("", "x") == [("right", None, "x", (), ())]


@given(st.text("ab \n"), st.text("ab \n"))
def test_lines_are_those_of_the_texts(left: str, right: str) -> None:
    rows = text_rows(left, right)
    assert "\n".join(row.left for row in rows if row.left is not None) == left
    assert "\n".join(row.right for row in rows if row.right is not None) == right
    for row in rows:
        if row.kind == "changed" and row.left is not None and row.right is not None:
            assert _kept(row.left, row.left_spots) == _kept(row.right, row.right_spots)


def _kept(line: str, spots: tuple[tuple[int, int], ...]) -> str:
    return "".join(c for n, c in enumerate(line) if not any(a <= n < b for a, b in spots))


def test_answers_and_calls_are_compared_as_values() -> None:
    left = run(Tape().call("look", '{"city":"Oslo"}').call("look", "{").text('{"a":1}').end())
    right = run(Tape().call("look", '{"city":"Rome"}').text('{"a":2}').end())
    sections = answers(left, right)
    assert [one.title for one in sections] == ["Answer", "Call of look", "Call of look (2)"]
    assert [list(one.rows) for one in sections] == [
        [("a", "changed", 1, 2)],
        [("city", "changed", "Oslo", "Rome")],
        [("", "left", "{", ABSENT)],
    ]
    assert answers(run(Tape().text("Yes").end()), run(Tape().text("1").end())) == []
    (sent,) = requests(left, run(Tape(model="n").end()))
    assert (sent.left, sent.right) == (0, 0)
    assert [row for row in sent.rows if row.kind != "same"] == [("model", "changed", "m", "n")]


def test_numbers_stand_beside_each_other() -> None:
    left = run(Tape().text("One").end(input_tokens=8, output_tokens=2))
    right = run(Tape().fact("starting").text("One", " two").end(input_tokens=8, output_tokens=5))
    numbers = Numbers(left, right)
    while not numbers.step(1):
        pass
    assert [(row.name, row.left, row.right, row.more) for row in numbers.times()] == [
        ("Until the head", MS, MS, 0),
        ("Until the first token", 3 * MS, 4 * MS, MS),
        ("In all", 6 * MS, 8 * MS, 2 * MS),
    ]
    phases = dict(numbers.phases())
    assert sum(row.left or 0 for row in phases.values()) == 6 * MS
    assert phases["starting"].left == 0 and phases["starting"].more == 2 * MS
    assert [(row.name, row.more) for row in used(left, right)] == [
        ("Input", 0),
        ("Output", 3),
        ("Cost", None),
    ]
    assert counts(left, right)[0].more == 2
