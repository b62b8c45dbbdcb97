"""What was exported as an event stream is an answer: served by a plain file server and asked for
again it gives the same transcript, whatever kind of run it was."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Command, inside
from tests.processes import Sandbox

__all__ = ["inside"]

SAME = ("outcome", "finish_reason", "text", "reasoning", "refusal", "parsed", "schema_errors",
        "tool_calls", "usage", "malformed", "repairs")  # fmt: skip
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
TOOL = "def get_weather(city: str, unit: str) -> str:\n    '''The weather.'''\n    return city\n"


@contextmanager
def served(path: Path) -> Iterator[str]:
    """The base URL of a server that answers anything with that file, and knows nothing of it."""
    body = path.read_bytes()
    kind = "application/json" if body.lstrip()[:1] == b"{" else "text/event-stream"

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


APIS = ("responses", "chat")
KINDS = [
    *((api, model, more) for api in APIS for model, more in (
        ("sandbox", ()),
        ("sandbox", ("--no-stream",)),
        ("reasoning-open", ()),
        ("sandbox", ("--schema",)),
        ("sandbox", ("--schema", "--no-stream")),
        ("tools", ("--tools",)),
        ("tools", ("--tools", "--no-stream")),
        ("refusal", ()),
        ("incomplete", ()),
        ("content-filter", ("--no-stream",)),
        ("cut", ()),
    )),
    ("completions", "sandbox", ()),
    ("completions", "sandbox", ("--no-stream",)),
]  # fmt: skip


@pytest.mark.parametrize(("api", "model", "more"), KINDS)
def test_the_exported_answer_is_the_answer(
    api: str,
    model: str,
    more: tuple[str, ...],
    sandbox: Sandbox,
    inside: Command,
    tmp_path: Path,
) -> None:
    schema, tools, out = (tmp_path / name for name in ("s.json", "tools.py", "answer.sse"))
    schema.write_text(json.dumps(SCHEMA))
    tools.write_text(TOOL)
    files = {"--schema": str(schema), "--tools": str(tools)}
    options = [one for name in more for one in (name, files.get(name, "")) if one]

    def run(base_url: str) -> dict[str, Any]:
        """With one request: what came is compared, not what is done about it."""
        done = inside(
            "run", "--base-url", base_url, "--api", api, "--model", model, "--json", "--retries",
            "0", "--max-steps", "1", "--set", 'sandbox={"per_second": 0}', *options,
            "Three days in Oslo, please.",
        )  # fmt: skip
        value: dict[str, Any] = json.loads(done.stdout)
        return value

    first = run(sandbox.base_url)
    assert first["text"] or first["tool_calls"] or first["refusal"]
    for call in first["tool_calls"]:
        call["ms"] = None
    made = inside("export", first["run"], "--as", "sse", "--leg", "1", "--out", str(out))
    assert (made.returncode, made.stderr) == (0, "")
    with served(out) as base_url:
        again = run(base_url)
    for call in again["tool_calls"]:
        call["ms"] = None
    assert {name: again[name] for name in SAME} == {name: first[name] for name in SAME}
