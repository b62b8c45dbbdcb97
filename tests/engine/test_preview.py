"""The next request before it is sent is the request that is sent then, to the byte."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.core.items import Item, Message, Text
from playground.core.problem import Failure
from playground.core.profile import Profile, Quirks
from playground.core.session import Run, Session
from playground.engine.preview import UNBEGUN, Preview, next_request
from playground.export.request import TRANSPORT
from tests.engine.conftest import Bench, Opening

APIS = ("responses", "chat")


def saying(text: str) -> list[Item]:
    return [Message(key="in:0", role="user", text=Text(text))]


def preview(bench: Bench, session: Session, text: str, keyed: bool | None = False) -> Preview:
    return next_request(bench.workspace, session, saying(text), keyed=keyed)


def went(run: Run) -> dict[str, Any]:
    """The last request that a run recorded."""
    return [event.json()[0] for event in run.recording.events if event.kind == "request"][-1]


def use(bench: Bench, session: Session, **profile: Any) -> Profile:
    """Let the session talk to a server that differs from the usual one."""
    changed = bench.profile.model_copy(update={"id": "other", **profile})
    bench.app.adopt(changed)
    session.profile = changed.id
    return changed


@pytest.mark.parametrize("api", APIS)
async def test_what_is_shown_is_what_goes_out(api: str, opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session(api, temperature=0.5)
        session.call.instructions = "Be brief."
        session.call.headers = {"X-Team": "seven"}
        session.call.extra = {"metadata": {"team": "seven"}}
        for text in (f"first of {api}", f"second of {api}, ünï ✓"):
            shown = preview(bench, session, text)
            sent = went(await bench.ask(session, text))
            assert shown.address.body.decode() == sent["body"]
            assert [shown.address.method, shown.address.url] == [sent["method"], sent["url"]]
            own = [pair for pair in sent["headers"] if pair[0].lower() not in TRANSPORT]
            assert sorted(map(list, shown.address.headers)) == sorted(own)
            assert shown.unknown == ()


@pytest.mark.parametrize("state", ["previous_response_id", "conversation"])
async def test_what_the_server_keeps_is_not_sent_again(state: str, opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session("responses")
        use(bench, session, quirks=Quirks(state="stateful"))
        session.call.state = state  # type: ignore[assignment]
        shown = preview(bench, session, "first")
        body = json.loads(shown.address.body)
        if state == "conversation":
            assert body["conversation"] == UNBEGUN and "begin a conversation" in shown.unknown[0]
        else:
            assert "previous_response_id" not in body and shown.unknown == ()
        await bench.ask(session, "first")
        shown = preview(bench, session, "second")
        sent = went(await bench.ask(session, "second"))
        assert shown.address.body.decode() == sent["body"]
        assert len(json.loads(sent["body"])["input"]) == 1


async def test_nothing_hangs_in_the_tree_and_nothing_is_sent(opening: Opening) -> None:
    async with opening() as bench:
        session, before = bench.session(), bench.sandbox.newest()
        preview(bench, session, "only looked at")
        assert session.runs == {} and session.leaf is None
        assert bench.sandbox.since(before) == []


async def test_the_key_is_a_placeholder_that_occurs_nowhere_else(opening: Opening) -> None:
    async with opening({"SOME_KEY": "sk-test-MARKER-123"}) as bench:
        session = bench.session()
        use(bench, session, key_env="SOME_KEY")
        shown = preview(bench, session, "with a key", keyed=True)
        (secret,) = shown.address.secrets
        assert b"MARKER" not in secret and secret not in shown.address.body
        assert dict(shown.address.headers)["Authorization"] == f"Bearer {secret.decode()}"
        assert "Authorization" not in dict(preview(bench, session, "without").address.headers)


@pytest.mark.parametrize(("keyed", "said"), [(True, 0), (None, 0), (False, 1)])
async def test_a_server_that_wants_a_key_is_shown_one(
    keyed: bool | None, said: int, opening: Opening
) -> None:
    async with opening() as bench:
        session = bench.session()
        use(bench, session, key_env="SOME_KEY", base_url="https://example.test/v1")
        shown = preview(bench, session, "hello", keyed)
        assert "Authorization" in dict(shown.address.headers)
        assert len(shown.unknown) == said


async def test_what_is_only_known_later_is_said(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session(model="")
        use(bench, session, model="")
        assert "first of the server’s list" in preview(bench, session, "hello").unknown[0]
        session.profile = "sandbox"
        shown = preview(bench, session, "hello")
        assert any("port" in one for one in shown.unknown)
        assert shown.address.url == "http://127.0.0.1/v1/responses"


async def test_what_cannot_be_sent_says_why(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session()
        session.call.headers = {"X Team": "seven"}
        with pytest.raises(Failure, match="cannot be the name of a header"):
            preview(bench, session, "hello")
        session.profile = "gone"
        with pytest.raises(Failure):
            preview(bench, session, "hello")
