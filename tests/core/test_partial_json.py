"""That the live tree is the one of json.loads, at every moment, in any pieces; and bad JSON."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core import json_lead, partial_json
from playground.core.json_nodes import AROUND, DEEP, LEGAL, WORDS, FlawKind, Node, State
from playground.core.json_tree import FLAWS
from playground.core.partial_json import Live
from playground.core.plain import whole

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", "😀", "\\", '"', "\\u0041", "\n", "\x00", "```", "{", "é\u2028"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)
DOCUMENTS = st.builds(
    lambda value, ascii_only, indent, around: (
        around[0] + json.dumps(value, ensure_ascii=ascii_only, indent=indent) + around[1]
    ),
    VALUES,
    st.booleans(),
    st.sampled_from([None, 0, 2, "\t"]),
    st.tuples(st.sampled_from(["", " ", "\r\n\t "]), st.sampled_from(["", "\n", "  "])),
)
SNIPPETS = st.sampled_from("{}[],:\"'\\ \n-.`01é\x01") | st.sampled_from(
    ["tru", "true", "null", "NaN", "None", "abc", "e5", '"a"', '"b":', "//", "```", "```json\n"]
)
SNIPPETS |= st.sampled_from([r"\u", r"\ud83d", r"\ude00", r"\n", r"\x", "😀"])
NEARLY = st.lists(SNIPPETS, max_size=25).map("".join) | st.builds(
    lambda text, at, gone, put: text[: at % (len(text) + 1)] + put + text[at % len(text) + gone :],
    DOCUMENTS,
    st.integers(0, 200),
    st.integers(0, 3),
    st.just("") | SNIPPETS,
)
SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=30)


def read(text: str, sizes: Sequence[int] = (), *, end: bool = True) -> Live:
    """Fed in pieces of these sizes, again and again; without sizes, whole."""
    live = Live()
    for piece in pieces(text, sizes or [len(text) or 1]):
        live.feed(piece)
    if end:
        live.end()
    return live


def pieces(text: str, sizes: Sequence[int]) -> Iterator[str]:
    at = turn = 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        yield text[at : at + size]
        at, turn = at + size, turn + 1


def nodes(live: Live) -> list[Node]:
    """All that the root leads to, in the order of the text."""
    found: list[Node] = []
    waiting = [live.root] if live.root else []
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(reversed(node.children))
    return found


def look(node: Node) -> tuple[Any, ...]:
    return (node.path, node.kind, node.state, node.start, node.end, node.text, len(node.children))


def all_of(live: Live) -> tuple[Any, ...]:
    """Everything that can be seen, comparable."""
    return (
        [look(node) for node in nodes(live)],
        [(flaw.kind, flaw.offset, flaw.node and flaw.node.path) for flaw in live.flaws],
        (live.flawed, live.fence, live.before, live.after, live.text, repr(live.value())),
    )


def refuse(constant: str) -> None:
    raise ValueError(constant)


# Whole texts.


@given(DOCUMENTS, SIZES)
def test_the_value_is_that_of_json_loads_in_any_pieces(text: str, sizes: list[int]) -> None:
    live = read(text, sizes)
    expected = json.loads(text)
    assert live.value() == expected
    assert json.dumps(live.value()) == json.dumps(expected)  # 1 is not 1.0, nor True, and order
    assert not live.flawed
    assert {node.state for node in nodes(live)} == {"complete"}
    for node in nodes(live):
        assert json.loads(text[node.start : node.end]) == node.value()


@settings(max_examples=400)
@given(NEARLY)
def test_what_has_no_flaw_is_what_json_loads_accepts(text: str) -> None:
    live = read(text)
    sound = not {flaw.kind for flaw in live.flaws} - LEGAL
    try:
        expected = json.loads(text, parse_constant=refuse)
    except ValueError:
        assert not sound
    else:
        assert sound
        assert live.value() == json.loads(whole(json.dumps(expected, ensure_ascii=False)))


@settings(max_examples=400)
@given(NEARLY, SIZES)
def test_how_a_text_was_cut_does_not_show(text: str, sizes: list[int]) -> None:
    assert all_of(read(text, sizes)) == all_of(read(text)) == all_of(read(text, [1]))


@given(st.text(st.characters() | st.sampled_from("\ud83d\ude00"), max_size=12), SIZES)
def test_halves_of_surrogate_pairs_come_together(content: str, sizes: list[int]) -> None:
    escaped, raw = (json.dumps(content, ensure_ascii=ascii_only) for ascii_only in (True, False))
    assert read(escaped, sizes).value() == read(raw, sizes).value() == whole(content)


# Beginnings of texts.


def due_state(node: Node, text: str, cut: int) -> State | None:
    """What the state of a node of the whole text must be when `cut` characters of it are there."""
    assert node.end is not None
    bare = node.kind not in ("object", "array", "string")
    if cut >= node.end + bare:  # a number ends with what follows it
        return "complete"
    if cut > node.start:
        return "streaming"
    if isinstance(node.key, str) and cut > text.rindex('"', 0, node.start):
        return "waiting"
    return None


@given(DOCUMENTS, st.integers(0, 10_000), SIZES)
def test_every_beginning_has_the_nodes_and_states_that_it_must(
    text: str, cut: int, sizes: list[int]
) -> None:
    cut %= len(text) + 1
    whole_tree, part = nodes(read(text)), nodes(read(text[:cut], sizes, end=False))
    due = {node.path: due_state(node, text, cut) for node in whole_tree}
    if whole_tree[0].kind in ("true", "false", "null"):
        assert len(part) <= 1  # a lone word may be prose until it is whole
        return
    assert {node.path: node.state for node in part} == {
        path: state for path, state in due.items() if state
    }
    by_path = {node.path: node for node in whole_tree}
    for node in part:
        other = by_path[node.path]
        assert other.text.startswith(node.text)
        if node.state == "waiting":
            assert (node.kind, node.end) == (None, None)
        else:
            assert (node.kind, node.start) == (other.kind, other.start)
        if node.state == "complete":
            assert node.end == other.end
            assert node.value() == other.value()
        else:
            assert node.end is None


@given(DOCUMENTS, st.integers(0, 10_000))
def test_a_value_that_was_there_never_changes_again(text: str, cut: int) -> None:
    cut %= len(text) + 1
    assert begins(read(text[:cut], end=False).value(), json.loads(text))


def begins(part: Any, value: Any) -> bool:
    """Whether something can still become a value by going on."""
    match part, value:
        case None, _:
            return True
        case str(), str():
            return value.startswith(part)
        case list(), list():
            return len(part) <= len(value) and all(map(begins, part, value))
        case dict(), dict():
            return list(part) == list(value)[: len(part)] and all(
                begins(part[name], value[name]) for name in part
            )
    return type(part) is type(value) and bool(part == value)


@given(NEARLY, SIZES)
def test_whatever_changed_is_told_once_parents_first(text: str, sizes: list[int]) -> None:
    live = Live()
    seen: dict[Node, tuple[Any, ...]] = {}
    steps: list[Callable[[], None]] = [
        *(lambda piece=piece: live.feed(piece) for piece in pieces(text, sizes)),
        live.end,
    ]
    for step in steps:
        rev, root = live.rev, live.root
        step()
        told = live.since(rev)
        assert len(told) == len(set(told))
        assert all(rev < node.rev <= live.rev for node in told)
        now = {node: look(node) for node in nodes(live)}
        if root in (None, live.root):
            assert {node for node in now if now[node] != seen.get(node)} <= set(told)
        for number, node in enumerate(told):
            if node not in seen and node.parent not in (None, *seen):
                assert node.parent in told[:number]
        seen = now
    assert live.since(live.rev) == []


def test_what_is_open_is_listed_and_cut_by_the_end() -> None:
    live = read('{"a": [1, {"b": "x', end=False)
    assert [node.path for node in live.open] == [(), ("a",), ("a", 1), ("a", 1, "b")]
    rev = live.rev
    live.end()
    assert [node.state for node in live.open] == ["cut"] * 4
    assert set(live.since(rev)) == set(live.open)
    assert live.value() == {"a": [1, {"b": "x"}]}
    live.end()
    with pytest.raises(ValueError, match="after the end"):
        live.feed("}")


def test_flaws_are_said_when_they_come() -> None:
    live = read('{"a": "x\ny', end=False)
    assert [node.state for node in nodes(live)] == ["streaming", "invalid"]
    live.feed('z"}')
    assert [node.state for node in nodes(live)] == ["complete", "invalid"]
    assert live.value() == {"a": "x\nyz"}


# Work.

LONG_TEXTS: dict[str, Callable[[int], str]] = {
    "records": lambda size: json.dumps([{"id": n, "name": "x" * 20} for n in range(size // 40)]),
    "a string": lambda size: json.dumps("word " * (size // 5)),
    "a long name": lambda size: json.dumps({"n" * size: 1}),
    "escapes": lambda size: '"' + "\\ud83d\\ude00\\n" * (size // 14) + '"',
    "bad escapes": lambda size: '"' + "\\x" * (size // 2) + '"',
    "digits": lambda size: "7" * size,
    "nesting": lambda size: "[" * (size // 2) + "]" * (size // 2),
    "members in members": lambda size: '{"a":' * (size // 5),
    "closed by the wrong sign": lambda size: "[" * (size // 2) + "}" * (size // 2),
    "the same name": lambda size: "{" + '"a":1,' * (size // 6),
    "commas": lambda size: "[" + "," * size,
    "braces in prose": lambda size: "Set {x} [1] " * (size // 12),
    "a brace before white space": lambda size: "Set {" + " " * size,
    "ticks": lambda size: "`" * size,
    "fences": lambda size: "```json\nno\n" * (size // 11),
    "white space": lambda size: " " * size,
    "text after": lambda size: "{}" + "1 " * (size // 2),
    "numbers after a number": lambda size: "1 " * (size // 2),
}


class Counted:
    """A pattern that counts the characters it is given to look at."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern, self.characters = pattern, 0

    def search(self, text: str, at: int) -> re.Match[str] | None:
        return self._note(self.pattern.search(text, at), text, at)

    def match(self, text: str, at: int) -> re.Match[str] | None:
        found = self.pattern.match(text, at)
        self.characters += found.end() - at if found else 1
        return found

    def sub(self, new: Callable[[re.Match[str]], str], text: str) -> str:
        self.characters += len(text)
        return self.pattern.sub(new, text)

    def _note(self, found: re.Match[str] | None, text: str, at: int) -> re.Match[str] | None:
        self.characters += (found.end() if found else len(text)) - at
        return found


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[Counted]:
    """Every pattern of the parser."""
    made: list[Counted] = []

    def count(pattern: re.Pattern[str]) -> Counted:
        made.append(Counted(pattern))
        return made[-1]

    for module in (partial_json, json_lead):
        for name, value in list(vars(module).items()):
            if isinstance(value, re.Pattern) and name != "NUMBER":
                monkeypatch.setattr(module, name, count(value))
    runs = {quote: count(run) for quote, run in partial_json._RUNS.items()}
    monkeypatch.setattr(partial_json, "_RUNS", runs)
    return made


