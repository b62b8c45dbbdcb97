"""What a server keeps of a conversation, and answers that go on without us."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from playground.core.problem import Failure
from playground.core.profile import Profile, Quirks
from playground.core.session import Run, Session
from tests.engine.conftest import Bench, Opening
from tests.server import Request, Server, head, serving

Script = Callable[[Request, int], Iterable[bytes]]
"""(request, which one this is) → the answer."""


def response(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"resp_{number}",
        "object": "response",
        "status": "completed",
        "model": "m",
        "store": True,
        "output": [
            {
                "id": f"msg_{number}",
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": f"Answer {number}."}],
            }
        ],
        "usage": {"input_tokens": 1, "output_tokens": 1},
        **more,
    }


def plain(data: Any) -> list[bytes]:
    return [head(kind="application/json"), json.dumps(data).encode()]


def event(sequence: int, kind: str, **more: Any) -> bytes:
    row = {"type": kind, "sequence_number": sequence, **more}
    return f"event: {kind}\ndata: {json.dumps(row)}\n\n".encode()


@pytest.fixture
def scripted() -> Iterator[Callable[[Script], Server]]:
    """A server that answers by a script."""
    opened: list[Any] = []

    def start(script: Script) -> Server:
        count = iter(range(1000))
        context = serving(lambda request: script(request, next(count)))
        opened.append(context)
        return context.__enter__()

    yield start
    for context in opened:
        context.__exit__(None, None, None)


def talk(bench: Bench, server: Server, keeps: Any = "stateful", **call: Any) -> Session:
    profile = Profile(
        id="kept", name="Kept", base_url=server.base_url, model="m", quirks=Quirks(state=keeps)
    )
    bench.app.adopt(profile)
    session = bench.workspace.new_session(profile)
    session.call = session.call.model_copy(update={"stream": False, **call})
    return session


def said(request: Request) -> list[Any]:
    return [row.get("content") for row in request.body["input"]]


async def turns(bench: Bench, session: Session, *texts: str) -> list[Run]:
    return [await bench.ask(session, text) for text in texts]


async def test_after_a_stored_response_only_what_is_new_is_sent(
    opening: Opening, scripted: Callable[[Script], Server]
) -> None:
    server = scripted(lambda request, number: plain(response(number)))
    async with opening() as bench:
        session = talk(bench, server, state="previous_response_id")
        await turns(bench, session, "one", "two", "three")
        first, second, third = server.requests
        assert said(first) == ["one"] and "previous_response_id" not in first.body
        assert said(second) == ["two"] and second.body["previous_response_id"] == "resp_0"
        assert said(third) == ["three"] and third.body["previous_response_id"] == "resp_1"


async def test_another_branch_continues_after_its_own_response(
    opening: Opening, scripted: Callable[[Script], Server]
) -> None:
    server = scripted(lambda request, number: plain(response(number)))
    async with opening() as bench:
        session = talk(bench, server, state="previous_response_id")
        first, second = await turns(bench, session, "one", "two")
        await bench.workspace.go(bench.workspace.edit(session, second, "instead"))
        assert server.requests[2].body["previous_response_id"] == first.transcript.response_id
        assert said(server.requests[2]) == ["instead"]


@pytest.mark.parametrize("why", ["not stored", "stateless", "history"])
async def test_without_a_stored_response_everything_is_sent(
    opening: Opening, scripted: Callable[[Script], Server], why: str
) -> None:
    server = scripted(lambda request, number: plain(response(number, store=why != "not stored")))
    async with opening() as bench:
        state = "history" if why == "history" else "previous_response_id"
        quirk = "stateless" if why == "stateless" else "stateful"
        session = talk(bench, server, quirk, state=state)
        await turns(bench, session, "one", "two")
        assert "previous_response_id" not in server.requests[1].body
        rows = server.requests[1].body["input"]
        assert len(rows) == 3 and rows[1]["id"] == "msg_0"


async def test_a_conversation_is_begun_once_and_gets_what_is_new(
    opening: Opening, scripted: Callable[[Script], Server]
) -> None:
    def script(request: Request, number: int) -> list[bytes]:
        if request.path.endswith("/conversations"):
            return plain({"id": "conv_1", "object": "conversation"})
        return plain(response(number, conversation={"id": "conv_1"}))

    server = scripted(script)
    async with opening() as bench:
        session = talk(bench, server, state="conversation")
        one, two = await turns(bench, session, "one", "two")
        begun, first, second = server.requests
        assert begun.line.startswith("POST ")
        assert first.body["conversation"] == second.body["conversation"] == "conv_1"
        assert said(first) == ["one"] and said(second) == ["two"]
        assert "previous_response_id" not in second.body
        assert two.transcript.conversation == "conv_1"
        assert one.transcript.outcome == two.transcript.outcome == "completed"


async def test_a_server_that_begins_no_conversation_is_quoted(
    opening: Opening, scripted: Callable[[Script], Server]
) -> None:
    server = scripted(lambda request, number: plain({"hello": "world"}))
    async with opening() as bench:
        session = talk(bench, server, state="conversation")
        (run,) = await turns(bench, session, "one")
        assert run.transcript.outcome == "failed"
        assert run.transcript.problem is not None
        assert "hello" in run.transcript.problem.detail


async def test_a_response_in_the_background_is_asked_for_until_it_is_there(
    opening: Opening, scripted: Callable[[Script], Server]
) -> None:
    def script(request: Request, number: int) -> list[bytes]:
        if number < 3:
            status = "queued" if number == 0 else "in_progress"
            return plain(response(0, status=status, output=[], background=True, usage=None))
        return plain(response(0, background=True))

    server = scripted(script)
    async with opening() as bench:
        waits: list[float] = []

        async def wait(seconds: float) -> None:
            waits.append(seconds)

        bench.workspace.runner.sleep = wait
        session = talk(bench, server, fields={"background": True})
        (run,) = await turns(bench, session, "one")
        seen = run.transcript
        assert seen.outcome == "completed" and seen.text == "Answer 0."
        assert [request.line.split()[0] for request in server.requests] == [
            "POST",
            "GET",
            "GET",
            "GET",
        ]
        assert server.requests[1].path == "/v1/responses/resp_0"
        assert (seen.legs, seen.requests, seen.retries) == (1, 4, 0)
        assert len(waits) == 3 and all(wait > 0 for wait in waits)
        assert seen.pending is None


async def test_a_broken_stream_of_the_background_goes_on_where_it_broke(
    opening: Opening, scripted: Callable[[Script], Server]
) -> None:
    going = response(0, status="in_progress", output=[], background=True, usage=None)
    item = {"id": "msg_0", "type": "message", "role": "assistant", "content": []}
    began = [
        event(0, "response.created", response=going),
        event(1, "response.output_item.added", output_index=0, item=item),
    ]
    deltas = [
        event(2 + n, "response.output_text.delta", output_index=0, item_id="msg_0", delta=piece)
        for n, piece in enumerate(["Ans", "wer", " 0."])
    ]

    def script(request: Request, number: int) -> list[bytes]:
        if number == 0:
            return [head(content_length="9999"), *began, *deltas[:2]]  # breaks off
        # The last one once more, as a server may.
        done = event(5, "response.completed", response=response(0, background=True))
        return [head(), *deltas[1:], done]

    server = scripted(script)
    async with opening() as bench:
        session = talk(bench, server, stream=True, fields={"background": True})
        (run,) = await turns(bench, session, "one")
        seen = run.transcript
        assert server.requests[1].line.startswith("GET ")
        assert server.requests[1].path == "/v1/responses/resp_0?stream=true&starting_after=3"
        assert (seen.outcome, seen.text) == ("completed", "Answer 0.")
        assert seen.legs == 1 and seen.problem is None
        attempts = [one.attempt for one in run.recording.events if one.kind == "request"]
        assert attempts == [0, 1]


async def test_what_cannot_be_taken_up_again_stays_truncated(
    opening: Opening, scripted: Callable[[Script], Server]
) -> None:
    going = response(0, status="in_progress", output=[], background=True, usage=None)

    def script(request: Request, number: int) -> list[bytes]:
        if number == 0:
            return [head(content_length="9999"), event(0, "response.created", response=going)]
        body = json.dumps({"error": {"message": "It is gone.", "code": "not_found"}}).encode()
        return [head("404 Not Found", "application/json"), body]

    server = scripted(script)
    async with opening() as bench:
        session = talk(bench, server, stream=True, fields={"background": True})
        (run,) = await turns(bench, session, "one")
        assert run.transcript.outcome == "failed"
        assert run.transcript.problem is not None and run.transcript.problem.detail == "It is gone."
        assert len(server.requests) == 2


async def test_stopping_a_response_in_the_background_stops_it_at_the_server(
    opening: Opening, scripted: Callable[[Script], Server]
) -> None:

    going = response(0, status="queued", output=[], background=True, usage=None)
    server = scripted(lambda request, number: plain(going))
    async with opening() as bench:
        waiting = asyncio.Event()

        async def wait(seconds: float) -> None:
            waiting.set()
            await asyncio.Event().wait()

        bench.workspace.runner.sleep = wait
        session = talk(bench, server, fields={"background": True})
        run = bench.workspace.ask(session, "one")
        task = asyncio.ensure_future(bench.workspace.go(run))
        await waiting.wait()
        bench.workspace.stop(run)
        await asyncio.gather(task, return_exceptions=True)
        assert run.transcript.outcome == "stopped"
        await bench.workspace.runner.close()
        assert server.requests[-1].line.startswith("POST /v1/responses/resp_0/cancel")


async def test_what_is_stored_can_be_deleted(
    opening: Opening, scripted: Callable[[Script], Server]
) -> None:
    server = scripted(lambda request, number: plain(response(number, store=number == 0)))
    async with opening() as bench:
        session = talk(bench, server)
        kept, not_kept = await turns(bench, session, "one", "two")
        profile = bench.workspace.profile("kept")
        assert (kept.transcript.stored, not_kept.transcript.stored) == (True, False)
        await bench.workspace.runner.delete(kept, profile)
        assert server.requests[-1].line.startswith("DELETE /v1/responses/resp_0")
        with pytest.raises(Failure, match="keeps nothing"):
            await bench.workspace.runner.delete(not_kept, profile)


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_a_budget_that_went_to_reasoning_is_a_state_of_its_own(
    opening: Opening, scripted: Callable[[Script], Server], api: str
) -> None:
    details = {"reasoning_tokens": 64}
    if api == "responses":
        answer = response(
            0,
            status="incomplete",
            incomplete_details={"reason": "max_output_tokens"},
            output=[{"id": "rs_0", "type": "reasoning", "summary": []}],
            usage={"input_tokens": 9, "output_tokens": 64, "output_tokens_details": details},
        )
    else:
        message = {"role": "assistant", "content": ""}
        answer = {
            "choices": [{"index": 0, "message": message, "finish_reason": "length"}],
            "usage": {
                "prompt_tokens": 9,
                "completion_tokens": 64,
                "completion_tokens_details": details,
            },
        }
    server = scripted(lambda request, number: plain(answer))
    async with opening() as bench:
        session = talk(bench, server, api=api)
        (run,) = await turns(bench, session, "one")
        assert run.transcript.outcome == "incomplete"
        assert run.transcript.exhausted
        assert run.transcript.usage is not None and run.transcript.usage.reasoning == 64
