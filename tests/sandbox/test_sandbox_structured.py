"""Structured output as the sandbox speaks it: by the official SDK, by our own linter, by script."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from playground.core.negotiate import Offer, offers
from playground.core.problem import Problem
from playground.sandbox.answer import compose
from playground.sandbox.fill import fill
from playground.sandbox.parts import Message
from playground.sandbox.strict import offences
from playground.sandbox.turn import Turn
from playground.schemas.library import Example, examples
from playground.schemas.lint import lint
from playground.schemas.validation import errors
from tests.sandbox.conftest import LIMIT
from tests.schemas.corpus import CASES, Case, arr, obj

PROMPT = "Lunch with Anna and Ravi on 3 March 2026 at 12:30 in the Blue Room, about an hour."
FAST = {"sandbox": {"per_second": 0}}
DIALECTS = ("responses", "chat")


class Event(BaseModel):
    title: str
    date: str
    place: str | None
    minutes: int
    people: list[str]


def client(url: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=url, api_key="k", max_retries=0, timeout=LIMIT)


# The same verdict as our linter


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_the_linter_passes_is_taken_and_nothing_else(case: Case) -> None:
    assert bool(offences(case.schema)) == bool(lint(case.schema)) == bool(case.offends)


KEYWORDS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", "array", "object", "nonsense", [], None])
        | st.lists(st.sampled_from(["string", "null", "object", "array", 1]), max_size=2),
        "pattern": st.sampled_from(["x", 1]),
        "format": st.sampled_from(["date", "uri", None]),
        "minimum": st.sampled_from([0, "0", True]),
        "minItems": st.sampled_from([0, -1, 1.5, 2.0]),
        "multipleOf": st.sampled_from([0, 1, 0.5]),
        "enum": st.sampled_from([[], ["x"], "x", [1, None]]),
        "const": st.sampled_from(["x", None, {"a": 1}]),
        "$ref": st.sampled_from(["#", "#/$defs/D", "#/$defs/D~1E", "#/$defs/X", "#/x", 1]),
        "default": st.none(),
        "definitions": st.just({}),
        "nullable": st.just(True),
        "description": st.just("d"),
        "required": st.sampled_from([["a"], ["b", 1], "a", []]),
    },
)
SCHEMAS = st.recursive(
    KEYWORDS | st.booleans(),
    lambda inner: (
        st.builds(
            lambda base, more: {**base, **more},
            KEYWORDS,
            st.fixed_dictionaries(
                {},
                optional={
                    "properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
                    "items": inner | st.lists(inner, max_size=2),
                    "anyOf": st.lists(inner, max_size=2),
                    "additionalProperties": st.booleans() | inner,
                },
            ),
        )
        | st.dictionaries(st.sampled_from("ab"), inner, max_size=2).map(lambda rows: obj(**rows))
        | inner.map(arr)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from("abc"), SCHEMAS, max_size=3), SCHEMAS)
def test_any_schema_gets_the_linters_verdict(properties: Any, defined: Any) -> None:
    schema = {**obj(**properties), "$defs": {"D": defined, "D/E": {"type": "string"}}}
    assert bool(offences(schema)) == bool(lint(schema)), (offences(schema), lint(schema))


@pytest.mark.parametrize("levels", [10, 11, 200, 201, 300])
@pytest.mark.parametrize("way", ["anyOf", "items", "properties"])
def test_depth_is_counted_alike(way: str, levels: int) -> None:
    schema: Any = {"type": "string"}
    for _ in range(levels):
        match way:
            case "anyOf":
                schema = {"anyOf": [schema]}
            case "items":
                schema = arr(schema)
            case _:
                schema = obj(x=schema)
    assert bool(offences(obj(x=schema))) == bool(lint(obj(x=schema)))


# Plausible


def filled(name: str) -> Any:
    example = next(one for one in examples() if one.name == name)
    return fill(example.schema, example.prompt)


@pytest.mark.parametrize("example", examples(), ids=lambda one: one.name)
@pytest.mark.parametrize("text", [None, "", "7 of them"])
def test_every_example_is_filled_as_its_schema_says(example: Example, text: str | None) -> None:
    assert (
        errors(fill(example.schema, example.prompt if text is None else text), example.schema) == []
    )


def test_what_stands_in_the_prompt_is_where_it_belongs() -> None:
    assert filled("contact") == {
        "name": "Anna Lindqvist",
        "organisation": "Norrsken AB",
        "role": "head of purchasing",
        "email": "anna.lindqvist@norrsken.example",
        "phone": "+46 8 123 456",
    }
    assert filled("calendar-event") == {
        "title": "Lunch",
        "date": "2026-03-03",
        "start": "12:30",
        "minutes": 60,
        "place": "Blue Room",
        "participants": ["Anna", "Ravi"],
    }
    invoice = filled("invoice")
    assert (invoice["number"], invoice["issued"]) == ("2026-117", "2026-05-04")
    assert (invoice["seller"], invoice["currency"], invoice["total"]) == (
        "Papier Nord",
        "EUR",
        87.2,
    )
    assert invoice["lines"] == [
        {"description": "boxes of paper", "quantity": 3, "unit_price": 24.9},
        {"description": "stapler", "quantity": 1, "unit_price": 12.5},
    ]
    assert filled("shapes")["shapes"] == [
        {"kind": "circle", "colour": "red", "radius": 3},
        {"kind": "rectangle", "colour": "blue", "width": 4, "height": 2},
    ]
    assert [row["name"] for row in filled("table")["rows"]] == ["Io", "Europa"]
    assert [row["year"] for row in filled("table")["rows"]] == [1610, 1610]
    kinds = {row["text"]: row["kind"] for row in filled("extraction")["entities"]}
    assert kinds["Marie Curie"] == "person" and kinds["Paris"] == "place"
    assert kinds["1891"] == "date" and kinds["Sorbonne"] == "organisation"
    ingredients = [(row["name"], row["amount"]) for row in filled("recipe")["ingredients"]]
    assert ingredients == [("eggs", 2), ("milk", 250), ("flour", 120)]


def test_what_is_not_said_is_null_where_it_may_be() -> None:
    schema = obj(
        name={"type": "string"}, phone={"type": ["string", "null"]}, n={"type": ["integer", "null"]}
    )
    assert fill(schema, "Ask Ada") == {"name": "Ada", "phone": None, "n": None}


# By the SDK


def test_the_sdk_parses_in_both_dialects_streamed_or_not(serving: Any, run: Any) -> None:
    def holds(event: Any) -> None:
        assert isinstance(event, Event)
        assert (event.title, event.date, event.minutes) == ("Lunch", "2026-03-03", 60)
        assert (event.place, event.people) == ("Blue Room", ["Anna", "Ravi"])

    async def go() -> None:
        async with serving() as server, client(server.base_url) as api:
            messages: Any = [{"role": "user", "content": PROMPT}]
            parsed = await api.responses.parse(model="sandbox", input=PROMPT, text_format=Event)
            holds(parsed.output_parsed)
            chat = await api.chat.completions.parse(
                model="sandbox", messages=messages, response_format=Event
            )
            holds(chat.choices[0].message.parsed)
            async with api.responses.stream(
                model="sandbox", input=PROMPT, text_format=Event, extra_body=FAST
            ) as responses:
                kinds = [event.type async for event in responses]
                holds((await responses.get_final_response()).output_parsed)
            assert kinds.count("response.output_text.delta") > 10
            async with api.chat.completions.stream(
                model="sandbox", messages=messages, response_format=Event, extra_body=FAST
            ) as chunks:
                seen = [event async for event in chunks]
                holds((await chunks.get_final_completion()).choices[0].message.parsed)
            partial = [event.parsed for event in seen if event.type == "content.delta"]
            assert {"title": "Lunch"} in partial

    run(go())


def test_a_strict_tool_that_has_to_be_called(serving: Any, run: Any) -> None:
    tool = openai.pydantic_function_tool(Event, name="book")
    flat: Any = {"type": "function", **tool["function"]}

    async def go() -> None:
        async with serving() as server, client(server.base_url) as api:
            messages: Any = [{"role": "user", "content": PROMPT}]
            forced: Any = {"type": "function", "function": {"name": "book"}}
            chat = await api.chat.completions.parse(
                model="sandbox", messages=messages, tools=[tool], tool_choice=forced
            )
            (call,) = chat.choices[0].message.tool_calls or []
            assert isinstance(call.function.parsed_arguments, Event)
            assert chat.choices[0].message.content is None
            async with api.chat.completions.stream(
                model="sandbox", messages=messages, tools=[tool], tool_choice=forced,
                extra_body=FAST,
            ) as chunks:  # fmt: skip
                final = await chunks.get_final_completion()
            (call,) = final.choices[0].message.tool_calls or []
            made = call.function.parsed_arguments
            assert isinstance(made, Event) and made.people == ["Anna", "Ravi"]
            named: Any = {"type": "function", "name": "book"}
            response = await api.responses.create(
                model="sandbox", input=PROMPT, tools=[flat], tool_choice=named
            )
            (item,) = response.output
            assert item.type == "function_call"
            assert Event.model_validate_json(item.arguments).minutes == 60

    run(go())


def asked(dialect: str, prompt: str = PROMPT, **form: Any) -> tuple[str, dict[str, Any]]:
    """Path and body of a request for a form, as Responses writes it."""
    body: dict[str, Any] = {"model": "sandbox", **FAST}
    if dialect == "responses":
        return "/v1/responses", {**body, "input": prompt, "text": {"format": form}}
    kind = form.pop("type")
    nested = {"type": kind, **({"json_schema": form} if kind == "json_schema" else {})}
    messages = [{"role": "user", "content": prompt}]
    return "/v1/chat/completions", {**body, "messages": messages, "response_format": nested}


async def answered(server: Any, path: str, body: Any) -> tuple[int, Any]:
    async with server.raw() as raw:
        raw.send("POST", path, body)
        status, _, data = await raw.answer()
    return status, json.loads(data)


def said(dialect: str, body: Any) -> str:
    if dialect == "chat":
        text: str = body["choices"][0]["message"]["content"] or ""
        return text
    texts = [part for item in body["output"] for part in item.get("content", ())]
    return "".join(part.get("text", "") for part in texts)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_a_request_for_json_has_to_keep(serving: Any, run: Any, dialect: str) -> None:
    at = "text.format" if dialect == "responses" else "response_format"
    named = "text.format.name" if dialect == "responses" else "response_format.json_schema.name"
    inside = "text.format.schema" if dialect == "responses" else "response_format"
    loose = {"type": "object", "properties": {"x": {"type": "string", "default": "a"}}}
    strict_one = {**obj(x={"type": "string", "default": "a"})}

    async def go() -> None:
        async with serving() as server:
            # JSON mode wants the word.
            form: dict[str, Any] = {"type": "json_object"}
            status, body = await answered(server, *asked(dialect, "Say it", **form))
            assert status == 400 and at in body["error"]["message"]
            status, body = await answered(server, *asked(dialect, "Say it in JSON", **form))
            assert status == 200 and isinstance(json.loads(said(dialect, body)), dict)
            wish = f"Call Ada. Answer as JSON by {json.dumps(obj(who={'type': 'string'}))}"
            status, body = await answered(server, *asked(dialect, wish, **form))
            assert json.loads(said(dialect, body)) == {"who": "Ada"}
            # Not strict: anything goes that can be filled.
            form = {"type": "json_schema", "name": "x", "schema": loose}
            status, body = await answered(server, *asked(dialect, **form))
            assert status == 200 and json.loads(said(dialect, body))["x"]
            for name, good in (
                ("a" * 64, True),
                ("A-z_9", True),
                ("a" * 65, False),
                ("a b", False),
                ("ä", False),
            ):
                status, body = await answered(server, *asked(dialect, **{**form, "name": name}))
                assert (status == 200) == good, name
                assert good or body["error"]["param"] == named
            form = {"type": "json_schema", "name": "x", "schema": strict_one, "strict": True}
            status, body = await answered(server, *asked(dialect, **form))
            error = body["error"]
            assert (status, error["code"], error["param"]) == (400, "invalid_json_schema", inside)
            assert "In context=('properties', 'x'), 'default' is not permitted" in error["message"]

    run(go())


def test_a_strict_tool_outside_the_subset(serving: Any, run: Any) -> None:
    function = {"name": "f", "strict": True, "parameters": obj(x={"oneOf": [{"type": "string"}]})}
    messages = [{"role": "user", "content": "x"}]

    async def go() -> None:
        async with serving() as server:
            tools: Any = [{"type": "function", "function": function}]
            body: Any = {"model": "sandbox", "messages": messages, "tools": tools}
            status, told = await answered(server, "/v1/chat/completions", body)
            assert (status, told["error"]["code"]) == (400, "invalid_json_schema")
            assert told["error"]["param"] == "tools[0].function.parameters"
            assert "In context=('properties', 'x')" in told["error"]["message"]
            tools = [{"type": "function", **function}]
            body = {"model": "sandbox", "input": "x", "tools": tools}
            status, told = await answered(server, "/v1/responses", body)
            assert (status, told["error"]["param"]) == (400, "tools[0].parameters")

    run(go())


# Scripts

CONTACT = next(one for one in examples() if one.name == "contact")
SHAPES = next(one for one in examples() if one.name == "shapes")
TABLE = next(one for one in examples() if one.name == "table")


def form(example: Example) -> dict[str, Any]:
    return {"type": "json_schema", "name": "x", "schema": example.schema, "strict": True}


async def played(server: Any, dialect: str, model: str, example: Example = CONTACT) -> Any:
    path, body = asked(dialect, example.prompt, **form(example))
    status, answer = await answered(server, path, {**body, "model": f"structured/{model}"})
    assert status == 200, answer
    return answer


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("example", [CONTACT, TABLE], ids=lambda one: one.name)
def test_json_that_is_wrong_in_one_way(
    serving: Any, run: Any, dialect: str, example: Example
) -> None:
    right = fill(example.schema, example.prompt)

    def wrong(text: str) -> list[str]:
        return [error.keyword for error in errors(json.loads(text), example.schema)]

    async def go() -> None:
        async with serving() as server:

            async def text(model: str) -> str:
                return said(dialect, await played(server, dialect, model, example))

            listed = await text("list")
            assert json.loads(listed) == [right] and wrong(listed) == ["type"]
            fields = await text("fields")
            assert wrong(fields) == ["required", "additionalProperties"]
            assert '"remark"' in fields
            retyped = await text("type")
            assert wrong(retyped) == ["type"]
            assert "NaN" in await text("nan")
            names: list[list[str]] = []
            doubled = await text("duplicate")
            json.loads(doubled, object_pairs_hook=lambda rows: names.append([k for k, _ in rows]))
            assert any(len(set(row)) < len(row) for row in names)
            fenced = await text("fence")
            assert json.loads(fenced.split("```")[1].removeprefix("json")) == right
            assert fenced.startswith("Sure!") and fenced.endswith("different.")
            assert await text("empty") == ""
            with pytest.raises(ValueError, match="Expecting value"):
                json.loads(await text("ignored"))
            remarked = await text("commentary")
            assert json.loads(remarked[remarked.index("{") :]) == right
            assert not remarked.startswith("{")

    run(go())


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("example", [CONTACT, SHAPES], ids=lambda one: one.name)
def test_an_answer_that_ends_inside_a_string(
    serving: Any, run: Any, dialect: str, example: Example
) -> None:
    def inside(text: str) -> bool:
        return text.count('"') % 2 == 1 and not text.endswith('"')

    async def go() -> None:
        async with serving() as server:
            body = await played(server, dialect, "length", example)
            assert inside(said(dialect, body))
            if dialect == "chat":
                assert body["choices"][0]["finish_reason"] == "length"
            else:
                assert body["incomplete_details"] == {"reason": "max_output_tokens"}
            path, asking = asked(dialect, example.prompt, **form(example))
            pieces = []
            async with server.raw() as raw:
                raw.send("POST", path, {**asking, "model": "structured/cut", "stream": True})
                await raw.head()
                rest = await raw.reader.read()
            for line in rest.split(b"\n"):
                if line.startswith(b"data: {"):
                    event = json.loads(line[6:])
                    if dialect == "chat":
                        pieces.append(event["choices"][0]["delta"].get("content") or "")
                    elif event["type"] == "response.output_text.delta":
                        pieces.append(event["delta"])
            assert inside("".join(pieces)), pieces
            assert b"[DONE]" not in rest and b"response.completed" not in rest

    run(go())


def test_the_sdk_meets_refusals_and_remarks(serving: Any, run: Any) -> None:
    async def go() -> None:
        async with serving() as server, client(server.base_url) as api:
            messages: Any = [{"role": "user", "content": PROMPT}]
            chat = await api.chat.completions.parse(
                model="structured/refusal", messages=messages, response_format=Event,
                extra_body=FAST,
            )  # fmt: skip
            assert chat.choices[0].message.refusal and chat.choices[0].message.parsed is None
            response = await api.responses.parse(
                model="structured/refusal", input=PROMPT, text_format=Event, extra_body=FAST
            )
            assert response.output_parsed is None and response.status == "completed"
            remarked = await api.responses.parse(
                model="structured/commentary", input=PROMPT, text_format=Event, extra_body=FAST
            )
            phases = [item.phase for item in remarked.output if item.type == "message"]
            assert phases == ["commentary", "final_answer"]
            assert remarked.output_parsed is not None and remarked.output_parsed.title == "Lunch"
            with pytest.raises(openai.LengthFinishReasonError):
                await api.chat.completions.parse(
                    model="structured/length", messages=messages, response_format=Event,
                    extra_body=FAST,
                )  # fmt: skip

    run(go())


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("model", "mended"), [("again", True), ("never", False)])
def test_asking_again(serving: Any, run: Any, dialect: str, model: str, mended: bool) -> None:
    path, body = asked(dialect, CONTACT.prompt, **form(CONTACT))
    body["model"] = f"structured/{model}"
    name = "messages" if dialect == "chat" else "input"
    talk: list[Any] = [{"role": "user", "content": CONTACT.prompt}]

    async def go() -> None:
        async with serving() as server:

            async def text() -> str:
                status, answer = await answered(server, path, {**body, name: talk})
                assert status == 200
                return said(dialect, answer)

            def holds(one: str) -> bool:
                return errors(json.loads(one), CONTACT.schema) == []

            first = await text()
            assert not holds(first)
            for _ in range(2):  # the second time as a new question behind the first
                talk.append({"role": "assistant", "content": first})
                talk.append({"role": "user", "content": "This is wrong: phone is missing."})
                again = await text()
                assert holds(again) == mended
                if mended:
                    assert json.loads(again) == fill(CONTACT.schema, CONTACT.prompt)
                talk.append({"role": "assistant", "content": again})
                talk.append({"role": "user", "content": CONTACT.prompt})
                assert await text() == first

    run(go())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_forced_call_with_wrong_arguments(serving: Any, run: Any, dialect: str) -> None:
    function = {"name": "save", "parameters": CONTACT.schema, "strict": True}

    async def arguments(server: Any, model: str, *, tools: bool) -> tuple[str, str]:
        body: dict[str, Any] = {"model": f"structured/{model}", **FAST}
        if dialect == "chat":
            body["messages"] = [{"role": "user", "content": CONTACT.prompt}]
            if tools:
                body["tools"] = [{"type": "function", "function": function}]
                body["tool_choice"] = {"type": "function", "function": {"name": "save"}}
            _, answer = await answered(server, "/v1/chat/completions", body)
            (call,) = answer["choices"][0]["message"]["tool_calls"]
            return call["function"]["name"], call["function"]["arguments"]
        body["input"] = CONTACT.prompt
        if tools:
            body["tools"] = [{"type": "function", **function}]
            body["tool_choice"] = {"type": "function", "name": "save"}
        _, answer = await answered(server, "/v1/responses", body)
        (call,) = answer["output"]
        return call["name"], call["arguments"]

    async def go() -> None:
        async with serving() as server:
            for tools in (True, False):
                name, text = await arguments(server, "arguments", tools=tools)
                assert name == ("save" if tools else "answer")
                with pytest.raises(ValueError, match="delimiter"):
                    json.loads(text)
            name, text = await arguments(server, "fields", tools=True)
            found = errors(json.loads(text), CONTACT.schema)
            assert {error.keyword for error in found} == {"required", "additionalProperties"}

    run(go())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_server_that_knows_no_schemas(serving: Any, run: Any, dialect: str) -> None:
    path, body = asked(dialect, f"In JSON: {CONTACT.prompt}", **form(CONTACT))
    body["model"] = "structured/unsupported"

    async def go() -> None:
        async with serving() as server:
            status, told = await answered(server, path, body)
            problem = told["error"]
            param = "response_format" if dialect == "chat" else "text.format"
            assert (status, problem["param"]) == (400, param)
            refused = Problem(
                title="x", detail=problem["message"], status=400, param=problem["param"],
                code=problem["code"],
            )  # fmt: skip
            assert Offer("drop", param) in offers(refused, body)
            path_too, loose = asked(dialect, f"In JSON: {CONTACT.prompt}", type="json_object")
            status, answer = await answered(server, path_too, {**loose, "model": body["model"]})
            assert status == 200 and isinstance(json.loads(said(dialect, answer)), dict)
            for name in ("response_format", "text"):
                body.pop(name, None)
            status, answer = await answered(server, path, body)
            assert status == 200 and isinstance(json.loads(said(dialect, answer)), dict)

    run(go())


def test_two_thousand_rows_that_hold(scenarios: Any) -> None:
    turn = Turn("chat", "structured/rows", True, prompt=TABLE.prompt, schema=TABLE.schema)
    (part,) = compose(scenarios["structured/rows"], turn).parts
    assert isinstance(part, Message)
    value = json.loads("".join(part.pieces))
    assert errors(value, TABLE.schema) == []
    assert len(value["rows"]) == 2000 == len({row["name"] for row in value["rows"]})
    assert scenarios["structured/rows"].pace.per_second >= 5000


def test_every_script_can_be_watched(scenarios: Any) -> None:
    slow = [one for name, one in scenarios.items() if name.startswith("structured/")]
    assert len(slow) >= 17
    for one in slow:
        assert 0 < one.pace.per_second <= 60 or one.name == "structured/rows", one.name
        assert not one.follows_request


@pytest.mark.parametrize("example", examples(), ids=lambda one: one.name)
@pytest.mark.parametrize("model", ["fields", "type", "again", "never"])
def test_every_example_can_be_spoiled(scenarios: Any, example: Example, model: str) -> None:
    turn = Turn("chat", model, True, prompt=example.prompt, schema=example.schema)
    (part,) = compose(scenarios[f"structured/{model}"], turn).parts
    assert isinstance(part, Message)
    assert errors(json.loads("".join(part.pieces)), example.schema)
