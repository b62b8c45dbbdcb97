"""The demo tools: what they answer, what they refuse, and that their mock rules say the same."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sqlite3
from types import ModuleType
from typing import Any

import pytest

from playground.core.resources import resource
from playground.core.tools import Asked, Result, Tool
from playground.schemas.validation import errors
from playground.tools import rules_file
from playground.tools.mock import Mock
from playground.tools.rules import RuleFile

NAMES = (
    "get_weather",
    "get_stock_price",
    "calculate",
    "list_events",
    "query_database",
    "convert_units",
)


@pytest.fixture(scope="module")
def demo() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo_tools", resource("tools", "demo.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sets() -> RuleFile:
    return rules_file.load(resource("tools", "mock.json"))


def test_a_tool_is_a_public_function_with_a_docstring(demo: ModuleType) -> None:
    public = [
        name
        for name, value in vars(demo).items()
        if callable(value) and value.__module__ == demo.__name__ and not name.startswith("_")
    ]
    functions = [name for name in public if not isinstance(vars(demo)[name], type)]
    assert functions == list(NAMES)
    assert all(vars(demo)[name].__doc__ for name in NAMES)


# Weather, shares, calendar.


def test_the_weather_of_a_city_however_it_is_written(demo: ModuleType) -> None:
    weather = demo.get_weather("Reykjavík")
    assert weather == demo.get_weather("  REYKJAVIK, Iceland")
    assert weather == {
        "city": "Reykjavík",
        "temperature": 2.0,
        "unit": "celsius",
        "sky": "sleet",
        "wind_kmh": 41,
    }
    assert demo.get_weather("Reykjavik", "fahrenheit")["temperature"] == 35.6
    with pytest.raises(ValueError, match=r"no weather for 'Atlantis'\. Known are Amsterdam,"):
        demo.get_weather("Atlantis")


def test_the_price_of_a_share(demo: ModuleType) -> None:
    assert demo.get_stock_price(" nimb ")["company"] == "Nimbus Airways"
    with pytest.raises(ValueError, match="Known are FJRD, NIMB, ORCH, QUIL"):
        demo.get_stock_price("AAAA")


def test_the_calendar_is_the_same_every_week(demo: ModuleType) -> None:
    def titles(day: str) -> list[str]:
        return [event["title"] for event in demo.list_events(day)["events"]]

    assert (
        titles("2030-01-15") == titles("2030-01-22") == ["Stand-up", "Interview", "Design review"]
    )
    assert titles("2030-01-19") == []
    week = demo.list_events("2030-01-14", 7)["events"]
    assert [event["day"] for event in week] == sorted(event["day"] for event in week)
    assert {event["day"] for event in week} < {f"2030-01-{day}" for day in range(14, 21)}
    # The last day that there is.
    assert {event["day"] for event in demo.list_events("9999-12-31", 5)["events"]} == {"9999-12-31"}


@pytest.mark.parametrize(("day", "days"), [("tomorrow", 1), ("2030-02-30", 1), ("2030-01-01", 0)])
def test_days_that_are_none(demo: ModuleType, day: str, days: int) -> None:
    with pytest.raises(ValueError, match=r"YYYY-MM-DD|1 to 31"):
        demo.list_events(day, days)


# Calculator.


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("6 * 7", 42),
        (" (3 + 4) * 1.2 ** 2", 10.08),
        ("-2 ** 2", -4),
        ("7 // 2 + 7 % 4", 6),
        ("sqrt(16) + abs(-3) + max(1, 2, 3)", 10.0),
        ("10 ** -3", 0.001),
        ("0 ** 999999999", 0),
        ("2 ** 1000", 2**1000),
        ("cos(pi) + log(e)", 0.0),
    ],
)
def test_what_an_expression_comes_to(demo: ModuleType, expression: str, value: float) -> None:
    assert demo.calculate(expression) == pytest.approx(value)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("9 ** 9 ** 9", "too large"),
        ("9 ** 9 ** 9 ** 9", "too large"),
        ("2 ** 2000", "too large"),
        ("(2 ** 1000) * (2 ** 1000)", "too large"),
        ("2 ** 999999999999999999", "too large"),
        ("exp(1000)", "too large"),
        ("10.0 ** 400", "too large"),
        ("1e999", "no real number"),
        ("(-8) ** 0.5", "no real number"),
        ("log(0)", "no real number"),
        ("1 / 0", "division by zero"),
        ("7 % 0", "division by zero"),
        ("1 +", "no expression"),
        ("", "no expression"),
        ("(" * 150, "no expression|cannot be calculated"),
        ("1" * 201, "longer than 200"),
        ("min()", "cannot be calculated"),
        ("__import__('os').system('id')", "does not know"),
        ("(1).__class__", "does not know"),
        ("'a' * 10 ** 9", "does not know"),
        ("[1] * 10 ** 9", "does not know"),
        ("True + 1", "does not know"),
        ("1j", "does not know"),
        ("abs", "does not know"),
        ("pi()", "does not know"),
        ("max(*[1, 2])", "does not know"),
        ("max(1, key=abs)", "does not know"),
        ("lambda: 1", "does not know"),
        ("x", "does not know 'x'"),
        ("1 << 99", "does not know"),
        ("0\x00", "no expression|null"),
    ],
)
def test_what_is_not_calculated(demo: ModuleType, expression: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        demo.calculate(expression)


# Database.


def test_rows_of_the_database(demo: ModuleType) -> None:
    sql = (
        "SELECT c.name, sum(o.quantity * p.price) AS spent FROM orders o "
        "JOIN customers c ON c.id = o.customer_id JOIN products p ON p.id = o.product_id "
        "GROUP BY c.id ORDER BY spent DESC LIMIT 1"
    )
    table = demo.query_database(sql)
    assert table == {
        "columns": ["name", "spent"],
        "rows": [["Björn Lindqvist", 298.0]],
        "complete": True,
    }


def test_the_tables_are_those_that_the_model_is_told_of(demo: ModuleType) -> None:
    told, _, _ = demo.query_database.__doc__.partition("\n\n")  # the first paragraph
    found = demo.query_database("SELECT name FROM sqlite_master WHERE type = 'table'")
    for (table,) in found["rows"]:
        columns = demo.query_database(f"SELECT * FROM {table}")["columns"]
        assert f"{table} ({', '.join(columns)})" in " ".join(told.split())


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM orders",
        "UPDATE orders SET quantity = 0",
        "INSERT INTO orders VALUES (99, 1, 1, 1, '')",
        "DROP TABLE orders",
        "CREATE TABLE more (id)",
        "CREATE TEMP TABLE more (id)",
        "ATTACH DATABASE 'other.sqlite' AS other",
        "PRAGMA journal_mode",
        "BEGIN",
        "WITH x AS (SELECT 1) DELETE FROM orders",
    ],
)
def test_nothing_can_be_changed(demo: ModuleType, sql: str) -> None:
    with pytest.raises(ValueError, match="can only be read"):
        demo.query_database(sql)
    assert demo.query_database("SELECT count(*) FROM orders")["rows"] == [[9]]


COUNT = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT {} FROM c"


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (COUNT.format("count(*)"), "takes too long"),
        ("SELECT " + ", ".join("1" * 60), "too many columns"),
        ("SELECT sum(1) FROM orders, orders a, orders b, orders c, orders d, orders e", "too long"),
        ("SELECT zeroblob(1000000000)", "too big"),
        (f"SELECT '{'a' * 20_000}'", "too large|too big"),
        ("SELECT 1; DROP TABLE orders", "one statement"),
        ("SELECT * FROM nowhere", "no such table: nowhere"),
        ("SELECT load_extension('x')", "read|authorized|no such function"),
        ("VACUUM INTO 'copy.sqlite'", "read|authoriz"),
        ("", "no query"),
        ("-- nothing", "no query"),
        ("SELECT \x00", "null"),
        ("SELECT " + "(" * 500 + "1" + ")" * 500, "depth|overflow|too large"),
    ],
)
def test_what_the_database_does_not_do(demo: ModuleType, sql: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        demo.query_database(sql)


def test_what_is_too_long_is_shown_in_part(demo: ModuleType) -> None:
    table = demo.query_database(COUNT.format("x"))
    assert (len(table["rows"]), table["complete"]) == (50, False)
    (row,) = demo.query_database("SELECT hex(zeroblob(4000)), x'00ff', 9e999, NULL, 1.5")["rows"]
    assert row == ["0" * 200, "00ff", "inf", None, 1.5]
    json.dumps(row, allow_nan=False)


def test_nothing_of_a_query_stays(demo: ModuleType) -> None:
    # A connection that was left open warns, and a warning fails a test.
    for sql in ("SELECT 1", "DELETE FROM orders", "nonsense"):
        try:
            demo.query_database(sql)
        except ValueError as error:
            assert not isinstance(error, sqlite3.Error)


# Units.


@pytest.mark.parametrize(
    ("value", "one", "other", "result"),
    [
        (26.2, "mile", "km", 42.1648128),
        (-40, "celsius", "fahrenheit", -40),
        (0, "celsius", "kelvin", 273.15),
        (212, "fahrenheit", "celsius", 100),
        (90, "km/h", "m/s", 25),
        (1, "gallon", "l", 3.785411784),
        (1.5, "day", "hour", 36),
    ],
)
def test_a_quantity_in_another_unit(
    demo: ModuleType, value: float, one: str, other: str, result: float
) -> None:
    assert demo.convert_units(value, one, other) == {"value": result, "unit": other}
    assert demo.convert_units(result, other, one)["value"] == pytest.approx(value)


@pytest.mark.parametrize(
    ("value", "one", "other", "words"),
    [
        (1, "kg", "m", "kg measures mass, m measures length"),
        (1, "parsec", "m", "no unit 'parsec'"),
        (1, "m", "parsec", "no unit 'parsec'"),
        (1e308, "mile", "mm", "too large"),
        (float("nan"), "mile", "mm", "too large"),
    ],
)
def test_quantities_that_have_no_such_unit(
    demo: ModuleType, value: float, one: str, other: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        demo.convert_units(value, one, other)


# The mock rules.


async def _no_time(seconds: float) -> None:
    pass


def mocked(sets: RuleFile, name: str, tool: str, arguments: dict[str, Any]) -> Result:
    mock = Mock(
        sets.named(name),
        errors=lambda schema, value: [str(one) for one in errors(value, schema)],
        sleep=_no_time,
    )
    text = json.dumps(arguments)
    called = Tool(source="demo", name=tool)
    return asyncio.run(mock.call(called, Asked("1", tool, text, called), text, print))


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_weather", {"city": "Oslo"}),
        ("get_weather", {"city": "oslo, Norway", "unit": "celsius"}),
        ("get_weather", {"city": "Oslo", "unit": "fahrenheit"}),
        ("get_weather", {"city": "Rome", "unit": "celsius"}),
        ("get_stock_price", {"symbol": "orch"}),
        ("get_stock_price", {"symbol": "NIMB"}),
        ("calculate", {"expression": "6 * 7"}),
        ("query_database", {"sql": "SELECT name, city FROM customers"}),
        ("query_database", {"sql": "SELECT count(*) AS orders FROM orders"}),
        ("convert_units", {"value": 26.2, "from_unit": "mile", "to_unit": "km"}),
    ],
)
def test_where_everything_works_the_rules_say_what_the_tools_say(
    demo: ModuleType, sets: RuleFile, tool: str, arguments: dict[str, Any]
) -> None:
    result = mocked(sets, "Everything works", tool, arguments)
    assert (result.state, result.notes) == ("done", ())
    assert json.loads(result.output) == vars(demo)[tool](**arguments)


def test_every_rule_is_there_for_a_tool_and_every_tool_has_an_answer(sets: RuleFile) -> None:
    for one in sets.sets:
        assert {rule.tool for rule in one.rules} <= set(NAMES)
        answers = set(one.defaults) | {rule.tool for rule in one.rules if not rule.when}
        assert answers == set(NAMES), one.name


def test_the_other_sets_are_trouble(sets: RuleFile) -> None:
    arguments = {"first_day": "2030-01-15", "city": "Oslo", "expression": "1", "symbol": "X"}
    arguments |= {"from_unit": "mile", "to_unit": "km", "sql": "SELECT 1"}
    bad = [mocked(sets, "A bad day", tool, arguments) for tool in NAMES]
    assert [result.state for result in bad] == ["failed"] * len(NAMES)
    strange = [mocked(sets, "Strange results", tool, arguments) for tool in NAMES]
    assert {result.facts["mock"]["gives"] for result in strange} == {
        "malformed",
        "result",
        "oversized",
    }
    assert all("{{" not in result.output for result in (*bad, *strange))
    assert not any("The call has no" in note for one in (*bad, *strange) for note in one.notes)


def test_the_file_is_written_as_it_is_read(sets: RuleFile) -> None:
    assert rules_file.read(rules_file.written(sets)) == sets


def test_the_format_is_described(sets: RuleFile) -> None:
    """Each field and each kind of condition and reply stands in the description, as a word in
    backquotes; and the example in it can be read."""
    text = resource("tools", "README.md").read_text(encoding="utf-8")
    schema = RuleFile.model_json_schema(by_alias=True)
    fields = set(schema["properties"])
    for model in schema["$defs"].values():
        for name, about in model["properties"].items():
            fields |= {name, about.get("const", name)}
            fields |= set(about.get("enum", ()))
    assert sorted(name for name in fields if f"`{name}`" not in text) == []
    for example in text.split("```json\n")[1:]:
        rules_file.read(example.partition("```")[0])
