"""Every event and every kind of item of the Responses API comes to something."""

from __future__ import annotations

import pytest

from playground.core.call import Call
from playground.core.items import (
    HostedCall,
    Item,
    Message,
    Reasoning,
    ToolCall,
    ToolOutput,
)
from playground.core.profile import Quirks
from playground.endpoints.responses import body
from playground.endpoints.responses_reading import HANDLERS
from tests.endpoints.responses_streams import (
    EVENTS,
    ITEMS,
    Json,
    added,
    done,
    event,
    final,
    item,
    read,
)

AT = {"item_id": "it_1", "output_index": 0}
CLASSES: dict[str, type[Item]] = {
    "message": Message,
    "reasoning": Reasoning,
    "function_call": ToolCall,
    "custom_tool_call": ToolCall,
    "function_call_output": ToolOutput,
    "custom_tool_call_output": ToolOutput,
}


def test_every_type_of_event_is_read() -> None:
    assert set(EVENTS) <= set(HANDLERS)
    assert len(EVENTS) == 59


@pytest.mark.parametrize("kind", ITEMS)
def test_every_kind_of_item_is_kept_and_sent_back_untouched(kind: str) -> None:
    wire = item(kind, beside="kept")
    for seen in (
        read(added({**wire, "status": "in_progress"}), done(wire), final()),
        read(done(wire), final()),
        read(final(output=[wire])),
    ):
        (one,) = seen.items
        assert isinstance(one, CLASSES.get(kind, HostedCall))
        assert one.wire == wire
        assert seen.outcome == "completed"
        sent = body(Call(), [*seen.items, *_answers(wire)], Quirks())
        assert (wire in sent["input"]) is (kind != "reasoning")  # it led to nothing here


def _answers(wire: Json) -> list[Item]:
    """What a client adds to a call."""
    call_id = str(wire.get("call_id") or wire["id"])
    return [] if wire["type"].endswith("_output") else [ToolOutput(call_id=call_id, output="4")]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("apply_patch_call", "@@ -1 +1"),
        ("apply_patch_call_output", "no such file"),
        ("code_interpreter_call", "print(1)"),
        ("local_shell_call", "ls -l"),
        ("local_shell_call_output", "total 0"),
        ("mcp_approval_request", "{}"),
        ("mcp_call", "{}"),
        ("program", "await f()"),
        ("program_output", "done"),
        ("shell_call", "ls\npwd"),
        ("shell_call_output", "a\nb\n"),
        ("tool_search_call", '{"q": "x"}'),
        ("web_search_call", ""),
    ],
)
def test_the_text_of_a_hosted_call(kind: str, code: str) -> None:
    (one,) = read(done(item(kind)), final()).items
    assert isinstance(one, HostedCall)
    assert (one.type, str(one.code)) == (kind, code)
    assert one.status == ("failed" if kind == "apply_patch_call_output" else "completed")


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (kind, word)
        for kind, words in {
            "code_interpreter_call": ("in_progress", "interpreting", "completed"),
            "compaction": ("compacting",),
            "file_search_call": ("in_progress", "searching", "completed"),
            "image_generation_call": ("in_progress", "generating", "completed"),
            "mcp_call": ("in_progress", "completed", "failed"),
            "mcp_list_tools": ("in_progress", "completed", "failed"),
            "web_search_call": ("in_progress", "searching", "completed"),
        }.items()
        for word in words
    ],
)
def test_how_far_a_hosted_call_has_got(kind: str, word: str) -> None:
    bare = {"type": kind, "id": "it_1"}
    (one,) = read(added(bare), event(f"{kind}.{word}", **AT)).items
    assert isinstance(one, HostedCall)
    assert (one.type, one.status) == (kind, word)
    (alone,) = read(event(f"{kind}.{word}", **AT)).items
    assert isinstance(alone, HostedCall)
    assert (alone.type, alone.status) == (kind, word)


@pytest.mark.parametrize(
    ("kind", "stem", "source"),
    [
        ("code_interpreter_call", "code_interpreter_call_code", "code"),
        ("mcp_call", "mcp_call_arguments", "arguments"),
        ("apply_patch_call", "apply_patch_call_operation_diff", "diff"),
        ("shell_call", "shell_call_command", "command"),
    ],
)
def test_what_a_hosted_call_runs_streams_in(kind: str, stem: str, source: str) -> None:
    begun = added({"type": kind, "id": "it_1"})
    pieces = [event(f"{stem}.delta", **AT, delta=piece) for piece in ("ab", "c")]
    (cut,) = read(begun, *pieces).items
    assert isinstance(cut, HostedCall) and str(cut.code) == "abc"
    (whole,) = read(begun, *pieces, event(f"{stem}.done", **AT, **{source: "abd"})).items
    assert isinstance(whole, HostedCall) and str(whole.code) == "abd"
    assert whole.code.version == 1


def test_commands_are_lines_and_name_no_item() -> None:
    rows: list[Json] = [added({"type": "shell_call", "id": "it_1"}, 3)]
    for number, command in enumerate(("ls", "pwd")):
        at = {"output_index": 3, "command_index": number}
        rows.append(event("shell_call_command.added", **at, command=""))
        rows.append(event("shell_call_command.delta", **at, delta=command[:1]))
        rows.append(event("shell_call_command.delta", **at, delta=command[1:]))
        rows.append(event("shell_call_command.done", **at, command=command))
    (one,) = read(*rows).items
    assert isinstance(one, HostedCall) and str(one.code) == "ls\npwd"
    assert one.code.version == 0


@pytest.mark.parametrize("announced", [True, False])
def test_what_commands_print_stands_beside_them(announced: bool) -> None:
    call = {"type": "shell_call", "id": "it_1", "call_id": "c"}
    output = {"type": "shell_call_output", "id": "it_2", "call_id": "c"}
    at = {"item_id": "it_2" if announced else "it_1", "output_index": 1, "command_index": 0}
    seen = read(
        added(call),
        *([added(output, 1)] if announced else []),
        event("shell_call_output_content.delta", **at, delta={"stdout": "a\n"}),
        event("shell_call_output_content.delta", **at, delta={"stderr": "b\n"}),
        event("shell_call_output_content.done", **at, output=[{"stdout": "a\n", "stderr": "b\n"}]),
    )
    one, other = seen.items
    assert isinstance(one, HostedCall) and not one.code
    assert isinstance(other, HostedCall) and str(other.code) == "a\nb\n"
    assert other.type == "shell_call_output"


def test_images_come_in_previews_and_the_last_one_counts() -> None:
    rows = [
        event("image_generation_call.partial_image", **AT, partial_image_b64=data)
        for data in ("b25l", "dHdv")
    ]
    (one,) = read(added({"type": "image_generation_call", "id": "it_1"}), *rows).items
    assert isinstance(one, HostedCall) and one.image == "dHdv"


def test_speech_names_no_item_and_is_no_repair() -> None:
    rows = [event("audio.delta", delta=piece) for piece in ("AA", "BB", "CC")]
    rows += [event("audio.transcript.delta", delta=piece) for piece in ("Hel", "lo")]
    rows += [event("audio.done"), event("audio.transcript.done", transcript="Hello!")]
    seen = read(*rows, final())
    (one,) = seen.messages()
    assert (one.audio, seen.text, seen.repairs) == ({"data": "AABBCC"}, "Hello!", [])
