"""Attachments: images and files that go with the next message, as chips above the draft.

They come by paste, by drag, from a dialog or by address. Reading a file happens beside the window;
what cannot be read or is too large is said where the chips are, and loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
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

from playground.core.parts import DETAILS, LARGEST, Part, describe, part_at, part_of
from playground.core.plain import visible
from playground.ui import theme, words
from playground.ui.icons import icon
from playground.ui.widgets.flow import Flow
from playground.ui.widgets.picture import decode

Start = Callable[[Coroutine[Any, Any, Any], QObject], object]
"""Begins work that may take a while, on behalf of a widget."""

THUMB = 40
"""Pixels of the design: the longer side of a small picture."""
GLYPHS = {"image": "attach", "file": "session", "audio": "play"}


class Attachments(QWidget):
    """The chips. Hidden while there are none.

    Signals:
        changed(): something was added, removed or given another detail.
    """

    changed = Signal()

    def __init__(self, start: Start, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self._parts: list[Part] = []
        self._small: dict[int, QPixmap | None] = {}
        """Small pictures by the parts they are of; None while they are made."""
        self._reading = 0
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
        return [dict(part) for part in self._parts]

    @property
    def reading(self) -> bool:
        """Files are still being read."""
        return self._reading > 0

    def show_parts(self, parts: Sequence[Part]) -> None:
        """Put these in place of what is there."""
        self._parts = [dict(part) for part in parts]
        self._small = {}
        self._say("")
        self._draw()

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
        self._parts += parts
        self._draw()
        self.changed.emit()

    def _say(self, wrong: str) -> None:
        self._said.setText(visible(wrong))
        self._said.setVisible(bool(wrong))
        self._show_if_anything()

    # What is drawn.

    def _draw(self) -> None:
        self._flow.clear()
        for number, part in enumerate(self._parts):
            self._flow.add(self._chip(number, part))
        self._flow.setVisible(bool(self._parts))
        self._show_if_anything()

    def _show_if_anything(self) -> None:
        self.setVisible(bool(self._parts) or not self._said.isHidden())

    def _chip(self, number: int, part: Part) -> QWidget:
        chip = QWidget(self._flow)
        chip.setProperty("role", "attachment")
        chip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(chip)
        theme.space(row, 4, 2, 2, 2, gap=4)
        about = describe(part)
        face = QToolButton(chip)
        face.setProperty("role", "quiet")
        face.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        small = self._small.get(id(part))
        face.setIcon(QIcon(small) if small else icon(GLYPHS[about.kind], "muted"))
        if small:
            face.setProperty("thumb", True)  # the sheet gives its icon more room
        elif about.data and about.kind == "image" and id(part) not in self._small:
            self._start(self._shrink(part), self)
        facts = [about.name]
        if about.data is not None:
            facts.append(words.size(len(about.data)))
        if about.detail and about.detail != "auto":
            facts.append(f"detail {about.detail}")
        face.setText(visible(" · ".join(facts)))
        face.setAccessibleName(f"Attachment {face.text()}")
        face.setToolTip(visible(about.url or about.media_type or about.name))
        if about.kind == "image":
            menu = QMenu(face)
            for detail in DETAILS:
                action = menu.addAction(f"Detail: {detail}")
                action.setCheckable(True)
                action.setChecked(detail == about.detail)
                action.triggered.connect(lambda _, d=detail: self._set_detail(number, d))
            face.setMenu(menu)
            face.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(face)
        remove = QToolButton(chip)
        remove.setProperty("role", "icon")
        remove.setIcon(icon("close", "muted"))
        remove.setToolTip("Remove")
        remove.setAccessibleName(f"Remove {about.name}")
        remove.clicked.connect(lambda: self._remove(number))
        row.addWidget(remove)
        return chip

    async def _shrink(self, part: Part) -> None:
        """Make the small picture of an image beside the window, and draw it."""
        ratio = self.devicePixelRatioF()
        side = round(theme.current().px(THUMB) * ratio)
        self._small[id(part)] = None
        image = (await asyncio.to_thread(decode, str(part.get("image_url")), side)).image
        if image is not None:
            small = QPixmap.fromImage(image)
            small.setDevicePixelRatio(ratio)
            self._small[id(part)] = small
            self._draw()

    def _set_detail(self, number: int, detail: str) -> None:
        self._parts[number]["detail"] = detail
        self._draw()
        self.changed.emit()

    def _remove(self, number: int) -> None:
        del self._parts[number]
        self._say("")
        self._draw()
        self.changed.emit()


def _part(path: Path) -> Part:
    """A file as a part. Raises OSError, and ValueError when it is too large."""
    size = path.stat().st_size
    if size > LARGEST:
        raise ValueError(f"{words.size(size)}; servers take {words.size(LARGEST)} at most")
    return part_of(path.name, path.read_bytes())
