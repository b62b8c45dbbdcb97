"""Columns as branches of one session: where they begin, what is sent for them, and keeping one."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from playground.core.call import Call
from playground.core.comparison import FEWEST, MOST, Column
from playground.core.output import Output
from playground.core.profile import LOCAL, SANDBOX, Profile
from playground.core.prompts import Content, Prompt, Said
from playground.core.session import Run, Session
from playground.core.tools import Tool
from playground.core.variables import Variable
from playground.endpoints import BY_ID
from playground.engine import comparing, comparing_answers
from playground.engine.comparing import Branch
from playground.engine.comparing_beside import ALIKE, beside, spoken
from playground.engine.comparing_lines import WAITED, Lines, line_of
from playground.engine.comparing_marks import Marked, marked
from tests.engine.conftest import Bench, Opening

PICTURE = {"type": "input_image", "image_url": "https://example.org/a.png"}


def branches(session: Session) -> list[Branch]:
    return [Branch(session, column) for column in session.comparison.columns]


async def ask(bench: Bench, branch: Branch, text: str) -> Run:
    run = branch.hang(lambda view: bench.workspace.ask(view, text))
    return await bench.workspace.go(run)


# Branches.


async def test_columns_begin_where_the_session_is_and_part_from_there(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session()
        first = await bench.ask(session, "Before")
        comparing.begin(session)
        one, other = branches(session)
        assert comparing_answers.answers(session) == [None, None] and one.last is first
        mine, theirs = await ask(bench, one, "Go on"), await ask(bench, other, "Go on")
        assert mine.parent == theirs.parent == first.id
        assert comparing_answers.answers(session) == [mine, theirs]
        assert session.leaf == first.id  # what the chat shows is where it was
        assert [run.id for run in session.children(first.id)] == [mine.id, theirs.id]
        again = await ask(bench, one, "And then")
        assert again.parent == mine.id
        assert [run.id for run in comparing.common(session)] == [first.id]


async def test_an_empty_beginning_and_a_title_from_the_first_column(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session()
        await bench.ask(session, "Before")
        session.title = ""
        comparing.begin(session, empty=True)
        run = await ask(bench, branches(session)[0], "From nothing")
        assert run.parent is None
        assert session.title == "From nothing"


async def test_each_column_is_sent_as_it_is_set(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session("responses")
        comparing.begin(session)
        one, other = branches(session)
        chat = other.column.call.model_copy(update={"api": "chat", "instructions": "Be brief."})
        other.column.call = chat
        await asyncio.gather(ask(bench, one, "two ways"), ask(bench, other, "two ways"))
        rows = {row["path"]: row["body"] for row in bench.sandbox.log("two ways")[-2:]}
        assert set(rows) == {"/v1/responses", "/v1/chat/completions"}
        assert "instructions" not in rows["/v1/responses"]
        assert "Be brief." in json.dumps(rows["/v1/chat/completions"])


def test_a_column_shares_tools_form_and_values_of_the_session() -> None:
    session = Session("ses", call=Call(tools=[Tool(id="t", name="weather")]))
    comparing.begin(session)
    column = session.comparison.columns[0]
    session.call = session.call.model_copy(
        update={
            "tools": [Tool(id="u", name="clock")],
            "output": Output(mode="json_object"),
            "variables": [Variable(name="city"), Variable(name="unit", default="C")],
            "values": {"city": "Oslo", "unit": "F"},
        }
    )
    column.call = column.call.model_copy(
        update={"variables": [Variable(name="city")], "values": {"city": "Rome"}}
    )
    call = comparing.call_of(session, column)
    assert [tool.name for tool in call.tools] == ["clock"] and call.output.mode == "json_object"
    assert [one.name for one in call.variables] == ["city", "unit"]
    assert call.values == {"city": "Rome", "unit": "F"}
    column.shared = False
    call = comparing.call_of(session, column)
    assert [tool.name for tool in call.tools] == ["weather"] and call.output.mode == "text"


async def test_a_turn_that_was_deleted_is_no_longer_the_end_of_a_column(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session()
        comparing.begin(session)
        one, other = branches(session)
        first = await ask(bench, one, "First")
        second = await ask(bench, one, "Second")
        await bench.workspace.trash(session, second)
        assert one.look().leaf == first.id
        one.column.leaf = "run_that_never_was"
        assert one.look().leaf is None and one.path == []
        assert other.path == []


async def test_a_view_is_never_what_is_saved(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session()
        comparing.begin(session)
        one, _ = branches(session)
        one.column.call = one.column.call.model_copy(update={"instructions": "Only here."})
        one.column.draft, session.comparison.draft = "mine", "for all"
        run = await ask(bench, one, "Saved?")
        await bench.workspace.sessions.save(session)
        bench.workspace.open.clear()
        again = await bench.workspace.load(session.id)
        assert again.call.instructions == "" and again.leaf is None
        column = again.comparison.columns[0]
        assert (column.leaf, column.draft) == (run.id, "mine")
        assert column.call.instructions == "Only here."
        assert again.comparison.draft == "for all" and again.comparison.written
        assert Branch(again, column).path[0].transcript.text == run.transcript.text


# Columns.


async def test_one_more_begins_where_the_others_did_and_has_their_question(
    opening: Opening,
) -> None:
    async with opening() as bench:
        session = bench.session()
        before = await bench.ask(session, "Before")
        comparing.begin(session)
        for one in branches(session):
            await ask(bench, one, "The question")
        made = comparing.add(session)
        assert made is not None
        assert (made.leaf, made.draft) == (before.id, "The question")
        assert comparing.add(session) is not None and comparing.add(session) is None
        columns = session.comparison.columns
        assert len(columns) == MOST
        back = comparing.remove(session, columns[1])
        assert back is not None and len(columns) == MOST - 1
        kept = list(columns)
        back()
        assert [columns[0], *columns[2:]] == kept
        while len(columns) > FEWEST:
            comparing.remove(session, columns[-1])
        assert comparing.remove(session, columns[0]) is None and len(columns) == FEWEST


async def test_keeping_one_makes_it_the_session_and_can_be_taken_back(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session()
        comparing.begin(session)
        one, other = branches(session)
        other.column.call = other.column.call.model_copy(update={"api": "chat"})
        mine, theirs = await ask(bench, one, "Which?"), await ask(bench, other, "Which?")
        call, columns = session.call, session.comparison.columns
        undo = comparing.keep(session, other.column)
        assert session.leaf == theirs.id and session.call.api == "chat"
        assert not session.comparison.columns
        assert {run.id for run in session.children(None)} == {mine.id, theirs.id}
        undo()
        assert session.leaf is None and session.call is call
        assert session.comparison.columns is columns


def written() -> Session:
    """Two columns with something written in one, and something with a picture for both."""
    session = Session("s")
    comparing.begin(session)
    session.comparison.draft, session.comparison.attached = "for all", [PICTURE]
    session.comparison.columns[1].draft = "for B"
    return session


def test_what_was_written_is_a_draft_of_the_conversation_when_the_columns_end() -> None:
    session = written()
    back = comparing.close(session)
    assert (session.draft, session.attached) == ("for all", [PICTURE])
    assert not session.comparison.written
    back()
    assert (session.draft, session.attached) == ("", [])
    assert session.comparison.draft == "for all"
    back = comparing.keep(session, session.comparison.columns[1])
    assert (session.draft, session.attached) == ("for B", [])
    session.draft = "for B, and more"
    back()
    assert session.draft == "for B, and more"  # what was written meanwhile stays
    assert session.comparison.columns[1].draft == "for B"
    comparing.close(session)
    assert session.draft == "for B, and more"


async def test_what_was_attached_to_a_turn_goes_with_its_words(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session()
        comparing.begin(session)
        one, _ = branches(session)
        said = one.hang(lambda view: bench.workspace.ask(view, "Look", [PICTURE]))
        added = comparing.add(session)
        assert added is not None and (added.draft, added.attached) == ("Look", [PICTURE])
        back = comparing.rewind(one.column, said)
        assert (one.column.draft, one.column.attached) == ("Look", [PICTURE])
        back()
        assert (one.column.draft, one.column.attached) == ("", [])


async def test_a_column_goes_back_before_a_turn(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session()
        comparing.begin(session)
        one = branches(session)[0]
        first, second = await ask(bench, one, "First"), await ask(bench, one, "Second")
        undo = comparing.rewind(one.column, second)
        assert (one.column.leaf, one.column.draft) == (first.id, "Second")
        assert not one.column.synced
        undo()
        assert (one.column.leaf, one.column.draft, one.column.synced) == (second.id, "", True)


def test_a_version_of_a_prompt_is_what_a_column_says() -> None:
    prompt = Prompt(id="p", title="Weather")
    told = (Said(role="developer", text="Be brief."), Said(role="user", text="In {{city}}?"))
    prompt.write(Content(messages=told, variables=(Variable(name="city"),)), 1.0)
    prompt.write(Content(messages=(Said(role="system", text="Be long."),)), 2.0)
    column = Column(draft="mine")
    comparing.use_prompt(column, prompt, 1)
    assert (column.prompt, column.version, column.draft) == ("p", 1, "In {{city}}?")
    assert column.call.instructions == "Be brief."
    assert [one.name for one in column.call.variables] == ["city"]
    comparing.use_prompt(column, prompt, 2)
    assert column.call.instructions == "Be long." and not column.call.variables
    assert column.draft == "In {{city}}?"  # nothing is said in its place


# Chat Completions beside Responses.


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_a_turn_stands_beside_the_same_over_the_other_dialect(
    api: str, opening: Opening
) -> None:
    async with opening() as bench:
        session = bench.session(api)
        before = await bench.ask(session, "Before")
        last = await bench.ask(session, f"both ways from {api}")
        todo = beside(session)
        assert todo is not None
        column, turn = todo
        assert turn is last and column.leaf == before.id
        chat, responses = session.comparison.columns
        assert [chat.call.api, responses.call.api] == ["chat", "responses"]
        there = chat if api == "chat" else responses
        assert there.leaf == last.id and there is not column
        branch = Branch(session, column)
        run = branch.hang(lambda view: bench.workspace.again(view, last, view.call))
        await bench.workspace.go(run)
        assert run.call.api == column.call.api and run.transcript.outcome == "completed"
        assert {one.parent for one in (run, last)} == {before.id}
        assert session.leaf == last.id


def test_of_a_session_without_a_turn_both_columns_begin_at_the_root() -> None:
    session = Session("ses", call=Call(fields={"max_output_tokens": 50}))
    assert beside(session) is None
    chat, responses = session.comparison.columns
    assert chat.call.fields == {"max_completion_tokens": 50}
    assert responses.call.fields == {"max_output_tokens": 50}
    assert chat.leaf is responses.leaf is None


def test_fields_go_along_under_the_names_of_the_other_dialect() -> None:
    fields: dict[str, Any] = {
        "temperature": 0.5,
        "reasoning.effort": "low",
        "truncation": "auto",
        "tool_choice": {"type": "function", "name": "weather"},
        "sandbox": {"seed": 1},
    }
    call, lost = spoken(Call(fields=fields), "chat")
    assert call.fields == {"temperature": 0.5, "reasoning_effort": "low", "sandbox": {"seed": 1}}
    assert lost == ["truncation", "tool_choice"]
    back, lost = spoken(call, "responses")
    assert back.fields == {"temperature": 0.5, "reasoning.effort": "low", "sandbox": {"seed": 1}}
    assert not lost


# One after another.


@pytest.mark.parametrize(
    ("profile", "line"),
    [
        (Profile(id=SANDBOX, name="Sandbox"), ""),
        (Profile(id=LOCAL, name="Local"), LOCAL),
        (Profile(id="a", name="A", base_url="http://localhost:8080/v1"), "http://localhost:8080"),
        (Profile(id="b", name="B", base_url="http://127.0.0.1:1234"), "http://127.0.0.1:1234"),
        (Profile(id="c", name="C", base_url="https://api.example.com/v1"), ""),
    ],
)
def test_which_servers_are_asked_one_by_one(profile: Profile, line: str) -> None:
    assert line_of(profile) == line


async def test_a_local_server_gets_its_columns_one_after_another(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session(sandbox={"per_second": 0, "first_ms": 0})
        comparing.begin(session, count=3)
        lines = Lines(bench.workspace)
        runs, tasks = [], []
        for branch in branches(session):
            run = branch.hang(lambda view: bench.workspace.ask(view, "in a line"))
            runs.append(run)
            tasks.append(asyncio.ensure_future(lines.send(run)))
        assert [lines.before(run) for run in runs] == [0, 1, 2]
        await asyncio.gather(*tasks)
        first, second, third = runs
        assert all(run.transcript.outcome == "completed" for run in runs)
        ends = [run.t0 + run.recording.events[-1].t for run in runs]
        starts = [run.t0 + (run.transcript.timing.request or 0) for run in runs]
        assert ends[0] <= starts[1] and ends[1] <= starts[2]
        assert "queued" not in first.recording.kinds
        for run in (second, third):
            data, _ = run.recording[run.recording.kinds.index("queued")].json()
            assert data["words"] == WAITED and data["seconds"] >= 0
        assert lines.before(third) == 0


async def test_whoever_waits_can_be_stopped_and_holds_up_nobody(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session(sandbox={"events": 4000, "per_second": 400}, model="load")
        comparing.begin(session, count=3)
        lines = Lines(bench.workspace)
        runs, tasks = [], []
        for branch in branches(session):
            run = branch.hang(lambda view: bench.workspace.ask(view, "stopped in a line"))
            runs.append(run)
            tasks.append(asyncio.ensure_future(lines.send(run)))
        first, second, third = runs
        while first.transcript.timing.first_token is None:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        bench.workspace.stop(second)
        await asyncio.gather(tasks[1], return_exceptions=True)
        assert second.transcript.outcome == "stopped" and second.transcript.legs == 0
        assert third.transcript.legs == 0 and lines.before(third) == 1
        bench.workspace.stop(first)
        while third.transcript.timing.first_token is None:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        bench.workspace.stop(third)
        await asyncio.gather(*tasks, return_exceptions=True)
        rows = await bench.workspace.sessions.recording(second.id)
        assert rows[-1].kind == "stopped"


async def test_a_column_without_a_server_says_why_and_the_others_go_on(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session()
        comparing.begin(session, count=3)
        one, gone, down = branches(session)
        gone.column.profile = "deleted"
        bench.app.adopt(Profile(id="down", name="Down", base_url="http://127.0.0.1:9/v1"))
        down.column.profile = "down"
        lines = Lines(bench.workspace)
        runs = [
            branch.hang(lambda view: bench.workspace.ask(view, "is anybody there"))
            for branch in (one, gone, down)
        ]
        await asyncio.gather(*(lines.send(run) for run in runs))
        assert runs[0].transcript.outcome == "completed"
        for run in runs[1:]:
            assert run.transcript.outcome == "failed" and run.transcript.problem is not None
            assert run.input  # what was asked is not lost
        assert "deleted" in str(runs[1].transcript.problem)


# Marks.


def said(one: Marked) -> list[str]:
    return [one.text[begin:end] for begin, end in one.spots]


def test_words_that_the_first_answer_has_not_are_marked() -> None:
    first, second, third = marked(
        ["The sky is blue.", "The sky is grey today.", "The sky is blue."]
    )
    assert said(first) == [] and (first.differ, first.whole) == (0, 5)
    assert said(second) == ["grey today"] and second.differ == 2
    assert said(third) == [] and third.compared


def test_values_are_compared_by_their_places_and_not_by_how_they_are_written() -> None:
    first, second = marked(
        [
            '{"city": "Oslo", "days": [1, 2, 3], "wind": {"kmh": 9}}',
            '```json\n{"days": [0, 1, 2, 3], "sky": {"snow": true}, "city":   "Rome"}\n```',
        ]
    )
    assert first.values and second.values
    assert said(first) == ['"Oslo"', '"kmh": 9']
    assert said(second) == ["0", '"snow": true', '"Rome"']
    assert json.loads(second.text) == {"days": [0, 1, 2, 3], "sky": {"snow": True}, "city": "Rome"}


@pytest.mark.parametrize(
    "answers", [[], ["alone"], ["alone", ""], ["", ""], ["x" * 200_001, "short"]]
)
def test_what_cannot_be_compared_is_shown_as_it_is(answers: list[str]) -> None:
    assert [(one.text, one.compared) for one in marked(answers)] == [
        (text, False) for text in answers
    ]


def test_every_dialect_has_the_fields_that_it_is_given() -> None:
    for row in ALIKE:
        for api, path in row.items():
            assert path in {one.path for one in BY_ID[api].parameters}
