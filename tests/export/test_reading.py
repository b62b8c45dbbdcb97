"""What was exported can be opened again, and so can an answer that was saved by other means."""

from __future__ import annotations

from typing import Any

import pytest

from playground.core.problem import Failure
from playground.endpoints import BY_ID
from playground.export import jsonl, sse
from playground.export.base import Exported
from playground.export.reading import read


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_an_exported_run_is_the_run(api: str, record: Any) -> None:
    run, profile = record(api)
    again = read(jsonl.write(Exported(run, profile)), BY_ID)
    assert again.id == run.id
    assert again.recording.events == run.recording.events


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_an_event_stream_is_a_run_of_its_dialect(api: str, record: Any) -> None:
    run, profile = record(api)
    again = read(sse.write(Exported(run, profile)), BY_ID)
    assert again.call.api == api
    assert (again.transcript.text, again.transcript.outcome) == (run.transcript.text, "completed")


def test_a_saved_answer_is_a_run() -> None:
    saved = b'{\n "choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]\n}\n'
    assert read(saved, BY_ID).transcript.text == "Hi"


def test_a_saved_error_page_is_a_run_that_failed() -> None:
    again = read(b"<html>Bad gateway</html>", BY_ID)
    assert again.transcript.outcome == "failed"
    assert again.transcript.problem is not None


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"# A README\n\nWith text.\n", b"\x89PNG\r\n\x1a\n"]
)
def test_any_other_file_is_refused(data: bytes) -> None:
    with pytest.raises(Failure):
        read(data, BY_ID)


def test_a_run_that_was_cut_short_is_not_taken_for_an_answer(record: Any) -> None:
    data = jsonl.write(Exported(*record()))
    with pytest.raises(Failure, match="events"):
        read(data[: data.rindex(b"\n", 0, -1) + 1], BY_ID)