def work(text: str, delta: int, counted: list[Counted]) -> int:
    """Calls, and characters that were looked at or put together."""
    for one in counted:
        one.characters = 0
    calls = 0

    def profile(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    live, handed = Live(), 0
    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        for at in range(0, len(text), delta):
            handed += len(live._held) + delta
            live.feed(text[at : at + delta])
        live.end()
    finally:
        sys.setprofile(before)
    return calls + handed + sum(one.characters for one in counted)


@pytest.mark.parametrize("delta", [4, 1_000_000], ids=["deltas", "whole"])
@pytest.mark.parametrize("made", LONG_TEXTS.values(), ids=LONG_TEXTS)
def test_work_is_linear(made: Callable[[int], str], delta: int, counted: list[Counted]) -> None:
    costs = [work(made(size), delta, counted) for size in (3_000, 6_000, 12_000)]
    for less, more in pairwise(costs):
        assert more <= 2.1 * less + 2_000


def test_a_delta_costs_what_it_changes_not_what_is_there() -> None:
    live = read(json.dumps(list(range(20_000)))[:-1] + ', {"text": "', end=False)
    for _ in range(100):
        rev = live.rev
        live.feed("word ")
        assert live.rev - rev == 1
        assert [node.path for node in live.since(rev)] == [(20_000, "text")]


# Extremes.


def test_a_hundred_thousand_levels_are_no_recursion() -> None:
    depth = 100_000
    live = read("[" * depth + '"x' + '"' + "]" * depth, [4_096])
    assert [(flaw.kind, flaw.offset) for flaw in live.flaws] == [("depth", DEEP)]
    assert live.root is not None
    assert live.root.state == "complete"
    value, levels = live.value(), 0
    while isinstance(value, list):
        (value,), levels = value, levels + 1
    assert (value, levels) == ("x", depth)
    assert len(nodes(live)[-1].path) == depth


@pytest.mark.parametrize("text", ["9" * 5_000, "-" + "9" * 5_000, "1e999"])
def test_a_number_that_is_too_large_is_a_float_and_said(text: str) -> None:
    live = read(f"[{text}]", [7])
    assert live.value() == [float(text)]
    assert math.isinf(live.value()[0])
    assert [(flaw.kind, flaw.offset) for flaw in live.flaws] == [("range", 1)]
    number = nodes(live)[1]
    assert (number.text, number.state) == (text, "complete")


def test_a_number_with_5000_digits_behind_the_point_is_read() -> None:
    text = "0." + "3" * 5_000
    assert read(text, [9]).value() == float(text)
    assert not read(text).flawed


def test_flaws_are_counted_and_the_first_kept() -> None:
    live = read("[" + "," * (FLAWS + 5) + "1]")
    assert (len(live.flaws), live.flawed) == (FLAWS, FLAWS + 5)
    assert live.value() == [1]


def test_of_names_that_occur_twice_the_last_counts_and_all_are_there() -> None:
    live = read('{"a": 1, "b": 2, "a": 3}')
    assert live.root is not None
    assert live.value() == {"a": 3, "b": 2}
    assert [node.key for node in live.root.children] == ["a", "b", "a"]
    assert live.root.members["a"] is live.root.children[2]
    assert live.flaws[0].node is live.root.children[2]
    assert live.root.state == "complete"


# Bad input: the text, what is made of it, and the flaws with their offsets.

BAD: list[tuple[str, Any, list[tuple[FlawKind, int]]]] = [
    ("", None, [("no JSON", 0)]),
    (" \n", None, [("no JSON", 0)]),
    ("I can not do that.", None, [("no JSON", 0)]),
    ("tru", None, [("no JSON", 0)]),
    ("nullify", None, [("no JSON", 0)]),
    ('{"a": 1} {"a": 2}', {"a": 1}, [("after", 9)]),
    ("1 2", 1, [("after", 2)]),
    (
        "[NaN, Infinity, -Infinity]",
        [math.nan, math.inf, -math.inf],
        [("constant", at) for at in (1, 6, 16)],
    ),
    ('{"a": 1, "a": 2}', {"a": 2}, [("duplicate", 9)]),
    ('{"a": 1, "a', {"a": 1}, [("cut", 11)]),
    ('{"a": "x', {"a": "x"}, [("cut", 8)]),
    ('{"a": "x\\u00', {"a": "x"}, [("cut", 12)]),
    ('{"a": 12', {}, [("cut", 8)]),
    ('{"a": tr', {}, [("cut", 8)]),
    ('{"a"', {}, [("cut", 4)]),
    ('["a\nb"]', ["a\nb"], [("control character", 3)]),
    ('{"a\tb": 1}', {"a\tb": 1}, [("control character", 3)]),
    (r'["a\qb"]', ["a\\qb"], [("escape", 3)]),
    (r'["\u12g4"]', ["\\u12g4"], [("escape", 2)]),
    (r'["\ud83d"]', ["\ufffd"], [("surrogate", 2)]),
    (r'["\ude00\ud83d"]', ["\ufffd\ufffd"], [("surrogate", 2), ("surrogate", 8)]),
    (r'["\ud83d\n"]', ["\ufffd\n"], [("surrogate", 2)]),
    ("[1, 2,]", [1, 2], [("trailing comma", 6)]),
    ('{"a": 1,}', {"a": 1}, [("trailing comma", 8)]),
    ("[1 2]", [1, 2], [("missing comma", 3)]),
    ('{"a": 1 "b": 2}', {"a": 1, "b": 2}, [("missing comma", 8)]),
    ('{"a" 1}', {"a": 1}, [("missing colon", 5)]),
    ('{"a": , "b": 2}', {"b": 2}, [("missing value", 6)]),
    ('{"a"}', {}, [("missing value", 4)]),
    ("[, 1]", [1], [("unexpected", 1)]),
    ("[1: 2]", [1, 2], [("unexpected", 2), ("missing comma", 4)]),
    ("{{}", {}, [("unexpected", 1)]),
    ("[1}", [1], [("unexpected", 2), ("cut", 3)]),
    ('{"a": [1, {"b": 2]}', {"a": [1, {"b": 2}]}, [("not closed", 17)]),
    ('{"a": [1, 2}', {"a": [1, 2]}, [("not closed", 11)]),
    (
        "[01, 1., .5, +1, 1e, -]",
        ["01", "1.", ".5", "+1", "1e", "-"],
        [("not a value", 1 + 4 * n) for n in range(6)],
    ),
    ("[abc, tru3]", ["abc", "tru3"], [("not a value", 1), ("not a value", 6)]),
    (
        "[True, False, None]",
        [True, False, None],
        [("not a value", 1), ("not a value", 7), ("not a value", 14)],
    ),
    ("{a: 1}", {"a": 1}, [("quotes", 1)]),
    ("{'a': 'it\\'s \"x\"'}", {"a": 'it\'s "x"'}, [("quotes", 1), ("quotes", 6)]),
    ('\ufeff{"a": 1}', {"a": 1}, [("before", 0)]),
    ("\ufeff[1]", [1], [("before", 0)]),
    ('Sure: {"a": 1}', {"a": 1}, [("before", 0)]),
    ('1. So: {"a": 1}', {"a": 1}, [("before", 0)]),
    ('"So": {"a": 1}', {"a": 1}, [("before", 0)]),
    ('true that, {"a": 1}', {"a": 1}, [("before", 0)]),
    ('As in [1], with {x}:\n{ "a": 1}', {"a": 1}, [("before", 0)]),
    ("They are:\n [1]", [1], [("before", 0)]),
    ('```json\n{"a": 1}\n```', {"a": 1}, [("fence", 0)]),
    ("```\r\n1\r\n```\r\n", 1, [("fence", 0)]),
    ('```json\n{"a": 1}', {"a": 1}, [("fence", 0)]),
    (
        'Here:\n``` JSON \n{"a": "```"}\n```\nBye',
        {"a": "```"},
        [("before", 0), ("fence", 6), ("after", 33)],
    ),
    ("```python\nprint()\n```\n[1]", [1], [("before", 0)]),
    ('```json\n1\n``` or {"a": 1}', {"a": 1}, [("before", 0)]),
    ("```\n```\n{}", {}, [("before", 0)]),
    ('```text\n{"a": 1}\n```', {"a": 1}, [("fence", 0)]),
    ("One\n```\nno\n```\nor\n```\n2\n```", 2, [("before", 0), ("fence", 18)]),
    ('```python\nprint()\n```\n{"a": 1}', {"a": 1}, [("before", 0)]),
]


@pytest.mark.parametrize(("text", "value", "flaws"), BAD, ids=[row[0][:30] for row in BAD])
def test_bad_input(text: str, value: Any, flaws: list[tuple[FlawKind, int]]) -> None:
    live = read(text)
    assert repr(live.value()) == repr(value)
    assert [(flaw.kind, flaw.offset) for flaw in live.flaws] == flaws
    assert all_of(read(text, [1])) == all_of(live)
    assert live.text == text
    assert (live.fence is not None) == ("fence" in dict(flaws))
    for flaw in live.flaws:
        assert flaw.words == WORDS[flaw.kind]
        if flaw.kind in AROUND | {"no JSON"}:
            assert flaw.node is None
        elif flaw.kind not in LEGAL:
            assert flaw.node is not None
            assert flaw.node.state in ("invalid", flaw.kind)


def test_every_kind_of_flaw_is_in_the_table() -> None:
    found = {flaw.kind for text, _, _ in BAD for flaw in read(text).flaws}
    assert found == set(WORDS) - {"depth", "range"}


def test_what_is_around_the_json_is_kept() -> None:
    live = read('Here:\n```json\n{"a": 1}\n```\nBye.', [3])
    assert (live.before, live.after) == ("Here:\n```json\n", "\n```\nBye.")
    assert live.fence == "json"
    assert [(flaw.kind, flaw.offset) for flaw in live.flaws] == [
        ("before", 0),
        ("fence", 6),
        ("after", 27),
    ]
