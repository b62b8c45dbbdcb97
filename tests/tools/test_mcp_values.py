from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.tools import Tool
from playground.tools.mcp_process import ENDS, Lines, Long
from playground.tools.mcp_values import McpSpec, listed, result_of, tools_of, touches

SPEC = McpSpec(id="x", name="X")


def test_a_spec_keeps_names_and_no_values() -> None:
    spec = McpSpec(id="x", name="X", env=("KEY",), headers=("Authorization",))
    assert not spec.on
    assert spec.secrets == ("KEY",)
    assert spec.model_copy(update={"transport": "http"}).secrets == ("Authorization",)
    assert McpSpec.model_validate_json(spec.model_dump_json()) == spec


def test_names_that_models_do_not_take() -> None:
    names = ["a.b", "a/b", "ü" * 70, "a_b", "x" * 65, "x" * 66]
    rows = [{"name": name, "inputSchema": {}} for name in names]
    tools, notes = tools_of(rows, SPEC)
    called = [tool.name for tool in tools]
    assert called == ["a_b", "a_b_2", "_" * 64, "a_b_3", "x" * 64, "x" * 62 + "_2"]
    assert [tool.origin["tool"] for tool in tools] == names
    assert len(notes) == len(names)


def test_an_approval_ends_when_a_server_promises_something_else() -> None:
    row: dict[str, Any] = {"name": "a", "inputSchema": {}}
    promised = [{}, {"readOnlyHint": True}, {"readOnlyHint": False}]
    tools = [tools_of([row | {"annotations": one}], SPEC)[0][0] for one in promised]
    assert len({tool.digest for tool in tools}) == 3


@pytest.mark.parametrize(
    ("hints", "words"),
    [
        ({}, "Its server does not say what it touches."),
        (
            {"readOnlyHint": True, "openWorldHint": False},
            "Its server says: it only reads; it stays within its own world.",
        ),
        (
            {"destructiveHint": False, "idempotentHint": True},
            "Its server says: it adds, and destroys nothing, and doing it twice is as doing it "
            "once; it reaches out to others.",
        ),
        (
            {"readOnlyHint": "yes"},
            "Its server says: it may change and destroy what is there; it reaches out to others.",
        ),
    ],
)
def test_what_a_tool_may_touch(hints: dict[str, Any], words: str) -> None:
    row = {"name": "a", "inputSchema": {}, "annotations": hints}
    assert touches(tools_of([row], SPEC)[0][0]) == words


def test_what_a_tool_touches_that_was_not_told_by_a_server() -> None:
    tool = Tool(name="a", origin={"hints": "{"})
    assert touches(tool) == "Its server does not say what it touches."


def test_lists_are_read_leniently() -> None:
    rows = [{"name": "a", "title": "A"}, {"uri": "b:"}, {}, 3, {"name": 7}]
    assert [(one.name, one.description, one.uri) for one in listed(rows)] == [
        ("a", "A", ""),
        ("b:", "", "b:"),
    ]
    assert len(listed([{"name": "a"}] * 2_000)) == 1_000


@pytest.mark.parametrize(
    ("content", "output", "note"),
    [
        ([], "", "It returned nothing."),
        (
            [{"type": "audio", "mimeType": "audio/wav", "data": "QUJD"}],
            '{"type": "audio", "mimeType": "audio/wav", "bytes": 3}',
            "A sound of 3 bytes is only named to the model.",
        ),
        (
            [{"type": "resource", "resource": {"uri": "a:", "blob": "QQ=="}}],
            '{"type": "resource", "resource": {"uri": "a:", "bytes": 1}}',
            "A resource of 1 bytes is only named to the model.",
        ),
        (
            [{"type": "resource", "resource": {"uri": "a:", "text": "hello"}}],
            '{"type": "resource", "resource": {"uri": "a:", "text": "hello"}}',
            None,
        ),
        (
            [{"type": "text", "text": "see"}, {"type": "resource_link", "uri": "a:"}],
            'see\n{"type": "resource_link", "uri": "a:"}',
            None,
        ),
        ([7], "7", "Some of it is of a kind that is not known here."),
    ],
)
def test_content_as_a_model_is_told_it(content: list[Any], output: str, note: str | None) -> None:
    result = result_of({"content": content})
    assert (result.output, result.state) == (output, "done")
    assert result.notes == (() if note is None else (note,))


def test_structured_content_is_the_result() -> None:
    text = {"content": [{"type": "text", "text": '{"a": 1}'}]}
    same = result_of(text | {"structuredContent": {"a": 1}})
    assert (json.loads(same.output), same.facts) == ({"a": 1}, {})
    other = result_of(text | {"structuredContent": {"a": 2}})
    assert (json.loads(other.output), other.facts) == ({"a": 2}, {"text": '{"a": 1}'})
    failed = result_of(text | {"structuredContent": {"a": 2}, "isError": True})
    assert (failed.output, failed.state) == ('{"a": 1}', "failed")


def test_a_failure_without_words() -> None:
    result = result_of({"content": [], "isError": True})
    assert (result.output, result.state) == ("The tool failed, and says nothing of why.", "failed")


@given(
    st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")), max_size=8),
    st.integers(min_value=1, max_value=9),
)
def test_lines_under_any_cut(lines: list[bytes], size: int) -> None:
    data = b"".join(line + b"\n" for line in lines) + b"rest"
    cutter = Lines(1_000)
    found = [line for at in range(0, len(data), size) for line in cutter.feed(data[at : at + size])]
    assert found == lines
    assert cutter.rest() == b"rest"
    assert cutter.rest() is None


def test_of_a_long_line_the_ends_are_kept() -> None:
    cutter = Lines(2_000)
    data = b"<" + b"x" * 5_000 + b">"
    for at in range(0, len(data), 300):
        assert list(cutter.feed(data[at : at + 300])) == []
    assert list(cutter.feed(b"\nnext\n")) == [
        Long(b"<" + b"x" * (ENDS - 1), b"x" * (ENDS - 1) + b">", 5_002),
        b"next",
    ]
