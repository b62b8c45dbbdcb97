"""Where sessions lie: changed for many at once, and back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.problem import Failure
from playground.core.session import Session
from playground.store.filters import Filter
from playground.store.sessions import Sessions
from playground.store.shelving import LONGEST, Change, apply, cleaned, tag_of

Make = Callable[..., Any]


@pytest.fixture
def within(opened: Make) -> Callable[[Callable[[Sessions], Coroutine[Any, Any, None]]], None]:
    """Runs a test on a store of sessions `a` to `d`."""

    def within(test: Callable[[Sessions], Coroutine[Any, Any, None]]) -> None:
        async def go() -> None:
            async with opened() as sessions:
                for number, (id_, folder, tags) in enumerate(
                    (("a", "Work", ["x"]), ("b", "Work/Mail", ["X", "y"]), ("c", "", []),
                     ("d", "Workshop", []))
                ):  # fmt: skip
                    await sessions.save(
                        Session(id_, title=id_, folder=folder, tags=tags, changed=number + 1.0)
                    )
                await test(sessions)

        asyncio.run(go())

    return within


async def lies(sessions: Sessions, session_id: str) -> tuple[Any, ...]:
    one = await sessions.load(session_id)
    return one.folder, one.tags, one.pinned, one.archived, one.trashed


def test_a_change_says_what_undoes_it(within: Make) -> None:
    async def go(sessions: Sessions) -> None:
        before = [await lies(sessions, id_) for id_ in "abcd"]
        change = Change(folder="Work", pinned=True, tags=("n",))
        undo = await sessions.shelving.put({"a": change, "c": change, "nobody": change})
        assert undo == {
            "a": Change(pinned=False, tags=("x",)),
            "c": Change(folder="", pinned=False, tags=()),
        }
        assert await lies(sessions, "a") == await lies(sessions, "c")
        assert await lies(sessions, "c") == ("Work", ["n"], True, False, False)
        again = await sessions.shelving.put(undo)
        assert [await lies(sessions, id_) for id_ in "abcd"] == before
        assert again == {
            "a": Change(pinned=True, tags=("n",)),
            "c": Change(folder="Work", pinned=True, tags=("n",)),
        }
        assert await sessions.shelving.put({"a": Change()}) == {}

    within(go)


def test_archive_and_trash_of_many(within: Make) -> None:
    async def go(sessions: Sessions) -> None:
        await sessions.shelving.put(dict.fromkeys("ab", Change(archived=True)))
        undo = await sessions.shelving.put(dict.fromkeys("bc", Change(trashed=True)))
        assert [row.id for row in await sessions.list(Filter(archived=False))] == ["d"]
        assert [row.id for row in await sessions.list(Filter(trashed=True))] == ["c", "b"]
        (row,) = await sessions.list("a")
        assert row.archived
        await sessions.shelving.put(undo)
        assert [row.id for row in await sessions.list()] == ["d", "c", "b", "a"]

    within(go)


def test_folders_move_with_all_that_lies_in_them(within: Make) -> None:
    async def go(sessions: Sessions) -> None:
        changes = await sessions.shelving.folder_moving("Work", " Job // Now ")
        assert changes == {"a": Change(folder="Job/Now"), "b": Change(folder="Job/Now/Mail")}
        assert await sessions.shelving.folder_moving("Work", "Work") == {}
        assert await sessions.shelving.folder_moving("Work/Mail", "") == {"b": Change(folder="")}
        for folder, target in (("Work", "Work/Mail/Work"), ("", "x")):
            with pytest.raises(Failure, match="cannot lie in itself"):
                await sessions.shelving.folder_moving(folder, target)

    within(go)


def test_a_folder_is_not_the_one_with_other_capitals_though_a_search_finds_both(
    within: Make,
) -> None:
    async def test(sessions: Sessions) -> None:
        await sessions.save(Session("e", title="e", folder="work/Mail"))
        await sessions.shelving.put({"a": Change(archived=True)})
        assert await sessions.shelving.listed("work") == ["e"]
        assert await sessions.shelving.listed("Work") == ["b"]
        found = await sessions.shelving.inside(Filter(folder="work"))
        assert sorted(found) == ["a", "b", "e"]

    within(test)


def test_tags_are_given_and_taken_whatever_their_capitals(within: Make) -> None:
    async def go(sessions: Sessions) -> None:
        changes = await sessions.shelving.tagging("abc", ["#New  one", "x"], ["Y"])
        assert changes == {
            "a": Change(tags=("x", "New one")),
            "b": Change(tags=("X", "New one")),
            "c": Change(tags=("New one", "x")),
        }
        await sessions.shelving.put(changes)
        assert await sessions.shelving.tagging("abc", ["new one"]) == {}
        offers = await sessions.shelving.offers()
        assert offers.tags == {"New one": 3, "x": 2, "X": 1}
        assert offers.folders == ["Work", "Work/Mail", "Workshop"]

    within(go)


def test_shelves_show_what_is_unfolded_and_count_the_rest(within: Make) -> None:
    async def go(sessions: Sessions) -> None:
        put = sessions.shelving.put
        await put({"c": Change(pinned=True), "d": Change(folder="")})
        await sessions.save(Session("e", archived=True, folder="Old", changed=9))
        await sessions.save(Session("f", trashed=True, pinned=True, changed=8))
        closed = await sessions.shelving.shelves()
        assert [row.id for row in closed.pinned] == ["c"]
        assert [row.id for row in closed.loose] == ["d"]
        assert closed.folders == {"Work": 1, "Work/Mail": 1}
        assert (closed.archived, closed.trashed, closed.unseen) == (1, 1, 0)
        assert not closed.opened and not closed.archive and not closed.trash
        opened = await sessions.shelving.shelves(["Work", "Gone"], archive=True, trash=True)
        assert {k: [row.id for row in rows] for k, rows in opened.opened.items()} == {"Work": ["a"]}
        assert [row.id for row in opened.archive] == ["e"]
        assert [row.id for row in opened.trash] == ["f"]

    within(go)


def test_models_of_settings_and_of_runs_are_offered(opened: Make, make_run: Make) -> None:
    async def go() -> None:
        async with opened() as sessions:
            await sessions.begin(make_run("hello"))
            assert (await sessions.shelving.offers()).models == ["m", "m-1"]

    asyncio.run(go())


def test_many_are_forgotten_at_once_or_none(opened: Make, make_run: Make) -> None:
    async def go() -> None:
        async with opened() as sessions:
            await sessions.begin(make_run("one", session="a"))
            await sessions.begin(make_run("two", session="b"))
            await sessions.begin(make_run("three", session="c", over=False, owner="o"))
            with pytest.raises(Failure, match="one of these sessions is still arriving"):
                await sessions.forget("a", "c")
            assert len(await sessions.list()) == 3
            await sessions.finish(await sessions.run("run_1"))
            await sessions.forget("a", "b")
            assert [row.id for row in await sessions.list()] == ["c"]

    asyncio.run(go())


def test_what_is_in_memory_is_changed_alike() -> None:
    session = Session("a", folder="Work", tags=["x"])
    undo = apply(session, Change(folder="", tags=("y",), archived=True))
    assert (session.folder, session.tags, session.archived) == ("", ["y"], True)
    apply(session, undo)
    assert session == Session("a", folder="Work", tags=["x"], created=session.created,
                              changed=session.changed)  # fmt: skip


@given(st.text())
def test_names_are_kept_in_one_way(text: str) -> None:
    tag = tag_of(text)
    assert tag_of(tag) == tag and len(tag) <= LONGEST and '"' not in tag
    once = cleaned(Change(folder=text, tags=(text, text.upper(), "")))
    assert cleaned(once) == once
