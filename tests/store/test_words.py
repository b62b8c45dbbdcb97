"""Search finds what a person would expect it to find, and shows where."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.items import Message, Reasoning, Text, ToolCall, ToolOutput
from playground.store.words import (
    AROUND,
    Excerpt,
    clean,
    excerpt,
    query,
    readable,
    said,
    searchable,
)

Make = Callable[..., Any]


@pytest.fixture
def hits(opened: Make, make_run: Make) -> Callable[[str, str], bool]:
    """Whether a search finds a session with this text in it."""

    def hits(text: str, search: str) -> bool:
        async def go() -> bool:
            async with opened() as sessions:
                await sessions.begin(make_run("something else", session="ses_other"))
                await sessions.begin(make_run(text, sent=False, session="ses_it"))
                return [row.id for row in await sessions.list(search)] == ["ses_it"]

        return asyncio.run(go())

    return hits


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("The weather in Oslo", "weather"),
        ("The weather in Oslo", "wea"),
        ("The weather in Oslo", "w os"),
        ("The weather in Oslo", "OSLO weather"),
        ("Un café crème", "cafe creme"),
        ("Un cafe creme", "café"),
        ("Straße nach Zürich", "zurich"),
        ("call get_weather(city)", "get_weather"),
        ("call get_weather(city)", "weather("),
        ('she said "stop it"', '"stop it"'),
        ("日本語のテキストを検索する", "検索"),
        ("日本語のテキストを検索する", "語"),
        ("日本語のテキストを検索する", "キスト"),
        ("我想知道北京的天气", "北京"),
        ("我想知道北京的天气", "北京 天气"),
        ("한국어를 공부합니다", "국어"),
        ("ภาษาไทยง่ายมาก", "ไทย"),
        ("mixed北京text", "北京"),
        ("mixed北京text", "text"),
        ("مرحبا بالعالم", "بالعالم"),
        ("interoperability", "opera"),
        ("well done 🎉", "🎉"),
        ("100% of it", "100%"),
        ("a_b", "a_b"),
        ("what?!", "?!"),
        ("a:\n{", "{ :"),
        ("back\\slash", "k\\s"),
        ("x \x00 y\x02z", "yz"),
    ],
)
def test_found(hits: Callable[[str, str], bool], text: str, search: str) -> None:
    assert hits(text, search)


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("The weather in Oslo", "weather Bergen"),
        ("我想知道北京的天气", "京北"),
        ("100 of it", "100%off"),
        ("ab", "a_b"),
        ("anything", "NOT zebra"),
        ("anything", "text : x OR any*"),
    ],
)
def test_not_found(hits: Callable[[str, str], bool], text: str, search: str) -> None:
    assert not hits(text, search)


@given(st.text())
def test_any_text_can_be_searched_for(search: str) -> None:
    """What is typed is never taken for a query language."""
    import sqlite3
    from contextlib import closing

    from playground.store.migrations import MIGRATIONS
    from playground.store.words import find

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for step in MIGRATIONS:
            step(connection)
        connection.execute("INSERT INTO session (id, created, changed) VALUES ('s', 1, 1)")
        connection.execute(
            "INSERT INTO message (session, text) VALUES ('s', ?)", (searchable(search),)
        )
        found = find(connection, search, among="true", limit=5)
        if searchable(search).strip() and searchable(search).split() == search.split():
            assert list(found) == ["s"]


@given(st.text(st.characters()))
def test_searchable_text_reads_as_it_was_but_for_what_cannot_be_seen(text: str) -> None:
    text = "".join(c for c in text if c == "\n" or (c >= " " and c not in "\x7f\u200b"))
    assert readable(searchable(text)) == clean(text)


def test_all_words_of_a_run_are_indexed() -> None:
    items = [
        Message(text=Text("one"), refusal=Text("two")),
        Reasoning(text=Text("three"), summary=Text("four")),
        ToolCall(name="five", arguments=Text('{"six": 6}')),
        ToolOutput(output="seven"),
    ]
    words = said(items)
    for word in ("one", "two", "three", "four", "five", "six", "seven"):
        assert word in words


def test_titles_and_instructions_are_found(opened: Make, session_of: Make) -> None:
    async def go() -> None:
        async with opened() as sessions:
            await sessions.save(session_of("ses_1", "First plan"))
            await sessions.save(session_of("ses_1", "Second plan"))
            assert await sessions.list("first") == []
            (row,) = await sessions.list("seco")
            assert row.found == Excerpt("Second plan Be brief.", ((0, 4),))
            assert [row.id for row in await sessions.list("brief")] == ["ses_1"]

    asyncio.run(go())


def test_the_newest_sessions_come_first_and_each_once(opened: Make, make_run: Make) -> None:
    async def go() -> None:
        async with opened() as sessions:
            for number in range(12):
                run = make_run("needle", session=f"ses_{number % 4}", created=100.0 + number)
                await sessions.begin(run)
            assert [row.id for row in await sessions.list("needle")] == [
                "ses_3",
                "ses_2",
                "ses_1",
                "ses_0",
            ]
            assert [row.id for row in await sessions.list("needle", limit=2)] == ["ses_3", "ses_2"]

    asyncio.run(go())


def test_the_words_of_an_answer_are_found_once_it_is_over(opened: Make, make_run: Make) -> None:
    run = make_run("question", "an answer", over=False)

    async def go() -> None:
        async with opened() as sessions:
            await sessions.begin(make_run("question", sent=False, run_id=run.id))
            assert await sessions.list("answer") == []
            await sessions.finish(run)
            (row,) = await sessions.list("answ")
            assert row.found is not None
            text, ((begin, end),) = row.found.text, row.found.marks
            assert text[begin:end] == "answ"

    asyncio.run(go())


# Excerpts.


def test_an_excerpt_of_a_short_text_is_the_text() -> None:
    assert excerpt("The\nweather in Oslo", "oslo the") == Excerpt(
        "The weather in Oslo", ((0, 3), (15, 19))
    )


def test_an_excerpt_of_a_long_text_surrounds_the_first_match() -> None:
    found = excerpt("x" * 1000 + " needle " + "y" * 1000, "NEED")
    ((begin, end),) = found.marks
    assert found.text[begin:end] == "need"
    assert found.text.startswith("…x") and found.text.endswith("y…")
    assert begin == AROUND + 1


def test_a_match_at_the_beginning_of_a_word_is_preferred() -> None:
    found = excerpt("concatenate the cat", "cat")
    assert found.marks == ((16, 19),)


@pytest.mark.parametrize(
    ("text", "search", "marked"),
    [
        ("Un café crème", "cafe", "café"),
        ("un cafe", "café", "cafe"),
        ("日本語の検索", "検索", "検索"),
        ("interoperability", "opera", "opera"),
    ],
)
def test_marks_stand_on_what_was_found(text: str, search: str, marked: str) -> None:
    found = excerpt(text, search)
    assert [found.text[begin:end] for begin, end in found.marks] == [marked]


@given(st.text(), st.text())
def test_marks_are_inside_the_excerpt(text: str, search: str) -> None:
    found = excerpt(text, search)
    assert all(0 <= begin < end <= len(found.text) for begin, end in found.marks)


def test_a_query_is_never_longer_than_it_must_be() -> None:
    assert query("a " * 100).count("*") == 12
    assert query(" ?! ") == ""
