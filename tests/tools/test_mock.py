"""The kinds that run nothing: mock, replay and human."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from playground.core.tools import Asked, Result, Tool
from playground.schemas.library import Example, examples
from playground.schemas.validation import errors
from playground.tools.human import Human
from playground.tools.mock import HTML, MB, Mock
from playground.tools.mock_sample import DEEPEST, FORMATS, MOST, sample
from playground.tools.replay import Replay, canonical, recorded
from playground.tools.rules import RuleSet

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "degrees": {"type": "number"}},
    "required": ["city", "degrees"],
}


def progress(line: str) -> None:
    raise AssertionError(line)


class Clock:
    """What was slept, without sleeping."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


def rules(then: dict[str, Any], when: tuple[dict[str, Any], ...] = ()) -> RuleSet:
    row = {"tool": "weather", "when": when, "then": then}
    return RuleSet.model_validate({"name": "mine", "rules": [row]})


def called(
    mock: Mock | Replay | Human,
    arguments: str = '{"city": "Oslo"}',
    *,
    tool: Tool | None = None,
    call_id: str = "call_1",
) -> Result:
    tool = tool or Tool(source="demo", name="weather")
    asked = Asked(call_id, tool.name, arguments, tool)

    async def go() -> Result:
        result = await mock.call(tool, asked, arguments, progress)
        await mock.close()
        return result

    return asyncio.run(go())


def answered(then: dict[str, Any], arguments: str = '{"city": "Oslo"}', **more: Any) -> Result:
    mock = Mock(rules(then), sleep=Clock().sleep, **more)
    result = called(mock, arguments)
    assert result == called(mock, arguments)  # the same every time
    return result


@pytest.mark.parametrize(
    ("value", "output"),
    [
        ("as it is: {{arguments.city}}", "as it is: Oslo"),
        ({"city": "{{arguments.city}}", "é": [1, None]}, '{"city": "Oslo", "é": [1, null]}'),
        (None, "null"),
        ("", ""),
        (-3.5, "-3.5"),
        ("{{tool}} {{call_id}}", "weather call_1"),
        ("{{arguments}}", '{"city": "Oslo"}'),
    ],
)
def test_a_result_is_text_or_json(value: Any, output: str) -> None:
    result = answered({"gives": "result", "value": value})
    facts = {"mock": {"set": "mine", "rule": 1, "gives": "result"}}
    assert result == Result(output, "done", (), facts)


def test_a_result_may_be_kept_from_being_filled_in() -> None:
    result = answered({"gives": "result", "value": "{{arguments.city}}", "verbatim": True})
    assert result.output == "{{arguments.city}}"


def test_what_the_call_lacks_is_noted() -> None:
    result = answered({"gives": "result", "value": ["{{arguments.country}}"]})
    assert (result.output, result.state) == ("[null]", "done")
    assert result.notes == ("The call has no {{arguments.country}}.",)


def test_an_error_is_a_failure_in_its_words() -> None:
    result = answered({"gives": "error", "message": "No {{arguments.city}} today."})
    assert (result.output, result.state, result.ok) == ("No Oslo today.", "failed", False)


def test_latency_comes_before_the_reply() -> None:
    clock = Clock()
    then = {"gives": "error", "message": "late", "latency_ms": 1_500}
    assert called(Mock(rules(then), sleep=clock.sleep)).output == "late"
    assert clock.slept == [1.5]


@pytest.mark.parametrize(
    "then", [{"gives": "timeout"}, {"gives": "result", "value": 1, "latency_ms": 600_000}]
)
def test_who_does_not_answer_in_time_failed(then: dict[str, Any]) -> None:
    clock = Clock()
    result = called(Mock(rules(then), seconds=20.0, sleep=clock.sleep))
    assert result.output == "The tool did not answer within 20 s."
    assert result.state == "failed"
    assert clock.slept == [20.0]


def test_waiting_ends_when_it_is_cancelled() -> None:
    waiting = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    async def go() -> None:
        mock = Mock(rules({"gives": "timeout"}), sleep=sleep)
        tool = Tool(name="weather")
        asked = Asked("call_1", tool.name, "{}", tool)
        task = asyncio.ensure_future(mock.call(tool, asked, "{}", progress))
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(go())


