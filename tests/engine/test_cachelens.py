"""What two requests have in common at their beginning, and what a cache should make of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.profile import Profile
from playground.engine.cachelens import bodies, common, compare, pieces
from tests.engine.conftest import Opening

OPENAI = Profile(id="o", name="", base_url="https://api.openai.com/v1")


def body(*said: str, **more: Any) -> dict[str, Any]:
    items = [{"role": "user", "content": one} for one in said]
    return {"model": "gpt-5", "input": items, **more}


def words(text: str) -> tuple[int, bool]:
    return len(text.split()), True


def test_what_is_read_stands_in_the_order_in_which_a_model_reads_it() -> None:
    asked = body("Hi", instructions="Be brief.", temperature=1, tools=[{"name": "f"}],
                 text={"format": {"type": "json_schema", "schema": {}}})  # fmt: skip
    names = ["tools › 1", "text", "instructions", "input › 1"]
    assert [piece.name for piece in pieces(asked)] == names
    chat = {"messages": [{"role": "system", "content": "a"}], "response_format": {"type": "text"}}
    assert [piece.name for piece in pieces(chat)] == ["messages › 1"]
    assert [piece.words for piece in pieces({"input": "Hello"})] == ["Hello"]


def test_a_conversation_that_went_on_begins_with_all_of_the_earlier_one() -> None:
    found = common(body("one", "two"), body("one", "two", "three"))
    assert (found.items, found.total, found.text, found.differs) == (2, 3, "one\ntwo", "")


def test_the_first_difference_is_named_and_what_stands_before_it_in_its_words_counts() -> None:
    found = common(body("one", "two and more", "x"), body("one", "two and less", "x"))
    assert (found.items, found.differs, found.text) == (1, "input › 2", "one\ntwo and ")
    assert found.characters == 12


@pytest.mark.parametrize(
    ("before", "after", "differs"),
    [
        (body("a"), body("a", tools=[{"name": "f"}]), "tools › 1"),
        (body("a", instructions="x"), body("a"), "input › 1"),
        ({"input": [{"role": "user", "content": "a"}]},
         {"input": [{"role": "assistant", "content": "a"}]}, "input › 1"),
        (body("a"), {}, "input › 1"),
    ],
)  # fmt: skip
def test_where_somebody_else_speaks_nothing_is_alike(
    before: dict[str, Any], after: dict[str, Any], differs: str
) -> None:
    found = common(before, after)
    assert (found.items, found.text, found.differs) == (0, "", differs)


texts = st.text(alphabet="ab ", max_size=8)


@given(st.lists(texts, max_size=4), st.lists(texts, max_size=4))
def test_the_common_beginning_begins_both_and_is_the_longest(
    one: list[str], other: list[str]
) -> None:
    found = common(body(*one), body(*other))
    assert one[: found.items] == other[: found.items]
    rest = one[found.items :], other[found.items :]
    assert not (rest[0] and rest[1]) or rest[0][0] != rest[1][0]
    assert common(body(*other), body(*one)).text == found.text


@pytest.mark.parametrize(
    ("size", "predicted"),
    [(0, 0), (1023, 0), (1024, 1024), (1151, 1024), (1152, 1152), (5000, 4992)],
)
def test_a_cache_holds_long_beginnings_in_steps(size: int, predicted: int) -> None:
    asked = body("w " * size)
    lens = compare(asked, body("w " * size, "more"), OPENAI, words, reported=1024)
    assert (lens.tokens, lens.exact, lens.predicted) == (size, True, predicted)
    assert lens.missed == predicted - 1024 and str(size) in lens.why


LONG = "w " * 2000


@pytest.mark.parametrize(
    ("before", "after", "base_url", "predicted", "why"),
    [
        ({}, {}, "https://gateway.example/v1", None, "not known"),
        ({}, {}, "http://[", None, "not known"),
        ({}, {}, "https://notopenai.azure.com", None, "not known"),
        ({}, {}, "https://mine.openai.azure.com/openai/v1", 1920, "steps of 128"),
        ({}, {"model": "gpt-5-mini"}, OPENAI.base_url, 0, "Another model"),
        ({}, {"previous_response_id": "r"}, OPENAI.base_url, None, "keeps"),
        ({}, {"conversation": "c"}, OPENAI.base_url, None, "keeps"),
        ({}, {"prompt_cache_options": {"mode": "explicit"}}, OPENAI.base_url, None, "itself"),
        ({"prompt_cache_key": "a"}, {}, OPENAI.base_url, 1920, "different cache keys"),
    ],
)
def test_what_is_not_known_is_not_predicted(
    before: dict[str, Any],
    after: dict[str, Any],
    base_url: str,
    predicted: int | None,
    why: str,
) -> None:
    server = Profile(id="s", name="", base_url=base_url)
    lens = compare(body(LONG, **before), body(LONG, **after), server, words)
    assert lens.predicted == predicted and why in lens.why
    assert lens.missed is None


async def test_the_bodies_of_a_run_are_read_from_its_recording(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session("chat")
        sent = [bodies(await bench.ask(session, text)) for text in ("one", "two")]
        assert [len(row) for row in sent] == [1, 1]
        assert common(sent[0][0], sent[1][0]).items == 1
        assert [row["content"] for row in sent[1][0]["messages"] if row["role"] == "user"] == [
            "one",
            "two",
        ]
