"""What goes to the Responses API: every field at its place, and the conversation as it is taken."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from playground.core.call import Call, State
from playground.core.endpoint import Kept, Kind, Parameter
from playground.core.items import (
    HostedCall,
    Item,
    Message,
    Reasoning,
    Text,
    ToolCall,
    ToolOutput,
    Unknown,
)
from playground.core.profile import Fields, Quirks
from playground.endpoints.responses import RESPONSES, body
from playground.sandbox.parameters import RESPONSES as ACCEPTED
from tests.endpoints.responses_streams import done, final, item, read

PARAMETERS = RESPONSES.parameters
GROUPS = ("", "Reasoning", "Output", "Tools", "State", "Cache and tier", "Other")
OURS = {"input", "instructions", "model", "stream"}
"""Fields that are made of other things than switches."""

USER = Message(role="user", text=Text("Hi"))
USER_ROW = {"role": "user", "content": "Hi"}


def sent(*items: Item, **call: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = body(Call(**call), items, Quirks())["input"]
    return rows


def wired(cls: type[Item], kind: str, **more: Any) -> Item:
    """An item as the server wrote it."""
    made = cls(wire=item(kind, **more))
    if isinstance(made, HostedCall | Unknown):
        made.type = kind
    if isinstance(made, ToolCall | ToolOutput):
        made.call_id = made.wire["call_id"]
    return made


THOUGHT = wired(Reasoning, "reasoning")
SAID = wired(Message, "message")
CALL = wired(ToolCall, "function_call")
OUTPUT = ToolOutput(call_id="c", output="4")
OUTPUT_ROW = {"type": "function_call_output", "call_id": "c", "output": "4"}


# Fields.


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda one: one.path)
def test_each_field_is_off_until_it_is_switched_on_and_then_at_its_path(
    parameter: Parameter,
) -> None:
    bare = {"model": "m", "input": [USER_ROW], "stream": True}
    assert body(Call(model="m"), [USER], Quirks()) == bare
    expected: Any = parameter.start
    for name in reversed(parameter.path.split(".")):
        expected = {name: expected}
    call = Call(model="m", fields={parameter.path: parameter.start})
    assert body(call, [USER], Quirks()) == {**bare, **expected}


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda one: one.path)
def test_each_field_says_what_it_is(parameter: Parameter) -> None:
    assert parameter.kind in get_args(Kind)
    assert parameter.help.endswith(".") and parameter.help.count(". ") == 0
    assert parameter.group in GROUPS
    assert parameter.start is not None
    match parameter.kind:
        case "choice":
            assert parameter.start in parameter.choices
        case "integer" | "number":
            assert parameter.low is not None and parameter.start >= parameter.low
            assert parameter.high is None or parameter.start <= parameter.high
        case "boolean":
            assert isinstance(parameter.start, bool)
        case "text":
            assert isinstance(parameter.start, str)
        case "json":
            pass


def test_every_field_of_the_request_is_there_once() -> None:
    paths = [parameter.path for parameter in PARAMETERS]
    assert len(set(paths)) == len(paths)
    assert {path.partition(".")[0] for path in paths} | OURS == set(ACCEPTED)
    assert len([one for one in PARAMETERS if not one.group]) <= 8
    groups = [one.group for one in PARAMETERS]
    assert groups == sorted(groups, key=GROUPS.index)


def test_all_fields_at_once_do_not_get_into_each_others_way() -> None:
    call = Call(fields={one.path: one.start for one in PARAMETERS})
    made = body(call, [], Quirks())
    for one in PARAMETERS:
        value: Any = made
        for name in one.path.split("."):
            value = value[name]
        assert value == one.start


def test_options_of_a_stream_go_only_with_one() -> None:
    fields = {"stream_options.include_obfuscation": False, "top_p": 0.5}
    assert body(Call(stream=True, fields=fields), [], Quirks())["stream_options"] == {
        "include_obfuscation": False
    }
    assert set(body(Call(stream=False, fields=fields), [], Quirks())) == {"model", "input", "top_p"}
    extra = {"stream_options": {"x": 1}}  # what the user wants whatever it is
    call = Call(stream=False, fields=fields, extra=extra)
    assert body(call, [], Quirks())["stream_options"] == {"x": 1}


def test_quirks_of_the_server_and_of_its_models() -> None:
    fields = {"reasoning.effort": "low", "store": True, "max_output_tokens": 9}
    quirks = Quirks(
        drop=["store", "stream"],
        models={"m": Fields(rename={"max_output_tokens": "limit"}, drop=["reasoning.effort"])},
    )
    call = Call(model="m", instructions="Be brief.", fields=fields, extra={"limit": 10})
    assert body(call, [USER], quirks) == {
        "model": "m",
        "input": [USER_ROW],
        "instructions": "Be brief.",
        "limit": 10,
    }
    other = body(call.model_copy(update={"model": "n", "extra": {}}), [USER], quirks)
    assert other["max_output_tokens"] == 9 and other["reasoning"] == {"effort": "low"}


# What the server has already.


CHAIN = [USER, THOUGHT, SAID, Message(role="user", text=Text("And?"))]
NEW = {"role": "user", "content": "And?"}


@pytest.mark.parametrize(
    ("state", "kept", "expected"),
    [
        ("history", None, {}),
        ("previous_response_id", Kept(3, "resp_1"), {"previous_response_id": "resp_1"}),
        ("conversation", Kept(3, "resp_1", "conv_1"), {"conversation": "conv_1"}),
        ("conversation", Kept(0, "", "conv_1"), {"conversation": "conv_1"}),
        ("previous_response_id", Kept(3, "resp_1", "conv_1"), {"previous_response_id": "resp_1"}),
        ("previous_response_id", Kept(3, "", "conv_1"), {"conversation": "conv_1"}),
        ("previous_response_id", Kept(3), {}),
    ],
)
def test_chains_over_what_the_server_keeps(
    state: State, kept: Kept | None, expected: dict[str, str]
) -> None:
    made = body(Call(state=state), CHAIN, Quirks(), kept)
    names = {"previous_response_id", "conversation"}
    assert {name: made[name] for name in names & set(made)} == expected
    whole = not expected or (kept is not None and not kept.after)
    assert made["input"] == (sent(*CHAIN) if whole else [NEW])
    assert len(sent(*CHAIN)) == 4


@pytest.mark.parametrize("name", ["previous_response_id", "conversation"])
def test_a_state_that_the_user_names_wins_and_stands_alone(name: str) -> None:
    for state, kept in (
        ("previous_response_id", Kept(3, "resp_1")),
        ("conversation", Kept(3, "resp_1", "conv_1")),
    ):
        call = Call(state=state, fields={name: "mine"})  # type: ignore[arg-type]
        made = body(call, CHAIN, Quirks(), kept)
        assert made[name] == "mine" and made["input"] == [NEW]
        assert len({"previous_response_id", "conversation"} & set(made)) == 1


def test_the_output_of_a_call_that_the_server_has() -> None:
    custom = wired(ToolCall, "custom_tool_call")
    custom.type = "custom"  # type: ignore[attr-defined]
    for call, kind in ((CALL, "function_call_output"), (custom, "custom_tool_call_output")):
        history = [USER, call, OUTPUT]
        made = body(Call(), history, Quirks(), Kept(2, "resp_1"))
        assert made["input"] == [{"type": kind, "call_id": "c", "output": "4"}]
        assert sent(*history)[1:] == [call.wire, {"type": kind, "call_id": "c", "output": "4"}]


# Messages.


IMAGE = {"type": "input_image", "image_url": "data:image/png;base64,AA", "detail": "high"}
FILE = {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AA"}
AUDIO = {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}}


@pytest.mark.parametrize(
    ("message", "row"),
    [
        (USER, USER_ROW),
        (
            Message(role="developer", text=Text("Be brief.")),
            {"role": "developer", "content": "Be brief."},
        ),
        (
            Message(role="user", text=Text("What?"), parts=[IMAGE, FILE, AUDIO]),
            {
                "role": "user",
                "content": [{"type": "input_text", "text": "What?"}, IMAGE, FILE, AUDIO],
            },
        ),
        (Message(role="user", parts=[IMAGE]), {"role": "user", "content": [IMAGE]}),
        (Message(text=Text("4")), {"role": "assistant", "content": "4"}),
        (
            Message(text=Text("4"), phase="commentary"),
            {"role": "assistant", "content": "4", "phase": "commentary"},
        ),
        (Message(refusal=Text("No.")), {"role": "assistant", "content": "No."}),
        (Message(audio={"transcript": "Four."}), {"role": "assistant", "content": "Four."}),
        (Message(), None),
        (Message(role="user"), None),
        (Message(text=Text("another choice"), choice=1), None),
    ],
)
def test_messages(message: Message, row: dict[str, Any] | None) -> None:
    assert sent(message) == ([] if row is None else [row])


# What a server refuses.


REQUEST = wired(HostedCall, "shell_call")
PRINTED = wired(HostedCall, "shell_call_output")
SEARCH = wired(HostedCall, "web_search_call")


@pytest.mark.parametrize(
    ("items", "kept"),
    [
        ([USER, THOUGHT, SAID], [0, 1, 2]),
        ([USER, THOUGHT, CALL, OUTPUT], [0, 1, 2, 3]),
        ([USER, THOUGHT, CALL], [0]),  # nobody answered
        ([USER, THOUGHT, CALL, USER], [0, 3]),
        ([USER, THOUGHT], [0]),  # cut off before what it led to
        ([USER, THOUGHT, USER], [0, 2]),
        ([USER, THOUGHT, THOUGHT, SAID], [0, 1, 2, 3]),
        ([THOUGHT, CALL, THOUGHT, SAID, OUTPUT], [0, 1, 2, 3, 4]),
        ([THOUGHT, ToolCall(call_id="d"), CALL, OUTPUT], [0, 2, 3]),  # led to what is answered too
        ([THOUGHT, CALL, ToolCall(call_id="d"), OUTPUT], [0, 1, 3]),
        ([THOUGHT, OUTPUT], [1]),
        ([THOUGHT, SEARCH, SAID], [0, 1, 2]),
        ([THOUGHT, REQUEST], []),  # the client was asked to run it, and did not
        ([THOUGHT, REQUEST, PRINTED], [0, 1, 2]),
        ([wired(HostedCall, "tool_search_call")], [0]),  # the server's own
        ([wired(HostedCall, "tool_search_call", execution="client", call_id="x")], []),
        ([wired(HostedCall, "web_search_call", status="searching")], []),  # never became whole
        ([wired(Unknown, "web_search_call")], [0]),
        ([HostedCall(type="mcp_call")], []),
        ([Unknown(type="hologram")], []),
    ],
)
def test_all_goes_back_but_what_the_server_would_refuse(items: list[Item], kept: list[int]) -> None:
    expected = [items[number] for number in kept]
    rows = [USER_ROW if one is USER else one.wire or OUTPUT_ROW for one in expected]
    assert sent(*items) == rows


def test_reasoning_goes_only_with_what_it_led_to_as_the_server_wrote_it() -> None:
    cut = Message(text=Text("4 an"))
    assert sent(THOUGHT, cut) == [{"role": "assistant", "content": "4 an"}]


def test_which_calls_wait_for_the_client() -> None:
    asked = wired(HostedCall, "tool_search_call", execution="client", call_id="x")
    for items, waiting in (
        ([USER, CALL], True),
        ([CALL, OUTPUT], False),
        ([REQUEST, PRINTED], False),
        ([REQUEST], True),
        ([asked], True),
        ([SEARCH, SAID, wired(HostedCall, "tool_search_call")], False),
    ):
        assert RESPONSES.waits(items) is waiting


def test_what_was_cut_off_is_not_sent_as_if_it_were_whole() -> None:
    half = {"type": "web_search_call", "id": "ws_1"}
    begun = {"type": "response.output_item.added", "output_index": 1, "item": half}
    strange = {"type": "response.output_item.added", "output_index": 2,
               "item": {"type": "hologram", "id": "h_1"}}  # fmt: skip
    cut = read(done(item("message")), begun, strange)
    assert [one.wire is not None for one in cut.items] == [True, True, True]  # to be looked at
    assert sent(*cut.items) == [item("message")]
    whole = read(done(item("message")), begun, done(item("web_search_call", "ws_1"), 1), final())
    assert sent(*whole.items) == [item("message"), item("web_search_call", "ws_1")]


WISH = wired(HostedCall, "mcp_approval_request")
LEAVE = HostedCall(
    type="mcp_approval_response",
    wire={"type": "mcp_approval_response", "approval_request_id": "w", "approve": True},
)
MADE = HostedCall(type="mcp_call", wire={"type": "mcp_call", "approval_request_id": "w"})


@pytest.mark.parametrize(
    ("items", "given"),
    [
        ([WISH, LEAVE], True),
        ([WISH, LEAVE, MADE, SAID, USER], True),
        ([WISH, LEAVE, SAID, USER], False),  # the call was never made
        ([WISH, LEAVE, USER, MADE], True),
    ],
)
def test_leave_holds_until_the_user_speaks_again(items: list[Item], given: bool) -> None:
    assert (LEAVE.wire in sent(*items)) is given