def test_json_that_ends_in_the_middle() -> None:
    whole = {"city": "{{arguments.city}}", "degrees": -3, "sky": "snow"}
    result = answered({"gives": "malformed", "how": "cut", "value": whole})
    full = json.dumps({"city": "Oslo", "degrees": -3, "sky": "snow"})
    assert full.startswith(result.output) and len(result.output) < len(full)
    assert result.state == "done"
    assert f"ends after {len(result.output)} of {len(full)} characters" in result.notes[0]


def test_bytes_that_are_no_text_are_replaced() -> None:
    result = answered({"gives": "malformed", "how": "bytes", "value": {"city": "Tromsø"}})
    assert "\ufffd\ufffd\ufffd" in result.output
    assert result.output.replace("\ufffd", "") == '{"city": "Tromsø"}'
    assert "no UTF-8" in result.notes[0]


def test_a_page_of_html() -> None:
    result = answered({"gives": "malformed", "how": "html"})
    assert result.output == HTML.replace("TOOL", "weather")
    assert "HTML" in result.notes[0]


def test_what_is_malformed_may_be_what_there_would_be_without_a_rule() -> None:
    tool = Tool(name="weather", output=WEATHER)
    mock = Mock(rules({"gives": "malformed", "how": "cut"}))
    whole = called(Mock(), tool=tool).output
    cut = called(mock, tool=tool).output
    assert whole.startswith(cut) and 0 < len(cut) < len(whole)


def test_too_much_is_cut_and_fails() -> None:
    result = answered({"gives": "oversized", "megabytes": 1_000}, largest=MB)
    words = "The tool gave 1,000 MB, of which 1 MB are kept."
    assert result.output.endswith(f"\n\n{words}")
    assert len(result.output) == MB + 2 + len(words)
    assert (result.state, result.notes) == ("failed", (words,))


