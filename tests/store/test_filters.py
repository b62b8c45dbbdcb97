"""Filters: which sessions a list shows, alone and together with words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from playground.core.call import Call
from playground.core.comparison import Column, Comparison
from playground.core.items import ToolCall
from playground.core.session import Run, Session
from playground.core.tools import Tool
from playground.store.filters import FAILED, Filter, escaped
from playground.store.sessions import Sessions

Make = Callable[..., Any]


def noon(day: str) -> float:
    return datetime.fromisoformat(f"{day}T12:00").timestamp()


async def fill(sessions: Sessions, make_run: Make) -> None:
    """Five sessions of which each answers another question."""

    async def keep(session_id: str, words: str, run: Run | None = None, **more: Any) -> None:
        session = Session(session_id, title=words, **{"changed": noon("2026-11-10"), **more})
        if run is not None:
            run.session, run.created = session_id, session.changed
            await sessions.begin(run)
            await sessions.finish(run)
        await sessions.save(session)

    run = make_run("the needle in the hay", run_id="run_plain")
    await keep("plain", "A needle", run, folder="Work", tags=["Mail", "to do"],
               changed=noon("2026-11-01"))  # fmt: skip
    run = make_run("tools", run_id="run_tools")
    run.call = Call(api="chat", model="gpt-nine", tools=[Tool(name="f")])
    run.transcript.model = "gpt-nine-2026"
    run.transcript.items.append(ToolCall(key="1", name="f"))
    await keep("tools", "Tools", run, folder="Work/Mail", tags=["mail"], profile="here",
               changed=noon("2026-11-05"))  # fmt: skip
    run = make_run("went wrong", run_id="run_wrong", over=False)
    run.transcript.outcome = "timed_out"
    await keep("wrong", "Went wrong", run, pinned=True, changed=noon("2026-11-06"))
    columns = [Column(profile="a", call=Call()), Column(profile="b", call=Call())]
    await keep("columns", "Columns", comparison=Comparison(columns=columns), archived=True,
               call=Call(model="100%_model"), folder="Workshop")  # fmt: skip
    await keep("gone", "A needle too", trashed=True, folder="Work")
    live = make_run("goes on", run_id="run_live", over=False, owner="o")
    live.session = "live"
    await sessions.save(Session("live", title="Live", changed=noon("2026-11-12")))
    await sessions.begin(live)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), "live columns wrong tools plain"),
        (Filter("needle"), "plain"),
        (Filter("needle", trashed=True), "gone"),
        (Filter("needle", calls=True), ""),
        (Filter("tools", calls=True), "tools"),
        (Filter("nowhere", folder="Work"), ""),
        (Filter("eedle", folder="Work"), "plain"),
        (Filter("needle", model="no such"), ""),
        (Filter(model="gpt-nine"), "tools"),
        (Filter(model="GPT-NINE-2026"), "tools"),
        (Filter(model="100%_"), "columns"),
        (Filter(model="100__"), ""),
        (Filter(profile="here"), "tools"),
        (Filter(profile="p"), "live wrong tools plain"),
        (Filter(panel="chat"), "live wrong plain"),
        (Filter(panel="tools"), "tools"),
        (Filter(panel="structured"), ""),
        (Filter(panel="compare"), "columns"),
        (Filter(tags=("mail",)), "tools plain"),
        (Filter(tags=("mail", "TO DO")), "plain"),
        (Filter(tags=("mai",)), ""),
        (Filter(folder="Work"), "tools plain"),
        (Filter(folder="Work", exact=True), "plain"),
        (Filter(folder="Work/Mail"), "tools"),
        (Filter(folder="W%"), ""),
        (Filter(folder=""), "live wrong"),
        (Filter(since=date(2026, 11, 6)), "live columns wrong"),
        (Filter(before=date(2026, 11, 6)), "tools plain"),
        (Filter(since=date(2026, 11, 5), before=date(2026, 11, 7)), "wrong tools"),
        (Filter(since=date(9999, 12, 31)), ""),
        (Filter(before=date(1, 1, 1)), ""),
        (Filter(calls=True), "tools"),
        (Filter(failed=True), "wrong"),
        (Filter(running=True), "live"),
        (Filter(pinned=True), "wrong"),
        (Filter(pinned=False, archived=False), "live tools plain"),
        (Filter(archived=True), "columns"),
        (Filter(archived=False), "live wrong tools plain"),
        (Filter(trashed=True), "gone"),
        (Filter(panel="tools", tags=("mail",), since=date(2026, 11, 5)), "tools"),
        (Filter(panel="tools", failed=True), ""),
    ],
    ids=str,
)
def test_a_filter_lets_through_what_it_says(
    opened: Make, make_run: Make, wanted: Filter, found: str
) -> None:
    async def go() -> None:
        async with opened() as sessions:
            await fill(sessions, make_run)
            assert [row.id for row in await sessions.list(wanted)] == found.split()
            if not wanted.words:
                assert sorted(await sessions.shelving.inside(wanted)) == sorted(found.split())

    asyncio.run(go())


def test_a_run_in_the_trash_speaks_for_no_session(opened: Make, make_run: Make) -> None:
    async def go() -> None:
        async with opened() as sessions:
            await fill(sessions, make_run)
            run = await sessions.run("run_tools")
            run.trashed = True
            await sessions.update(run)
            for wanted in (Filter(calls=True), Filter(panel="tools"), Filter(model="nine-2026")):
                assert await sessions.list(wanted) == []

    asyncio.run(go())


def test_rows_say_which_run_has_the_words(opened: Make, make_run: Make) -> None:
    async def go() -> None:
        async with opened() as sessions:
            await fill(sessions, make_run)
            (row,) = await sessions.list("hay")
            assert (row.id, row.found_in) == ("plain", "run_plain")
            (row,) = await sessions.list("columns")
            assert (row.id, row.found_in) == ("columns", "")
            assert row.found is not None and row.found.text == "Columns"

    asyncio.run(go())


def test_what_went_wrong_are_outcomes() -> None:
    assert set(FAILED) < {
        "completed", "incomplete", "refused", "failed", "timed_out", "truncated", "limited",
        "stopped", "interrupted",
    }  # fmt: skip
    assert escaped(r"a\b%c_d") == r"a\\b\%c\_d"
    assert not Filter("words").narrows
    assert Filter(archived=False).narrows
