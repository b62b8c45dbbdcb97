"""Alignment: of every character that was drawn, the one it was drawn from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.alignment import Alignment, aligned
from playground.core.blocks import Block, Code, Rule, Spans, Table
from playground.core.markdown_stream import MarkdownStream
from playground.core.plain import visible
from playground.core.resources import resource

ESSAYS = ("scenarios/prose.json", "scenarios/sandbox.json", "scenarios/reasoning.json")


def said(spans: Spans) -> str:
    return visible("".join(span.text for span in spans))


def drawn(source: str) -> str:
    """The text of a document as it stands on the screen."""

    def text(block: Block) -> str:
        match block:
            case Code():
                return visible("\n".join(block.lines))
            case Table():
                rows = [block.head, *block.rows]
                return "\n".join("\t".join(said(cell) for cell in row) for row in rows)
            case Rule():
                return ""
            case _:
                return said(block.spans)

    stream = MarkdownStream()
    stream.feed(source)
    stream.finish()
    return "\n".join(map(text, stream.blocks))


def sound(found: Alignment, source: str, shown: str) -> None:
    """In order, inside, and the same there and back."""
    places = [found.to_source(at) for at in range(len(shown))]
    assert places == sorted(places)
    assert all(0 <= place < len(source) for place in places)
    for at, place in enumerate(places):
        if source[place] == shown[at] and (back := found.to_shown(place, place + 1)):
            assert found.to_source(back[0]) == place


def astray(source: str, shown: str) -> list[str]:
    """What was drawn of which the map does not find the source."""
    found = aligned(source, shown)
    sound(found, source, shown)
    return [
        shown[max(at - 15, 0) : at + 5]
        for at, sign in enumerate(shown)
        if not sign.isspace() and source[found.to_source(at)] != sign
    ]


def essays() -> dict[str, str]:
    texts = {}
    for name in ESSAYS:
        script = json.loads(resource(*name.split("/")).read_text("utf-8"))
        for part in script["reply"]:
            lines = part.get("text", "")
            texts[name] = "\n".join(lines) if isinstance(lines, list) else lines
    texts["README"] = resource("scenarios", "README.md").read_text("utf-8")
    return {name: text for name, text in texts.items() if text}


@pytest.mark.parametrize("name", essays())
def test_real_documents(name: str) -> None:
    source = essays()[name]
    shown = drawn(source)
    assert len(shown) > 100 and astray(source, shown) == []
    found = aligned(source, shown)  # what is not drawn is marks and addresses
    lost = [at for at in range(len(source)) if found.to_shown(at, at + 1) is None]
    assert sum(source[at].isalpha() for at in lost) < len(source) / 50


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("# Title\n\nSome **bold** *it*.", "Title\nSome bold it."),
        ("A [link](http://a.example/b,c \"d, e\"), more", "A link, more"),
        ("- one\n- two\n  1. three", "one\ntwo\nthree"),
        ("- [x] done\n- [ ] to do", "done\nto do"),
        ("> quote\n> > in it", "quote\nin it"),
        ("```py\n# x\n- y\n```\n- `ui` may", "# x\n- y\nui may"),
        ("| a | b |\n|--|:-:|\n| 1 | 2 |\n\nend", "a\tb\n1\t2\nend"),
        ("Title\n=====\ntext\n\n---\n\nmore", "Title\ntext\n\nmore"),
        ("2 * 3 and a_b_c and -5", "2 * 3 and a_b_c and -5"),
        ("    code\n    # more", "code\n# more"),
        ("one  \ntwo\\\nthree", "one\u2028two\u2028three"),
        ("### Closed ###\n\ntext", "Closed\ntext"),
        ("<http://a.example> and ![alt](b.png)", "http://a.example and alt"),
    ],
)  # fmt: skip
def test_markup_is_passed_over(source: str, shown: str) -> None:
    assert astray(source, shown.replace("\u2028", "\n")) == [] == astray(source, shown)


@pytest.mark.parametrize(
    ("source", "shown", "piece", "sign"),
    [
        ("a \\*b\\* c", "a *b* c", "\\*", "*"),
        ("fish &amp; chips", "fish & chips", "&", "&"),
        ("&lt;b&gt; &eacute;", "<b> é", "&eacute;", "é"),
        ("a\u202eb", "a⟨U+202E⟩b", "\u202e", "⟨U+202E⟩"),
        ('{"a":"x\\u00e9y"}', '{\n  "a": "xéy"\n}', "\\u00e9", "é"),
        ('{"a":"\\ud83d\\ude00!"}', '{\n  "a": "😀!"\n}', "\\ud83d\\ude00", "😀"),
        ('{"a":"Os\\/lo"}', '{\n  "a": "Os/lo"\n}', "\\/", "/"),
    ],
)
def test_an_escape_is_one_with_what_it_stands_for(
    source: str, shown: str, piece: str, sign: str
) -> None:
    found = aligned(source, shown)
    sound(found, source, shown)
    begin, at = source.index(piece), shown.index(sign)
    assert {found.to_source(at + more) for more in range(len(sign))} == {begin}
    assert found.to_shown(begin, begin + len(piece)) == (at, at + len(sign))
    for word in ("chips", "c", "y", "!", "lo", "b"):
        if word in source and word in shown:
            assert found.to_source(shown.rindex(word)) == source.rindex(word)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=9,
)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), VALUES), st.booleans())
def test_indented_json(value: Any, ascii_only: bool) -> None:
    source = json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only)
    shown = json.dumps(json.loads(source), indent=2, ensure_ascii=False)
    found = aligned(source, shown)
    sound(found, source, shown)
    if source.isascii() and "\\" not in source:
        assert astray(source, shown) == []


@settings(max_examples=80, deadline=None)
@given(st.text("ab *_`[]()#>-|\\&;\n", max_size=60), st.text("ab *_`[]()#>-|\n", max_size=60))
def test_texts_that_have_nothing_to_do_with_each_other(source: str, shown: str) -> None:
    if source:
        sound(aligned(source, shown), source, shown)


def test_what_a_drawing_adds_leads_to_what_follows() -> None:
    found = aligned("- one\n- two", "• one\n• two")
    assert found.to_source(0) == 2 and found.to_source(6) == 8
    assert found.to_shown(0, 2) is None
    assert found.to_shown(0, 11) == (2, 11) and found.to_shown(3, 5) == (3, 5)
    assert found.to_source(99) == 10
    assert found.to_shown(4, 4) is None and found.to_shown(50, 60) is None


def test_where_a_drawing_leaves_something_out_it_goes_on_behind_it() -> None:
    source = "before " + "left out, " * 9 + "and what is behind it"
    found = aligned(source, "before … and what is behind it")
    assert found.to_source(len("before … and")) == source.index(" what")


def test_nothing_was_drawn_of_nothing() -> None:
    assert aligned("", "x").to_source(0) == 0 == aligned("x", "").to_source(3)
    assert aligned("", "").to_shown(0, 1) is None
