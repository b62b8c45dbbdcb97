"""How far answers to the same request say the same."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.output import Output
from playground.core.recording import SSE, Event, fact
from playground.core.session import Run
from playground.core.usage import Cost
from playground.endpoints import BY_ID
from playground.engine.agreement import ABSENT, Range, Read, leaves, repeated, spread


def answered(
    text: str = "",
    *calls: tuple[str, Any],
    number: int = 0,
    ms: int = 100,
    tokens: int = 5,
    usd: str | None = None,
    end: str = "ended",
    form: bool = False,
) -> Run:
    """A run of `ms` milliseconds, the first token after a tenth of them."""
    output = Output(mode="json_schema", json_schema={}) if form else Output()
    run = Run(
        id=f"run_{number}",
        session="ses_1",
        parent=None,
        call=Call(api="chat", model="m", output=output),
        profile="p",
        input=[],
        reduce=BY_ID["chat"].reduce,
    )
    delta: dict[str, Any] = {"role": "assistant", "content": text}
    if calls:
        delta["tool_calls"] = [
            {
                "index": index,
                "id": f"c{index}",
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(arguments)},
            }
            for index, (name, arguments) in enumerate(calls)
        ]
    rows: list[tuple[int, dict[str, Any]]] = [
        (ms // 10, {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}),
        (ms, {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}),
        (ms, {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": tokens}}),
    ]
    run.take([fact(0, "request", {"method": "POST", "url": "u", "headers": [], "body": "{}"})])
    if end == "ended":
        run.take(
            Event(t * 1_000_000, SSE, b"data: " + json.dumps(row).encode() + b"\n\n", chunk=0)
            for t, row in rows
        )
        run.take([Event(ms * 1_000_000, SSE, b"data: [DONE]\n\n")])
        run.take([fact(ms * 1_000_000, "eof"), fact(ms * 1_000_000, "ended")])
    else:
        run.take([fact(ms * 1_000_000, end)])
    run.cost = None if usd is None else Cost(basis="calculated", usd=Decimal(usd), source="test")
    return run


def many(*texts: str, **more: Any) -> list[Run]:
    return [answered(text, number=number, **more) for number, text in enumerate(texts)]


def test_answers_agree_word_for_word_or_nearly() -> None:
    made = repeated(many("Paris.", "Paris.", "paris", "Lyon"))
    assert [(group.said, group.runs) for group in made.texts.groups] == [
        ("Paris.", ("run_0", "run_1")),
        ("paris", ("run_2",)),
        ("Lyon", ("run_3",)),
    ]
    assert (made.texts.most, made.texts.of, made.texts.per_cent) == (2, 4, 50)
    assert made.alike.per_cent == 75
    assert made.alike.groups[0].said == "Paris."
    assert made.fields == ()


def test_one_answer_agrees_with_nothing() -> None:
    made = repeated(many("Paris."))
    assert made.texts.per_cent is None
    assert repeated([]).texts.of == 0


def test_a_hundred_is_all_of_them() -> None:
    assert repeated(many(*["a"] * 299, "b")).texts.per_cent == 99


def test_values_of_json_are_compared_by_their_paths() -> None:
    rows = [
        {"city": "Oslo", "days": [1, 2], "wet": True},
        {"wet": True, "days": [1.0, 3], "city": "Oslo"},
        {"city": "Rome", "days": [1], "wet": 1},
    ]
    made = repeated(many(*map(json.dumps, rows), form=True))
    found = {field.path: field.values for field in made.fields}
    assert list(found) == ["city", "days[0]", "days[1]", "wet"]
    assert found["city"].per_cent == 66
    assert found["days[0]"].per_cent == 100, "1 and 1.0 are one number"
    assert [group.said for group in found["days[1]"].groups] == ["2", "3", ABSENT]
    assert [group.said for group in found["wet"].groups] == ["true", "1"]
    assert made.documents.per_cent == 33


def test_the_order_of_fields_makes_no_other_document() -> None:
    made = repeated(many('{"a": 1, "b": [1.0]}', '{"b": [1], "a": 1}'))
    assert made.documents.per_cent == 100
    assert made.texts.per_cent == 50


def test_what_is_no_json_is_left_out_of_the_fields() -> None:
    made = repeated(many('{"a": 1}', '{"a": 1}', '{"a": ', "no", form=True))
    assert made.documents.of == 2
    assert made.texts.of == 4


def test_a_number_as_an_answer_is_no_document_unless_one_was_asked_for() -> None:
    assert repeated(many("1", "1")).fields == ()
    assert repeated(many("1", "1", form=True)).fields[0].values.per_cent == 100


def test_calls_are_compared_by_their_names_and_with_their_arguments() -> None:
    runs = [
        answered("", ("weather", {"city": "Oslo"}), ("mail", {}), number=0),
        answered("", ("weather", {"city": "Rome"}), ("mail", {}), number=1),
        answered("", ("mail", {}), number=2),
        answered("No.", number=3),
    ]
    made = repeated(runs)
    assert [(group.said, len(group.runs)) for group in made.called.groups] == [
        ("weather → mail", 2),
        ("mail", 1),
        ("", 1),
    ]
    assert made.called.per_cent == 50
    assert made.arguments.groups[0].said == 'weather({"city": "Oslo"}) → mail({})'
    assert made.arguments.per_cent == 25


def test_time_tokens_and_cost_are_spread_over_what_was_answered() -> None:
    runs = [answered("a", number=n, ms=100 * n, tokens=n, usd=f"0.{n:02}") for n in range(1, 21)]
    runs += [answered("", number=30, ms=90_000, end="stopped"), answered("a", number=31)]
    made = repeated(runs)
    assert made.took_ms == Range(21, 100.0, 1000.0, 1900.0, 2000.0)
    assert made.first_token_ms is not None
    assert (made.first_token_ms.least, made.first_token_ms.most) == (10.0, 200.0)
    assert made.usd == Range(20, Decimal("0.01"), Decimal("0.10"), Decimal("0.19"), Decimal("0.20"))
    assert made.unpriced == 0
    assert dict(made.outcomes) == {"completed": 21, "stopped": 1}
    assert made.over == made.runs == 22


def test_an_unknown_price_is_told_and_not_nothing() -> None:
    runs = [answered("a", number=0, usd="0.5"), answered("a", number=1)]
    runs[1].cost = Cost(basis="unknown", source="test")
    made = repeated(runs)
    assert made.unpriced == 1
    assert made.usd is not None and made.usd.count == 1


def test_what_goes_on_is_not_compared() -> None:
    going = answered("a", number=9, end="ended")
    going = Run(
        **{
            name: getattr(going, name)
            for name in ("id", "session", "parent", "call", "profile", "input", "reduce")
        },
        owner="me",
    )
    made = repeated([answered("a"), going])
    assert (made.runs, made.over, made.texts.of) == (2, 1, 1)


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ({"a": {"b c": [1, {"d": 2}]}, "": 3}, ['a["b c"][0]', 'a["b c"][1].d', '[""]']),
        ([], [""]),
        ({}, [""]),
        (7, [""]),
        ({"a": []}, ["a"]),
    ],
)
def test_paths(value: Any, paths: list[str]) -> None:
    assert [path for path, _ in leaves(value)] == paths


def test_depth_does_no_harm() -> None:
    deep: Any = 1
    for _ in range(900):
        deep = [deep]
    made = repeated(many(json.dumps(deep), json.dumps(deep)))
    assert made.documents.per_cent == 100


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60))
def test_quantiles_are_numbers_that_are_there(numbers: list[int]) -> None:
    found = spread(numbers)
    assert found is not None
    for value, share in ((found.median, 0.5), (found.p95, 0.95)):
        assert value in numbers
        assert sum(one <= value for one in numbers) >= share * len(numbers)
        assert sum(one < value for one in numbers) < share * len(numbers)


def test_nothing_is_spread_over_nothing() -> None:
    assert spread([None, None]) is None


def test_what_was_cut_off_is_no_answer() -> None:
    runs = many("Paris.", "Paris.")
    cut = answered("", number=7, end="stopped")
    cut.take([Event(1, SSE, b'data: {"choices": [{"index": 0, "delta": {"content": "Par"}}]}\n\n')])
    made = repeated([*runs, cut])
    assert cut.answer == "Par"
    assert (made.over, made.answered, made.texts.of, made.alike.per_cent) == (3, 2, 2, 100)


def test_a_tool_that_has_to_be_called_is_the_answer_and_no_call() -> None:
    runs = [answered("", ("form", {"city": city}), number=n) for n, city in enumerate("AAB")]
    for run in runs:
        run.call = run.call.model_copy(update={"output": Output(mode="tool", name="form")})
    made = repeated(runs)
    assert [(field.path, field.values.most) for field in made.fields] == [("city", 2)]
    assert made.alike.per_cent == made.texts.per_cent == 66
    assert [group.said for group in made.called.groups] == [""]


def test_json_between_fences_and_words_beside_it_are_all_counted() -> None:
    made = repeated(many('```json\n{"a": 1}\n```', '{"a": 1}', "Sorry.", "!!!", "???"))
    assert made.documents.per_cent == 100
    assert [(group.said, len(group.runs)) for group in made.alike.groups] == [
        ('{"a": 1}', 2),
        ("Sorry.", 1),
        ("!!!", 1),
        ("???", 1),
    ]


def test_what_is_known_of_an_answer_is_not_read_again() -> None:
    known: dict[str, Read] = {}
    runs = many('{"a": 1}', '{"a": 1.0}')
    made = repeated(runs, known)
    assert known.keys() == {"run_0", "run_1"}
    assert repeated(runs, known) == made == repeated(runs)
    known["run_1"] = Read("no", "no")
    assert repeated(runs, known).alike.per_cent == 50
