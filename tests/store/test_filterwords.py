"""Filters as they are typed among words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.store.filters import Filter
from playground.store.filterwords import FLAGS, OPERATORS, filter_of, joined, quoted, term, typed

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Filter()),
        ("two words", Filter("two words")),
        ("model:gpt", Filter(model="gpt")),
        ("zebra model:gpt tail", Filter("zebra tail", model="gpt")),
        ("MODEL:gpt", Filter(model="gpt")),
        ("model:a model:b", Filter(model="b")),
        ("server:here", Filter(profile="here")),
        ("tag:x tag:y tag:x", Filter(tags=("x", "y"))),
        ("tag:#x", Filter(tags=("x",))),  # as it is shown
        ('tag:"to do" go', Filter("go", tags=("to do",))),
        ('tag:"to do', Filter(tags=("to do",))),
        ("in:Work/Mail", Filter(folder="Work/Mail")),
        ('folder:" Work // Mail "', Filter(folder="Work/Mail")),
        ("panel:tools", Filter(panel="tools")),
        ("panel:str", Filter(panel="structured")),
        ("has:tools is:failed", Filter(calls=True, failed=True)),
        ("is:running is:pinned", Filter(running=True, pinned=True)),
        ("is:archived", Filter(archived=True)),
        ("not:archived not:pinned", Filter(archived=False, pinned=False)),
        ("is:archived not:archived", Filter(archived=False)),
        ("is:trashed", Filter(trashed=True)),
        ("before:2026-11-01", Filter(before=date(2026, 11, 1))),
        ("after:2026-11-01", Filter(since=date(2026, 11, 1))),
        ("since:today", Filter(since=TODAY)),
        ("since:Yesterday", Filter(since=date(2026, 11, 20))),
        ("on:2026-11-01", Filter(since=date(2026, 11, 1), before=date(2026, 11, 2))),
        ("on:2026-11-01 since:2026-10-01", Filter(since=date(2026, 10, 1))),
        ("https://x.org model", Filter("https://x.org model")),
        ("a.model:x", Filter("a.model:x")),
    ],
)
def test_operators_stand_for_fields(text: str, wanted: Filter) -> None:
    found = typed(text, TODAY)
    assert found.faults == ()
    assert found.filter == wanted


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("before:soon", "before: wants a date like 2026-11-21"),
        ("since:2026-13-01", "since: wants a date"),
        ("on:9999-12-31", "on: 9999-12-31 is no date that a session can have."),
        ("has:cheese", "has: wants tools behind it."),
        ("is:", "is: wants failed or running or pinned or archived or trashed behind it."),
        ("panel:garden", "panel: is one of chat, structured, tools, compare."),
        ("panel:", "panel: is one of"),
        ("tag:", "tag: wants a name behind it."),
        ('tag:""', "tag: wants a name behind it."),
        ("folder:///", "folder: wants a folder behind it"),
    ],
)
def test_what_is_malformed_is_told_and_asks_nothing(text: str, says: str) -> None:
    found = typed(f"zebra {text} model:m", TODAY)
    assert len(found.faults) == 1 and found.faults[0].startswith(says)
    assert found.filter == Filter("zebra", model="m")
    assert text in found.left and "model:m" not in found.left


def test_what_is_left_is_the_text_without_its_terms() -> None:
    assert typed("tag:x ", TODAY).left == ""
    assert typed("tag:x two  words ", TODAY).left == "two  words "
    assert typed("two tag:x words", TODAY).left == "two  words"


def test_terms_are_said_and_can_be_typed_again() -> None:
    terms = typed('tag:"to do" on:2026-11-01 in:Work has:tools', TODAY).terms
    assert [one.label for one in terms] == ["#to do", "on 2026-11-01", "in Work", "has tool calls"]
    again = typed(" ".join(one.text for one in terms), TODAY)
    assert again.terms == terms
    more = joined(terms, typed("since:2026-10-01 tag:other", TODAY).terms)
    assert [one.text for one in more] == [
        'tag:"to do"', "folder:Work", "has:tools", "since:2026-10-01", "tag:other",
    ]  # fmt: skip


def test_every_flag_makes_a_filter_of_its_own() -> None:
    made = [filter_of([term(name, value)]) for name in FLAGS for value in FLAGS[name]]
    assert len(made) == len(set(made))
    assert all(one.narrows for one in made)


pieces = st.sampled_from([f"{name}:" for name in OPERATORS] + ['"', ":", " ", "2026-11-01", "x"])


@given(st.lists(pieces | st.text(max_size=8)).map("".join))
def test_any_text_is_read(text: str) -> None:
    found = typed(text, TODAY)
    again = typed(" ".join([*(one.text for one in found.terms), found.left]), TODAY)
    assert again.filter == found.filter
    assert again.faults == found.faults


@given(st.text(max_size=30))
def test_a_quoted_value_is_read_as_it_was(value: str) -> None:
    kept: Any = " ".join(value.replace('"', "").split())
    found = typed(f"model:{quoted(kept)}", TODAY)
    assert found.filter.model == kept
