"""What was said beside text: pictures as thumbnails, files and sounds by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from playground.core.parts import size_of
from playground.ui import theme, words
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.picture import SHOWN, Picture
from playground.ui.widgets.plaintext import PlainText

THUMBNAIL = 160
"""Side of the square a thumbnail is fitted into, in pixels of the design."""


class Attachments(QWidget):
    """The parts of one message.

    Signals:
        resized(): a picture came, and needs another height.
    """

    resized = Signal()

    def __init__(self, parts: Sequence[Mapping[str, Any]], parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        theme.space(column, 0, 2, 0, 2, gap=4)
        for part in parts:
            data = _picture(part)
            if data:
                picture = Picture("Attached picture", self, side=THUMBNAIL, saved=False)
                picture.resized.connect(self.resized)
                picture.show_base64(data)
                column.addWidget(picture)
            else:
                column.addWidget(self._named(part))

    def _named(self, part: Mapping[str, Any]) -> QWidget:
        line = QWidget(self)
        row = QHBoxLayout(line)
        theme.space(row, 0, 0, 0, 0, gap=6)
        row.addWidget(Mark("attach", "muted", line), 0, Qt.AlignmentFlag.AlignTop)
        text = PlainText(described(part), line, direction=Qt.LayoutDirection.LeftToRight)
        text.setAccessibleName("Attached")
        row.addWidget(text, 1)
        return line


def described(part: Mapping[str, Any]) -> str:
    """A part that is no picture to be drawn, in words: its name, how large it is, where it is."""
    kind = {"input_image": "image", "input_file": "file", "input_audio": "sound"}
    what = kind.get(_text(part, "type"), _text(part, "type").replace("_", " ") or "part")
    sound = part.get("input_audio")
    inner = sound if isinstance(sound, dict) else {}
    size = size_of(dict(part))
    detail = _text(part, "detail")
    url = _text(part, "image_url") or _text(part, "file_url")
    rows = (
        _text(part, "filename") or _text(part, "file_id") or what,
        what if _text(part, "filename") or _text(part, "file_id") else "",
        _text(inner, "format"),
        words.size(size) if size is not None else "",
        (url if len(url) <= SHOWN else f"{url[:SHOWN]}…") if url else "",
        "by address, not loaded here" if url else "",
        f"detail {detail}" if detail not in ("", "auto") else "",
    )
    return " · ".join(filter(None, rows))


def _picture(part: Mapping[str, Any]) -> str:
    """The `data:` address of a picture that came with the message itself."""
    url = _text(part, "image_url")
    return url if part.get("type") == "input_image" and url[:5].lower() == "data:" else ""


def _text(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    return value if isinstance(value, str) else ""
