"""What waits for a variable, and giving one another name; a tool that was filled in is still the
one of the box."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.output import Output
from playground.core.problem import Failure
from playground.core.tools import Asked, Result, Tool, ToolSettings
from playground.core.variables import (
    TYPES,
    Variable,
    fill,
    fill_in,
    names,
    names_in,
    recast,
    renamed,
    renamed_in,
    retyped,
    standing,
)
from playground.engine.filling import filled, filled_tool
from playground.engine.templating import (
    another,
    declared,
    known,
    places,
    refusal,
    renamed_call,
    said_again,
    standings,
    told,
    undeclared,
    waiting,
    without,
)
from playground.engine.toolbox import Toolbox, is_same

BRACED = st.text(alphabet=st.sampled_from("{}\\ xya\n"), max_size=40)
CITY = Variable(name="city")
SCHEMA = {"properties": {"{{key}}": {"maximum": "{{most}}"}}}


def call() -> Call:
    return Call(
        model="m",
        instructions="Of {{city}}, \\{{city}} and {{ city }}.",
        fields={"user": "{{city}}"},
        extra={"metadata": {"{{city}}": ["{{most}}"]}},
        tools=[Tool(name="find", description="In {{city}}", parameters=SCHEMA)],
        output=Output(json_schema=SCHEMA, source="{{most}} {", description="{{city}}"),
        variables=[CITY],
        values={"city": "Oslo"},
    )


def test_each_name_is_told_with_its_places() -> None:
    rows = places(call(), "{{day}} {{city}}")
    assert list(rows) == ["city", "day", "most", "key"]
    assert rows["most"] == ("the extra fields", "the tool find", "the schema")
    assert told(rows, ["day"]) == "the message"
    assert told(rows, ["key", "day"]) == "the tool find, the schema and the message"
    assert undeclared(call(), "{{day}}") == ["day", "most", "key"]


def test_what_has_no_value_waits_only_in_a_template() -> None:
    one = call()
    assert waiting(one, "{{day}}") == ["day", "most", "key"]
    assert known(one) == {"city": "Oslo"}
    plain = one.model_copy(update={"variables": []})
    assert waiting(plain, "{{day}}") == [] and known(plain) is None
    made = one.model_copy(update={"variables": declared(one, undeclared(one))})
    assert [v.name for v in made.variables] == ["city", "most", "key"]
    assert undeclared(made) == [] and waiting(made) == ["most", "key"]
    assert declared(made, ["city", "key"]) == made.variables


@pytest.mark.parametrize(
    ("variable", "values", "state"),
    [
        (Variable(name="n", type="integer"), {}, "missing"),
        (Variable(name="n", type="integer", default=3), {}, "default"),
        (Variable(name="n", type="integer", default=3), {"n": 4}, "given"),
        (Variable(name="n", type="integer", default=3), {"n": "4"}, "wrong"),
        (Variable(name="n", type="integer", default="x"), {}, "wrong"),
        (Variable(name="n", type="text"), {"n": ""}, "given"),
        (Variable(name="n", type="json"), {"n": None}, "given"),
        (Variable(name="n", type="choice", choices=["a"]), {"n": "b"}, "wrong"),
    ],
)
def test_how_things_are_with_a_value(
    variable: Variable, values: dict[str, Any], state: str
) -> None:
    found = standing(variable, values)
    assert found.state == state and bool(found.why) is (state == "wrong")
    one = Call(variables=[variable], values=values)
    assert standings(one) == {"n": found}
    made = Call(instructions="{{n}}", variables=[variable], values=values)
    if state in ("given", "default"):
        assert filled(made)[0].values == known(one) == {"n": found.value}
    else:
        with pytest.raises(Failure):
            filled(made)


# Another type.


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("number", " 1.5 ", 1.5),
        ("number", "+2", 2),
        ("integer", "+2", 2),
        ("boolean", "TRUE", True),
        ("json", "[1]", [1]),
        ("json", "null", None),
        ("choice", "a", "a"),
        ("text", " x ", " x "),
    ],
)
def test_what_is_typed_is_read(kind: Any, text: str, value: Any) -> None:
    assert Variable(name="n", type=kind, choices=["a"]).read(text) == value


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("number", "12x", "The value of n has to be a number."),
        ("number", "[1]", "has to be a number"),
        ("number", "NaN", "has to be a number"),
        ("integer", "1.5", "has to be a whole number"),
        ("boolean", "yes", "has to be true or false"),
        ("choice", "b", "has to be one of: a"),
        ("json", "{", "Expecting property name"),
    ],
)
def test_what_is_none_is_told_in_the_words_of_the_type(kind: Any, text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Variable(name="n", type=kind, choices=["a"]).read(text)


@generated(st.sampled_from(TYPES), st.sampled_from(TYPES), st.sampled_from(["3", "true", "x"]))
def test_a_default_of_another_type_is_of_that_type_or_gone(old: Any, new: Any, text: str) -> None:
    one = Variable(name="n", type=old, choices=["x"])
    one.default = recast(one, text)
    made = retyped(one, new)
    assert made.default is None or made.checked(made.default) is not None
    assert retyped(one, old) == one


# Another name.


@generated(BRACED, st.sampled_from(["Oslo", "{{a}}", "\\"]))
def test_under_another_name_a_text_says_the_same(text: str, value: str) -> None:
    made = renamed(text, "x", "é-1")
    assert names(made) == ["é-1" if name == "x" else name for name in names(text)]
    values = {"y": "1", "a": "2", "xy": "3", "xx": "4", "ya": "5"}
    if all(name in {"x", *values} for name in names(text)):
        assert fill(text, {**values, "x": value}) == fill(made, {**values, "é-1": value})
    assert renamed(made, "é-1", "x") == renamed(text, "x", "x")


def test_a_variable_is_renamed_everywhere_but_where_it_is_said_as_it_is() -> None:
    before = call()
    made = renamed_call(before, "city", "town")
    assert made.instructions == "Of {{town}}, \\{{city}} and {{ town }}."
    assert made.fields == {"user": "{{town}}"} and made.values == {"town": "Oslo"}
    assert made.extra == {"metadata": {"{{town}}": ["{{most}}"]}}
    assert made.tools[0].description == "In {{town}}" and made.output.description == "{{town}}"
    assert renamed_call(made, "most", "limit").output.source == "{{limit}} {"
    assert renamed_call(made, "town", "city") == before
    assert before == call()


def test_a_name_that_cannot_be_is_refused_with_a_reason() -> None:
    both = [CITY, Variable(name="caf\u00e9")]
    assert "A name is a word" in refusal(both, "city", "two words")
    assert "caf\u00e9 already" in refusal(both, "city", "cafe\u0301").replace("e\u0301", "\u00e9")
    assert refusal(both, "caf\u00e9", "cafe\u0301") == refusal(both, "city", "town") == ""
    with pytest.raises(ValueError, match="already"):
        renamed_call(Call(variables=both), "city", "caf\u00e9")
    with pytest.raises(ValueError, match="two fields"):
        renamed_in({"{{a}}": 1, "{{b}}": 2}, "a", "b")
    assert another([Variable(name="variable_1")]) == "variable_2"


def test_without_a_variable_its_places_stay() -> None:
    made = call().model_copy(update=without(call(), "city"))
    assert made.variables == [] and made.values == {}
    assert made.instructions == call().instructions


def test_a_template_is_edited_where_there_are_variables() -> None:
    said = Message(role="user", text=Text("In Oslo"), template="In {{city}}")
    assert said_again(said, call()) == "In {{city}}"
    assert said_again(said, Call()) == "In Oslo"
    assert said_again(Message(role="user", text=Text("Plain")), call()) == "Plain"


# Tools.

BOXED = Tool(
    source="mine",
    name="find",
    mode="real",
    description="In {{city}}, \\{{really}}",
    parameters={"properties": {"n": {"maximum": "{{most}}"}}},
    origin={"python": "/find.py", "function": "find"},
)
VALUES = {"city": "Oslo", "most": 3, "other": "x"}


def test_a_tool_that_was_filled_in_is_the_one_of_the_box() -> None:
    sent = filled_tool(BOXED, VALUES)
    assert sent.filled == {"city": "Oslo", "most": 3}
    assert names_in([sent.description, sent.parameters]) == ["really"]
    assert sent.digest != BOXED.digest and is_same(BOXED, sent) and is_same(BOXED, BOXED)
    restored = Tool.model_validate_json(sent.model_dump_json())
    assert is_same(BOXED, restored)
    quoted = BOXED.model_copy(update={"description": "\\{{x}}", "parameters": None})
    assert is_same(quoted, filled_tool(quoted, {}))


@pytest.mark.parametrize(
    "forged",
    [
        {"description": "In Rome, {{really}}"},
        {"parameters": {"properties": {"n": {"maximum": 4}}}},
        {"parameters": None},
        {"output": {"type": "object"}},
        {"strict": False},
        {"kind": "custom"},
        {"name": "other"},
        {"source": "elsewhere"},
        {"origin": {"python": "/evil.py", "function": "find"}},
        {"origin": {}},
        {"filled": {}},
        {"filled": {"city": "Oslo"}},
        {"filled": {"city": "Rome", "most": 3}},
        {"filled": {"city": {"{{most}}": 1}, "most": [None]}},
    ],
)
def test_whatever_a_session_changes_makes_it_another_one(forged: dict[str, Any]) -> None:
    assert not is_same(BOXED, filled_tool(BOXED, VALUES).model_copy(update=forged))


def test_a_box_that_changed_knows_it_no_longer() -> None:
    sent = filled_tool(BOXED, VALUES)
    now = BOXED.model_copy(update={"description": "Anywhere in {{city}}, \\{{really}}"})
    assert not is_same(now, sent)
    assert not is_same(BOXED.model_copy(update={"origin": {"python": "/new.py"}}), sent)


def test_values_beside_a_definition_are_no_part_of_its_digest() -> None:
    """Else what was approved once would have to be approved anew by those who fill nothing in."""
    assert BOXED.model_copy(update={"filled": {"a": 1}}).digest == BOXED.digest


class Recorded:
    """In the place of what runs Python."""

    def __init__(self) -> None:
        self.calls: list[Tool] = []

    async def call(self, tool: Tool, *_: Any) -> Result:
        self.calls.append(tool)
        return Result("found")


async def test_only_the_definition_of_the_box_with_values_put_in_is_run() -> None:
    box = Toolbox(ToolSettings())
    await box.ready()
    found = next(tool for tool in box.tools if tool.origin)
    box.sources["demo"].tools = [found.model_copy(update={"description": "In {{city}}"})]
    (template,) = box.sources["demo"].tools
    box.python = Recorded()  # type: ignore[assignment]
    sent = filled_tool(template, {"city": "Oslo"})
    real = box.kinds["real"]

    async def run(tool: Tool) -> Result:
        return await real.call(tool, Asked("c", tool.name, "{}", tool), "{}", lambda _: None)

    assert (await run(sent)).output == "found"
    forged = sent.model_copy(update={"origin": {"python": "/evil.py"}})
    assert "another one now" in (await run(forged)).output
    assert (
        "another one now" in (await run(sent.model_copy(update={"description": "In Rome"}))).output
    )
    assert [tool.origin for tool in box.python.calls] == [found.origin]  # type: ignore[attr-defined]


def test_a_schema_that_was_filled_in_is_what_calls_are_held_to() -> None:
    sent = filled_tool(BOXED, VALUES)
    assert sent.parameters == fill_in(BOXED.parameters, VALUES)
    assert sent.parameters["properties"]["n"]["maximum"] == 3
