"""Items that only the Responses dialect has: hosted tools, citations, phases, kinds yet unknown."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import openai
import pytest

from tests.oracle import FAST, client, sound, validated

SCRIPTS = {
    "items/annotations": ["message"],
    "items/apply-patch": ["apply_patch_call", "apply_patch_call"],
    "items/code-interpreter": ["message", "code_interpreter_call", "message"],
    "items/computer": ["computer_call"],
    "items/file-search": ["file_search_call", "message"],
    "items/image": ["image_generation_call", "message"],
    "items/local-shell": ["local_shell_call"],
    "items/mcp": ["mcp_list_tools", "mcp_call", "mcp_call", "message"],
    "items/mcp-approval": ["mcp_list_tools", "mcp_approval_request"],
    "items/phases": ["reasoning", "message", "web_search_call", "reasoning", "message", "message"],
    "items/shell": ["message", "shell_call"],
    "items/shell-container": ["shell_call", "shell_call_output", "message"],
    "items/web-search": ["web_search_call", "web_search_call", "web_search_call", "message"],
}

STAGES = {
    "apply_patch_call": [],
    "code_interpreter_call": [
        "code_interpreter_call.in_progress",
        "code_interpreter_call_code.delta",
        "code_interpreter_call_code.done",
        "code_interpreter_call.interpreting",
        "code_interpreter_call.completed",
    ],
    "computer_call": [],
    "file_search_call": ["file_search_call.in_progress", "file_search_call.searching",
                         "file_search_call.completed"],
    "image_generation_call": [
        "image_generation_call.in_progress",
        "image_generation_call.generating",
        "image_generation_call.partial_image",
        "image_generation_call.completed",
    ],
    "local_shell_call": [],
    "mcp_approval_request": [],
    "mcp_call": ["mcp_call.in_progress", "mcp_call_arguments.delta", "mcp_call_arguments.done",
                 "mcp_call.completed"],
    "mcp_list_tools": ["mcp_list_tools.in_progress", "mcp_list_tools.completed"],
    "shell_call": ["shell_call_command.added", "shell_call_command.delta",
                   "shell_call_command.done"],
    "shell_call_output": ["shell_call_output_content.delta", "shell_call_output_content.done"],
    "web_search_call": ["web_search_call.in_progress", "web_search_call.searching",
                        "web_search_call.completed"],
}  # fmt: skip

TOOLS: list[tuple[dict[str, Any], list[str]]] = [
    ({"type": "web_search"}, ["web_search_call", "message"]),
    ({"type": "web_search_preview"}, ["web_search_call", "message"]),
    ({"type": "file_search", "vector_store_ids": ["vs_1"]}, ["file_search_call", "message"]),
    (
        {"type": "code_interpreter", "container": {"type": "auto"}},
        ["code_interpreter_call", "message"],
    ),
    ({"type": "image_generation", "partial_images": 2}, ["image_generation_call", "message"]),
    (
        {
            "type": "mcp",
            "server_label": "lib",
            "server_url": "https://x",
            "require_approval": "never",
        },
        ["mcp_list_tools", "mcp_call", "message"],
    ),
    (
        {"type": "mcp", "server_label": "lib", "server_url": "https://x"},
        ["mcp_list_tools", "mcp_approval_request"],
    ),
    ({"type": "computer"}, ["computer_call"]),
    (
        {
            "type": "computer_use_preview",
            "display_width": 800,
            "display_height": 600,
            "environment": "browser",
        },
        ["computer_call"],
    ),
    ({"type": "shell"}, ["shell_call"]),
    (
        {"type": "shell", "environment": {"type": "container_auto"}},
        ["shell_call", "shell_call_output", "message"],
    ),
    ({"type": "apply_patch"}, ["apply_patch_call"]),
    ({"type": "local_shell"}, ["local_shell_call"]),
    ({"type": "tool_search"}, ["message"]),
]


def stages(events: list[Any], kind: str) -> list[str]:
    """The kinds of events of the first item of that kind, between its two ends, each once."""
    index = next(
        event.output_index
        for event in events
        if event.type == "response.output_item.added" and event.item.type == kind
    )
    own = [event for event in events if getattr(event, "output_index", None) == index]
    assert own[0].type == "response.output_item.added"
    assert own[-1].type == "response.output_item.done"
    return list(dict.fromkeys(event.type.removeprefix("response.") for event in own[1:-1]))


async def streamed(api: openai.AsyncOpenAI, **asked: Any) -> list[Any]:
    given = {"model": "sandbox", "input": "Hello", "extra_body": FAST, **asked}
    return [event async for event in await api.responses.create(**given, stream=True)]


@pytest.mark.parametrize(("model", "kinds"), SCRIPTS.items())
def test_every_item_has_the_events_of_its_kind(
    serving: Any, run: Any, model: str, kinds: list[str]
) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            events = await streamed(api, model=model)
        sound(events)
        assert [item.type for item in events[-1].response.output] == kinds
        assert events[-1].type == "response.completed"
        for kind in set(kinds) & STAGES.keys():
            assert stages(events, kind) == STAGES[kind]
        for event in events:
            if event.type == "response.output_item.added" and hasattr(event.item, "status"):
                assert event.item.status == ("in_progress" if event.item.status else None)

    run(drive())


@pytest.mark.parametrize(("tool", "kinds"), TOOLS)
def test_a_hosted_tool_that_is_offered_is_used(
    serving: Any, run: Any, tool: dict[str, Any], kinds: list[str]
) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            events = await streamed(api, tools=[tool], input="Find three words, please")
            sound(events)
            final = events[-1].response
            assert [item.type for item in final.output] == kinds
            assert final.tools[0].to_dict() == tool
            for kind in set(kinds) & STAGES.keys():
                assert stages(events, kind) == STAGES[kind]
            quiet = await streamed(api, tools=[tool], tool_choice="none")
            assert [item.type for item in quiet[-1].response.output] == ["message"]

    run(drive())


def test_a_failed_mcp_call_says_so(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            events = await streamed(api, model="items/mcp")
        ends = [event.type for event in events if event.type.startswith("response.mcp_call.")]
        assert ends == [
            "response.mcp_call.in_progress",
            "response.mcp_call.completed",
            "response.mcp_call.in_progress",
            "response.mcp_call.failed",
        ]
        _, good, bad, _ = events[-1].response.output
        assert (good.status, good.error) == ("completed", None)
        assert bad.status == "failed" and bad.error.type == "mcp_tool_execution_error"

    run(drive())


@pytest.mark.parametrize("approve", [True, False])
def test_an_mcp_call_waits_for_its_approval(serving: Any, run: Any, approve: bool) -> None:
    tool: Any = {"type": "mcp", "server_label": "lib", "server_url": "https://x"}

    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            first = await api.responses.create(
                model="sandbox", input="whales", tools=[tool], extra_body=FAST
            )
            wish: Any = first.output[-1]
            assert wish.type == "mcp_approval_request"
            answer: Any = {
                "type": "mcp_approval_response",
                "approval_request_id": wish.id,
                "approve": approve,
            }
            second = await api.responses.create(
                model="sandbox",
                input=[answer],
                previous_response_id=first.id,
                tools=[tool],
                extra_body=FAST,
            )
            validated(second)
            if approve:
                call, message = second.output
                assert call.type == "mcp_call" and call.approval_request_id == wish.id
                assert call.arguments == wish.arguments and "whales" in (call.output or "")
                assert call.output is not None and call.output in second.output_text
            else:
                (message,) = second.output
            assert message.type == "message"
            assert ("You allowed" if approve else "You declined") in second.output_text
            with pytest.raises(openai.BadRequestError, match="No approval request"):
                await api.responses.create(model="sandbox", input=[answer], tools=[tool])

    run(drive())


@pytest.mark.parametrize(
    ("model", "output"),
    [
        (
            "items/computer",
            {
                "type": "computer_call_output",
                "output": {"type": "computer_screenshot", "image_url": "data:image/png;base64,AA"},
            },
        ),
        (
            "items/shell",
            {
                "type": "shell_call_output",
                "output": [
                    {
                        "stdout": "/home",
                        "stderr": "",
                        "outcome": {"type": "exit", "exit_code": 0},
                    }
                ],
            },
        ),
        ("items/apply-patch", {"type": "apply_patch_call_output", "status": "completed"}),
    ],
)
def test_what_the_client_ran_is_answered(
    serving: Any, run: Any, model: str, output: dict[str, Any]
) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            first = await api.responses.create(model=model, input="Go", extra_body=FAST)
            calls: list[Any] = [item for item in first.output if item.type.endswith("_call")]
            outputs: list[Any] = [{**output, "call_id": call.call_id} for call in calls]
            second = await api.responses.create(
                model=model, input=outputs, previous_response_id=first.id, extra_body=FAST
            )
            assert [item.type for item in second.output] == ["message"]
            if model == "items/shell":
                assert "/home" in second.output_text
            with pytest.raises(openai.BadRequestError, match="No tool output found for"):
                await api.responses.create(
                    model=model,
                    input=[*outputs[1:], {"role": "user", "content": "And?"}],
                    previous_response_id=first.id,
                )
            with pytest.raises(openai.BadRequestError, match="No tool call found for"):
                await api.responses.create(model=model, input=outputs)

    run(drive())


def test_what_is_told_on_request_only(serving: Any, run: Any) -> None:
    include: Any = {
        "file_search_call.results": ("items/file-search", "results"),
        "code_interpreter_call.outputs": ("items/code-interpreter", "outputs"),
        "web_search_call.action.sources": ("items/web-search", "action"),
    }

    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            for name, (model, field) in include.items():
                told = []
                for asked in ([], [name]):
                    response = await api.responses.create(
                        model=model, input="Go", include=asked, extra_body=FAST
                    )
                    validated(response)
                    item = next(item for item in response.output if item.type.endswith("_call"))
                    value = getattr(item, field)
                    told.append(value.sources if field == "action" else value)
                assert told[0] is None and told[1]
            with pytest.raises(openai.BadRequestError) as caught:
                wrong: Any = ["everything"]
                await api.responses.create(model="sandbox", input="x", include=wrong)
            assert caught.value.param == "include[0]"

    run(drive())


def test_citations_name_the_words_they_stand_on(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            events = await streamed(api, model="items/annotations")
            cut = await api.responses.create(
                model="items/annotations", input="x", max_output_tokens=8, extra_body=FAST
            )
        (part,) = events[-1].response.output[0].content
        added = [
            event.annotation
            for event in events
            if event.type == "response.output_text.annotation.added"
        ]
        assert [row.type for row in added] == [
            "url_citation",
            "file_citation",
            "container_file_citation",
            "file_path",
        ]
        assert [row.to_dict() for row in part.annotations] == [row.to_dict() for row in added]
        page, file, table, path = part.annotations
        assert part.text[page.start_index : page.end_index] == "A page on the web"
        assert part.text[table.start_index : table.end_index] == "table.csv"
        assert part.text[: file.index].endswith("a file")
        assert part.text[: path.index].endswith("data.json")
        (message,) = cut.output
        assert message.type == "message" and message.content[0].type == "output_text"
        assert [row.type for row in message.content[0].annotations] == ["url_citation"]

    run(drive())


def test_commentary_is_told_from_the_answer(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            response = await api.responses.create(
                model="items/phases", input="How many days?", extra_body=FAST
            )
        phases = [item.phase for item in response.output if item.type == "message"]
        assert phases == ["commentary", "commentary", "final_answer"]

    run(drive())


def pixels(text: str) -> tuple[int, int]:
    """Width and height of a PNG in base64, whose data is as long as that takes."""
    data = base64.b64decode(text)
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR"
    width, height = struct.unpack(">II", data[16:24])
    start = data.index(b"IDAT") + 4
    (size,) = struct.unpack(">I", data[start - 8 : start - 4])
    assert len(zlib.decompress(data[start : start + size])) == height * (1 + 3 * width)
    return width, height


def test_pictures_are_pictures(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            tool: Any = {"type": "image_generation", "partial_images": 3, "size": "300x200"}
            events = await streamed(api, tools=[tool], input="A whale")
            other = await streamed(api, tools=[tool], input="A walrus")
        item = events[-1].response.output[0]
        partial = [
            event.partial_image_b64
            for event in events
            if event.type == "response.image_generation_call.partial_image"
        ]
        assert [pixels(text) for text in (*partial, item.result)] == [(300, 200)] * 4
        assert len({*partial, item.result}) == 4
        assert item.size == "300x200" and "A whale" in (item.revised_prompt or "")
        assert other[-1].response.output[0].result != item.result

    run(drive())


def test_a_kind_from_the_future(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            events = await streamed(api, model="items/unknown")
            final = events[-1].response
            item = final.output[0].to_dict()
            assert item["type"] == "hologram_call" and item["projection"]["depth"] == 5
            own = [event for event in events if getattr(event, "output_index", None) == 0]
            assert [event.type for event in own] == [
                "response.output_item.added",
                "response.hologram_call.projecting",
                "response.output_item.done",
            ]
            assert [event.sequence_number for event in events] == list(range(len(events)))
            again = await api.responses.create(
                model="sandbox",
                input=[{"role": "user", "content": "Hi"}, item, {"role": "user", "content": "So?"}],
                extra_body=FAST,
            )
            rows = [row async for row in api.responses.input_items.list(again.id, order="asc")]
            assert rows[1].to_dict() == item

    run(drive())


@pytest.mark.parametrize(
    ("choice", "text", "kinds"),
    [
        ("auto", "Do a web search, then call f", ["web_search_call", "function_call"]),
        ("auto", "Call f", ["function_call"]),
        ("auto", "Anything", ["web_search_call", "message"]),
        ({"type": "web_search"}, "Call f", ["web_search_call", "message"]),
        (
            {"type": "mcp", "server_label": "lib"},
            "Call f",
            ["mcp_list_tools", "mcp_call", "message"],
        ),
        ({"type": "function", "name": "f"}, "web search", ["function_call"]),
    ],
)
def test_which_tool_is_used(
    serving: Any, run: Any, choice: Any, text: str, kinds: list[str]
) -> None:
    tools: Any = [
        {"type": "web_search"},
        {"type": "function", "name": "f"},
        {"type": "mcp", "server_label": "lib", "server_url": "https://x",
         "require_approval": "never"},
    ]  # fmt: skip

    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            response = await api.responses.create(
                model="sandbox", input=text, tools=tools, tool_choice=choice, extra_body=FAST
            )
            assert [item.type for item in response.output] == kinds
            few = await api.responses.create(
                model="sandbox",
                input="web search, and again with lib",
                tools=tools,
                max_tool_calls=1,
                extra_body=FAST,
            )
            assert [item.type for item in few.output] == ["web_search_call", "message"]
            with pytest.raises(openai.BadRequestError) as caught:
                await api.responses.create(
                    model="sandbox", input="x", tools=tools, tool_choice={"type": "file_search"}
                )
            assert caught.value.param == "tool_choice"

    run(drive())


@pytest.mark.parametrize(
    ("tool", "param"),
    [
        ({"type": "teleport"}, "tools[0].type"),
        ({"type": "file_search"}, "tools[0].vector_store_ids"),
        ({"type": "code_interpreter"}, "tools[0].container"),
        ({"type": "mcp"}, "tools[0].server_label"),
        ({"type": "mcp", "server_label": "x"}, "tools[0].server_url"),
    ],
)
def test_a_tool_that_is_not_whole_is_refused(serving: Any, run: Any, tool: Any, param: str) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            with pytest.raises(openai.BadRequestError) as caught:
                await api.responses.create(model="sandbox", input="x", tools=[tool])
            assert caught.value.param == param

    run(drive())


def test_chat_completions_leave_such_items_out(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            chat = await api.chat.completions.create(
                model="items/web-search",
                messages=[{"role": "user", "content": "x"}],
                extra_body=FAST,
            )
            response = await api.responses.create(
                model="items/web-search", input="x", extra_body=FAST
            )
        assert chat.choices[0].message.content == response.output_text
        assert chat.choices[0].message.tool_calls is None

    run(drive())