def test_much_that_is_not_too_much_is_whole() -> None:
    result = answered({"gives": "oversized", "megabytes": 0.5}, largest=MB)
    assert (len(result.output), result.state, result.notes) == (MB // 2, "done", ())


def test_a_result_of_any_rule_is_cut_between_characters() -> None:
    result = answered({"gives": "result", "value": "é" * 50}, largest=51)
    assert result.output.startswith("é" * 25 + "\n")
    assert result.state == "failed"
    assert result.notes == ("The tool gave 100 bytes, of which 51 bytes are kept.",)


def test_a_rule_cannot_make_more_than_is_kept() -> None:
    then = {"gives": "result", "value": ["{{arguments.city}}"] * 1_000}
    result = answered(then, json.dumps({"city": "x" * 1_000}), largest=10_000)
    assert (result.state, result.notes) == ("failed", ())
    assert result.output == "The tool failed: {{arguments.city}} makes the reply too long."
    then = {"gives": "result", "value": "{{arguments..*..*..*}}"}
    assert "leads to more than" in answered(then, json.dumps([[[0] * 90] * 90] * 90)).output


@pytest.mark.parametrize("arguments", ["", "{", '{"city": "Os', "[" * 100_000, "\x00", '"\\ud800"'])
def test_arguments_that_are_no_json_get_an_answer_too(arguments: str) -> None:
    result = answered({"gives": "result", "value": "<{{arguments}}>"}, arguments)
    assert result.output.startswith("<") and result.state == "done"
    result.output.encode()  # can be sent


def test_a_custom_tool_is_called_with_text() -> None:
    tool = Tool(name="weather", kind="custom")
    when = ({"by": "equality", "value": "in Oslo"},)
    mock = Mock(rules({"gives": "result", "value": "{{arguments}}?"}, when))
    assert called(mock, "in Oslo", tool=tool).output == "in Oslo?"
    assert called(mock, "in Rome", tool=tool).facts["mock"]["rule"] is None


def test_conditions_that_could_not_be_tried_are_noted() -> None:
    when = ({"by": "schema", "schema": {}},)
    result = called(Mock(rules({"gives": "timeout"}, when)))
    assert "Nothing here can check a schema" in result.notes[0]
    assert "No rule answers" in result.notes[1]

    def fits(schema: Any, value: Any) -> list[str]:
        return []

    mock = Mock(rules({"gives": "result", "value": 1}, when), errors=fits)
    assert called(mock).notes == ()


def test_the_default_answers_when_no_rule_does() -> None:
    made = {"name": "mine", "defaults": {"weather": {"gives": "result", "value": "default"}}}
    result = called(Mock(RuleSet.model_validate(made)))
    assert result.output == "default"
    assert result.facts == {"mock": {"set": "mine", "rule": None, "gives": "result"}}


def test_another_set_of_rules_may_be_put_in_its_place() -> None:
    mock = Mock(rules({"gives": "result", "value": 1}))
    assert called(mock).output == "1"
    mock.rules = rules({"gives": "result", "value": 2})
    assert called(mock).output == "2"
    mock.rules = None
    assert called(mock).output == '{"ok": true}'


def test_without_rules_and_schema_it_says_that_nothing_is_known() -> None:
    result = called(Mock())
    assert (result.output, result.state) == ('{"ok": true}', "done")
    assert "nothing is known" in result.notes[0]


def test_without_rules_the_result_follows_its_schema() -> None:
    result = called(Mock(), tool=Tool(name="weather", output=WEATHER))
    assert json.loads(result.output) == {"city": "Oslo", "degrees": 1}
    assert "made by the schema" in result.notes[0]


# What is made by a schema.


def having(**properties: Any) -> dict[str, Any]:
    return {"properties": properties}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"const": [1]}, [1]),
        ({"enum": ["b", "a"]}, "b"),
        ({"type": "string", "examples": ["x"]}, "x"),
        ({"type": "string", "format": "date"}, FORMATS["date"]),
        ({"type": "string", "minLength": 7, "maxLength": 7}, "text te"),
        ({"type": "string", "maxLength": 2}, "te"),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "integer", "exclusiveMinimum": 5}, 6),
        ({"type": "integer", "maximum": -2}, -2),
        ({"type": "integer", "multipleOf": 7, "minimum": 10}, 14),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, 0.5),
        ({"type": "boolean"}, True),
        ({"type": ["null", "integer"]}, 1),
        ({"type": "null"}, None),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, 1),
        ({"oneOf": [{"type": "null"}]}, None),
        ({"allOf": [having(a={"const": 1}), having(b={"const": 2})]}, {"a": 1, "b": 2}),
        ({"type": "array", "items": {"const": 1}, "minItems": 2}, [1, 1]),
        ({"type": "array", "prefixItems": [{"const": 1}, {"const": 2}], "items": False}, [1, 2]),
        ({"type": "array", "maxItems": 0}, []),
        ({"properties": {"a": {"const": 1}}, "required": ["b"]}, {"a": 1, "b": "b"}),
        ({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"const": 3}}}, 3),
        ({"$ref": "#"}, "text"),
        ({"$ref": "https://example.com/elsewhere"}, "text"),
        ({"type": "integer", "multipleOf": 0, "minimum": "x"}, 1),
        (True, "text"),
        (None, "text"),
    ],
)
def test_a_sample_of(schema: Any, value: Any) -> None:
    made = sample(schema)
    assert (made, type(made)) == (value, type(value))


def test_a_sample_echoes_arguments_of_the_right_type() -> None:
    schema = {
        "properties": {
            "city": {"type": "string"},
            "n": {"type": "integer"},
            "on": {"type": "boolean"},
            "unit": {"enum": ["c", "f"]},
            "rows": {"items": {"properties": {"city": {"type": "string"}}}},
        }
    }
    arguments = {"city": "Oslo", "n": True, "on": False, "unit": "f", "rows": 3}
    wanted = {"city": "Oslo", "n": 1, "on": False, "unit": "f", "rows": [{"city": "Oslo"}]}
    assert sample(schema, arguments) == wanted
    assert sample(schema, ["no object"])["unit"] == "c"


