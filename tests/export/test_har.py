"""Every exchange of a run is an entry that developer tools can open."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft6Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT6

from playground.core.call import Call
from playground.core.profile import Profile
from playground.core.recording import Event, fact
from playground.core.resources import resource
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.export import jsonl
from playground.export.base import Exported
from playground.export.har import write
from tests.export.conftest import ANSWERS, MARKER
from tests.schemas.node import installed, needs_node

MS = 1_000_000
PROFILE = Profile(id="p", name="P")
REQUIRED = {
    "entry": {"startedDateTime", "time", "request", "response", "cache", "timings"},
    "request": {"method", "url", "httpVersion", "cookies", "headers", "queryString",
                "headersSize", "bodySize"},
    "response": {"status", "statusText", "httpVersion", "cookies", "headers", "content",
                 "redirectURL", "headersSize", "bodySize"},
    "timings": {"send", "wait", "receive"},
}  # fmt: skip


def log(run: Run) -> dict[str, Any]:
    value = json.loads(write(Exported(run, PROFILE)))
    assert set(value) == {"log"}
    return dict(value["log"])


def troubled() -> Run:
    """A refused connection, a page that is no text, a stream that broke, and one that waits."""

    def request(url: str) -> dict[str, Any]:
        headers = [["Authorization", "Bearer ****"], ["Content-Type", "application/json"]]
        return {"method": "POST", "url": url, "headers": headers, "body": '{"a":"\ud83d ü"}'}

    run = Run("run_1", "ses_1", None, Call(model="m"), "p", [], BY_ID["chat"].reduce,
              created=1_500_000_000.25)  # fmt: skip
    connection = {"host": "127.0.0.1", "port": 8080, "reused": False, "ready_ms": 1,
                  "tcp_ms": 10, "tls_ms": 20}  # fmt: skip
    head = {"status": 502, "reason": "Bad", "version": "HTTP/1.1",
            "headers": [["Content-Type", "text/x"], ["Content-Encoding", "gzip"]]}  # fmt: skip
    stream = {"status": 200, "headers": [["content-type", "text/event-stream"]]}
    run.take([
        fact(0, "request", request("http://h/v1?a=1&b=x%20y&c=")),
        fact(3 * MS, "failed", {"problem": {"title": "Nobody is there."}}),
        fact(3 * MS, "retry", {"after": 1}),
        fact(100 * MS, "request", request("http://h/v1"), attempt=1),
        fact(150 * MS, "connection", connection, attempt=1),
        fact(150 * MS, "head", head, attempt=1),
        Event(160 * MS, "body", b"\xff\xfe", attempt=1),
        fact(170 * MS, "eof", attempt=1),
        fact(200 * MS, "request", request("http://h/v1"), leg=1),
        fact(210 * MS, "head", stream, leg=1),
        Event(220 * MS, "sse", b"event: a\ndata: 1\n\n", 1, 0, 0),
        Event(230 * MS, "rest", b"data: {", 1, 0, 1),
        fact(240 * MS, "cut", {"problem": {"title": "It broke."}}, leg=1),
        fact(300 * MS, "request", request("http://h/v1"), leg=2),
    ])  # fmt: skip
    return run


RUNS: dict[str, Callable[[], Run]] = {
    "troubled": troubled,
    "silent": lambda: Run("run_1", "s", None, Call(), "p", [], BY_ID["chat"].reduce),
    "demo": lambda: jsonl.read(resource("demos", "weather-desk.jsonl").read_bytes(), BY_ID),
}


@pytest.mark.parametrize("api", ["chat", "responses", "completions"])
def test_an_entry_holds_the_exchange_to_the_byte(api: str, record: Any) -> None:
    run, _ = record(api)
    whole = log(run)
    assert (whole["version"], whole["creator"]["name"]) == ("1.2", "Playground")
    (page,), (entry,) = whole["pages"], whole["entries"]
    assert entry["pageref"] == page["id"] == run.id
    assert page["startedDateTime"] == "2017-07-14T02:40:00.000Z"
    body = b"".join(ANSWERS[api])
    assert entry["response"]["content"]["text"].encode() == body
    assert entry["response"]["content"]["size"] == entry["response"]["bodySize"] == len(body)
    sent = json.loads(run.recording[0].raw)
    assert entry["request"]["postData"] == {"mimeType": "application/json", "text": sent["body"]}
    sizes = [row["size"] for row in entry["_events"]]
    assert sizes == [len(one) for one in ANSWERS[api]]
    assert [row["time"] for row in entry["_events"]][:2] == [0.002, 0.002001]
    assert MARKER not in json.dumps(whole)


@pytest.mark.parametrize("name", RUNS)
def test_what_the_standard_requires_is_there(name: str) -> None:
    run = RUNS[name]()
    entries = log(run)["entries"]
    assert len(entries) == run.recording.kinds.count("request")
    for entry in entries:
        assert set(entry) >= REQUIRED["entry"]
        for part in ("request", "response", "timings"):
            assert set(entry[part]) >= REQUIRED[part]
        taken = {name: ms for name, ms in entry["timings"].items() if ms >= 0}
        taken.pop("ssl", None)  # is a part of connecting
        assert entry["time"] == pytest.approx(sum(taken.values()))


def test_each_try_has_its_own_times_and_what_went_wrong() -> None:
    failed, refused, broken, waiting = log(troubled())["entries"]
    assert failed["request"]["queryString"] == [
        {"name": "a", "value": "1"}, {"name": "b", "value": "x y"}, {"name": "c", "value": ""},
    ]  # fmt: skip
    assert (failed["response"]["status"], failed["response"]["_error"]) == (0, "Nobody is there.")
    assert (failed["timings"]["wait"], failed["timings"]["receive"]) == (3, -1)
    assert refused["startedDateTime"] == "2017-07-14T02:40:00.350Z"
    assert refused["timings"] == {
        "blocked": 1, "dns": -1, "connect": 30, "ssl": 20, "send": 0, "wait": 19, "receive": 20,
    }  # fmt: skip
    assert (refused["serverIPAddress"], refused["connection"]) == ("127.0.0.1", "8080")
    assert refused["response"]["bodySize"] == -1  # it was compressed
    content = refused["response"]["content"]
    assert (content["encoding"], base64.b64decode(content["text"])) == ("base64", b"\xff\xfe")
    assert broken["response"]["content"]["text"] == "event: a\ndata: 1\n\ndata: {"
    assert broken["_events"] == [{"time": 20, "chunk": 0, "event": "a", "size": 18}]
    assert broken["response"]["_error"] == "It broke."
    assert waiting["time"] == 0 and waiting["timings"]["wait"] == -1


@pytest.mark.external
@needs_node
def test_it_is_valid_by_the_schema_of_others(tmp_path: Path, record: Any) -> None:
    folder = installed("har-schema@2.0.0", tmp_path) / "node_modules" / "har-schema" / "lib"
    schemas = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    assert len(schemas) > 15
    registry = Registry().with_resources(
        (one["$id"], Resource.from_contents(one, default_specification=DRAFT6)) for one in schemas
    )
    validator = Draft6Validator(
        {"$ref": "har.json#"}, registry=registry, format_checker=Draft6Validator.FORMAT_CHECKER
    )
    assert list(validator.iter_errors({"log": {"version": "1.2"}}))
    for run in (record("chat")[0], record("responses")[0], *(make() for make in RUNS.values())):
        value = json.loads(write(Exported(run, PROFILE)))
        assert [error.message for error in validator.iter_errors(value)] == []


@pytest.mark.parametrize(
    "number", [10**400, -1, float("inf"), float("nan"), 1e300, "5", None, True]
)
def test_whatever_an_edited_recording_says_of_times(number: Any) -> None:
    first, *rest = troubled().recording
    run = Run("run_1", "s", None, Call(), "p", [], BY_ID["responses"].reduce)
    run.recording.append([first, fact(0, "connection", {"tcp_ms": number}), *rest])
    run.recording.began = 1e18
    assert all(entry["time"] >= 0 for entry in log(run)["entries"])
