"""The grammar, and that it does not matter how the text arrives."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core import markdown_stream
from playground.core.blocks import (
    Block,
    Code,
    Grown,
    Heading,
    Item,
    Paragraph,
    Quote,
    Rule,
    Span,
    Table,
)
from playground.core.markdown_stream import LONG, MarkdownStream

LINES = st.tuples(
    st.lists(
        st.sampled_from(
            [
                "",
                "",
                "",
                "  ",
                "   ",
                "    ",
                "\t",
                "> ",
                ">",
                "- ",
                "* ",
                "-",
                "1. ",
                "7) ",
                "12. ",
            ]
        ),
        max_size=4,
    ).map("".join),
    st.sampled_from(
        [
            "",
            "word",
            "two words",
            "# head",
            "#",
            "---",
            "===",
            "=",
            "```",
            "```py",
            "~~~~",
            "`",
            "a | b",
            "--|--",
            "| :-: | - |",
            "*em* **strong",
            "[x](http://a.b) `c`",
            "[ ] task",
            "[x] done",
            "[a]: http://b.c",
            "<b>html</b>",
            "$x_1$ and \\(y_2\\)",
            "é → 漢字 🙂",
            "\\* \x00",
        ]
    ),
).map("".join)
TEXTS = st.lists(LINES, max_size=14).map("\n".join)


def parse(text: str) -> list[Block]:
    stream = MarkdownStream()
    stream.feed(text)
    stream.finish()
    return list(stream.blocks)


def at_once(text: str, finished: bool = True) -> list[Block]:
    """What the grammar makes of the whole text, with no line of it taken away in between."""
    stream = MarkdownStream()
    if finished:
        stream.finish()
    assert not stream.blocks
    return [piece.block for piece in stream._read(text)]


def cut(text: str, places: list[int]) -> list[str]:
    ends = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [text[a:b] for a, b in pairwise(ends)]


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.lists(st.integers(0, 500), max_size=12))
def test_any_chunking_gives_the_blocks_of_the_whole_text(text: str, places: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown_stream, "_TAIL", 0)  # close whatever can be closed
        stream = MarkdownStream()
        so_far = ""
        for piece in cut(text, places):
            stream.feed(piece)
            so_far += piece
            assert list(stream.blocks) == at_once(so_far, finished=False)
        stream.finish()
        assert list(stream.blocks) == at_once(text)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.sampled_from(["\n", "\r\n"]), st.lists(st.integers(0, 500), max_size=8))
def test_it_is_known_where_in_the_text_each_block_begins(
    text: str, end: str, places: list[int]
) -> None:
    lines = text.split("\n")
    begins = [0]
    for line in lines:
        begins.append(begins[-1] + len(line) + len(end))
    whole = MarkdownStream()
    whole.finish()
    assert not whole.blocks
    expected = [begins[piece.leaf.start] for piece in whole._read(text)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown_stream, "_TAIL", 0)
        stream = MarkdownStream()
        for piece in cut(end.join(lines), places):
            stream.feed(piece)
            assert stream.closed <= len(stream.blocks)
        stream.finish()
        assert [stream.origin(number) for number in range(len(stream.blocks))] == expected


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["word ", "more. ", "a b, ", "# ", "\n"]), max_size=80))
def test_the_parts_of_a_long_line_begin_where_it_was_broken(words: list[str]) -> None:
    text = "".join(words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown_stream, "LONG", 20)
        stream = MarkdownStream()
        for at in range(0, len(text), 7):
            stream.feed(text[at : at + 7])
            assert stream.closed <= len(stream.blocks)
        stream.finish()
        places = [stream.origin(number) for number in range(len(stream.blocks))]
    assert places == sorted(set(places))
    for at, block in zip(places, stream.blocks, strict=True):
        if isinstance(block, Paragraph | Heading) and block.spans:
            said = block.spans[0].text.split("\n")[0]
            assert text[at:].lstrip("# ").startswith(said.lstrip("# "))


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_closed_blocks_never_change_again(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown_stream, "_TAIL", 0)
        stream = MarkdownStream()
        closed: list[Block] = []
        for line in text.split("\n"):
            stream.feed(line + "\n")
            assert stream.blocks[: len(closed)] == closed
            assert stream.closed >= len(closed)
            closed = list(stream.blocks[: stream.closed])


WORDY = st.text("ab. ,*`[]()#>-|12\n\t\r漢。$\\", max_size=400)


@settings(max_examples=300, deadline=None)
@given(TEXTS | WORDY, st.lists(st.integers(0, 500), max_size=12))
def test_the_rules_of_division_look_at_the_text_alone(text: str, places: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown_stream, "LONG", 20)
        patch.setattr(markdown_stream, "_TAIL", 30)
        patch.setattr(markdown_stream, "_PEEK", 10)
        expected = parse(text)
        stream = MarkdownStream()
        for piece in cut(text, places):
            stream.feed(piece)
            assert stream.closed <= len(stream.blocks)
        stream.finish()
        assert list(stream.blocks) == expected


@settings(max_examples=200, deadline=None)
@given(TEXTS | WORDY, st.lists(st.integers(0, 500), max_size=6), st.integers(0, 10), st.booleans())
def test_from_a_mark_it_goes_another_way_as_if_it_had_never_gone_on(
    text: str, places: list[int], which: int, finished: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown_stream, "LONG", 20)
        patch.setattr(markdown_stream, "_TAIL", 30)
        patch.setattr(markdown_stream, "_PEEK", 10)
        stream = MarkdownStream()
        pieces, marks = cut(text, places), [stream.mark()]
        for piece in pieces:
            stream.feed(piece)
            marks.append(stream.mark())
        if finished:
            stream.finish()
            assert stream.closed == len(stream.blocks)
        at = which % len(marks)
        kept = "".join(pieces[:at])
        for more in ("another\n\n- way\n", ""):  # twice: a mark is not used up
            stream.back(marks[at])
            stream.feed(more)
            fresh = MarkdownStream()
            fresh.feed(kept)
            fresh.feed(more)
            assert list(stream.blocks) == list(fresh.blocks)
            assert [stream.origin(n) for n in range(len(stream.blocks))] == [
                fresh.origin(n) for n in range(len(fresh.blocks))
            ]


def text_of(block: Block) -> str:
    assert isinstance(block, Paragraph | Heading)
    return "".join(span.text for span in block.spans)


def test_the_kinds_of_blocks() -> None:
    heading, paragraph, code, rule, table = parse(
        "## Two\nfoo *bar*\nbaz\n```py title=x\na\n\nb\n```\n***\n|a|b|\n|:-|-:|\n|1|`2`|\n"
    )
    assert heading == Heading(2, (Span("Two"),))
    assert paragraph == Paragraph((Span("foo "), Span("bar", em=True), Span("\nbaz")))
    assert code == Code("py", Grown([], ["a", "", "b"]), closed=True)
    assert isinstance(code, Code) and code.text == "a\n\nb"
    assert rule == Rule()
    assert table == Table(
        ((Span("a"),), (Span("b"),)),
        ("left", "right"),
        Grown([], [((Span("1"),), (Span("2", code=True),))]),
    )


def test_a_block_knows_the_lists_and_quotes_it_is_in() -> None:
    blocks = parse("3. a\n   - b\n\n     c\n3. > d\n   > # e\n-\n")
    assert [block.within for block in blocks] == [
        (Item(3),),
        (Item(3, first=False), Item()),
        (Item(3, first=False), Item(first=False)),
        (Item(4), Quote()),
        (Item(4, first=False), Quote(first=False)),
        (Item(),),
    ]
    assert blocks[-1] == Paragraph((), (Item(),))


def test_items_of_a_task_list() -> None:
    done, open_, neither = parse("- [x] `one`\n- [ ] two\n- [y] three")
    assert done == Paragraph((Span("one", code=True),), (Item(checked=True),))
    assert open_ == Paragraph((Span("two"),), (Item(checked=False),))
    assert neither == Paragraph((Span("[y] three"),), (Item(),))


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("**a *b* ~~c~~**", [("a ", "s"), ("b", "se"), (" ", "s"), ("c", "sx")]),
        ("**a **b** c**", [("a b c", "s")]),
        ("<b>&amp;</b> &copy;", [("<b>&</b> ©", "")]),
        ("a  \nb\\\nc", [("a\nb\nc", "")]),
        (r"\(a_1 * b_2\) \[c\] $x_i$ $$y^*$$", None),
        ("$5 and $10, 3 $", [("$5 and $10, 3 $", "")]),
        (r"\*not\* \(open", [("*not* (open", "")]),
    ],
)
def test_spans(text: str, spans: list[tuple[str, str]] | None) -> None:
    (block,) = parse(text)
    assert isinstance(block, Paragraph)
    if spans is None:
        assert text_of(block) == text
        formulas = [span.text for span in block.spans if span.code]
        assert formulas == [r"\(a_1 * b_2\)", r"\[c\]", "$x_i$", "$$y^*$$"]
        return
    flags = {"s": "strong", "e": "em", "x": "strike"}
    assert block.spans == tuple(
        Span(part, **{flags[mark]: True for mark in marks}) for part, marks in spans
    )


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("[a *b*](http://c.d 'title')", [("a ", "http://c.d"), ("b", "http://c.d")]),
        ("<https://a.b/c>", [("https://a.b/c", "https://a.b/c")]),
        (
            "see https://a.b/c_(d). Or (http://e.f)!",
            [(u, u) for u in ("https://a.b/c_(d)", "http://e.f")],
        ),
        ("[1]: https://a.b", [("https://a.b", "https://a.b")]),
        ("[a][1] [a] javascript:alert(1)", []),
        ("[a](javascript:alert(1))", []),
        ("![alt `x`](http://a.b/c.png)", [("alt x", "http://a.b/c.png")]),
    ],
)
def test_links_and_images_keep_their_address(text: str, links: list[tuple[str, str]]) -> None:
    (block,) = parse(text)
    assert isinstance(block, Paragraph)
    assert [(span.text, span.link) for span in block.spans if span.link] == links


def test_an_image_says_that_it_is_one() -> None:
    assert parse("![a](b.png)") == [Paragraph((Span("a", link="b.png", image=True),))]


def test_definitions_are_shown_for_what_they_are() -> None:
    use, definition = parse("a [b] c\n\n[b]: /late 'title'\n")
    assert (text_of(use), text_of(definition)) == ("a [b] c", "[b]: /late 'title'")


def test_what_is_nested_beyond_reading_is_still_shown() -> None:
    blocks = parse(">" * 60 + " deep")
    assert len(blocks) == 1
    assert text_of(blocks[0]).endswith("> deep")


def test_code_is_open_until_its_fence_comes() -> None:
    stream = MarkdownStream()
    for text, lines, closed in [
        ("```\n", [], False),
        ("a", ["a"], False),
        ("\n``", ["a", "``"], False),
        ("`", ["a"], True),
        ("x", ["a", "```x"], False),
    ]:
        stream.feed(text)
        (block,) = stream.blocks
        assert block == Code("", Grown([], lines), closed)
        assert stream.closed == 0
    stream.finish()
    assert stream.closed == 1
    assert stream.blocks == [Code("", Grown([], ["a", "```x"]), closed=True)]


def test_pairs_divided_by_the_network_are_joined() -> None:
    stream = MarkdownStream()
    for delta in ("a\r", "\nb \ud83d", "\ude42 \ud83d", "c\r"):
        stream.feed(delta)
        assert "\ud83d" not in text_of(stream.blocks[0])
    stream.finish()
    assert parse("a\nb 🙂 \ufffdc\n") == stream.blocks


def test_text_after_the_end_is_refused() -> None:
    stream = MarkdownStream()
    stream.finish()
    with pytest.raises(ValueError, match="after the end"):
        stream.feed("a")


def test_rev_grows_with_what_is_fed() -> None:
    stream = MarkdownStream()
    revs = [stream.rev]
    for delta in ("a", "", "b"):
        stream.feed(delta)
        revs.append(stream.rev)
    assert revs == [0, 1, 1, 2]


SENTENCE = "The quick **brown** fox has `jumped` over [a dog](http://a.b). "
PARAGRAPH = SENTENCE * 3 + "\n\n"


@pytest.mark.parametrize(
    "unit",
    [
        pytest.param(SENTENCE, id="one line"),
        pytest.param(SENTENCE.replace(" ", "") * 2, id="one word"),
        pytest.param("漢字かな交じり文。", id="one line of Japanese"),
        pytest.param(SENTENCE + "\n", id="one paragraph"),
        pytest.param(PARAGRAPH, id="paragraphs"),
        pytest.param(f"- {SENTENCE}\n", id="items"),
        pytest.param(f"1. {SENTENCE}\n\n   {SENTENCE}\n   - {SENTENCE}\n", id="nested items"),
        pytest.param(f"> {SENTENCE}\n>\n", id="quote"),
        pytest.param("- " + "x" * 30 + "\n\n      code\n", id="code in items"),
    ],
)
@pytest.mark.parametrize("opening", ["", "```\n", "- ```\n  ", "|a|b|\n|-|-|\n|", "    x\n    "])
def test_however_long_the_text_what_is_read_again_stays_short(unit: str, opening: str) -> None:
    """This is what makes the cost of a frame flat: no block, once grown, is parsed anew."""
    if opening and "\n" in unit:
        unit = unit.replace("\n", "\n" + " " * opening.rpartition("\n")[2].count(" "))
    stream = MarkdownStream()
    stream.feed(opening)
    longest = 0
    while stream.rev < 100:
        stream.feed((unit * 40)[:400])
        assert stream.blocks
        if not stream._solid:
            longest = max(longest, len(stream._tail.source) + len(stream._line))
    assert longest < 8 * LONG


def test_a_paragraph_is_divided_between_sentences_and_nothing_is_lost() -> None:
    text = SENTENCE * 400
    blocks = parse(text)
    assert len(blocks) > 5
    assert [block.continues for block in blocks if isinstance(block, Paragraph)] == [
        index > 0 for index in range(len(blocks))
    ]
    plain = SENTENCE.replace("*", "").replace("`", "").replace("[", "").replace("](http://a.b)", "")
    assert " ".join(map(text_of, blocks)) == (plain * 400).strip()


def test_a_divided_paragraph_stays_in_its_item_and_is_followed_by_its_siblings() -> None:
    blocks = parse(f"1. > {SENTENCE * 100}\n   > lazy\n\n   after\n2. next\n")
    *parts, after, following = blocks
    assert len(parts) > 2
    assert parts[0].within == (Item(1), Quote())
    assert {part.within for part in parts[1:]} == {(Item(1, first=False), Quote(first=False))}
    assert after == Paragraph((Span("after"),), (Item(1, first=False),))
    assert following == Paragraph((Span("next"),), (Item(2),))


def test_elements_that_settled_are_shared_between_views() -> None:
    stream = MarkdownStream()
    stream.feed("```\n")
    for number in range(1000):
        stream.feed(f"line {number}\n")
        (code,) = stream.blocks
        assert isinstance(code, Code)
        assert len(code.lines) == number + 1
        assert code.lines[-1] == f"line {number}"
    assert code.lines.settled > 900
    assert code.lines[3:5] == ["line 3", "line 4"]
    assert code.lines[998:] == ["line 998", "line 999"]
    assert code.lines[::499] == ["line 0", "line 499", "line 998"]


@pytest.mark.parametrize("opening", ["", "text", "- item", "> quote", "|a|\n|-|\n|b|", "```"])
def test_line_ends_without_end_cost_nothing(opening: str) -> None:
    stream = MarkdownStream()
    stream.feed(opening)
    for _ in range(100):
        stream.feed("\n" * 100)
        assert len(stream.blocks) == bool(opening)
        assert len(stream._tail.source) < LONG
    stream.feed("next")
    if opening != "```":
        assert stream.blocks[-1] == Paragraph((Span("next"),))
