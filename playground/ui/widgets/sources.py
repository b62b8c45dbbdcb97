"""Sources: what an answer refers to, as numbered lines. A web address opens only after it was seen
in full; a file is only named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.ui import theme, words

HIGH = 24
"""Pixels of the design: a line."""
SHOWN = 200
"""Sources that are shown; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Source:
    title: str
    url: str = ""
    """Empty for what is only named."""
    note: str = ""
    """Beside it: the host of an address, what kind of file it is."""


def web(title: str, url: str) -> Source:
    """The source at an address; only named when it is no address of the web."""
    try:
        parts = urlsplit(url)
        host, scheme = parts.hostname or "", parts.scheme.lower()
    except ValueError:
        host, scheme = "", ""
    if scheme not in ("http", "https") or not host:
        return Source(title or url, note=url if title else "")
    return Source(title or url.partition("://")[2], url, host if title else "")


def cited(annotations: Sequence[Mapping[str, Any]]) -> list[Source]:
    """What these annotations refer to, each once, in order."""
    found: dict[Source, None] = {}
    for mark in annotations:
        kind = str(mark.get("type") or "")
        inner = mark.get(kind)  # a chat has the fields one level deeper
        fields = inner if isinstance(inner, dict) else mark
        url, name, file = (fields.get(one) for one in ("url", "filename", "file_id"))
        if isinstance(url, str) and url:
            found[web(str(fields.get("title") or "").strip(), url)] = None
        elif name or file:
            what = "a file it made" if kind in ("file_path", "container_file_citation") else "file"
            found[Source(str(name or file), note=what)] = None
        elif kind:
            found[Source(kind.replace("_", " "))] = None
    return list(found)


class SourceLine(QToolButton):
    """[1] Title · host. A button when it can be opened."""

    def __init__(self, number: int, source: Source, parent: QWidget) -> None:
        super().__init__(parent)
        self.source = source
        self._number = f"[{number}]"
        self._title, self._note = visible(source.title), visible(source.note)
        self.setProperty("role", "fact")
        self.setText(" ".join(filter(None, (self._number, self._title, self._note))))
        self.setAccessibleName(self.text())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setEnabled(bool(source.url))
        if source.url:
            self.setToolTip(words.tip(source.url))
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(160), theme.current().px(HIGH))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(80), theme.current().px(HIGH))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        at, opens = 0, self.isEnabled()
        title = QFont(look.font)
        title.setUnderline(opens and self.underMouse())
        for text, font, token in (
            (self._number, look.mono, "faint"),
            (self._title, title, "accent" if opens else "text"),
            (self._note, look.font, "muted"),
        ):
            metrics = QFontMetrics(font)
            room = self.width() - at
            if not text or room < metrics.averageCharWidth() * 3:
                continue
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.setFont(font)
            painter.setPen(look.colour(token))
            place = self.rect().adjusted(at, 0, 0, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)
            at += metrics.horizontalAdvance(shown) + look.px(8)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(look.colour("accent"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), look.px(4), look.px(4))


class Sources(QWidget):
    """Lines of sources, one below the other.

    Signals:
        opened(url): one was clicked. Nothing was opened.
    """

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        theme.space(self._column, 0, 0, 0, 0, gap=0)
        self._shown: list[Source] = []

    def show_sources(self, sources: Sequence[Source]) -> None:
        """Show these; those that are there already stay."""
        fresh = list(sources[:SHOWN])
        if len(sources) > SHOWN:
            fresh.append(Source(f"… and {len(sources) - SHOWN:,} more"))
        same = len(self._shown) if fresh[: len(self._shown)] == self._shown else 0
        while self._column.count() > same:
            old = self._column.takeAt(self._column.count() - 1)
            if old is not None and (widget := old.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for number, source in enumerate(fresh[same:], same + 1):
            line = SourceLine(number, source, self)
            line.clicked.connect(lambda _=False, url=source.url: self.opened.emit(url))
            self._column.addWidget(line)
        self._shown = fresh
