"""`playground schema` as a process: exit status, what goes where, and that nothing is run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground.schemas.lint import lint
from playground.schemas.source import written

Command = Callable[..., subprocess.CompletedProcess[str]]

LOOSE = """{
  "type": "object",
  "properties": {
    "a": {"type": "object", "properties": {}},
    "b": {"type": "string", "default": "x"}
  },
  "required": ["a"]
}
"""
STRICT: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}
MODEL = """
from pydantic import BaseModel

class Other(BaseModel):
    y: str

class Person(BaseModel):
    name: str
    age: int | None = None
"""


@pytest.fixture
def command(tmp_path: Path) -> Command:
    def command(*arguments: str, **given: Any) -> subprocess.CompletedProcess[str]:
        code = (
            "import sys; sys.modules['PySide6'] = None\n"
            "from playground.__main__ import main; sys.exit(main(sys.argv[1:]))"
        )
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", code, "schema", *arguments],
            cwd=tmp_path,
            env=dict(os.environ),
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
            **given,
        )

    return command


def put(folder: Path, name: str, text: Any) -> str:
    path = folder / name
    path.write_text(text if isinstance(text, str) else written(text), encoding="utf-8")
    return name


def test_lint_as_json(command: Command, tmp_path: Path) -> None:
    done = command("lint", put(tmp_path, "loose.json", LOOSE), "--json")
    assert (done.returncode, done.stderr) == (1, "")
    told = json.loads(done.stdout)
    assert told.keys() == {"ok", "violations"}
    assert told["ok"] is False
    assert [(one["path"], one["rule"], one["line"]) for one in told["violations"]] == [
        ("$", "additionalProperties", 1),
        ("$.properties.a", "additionalProperties", 4),
        ("$", "required", 5),
        ("$.properties.b", "default", 5),
    ]
    assert "`additionalProperties`" in told["violations"][1]["message"]
    done = command("lint", put(tmp_path, "strict.json", STRICT), "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"ok": True, "violations": []})


def test_lint_for_people(command: Command, tmp_path: Path) -> None:
    done = command("lint", put(tmp_path, "loose.json", LOOSE))
    assert done.returncode == 1
    assert "5:29: $.properties.b: `default` is not permitted. [default]\n" in done.stdout
    done = command("lint", put(tmp_path, "strict.json", STRICT))
    assert (done.returncode, done.stdout, done.stderr) == (0, "Strict: nothing offends.\n", "")


def test_fix_prints_only_the_schema(command: Command, tmp_path: Path) -> None:
    done = command("fix", put(tmp_path, "loose.json", LOOSE))
    assert done.returncode == 0
    assert lint(json.loads(done.stdout)) == []
    assert '$.properties.b: `default` is in `description` now: Default: "x".\n' in done.stderr
    assert (tmp_path / "loose.json").read_text() == LOOSE
    done = command("fix", put(tmp_path, "strict.json", STRICT))
    assert (done.returncode, done.stdout, done.stderr) == (0, written(STRICT) + "\n", "")


def test_fix_says_what_it_cannot(command: Command, tmp_path: Path) -> None:
    schema = {**STRICT, "properties": {"a": {"$ref": "https://example.com/x"}}}
    done = command("fix", put(tmp_path, "far.json", schema))
    assert done.returncode == 1
    assert json.loads(done.stdout) == schema
    assert "cannot be repaired" in done.stderr
    done = command("fix", "far.json", "--json")
    assert json.loads(done.stdout) == schema
    report = json.loads(done.stderr)
    assert (report["ok"], report["repairs"]) == (False, [])
    assert report["violations"][0]["rule"] == "$ref"


def test_a_sample_is_a_schema_by_inference(command: Command, tmp_path: Path) -> None:
    sample = put(tmp_path, "sample.json", {"name": "Anna", "age": 3})
    done = command("convert", sample)
    assert done.returncode == 0
    assert list(json.loads(done.stdout)["properties"]) == ["name", "age"]
    assert "read as sample JSON" in done.stderr
    schema = put(tmp_path, "typed.json", {"type": "invoice", "total": 3})
    assert command("lint", schema).returncode == 1
    done = command("convert", schema, "--sample")
    assert list(json.loads(done.stdout)["properties"]) == ["type", "total"]
    assert done.stderr == ""


def test_several_samples_are_merged(command: Command, tmp_path: Path) -> None:
    done = command("convert", put(tmp_path, "rows.jsonl", '{"a": 1}\n\n{"a": 2, "b": "x"}\n'))
    assert list(json.loads(done.stdout)["properties"]) == ["a", "b"]


def test_a_pydantic_source(command: Command, tmp_path: Path) -> None:
    put(tmp_path, "models.py", MODEL)
    told = json.loads(command("lint", "models.py:Person", "--json").stdout)
    assert {one["rule"] for one in told["violations"]} >= {"additionalProperties", "default"}
    assert {one["line"] for one in told["violations"]} == {None}
    done = command("fix", "models.py:Other")
    assert done.returncode == 0
    assert list(json.loads(done.stdout)["properties"]) == ["y"]
    done = command("lint", "models.py:Nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Nobody" in done.stderr


@pytest.mark.parametrize(
    ("language", "part"),
    [
        ("json", '"type": "object"'),
        ("pydantic", "class "),
        ("typescript", "a: string"),
        ("zod", "z.string()"),
    ],
)
def test_convert(command: Command, tmp_path: Path, language: str, part: str) -> None:
    done = command("convert", put(tmp_path, "strict.json", STRICT), "--to", language)
    assert (done.returncode, done.stderr) == (0, "")
    assert part in done.stdout
    assert done.stdout.endswith("\n")


def test_a_hostile_source_is_not_run(command: Command, tmp_path: Path) -> None:
    act = "open('ran', 'w').write('x')\nimport os\nos.mkdir('ran too')\nwhile True: os.fork()\n"
    done = command("lint", put(tmp_path, "hostile.py", act + MODEL) + ":Person", "--json")
    assert done.returncode == 1
    assert {path.name for path in tmp_path.iterdir()} <= {"hostile.py", "home"}


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("", "the text is empty", 1),
        ('{"type": "object",}', "no comma after the last", 1),
        ('{\n"minimum": NaN}', "no NaN", 2),
        ('{"a": 1,\n"a": 2}', "stands on line 1 already", 2),
        ('{"anyOf":' * 5000, "nested too deeply", 1),
    ],
)
def test_what_is_no_json_is_a_sentence(
    command: Command, tmp_path: Path, text: str, words: str, line: int
) -> None:
    file = put(tmp_path, "bad.json", text)
    done = command("fix", file)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    told = json.loads(command("lint", file, "--json").stdout)
    assert told["ok"] is False
    assert [(one["rule"], one["line"]) for one in told["violations"]] == [("json", line)]


def test_six_thousand_properties(command: Command, tmp_path: Path) -> None:
    rows = {f"p{n}": {"type": "string"} for n in range(6000)}
    schema = {**STRICT, "properties": rows, "required": list(rows)}
    told = json.loads(command("lint", put(tmp_path, "wide.json", schema), "--json").stdout)
    (one,) = told["violations"]
    assert "6000" in one["message"]
    assert "5000" in one["message"]
    assert command("fix", "wide.json").returncode == 1


def test_a_file_that_is_not_there_or_is_no_text(command: Command, tmp_path: Path) -> None:
    done = command("lint", "gone.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "gone.json cannot be read" in done.stderr
    (tmp_path / "picture.json").write_bytes(b"\x89PNG\xff")
    done = command("lint", "picture.json")
    assert done.returncode == 1
    assert "not text in UTF-8" in done.stderr


@pytest.mark.parametrize(
    ("file", "data", "rule", "line"),
    [
        ("gone.json", None, "json", None),
        ("picture.json", b"\xff", "json", None),
        ("broken.py", b"import os\nclass A(\n", "pydantic", 2),
        ("running.py", b"import pydantic\nclass A(pydantic.BaseModel):\n    x: B\n", "pydantic", 3),
        ("empty.py", b"", "pydantic", None),
    ],
)
def test_lint_as_json_says_json_whatever_it_is_given(
    command: Command, tmp_path: Path, file: str, data: bytes | None, rule: str, line: int | None
) -> None:
    if data is not None:
        (tmp_path / file).write_bytes(data)
    done = command("lint", file, "--json")
    told = json.loads(done.stdout)
    (one,) = told["violations"]
    assert (done.returncode, told["ok"], one["rule"], one["line"]) == (1, False, rule, line)
    assert one["message"] and done.stderr
    assert "Next:" not in done.stderr


def test_a_name_with_half_a_surrogate_pair_stays_as_it_is(command: Command, tmp_path: Path) -> None:
    text = '{"type": "object", "properties": {"a\\ud800": {"type": "string"}}}'
    done = command("fix", put(tmp_path, "half.json", text))
    assert list(json.loads(done.stdout)["properties"]) == ["a\ud800"]


def test_standard_input(command: Command) -> None:
    done = command("lint", "-", input=json.dumps(STRICT))
    assert (done.returncode, done.stdout) == (0, "Strict: nothing offends.\n")


def test_usage(command: Command, tmp_path: Path) -> None:
    file = put(tmp_path, "strict.json", STRICT)
    assert command("lint", file, "--to", "zod").returncode == 2
    assert command("mend", file).returncode == 2
    assert command("convert", file, "--to", "java").returncode == 2


def test_nothing_of_a_name_drives_the_terminal(command: Command, tmp_path: Path) -> None:
    schema = {**STRICT, "properties": {"a\x1b[31m": {"type": "string", "default": 1}}}
    done = command("lint", put(tmp_path, "colours.json", schema))
    assert "\x1b" not in done.stdout
