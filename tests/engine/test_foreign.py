"""What somebody else wrote is taken over whole, or there is a reason why not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.items import Message, Reasoning, ToolCall, ToolOutput
from playground.core.output import Output
from playground.core.presets import preset_of, write
from playground.core.problem import Failure, Problem
from playground.core.profile import Quirks
from playground.core.prompts import Said
from playground.core.session import Session
from playground.core.variables import Variable
from playground.endpoints import BY_ID
from playground.engine import foreign_keeping
from playground.engine.foreign import LARGEST, MOST, Foreign, read, recognised
from playground.engine.foreign_bodies import Asked
from playground.engine.preview import next_request
from playground.export import curl
from playground.export.base import Exported
from tests.engine.conftest import Bench, Opening
from tests.engine.test_filling import body_of

NOW = 1_800_000_000.0

SCHEMA = {"type": "object", "properties": {"z": {}, "a": {}}}
CHAT = {
    "model": "gpt-x",
    "stream": True,
    "temperature": 0.5,
    "stream_options": {"include_usage": True},
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url",
             "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"}},
        ]},
        {"role": "assistant", "content": None, "reasoning_content": "Hm.", "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
        ]},
        {"role": "tool", "tool_call_id": "c1", "content": "a cat"},
        {"role": "assistant", "content": "A cat."},
        {"role": "user", "content": "And {{this}}?"},
    ],
    "tools": [{"type": "function",
               "function": {"name": "look", "parameters": SCHEMA, "strict": True}}],
    "tool_choice": "auto",
    "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}},
    "new_field": {"a": [1]},
}  # fmt: skip
RESPONSES = {
    "model": "gpt-x",
    "instructions": "Be brief.",
    "reasoning": {"effort": "low"},
    "text": {"verbosity": "low", "format": {"type": "json_schema", "name": "n", "schema": SCHEMA,
                                            "strict": True}},
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "What is this?"}]},
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"},
        {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "a cat"},
        {"type": "message", "role": "assistant", "content": [
            {"type": "output_text", "text": "A cat.", "annotations": []}]},
        {"role": "user", "content": "And this?"},
    ],
    "tools": [
        {"type": "function", "name": "look", "parameters": SCHEMA, "strict": True},
        {"type": "web_search"},
        {"type": "mcp", "server_label": "x", "authorization": "marked",
         "require_approval": "never"},
    ],
}  # fmt: skip
PROMPT = {
    "id": "pmpt_68b0",
    "object": "prompt",
    "name": "Travel",
    "version": "3",
    "created_at": 1_700_000_000,
    "model": "gpt-x",
    "temperature": 0.2,
    "reasoning": {"effort": "low"},
    "messages": [
        {"type": "message", "role": "developer", "content": [
            {"type": "input_text", "text": "Plan for {{city}}."}]},
        {"role": "user", "content": "{{days}} days, {{mood}}"},
    ],
    "variables": {"city": {"type": "string", "default": "Lisboa", "description": "Where."},
                  "days": 3},
    "tools": [{"type": "web_search"}],
    "mystery": 1,
}  # fmt: skip


def data(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def only(value: Any) -> Asked:
    found = read(value if isinstance(value, bytes) else data(value), NOW)
    (asked,) = found.asked
    return asked


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (data(CHAT), "request"),
        (data(RESPONSES), "request"),
        (data({"model": "m", "prompt": "Once"}), "request"),
        (data({"model": "m", "prompt": {"id": "pmpt_1"}}), "request"),
        (data({"custom_id": "a", "url": "/v1/responses", "body": RESPONSES}), "request"),
        (data(CHAT) + b"\n" + data(CHAT), "request"),
        (data(CHAT["messages"]), "messages"),
        (data(PROMPT), "prompt"),
        (data([PROMPT, PROMPT]), "prompt"),
        (write(preset_of("", Call())), "preset"),
        (b"curl https://x -d 1", "curl"),
        ("\ufeffcurl x".encode("utf-16-le"), "curl"),
        (data({"format": "playground.run", "input": []}), None),
        (data({"id": "resp_1", "object": "response", "output": [], "input": []}), None),
        (data({"object": "chat.completion", "choices": [], "messages": []}), None),
        (data({"log": {"entries": []}}), None),
        (b"event: response.created\ndata: {}\n\n", None),
        (b"", None),
        (b"[]", None),
        (b"\xff\xff", None),
        (b"[" * 100_000, None),
        (b"{", None),
    ],
)  # fmt: skip
def test_files_are_known_by_what_they_say(value: bytes, kind: str | None) -> None:
    assert recognised(value) == kind


def test_a_chat_becomes_a_call_and_a_conversation() -> None:
    asked = only(CHAT)
    call = asked.call
    assert (call.api, call.model, call.stream, call.instructions) == (
        "chat", "gpt-x", True, "Be brief.",
    )  # fmt: skip
    assert call.fields == {"temperature": 0.5, "tool_choice": "auto"}
    assert call.extra == {"new_field": {"a": [1]}}
    assert call.output == Output(mode="json_schema", name="n", strict=False, json_schema=SCHEMA)
    assert [(tool.name, tool.strict, tool.parameters) for tool in call.tools] == [
        ("look", True, SCHEMA)
    ]
    user, thought, called, output, answer, last = asked.said
    assert isinstance(user, Message) and str(user.text) == "What is this?"
    assert user.parts == [
        {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "low"}
    ]
    assert isinstance(thought, Reasoning) and str(thought.text) == "Hm."
    assert isinstance(called, ToolCall) and called.state == "done"
    assert isinstance(output, ToolOutput) and output.output == "a cat"
    assert isinstance(answer, Message) and isinstance(last, Message)
    assert str(last.text) == "And {{this}}?" and last.template == ""


def test_a_response_becomes_a_call_and_a_conversation() -> None:
    asked = only(RESPONSES)
    call = asked.call
    assert call.fields == {"reasoning.effort": "low", "text.verbosity": "low"}
    assert call.output == Output(mode="json_schema", name="n", strict=True, json_schema=SCHEMA)
    assert [(tool.name, tool.kind) for tool in call.tools] == [
        ("look", "function"), ("web_search", "hosted"), ("x", "hosted"),
    ]  # fmt: skip
    assert call.tools[2].hosted == {"type": "mcp", "server_label": "x"}
    assert asked.notices == ["Of the tool x was left out: authorization, require_approval."]
    kinds = [type(item).__name__ for item in asked.said]
    assert kinds == ["Message", "Reasoning", "ToolCall", "ToolOutput", "Message", "Message"]


def test_a_request_says_the_same_again() -> None:
    """Whoever takes over a request and sends it sends that request."""
    for body, api in ((CHAT, "chat"), (RESPONSES, "responses")):
        asked = only(body)
        made = BY_ID[asked.call.api].body(asked.call, asked.said, Quirks(), None)
        wanted = json.loads(json.dumps(body))
        if api == "chat":  # what a server that knows no reasoning does not get back
            del wanted["messages"][2]["reasoning_content"]
            wanted["response_format"]["json_schema"]["strict"] = False
        else:
            del wanted["tools"][2]["authorization"], wanted["tools"][2]["require_approval"]
            wanted["input"][0]["content"] = "What is this?"
        assert made == wanted


def test_several_requests_are_read_by_line() -> None:
    lines = [
        {"custom_id": "one", "method": "POST", "url": "/v1/chat/completions", "body": CHAT},
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
        RESPONSES,
        CHAT["messages"],
    ]
    found = read(b"\n".join(map(data, lines)) + b"\n\n", NOW)
    assert [one.api for one in found.asked] == ["chat", "chat", "responses", None]
    assert found.asked[0].title == "one"


def test_a_saved_prompt_becomes_one_of_ours() -> None:
    found = read(data(PROMPT), NOW)
    (prompt,) = found.prompts
    assert (prompt.title, prompt.folder) == ("Travel", "Imported")
    (version,) = prompt.versions
    assert (version.number, version.created) == (3, 1_700_000_000.0)
    assert version.content.messages == (
        Said(role="developer", text="Plan for {{city}}."),
        Said(role="user", text="{{days}} days, {{mood}}"),
    )
    assert version.content.variables == (
        Variable(name="city", default="Lisboa", help="Where."),
        Variable(name="days", type="integer", default=3),
        Variable(name="mood"),
    )
    assert any("mystery" in note for note in found.notices)
    assert found.asked == []


@pytest.mark.parametrize(
    "variables",
    [["city"], [{"name": "city"}], [{"key": "city", "type": "string"}], {"city": None}, None,
     {"city": {"type": "input_text"}}],
)  # fmt: skip
def test_variables_are_read_in_any_of_their_ways(variables: Any) -> None:
    (prompt,) = read(data({**PROMPT, "variables": variables}), NOW).prompts
    declared = {one.name: one.type for one in prompt.versions[0].content.variables}
    assert declared == {"city": "text", "days": "text", "mood": "text"}


def test_versions_keep_their_numbers_where_these_can_be_right() -> None:
    text = {"prompt_id": "pmpt_1", "prompt": "Say {{x}}."}
    rows = [{"version": 5, "prompt": "b"}, {"version": 2, "prompt": "a"}]
    (prompt,) = read(data({**text, "id": "pmpt_1", "versions": rows}), NOW).prompts
    assert [(one.number, one.content.messages[0].text) for one in prompt.versions] == [
        (2, "a"), (5, "b"),
    ]  # fmt: skip
    same = [{"version": 2, "prompt": "b"}, {"version": 2, "prompt": "a"}]
    (prompt,) = read(data({**text, "id": "pmpt_1", "versions": same}), NOW).prompts
    assert [one.number for one in prompt.versions] == [1, 2]
    (prompt,) = read(data(text), NOW).prompts
    assert prompt.versions[0].content.messages == (Said(role="developer", text="Say {{x}}."),)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"", "Expecting value: line 1 column 1"),
        (b"{", "line 1 column 2"),
        (b"<html>", "Expecting value"),
        (b"\xff\xfea", "truncated data"),
        (b"\xff", "invalid start byte"),
        (b"[" * 100_000, "recursion"),
        (data({"a": 1}), "it asks nothing"),
        (data([1]), "no list of messages"),
        (data({**CHAT, "temperature": float("nan")}), "NaN"),
        (data({"messages": [1], "model": "m"}), "Message 1 is no object with a role"),
        (data({"messages": [{"role": "user", "content": [1]}]}), "neither text nor an object"),
        (data({"messages": [{"role": "assistant", "tool_calls": [{}]}]}), "has no id"),
        (data({"input": [1], "model": "m"}), "Item 1 of the input is no object"),
        (data({"input": [{"content": ""}], "model": "m"}), "neither a type nor a role"),
        (data(CHAT) + b"\n{broken\n" + data(CHAT), "Line 2: Expecting property name"),
        (b'{"model": "m", "input": "x", "temperature": 1e999}', "1e999 is larger"),
        (data(CHAT) + b"\n" + data({"a": 1}), "Line 2: It has neither"),
        (b"\n".join([data({"messages": []})] * (MOST + 1)), "up to 1,000 are read"),
        (data({"model": "m", "input": "x", "a": json.loads("[" * 300 + "]" * 300)}), "200 levels"),
        (b" " * (LARGEST + 1), "are read"),
        (data({"id": "pmpt_1", "version": "2"}), "only its id is here"),
        (data({**PROMPT, "messages": [{"role": "robot", "content": ""}]}), "no role that is known"),
        (data({**PROMPT, "messages": [{"role": "user", "content": [{"type": "input_image"}]}]}),
         "more than text"),
        (data({**PROMPT, "versions": [3]}), "Version 1 is no object"),
        (b"curl https://x/v1/responses", "it sends nothing"),
        (b"curl https://x/v1/responses -d '{'", "is no JSON: Expecting"),
        (b"curl https://x/v1/responses -d '[]'", "no object"),
        (b"curl https://x/v1/embeddings -d '{\"input\": \"a\"}'", "no conversation"),
        (b"curl https://[x -d '{\"input\": \"a\"}'", "no address"),
        (b"curl https://x/v1/responses -d @body.json", "the file body.json"),
        (b'{"format": "playground.preset", "version": 99}', "version 99"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_whole_with_a_reason(value: bytes, words: str) -> None:
    with pytest.raises(Failure) as raised:
        read(value, NOW)
    assert words in raised.value.problem.detail


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["role", "content", "type", "input", "messages", "tools", "text", "format",
                         "id", "variables", "versions", "name", "model", "prompt", "function"]),
        inner | st.sampled_from(["user", "assistant", "pmpt_1", "function", "message", "tool"]),
        max_size=6,
    ),
    max_leaves=25,
)  # fmt: skip


@given(JSON)
def test_any_json_is_read_or_there_is_a_reason(value: Any) -> None:
    for wrapped in (
        value,
        {"messages": value},
        {"input": value},
        {"id": "pmpt_1", "messages": value},
    ):
        try:
            read(data(wrapped), NOW)
        except Failure as failure:
            assert failure.problem.detail and not failure.problem.bug


# Kept.


async def kept(bench: Bench, value: Any) -> tuple[Foreign, list[Session]]:
    found = read(value if isinstance(value, bytes) else data(value), NOW)
    sessions = await foreign_keeping.keep(
        bench.workspace, bench.app.prompts, found, bench.app.profiles(), bench.profile
    )
    return found, sessions


async def test_the_last_question_is_the_draft_and_nothing_is_sent(opening: Opening) -> None:
    async with opening() as bench:
        before = bench.sandbox.newest()
        _, (session,) = await kept(bench, CHAT)
        (run,) = session.path()
        assert run.silent and session.draft == "And {{this}}?" and not session.call.tools
        assert session.title == "What is this?" and "tool_choice" not in session.call.fields
        withheld = session.call.withheld
        assert [tool.name for tool in withheld.tools] == ["look"]
        assert "tool_choice" in withheld.fields and not run.call.withheld
        assert bench.sandbox.newest() == before
        loaded = await bench.workspace.sessions.load(session.id)
        assert loaded.call == session.call and loaded.draft == session.draft
        bench.workspace.open.clear()
        loaded = await bench.workspace.sessions.load(session.id)
        assert [one.input for one in loaded.path()] == [run.input]


@pytest.mark.parametrize("api", ["chat", "responses"])
async def test_a_command_that_was_exported_asks_the_same(api: str, opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session(api, temperature=0.5)
        session.call.instructions = "Be “brief”: it's $5 `now`."
        await bench.ask(session, "First \\ 'question'\n")
        run = await bench.ask(session, "And then\t{{this}}?")
        text = curl.write(Exported(run, bench.profile))
        _, (made,) = await kept(bench, text.encode())
        plain: list[Any] = [Message(key="in:0", role="user")]
        plain[0].text.append(made.draft)
        shown = next_request(bench.workspace, made, plain, keyed=False)
        assert json.loads(shown.address.body) == body_of(run)
        assert made.profile == session.profile


async def test_a_preset_becomes_a_session_that_is_a_template(opening: Opening) -> None:
    async with opening() as bench:
        call = Call(api="chat", model="m", instructions="Of {{city}}.")
        call.variables = [Variable(name="city", default="Lisboa")]
        said = (Said(role="user", text="{{city}}?"), Said(role="assistant", text="Yes."),
                Said(role="user", text="And {{city}}?"))  # fmt: skip
        found, (session,) = await kept(bench, write(preset_of("Cities", call, said)))
        assert found.preset is not None and session.title == "Cities"
        assert session.call.instructions == "Of {{city}}." and session.call.variables
        assert session.draft == "And {{city}}?"
        (run,) = session.path()
        assert isinstance(run.input[0], Message)
        assert (str(run.input[0].text), run.input[0].template) == ("Lisboa?", "{{city}}?")
        again = bench.workspace.again(session, run)
        assert isinstance(again.input[0], Message) and str(again.input[0].text) == "Lisboa?"
        call.variables = [Variable(name="city")]
        found, (session,) = await kept(bench, write(preset_of("Cities", call, said)))
        assert any("city has no value" in note for note in found.notices)
        assert isinstance(session.path()[0].input[0], Message)
        assert str(session.path()[0].input[0].text) == "{{city}}?"


async def test_prompts_go_into_the_library(opening: Opening) -> None:
    async with opening() as bench:
        found, sessions = await kept(bench, PROMPT)
        assert sessions == []
        (row,) = await bench.app.prompts.list()
        assert await bench.app.prompts.load(row.id) == found.prompts[0]


async def test_where_something_fails_nothing_is_kept(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opening() as bench:
        begin, count = bench.workspace.sessions.begin, 0

        async def full(run: Any) -> None:
            nonlocal count
            count += 1
            if count == 2:
                raise Failure(Problem(title="The disk is full."))
            await begin(run)

        monkeypatch.setattr(bench.workspace.sessions, "begin", full)
        with pytest.raises(Failure, match="disk is full"):
            await kept(bench, data(CHAT) + b"\n" + data(CHAT))
        assert await bench.workspace.sessions.list() == [] and not bench.workspace.open


async def test_a_session_goes_where_its_command_went(opening: Opening) -> None:
    async with opening() as bench:
        url = f"{bench.profile.base_url.rstrip('/')}/responses"
        found, (session,) = await kept(bench, f'curl {url} --json \'{{"input":"a"}}\''.encode())
        assert session.draft == "a" and not any("goes to" in note for note in found.notices)
        other = b'curl https://gone.example/v1/responses --json \'{"input":"a"}\''
        found, (session,) = await kept(bench, other)
        assert session.profile == bench.profile.id
        assert any("https://gone.example/v1" in note for note in found.notices)
