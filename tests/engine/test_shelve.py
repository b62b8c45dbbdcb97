"""Where sessions lie is changed in memory and on the disk alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from playground.core.problem import Failure, Problem
from playground.store.filters import Filter
from playground.store.shelving import Change

Opening = Callable[..., Any]


async def test_a_session_that_is_open_is_not_brought_back_by_its_next_save(
    opening: Opening,
) -> None:
    async with opening() as bench:
        session = bench.session()
        await bench.ask(session, "a question")
        change = Change(folder=" Work // Mail", tags=("#x", "X", "y"), pinned=True, trashed=True)
        undo = await bench.workspace.shelve({session.id: change, "closed": change})
        assert (session.folder, session.tags, session.pinned) == ("Work/Mail", ["x", "y"], True)
        await bench.app.sessions.save(session)
        (row,) = await bench.app.sessions.list(Filter(trashed=True))
        assert (row.folder, row.tags, row.pinned) == ("Work/Mail", ("x", "y"), True)
        assert undo == {
            session.id: Change(folder="", tags=(), pinned=False, trashed=False)
        }  # and nothing of what is not there
        await bench.workspace.shelve(undo)
        await bench.app.sessions.save(session)
        (row,) = await bench.app.sessions.list()
        assert (row.folder, row.tags, row.pinned, row.trashed) == ("", (), False, False)


async def test_going_on_takes_a_session_out_of_the_trash_and_no_other_place(
    opening: Opening,
) -> None:
    async with opening() as bench:
        session = bench.session()
        await bench.ask(session, "a question")
        await bench.workspace.shelve({session.id: Change(trashed=True, folder="Work")})
        await bench.ask(session, "and another one")
        (row,) = await bench.app.sessions.list()
        assert (row.folder, row.runs, session.trashed) == ("Work", 2, False)


async def test_where_a_session_lies_is_not_undone_by_another_window_that_has_it_open(
    opening: Opening,
) -> None:
    async with opening() as bench:
        session = bench.session()
        await bench.ask(session, "a question")
        there = Change(folder="Work", tags=("mail",), pinned=True, archived=True, trashed=True)
        await bench.app.sessions.shelving.put({session.id: there})  # this one knows nothing of it
        await bench.app.sessions.save(session)
        (row,) = await bench.app.sessions.list(Filter(trashed=True))
        assert (row.folder, row.tags, row.pinned, row.archived) == ("Work", ("mail",), True, True)
        await bench.ask(session, "and another one")
        (row,) = await bench.app.sessions.list()
        assert (row.folder, row.tags, row.pinned, row.archived) == ("Work", ("mail",), True, True)


async def test_a_session_that_is_written_after_its_first_run_lies_where_it_was_made(
    opening: Opening,
) -> None:
    async with opening() as bench:
        session = bench.session()
        session.folder, session.tags = "Work", ["mail"]
        run = bench.workspace.ask(session, "a question")
        await bench.app.sessions.begin(run)
        await bench.app.sessions.save(session)
        (row,) = await bench.app.sessions.list()
        assert (row.folder, row.tags) == ("Work", ("mail",))


async def test_what_is_put_into_the_trash_while_it_is_written_stays_there(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session()
        run = bench.workspace.ask(session, "a question")
        await bench.workspace.shelve({session.id: Change(trashed=True)})
        await bench.workspace.go(run)
        assert [row.id for row in await bench.app.sessions.list(Filter(trashed=True))] == [
            session.id
        ]


async def test_what_cannot_be_written_changes_nothing(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opening() as bench:
        session = bench.session()
        await bench.ask(session, "a question")

        async def full(_: object) -> None:
            raise Failure(Problem(title="The disk is full."))

        monkeypatch.setattr(bench.app.sessions.shelving, "put", full)
        with pytest.raises(Failure, match="The disk is full"):
            await bench.workspace.shelve({session.id: Change(folder="Work", archived=True)})
        assert (session.folder, session.archived) == ("", False)


async def test_several_are_forgotten_and_what_runs_in_them_is_stopped(opening: Opening) -> None:
    async with opening() as bench:
        one, two, three = bench.session(), bench.session(), bench.session()
        for session in (one, two, three):
            await bench.ask(session, "a question")
        await bench.workspace.forget(one.id, three.id)
        assert [row.id for row in await bench.app.sessions.list()] == [two.id]
        assert one.id not in bench.workspace.open and two.id in bench.workspace.open
