"""What a run says to an audience: sentences without JSON, keys and prices."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.items import HostedCall, Message, Reasoning, Text, ToolCall, ToolOutput
from playground.core.recording import Event, fact
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.engine import narration_calls
from playground.engine.demos import Demo, demos
from playground.engine.narration import narrate
from playground.engine.narration_calls import changes, values
from playground.engine.narration_parts import Table, clean, flat, hide
from playground.engine.narration_results import answered
from playground.engine.narration_spoken import cleaned
from playground.engine.narration_spoken import spoken as parts_of
from playground.engine.narration_values import laid
from playground.engine.narration_values import told as in_words
from tests.endpoints.chat_streams import chunk
from tests.hostile.corpus import CASES
from tests.hostile.reading import read

JSON = re.compile(r'\{\s*"|\[\s*[\[{"]')
"""What must never be seen."""


def asks(name: str, arguments: str) -> str:
    said, below = narration_calls.asks(name, arguments)
    return clean(f"{said}\n{below}" if below else said, in_words)


def told(output: str, known: dict[str, Any] | None = None) -> str:
    line, parts = answered(output, known or {})
    return clean((line.removeprefix(": ") + "\n" + flat(parts)).strip(), in_words)


def spoken(markdown: str) -> str:
    return flat(cleaned(parts_of(markdown)))


class Tape:
    """Writes what happened in a run over Chat Completions."""

    def __init__(self, *, running: bool = True, question: str = "How cold is it?") -> None:
        said = Message(key="in:0", role="user", text=Text(question))
        call = Call(api="chat", model="m")
        owner = "me" if running else ""
        self.run = Run("run_1", "ses_1", None, call, "p", [said], BY_ID["chat"].reduce, owner=owner)
        self.leg = -1
        self.t = 0

    def fact(self, kind: str, **data: Any) -> Tape:
        self.t += 1
        self.run.take([fact(self.t, kind, data, leg=max(self.leg, 0))])
        return self

    def ask(self) -> Tape:
        self.leg += 1
        return self.fact("request").fact("head", status=200, headers=[])

    def say(self, *rows: dict[str, Any]) -> Tape:
        for row in rows:
            self.t += 1
            raw = b"data: " + json.dumps(row).encode() + b"\n\n"
            self.run.take([Event(self.t, "sse", raw, self.leg)])
        return self

    def call(self, name: str, number: int = 0, **arguments: Any) -> Tape:
        piece = {"index": number, "id": f"call_{self.leg}{number}", "type": "function"}
        made = {"name": name, "arguments": json.dumps(arguments)}
        return self.say(chunk(tool_calls=[{**piece, "function": made}]))

    def called(self) -> Tape:
        return self.say(chunk("tool_calls")).fact("eof")

    def tool(self, kind: str, number: int = 0, **data: Any) -> Tape:
        call = [one for one in self.run.transcript.tool_calls if one.leg == self.leg][number]
        return self.fact(kind, call_id=call.call_id, item=call.key, **data)

    def asked(self, number: int = 0) -> Tape:
        return self.tool("tool.asked", number, tool="demo › get_weather")

    def approved(self, number: int = 0, **data: Any) -> Tape:
        self.tool("approval", number, decision="approve", asked=True, **data)
        return self.tool("tool.started", number, mode="mock")

    def result(self, output: Any, number: int = 0, state: str = "done") -> Tape:
        text = output if isinstance(output, str) else json.dumps(output)
        self.tool("tool.ended", number, state=state)
        return self.tool("tool.result", number, output=text, ok=state == "done", state=state)

    def answer(self, text: str) -> Tape:
        return self.say(chunk(content=text), chunk("stop")).fact("eof").fact("ended")

    @property
    def lines(self) -> list[str]:
        return [f"{one.number}. {one.words}" for one in narrate(self.run)]


def weather(**arguments: Any) -> Tape:
    return Tape().ask().call("get_weather", **(arguments or {"city": "Oslo"})).called()


def test_a_whole_demo() -> None:
    tape = weather()
    assert tape.lines == ["1. The question.", "2. The model asks for the weather in Oslo."]
    tape.asked()
    assert tape.lines[2:] == ["3. Waiting for your approval."]
    tape.approved()
    assert tape.lines[2:] == ["3. You approve."]
    tape.result({"city": "Oslo", "temperature": 12.0, "unit": "celsius"})
    assert tape.lines[3:] == ["4. The tool answers: 12 °C."]
    tape.ask().answer("It is **12 °C** in Oslo.")
    assert tape.lines[4:] == ["5. The model answers."]
    rows = narrate(tape.run)
    assert rows[0].text == "How cold is it?"
    assert rows[4].text == "It is 12 °C in Oslo."
    assert all(one.over for one in rows)


def test_each_moment_of_a_run_keeps_what_was_said_before() -> None:
    """An audience never sees a sentence go, or another come before it."""
    tape = Tape().ask().say(chunk(reasoning_content="Two cities."))
    tape.call("get_weather", city="Oslo").call("get_weather", 1, city="Rome").called()
    tape.asked().asked(1).approved(1).approved()
    tape.result("−3 °C").result("19 °C", 1).ask().answer("Cold and warm.")
    seen: list[str] = []
    run = Tape().run
    for event in tape.run.recording.events:
        run.take([event])
        rows = narrate(run)
        assert [one.number for one in rows] == list(range(1, len(rows) + 1))
        assert len(rows) >= len(seen)
        assert [one.kind for one in rows][: len(seen)] == seen
        seen = [one.kind for one in rows]
    assert tape.lines == [
        "1. The question.",
        "2. The model thinks it over.",
        "3. The model asks for the weather in Oslo.",
        "4. The model also asks for the weather in Rome.",
        "5. You approve both.",
        "6. The tool answers for Oslo: −3 °C.",
        "7. The tool answers for Rome: 19 °C.",
        "8. The model answers.",
    ]


def test_how_many_approvals_are_waited_for() -> None:
    tape = Tape().ask().call("get_weather", city="Oslo").call("get_weather", 1, city="Rome")
    tape.called().asked().asked(1)
    assert tape.lines[-1].endswith("Waiting for your approval of 2 calls.")
    tape.tool("approval", 1, decision="reject", asked=True).tool("tool.ended", 1, state="denied")
    assert tape.lines[-1].endswith("Waiting for your approval.")
    tape.approved()
    assert tape.lines[-1].endswith("You approve 1 of 2.")


def test_what_was_allowed_before_is_not_asked_about() -> None:
    tape = weather().tool("approval", decision="approve", scope="always", asked=False)
    tape.tool("tool.started", mode="mock").result("12 °C")
    assert tape.lines[2:] == ["3. The tool answers: 12 °C."]


def test_a_denied_call() -> None:
    tape = weather().asked().tool("approval", decision="reject", asked=True)
    tape.result("This call was denied, and nothing was run.", state="denied")
    assert tape.lines[2:] == ["3. You say no.", "4. The model is told that it may not."]


def test_arguments_that_were_changed() -> None:
    tape = weather().asked().approved(arguments='{"city": "Rome"}')
    tape.result({"city": "Rome", "temperature": 19, "unit": "celsius"})
    assert tape.lines[2:] == [
        "3. You change the city from Oslo to Rome. You approve.",
        "4. The tool answers: 19 °C.",
    ]


def test_whoever_sits_there_answers() -> None:
    tape = weather().tool("approval", decision="approve", asked=False)
    tape.tool("tool.started", mode="human")
    assert tape.lines[2:] == ["3. Waiting for your answer."]
    tape = weather().asked().tool("approval", decision="answer", asked=True).result("snow")
    assert tape.lines[2:] == [
        "3. You answer it yourself.",
        "4. You answer in place of the tool: snow.",
    ]
    tape = weather().asked().tool("approval", decision="answer", asked=True)
    assert tape.result("It is down.", state="failed").lines[2:] == [
        "3. You answer it yourself.",
        "4. You answer in place of the tool, that it failed: It is down.",
    ]


def test_a_call_that_was_approved_and_that_nothing_could_run() -> None:
    tape = weather().asked().tool("approval", decision="approve", asked=True)
    tape.result("`get_weather` was not run: nothing here can run it.", state="failed")
    assert tape.lines[2:] == [
        "3. You approve.",
        "4. That call cannot be made: nothing here can run it.",
    ]


def test_a_tool_that_fails_and_a_call_that_cannot_be() -> None:
    tape = weather().asked().approved().result("The service has no quota left.", state="failed")
    assert tape.lines[-1] == "4. The tool fails: The service has no quota left."
    tape = weather().result("`get_wether` was not run:\n- There is no such tool.", state="failed")
    assert tape.lines[-1] == "3. That call cannot be made: There is no such tool."


def test_calls_that_no_place_or_time_tells_apart() -> None:
    tape = Tape().ask().call("calculate", sum="1 + 1").call("calculate", 1, sum="2 + 2").called()
    tape.result(2).result(4, 1)
    assert tape.lines[3:] == [
        "4. Asked to calculate: 1 + 1, the tool answers: 2.",
        "5. Asked to calculate: 2 + 2, the tool answers: 4.",
    ]


def test_two_calls_that_are_denied_or_answered_by_hand() -> None:
    for decision, words in (("reject", "You say no to both."), ("answer", "You answer both")):
        tape = Tape().ask().call("get_weather", city="Oslo").call("get_weather", 1, city="Rome")
        tape.called().asked().asked(1)
        state = "denied" if decision == "reject" else "done"
        for number in (0, 1):
            tape.tool("approval", number, decision=decision, asked=True)
            tape.tool("tool.ended", number, state=state)
        assert tape.lines[3].startswith(f"4. {words}")


def test_a_request_that_is_made_again() -> None:
    tape = Tape().ask()
    assert len(tape.lines) == 1
    tape.fact("retry", after=1, why="HTTP 429")
    assert tape.lines[1:] == ["2. The server cannot answer yet. It is asked again."]
    tape.fact("retry", after=2, why="HTTP 429")
    tape.answer("Cold.")
    assert tape.lines[1:] == [
        "2. The server cannot answer yet. It is asked again, 2 times.",
        "3. The model answers.",
    ]


def test_a_call_that_breaks_off() -> None:
    piece = {"index": 0, "id": "call_1", "type": "function"}
    begun = {"name": "get_weather", "arguments": '{"city": "Os'}
    tape = Tape().ask().say(chunk(tool_calls=[{**piece, "function": begun}]))
    assert tape.lines[1:] == ["2. The model asks for the weather …"]
    tape.fact("stopped")
    assert tape.lines[1:] == [
        "2. The model asks for the weather, and is cut off.",
        "3. It was stopped by hand.",
    ]


def test_when_each_sentence_stood() -> None:
    tape = weather().asked().approved().result("snow").ask().answer("It snows.")
    kinds = tape.run.recording.kinds
    rows = narrate(tape.run)
    times = [tape.run.recording.times[kinds.index(one)] for one in
             ("tool.asked", "tool.started", "tool.result")]  # fmt: skip
    assert (rows[0].began, rows[0].stood) == (0, 0)
    assert [rows[2].began, rows[2].stood, rows[3].stood] == times
    assert [one.stood for one in rows] == sorted(one.stood for one in rows)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ([("stopped", {})], "It was stopped by hand."),
        ([("interrupted", {})], "It was interrupted."),
        (
            [("limited", {"why": "steps", "words": "`x` wants a step 11."}), ("ended", {})],
            "It goes no further. x wants a step 11.",
        ),
        (
            [("limited", {"why": "budget", "words": "$0.21 of $0.20 is spent."}), ("ended", {})],
            "It goes no further. It has cost as much as it may.",
        ),
        (
            [("failed", {"problem": {"title": "The server is not there."}}), ("ended", {})],
            "Something goes wrong. The server is not there.",
        ),
    ],
)
def test_how_it_may_end(facts: list[tuple[str, dict[str, Any]]], words: str) -> None:
    tape = Tape().ask()
    for kind, data in facts:
        tape.fact(kind, **data)
    assert tape.lines[1:] == [f"2. {words}"]


def test_an_approval_that_nobody_gave() -> None:
    tape = weather().asked().fact("stopped")
    assert tape.lines[2:] == [
        "3. Your approval was asked for, and nobody gave it.",
        "4. It was stopped by hand.",
    ]


def test_what_still_changes_is_not_over() -> None:
    tape = Tape().ask().say(chunk(content="It is "))
    assert [one.over for one in narrate(tape.run)] == [True, False]
    piece = {"index": 0, "id": "call_1", "type": "function"}
    tape = Tape().ask()
    tape.say(chunk(tool_calls=[{**piece, "function": {"name": "get_weather", "arguments": "{"}}]))
    last = narrate(tape.run)[-1]
    assert (last.words, last.over) == ("The model asks for the weather …", False)
    assert not narrate(weather().asked().run)[-1].over


def test_steps_that_were_taken_over_from_another_run() -> None:
    tape = Tape()
    tape.run.input += [
        ToolCall(key="in:1", call_id="c", name="get_weather", arguments=Text('{"city": "Oslo"}'),
                 state="done", started_at=3),
        ToolOutput(key="in:2", call_id="c", output="snow"),
    ]  # fmt: skip
    tape.ask().answer("It snows.")
    assert tape.lines == [
        "1. The question.",
        "2. The model asks for the weather in Oslo.",
        "3. The tool answers: snow.",
        "4. The model answers.",
    ]


def test_other_items() -> None:
    tape = Tape(running=False)
    tape.run.input += [
        Reasoning(key="a"),
        Reasoning(key="b"),
        HostedCall(key="c", type="web_search_call"),
        HostedCall(key="d", type="sparkle_call"),
        Message(key="e", role="developer", text=Text("Be brief.")),
        Message(key="f", role="assistant", refusal=Text("I will not.")),
        Message(key="g", role="user", text=Text("Please."), parts=[{"type": "input_image"}]),
    ]
    assert tape.lines == [
        "1. The question.",
        "2. The model thinks it over.",
        "3. The model searches the web.",
        "4. The model uses a tool of its own.",
        "5. The model declines.",
        "6. It is asked again, with something attached.",
    ]


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("get_weather", {"city": "Oslo"}, "asks for the weather in Oslo"),
        (
            "get_weather",
            {"city": "Oslo", "unit": "celsius"},
            "asks for the weather in Oslo in °C",
        ),
        (
            "forecast",
            {"city": "Rome", "day": "tomorrow"},
            "asks for the forecast in Rome for tomorrow",
        ),
        ("getStockPrice", {"symbol": "ORCH"}, "asks for the stock price of ORCH"),
        ("calculate", {"expression": "6 * 7"}, "asks to calculate: 6 * 7"),
        ("query_database", {"sql": "SELECT 1"}, "asks to query the database: SELECT 1"),
        (
            "convert_units",
            {"value": 26.2, "from_unit": "mile", "to_unit": "km"},
            "asks to convert units from mile to km (value 26.2)",
        ),
        ("mcp__files__read_file", {"path": "a.txt"}, "asks for the file: a.txt"),
        ("list_events", {}, "asks for the events"),
        ("", {}, "asks for the tool"),
        ("get", {}, "asks for the get"),
        ("send_email", {"to": "Anna", "api_key": "s"}, "asks to send the email to Anna"),
        ("search", {"flags": [], "note": None}, "asks to search"),
        (
            "search",
            {"filter": {"open": True, "size": 2}},
            "asks to search: open yes, size 2",
        ),
    ],
)
def test_a_call_in_words(name: str, arguments: dict[str, Any], words: str) -> None:
    assert asks(name, json.dumps(arguments)) == words


def test_arguments_that_are_no_object() -> None:
    assert asks("shell", "ls -l") == "asks for the shell: ls -l"
    assert asks("shell", '{"command": ') == "asks for the shell"
    assert values('{"city": "Oslo", "days": 3, "token": "x"}') == "Oslo, 3"
    assert values("[1, 2") == ""
    assert values("ls -l") == "ls -l"


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ({"temperature": -3.0, "unit": "celsius", "sky": "snow", "wind_kmh": 9},
         "temperature −3 °C, sky snow, wind 9 km/h"),
        ({"price": 231.4, "currency": "USD", "change_percent": 4.1},
         "price 231.4 USD, change 4.1 %"),
        (42, "42"),
        ({"value": 42.2, "unit": "km"}, "42.2 km"),
        ({"events": [{"title": "Stand-up", "day": "x"}, {"title": "Review"}]},
         "with 2 events\nTitle · Day\nStand-up · x\nReview"),
        ({"events": []}, "no events"),
        ({"columns": ["name", "city"], "rows": [["Amara", "London"], ["Björn", "Oslo"]]},
         "with 2 rows\nName · City\nAmara · London\nBjörn · Oslo"),
        ({"columns": ["orders"], "rows": [[9]], "complete": True}, "9"),
        ([1, 2, 3, 4, 5, 6, 7], "1, 2, 3, 4, 5, and 2 more"),
        ([{"type": "text", "text": "Sunny."}], "Sunny."),
        (True, "yes"),
        (None, "nothing"),
        ({"a": {"b": {"c": 1, "d": 2}, "e": 1}, "f": 2}, "a b details, e 1, f 2"),
        ({"password": "hunter2", "ok": True}, "yes"),
    ],
)  # fmt: skip
def test_results_in_words(output: Any, words: str) -> None:
    assert told(json.dumps(output)) == words


def test_results_that_are_no_json() -> None:
    assert told("Sunny, **12 °C**") == "Sunny, 12 °C"
    assert told("") == "nothing"
    assert told('{"city": "Os') == "something that is not meant to be read"
    assert told("<html><body>502</body></html>") == "something that is not meant to be read"
    assert told(json.dumps({"x": "y" * 50_000})) == "something that is not meant to be read"


def test_an_answer_in_a_form_is_fields_also_while_it_arrives() -> None:
    assert parts_of('{"name": "An') == (Table((("Name", "An"),)),)
    assert parts_of("{") == parts_of("{}") == parts_of('{"na') == ("…",)
    made = {"title": "Soup", "serves": 4, "steps": ["Cut", "Cook"]}
    made["ingredients"] = [{"name": "leek", "grams": 300}, {"name": "salt", "grams": None}]
    whole = json.dumps(made)
    parts = parts_of(f"```json\n{whole}\n```")
    assert parts == parts_of(whole) == laid(made)
    fields, title, table = parts
    assert fields == Table((("Title", "Soup"), ("Serves", "4"), ("Steps", "Cut, Cook")))
    assert title == "Ingredients:"
    assert table == Table((("Name", "Grams"), ("leek", "300"), ("salt", "")), headed=True)
    for end in range(len(whole)):
        assert not JSON.search(spoken(whole[:end]))


def test_what_is_long_is_cut_and_says_so() -> None:
    rows = [{"n": number, "password": "x"} for number in range(30)]
    (table,) = laid(rows)
    assert isinstance(table, Table)
    assert (len(table.rows), table.more, table.rows[0]) == (9, 22, ("N",))
    assert flat([table]).endswith("7\nand 22 more")
    (fields,) = laid({f"field_{number}": number for number in range(12)})
    assert isinstance(fields, Table) and (len(fields.rows), fields.more) == (8, 4)
    (listed,) = laid(list(range(10)))
    assert isinstance(listed, str) and listed.endswith("• 7\nand 2 more")


def test_what_was_changed() -> None:
    assert changes('{"a": 1, "b": 2}', '{"a": 1, "b": 3}') == "the b from 2 to 3"
    assert changes('{"a": 1}', '{"b": true}') == "the a from 1 to nothing and the b to yes"
    assert changes('{"a": 1}', '{"b": 1, "c": 1, "d": 1}') == "4 values"
    assert changes('{"api_key": "a"}', '{"api_key": "b"}') == "it"
    assert changes("ls", "ls -l") == "it to ls -l"


def test_a_long_result_stands_below_its_sentence() -> None:
    tape = weather().asked().approved().result("It rains a lot. " * 20)
    last = narrate(tape.run)[-1]
    assert last.words == "The tool answers."
    assert last.text.startswith("It rains a lot.")


def test_what_is_said_is_plain() -> None:
    said = spoken(
        "# Clothes\n\nWear a *coat*, see [here](https://example.org).\n\n- wool\n- fur\n\n1. one\n"
        '2. two\n\n```json\n{"a": 1}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n'
    )
    assert said == (
        "Clothes\n\nWear a coat, see here.\n• wool\n• fur\n1. one\n2. two\n\n(code)\n\na · b\n1 · 2"
    )
    assert spoken('{"name": "Anna", "age": 31}') == "Name: Anna\nAge: 31"
    assert spoken('This came:\n{"a": 1, "b": 2}\n[{"name": "x"}]\nand {so} [on](u).') == (
        "This came:\na 1, b 2\nx\nand {so} on."
    )
    assert spoken('See:\n\n{\n"a": 1,\n"b": 2\n}') == "See:\n\na 1, b 2"
    assert spoken('So far:\n{"a": [1,') == "So far:\n…"
    assert spoken("word " * 1000).endswith(" …")


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-abcdefgh12345678",
        "Bearer abcdefgh12345678",
        "ghp_abcdefgh12345678",
        "AKIAIOSFODNN7EXAMPLE",
        "3f786850e387550fdab836ed7e6dc881de23001b",
    ],
)
def test_keys_are_never_told(key: str) -> None:
    assert hide(f"with {key} it works") == "with ••• it works"
    assert key not in asks("search", json.dumps({"query": f"use {key}"}))
    assert key not in told(json.dumps({"answer": f"it is {key}"}))
    assert key not in spoken(f"The key is {key}.")


def test_words_are_not_taken_for_keys() -> None:
    for text in ("a risk-averse person", "Donaudampfschifffahrtsgesellschaftskapitän", "sk-ip"):
        assert hide(text) == text


@given(st.text(max_size=80), st.text(max_size=200))
def test_whatever_a_model_writes_can_be_told(name: str, text: str) -> None:
    for words in (asks(name, text), told(text), values(text), spoken(text), changes(name, text)):
        assert "\x1b" not in words
        words.encode()


def seen(run: Run) -> str:
    """All that an audience is ever shown of a run."""
    return "\n".join(f"{one.words}\n{one.text}" for one in narrate(run))


def assert_fit(shown: str) -> None:
    assert not JSON.search(shown), shown
    assert hide(shown) == shown
    assert "\x1b" not in shown


@pytest.mark.parametrize("demo", demos(), ids=lambda demo: demo.name)
def test_at_no_moment_of_a_demo_is_anything_told_that_nobody_should_see(demo: Demo) -> None:
    whole = demo.run(BY_ID)
    run = Tape().run
    for at in range(0, len(whole.recording), 3):
        run.take(whole.recording[at : at + 3])
        assert_fit(seen(run))


def test_of_what_no_server_should_send_nothing_is_told_that_nobody_should_see() -> None:
    for case in CASES:
        call = Call(api=case.api, model="m")
        run = Run("run_1", "ses_1", None, call, "p", [], BY_ID[case.api].reduce)
        run.take(read(case, 0).events)
        assert_fit(seen(run))


@example(["sk-abcdefgh12345678", '["', '["', "]", '"'])
@given(
    st.lists(st.sampled_from(['{"a": ', '["', "sk-abcdefgh12345678", "x ", "}", "]", '"', "\n"]))
)
def test_json_in_the_middle_of_a_text_is_never_told(pieces: list[str]) -> None:
    assert_fit(spoken("".join(pieces)))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)


@given(VALUES)
def test_no_json_is_ever_told(value: Any) -> None:
    assert_fit(told(json.dumps(value)))
    assert_fit(spoken(json.dumps(value)))
    assert_fit(spoken(f"So: {json.dumps(value, indent=1)} and on"))
    assert isinstance(asks("get_x", json.dumps({"x": value})), str)


def test_what_is_nested_without_end() -> None:
    deep = "[" * 400 + "]" * 400
    assert told(deep) == "details"
    assert asks("get_x", f'{{"x": {deep}}}') == "asks for the x: details"
