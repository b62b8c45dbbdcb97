"""The tree of a session as lines: indented where it branches, whole, and quick when it is long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.session import Run, Session
from playground.endpoints import BY_ID
from playground.engine.outline import (
    LONG,
    forks_only,
    found,
    full_words,
    outline,
    to_restore,
)


def turn(number: int, parent: int | None = None, said: str = "", role: str = "user") -> Run:
    text = Text(said or f"Question {number}")
    return Run(
        f"run_{number:04}", "ses", None if parent is None else f"run_{parent:04}",
        Call(api="chat", model=f"m-{number % 2}"), "p", [Message(key="in:0", role=role, text=text)],
        BY_ID["chat"].reduce, created=float(number),
    )  # fmt: skip


def tree(*runs: Run, leaf: int | None = None) -> Session:
    session = Session("ses", runs={run.id: run for run in runs})
    session.leaf = None if leaf is None else f"run_{leaf:04}"
    return session


def lines(session: Session, **more: bool) -> list[str]:
    return ["  " * row.depth + row.words for row in outline(session, **more)]


BRANCHED = [turn(1), turn(2, 1), turn(3, 2), turn(4, 1), turn(5, 4), turn(6, 5)]


def test_a_line_is_indented_where_the_tree_branches() -> None:
    session = tree(*BRANCHED, leaf=3)
    assert lines(session) == [
        "Question 1",
        "  Question 2",
        "  Question 3",
        "  Question 4",
        "  Question 5",
        "  Question 6",
    ]
    rows = outline(session)
    assert [row.here for row in rows] == [True, True, True, False, False, False]
    assert [(row.version, row.versions) for row in rows] == [
        (1, 1), (1, 2), (1, 1), (2, 2), (1, 1), (1, 1),
    ]  # fmt: skip
    assert [row.branches for row in rows] == [2, 1, 0, 1, 1, 0]
    assert [row.words for row in forks_only(rows)] == [
        "Question 1", "Question 2", "Question 3", "Question 4", "Question 6",
    ]  # fmt: skip


def test_what_was_deleted_is_there_when_it_is_wanted() -> None:
    runs = [turn(1), turn(2, 1), turn(3, 2), turn(4, 1)]
    runs[1].trashed = True
    session = tree(*runs, leaf=4)
    assert lines(session) == ["Question 1", "Question 4"]
    rows = outline(session, deleted=True)
    assert [(row.words, row.deleted) for row in rows] == [
        ("Question 1", False),
        ("Question 2", True),
        ("Question 3", True),
        ("Question 4", False),
    ]
    assert to_restore(session, runs[2]) == [runs[1]]
    assert to_restore(session, runs[3]) == []


def test_a_turn_is_called_by_what_was_said() -> None:
    long = "w " * 4 * LONG
    runs = [
        turn(1, said="  Two\nlines\t東京  "),
        turn(2, 1, said=long),
        turn(3, 2, role="developer", said="Be brief"),
        turn(4, 3, role="assistant", said="Put in"),
        turn(5, 4),
        turn(6, 5),
    ]
    runs[4].input = []
    runs[5].input = [Message(key="in:0", role="user", parts=[{"type": "input_image"}])]
    rows = outline(tree(*runs, leaf=6))
    assert [(row.role, row.words) for row in rows[::1] if len(row.words) < LONG] == [
        ("user", "Two lines 東京"),
        ("developer", "Be brief"),
        ("assistant", "Put in"),
        ("assistant", "Goes on"),
        ("user", "An attachment"),
    ]
    assert rows[1].words.endswith("…")
    assert rows[3].answer == ""
    assert full_words(rows[1]).startswith("w w w")
    assert full_words(rows[1], 10) == "w w w w w…"


def test_words_are_looked_for_in_all_that_was_said() -> None:
    runs = [turn(1, said="x" * 500 + " Straße"), turn(2, 1, said="Oslo, Rome"), turn(3, 2)]
    runs[2].transcript.model = "large-1"
    rows = outline(tree(*runs, leaf=3))
    assert [row.run for row in found(rows, "STRASSE")] == [runs[0]]
    assert [row.run for row in found(rows, "rome osl")] == [runs[1]]
    assert [row.run for row in found(rows, "large")] == [runs[2]]
    assert found(rows, " ") == rows
    assert found(rows, "nowhere") == []


def test_a_long_conversation_stands_in_one_column() -> None:
    runs = [turn(number, number - 1 or None) for number in range(1, 3001)]
    rows = outline(tree(*runs, leaf=3000))
    assert [row.run for row in rows] == runs
    assert {row.depth for row in rows} == {0}
    assert [row.words for row in forks_only(rows)] == ["Question 3000"]


@given(st.lists(st.integers(0, 30), max_size=30), st.data())
def test_every_turn_is_there_once_behind_what_it_hangs_on(
    parents: list[int], data: st.DataObject
) -> None:
    runs = [turn(0)]
    for number, parent in enumerate(parents, 1):
        runs.append(turn(number, None if parent >= number else parent))
        runs[-1].trashed = data.draw(st.booleans())
    session = tree(*runs, leaf=data.draw(st.integers(0, len(runs) - 1)))
    rows = outline(session, deleted=True)
    places = {row.run.id: at for at, row in enumerate(rows)}
    assert len(places) == len(rows) == len(runs)
    for row in rows:
        parent = row.run.parent
        if parent is not None:
            above = rows[places[parent]]
            assert places[parent] < places[row.run.id]
            assert row.depth == above.depth + (above.branches > 1)
            assert row.deleted == (above.deleted or row.run.trashed)
    seen = outline(session)
    assert {row.run.id for row in seen} == {row.run.id for row in rows if not row.deleted}
    assert {row.run.id for row in forks_only(rows)} >= {row.run.id for row in rows if row.ends}
