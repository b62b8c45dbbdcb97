"""Text that code has to be careful with, sent by code that is run: it arrives as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from playground.core.problem import Failure
from playground.export import curl, javascript, python, python_httpx
from playground.export.request import Request
from tests.export.programs import needs_curl, ran_python, ran_shell
from tests.export.unusual import BODIES, bodies, has_halves

FEW = 6
COUNTS = pytest.mark.parametrize("count", [FEW, pytest.param(BODIES, marks=pytest.mark.slow)])


def requests(base_url: str, count: int) -> dict[str, Request]:
    return {
        f"{number:03}": Request("POST", f"{base_url}/responses", (), (JSON,), body)
        for number, body in enumerate(bodies(count))
    }


JSON = ("Content-Type", "application/json")


def test_the_bodies_are_what_they_are_meant_to_be() -> None:
    made = bodies(FEW)
    assert max(map(len, made)) > 200_000
    assert {has_halves(body) for body in made} == {True, False}


@needs_curl
@COUNTS
def test_curl_sends_every_byte(count: int, catcher: Any, tmp_path: Path) -> None:
    made = requests(catcher.base_url, count)
    done = ran_shell({name: curl.code(one) for name, one in made.items()}, tmp_path / "programs")
    assert {error for _, error in done.values()} == {None}
    assert [body for _, _, body in catcher.requests] == [one.body.encode() for one in made.values()]


@COUNTS
def test_httpx_sends_every_body(count: int, catcher: Any, tmp_path: Path) -> None:
    made = requests(catcher.base_url, count)
    programs = {name: python_httpx.code(one) for name, one in made.items()}
    done = ran_python(programs, tmp_path / "programs")
    assert {error for _, error in done.values()} == {None}
    for one, (_, headers, arrived) in zip(made.values(), catcher.requests, strict=True):
        assert json.loads(arrived) == json.loads(one.body)
        assert headers["content-type"] == "application/json"


@COUNTS
def test_the_package_sends_every_body_that_it_can(count: int, catcher: Any, tmp_path: Path) -> None:
    made = requests(catcher.base_url, count)
    whole = {name: one for name, one in made.items() if not has_halves(one.body)}
    for name in made.keys() - whole.keys():
        with pytest.raises(Failure, match="half of a surrogate pair"):
            python.code(made[name])
    done = ran_python(
        {name: python.code(one) for name, one in whole.items()}, tmp_path / "programs"
    )
    assert {error for _, error in done.values()} == {None}
    for one, (_, _, arrived) in zip(whole.values(), catcher.requests, strict=True):
        assert json.loads(arrived) == json.loads(one.body)


@pytest.mark.parametrize("body", ["", "[1, 2]", '"it\'s"', "{not: json}", '{"n": 1e999}', "\u2028"])
def test_httpx_sends_what_is_no_object_as_it_is(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def request(method: str, url: str, **given: Any) -> httpx.Response:
        asked.update(given)
        return httpx.Response(200, text="done")

    monkeypatch.setattr(httpx, "request", request)
    exec(python_httpx.code(Request("POST", "http://h/v1/responses", (), (JSON,), body)), {})
    assert asked.get("content", "") == body
    assert asked["headers"] == dict((JSON,))
    assert "json" not in asked


@pytest.mark.parametrize("where", ["url", "header", "body"])
def test_a_shell_cannot_say_nul_and_no_command_is_made_of_it(where: str) -> None:
    request = Request(
        "POST",
        "http://h/v1/\x00" if where == "url" else "http://h/v1",
        (),
        (("X-A", "\x00" if where == "header" else "a"),),
        "\x00" if where == "body" else "{}",
    )
    with pytest.raises(Failure, match="NUL"):
        curl.code(request)
    assert "\x00" not in python_httpx.code(request)


def test_javascript_rounds_no_whole_number() -> None:
    body = '{"input": "", "seed": 9007199254740993, "n": 9007199254740991}'
    code = javascript.code(Request("POST", "http://h/v1/responses", (), (), body))
    assert 'seed: JSON.rawJSON("9007199254740993")' in code
    assert "n: 9007199254740991" in code
