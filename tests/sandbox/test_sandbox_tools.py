"""Tools that the sandbox calls by itself: which of them, with what, and what it says of results.

The tools are the demo set, as a model is told of it.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai import AsyncOpenAI

from playground.core.resources import resource
from playground.engine.pythontools_read import read
from playground.sandbox.arguments import DAY, arguments
from playground.sandbox.calling import MOST, meant
from playground.sandbox.quantities import measures, sums
from playground.sandbox.results import described
from playground.sandbox.scenario import Scenario
from playground.sandbox.turn import Approval, Output, Tool, Turn
from tests.oracle import FAST, client

Calls = list[tuple[str, dict[str, Any]]]

DEMO = tuple(
    Tool("function", tool.name, tool.parameters, tool.description)
    for tool in read(resource("tools", "demo.py")).tools
)
OSLO = ("get_weather", {"city": "Oslo", "unit": "celsius"})
ROME = ("get_weather", {"city": "Rome", "unit": "celsius"})
FIVE = ("convert_units", {"value": 5, "from_unit": "km", "to_unit": "mile"})


def calls(text: str, tools: tuple[Tool, ...] = DEMO, **more: Any) -> Calls:
    made: Calls = []
    for tool, said in meant(Turn("chat", "sandbox", True, prompt=text, tools=tools, **more)):
        value = arguments(tool, said)
        jsonschema.validate(value, tool.parameters or {})
        made.append((tool.name, value))
    return made


@pytest.mark.parametrize(
    ("text", "made"),
    [
        # by name
        ("Use get_weather and convert_units: what is the weather in Oslo, and how many miles are "
         "5 km?", [OSLO, FIVE]),
        ("Call get_weather for Oslo and convert_units for 5 km", [OSLO, FIVE]),
        ("Weather in Oslo (get_weather), and 5 km in miles (convert_units)", [OSLO, FIVE]),
        ("Use get_weather for Oslo, then get_weather for Rome", [OSLO, ROME]),
        ("Use get_weather. I like get_weather best, so: Oslo!", [OSLO]),
        ("get_weather Oslo", [OSLO]),
        # by what they are for
        ("What is the weather in Oslo?", [OSLO]),
        ("how is it in oslo today?", [OSLO]),
        ("Weather in Oslo, Norway", [OSLO]),
        ("What's the weather like in New York in °F?",
         [("get_weather", {"city": "New York", "unit": "fahrenheit"})]),
        ("Please select a city and tell me the weather in Oslo", [OSLO]),
        ("What does ORCH cost?", [("get_stock_price", {"symbol": "ORCH"})]),
        ("stock price of orch please", [("get_stock_price", {"symbol": "ORCH"})]),
        ("What is in my calendar on 7 January 2030 for 3 days?",
         [("list_events", {"first_day": "2030-01-07", "days": 3})]),
        ("What do I have in the week of January 7, 2030?",
         [("list_events", {"first_day": "2030-01-07", "days": 7})]),
        ("Which events are there today?", [("list_events", {"first_day": DAY, "days": None})]),
        ("What is (2 + 3) * 4?", [("calculate", {"expression": "(2 + 3) * 4"})]),
        ("What is 12 times 7?", [("calculate", {"expression": "12 * 7"})]),
        ("What is 15% of 240?", [("calculate", {"expression": "15 / 100 * 240"})]),
        ("Convert 26.2 miles to km",
         [("convert_units", {"value": 26.2, "from_unit": "mile", "to_unit": "km"})]),
        ("What is -40 °C in Fahrenheit?",
         [("convert_units", {"value": -40, "from_unit": "celsius", "to_unit": "fahrenheit"})]),
        ("How many orders are there?",
         [("query_database", {"sql": "SELECT COUNT(*) AS orders FROM orders"})]),
        ("How many customers are in Oslo?", [("query_database", {
            "sql": "SELECT COUNT(*) AS customers FROM customers WHERE city = 'Oslo'"})]),
        ("Run SELECT name, price FROM products ORDER BY price DESC LIMIT 3.",
         [("query_database", {
             "sql": "SELECT name, price FROM products ORDER BY price DESC LIMIT 3"})]),
        ('Ask the database "SELECT COUNT(*) FROM orders WHERE day < \'2029-12-01\'"!',
         [("query_database", {"sql": "SELECT COUNT(*) FROM orders WHERE day < '2029-12-01'"})]),
        # several
        ("What is the weather in Oslo and Rome?", [OSLO, ROME]),
        ("What is the weather in Oslo, and in Rome?", [OSLO, ROME]),
        ("What is the weather in Oslo? And how is it in Rome?", [OSLO, ROME]),
        ("Compare the weather in Oslo, Rome and Cape Town.",
         [OSLO, ROME, ("get_weather", {"city": "Cape Town", "unit": "celsius"})]),
        ("What is the weather in Oslo and Rome in Fahrenheit?",
         [(name, {**given, "unit": "fahrenheit"}) for name, given in (OSLO, ROME)]),
        ("Compare ORCH and NIMB",
         [("get_stock_price", {"symbol": "ORCH"}), ("get_stock_price", {"symbol": "NIMB"})]),
        ("What is the price of a share of NIMB, and what is 12 * 231.4?",
         [("get_stock_price", {"symbol": "NIMB"}), ("calculate", {"expression": "12 * 231.4"})]),
        ("Plan my Friday: what is in the calendar on 2030-01-11, how is it in Oslo, and how many "
         "miles are 5 km?",
         [("list_events", {"first_day": "2030-01-11", "days": None}), OSLO, FIVE]),
        # what is not said to a tool
        ("Give me the weather for Oslo. Please answer in one sentence, for a small shop.", [OSLO]),
        # no tool fits: the first
        ("Hello", [("get_weather", {"city": "Hello", "unit": "celsius"})]),
    ],
)  # fmt: skip
def test_a_message_means_these_calls(text: str, made: Calls) -> None:
    assert calls(text) == made


def test_one_call_at_a_time_is_the_first() -> None:
    text = "What is the weather in Oslo and Rome?"
    assert calls(text, parallel=False) == [OSLO]
    assert calls(text, forced="get_weather") == [OSLO], "what is forced is called once"
    assert calls(text, tool_choice="none") == []
    assert calls(text, tool_outputs=(Output("snow"),)) == []
    assert calls(text, approvals=(Approval({}, True),)) == []
    assert calls(text, tool_outputs=(Output("snow"),), tool_choice="required") == [OSLO, ROME]


def test_a_list_of_names_is_one_call_where_the_tool_takes_them_all() -> None:
    text = {"type": "string"}
    way = {"type": "object", "properties": {"start": text, "end": text}, "required": ["start"]}
    cities = {"type": "object", "properties": {"cities": {"type": "array", "items": text}}}
    asked = "How far is it between Oslo and Rome?"
    assert len(calls(asked, (Tool("function", "distance", way),))) == 1
    assert calls(asked, (Tool("function", "compare", cities),)) == [
        ("compare", {"cities": ["Oslo", "Rome"]})
    ]


def test_queries_that_are_made_of_words_can_be_run() -> None:
    asked = (
        "names and cities of the customers",
        "What is the stock of our products?",
        "How many orders?",
        "orders by day and quantity",
        "customers in Cote d'Ivoire",
    )
    base = sqlite3.connect(":memory:")
    try:
        base.executescript(
            "CREATE TABLE customers (id, name, city, since);"
            "CREATE TABLE products (id, name, category, price, stock);"
            "CREATE TABLE orders (id, customer_id, product_id, quantity, day);"
        )
        for text in asked:
            ((name, given),) = calls(text)
            assert name == "query_database"
            base.execute(given["sql"])
    finally:
        base.close()


def test_measures_and_sums_are_read_as_people_write_them() -> None:
    assert measures("5km are 16404 ft; it is -3.5 °C, 10 m high") == [
        ("km", 5), ("foot", 16404), ("celsius", -3.5), ("m", 10)
    ]  # fmt: skip
    assert measures("I'm at gate C with Miles to go, plan K") == [("mile", None)]
    said = "2+2, then 12 × (3 − 1), the square root of 2 plus 1, and 3 to the power of 4; 7 of 9"
    assert list(sums(said)) == ["2+2", "12 * (3 - 1)", "sqrt(2) + 1", "3 ** 4"]
    assert list(sums("((((2 + 3")) == ["2 + 3"]


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=120) | st.lists(st.sampled_from(
    ["get_weather", "Oslo", "and", ",", "SELECT", "5 km", "2030-01-11", "?", "(", "*", "°C", "\n"]
), max_size=30).map(" ".join))  # fmt: skip
def test_whatever_is_said_makes_valid_calls(text: str) -> None:
    assert 1 <= len(calls(text)) <= len(DEMO) * MOST + text.count("get_weather")


def test_a_very_long_message_makes_few_calls() -> None:
    text = "What is the weather in Oslo and Rome? " * 2_000
    assert 1 <= len(calls(text)) <= MOST * MOST


@pytest.mark.parametrize("parameters", [
    {"properties": {"a": {"type": "string", "enum": 5}}, "required": ["a"]},
    {"properties": {"a": True}, "required": ["a", "b"]},
    {"properties": {"a": {"type": ["string", "null"], "description": 7}}, "required": "a"},
    {"properties": {"sql": {"type": "string", "maxLength": 3}}, "required": ["sql"]},
    {"properties": []},
])  # fmt: skip
def test_a_strange_schema_is_filled_or_refused_in_words(
    parameters: Any, serving: Any, run: Any
) -> None:
    function = {"name": "odd", "description": "of SQL", "parameters": parameters}

    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            raw.send("POST", "/v1/chat/completions", {
                "model": "sandbox",
                "messages": [{"role": "user", "content": "SELECT a FROM b, and Oslo"}],
                "tools": [{"type": "function", "function": function}],
                **FAST,
            })  # fmt: skip
            status, _, body = await raw.answer()
            assert status in (200, 400), body
            assert status == 200 or json.loads(body)["error"]["message"]

    run(drive())


# What is said of results.


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ([Output('{"city": "Oslo", "temperature": -3.0, "unit": "celsius", "sky": "snow",'
                 ' "wind_kmh": 9}', "get_weather", '{"city": "Oslo", "unit": null}')],
         "- `get_weather` (Oslo): temperature -3 °C, sky snow, wind 9 km/h."),
        ([Output('{"value": 3.106855961, "unit": "mile"}', "convert_units", '{"value": 5}')],
         "- `convert_units` (5): 3.106855961 mile."),
        ([Output('{"symbol": "ORCH", "price": 231.4, "currency": "USD", "change_percent": 4.1}',
                 "get_stock_price", '{"symbol": "ORCH"}')],
         "- `get_stock_price` (ORCH): price 231.4 USD, change 4.1 %."),
        ([Output("42", "calculate", '{"expression": "6 * 7"}')], "- `calculate` (6 * 7): 42."),
        ([Output("It rains.", "look"), Output("", "listen"), Output("true")],
         "- `look`: It rains.\n- `listen`: nothing.\n- The tool: yes."),
        ([Output('{"columns": ["n"], "rows": [[9]], "complete": true}', "query", "{}")],
         "- `query`: n 9."),
        ([Output('{"columns": ["n", "who"], "rows": [[9, "a|b"], [null, "c"]]}', "query", "[")],
         "`query`:\n\n| n | who |\n| --- | --- |\n| 9 | a\\|b |\n| none | c |"),
        ([Output('{"events": [{"start": "09:00", "title": "Stand-up"}, {"title": "Lunch"}]}')],
         "The tool:\n\n| start | title |\n| --- | --- |\n| 09:00 | Stand-up |\n| none | Lunch |"),
        ([Output('{"events": []}'), Output("[1, 2]"), Output("{}")],
         "- The tool: nothing.\n- The tool: 1, 2.\n- The tool: {}"),
        ([Output("one\n\ntwo")], "The tool:\n\n> one\n> two"),
        ([Output("[" * 100_000)], "- The tool: " + "[" * 100_000),
        ([Output('{"columns": ["a", "b"], "rows": []}')], "- The tool: no rows."),
        ([Output('{"columns": ["a"], "rows": [[]]}')], "- The tool: a none."),
    ],
)  # fmt: skip
def test_results_in_words(outputs: list[Output], said: str) -> None:
    assert described(outputs) == said


STEPPED = Scenario.model_validate({
    "name": "stepped",
    "about": "Three rounds.",
    "follows_request": False,
    "reply": [{"call": "one", "arguments": {"n": 1}}, {"call": "one", "arguments": {"n": 2}}],
    "steps": [
        [{"text": "Another."}, {"call": "two", "arguments": {}}],
        [{"call": "three", "arguments": {}}],
    ],
    "after_tools": [{"text": "{{results}}"}],
})  # fmt: skip


def test_a_script_goes_on_step_by_step_in_both_dialects(serving: Any, run: Any) -> None:
    async def chat(api: AsyncOpenAI) -> tuple[list[list[str]], str]:
        history: list[Any] = [{"role": "user", "content": "Go"}]
        called: list[list[str]] = []
        while True:
            made = await api.chat.completions.create(
                model="stepped", messages=history, extra_body=FAST
            )
            message = made.choices[0].message
            if not message.tool_calls:
                return called, message.content or ""
            called.append([call.function.name for call in message.tool_calls])  # type: ignore[union-attr]
            history.append(message.to_dict())
            history += [
                {"role": "tool", "tool_call_id": call.id, "content": f"r{len(called)}"}
                for call in message.tool_calls
            ]

    async def responses(api: AsyncOpenAI) -> tuple[list[list[str]], str]:
        given: Any = "Go"
        called: list[list[str]] = []
        before = None
        while True:
            made = await api.responses.create(
                model="stepped", input=given, previous_response_id=before, extra_body=FAST
            )
            wanted = [item for item in made.output if item.type == "function_call"]
            if not wanted:
                return called, made.output_text
            called.append([call.name for call in wanted])
            before = made.id
            given = [
                {
                    "type": "function_call_output",
                    "call_id": call.call_id,
                    "output": f"r{len(called)}",
                }
                for call in wanted
            ]

    async def drive() -> None:
        more = {"stepped": STEPPED}
        async with serving(more=more) as server, client(server.base_url) as api:
            for way in (chat, responses):
                called, text = await way(api)
                assert called == [["one", "one"], ["two"], ["three"]]
                assert text == "- `one` (1): r1\n- `one` (2): r1\n- `two`: r2\n- `three`: r3"

    run(drive())


@pytest.mark.parametrize("path", sorted(resource("scenarios", "demos").glob("*.json")), ids=str)
def test_a_script_of_a_demo_calls_tools_that_there_are(path: Path) -> None:
    script = json.loads(path.read_text())
    parts = [part for step in (script["reply"], *script.get("steps", [])) for part in step]
    made = [part for part in parts if "call" in part]
    known = {tool.name: tool.parameters for tool in DEMO}
    assert made
    for part in made:
        jsonschema.validate(part["arguments"], known[part["call"]])
