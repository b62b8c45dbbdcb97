"""The tree of a conversation, and what each request says of it: seen from the server's side."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from playground.core.items import Message, Notice, Reasoning, ToolCall
from playground.core.problem import Failure
from playground.core.profile import Profile, Quirks
from playground.core.session import Session
from tests.engine.conftest import Bench, Opening

APIS = ("responses", "chat")


def said(row: dict[str, Any]) -> list[tuple[str, str]]:
    """(role, text) of all messages in a logged request, in either dialect."""
    items = row["body"].get("input", row["body"].get("messages"))
    return [(item["role"], text_of(item["content"])) for item in items if "role" in item]


def text_of(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def last(bench: Bench, about: str) -> dict[str, Any]:
    return bench.sandbox.log(about)[-1]


def shape(session: Session, parent: str | None = None) -> list[Any]:
    """The tree as nested lists of what was said first."""
    return [
        [str(first.text), *shape(session, run.id)]
        for run in session.children(parent)
        if isinstance(first := run.input[0], Message)
    ]


# What is sent.


@pytest.mark.parametrize("api", APIS)
async def test_every_turn_sends_the_branch_so_far(api: str, opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session(api)
        session.call.instructions = "Be brief."
        one = await bench.ask(session, f"first of {api}")
        two = await bench.ask(session, f"second of {api}")
        row = last(bench, f"second of {api}")
        assert said(row)[-3:] == [
            ("user", f"first of {api}"),
            ("assistant", one.transcript.text),
            ("user", f"second of {api}"),
        ]
        if api == "responses":
            assert row["body"]["instructions"] == "Be brief."
        else:
            assert said(row)[0] == ("system", "Be brief.")
        assert two.parent == one.id
        assert row["path"] == ("/v1/responses" if api == "responses" else "/v1/chat/completions")


@pytest.mark.parametrize("api", APIS)
async def test_only_what_is_switched_on_is_sent(api: str, opening: Opening) -> None:
    async with opening() as bench:
        await bench.ask(bench.session(api, temperature=0.5), f"fields of {api}")
        body = last(bench, f"fields of {api}")["body"]
        always = {"model", "stream", "sandbox", "temperature"}
        own = {"input"} if api == "responses" else {"messages", "stream_options"}
        assert set(body) == always | own
        assert body["temperature"] == 0.5


async def test_a_wire_item_goes_back_untouched_to_who_wrote_it(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session("responses", "reasoning")
        one = await bench.ask(session, "think first")
        await bench.ask(session, "and again")
        body = last(bench, "and again")["body"]
        written = [item.wire for item in one.transcript.items]
        assert {item["type"] for item in written if item} == {"reasoning", "message"}
        assert body["input"][1:-1] == written


async def test_another_server_gets_plain_words_without_foreign_ids(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session("responses", "reasoning")
        one = await bench.ask(session, "think at home")
        other = Profile(id="there", name="There", base_url=bench.sandbox.base_url)
        bench.app.adopt(other)
        session.profile = "there"
        await bench.ask(session, "now somebody else")
        body = last(bench, "now somebody else")["body"]
        assert [item.get("type", "message") for item in body["input"]] == ["message"] * 3
        assert not any("id" in item for item in body["input"])
        assert text_of(body["input"][1]["content"]) == one.transcript.text
        session.profile = "here"
        await bench.ask(session, "home again")
        body = last(bench, "home again")["body"]
        assert [item["type"] for item in body["input"] if "id" in item] == ["reasoning", "message"]


@pytest.mark.parametrize(("first", "then"), [("responses", "chat"), ("chat", "responses")])
async def test_a_session_can_change_its_dialect(first: str, then: str, opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session(first, "reasoning-open")
        one = await bench.ask(session, f"in {first}")
        assert any(isinstance(item, Reasoning) for item in one.transcript.items)
        session.call = session.call.model_copy(update={"api": then})
        two = await bench.ask(session, f"then {then}")
        assert two.transcript.outcome == "completed"
        assert said(last(bench, f"then {then}")) == [
            ("user", f"in {first}"),
            ("assistant", one.transcript.text),
            ("user", f"then {then}"),
        ]


@pytest.mark.parametrize("api", APIS)
async def test_calls_that_nobody_answered_and_notices_are_not_sent(
    api: str, opening: Opening
) -> None:
    async with opening() as bench:
        session = bench.session(api, "tools")
        one = bench.workspace.ask(session, f"call something in {api}")
        one.note("notice", {"text": "a sentence of ours"})
        await bench.workspace.go(one)
        kinds = [type(item) for item in one.transcript.items]
        assert Notice in kinds and kinds.count(ToolCall) == 2
        two = await bench.ask(session, f"go on in {api}")
        assert two.transcript.outcome == "completed"
        assert said(last(bench, f"go on in {api}")) == [
            ("user", f"call something in {api}"),
            ("assistant", one.transcript.text),
            ("user", f"go on in {api}"),
        ]


async def test_the_roles_word_is_the_servers(opening: Opening) -> None:
    async with opening() as bench:
        own = Quirks(system_role="developer", rename={"max_completion_tokens": "max_tokens"})
        bench.app.adopt(bench.profile.model_copy(update={"quirks": own}))
        session = bench.session("chat", max_completion_tokens=50)
        session.call.instructions = "As you like."
        await bench.ask(session, "whose word")
        body = last(bench, "whose word")["body"]
        assert body["messages"][0] == {"role": "developer", "content": "As you like."}
        assert body["max_tokens"] == 50 and "max_completion_tokens" not in body


@pytest.mark.parametrize("api", APIS)
async def test_messages_of_any_role_can_be_put_in_without_a_run(api: str, opening: Opening) -> None:
    async with opening() as bench:
        workspace, session = bench.workspace, bench.session(api)
        asked = bench.sandbox.newest()
        for role in ("user", "assistant", "developer"):
            run = await workspace.go(workspace.insert(session, role, f"{role} in {api}"))
            assert run.silent and not run.running
        assert bench.sandbox.since(asked) == []
        await bench.ask(session, f"and now {api}")
        developer = "developer" if api == "responses" else "system"
        assert said(last(bench, f"and now {api}")) == [
            ("user", f"user in {api}"),
            ("assistant", f"assistant in {api}"),
            (developer, f"developer in {api}"),
            ("user", f"and now {api}"),
        ]


# The tree.


async def test_edit_and_regenerate_add_siblings_and_overwrite_nothing(opening: Opening) -> None:
    async with opening() as bench:
        workspace, session = bench.workspace, bench.session()
        one = await bench.ask(session, "first")
        two = await bench.ask(session, "second")
        before = (one.transcript.text, two.transcript.text)
        edited = await workspace.go(workspace.edit(session, one, "first, better"))
        again = await workspace.go(workspace.again(session, edited))
        assert shape(session) == [["first", ["second"]], ["first, better"], ["first, better"]]
        assert session.path() == [again]
        assert (one.transcript.text, two.transcript.text) == before
        assert edited.parent is None and again.parent is None
        assert said(last(bench, "first, better")) == [("user", "first, better")]
        session.leaf = session.deepest(one).id
        assert session.path() == [one, two]


async def test_edit_without_running_keeps_the_words_and_sends_nothing(opening: Opening) -> None:
    async with opening() as bench:
        workspace, session = bench.workspace, bench.session()
        one = await bench.ask(session, "said")
        asked = bench.sandbox.newest()
        kept = await workspace.go(workspace.edit(session, one, "said better", silent=True))
        assert kept.silent
        assert bench.sandbox.since(asked) == []
        assert session.path() == [kept]


@pytest.mark.parametrize("api", APIS)
async def test_an_answer_of_ones_own_is_what_the_next_turn_builds_on(
    api: str, opening: Opening
) -> None:
    async with opening() as bench:
        workspace, session = bench.workspace, bench.session(api)
        one = await bench.ask(session, f"ask {api}")
        mine = await workspace.go(workspace.edit_answer(session, one, "Never mind."))
        better = await workspace.go(workspace.edit_answer(session, mine, "Mind this."))
        assert [str(item.text) for item in better.items] == [f"ask {api}", "Mind this."]
        assert len(session.children(None)) == 3
        await bench.ask(session, f"and then {api}")
        assert said(last(bench, f"and then {api}")) == [
            ("user", f"ask {api}"),
            ("assistant", "Mind this."),
            ("user", f"and then {api}"),
        ]
        again = await workspace.go(workspace.again(session, better))
        assert said(last(bench, f"ask {api}")) == [("user", f"ask {api}")]
        assert again.transcript.outcome == "completed"


async def test_an_inserted_answer_can_be_changed(opening: Opening) -> None:
    async with opening() as bench:
        workspace, session = bench.workspace, bench.session()
        run = await workspace.go(workspace.insert(session, "assistant", "One."))
        changed = await workspace.go(workspace.edit_answer(session, run, "Two."))
        assert [str(item.text) for item in changed.items] == ["Two."]
        assert session.path() == [changed]


async def test_a_text_goes_on_by_itself(opening: Opening) -> None:
    """A base model would only complete what asked it to continue."""
    async with opening() as bench:
        workspace, session = bench.workspace, bench.session("completions", max_tokens=4)
        cut = await bench.ask(session, "A text that goes on by itself")
        assert (cut.transcript.outcome, cut.transcript.exhausted) == ("incomplete", False)
        more = await workspace.go(workspace.proceed(session, cut))
        prompt = last(bench, "goes on by itself")["body"]["prompt"]
        assert more.input == [] and prompt.endswith(cut.answer)
        assert more.transcript.text
        loaded = await bench.app.sessions.load(session.id)
        assert loaded.runs[more.id].input == []


async def test_going_on_after_a_cut_says_what_had_arrived(opening: Opening) -> None:
    async with opening() as bench:
        workspace, session = bench.workspace, bench.session("responses", "cut")
        cut = await bench.ask(session, "break off")
        assert cut.transcript.outcome == "truncated"
        session.call = session.call.model_copy(update={"model": "sandbox"})
        more = await workspace.go(workspace.proceed(session, cut))
        assert more.parent == cut.id
        sent = said(last(bench, "break off"))
        assert [role for role, _ in sent] == ["user", "assistant", "user"]
        assert sent[1][1] == cut.transcript.text


async def test_delete_takes_a_branch_off_and_undo_puts_it_back(opening: Opening) -> None:
    async with opening() as bench:
        workspace, session = bench.workspace, bench.session()
        one = await bench.ask(session, "root")
        two = await bench.ask(session, "old branch")
        session.leaf = one.id
        three = await bench.ask(session, "new branch")
        await workspace.trash(session, three)
        assert session.path() == [one, two]
        await workspace.trash(session, one)
        assert session.path() == []
        assert session.leaf is None
        await workspace.trash(session, one, trashed=False)
        await workspace.trash(session, three, trashed=False)
        assert session.path() == [one, three]
        assert shape(session) == [["root", ["old branch"], ["new branch"]]]


async def test_the_tree_is_the_same_after_a_restart(opening: Opening) -> None:
    async with opening() as bench:
        workspace, session = bench.workspace, bench.session()
        one = await bench.ask(session, "kept")
        await bench.ask(session, "kept too")
        await workspace.go(workspace.insert(session, "assistant", "put in"))
        edited = await workspace.go(workspace.edit(session, one, "another way"))
        deleted = await workspace.go(workspace.again(session, edited))
        await workspace.trash(session, deleted)
        session.draft = "not sent yet"
        await bench.app.sessions.save(session)
        before = shape(session), [run.id for run in session.path()], session.title
        texts = {run.id: run.transcript.text for run in session.runs.values()}
    async with opening() as bench:
        again = await bench.workspace.load(session.id)
        assert (shape(again), [run.id for run in again.path()], again.title) == before
        assert {run.id: run.transcript.text for run in again.runs.values()} == texts
        assert again.runs[deleted.id].trashed
        assert again.draft == "not sent yet"
        assert again.call == session.call
        assert not any(run.running for run in again.runs.values())


async def test_a_turn_after_a_restart_knows_the_turns_before_it(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session("responses", "reasoning")
        one = await bench.ask(session, "before the restart")
        wire = [item.wire for item in one.transcript.items]
    async with opening() as bench:
        again = await bench.workspace.load(session.id)
        await bench.ask(again, "after the restart")
        assert last(bench, "after the restart")["body"]["input"][1:-1] == wire


# Sessions.


async def test_the_first_words_are_the_title_until_somebody_gives_one(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session()
        assert session.title == ""
        await bench.ask(session, "  What   is this?\nReally. ")
        assert session.title == "What is this? Really."
        session.title, session.named = "Mine", True
        await bench.ask(session, "something else")
        (row,) = await bench.app.sessions.list()
        assert (row.title, row.runs) == ("Mine", 2)


async def test_two_sessions_run_at_once_and_stay_apart(opening: Opening) -> None:
    async with opening() as bench:
        sessions = [bench.session(api, "prose") for api in APIS]
        runs = await asyncio.gather(
            *(bench.ask(one, f"number {number}") for number, one in enumerate(sessions))
        )
        texts = {run.transcript.text for run in runs}
        assert len(texts) == 1
        assert texts.pop().startswith("# How an answer travels")
        for run, session in zip(runs, sessions, strict=True):
            assert session.path() == [run]


async def test_forget_stops_what_runs_and_leaves_nothing(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session("responses", "stall")
        run = bench.workspace.ask(session, "a word to forget: xylophone")
        task = asyncio.ensure_future(bench.workspace.go(run))
        while not run.transcript.text:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        await bench.workspace.forget(session.id)
        assert task.cancelled()
        assert await bench.app.sessions.list("xylophone") == []
        with pytest.raises(Failure):
            await bench.workspace.load(session.id)
        home = bench.app.home.path
        written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
        assert b"xylophone" not in written


async def test_models_are_the_servers(opening: Opening) -> None:
    async with opening() as bench:
        found = await bench.workspace.models(bench.profile, lambda _: None)
        assert found[0].id == "sandbox"
        assert {"cut", "stall", "load"} <= {model.id for model in found}
        refusing = Profile(id="no", name="No", base_url=bench.sandbox.base_url + "/nothing")
        with pytest.raises(Failure) as caught:
            await bench.workspace.models(refusing, lambda _: None)
        assert caught.value.problem.status == 404
