"""Source: JSON and bytes, readable and exact."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from playground.ui.widgets import source
from playground.ui.widgets.source import Source, exact, listing, pretty, units


def parts(made: Source) -> list[tuple[str, str]]:
    """(what stands there, as what) of every span, as Qt would cut it out."""
    cut = []
    for line, spans in zip(made.lines, made.spans, strict=True):
        wide = line.encode("utf-16-le", "surrogatepass")
        for start, length, part in spans:
            text = wide[2 * start : 2 * (start + length)].decode("utf-16-le", "surrogatepass")
            cut.append((text, part))
    return cut


def test_json_is_indented() -> None:
    made = pretty('{"a":[1,{"b":true}],"c":{},"d":[]}')
    assert made.text == (
        '{\n  "a": [\n    1,\n    {\n      "b": true\n    }\n  ],\n  "c": {},\n  "d": []\n}'
    )
    assert parts(made)[:4] == [
        ('"a"', "name"), ("1", "number"), ('"b"', "name"), ("true", "word"),
    ]  # fmt: skip


def test_numbers_and_doubled_names_stay_as_they_were_sent() -> None:
    made = pretty('{"a": 1.50e+07, "a": 12345678901234567890, "b": -Infinity}')
    for token in ("1.50e+07", "12345678901234567890", "-Infinity"):
        assert (token, "number") in parts(made)
    assert made.text.count('"a"') == 2


def test_escapes_of_letters_are_read_and_hidden_characters_are_not() -> None:
    made = pretty(r'"\u00e9 \ud83d\ude00 \u202e \n \\u0041 \u0022 \ud800"')
    assert made.text == r'"é 😀 \u202e \n \\u0041 \u0022 \ud800"'
    assert pretty('"a\u202eb"').text == '"a⟨U+202E⟩b"'


def test_what_is_wrong_is_shown_as_such() -> None:
    made = pretty('{"a": tru, "b": "unfin')
    assert made.text == '{\n  "a": tru,\n  "b": "unfin'
    assert [one for one in parts(made) if one[1] == "bad"] == [("tru", "bad"), ('"unfin', "bad")]


def test_spans_count_as_qt_counts() -> None:
    made = pretty('{"😀":"東京 ☀️","x":1}')
    assert ('"😀"', "name") in parts(made)
    assert ("1", "number") in parts(made)
    assert units("a😀é") == 4


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(st.characters(min_codepoint=32, max_codepoint=126)),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4)
        ),
        max_leaves=30,
    )
)
def test_the_indented_text_is_the_same_json(value: object) -> None:
    assert json.loads(pretty(json.dumps(value)).text) == value


@given(st.text())
def test_any_text_can_be_shown(text: str) -> None:
    made = pretty(text)
    assert len(made.lines) == len(made.spans)
    assert parts(made) is not None


@given(st.binary())
def test_any_bytes_can_be_shown(raw: bytes) -> None:
    made = exact(raw)
    assert len(made.lines) == len(made.spans)
    assert "\n" not in "".join(made.lines)


def test_bytes_are_spelled_out() -> None:
    made = exact(b'data: {"a":"\xff\x1b[1m\xe2\x80\xae"}\r\n\tx\n\rend')
    assert made.lines == ['data: {"a":"\\xff␛[1m⟨U+202E⟩"}␍↵', "⇥\tx↵", "␍", "end"]
    assert parts(made) == [
        ("\\xff", "bad"), ("␛", "control"), ("⟨U+202E⟩", "control"), ("␍↵", "mark"),
        ("↵", "mark"), ("␍", "mark"),
    ]  # fmt: skip


def test_a_backslash_that_was_sent_is_no_broken_byte() -> None:
    assert [part for _, part in parts(exact(b"\\xff is text\n"))] == ["mark"]


def test_long_texts_are_shown_in_part() -> None:
    raw = b"a" * (source.LIMIT + 1)
    made = exact(raw)
    assert sum(map(len, made.lines)) == source.PREVIEW
    assert made.left_out == len(raw) - source.PREVIEW
    assert sum(map(len, exact(raw, whole=True).lines)) == len(raw)
    text = json.dumps({"a": "b" * source.LIMIT})
    assert pretty(text).left_out == len(text) - source.PREVIEW
    assert pretty(text, whole=True).left_out == 0
    assert exact(b"a" * (source.ALL + 5), whole=True).left_out == 5


def test_no_line_is_too_long_for_a_view() -> None:
    made = pretty(json.dumps({"a": "😀" * 150_000}, ensure_ascii=False), whole=True)
    assert max(map(len, made.lines)) <= source.WIDE
    assert "".join(made.lines).count("😀") == 150_000


def test_a_string_without_an_end_takes_linear_time() -> None:
    """Quadratic work on this text would take hours, and the test its limit."""
    text = '"' + '\\"' * 1_500_000
    assert pretty(text, whole=True).left_out == 0


def test_headers_are_listed() -> None:
    made = listing([("Accept", "a"), ("X-Bad\n", "\u202e")])
    assert made.lines == ["Accept: a", "X-Bad↵: ⟨U+202E⟩"]
