"""Built so far: the transcript as it stood at an event, and in it what the event brought.

It is read in slices between frames; whoever holds a key down gets the last event asked for, and no
frame waits for those before it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QLocale, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from playground.core.items import (
    HostedCall,
    Item,
    Message,
    Notice,
    Reasoning,
    Text,
    ToolCall,
    ToolOutput,
    Unknown,
    texts_of,
)
from playground.core.plain import visible
from playground.core.prefixes import Prefixes
from playground.core.provenance import Span
from playground.core.recording import Recording
from playground.core.transcript import Reader, Reducer, Transcript
from playground.ui import theme
from playground.ui.widgets.parts import label
from playground.ui.widgets.source import one_line, units

SLICE = 4_000_000
"""Nanoseconds of reading between two frames."""
STEP = 64
"""Events that are read on at once from the state that is shown."""
NEAR = 1_024
"""Events up to which reading on is cheaper than looking for a copy."""
AROUND = 1_500
"""Characters of a text that are shown, up to where it had come."""
ITEMS = 40
"""Items that are shown: the last of them."""


class Piece(NamedTuple):
    """A part of what is shown."""

    text: str
    token: str = ""
    """Of the theme; empty: as text."""
    key: str = ""
    """Of the item that it is of."""
    fresh: bool = False
    """The event brought it."""


def title(item: Item) -> str:
    """What an item is, in a few words."""
    match item:
        case Message():
            choice = f" · choice {item.choice}" if item.choice else ""
            return f"{item.role}{choice}"
        case Reasoning():
            return "reasoning" + (", encrypted" if item.encrypted else "")
        case ToolCall():
            return f"call {item.name} · {item.state}"
        case ToolOutput():
            return f"result of {item.call_id}" + ("" if item.ok else " · failed")
        case HostedCall():
            return f"{item.type} · {item.state or item.status}"
        case Notice():
            return "notice"
        case Unknown():
            return f"unknown: {item.type}"
        case _:
            return type(item).__name__.lower()


def pieces(transcript: Transcript, spans: Sequence[Span], keys: Sequence[str]) -> list[Piece]:
    """What there is to show of a transcript; `spans` and `keys` are what the event brought, and the
    items that it changed."""
    rows: list[Piece] = []
    left_out = len(transcript.items) - ITEMS
    if left_out > 0:
        rows.append(Piece(f"… {QLocale().toString(left_out)} items before\n", "faint"))
    for item in transcript.items[-ITEMS:]:
        if rows:
            rows.append(Piece("\n"))
        changed = item.key in keys
        token = "accent" if changed else "muted"
        mark = "▸ " if changed else ""
        rows.append(Piece(f"{mark}{one_line(title(item))}\n", token, item.key))
        rows += _body(item, [span for span in spans if span.key == item.key])
    words = [transcript.outcome or f"now {transcript.phase}"]
    if (usage := transcript.usage) is not None:
        words.append(f"{usage.input} / {usage.output} tokens")
    if transcript.problem is not None:
        words.append(one_line(transcript.problem.title))
    rows.append(Piece(("\n" if rows else "") + " · ".join(words), "faint"))
    return rows


def _body(item: Item, spans: Sequence[Span]) -> Iterator[Piece]:
    for name in texts_of(item):
        text: Text = getattr(item, name)
        if not text:
            continue
        if name in ("refusal", "summary"):
            yield Piece(f"{name}: ", "faint", item.key)
        span = next((one for one in spans if one.field == name), None)
        yield from _around(text, span, item.key)
        yield Piece("\n", key=item.key)
    if isinstance(item, ToolOutput | Notice):
        said = Text(item.output if isinstance(item, ToolOutput) else item.text)
        yield from _around(said, None, item.key)
        yield Piece("\n", key=item.key)
    elif isinstance(item, Unknown) and item.wire is not None:
        yield Piece(one_line(json.dumps(item.wire, ensure_ascii=False))[:AROUND] + "\n", "muted")


def _around(text: Text, span: Span | None, key: str) -> Iterator[Piece]:
    """A text where an event left it: its end, or what is around the place."""
    size, number = len(text), QLocale().toString
    begin, end = (span.begin, min(span.end, size)) if span is not None else (size, size)
    first, last = max(0, begin - AROUND), min(size, end + AROUND)
    offset, tail = _from(text, first)
    if first:
        yield Piece(f"… {number(first)} characters … ", "faint", key)
    yield Piece(visible(tail[first - offset : begin - offset]), key=key)
    fresh = tail[begin - offset : end - offset]
    if len(fresh) > 2 * AROUND:
        yield Piece(visible(fresh[:AROUND]), key=key, fresh=True)
        yield Piece(f" … {number(len(fresh) - 2 * AROUND)} … ", "faint", key)
        fresh = fresh[-AROUND:]
    yield Piece(visible(fresh), key=key, fresh=True)
    yield Piece(visible(tail[end - offset : last - offset]), key=key)
    if last < size:
        yield Piece(f" … {number(size - last)} characters", "faint", key)


def _from(text: Text, first: int) -> tuple[int, str]:
    """(where it begins, the text from there on): not after `first`, and not much before it. Costs
    as much as there is behind it, mostly little."""
    at, count = len(text), 0
    for piece in reversed(text.pieces):
        if at <= first:
            break
        at, count = at - len(piece), count + 1
    return at, "".join(text.pieces[len(text.pieces) - count :])


class BuiltView(QWidget):
    """Signals:
    wanted(str): only the events of this item, by its key.
    """

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._prefixes: Prefixes | None = None
        self._reader: Reader | None = None
        """At the state that is shown, or on its way to another."""
        self._count = -1
        """Events of the state that is wanted."""
        self._spans: Sequence[Span] = ()
        self._keys: Sequence[str] = ()
        self._places: list[tuple[int, str]] = []
        """Where what is of an item ends, in the units of Qt."""
        self._fresh: list[tuple[int, int]] = []
        """What the event brought, in the same."""
        self._slices = QTimer(self)
        self._slices.setSingleShot(True)
        self._slices.timeout.connect(self._read)
        self._writing = QTimer(self)
        self._writing.setSingleShot(True)
        self._writing.timeout.connect(self._write)
        self._text = _Text(self)
        self._text.wanted.connect(self._only)
        self._said = label("caption")
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=4)
        column.addWidget(self._text, 1)
        column.addWidget(self._said)
        self._said.hide()
        self.setFocusProxy(self._text)
        theme.follow(self, self._restyle)

    @property
    def text(self) -> str:
        return self._text.toPlainText()

    @property
    def working(self) -> bool:
        return self._slices.isActive() or self._writing.isActive()

    @property
    def fresh(self) -> str:
        """What the event brought, as it is highlighted."""
        text = self._text.toPlainText().encode("utf-16-le")
        return "".join(text[2 * a : 2 * b].decode("utf-16-le") for a, b in self._fresh)

    def look_at(self, recording: Recording, reduce: Reducer) -> None:
        """Which recording is looked at. The same again changes nothing."""
        if self._prefixes is None or self._prefixes.recording is not recording:
            self._prefixes = Prefixes(recording, reduce)
            self._reader = None

    def show_state(self, number: int) -> None:
        """Show the transcript as an event left it."""
        self._count = number + 1
        self._read()

    def forget_light(self) -> None:
        """Another event comes: what the last one brought is not what it does."""
        self._spans, self._keys = (), ()

    def show_light(self, spans: Sequence[Span], keys: Sequence[str]) -> None:
        """Show what the event brought, and which items it changed."""
        self._spans, self._keys = spans, keys
        if self._reader is not None and self._reader.count == self._count:
            self._writing.start(0)

    def clear(self) -> None:
        self._prefixes = self._reader = None
        self._slices.stop()
        self._writing.stop()
        self._text.clear()

    def _read(self) -> None:
        """On towards the state that is wanted, for a part of a frame."""
        prefixes, reader = self._prefixes, self._reader
        if prefixes is None:
            return
        if reader is not None and 0 <= self._count - reader.count <= NEAR:
            deadline = time.perf_counter_ns() + SLICE
            while reader.count < self._count and time.perf_counter_ns() < deadline:
                stop = min(self._count, reader.count + STEP)
                reader.take(prefixes.recording[reader.count : stop])
        else:
            self._reader = None
            reader = self._reader = prefixes.seek(self._count, SLICE)
        if reader is not None and reader.count >= self._count:
            self._slices.stop()
            self._said.hide()
            self._writing.start(0)  # once, for the state and for what the event brought
        else:
            self._said.setText("Reading…")
            self._said.show()
            self._slices.start(0)

    def _write(self) -> None:
        reader = self._reader
        if reader is None or reader.count != self._count:
            return
        colours: list[tuple[int, int, str]] = []
        self._fresh, self._places, at = [], [], 0
        rows = pieces(reader.transcript, self._spans, self._keys)
        for piece in rows:
            start, at = at, at + units(piece.text)
            self._places.append((at, piece.key))
            if piece.fresh and piece.text:
                self._fresh.append((start, at))
            elif piece.token:
                colours.append((start, at, piece.token))
        self._text.setPlainText("".join(piece.text for piece in rows))
        marks = [self._mark(*row) for row in colours]
        marks += [self._mark(*span, "text", "warn_soft") for span in self._fresh]
        self._text.setExtraSelections(marks)
        end = QTextCursor(self._text.document())
        end.setPosition(self._fresh[-1][1] if self._fresh else at)
        self._text.setTextCursor(end)

    def _mark(self, start: int, end: int, token: str, ground: str = "") -> QTextEdit.ExtraSelection:
        mark, look = QTextEdit.ExtraSelection(), theme.current()
        cursor = QTextCursor(self._text.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        form = QTextCharFormat()
        form.setForeground(look.colour(token))
        if ground:
            form.setBackground(look.colour(ground))
        mark.cursor, mark.format = cursor, form  # type: ignore[attr-defined]
        return mark

    def _only(self, position: int) -> None:
        key = next((key for end, key in self._places if position < end), "")
        if key:
            self.wanted.emit(key)

    def _restyle(self, look: theme.Theme) -> None:
        self._text.setFont(look.mono)
        self._write()


class _Text(QPlainTextEdit):
    """Signals:
    wanted(int): only the events of the item at this place.
    """

    wanted = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "source")
        self.setAccessibleName("The transcript as it stood at this event")
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        position = self.cursorForPosition(event.pos()).position()
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addSeparator()
        menu.addAction("Only events of this item", lambda: self.wanted.emit(position))
        menu.popup(event.globalPos())
