"""Colours for code: Pygments' kinds of tokens in colours of the theme, lexed a little at a time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QFont, QTextCharFormat

from playground.ui import theme

if TYPE_CHECKING:
    from pygments.lexer import Lexer

LONGEST_LINE = 2_000
"""Characters. Code with a longer line is not lexed: some lexers are quadratic in it."""
LONGEST = 200_000

_SLICE = 0.003  # seconds of lexing in a row; the rest of a frame belongs to others
_LOOK = 64  # tokens between two looks at the clock

# The longest prefix of a token's kind that is named here decides; what is not is plain text.
_TOKENS = {
    "Comment": "faint",
    "Comment.Preproc": "tool",
    "Keyword": "reasoning",
    "Keyword.Constant": "tool",
    "Keyword.Type": "text_event",
    "Operator.Word": "reasoning",
    "Name.Builtin": "text_event",
    "Name.Function": "text_event",
    "Name.Class": "text_event",
    "Name.Decorator": "tool",
    "Name.Exception": "text_event",
    "Name.Tag": "reasoning",
    "Name.Attribute": "tool",
    "Name.Constant": "tool",
    "Literal": "tool",
    "Literal.String": "ok",
    "Literal.String.Escape": "tool",
    "Literal.String.Interpol": "text",
    "Generic.Deleted": "error",
    "Generic.Inserted": "ok",
    "Generic.Heading": "text_event",
    "Generic.Subheading": "text_event",
    "Generic.Prompt": "faint",
    "Generic.Error": "error",
}

Run = tuple[int, int, str]
"""From one character of a line to another, and the kind of token, a key of _TOKENS."""


class Highlighter(QObject):
    """Lexes blocks of code one after the other without ever holding up a frame."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: dict[int, tuple[Iterator[None], Callable[[], None]]] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._work)

    @property
    def idle(self) -> bool:
        return not self._jobs

    def start(
        self,
        language: str,
        lines: Sequence[str],
        runs: list[Sequence[Run]],
        progressed: Callable[[], None],
    ) -> None:
        """Fill `runs`, line by line, with what the lines consist of; the first bit at once.

        Takes the place of what was under way for the same `runs`.
        """
        self._jobs[id(runs)] = lex(language, lines, runs), progressed
        self._work()

    def clear(self) -> None:
        self._jobs.clear()
        self._timer.stop()

    def _work(self) -> None:
        until = time.perf_counter() + _SLICE
        while self._jobs and time.perf_counter() < until:
            key, (job, progressed) = next(iter(self._jobs.items()))
            for _ in job:
                if time.perf_counter() >= until:
                    break
            else:
                del self._jobs[key]
            progressed()
        if self._jobs and not self._timer.isActive():
            self._timer.start()
        elif not self._jobs:
            self._timer.stop()


def lex(language: str, lines: Sequence[str], runs: list[Sequence[Run]]) -> Iterator[None]:
    """Replace `runs[n]` by what line n consists of, giving way after every few tokens."""
    lexer = lexer_for(language)
    if lexer is None or sum(map(len, lines)) > LONGEST or max(map(len, lines)) > LONGEST_LINE:
        return
    number = at = 0  # the line being filled, and where it begins in the text
    line: list[Run] = []
    tokens = lexer.get_tokens_unprocessed("\n".join(lines) + "\n")
    for count, (start, kind, value) in enumerate(tokens):
        name = named(str(kind)[6:])
        pieces = value.split("\n")
        for piece, ended in zip(pieces, [True] * (len(pieces) - 1) + [False], strict=True):
            if name and piece:
                line.append((start - at, start - at + len(piece), name))
            start += len(piece)
            if ended:
                if number < len(lines):
                    _put(runs, number, line)
                start += 1
                number, at, line = number + 1, start, []
        if count % _LOOK == _LOOK - 1:
            yield


def _put(runs: list[Sequence[Run]], number: int, line: list[Run]) -> None:
    while len(runs) <= number:
        runs.append(())
    runs[number] = tuple(line)


@lru_cache(maxsize=512)
def named(kind: str) -> str:
    """The key of _TOKENS for a kind of token such as `Name.Function.Magic`, or ""."""
    while kind and kind not in _TOKENS:
        kind = kind.rpartition(".")[0]
    return kind


@lru_cache(maxsize=64)
def lexer_for(language: str) -> Lexer | None:
    """The lexer for what stands behind an opening fence; None when there is none, or nothing."""
    word = re.match(r"[\w#+\-.]+", language)
    if word is None or word.group().lower() in ("text", "plain", "plaintext", "txt"):
        return None
    from pygments.lexers import get_lexer_by_name  # slow: only when there is code
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(word.group().lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def style(name: str) -> QTextCharFormat:
    """How a kind of token looks in the current theme."""
    styled = QTextCharFormat()
    styled.setForeground(theme.current().colour(_TOKENS[name]))
    if name == "Comment":
        styled.setFontItalic(True)
    elif name in ("Generic.Heading", "Generic.Subheading"):
        styled.setFontWeight(QFont.Weight.DemiBold)
    return styled
