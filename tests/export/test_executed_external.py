"""JavaScript of every dialect and feature is run by Node, with the real package."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from playground.export import javascript
from playground.export.request import Request
from tests.export.snippets import CASES, made
from tests.export.unusual import BODIES, bodies
from tests.processes import sandbox
from tests.schemas.node import installed, needs_node, ran

pytestmark = [pytest.mark.external, needs_node]

RUNNER = """
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

process.env.OPENAI_API_KEY = "k";
const [folder, unsent] = process.argv.slice(2);
const later = globalThis.setTimeout;
globalThis.setTimeout = (act, ms, ...more) => later(act, ms === 2000 ? 0 : ms, ...more);
const write = process.stdout.write;
let body = null;
if (unsent) {
    globalThis.fetch = async (_, options) => {
        body = options.body;
        return new Response('{"error": {"message": "not sent"}}', { status: 400 });
    };
}
const done = {};
for (const file of fs.readdirSync(folder)) {
    let printed = "";
    let error = null;
    process.stdout.write = (text) => (printed += text);
    console.log = (text) => (printed += `${text}\\n`);
    try {
        await import(pathToFileURL(path.join(folder, file)));
    } catch (raised) {
        error = `${raised.name}: ${raised.message}`;
    }
    done[path.parse(file).name] = [printed, error, body];
}
process.stdout.write = write;
process.stdout.write(JSON.stringify(done));
"""

Done = dict[str, tuple[str, str | None, str | None]]
"""(what was printed, what was thrown, the body) of each."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    installed("openai", folder)
    (folder / "run.mjs").write_text(RUNNER)
    return folder


def node(programs: dict[str, str], folder: Path, name: str, *more: str) -> Done:
    where = folder / name
    where.mkdir()
    for one, code in programs.items():
        (where / f"{one}.mjs").write_bytes(code.encode())
    done: Done = json.loads(ran(folder, "node", "run.mjs", str(where), *more))
    return done


def test_javascript_prints_the_answer(folder: Path, tmp_path: Path) -> None:
    with sandbox() as server:
        snippets = asyncio.run(made(CASES, server, tmp_path))
        newest = server.newest()
        programs = {name: javascript.code(one.request) for name, one in snippets.items()}
        done = node(programs, folder, "sandbox")
        for name, snippet in snippets.items():
            printed, error, _ = done[name]
            assert (printed, error) == (snippet.printed, None), name
        arrived = [row["body"] for row in server.since(newest) if row["method"] == "POST"]
    for name, snippet in snippets.items():
        assert snippet.request.fields in arrived, name


def test_javascript_sends_any_text(folder: Path) -> None:
    texts = bodies(BODIES)
    programs = {
        str(number): javascript.code(Request("POST", "http://h/v1/responses", (), (), body))
        for number, body in enumerate(texts)
    }
    exact = ran(folder, "node", "-p", "typeof JSON.rawJSON").strip() == "function"
    done = node(programs, folder, "unusual", "unsent")
    for number, body in enumerate(texts):
        _, error, sent = done[str(number)]
        if "JSON.rawJSON(" in programs[str(number)] and not exact:  # before Node 21
            assert "rawJSON is not a function" in (error or "")
            continue
        assert "not sent" in (error or "")
        assert numbers_alike(sent or "") == numbers_alike(body)


def numbers_alike(body: str) -> Any:
    """JavaScript writes floats as whole numbers where they are some."""
    return json.loads(body, parse_int=float)
