"""GET /models in the shapes that servers write it."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from playground.core.problem import Failure
from playground.providers.models import Model, models


def read(data: Any) -> list[Model]:
    return models(json.dumps(data).encode())


@pytest.mark.parametrize(
    "data",
    [
        {"object": "list", "data": [{"id": "a"}, {"id": "b"}]},
        [{"id": "a"}, {"id": "b"}],
        {"models": [{"name": "a"}, {"name": "b"}]},
        {"data": ["a", "b"]},
        {"models": [{"name": "x"}], "data": [{"id": "a"}, {"id": "b"}]},
        {"data": [{"id": "a"}, {"id": None}, 3, {}, {"id": "b"}, {"id": "a"}]},
    ],
)
def test_all_shapes_give_the_same_models(data: Any) -> None:
    assert [model.id for model in read(data)] == ["a", "b"]


@pytest.mark.parametrize("data", [[], {"data": []}, {"data": None}, {"models": []}])
def test_a_server_without_models_has_none(data: Any) -> None:
    assert read(data) == []


def test_what_a_server_says_of_a_model() -> None:
    row = {
        "id": "m",
        "object": "model",
        "created": 1_700_000_000,
        "owned_by": "openai",
        "shutdown_date": "2027-01-14",
    }
    assert read([row]) == [Model("m", 1_700_000_000, "openai", "2027-01-14", None)]


@pytest.mark.parametrize(
    "row",
    [
        {"context_length": 4096},
        {"context_window": 4096},
        {"max_model_len": 4096},
        {"max_context_length": 4096},
        {"meta": {"n_ctx_train": 4096}},
        {"context_length": None, "max_model_len": 4096},
        {"context_length": 0, "context_window": 4096.0},
        {"meta": None, "top_provider": {"context_length": 4096}},
    ],
)
def test_the_context_under_every_name(row: dict[str, Any]) -> None:
    assert read([{"id": "m", **row}])[0].context == 4096


@pytest.mark.parametrize(
    "row", [{"created": "today"}, {"created": True}, {"owned_by": 3}, {"meta": "x"},
            {"context_length": "4k"}, {"created": 1e300}, {"shutdown_date": None},
            {"deprecation": {"inference": []}}, {"deprecation": 1e15}, {"deprecated": "perhaps"},
            {"pricing": "cheap"}, {"pricing": {"prompt": None, "image": "0", "x": [1]}}],
)  # fmt: skip
def test_nonsense_beside_the_id_is_left_out(row: dict[str, Any]) -> None:
    assert read([{"id": "m", **row}]) == [Model("m")]


@pytest.mark.parametrize(
    ("row", "date"),
    [
        ({"shutdown_date": "2027-01-14"}, "2027-01-14"),
        ({"deprecation_date": "2027-01-14"}, "2027-01-14"),
        ({"expiration_date": "2027-01-14", "shutdown_date": None}, "2027-01-14"),
        ({"deprecation": "2027-01-14T00:00:00Z"}, "2027-01-14T00:00:00Z"),
        ({"deprecation": {"fine_tune": 1_767_225_600, "inference": 1_799_884_800}}, "2027-01-14"),
        ({"shutdown_date": 1_799_884_800}, "2027-01-14"),
        ({"shutdown_date": "early 2027"}, "early 2027"),
    ],
)
def test_when_a_model_goes_under_every_name(row: dict[str, Any], date: str) -> None:
    (model,) = read([{"id": "m", **row}])
    assert (model.shutdown_date, model.deprecated) == (date, False)
    left = {day: model.days_left(day) for day in (datetime.date(2027, 1, 4), datetime.date.max)}
    if date.startswith("2027"):
        assert left[datetime.date(2027, 1, 4)] == 10
        assert (left[datetime.date.max] or 0) < 0
    else:
        assert set(left.values()) == {None}


@pytest.mark.parametrize("row", [{"deprecated": True}, {"lifecycle_status": "deprecated"}])
def test_a_model_may_be_deprecated_without_a_date(row: dict[str, Any]) -> None:
    (model,) = read([{"id": "m", **row}])
    assert model.deprecated and model.days_left(datetime.date(2027, 1, 4)) is None


def test_prices_are_kept_as_the_server_writes_them() -> None:
    prices = {"prompt": "0.0000025", "completion": 0.00001, "image": "0", "request": 0}
    (model,) = read([{"id": "m", "pricing": prices}])
    assert model.pricing == (("prompt", "0.0000025"), ("completion", "1e-05"))


@pytest.mark.parametrize(
    "body", [b"<html>Welcome</html>", b"", b'{"hello": 1}', b'"a"', b'{"data": "a"}', b"[" * 99999]
)
def test_an_answer_that_is_no_list_says_so(body: bytes) -> None:
    with pytest.raises(Failure) as caught:
        models(body)
    assert caught.value.problem.remedy == "edit_profile"
