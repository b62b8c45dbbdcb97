"""Commands of a shell as words, read and never run: enough of sh, bash, cmd and PowerShell for what
people paste."""

from __future__ import annotations

import re
from typing import NamedTuple

from playground.core.problem import Failure, Problem

_CMD = re.compile(r'\^(?:\r?\n|")')
_ENDS = frozenset("|;&\n")
_HEREDOC = re.compile(r"<<-?[ \t]*(['\"]?)([\w.-]+)\1")
_CODES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b",
          "E": "\x1b"}  # fmt: skip
_HEX = {"x": 2, "u": 4, "U": 8}


class Command(NamedTuple):
    words: tuple[str, ...]
    given: str | None = None
    """What it reads from its standard input, where the text says that; see `piped`."""
    piped: bool = False
    """The command before it writes that."""


def commands(text: str) -> list[Command]:
    """The commands of a text. Raises Failure for quotes that do not end, and for what only running
    it would tell."""
    if _CMD.search(text):
        return _Reader(_uncareted(text), single=False).commands()
    return _Reader(text.replace("\r\n", "\n")).commands()


def _uncareted(text: str) -> str:
    """As cmd hands it on: `^` takes away what the next character means, but between quotes."""
    out: list[str] = []
    quoted = False
    at = 0
    text = text.replace("\r\n", "\n")
    while at < len(text):
        char = text[at]
        if char == "^" and not quoted and at + 1 < len(text):
            at += 1
            out.append(" " if text[at] == "\n" and text[at + 1 : at + 2] != "\n" else text[at])
            # A line feed that is meant is written twice.
            at += 1 if text[at] == "\n" and text[at + 1 : at + 2] == "\n" else 0
        else:
            quoted ^= char == '"'
            out.append(char)
        at += 1
    return "".join(out)


class _Reader:
    def __init__(self, text: str, *, single: bool = True) -> None:
        self._text = text
        self._single = single
        """Whether `'` begins a quote."""
        self._at = 0
        self._word: list[str] | None = None
        self._words: list[str] = []
        self._found: list[Command] = []
        self._given: str | None = None
        self._below = 0
        """Where the next line begins, behind texts that stand below this one; 0: there are none."""
        self._piped = False

    def commands(self) -> list[Command]:
        text = self._text
        while self._at < len(text):
            char = text[self._at]
            if char in " \t":
                self._end_word()
                self._at += 1
            elif char in _ENDS:
                self._end(char)
            elif char == "#" and self._word is None:
                self._at = self._line_end(self._at)
            elif char == "<" and (found := _HEREDOC.match(text, self._at)) is not None:
                self._end_word()
                self._at = found.end()
                self._given = self._heredoc(found[2])
            elif char in "<>":
                self._end_word()
                self._put(char)
                self._at += 1
                self._end_word()
            else:
                self._piece(char)
        self._end("\n")
        return self._found

    def _piece(self, char: str) -> None:
        rest = self._text[self._at : self._at + 2]
        if char == "'" and self._single:
            end = self._closing("'", self._at + 1)
            self._put(self._text[self._at + 1 : end])
            self._at = end + 1
        elif char == '"':
            self._quoted()
        elif rest == "$'" and self._single:
            self._ansi()
        elif rest == "$(":
            raise _refused("A part of it is what another command writes, which is not run.")
        elif char in "\\`" and rest[1:] == "\n":  # the line goes on
            self._at += 2
        elif char == "`":
            raise _refused("A part of it is what another command writes, which is not run.")
        elif char == "\\" and self._single:
            self._put(rest[1:])
            self._at += 2
        else:
            self._put(char)
            self._at += 1

    def _quoted(self) -> None:
        text, at = self._text, self._at + 1
        self._put("")
        while at < len(text) and text[at] != '"':
            if text[at] == "\\" and at + 1 < len(text):
                code = text[at + 1]
                if code == "\n" and self._single:
                    at += 2
                    continue
                escapes = '"\\$`' if self._single else '"\\'
                self._put(code if code in escapes else text[at : at + 2])
                at += 2
            elif self._single and (text.startswith("$(", at) or text[at] == "`"):
                raise _refused("A part of it is what another command writes, which is not run.")
            else:
                end = at + 1
                while end < len(text) and text[end] not in '"\\$`':
                    end += 1
                self._put(text[at:end])
                at = end
        if at >= len(text):
            raise _unclosed(text, self._at, '"')
        self._at = at + 1

    def _ansi(self) -> None:
        """`$'…'`, with escapes as C has them."""
        text, at = self._text, self._at + 2
        self._put("")
        while at < len(text) and text[at] != "'":
            if text[at] != "\\":
                self._put(text[at])
                at += 1
                continue
            code = text[at + 1 : at + 2]
            if code in _HEX and code:
                digits = re.compile(rf"[0-9a-fA-F]{{1,{_HEX[code]}}}").match(text, at + 2)
                number = int(digits[0], 16) if digits else -1
                self._put(chr(number) if 0 <= number < 0x110000 else f"\\{code}")
                at = digits.end() if digits else at + 2
            elif octal := re.compile(r"[0-7]{1,3}").match(text, at + 1):
                self._put(chr(int(octal[0], 8) & 0xFF))
                at = octal.end()
            else:
                self._put(_CODES.get(code, code))
                at += 2
        if at >= len(text):
            raise _unclosed(text, self._at, "'")
        self._at = at + 1

    def _closing(self, quote: str, start: int) -> int:
        end = self._text.find(quote, start)
        if end < 0:
            raise _unclosed(self._text, self._at, quote)
        return end

    def _put(self, piece: str) -> None:
        self._word = self._word if self._word is not None else []
        self._word.append(piece)

    def _end_word(self) -> None:
        if self._word is not None:
            self._words.append("".join(self._word))
            self._word = None

    def _end(self, char: str) -> None:
        self._end_word()
        self._at += 1
        if char == "\n" and self._below:
            self._at, self._below = self._below, 0
        if self._words:
            self._found.append(Command(tuple(self._words), self._given, self._piped))
            self._piped = char == "|"
        elif char != "\n":
            self._piped = False
        self._words, self._given = [], None

    def _heredoc(self, name: str) -> str:
        """The text that begins below this line."""
        lines: list[str] = []
        at = self._below or self._line_end(self._at) + 1
        while at < len(self._text):
            end = self._line_end(at)
            line = self._text[at:end]
            at = end + 1
            if line.strip() == name:
                self._below = at
                return "".join(f"{one}\n" for one in lines)
            lines.append(line)
        raise _refused(f"The text that begins at <<{name[:40]} does not end.")

    def _line_end(self, start: int) -> int:
        end = self._text.find("\n", start)
        return end if end >= 0 else len(self._text)


def _unclosed(text: str, at: int, quote: str) -> Failure:
    line = text.count("\n", 0, at) + 1
    return _refused(f"The quote {quote} that begins in line {line} does not end.")


def _refused(detail: str) -> Failure:
    return Failure(
        Problem(
            title="This command cannot be read.",
            detail=detail,
            remedy="change_request",
            code="invalid_command",
        )
    )
