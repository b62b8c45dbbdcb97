"""Attachments: images and files that go with the next message, as chips above the draft.

They come by paste, by drag, from a dialog or by address. Reading a file happens beside the window;
what cannot be read or is too large is said where the chips are, and loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.parts import DETAILS, LARGEST, Part, describe, part_at, part_of, size_of
from playground.core.plain import visible
from playground.ui import theme, words
from playground.ui.icons import icon
from playground.ui.widgets.fieldedit import tip_of
from playground.ui.widgets.flow import Flow
from playground.ui.widgets.picture import decode

Start = Callable[[Coroutine[Any, Any, Any], QObject], object]
"""Begins work that may take a while, on behalf of a widget."""

THUMB, SEEN = 20, 8
"""Side of the small square picture in pixels of the design; and how much longer than the shorter
side of a picture its longer one may be for it to be cut out of the middle sharply."""
NAME = 240
"""Pixels of the design for the words of a chip."""
GLYPHS = {"image": "image", "file": "file", "audio": "sound"}


@dataclass(slots=True, eq=False)
class Attached:
    """A part, and what is drawn of it."""

    part: Part
    small: QPixmap | None = None
    """Of an image that came with its bytes, once it is made."""
    looked: bool = False
    """The small picture is being made, or has been."""
    wrong: str = ""
    """Why it cannot be drawn."""


class Attachments(QWidget):
    """The chips. Hidden while there are none.

    Signals:
        changed(): something was added, removed or given another detail.
        emptied(): the user has removed the last of them.
    """

    changed = Signal()
    emptied = Signal()

    def __init__(self, start: Start, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self._rows: list[Attached] = []
        self._reading = 0
        self._wrong, self._refused = "", ""
        """What could not be attached, and why nothing can be sent of what is."""
        self.setAccessibleName("Attachments")
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=4)
        self._flow = Flow(self)
        column.addWidget(self._flow)
        self._said = QLabel(self)
        self._said.setProperty("role", "caption")
        self._said.setProperty("token", "error")
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setWordWrap(True)
        column.addWidget(self._said)
        self._draw()

    @property
    def parts(self) -> list[Part]:
        return [dict(row.part) for row in self._rows]

    @property
    def reading(self) -> bool:
        """Files are still being read."""
        return self._reading > 0

    @property
    def empty(self) -> bool:
        return not self._rows

    def show_parts(self, parts: Sequence[Part]) -> None:
        """Put these in place of what is there."""
        self._rows = [Attached(dict(part)) for part in parts]
        self._say("")
        self._draw()

    @property
    def refused(self) -> bool:
        """There is something that cannot be sent."""
        return bool(self._refused and self._rows)

    def refuse(self, why: str) -> None:
        """Say this of whatever is attached; empty: it can be sent."""
        if why != self._refused:
            self._refused = why
            self._show_said()

    def take(self) -> list[Part]:
        """What there is; afterwards there is nothing."""
        parts = self.parts
        if parts:
            self.show_parts(())
            self.changed.emit()
        return parts

    # How things come in.

    def accepts(self, data: QMimeData) -> bool:
        """Whether a paste or a drop of this is ours: text stays the draft's."""
        return data.hasImage() or any(url.isLocalFile() for url in data.urls())

    def receive(self, data: QMimeData) -> None:
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths:
            self.add_files(paths)
        elif data.hasImage():
            self.add_image(data.imageData())

    def add_files(self, paths: Sequence[Path]) -> None:
        self._start(self._read(paths), self)

    def add_image(self, image: Any) -> None:
        """A picture from the clipboard, which has no file."""
        picture = image if isinstance(image, QImage) else QPixmap(image).toImage()
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        if picture.save(buffer, "PNG"):  # type: ignore[call-overload]
            self._add([part_of("image.png", bytes(buffer.data().data()))])
        else:
            self._say("The clipboard holds a picture that cannot be read.")

    def add_url(self, url: str) -> None:
        """What lies at an http(s) address, or under a file id of the server."""
        url = url.strip()
        if url.startswith(("http://", "https://", "file-")):
            self._add([part_at(url)])
        elif url:
            self._say(f"Neither an http(s) address nor a file id: {url}")

    def pick(self) -> None:
        dialog = QFileDialog(self, "Attach images or files")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.add_files([Path(name) for name in names]))
        dialog.open()

    def ask_for_url(self) -> None:
        dialog = QInputDialog(self)
        dialog.setWindowTitle("Attach by address")
        dialog.setLabelText("The server fetches it: http(s) address, or a file id (file-…)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(self.add_url)
        dialog.open()

    async def _read(self, paths: Sequence[Path]) -> None:
        self._reading += 1
        self._say("")
        self.changed.emit()
        parts: list[Part] = []
        wrong: list[str] = []
        try:
            for path in paths:
                try:
                    parts.append(await asyncio.to_thread(_part, path))
                except (OSError, ValueError) as error:
                    words = error.strerror if isinstance(error, OSError) else str(error)
                    wrong.append(f"{path.name}: {words or error}")
        finally:
            self._reading -= 1
            self._add(parts)
        if wrong:
            self._say("Not attached: " + "; ".join(wrong))

    def _add(self, parts: Sequence[Part]) -> None:
        self._rows += [Attached(part) for part in parts]
        self._say("")
        self._draw()
        self.changed.emit()

    def _say(self, wrong: str) -> None:
        self._wrong = wrong
        self._show_said()

    def _show_said(self) -> None:
        said = "\n".join(filter(None, (self._wrong, self._refused if self._rows else "")))
        self._said.setText(visible(said))
        self._said.setVisible(bool(said))
        self.setVisible(bool(self._rows or said))

    # What is drawn.

    def _draw(self) -> None:
        self._flow.clear()
        for row in self._rows:
            self._flow.add(self._chip(row))
        self._flow.setVisible(bool(self._rows))
        self._show_said()

    def _chip(self, row: Attached) -> QWidget:
        chip = QWidget(self._flow)
        chip.setProperty("role", "attachment")
        chip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(chip)
        theme.space(line, 4, 2, 2, 2, gap=4)
        line.addWidget(self._face(row, chip))
        remove = QToolButton(chip)
        remove.setProperty("role", "icon")
        remove.setIcon(icon("close", "muted"))
        remove.setToolTip("Remove")
        remove.setAccessibleName(f"Remove {visible(describe(row.part, decode=False).name)}")
        remove.clicked.connect(lambda: self._remove(row))
        line.addWidget(remove)
        return chip

    def _face(self, row: Attached, chip: QWidget) -> QToolButton:
        """What it is; for an image also a menu of details."""
        about, size = describe(row.part, decode=False), size_of(row.part)
        face = QToolButton(chip)
        face.setProperty("role", "quiet")
        face.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if row.small is not None:
            face.setIcon(QIcon(row.small))
            face.setProperty("thumb", True)  # the sheet gives its icon more room
        else:
            face.setIcon(icon("warning", "warn") if row.wrong else icon(GLYPHS[about.kind]))
        if size is not None and about.kind == "image" and not row.looked:
            row.looked = True
            self._start(self._shrink(row), self)
        facts = [
            words.size(size) if size is not None else "",
            f"detail {about.detail}" if about.detail not in ("", "auto") else "",
            row.wrong,
        ]
        tail = "".join(f" · {fact}" for fact in facts if fact)
        name = visible(about.name)
        face.setAccessibleName(f"Attachment {name}{visible(tail)}")
        room = theme.current().px(NAME)
        face.setText(
            face.fontMetrics()
            .elidedText(name, Qt.TextElideMode.ElideMiddle, room)
            .replace("&", "&&")
            + visible(tail)
        )
        face.setToolTip(tip_of("\n".join(filter(None, (about.name, about.media_type, about.url)))))
        if about.kind == "image":
            menu = QMenu(face)
            for detail in DETAILS:
                action = menu.addAction(f"Detail: {detail}")
                action.setCheckable(True)
                action.setChecked(detail == about.detail)
                action.triggered.connect(lambda _, d=detail: self._set_detail(row, d))
            face.setMenu(menu)
            face.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return face

    async def _shrink(self, row: Attached) -> None:
        """Make the small picture of an image beside the window, and draw it."""
        ratio = self.devicePixelRatioF()
        side = round(theme.current().px(THUMB) * ratio)
        text = str(row.part.get("image_url"))
        decoded = await asyncio.to_thread(decode, text, SEEN * side)
        if decoded.image is not None:
            row.small = _square(decoded.image, side)
            row.small.setDevicePixelRatio(ratio)
        else:
            row.wrong = "cannot be drawn here"
        if row in self._rows:
            self._draw()

    def _set_detail(self, row: Attached, detail: str) -> None:
        row.part["detail"] = detail
        self._draw()
        self.changed.emit()

    def _remove(self, row: Attached) -> None:
        at = self._rows.index(row)
        self._rows.remove(row)
        self._say("")
        self._draw()
        self.changed.emit()
        # The keyboard stays where it was: on what took its place, else on the draft.
        removers = [
            one
            for one in self._flow.findChildren(QToolButton)
            if one.property("role") == "icon" and not one.isHidden()
        ]
        if self._rows:
            removers[min(at, len(removers) - 1)].setFocus()
        else:
            self.emptied.emit()


def _square(image: QImage, side: int) -> QPixmap:
    """The middle of an image."""
    whole = image.scaled(
        side,
        side,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    left, top = (whole.width() - side) // 2, (whole.height() - side) // 2
    return QPixmap.fromImage(whole.copy(left, top, side, side))


def _part(path: Path) -> Part:
    """A file as a part. Raises OSError, and ValueError when it is too large."""
    size = path.stat().st_size
    if not size:
        raise ValueError("it is empty")
    if size > LARGEST:
        raise ValueError(f"{words.size(size)}; servers take {words.size(LARGEST)} at most")
    return part_of(path.name, path.read_bytes())
