"""The grammar: one piece of Markdown to the blocks and spans in it, on markdown-it-py's tokens.

CommonMark with tables, strikethrough, task lists and bare addresses, read for the screen of an
instrument, where nothing that was sent may vanish or load anything:

- Raw HTML is text. Images are their description and address. Mathematics is text too, exempt from
  escapes and emphasis. A line end is a line end.
- Link reference definitions are not definitions: one that came late would change blocks that are
  closed, and they would vanish from the screen. They stand there as the text they are.
- Lists have no tight and loose: a blank line that came late would move what was drawn.

How text that is still arriving is read is `markdown_stream`'s part.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import cast

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from playground.core.blocks import Align, Item, Quote, Row, Span, Spans, Within

_DEPTH = 40  # levels of nesting that are followed; what is deeper stands there as its source

_URL = re.compile(r"\bhttps?://[\w\-.~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
_AFTER_URL = ".,;:!?'*~"  # ends a sentence rather than an address
_DOLLARS = re.compile(r"\$\$.+?\$\$|\$(?![\s$])[^$\n]*?(?<![\s\\])\$(?!\d)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a document a source begins, if not at its beginning.

    The source's first lines are then a scaffold: they open the items and quotes of `spine`.
    """

    lead: int = 0
    "how many lines the scaffold has"
    spine: Within = ()
    "the items and quotes that the first block behind it is in"
    inside: bool = False
    "the scaffold's last line stands for the beginning of a paragraph"


