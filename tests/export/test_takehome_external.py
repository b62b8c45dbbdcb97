"""Modules to take home are run by Node with the real packages, against the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from playground.core.output import Mode, Output
from playground.engine import takehome
from playground.schemas.lint import lint
from playground.schemas.repair import repair
from playground.schemas.validation import Validator
from tests.engine.takehomes import (
    CASES,
    HERE,
    MARKER,
    Case,
    Json,
    answered,
    arrived,
    check_body,
    form,
    plain,
)
from tests.processes import Sandbox, sandbox
from tests.schemas.corpus import STRICT
from tests.schemas.instances import schemas
from tests.schemas.node import installed, needs_node, ran

pytestmark = [pytest.mark.external, needs_node]

RUNNER = """
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

process.env.OPENAI_API_KEY = "MARKER";
const [folder, unsent] = process.argv.slice(2);
const later = globalThis.setTimeout;
globalThis.setTimeout = (act, ms, ...more) => later(act, ms === 2000 ? 0 : ms, ...more);
let body = null;
if (unsent) {
    globalThis.fetch = async (_, options) => {
        body = JSON.parse(options.body);
        return new Response('{"error": {"message": "not sent"}}', { status: 400 });
    };
}
const done = {};
for (const file of fs.readdirSync(folder)) {
    const printed = [];
    let error = null;
    console.log = (text) => printed.push(text);
    try {
        await import(pathToFileURL(path.join(folder, file)));
    } catch (raised) {
        error = `${raised.name}: ${raised.message}`;
    }
    done[path.parse(file).name] = [printed.join("\\n"), error, body];
}
process.stdout.write(JSON.stringify(done));
"""
MODES: tuple[Mode, ...] = ("json_schema", "tool", "json_schema")
ENDS = {
    "cut": ("the length limit was reached", "incomplete: max_output_tokens"),
    "filtered": ("rejected by the content filter", "incomplete: content_filter"),
    "another": ("ZodError",),
}
"""What a module says in other words than a Python program."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    installed("openai", folder)
    ran(folder, "npm", "install", "--silent", "--no-audit", "--no-fund", "zod")
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


def node(programs: dict[str, str], folder: Path, name: str, *more: str) -> dict[str, list[Any]]:
    """[what was printed, what was thrown, the body] of each."""
    where = folder / name
    where.mkdir()
    for one, code in programs.items():
        (where / f"{one}.mjs").write_bytes(code.encode())
    (folder / "run.mjs").write_text(RUNNER.replace("MARKER", MARKER))
    done: dict[str, list[Any]] = json.loads(ran(folder, "node", "run.mjs", str(where), *more))
    return done


def test_modules_print_the_answer_or_why_there_is_none(folder: Path, server: Sandbox) -> None:
    programs = {
        name: takehome.javascript(case.request(server.base_url, f"({name})"), case.output)
        for name, case in CASES.items()
    }
    assert sum(".parse({" in code for code in programs.values()) > len(programs) // 2
    done = node(programs, folder, "sandbox")
    rows = arrived(server)
    for name, case in CASES.items():
        printed, error, _ = done[name]
        body: Json = rows[name]["body"]
        if case.ends:
            ends = ENDS.get(name.partition("-")[2], (case.ends,))
            assert any(end in error for end in ends), (name, error)
            assert printed == ""
        else:
            assert error is None, (name, error)
            value = json.loads(printed)
            assert Validator(case.output.json_schema).errors(value) == []
            assert value == answered(server.base_url, case.api, body)
        check_body(name, rows[name]["headers"], body)


def strict_schemas() -> list[Any]:
    """The corpus, and others that a repair made strict."""
    found = [schema for _, schema in STRICT]

    @settings(max_examples=60, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(schemas().map(lambda schema: repair(schema).schema))
    def drawn(schema: Any) -> None:
        if not lint(schema):
            found.append(schema)

    drawn()
    return found


def test_every_strict_schema_goes_out_as_it_was_written(folder: Path) -> None:
    programs, wanted = {}, {}
    for number, schema in enumerate(strict_schemas()):
        api = ("chat", "responses")[number % 2]
        name = f"{api}{number}"
        output = Output(mode=MODES[number % 3], name="it", json_schema=schema)
        programs[name] = takehome.javascript(Case(api, output).request(HERE), output)
        wanted[name] = schema
    parsed = [code for code in programs.values() if ".parse({" in code]
    reworded = [code for code in parsed if "in other words" in code]
    assert len(programs) > 60
    assert 9 < len(reworded) < len(parsed) < len(programs)
    done = node(programs, folder, "strict", "unsent")
    for name, schema in wanted.items():
        _, error, body = done[name]
        assert "not sent" in error, (name, error)
        sent = form(body)
        assert sent is not None
        assert plain(sent["schema"]) == plain(schema), name
        assert (sent["name"], sent["strict"]) == ("it", True)
