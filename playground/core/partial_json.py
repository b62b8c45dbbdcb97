"""JSON that is still arriving: text in, a live tree out, linear in the length of the text.

Problem: an answer of 100 KB comes in 25,000 pieces, and after each one everybody wants to see what
is there; servers without a strict mode put prose and fences around it, and make mistakes in it.
Goals: each character is looked at once, however the text was cut; equal to `json.loads` for all
that is JSON; whatever is not, is said with its place, and reading goes on as well as it can.
Choice: a push parser. One method for each thing that can be in the middle of arriving reads a slice
from an offset and returns the offset where it stopped; what it cannot decide yet, a few characters
of an escape or a fence, is held and put before the next slice. There is no recursion.

Where the JSON begins is for `core.json_lead` to say, the grammar is that of `core.json_tree`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from playground.core.json_lead import FENCE, Search
from playground.core.json_nodes import CONSTANTS, NUMBER, WRITTEN, Node, guess, out_of_range
from playground.core.json_tree import Tree
from playground.core.plain import whole

_INK = re.compile(r"[^ \t\n\r]")
_WORD_END = re.compile(r'[ \t\n\r"{}\[\],:]')
_U = r"u[0-9a-fA-F]{4}"
_HIGH, _LOW = r"u[dD][89abAB][0-9a-fA-F]{2}", r"u[dD][c-fC-F][0-9a-fA-F]{2}"
_SOUND = rf'\\(?:["\\/bfnrt]|(?!{_HIGH}|{_LOW}){_U}|{_HIGH}\\{_LOW})'
_RUNS = {quote: re.compile(rf"(?:[^{quote}\\\x00-\x1f]++|{_SOUND})++") for quote in ('"', "'")}
"""Everything up to the end of a string, or to what cannot be decoded (yet)."""
_ESCAPE = re.compile(r"\\(?:u([dD][89abAB]..)\\u(....)|u(....)|(.))")
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LONE = re.compile(rf"\\(?:{_HIGH}|{_LOW})")
_UNFINISHED = re.compile(
    r"\\(?:u[0-9a-fA-F]{0,3}"
    rf"|{_HIGH}(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?"
    r")?\Z"
)


class Live(Tree):
    """Takes text as it comes and keeps the tree that it amounts to so far."""

    def __init__(self) -> None:
        super().__init__()
        self.fence: str | None = None
        """What the fence around the JSON says; None without one."""
        self.ended = False
        self._fed: list[str] = []
        self._step = self._lead
        self._base = 0  # where in the text the slice begins that is being read
        self._held = ""  # undecided, at the end of what was fed
        self._half = ""  # of a surrogate pair that is not escaped
        self._search = Search()
        self._fenced = False  # the fence around the JSON is open
        self._pieces: list[str] = []  # of the string or the word being read
        self._start = 0  # of the name being read
        self._quote = '"'

    @property
    def text(self) -> str:
        """Everything that was fed."""
        return "".join(self._fed)

    @property
    def fed(self) -> Sequence[str]:
        """The same in the pieces in which it came, for those who have some of them already."""
        return self._fed

    @property
    def before(self) -> str:
        """The text before the JSON, fence included; all of it, as long as there is no JSON."""
        return self.text if self.root is None else self.text[: self.root.start]

    @property
    def after(self) -> str:
        """The text after the JSON, fence included."""
        return "" if self.root is None or self.root.end is None else self.text[self.root.end :]

    def feed(self, text: str) -> None:
        """Add text, cut anywhere. Raises ValueError after the end."""
        if self.ended:
            raise ValueError("Text after the end")
        if self._half or not text.isascii():
            text, self._half = self._half + text, ""
            if "\ud800" <= text[-1:] <= "\udbff":
                text, self._half = text[:-1], text[-1]
            text = whole(text)
        if text:
            self._fed.append(text)
            self._read(text)

    def end(self) -> None:
        """No more text will come: what is open was cut."""
        if self.ended:
            return
        if self._half:
            self._half = ""
            self.feed("\ufffd")
        self.ended = True
        if self.root is None:
            self._read("")
        if self.root is None:
            self._flaw("no JSON", 0)
        elif self._leaf is self.root and self._step == self._word:
            self._end_word(self.root, 0)
        self._cut(self._base)

    def _read(self, text: str) -> None:
        if self._held:
            self._base -= len(self._held)
            text, self._held = self._held + text, ""
        at, size = 0, len(text)
        while at < size:
            at = self._step(text, at)
        self._base += size

    def _hold(self, text: str, at: int) -> int:
        """What begins there is looked at again when more has come."""
        self._held = text[at:]
        return len(text)

    # Around the JSON.

    def _lead(self, text: str, at: int) -> int:
        """Looks for the beginning, also behind a lone word or string, which may be prose."""
        seen, at = self._search.look(text, at, self._base, final=self.ended)
        if seen == "unsure":
            return self._hold(text, at)
        if seen == "json":
            self._replant()
            if self._search.prose is not None:
                self._flaw("before", self._search.prose)
            offset, self.fence = self._search.fence or (0, None)
            self._fenced = self.fence is not None
            if self._fenced:
                self._flaw("fence", offset)
            self._step = self._structure
        return at

    def _tail(self, text: str, at: int) -> int:
        found = _INK.search(text, at)
        if found is None or self.root is None:
            return len(text)
        at = found.start()
        if self._fenced:
            rest = text[at : at + len(FENCE)]
            if rest == FENCE:
                self._fenced = False
                return at + len(FENCE)
            if FENCE.startswith(rest):
                return self._hold(text, at)
        self._flaw("after", self._base + at)
        if self.root.kind in ("object", "array"):
            self._step = self._rest
        else:
            self._search.restart(self.root.start)
            self._step = self._lead
        return at

    def _rest(self, text: str, at: int) -> int:
        return len(text)

    # Between names and values.

    def _structure(self, text: str, at: int) -> int:
        found = _INK.search(text, at)
        if found is None:
            return len(text)
        at = found.start()
        offset = self._base + at
        match character := found.group():
            case ",":
                self._comma(offset)
            case ":":
                self._colon(offset)
            case "}" | "]":
                self._close("object" if character == "}" else "array", offset)
                if not self._stack:
                    self._step = self._tail
            case _:
                match self._entry(character, offset):
                    case "name":
                        self._begin_name(character, offset)
                    case "value":
                        self._begin_value(character, offset)
        return at + 1

    def _begin_value(self, character: str, offset: int) -> None:
        if character in "{[":
            self._push(self._begin("object" if character == "{" else "array", offset))
            return
        if character in _RUNS:
            self._leaf = self._begin("string", offset)
            self._pieces = self._leaf.pieces
            self._begin_string(character, offset)
        else:
            self._leaf = self._begin(guess(character), offset)
            self._pieces = self._leaf.pieces
            self._pieces.append(character)
            self._step = self._word

    def _begin_name(self, character: str, offset: int) -> None:
        """A name has no node before it is whole."""
        self._start, self._pieces = offset, []
        if character in _RUNS:
            self._begin_string(character, offset)
        else:
            self._pieces.append(character)
            self._flaw("quotes", offset, self._inner())
            self._step = self._word

    def _end_name(self, at: int) -> None:
        self._name("".join(self._pieces), self._start, self._base + at)
        self._step = self._structure

    def _end_value(self, leaf: Node, at: int) -> None:
        self._leaf = None
        self._finish(leaf, self._base + at)
        self._step = self._structure if self._stack else self._tail

    # Strings and words.

    def _begin_string(self, quote: str, offset: int) -> None:
        if quote != '"':
            self._flaw("quotes", offset, self._inner())
        self._quote, self._step = quote, self._string

    def _string(self, text: str, at: int) -> int:
        run = _RUNS[self._quote].match(text, at)
        if run is not None:
            piece = run.group()
            self._pieces.append(_ESCAPE.sub(_decoded, piece) if "\\" in piece else piece)
            at = run.end()
        character = text[at : at + 1]
        if run is not None and self._leaf is not None and character != self._quote:
            self._touch(self._leaf)
        if character in ("", "\\"):
            return self._escape(text, at) if character else at
        if character != self._quote:
            self._pieces.append(character)
            self._flaw("control character", self._base + at, self._inner())
        elif self._leaf is None:
            self._end_name(at + 1)
        else:
            self._end_value(self._leaf, at + 1)
        return at + 1

    def _escape(self, text: str, at: int) -> int:
        """An escape that is not finished, or not sound."""
        if _UNFINISHED.match(text, at):
            return self._hold(text, at)
        if text[at + 1] == self._quote:
            self._pieces.append(self._quote)
            self._touch(self._inner())
            return at + 2
        if _LONE.match(text, at):
            self._pieces.append("\ufffd")
            self._flaw("surrogate", self._base + at, self._inner())
            return at + len(r"\ud800")
        self._pieces.append("\\")
        self._flaw("escape", self._base + at, self._inner())
        return at + 1

    def _word(self, text: str, at: int) -> int:
        """Whatever is not in quotes; it is judged when it is whole."""
        found = _WORD_END.search(text, at)
        end = len(text) if found is None else found.start()
        self._pieces.append(text[at:end])
        if found is not None:
            if self._leaf is None:
                self._end_name(end)
            else:
                self._end_word(self._leaf, end)
        elif self._leaf is not None:
            self._touch(self._leaf)
        return end

    def _end_word(self, leaf: Node, at: int) -> None:
        word = leaf.text
        if NUMBER.fullmatch(word):
            leaf.kind = "number"
            if out_of_range(word):
                self._flaw("range", leaf.start, leaf)
        elif word in CONSTANTS:
            leaf.kind = "number"
            self._flaw("constant", leaf.start, leaf)
        else:
            leaf.kind = WRITTEN.get(word, "string")
            if word != leaf.kind:
                self._flaw("not a value", leaf.start, leaf)
        self._end_value(leaf, at)


def _decoded(escape: re.Match[str]) -> str:
    high, low, unit, short = escape.groups()
    if short:
        return _SHORT.get(short, short)
    if unit:
        return chr(int(unit, 16))
    return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF))
