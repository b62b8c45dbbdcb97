"""What is counted of a request and an answer whose server reports nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from playground.core.call import Call
from playground.core.items import HostedCall, Item, Message, Reasoning, Text, ToolCall
from playground.core.parts import part_of
from playground.core.profile import Profile, Quirks
from playground.core.session import Run
from playground.core.transcript import Transcript
from playground.core.usage import Usage
from playground.counting.prices import price
from playground.endpoints import BY_ID
from playground.engine.accounting import account, charged, made_in, read_of

PARTS = [part_of("a.png", b"x" * 9999), part_of("b.pdf", b"x" * 9999), part_of("c.wav", b"x" * 999)]


@pytest.mark.parametrize("api", BY_ID)
def test_the_words_of_a_request_are_counted_and_not_what_is_attached(api: str) -> None:
    said = Message(role="user", text=Text("How many?"), parts=PARTS if api != "completions" else [])
    call = Call(api=BY_ID[api].id, model="gpt-4o", instructions="Be brief.")
    call.fields = {"service_tier": "flex", "user": "somebody", "metadata": {"team": "seven"}}
    words = read_of(BY_ID[api].body(call, [said], Quirks(), None))
    assert sorted(words.split()) == ["Be", "How", "brief.", "many?"]


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([], ""),
        ([HostedCall(type="web_search_call")], ""),
        ([ToolCall(arguments=Text("{}"))], "{}"),
        ([Reasoning(summary=Text("Hm.")), Message(text=Text("4"))], "Hm.\n4"),
        ([Message(refusal=Text("No."))], "No."),
        ([Message(text=Text("4")), Message(text=Text("5"), choice=1)], "4\n5"),
    ],
)
def test_all_words_of_an_answer_are_counted(items: list[Item], words: str) -> None:
    assert made_in(items) == words


async def test_an_answer_of_calls_alone_is_counted_too() -> None:
    run = Run("r", "s", None, Call(api="chat", model="gpt-4o"), "p", [], BY_ID["chat"].reduce)
    seen: Transcript = run.transcript
    seen.items = [ToolCall(name="f", arguments=Text('{"city": "Oslo"}'))]
    body: dict[str, Any] = {"messages": [{"role": "user", "content": "The weather in Oslo?"}]}
    cost = await account(run, str(body).replace("'", '"').encode(), Profile(id="p", name="P"))
    assert seen.usage is not None and seen.usage.basis == "estimated"
    assert 3 <= seen.usage.input <= 8 and 3 <= seen.usage.output <= 9
    assert cost is not None


@pytest.mark.parametrize(
    ("reported", "searches"),
    [(None, 2), (0, 2), (3, 3)],
    ids=["counted here", "reported as none", "reported"],
)
def test_searches_are_charged_and_pages_that_are_looked_at_are_not(
    reported: int | None, searches: int
) -> None:
    items: list[Item] = [
        HostedCall(type="web_search_call", wire=wire, status=status)
        for wire, status in (
            ({"action": {"type": "search", "query": "a"}}, "completed"),
            ({}, "completed"),
            ({"action": {"type": "search", "query": "b"}}, "failed"),
            ({"action": {"type": "open_page", "url": "https://a.example"}}, "completed"),
            ({"action": {"type": "find_in_page", "pattern": "c"}}, "completed"),
        )
    ]
    items += [HostedCall(type="file_search_call"), Message(text=Text("4"))]
    tools = None if reported is None else {"web_search": {"num_requests": reported}}
    usage = Usage.read({"input_tokens": 1, "output_tokens": 1}, tools)
    assert usage is not None
    assert charged(items, usage) == {"web_search_call": searches, "file_search_call": 1}
    plain = b'{"tools": [{"type": "web_search"}], "input": "What is web_search_preview?"}'
    assert charged(items, usage, plain)["web_search_call"] == searches
    preview = b'{"tools": [{"type": "web_search_preview_2025_03_11"}]}'
    assert charged(items, usage, preview) == {
        "web_search_preview_call": searches,
        "file_search_call": 1,
    }


def test_the_searches_of_a_chat_leave_no_items_and_are_not_for_nothing() -> None:
    body = b'{"messages": [], "web_search_options": {}}'
    assert charged([], Usage(), body) == {"web_search_options": 1}
    server = Profile(id="o", name="O", base_url="https://api.openai.com/v1")
    made = price(
        server,
        "gpt-5-search-api",
        Usage(input=1),
        datetime.now(UTC),
        calls=charged([], Usage(), body),
    )
    assert made.at_least and made.missing == ("web searches",)
