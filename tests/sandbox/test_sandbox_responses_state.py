"""What the server keeps: stored responses, chains, conversations, and work in the background."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from playground.sandbox.shelf import Shelf
from tests.oracle import FAST, client, sound, validated

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}


async def listed(pages: Any) -> list[Any]:
    return [row async for row in pages]


def test_a_response_is_kept_until_it_is_deleted(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            made = await api.responses.create(
                model="sandbox", input="Hello", metadata={"a": "b"}, extra_body=FAST
            )
            found = await api.responses.retrieve(made.id)
            validated(found)
            assert found == made and made.to_dict()["store"] is True
            await api.responses.delete(made.id)
            for call in (api.responses.retrieve, api.responses.delete, api.responses.cancel):
                with pytest.raises(openai.NotFoundError, match=made.id):
                    await call(made.id)
            unkept = await api.responses.create(
                model="sandbox", input="Hello", store=False, extra_body=FAST
            )
            with pytest.raises(openai.NotFoundError):
                await api.responses.retrieve(unkept.id)
            with pytest.raises(openai.BadRequestError) as caught:
                await api.responses.create(
                    model="sandbox", input="And?", previous_response_id=unkept.id
                )
            assert caught.value.code == "previous_response_not_found"
            assert caught.value.param == "previous_response_id"

    run(drive())


def test_what_came_by_a_stream_is_kept_before_its_last_event(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            stream = await api.responses.create(
                model="sandbox", input="Hello", stream=True, extra_body=FAST
            )
            async for event in stream:
                if event.type == "response.completed":
                    found = await api.responses.retrieve(event.response.id)
                    assert found == event.response
            cut = await api.responses.create(
                model="cut", input="Hello", stream=True, extra_body=FAST
            )
            response_id = ""
            with pytest.raises(openai.APIConnectionError):
                async for event in cut:
                    if event.type == "response.created":
                        response_id = event.response.id
            with pytest.raises(openai.NotFoundError):
                await api.responses.retrieve(response_id)

    run(drive())


def test_a_chain_goes_on_from_what_was_said(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            first = await api.responses.create(
                model="sandbox", input="One", instructions="Be brief.", extra_body=FAST
            )
            second = await api.responses.create(
                model="sandbox", input="Two", previous_response_id=first.id, extra_body=FAST
            )
            assert second.previous_response_id == first.id
            assert second.instructions is None, "instructions are not inherited"
            assert "number 2" in second.output_text and "> Two" in second.output_text
            assert first.usage is not None and second.usage is not None
            assert second.usage.input_tokens > first.usage.output_tokens
            items = await listed(api.responses.input_items.list(second.id, order="asc"))
            for item in items:
                validated(item)
            assert [item.role for item in items] == ["user", "assistant", "user"]
            assert items[1].id == first.output[0].id
            branch = await api.responses.create(
                model="sandbox", input="Other", previous_response_id=first.id, extra_body=FAST
            )
            assert "number 2" in branch.output_text

    run(drive())


def test_input_items_come_in_pages(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            said: list[Any] = [{"role": "user", "content": f"n{n}"} for n in range(7)]
            made = await api.responses.create(model="sandbox", input=said, extra_body=FAST)
            rows = await listed(api.responses.input_items.list(made.id, limit=3))
            assert [row.content[0].text for row in rows] == [f"n{n}" for n in range(6, -1, -1)]
            page = await api.responses.input_items.list(made.id, limit=3, order="asc")
            assert [row.content[0].text for row in page.data] == ["n0", "n1", "n2"]  # type: ignore[union-attr]
            assert page.has_more and page.to_dict()["last_id"] == page.data[-1].id
            last = await api.responses.input_items.list(
                made.id, limit=4, after=page.data[-1].id, order="asc"
            )
            assert not last.has_more and len(last.data) == 4
            for wrong in ({"limit": 0}, {"limit": 101}, {"order": "up"}):
                with pytest.raises(openai.BadRequestError):
                    await api.responses.input_items.list(made.id, **wrong)  # type: ignore[arg-type]
            with pytest.raises(openai.NotFoundError):
                await api.responses.input_items.list(made.id, after="msg_none")
            assert len(await server.log()) == 10, "three pages for the first list"

    run(drive())


def test_a_tool_is_answered_along_the_chain(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            tools: Any = [WEATHER]
            first = await api.responses.create(
                model="sandbox", input="Weather in Oslo?", tools=tools, extra_body=FAST
            )
            (call,) = first.output
            assert call.type == "function_call"
            output: Any = {
                "type": "function_call_output",
                "call_id": call.call_id,
                "output": "rain",
            }
            second = await api.responses.create(
                model="sandbox",
                input=[output],
                tools=tools,
                previous_response_id=first.id,
                extra_body=FAST,
            )
            assert "> rain" in second.output_text
            with pytest.raises(openai.BadRequestError, match=f"function call {call.call_id}"):
                await api.responses.create(
                    model="sandbox", input="Never mind", previous_response_id=first.id
                )
            with pytest.raises(openai.BadRequestError, match="No tool call found"):
                await api.responses.create(model="sandbox", input=[output])

    run(drive())


def test_reasoning_goes_round_stored_and_sealed(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            tools: Any = [WEATHER]
            question = {"role": "user", "content": "Weather in Oslo?"}
            for store in (True, False):
                asked: dict[str, Any] = {"model": "reasoning", "tools": tools, "extra_body": FAST}
                first = await api.responses.create(**asked, input=[question], store=store)
                thought, call = first.output
                assert thought.type == "reasoning" and thought.summary
                assert thought.encrypted_content and call.type == "function_call"
                output = {
                    "type": "function_call_output",
                    "call_id": call.call_id,
                    "output": "rain",
                }
                back = [question, thought.to_dict(), call.to_dict(), output]
                second = await api.responses.create(**asked, input=back, store=store)
                assert second.status == "completed" and second.output_text
                if not store:
                    continue
                reference = {"type": "item_reference", "id": thought.id}
                named = [question, reference, call.to_dict(), output]
                third = await api.responses.create(**asked, input=named)
                rows = await listed(api.responses.input_items.list(third.id, order="asc"))
                assert rows[1].to_dict() == thought.to_dict()
                with pytest.raises(openai.BadRequestError) as caught:
                    await api.responses.create(**asked, input=[question, call.to_dict(), output])
                assert f"without its required 'reasoning' item: '{thought.id}'" in str(caught.value)

    run(drive())


def test_reasoning_that_nobody_knows_is_refused(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            first = await api.responses.create(
                model="reasoning", input="Hello", store=False, extra_body=FAST
            )
            thought, message = (item.to_dict() for item in first.output)
            asked: dict[str, Any] = {"model": "reasoning", "store": False, "extra_body": FAST}

            def history(**changes: Any) -> Any:
                changed: dict[str, Any] = {**thought, **changes}
                return [changed, message, {"role": "user", "content": "And?"}]

            assert (await api.responses.create(**asked, input=history())).status == "completed"
            with pytest.raises(openai.BadRequestError) as broken:
                await api.responses.create(**asked, input=history(encrypted_content="gibberish"))
            assert broken.value.code == "invalid_encrypted_content"
            with pytest.raises(openai.NotFoundError, match="not persisted"):
                await api.responses.create(**asked, input=history(encrypted_content=None))
            with pytest.raises(openai.NotFoundError, match="not persisted"):
                await api.responses.create(
                    **asked, input=[{"type": "item_reference", "id": str(thought["id"])}]
                )

    run(drive())


def test_a_conversation_gathers_what_is_said(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            made = await api.conversations.create(
                metadata={"topic": "x"}, items=[{"role": "user", "content": "Before"}]
            )
            validated(made)
            assert made.metadata == {"topic": "x"}
            for number in (2, 3):
                response = await api.responses.create(
                    model="sandbox", input=f"n{number}", conversation=made.id, extra_body=FAST
                )
                assert response.conversation is not None and response.conversation.id == made.id
                assert f"number {number}" in response.output_text
            items = await listed(api.conversations.items.list(made.id, order="asc"))
            for item in items:
                validated(item)
            assert [item.role for item in items] == [
                "user", "user", "assistant", "user", "assistant",
            ]  # fmt: skip
            newest = await api.conversations.items.list(made.id, limit=1)
            assert newest.data[0].id == items[-1].id and newest.has_more
            added = await api.conversations.items.create(
                made.id, items=[{"role": "user", "content": "By hand"}]
            )
            validated(added)
            (by_hand,) = added.data
            found = await api.conversations.items.retrieve(str(by_hand.id), conversation_id=made.id)
            assert found == by_hand
            left = await api.conversations.items.delete(str(by_hand.id), conversation_id=made.id)
            assert left == made
            with pytest.raises(openai.NotFoundError):
                await api.conversations.items.retrieve(str(by_hand.id), conversation_id=made.id)
            changed = await api.conversations.update(made.id, metadata={"topic": "y"})
            assert changed.metadata == {"topic": "y"}
            assert await api.conversations.retrieve(made.id) == changed
            deleted = await api.conversations.delete(made.id)
            validated(deleted)
            assert deleted.deleted
            with pytest.raises(openai.NotFoundError):
                await api.conversations.retrieve(made.id)
            with pytest.raises(openai.NotFoundError):
                await api.responses.create(model="sandbox", input="x", conversation=made.id)

    run(drive())


def test_a_failed_answer_does_not_enter_the_conversation(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            made = await api.conversations.create()
            for model, kept in (("failed", 0), ("incomplete", 2)):
                await api.responses.create(
                    model=model, input="x", conversation={"id": made.id}, extra_body=FAST
                )
                items = await listed(api.conversations.items.list(made.id))
                assert len(items) == kept

    run(drive())


def test_a_chain_and_a_conversation_exclude_each_other(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            made = await api.conversations.create()
            first = await api.responses.create(model="sandbox", input="x", extra_body=FAST)
            with pytest.raises(openai.BadRequestError) as caught:
                await api.responses.create(
                    model="sandbox",
                    input="x",
                    conversation=made.id,
                    previous_response_id=first.id,
                )
            assert caught.value.code == "mutually_exclusive_parameters"
            many: Any = [{"role": "user", "content": "x"}] * 21
            with pytest.raises(openai.BadRequestError, match="maximum length 20"):
                await api.conversations.create(items=many)

    run(drive())


async def ended(api: openai.AsyncOpenAI, response_id: str) -> Any:
    """Polls as a client does."""
    found = await api.responses.retrieve(response_id)
    while found.status in ("queued", "in_progress"):
        found = await api.responses.retrieve(response_id)
    return found


def test_in_the_background_and_polled(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            made = await api.responses.create(
                model="sandbox",
                input="Hello",
                background=True,
                extra_body={"sandbox": {"per_second": 400}},
            )
            validated(made)
            assert made.status == "queued" and made.background and made.output == []
            with pytest.raises(openai.BadRequestError, match="is still"):
                await api.responses.create(model="sandbox", input="x", previous_response_id=made.id)
            found = await ended(api, made.id)
            validated(found)
            assert found.status == "completed" and "> Hello" in found.output_text
            assert await api.responses.cancel(made.id) == found, "too late, and no harm"
            with pytest.raises(openai.BadRequestError, match="cannot be streamed"):
                await api.responses.retrieve(made.id, stream=True)

    run(drive())


def test_a_stream_in_the_background_is_resumed(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            stream = await api.responses.create(
                model="sandbox",
                input="Hello",
                background=True,
                stream=True,
                extra_body={"sandbox": {"per_second": 2000}},
            )
            early: list[Any] = []
            async for event in stream:
                early.append(event)
                if len(early) == 20:
                    break
            await stream.close()
            assert [event.type for event in early[:3]] == [
                "response.created",
                "response.queued",
                "response.in_progress",
            ]
            assert early[0].response.status == "queued"
            response_id = early[0].response.id
            rest = [
                event
                async for event in await api.responses.retrieve(
                    response_id, stream=True, starting_after=early[-1].sequence_number
                )
            ]
            sound([*early, *rest])
            assert rest[-1].type == "response.completed"
            assert rest[-1].response == await api.responses.retrieve(response_id)
            whole = [
                event async for event in await api.responses.retrieve(response_id, stream=True)
            ]
            assert whole == [*early, *rest]
            async with api.responses.stream(response_id=response_id) as helper:
                final = await helper.get_final_response()
            assert final.output_text == rest[-1].response.output_text
            late = await api.responses.retrieve(
                response_id, stream=True, starting_after=whole[-1].sequence_number
            )
            assert [event async for event in late] == []

    run(drive())


def test_work_in_the_background_is_cancelled(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            stream = await api.responses.create(
                model="stall", input="Hello", background=True, stream=True, extra_body=FAST
            )
            deltas = 0
            async for event in stream:
                if event.type == "response.created":
                    response_id = event.response.id
                deltas += event.type.endswith(".delta")
                if deltas == 24:
                    running = await api.responses.retrieve(response_id)
                    assert running.status == "in_progress"
                    cancelled = await api.responses.cancel(response_id)
                    assert cancelled.status == "cancelled"
                    validated(cancelled)
                    deltas += 1
            assert event.type.endswith(".delta"), "a cancelled stream just ends"
            again = await api.responses.cancel(response_id)
            assert again == cancelled == await api.responses.retrieve(response_id)
            plain = await api.responses.create(model="sandbox", input="x", extra_body=FAST)
            with pytest.raises(openai.BadRequestError, match="synchronous"):
                await api.responses.cancel(plain.id)

    run(drive())


def test_work_that_breaks_in_the_background_has_failed(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            for model in ("cut", "failed"):
                made = await api.responses.create(
                    model=model, input="x", background=True, extra_body=FAST
                )
                found = await ended(api, made.id)
                assert found.status == "failed" and found.error.code == "server_error"
            running = await api.responses.create(
                model="stall", input="x", background=True, extra_body=FAST
            )
            await api.responses.delete(running.id)
            with pytest.raises(openai.NotFoundError):
                await api.responses.retrieve(running.id)
            left = await api.responses.create(
                model="stall", input="x", background=True, extra_body=FAST
            )
            assert left.status == "queued", "and the server ends it when it ends itself"

    run(drive())


def test_a_conversation_gets_what_was_made_in_the_background(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            talk = await api.conversations.create()
            made = await api.responses.create(
                model="refusal", input="x", conversation=talk.id, background=True, extra_body=FAST
            )
            await ended(api, made.id)
            assert len(await listed(api.conversations.items.list(talk.id))) == 2

    run(drive())


def test_input_tokens_are_counted_beforehand(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            tools: Any = [WEATHER]
            counted = await api.responses.input_tokens.count(
                input="How is it in Oslo?", instructions="Be brief.", tools=tools
            )
            validated(counted)
            made = await api.responses.create(
                model="sandbox",
                input="How is it in Oslo?",
                instructions="Be brief.",
                tools=tools,
                extra_body=FAST,
            )
            assert made.usage is not None and counted.input_tokens == made.usage.input_tokens
            with pytest.raises(openai.BadRequestError, match="Unknown parameter"):
                await api.responses.input_tokens.count(input="x", extra_body={"store": True})

    run(drive())


def test_history_is_compacted(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            first = await api.responses.create(model="sandbox", input="One", extra_body=FAST)
            made = await api.responses.compact(
                model="sandbox", previous_response_id=first.id, input="Two"
            )
            validated(made.usage)
            *said, item = made.output
            validated(item)
            assert made.object == "response.compaction"
            assert [getattr(row, "role", None) for row in said] == ["user", "user"]
            assert item.type == "compaction" and item.encrypted_content
            # The SDK has no type for the user's messages in an output, and would warn.
            items: Any = made.to_dict(warnings=False)["output"]
            after = await api.responses.create(
                model="sandbox", input=[*items, {"role": "user", "content": "So?"}], extra_body=FAST
            )
            assert after.status == "completed"
            broken = {**items[-1], "encrypted_content": "x"}
            with pytest.raises(openai.BadRequestError, match="could not be verified"):
                await api.responses.create(model="sandbox", input=[broken])

    run(drive())


def test_a_long_chain_is_compacted_by_the_server(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            first = await api.responses.create(model="prose", input="One", extra_body=FAST)
            stream = await api.responses.create(
                model="refusal",
                input="Two",
                previous_response_id=first.id,
                context_management=[{"type": "compaction", "compact_threshold": 300}],
                stream=True,
                extra_body=FAST,
            )
            events = [event async for event in stream]
            sound(events)
            second = events[-1].response
            assert [item.type for item in second.output] == ["compaction", "message"]
            assert "response.compaction.compacting" in [event.type for event in events]
            third = await api.responses.create(
                model="sandbox", input="Three", previous_response_id=second.id, extra_body=FAST
            )
            assert third.usage.input_tokens < 200 < second.usage.input_tokens
            trigger: Any = [{"role": "user", "content": "x"}, {"type": "compaction_trigger"}]
            asked = await api.responses.create(model="refusal", input=trigger, extra_body=FAST)
            assert [item.type for item in asked.output] == ["compaction", "message"]

    run(drive())


def test_a_repeated_prefix_is_cached(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            long: Any = [{"role": "user", "content": "word " * 1500}]
            tail: Any = {"role": "user", "content": "And now?"}
            cached = []
            for model, said in (
                ("refusal", long),
                ("refusal", [*long, tail]),
                ("prose", [*long, tail]),
                ("refusal", [tail, *long]),
                ("refusal", [tail, *long]),
            ):
                made = await api.responses.create(
                    model=model, input=said, max_output_tokens=5, extra_body=FAST
                )
                assert made.usage is not None
                details = made.usage.input_tokens_details
                assert details.cached_tokens % 128 == 0
                assert details.cached_tokens <= made.usage.input_tokens
                cached.append(details.cached_tokens >= 1408)
            assert cached == [False, True, False, False, True]

    run(drive())


def test_a_shelf_forgets_what_nobody_asked_for() -> None:
    shelf: Shelf[str] = Shelf(3, 100)
    for name in "abc":
        shelf.put(name, name.upper(), 10)
    assert shelf.find("a") == "A"
    shelf.put("d", "D", 10)
    assert list(shelf) == ["D", "A", "C"] and shelf.find("b") is None
    shelf.put("e", "E", 85)
    assert list(shelf) == ["E", "D"], "what there is no room for goes, the oldest first"
    shelf.put("f", "F", 1000)
    assert list(shelf) == ["F"], "the newest always has room"
    assert shelf.take("f") == "F" and shelf.take("f") is None and len(shelf) == 0
    shelf.put("g", "G", 60)
    shelf.put("g", "G again", 60)
    shelf.put("h", "H", 40)
    assert list(shelf) == ["H", "G again"]