def test_a_sample_of_a_schema_without_end_ends() -> None:
    tree = {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}, "type": "object"}
    text = json.dumps(sample(tree))
    assert text.count("{") < MOST
    wide = {"type": "array", "minItems": 10**9, "items": {"type": "array", "minItems": 10**9}}
    assert len(sample(wide)) <= MOST
    line: dict[str, Any] = {"properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}}
    assert json.dumps(sample(line)).count("next") < DEEPEST


@pytest.mark.parametrize("example", examples(), ids=lambda one: str(one.name))
def test_a_sample_fits_its_schema(example: Example) -> None:
    found = errors(sample(example.schema), example.schema)
    # What has to match a pattern is not made.
    assert [one for one in found if one.keyword != "pattern"] == []


# Replay.


def test_equal_calls_get_what_equal_calls_got_in_their_order() -> None:
    calls: list[tuple[str, str, str | Result]] = [
        ("weather", '{"a": 1, "b": 2}', "first"),
        ("weather", '{"b":2,"a":1}', Result("second", "failed")),
        ("weather", '{"a": 2}', "other"),
        ("news", '{"a": 1, "b": 2}', "of another tool"),
    ]
    replay = Replay(recorded(calls))
    assert called(replay, '{"a":2}') == Result("other")
    assert called(replay, '{ "b": 2, "a": 1 }') == Result("first")
    assert called(replay, '{"a": 1, "b": 2}') == Result("second", "failed")
    again = called(replay, '{"a": 1, "b": 2}')
    assert again.state == "failed"
    assert "recorded 2 times" in again.output
    assert called(replay, '{"a": 1, "b": 2}', tool=Tool(name="news")).output == "of another tool"


def test_what_was_not_recorded_is_not_invented() -> None:
    replay = Replay({("weather", '{"a":1}'): ["one"]})
    for arguments in ('{"a": 2}', "{}", "", "{"):
        result = called(replay, arguments)
        assert result == Result("Nothing was recorded for these arguments.", "failed")
    assert called(replay, '{"a": 1}').output == "one"


@pytest.mark.parametrize(
    ("one", "other"),
    [('{"a": [1, {"c": 1, "b": 2}]}', '{"a":[1,{"b":2,"c":1}]}'), ('"é"', r'"\u00e9"')],
)
def test_arguments_are_equal_however_they_are_written(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize("text", ["", "{", "in Oslo", "[" * 100_000, '{"a": 1'])
def test_what_is_no_json_is_itself(text: str) -> None:
    assert canonical(text) == text


def test_arguments_that_differ_stay_different() -> None:
    texts = ['{"a": 1}', '{"a": true}', '{"a": "1"}', '{"a": null}', "{}", "[]", '{"a": 1, "b": 1}']
    assert len({canonical(text) for text in texts}) == len(texts)


# Human.


def test_a_human_sees_the_call_and_answers() -> None:
    seen: list[tuple[Tool, Asked, str]] = []

    async def ask(tool: Tool, asked: Asked, arguments: str) -> Result:
        seen.append((tool, asked, arguments))
        return Result("typed", "failed", ("by hand",))

    assert called(Human(ask)) == Result("typed", "failed", ("by hand",))
    assert [(tool.name, asked.call_id, text) for tool, asked, text in seen] == [
        ("weather", "call_1", '{"city": "Oslo"}')
    ]


def test_the_question_goes_away_when_the_call_is_cancelled() -> None:
    gone: list[bool] = []
    shown = asyncio.Event()

    async def ask(tool: Tool, asked: Asked, arguments: str) -> Result:
        shown.set()
        try:
            await asyncio.Event().wait()
        finally:
            gone.append(True)
        raise AssertionError

    async def go() -> None:
        tool = Tool(name="weather")
        asked = Asked("call_1", tool.name, "{}", tool)
        task = asyncio.ensure_future(Human(ask).call(tool, asked, "{}", progress))
        await shown.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(go())
    assert gone == [True]