@dataclass(frozen=True, slots=True)
class Level:
    """An item or quote around a block."""

    line: int
    "that opened it"
    quote: bool
    follows: bool
    "it is an item, and not its list's first"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A block that holds no blocks, found between two lines of a source."""

    kind: str
    "paragraph, heading, fence, code_block, table, hr; or empty, of an item or quote"
    start: int
    end: int
    levels: tuple[Level, ...]
    within: Within
    content: str = ""
    "without the marks of what it is in"
    info: str = ""
    "the heading's level, or what stands behind the opening fence"
    tokens: Sequence[Token] = ()
    "of a table"


class Grammar:
    """Reads blocks and what is in them apart, so that nothing is read that is not asked for."""

    def __init__(self) -> None:
        self._blocks = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEPTH})
        self._blocks.enable(["table"])
        # Line ends are the caller's to settle, and a NUL is to be shown, not replaced.
        self._blocks.disable(["reference", "normalize", "inline", "text_join"])
        self._spans = MarkdownIt("commonmark", {"html": False})
        self._spans.enable(["strikethrough"])
        self._spans.disable(["normalize"])
        self._spans.inline.ruler.before("escape", "math", _math)
        # The end of a text is read again and again, and this is half of what a link costs.
        normalize = lru_cache(maxsize=1_000)(self._spans.normalizeLink)
        self._spans.normalizeLink = normalize  # type: ignore[method-assign]

    def leaves(self, source: str, place: Place) -> list[Leaf]:
        """The blocks of the source that are not of its scaffold, in order."""
        reading = _Reading(source, place)
        tokens = self._blocks.parse(source)
        for at, token in enumerate(tokens):
            reading.read(token, tokens, at)
        return reading.leaves

    def spans(self, text: str) -> Spans:
        """The text of one paragraph or cell in its styles."""
        return _spans(self._spans.parseInline(text)[0].children or [])

    def cells(self, table: Leaf) -> tuple[tuple[Align, ...], list[Row]]:
        """Of a table: how its columns are aligned, and its rows, the head first."""
        aligns: list[Align] = []
        rows: list[list[Spans]] = []
        for token, after in pairwise(table.tokens):
            match token.type:
                case "tr_open":
                    rows.append([])
                case "th_open":
                    style = str(token.attrs.get("style", ""))
                    aligns.append(cast(Align, style.removeprefix("text-align:")))
                    rows[-1].append(self.spans(after.content))
                case "td_open":
                    rows[-1].append(self.spans(after.content))
        return tuple(aligns), [tuple(row) for row in rows]


@cache
def grammar() -> Grammar:
    """The one there is: it keeps nothing of what it reads."""
    return Grammar()


class _Reading:
    """One pass over the tokens of a source."""

    def __init__(self, source: str, place: Place) -> None:
        self.leaves: list[Leaf] = []
        self._source = source
        self._place = place
        self._opened: list[tuple[Token, int]] = []  # and how many leaves came before
        self._levels: list[Level] = []
        self._within: list[Item | Quote] = []  # `first` until a leaf was found in it
        self._lists: list[tuple[int | None, int]] = []  # the next number, and the first line

    def read(self, token: Token, tokens: Sequence[Token], at: int) -> None:
        match token.type:
            case "bullet_list_open":
                self._lists.append((None, _line(token)))
            case "ordered_list_open":
                self._lists.append((int(token.attrs.get("start", 1)), _line(token)))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                number, first = self._lists[-1]
                item = self._open(token, Item(number), follows=_line(token) > first)
                if isinstance(item, Item) and item.number is not None:
                    self._lists[-1] = item.number + 1, first
            case "blockquote_open":
                self._open(token, Quote())
            case "list_item_close" | "blockquote_close":
                self._close()
            case "paragraph_open" | "heading_open":
                kind = token.type.removesuffix("_open")
                self._add(kind, token, tokens[at + 1].content, token.tag[1:])
            case "fence" | "code_block" | "hr":
                self._add(token.type, token, token.content, token.info)
            case "table_open":
                end = next(i for i in range(at, len(tokens)) if tokens[i].type == "table_close")
                self._add("table", token, tokens=tokens[at:end])

    def _open(self, token: Token, around: Item | Quote, follows: bool = False) -> Item | Quote:
        around = self._known(token) or around
        self._opened.append((token, len(self.leaves)))
        self._levels.append(Level(_line(token), isinstance(around, Quote), follows))
        self._within.append(around)
        return around

    def _close(self) -> None:
        token, before = self._opened.pop()
        if len(self.leaves) == before and _line(token) >= self._place.lead:
            start, end = token.map or (0, 0)
            too_deep = token.level + 1 >= _DEPTH
            source = "\n".join(self._source.split("\n")[start:end]) if too_deep else ""
            self._add("empty", token, source.strip())
        self._levels.pop()
        self._within.pop()

    def _known(self, token: Token) -> Item | Quote | None:
        """The item or quote of the spine that the token opens, if it opens one."""
        place, line = self._place, _line(token)
        if line < place.lead or (line == place.lead and not place.inside):
            return next(iter(place.spine[len(self._levels) :]), None)
        return None

    def _add(
        self,
        kind: str,
        token: Token,
        content: str = "",
        info: str = "",
        tokens: Sequence[Token] = (),
    ) -> None:
        start, end = token.map or (0, 0)
        if end > self._place.lead:
            levels, within = tuple(self._levels), tuple(self._within)
            self.leaves.append(Leaf(kind, start, end, levels, within, content, info, tokens))
            self._within[:] = later(within)


def later(within: Within) -> Within:
    """The same items and quotes, for a block that is not the first in them."""
    return tuple(replace(one, first=False) if one.first else one for one in within)


def _spans(tokens: Sequence[Token]) -> Spans:
    """The inline tokens of one block as runs of text, each in one style."""
    found: list[Span] = []
    depth: Counter[str] = Counter()
    link = ""

    def add(text: str, link: str, code: bool = False, image: bool = False) -> None:
        strong, em, strike = (depth[mark] > 0 for mark in ("strong", "em", "s"))
        span = Span(text, strong, em, strike, code, link, image)
        if found and not image and replace(found[-1], text=text) == span:
            found[-1] = replace(span, text=found[-1].text + text)
        elif text or image:
            found.append(span)

    for token in tokens:
        match token.type:
            case "link_open" | "link_close":
                link = str(token.attrs.get("href", ""))
            case "image":
                description = "".join(span.text for span in _spans(token.children or []))
                add(description, str(token.attrs.get("src", "")), image=True)
            case "code_inline" | "math":
                add(token.content, link, code=True)
            case "softbreak" | "hardbreak":
                add("\n", link)
            case "text" | "text_special" if link:
                add(token.content, link)
            case "text" | "text_special":
                for text, url in _addresses(token.content):
                    add(text, url)
            case _:
                depth[token.type.partition("_")[0]] += token.nesting
    return tuple(found)


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _addresses(text: str) -> Iterator[tuple[str, str]]:
    """The text in pieces, each with its address if it is one."""
    at = 0
    for match in _URL.finditer(text):
        url = match.group().rstrip(_AFTER_URL)
        while url.endswith((")", "]")) and not _balanced(url):
            url = url[:-1].rstrip(_AFTER_URL)
        yield text[at : match.start()], ""
        yield url, url
        at = match.start() + len(url)
    yield text[at:], ""


def _balanced(url: str) -> bool:
    return url.count("(") >= url.count(")") and url.count("[") >= url.count("]")


def _math(state: StateInline, silent: bool) -> bool:
    """An inline rule: `$…$`, `$$…$$`, `\\(…\\)` and `\\[…\\]` stand as they were written."""
    start = state.pos
    end = 0
    match state.src[start : start + 2]:
        case r"\(":
            end = state.src.find(r"\)", start + 2) + 2
        case r"\[":
            end = state.src.find(r"\]", start + 2) + 2
        case opening if opening.startswith("$"):
            dollars = _DOLLARS.match(state.src, start)
            end = dollars.end() if dollars else 0
    if end <= start + 2:
        return False
    if not silent:
        state.push("math", "", 0).content = state.src[start:end]
    state.pos = end
    return True
