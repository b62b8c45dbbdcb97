"""Picture: one that came as base64, decoded beside the frames and never larger than is safe.

Nothing is ever loaded: an address that is not `data:` is shown as the text that it is.
"""

from __future__ import annotations

import base64
import binascii
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QImageReader, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.ui import theme, words
from playground.ui.widgets.saving import save_as

MOST = 64_000_000
"""Characters of base64 that are decoded."""
PIXELS = 50_000_000
"""Pixels of a picture that are decoded: what says that it has more may be a bomb."""
FORMATS = frozenset((b"png", b"jpeg", b"gif", b"webp"))
"""What is drawn. An SVG can ask for files, so it is only saved."""
STEP = 4 * 65_536
"""Characters decoded in a row; the interpreter can turn to a frame in between."""
LOOK = 16
"""Milliseconds between looks whether it is decoded."""
SHOWN = 200
"""Characters of an address that are shown."""


@dataclass(frozen=True, slots=True)
class Decoded:
    data: bytes = b""
    image: QImage | None = None
    """No larger than was asked for."""
    size: tuple[int, int] = (0, 0)
    """In pixels, as it came."""
    why: str = ""
    """Why there is no image."""


def unpacked(text: str) -> bytes:
    """The bytes of base64, or of a `data:` address. Raises ValueError with a sentence."""
    if text.startswith("data:"):
        head, comma, text = text.partition(",")
        if not comma or not head.endswith(";base64"):
            raise ValueError("This data: address is not base64.")
    if len(text) > MOST:
        raise ValueError(f"It is too large to be shown: {len(text):,} characters.")
    text = "".join(text.split()).rstrip("=")
    text += "=" * (-len(text) % 4)
    try:
        pieces = [
            base64.b64decode(text[at : at + STEP], validate=True)
            for at in range(0, len(text), STEP)
        ]
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"It is not base64: {error}.") from error
    return b"".join(pieces)


def decode(text: str, side: int) -> Decoded:
    """The picture in base64, scaled down to fit a square. Never raises."""
    try:
        data = unpacked(text)
    except ValueError as error:
        return Decoded(why=str(error))
    raw = QByteArray(data)
    buffer = QBuffer(raw)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    kind = bytes(reader.format().data())
    if kind not in FORMATS:
        what = kind.decode("ascii", "replace").upper()
        why = f"{what} pictures are not drawn here." if what else "This is no picture."
        return Decoded(data, why=why)
    size = reader.size()
    if size.width() * size.height() > PIXELS:
        why = f"It is too large to be drawn: {size.width():,} × {size.height():,} pixels."
        return Decoded(data, size=(size.width(), size.height()), why=why)
    image = reader.read()
    if image.isNull():
        return Decoded(data, why=f"It cannot be drawn: {reader.errorString()}")
    whole = (image.width(), image.height())
    if max(whole) > side:
        smooth = Qt.TransformationMode.SmoothTransformation
        image = image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    return Decoded(data, image, whole)


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "pictures")


class Picture(QWidget):
    """A picture with what is known of it below, and a button that saves it.

    Signals:
        resized(): it came, and needs another height.
    """

    resized = Signal()

    def __init__(
        self, name: str, parent: QWidget | None = None, *, side: int = 320, saved: bool = True
    ) -> None:
        """`side`: of the square it is fitted into, in pixels of the design. `saved`: whether it is
        offered to be saved."""
        super().__init__(parent)
        self.name = name
        self.decoded = Decoded()
        self._side = side
        self._saved = saved
        self._text = ""
        self._due: Future[Decoded] | None = None
        self._look = QTimer(self)
        self._look.setInterval(LOOK)
        self._look.timeout.connect(self._take)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=4)
        self.canvas = QLabel(self)
        self.canvas.setAccessibleName(name)
        self.canvas.hide()
        column.addWidget(self.canvas)
        row = QHBoxLayout()
        theme.space(row, 0, 0, 0, 0, gap=8)
        self.said = QLabel(self)
        self.said.setProperty("role", "caption")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(self.said)
        self.save = QPushButton("Save as…", self)
        self.save.setProperty("role", "quiet")
        self.save.setAccessibleName(f"Save {name[:1].lower()}{name[1:]} as a file")
        self.save.clicked.connect(self._save)
        self.save.hide()
        row.addWidget(self.save)
        row.addStretch(1)
        self._row = row
        column.addLayout(row)

    def show_base64(self, text: str) -> None:
        """Show this picture; nothing happens when it is the one already. An address that is not
        `data:` is only named."""
        if text is self._text or text == self._text:
            return
        self._text = text
        if text[:8].lower().startswith(("http://", "https://")):
            cut = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
            self._show(Decoded(why=f"Not loaded: {visible(cut)}"))
            return
        if self.canvas.isHidden():
            self.said.setText("Decoding…")
        ratio = self.devicePixelRatioF()
        self._due = _pool().submit(decode, text, round(theme.current().px(self._side) * ratio))
        self._look.start()

    def _take(self) -> None:
        if self._due is not None and self._due.done():
            decoded, self._due = self._due.result(), None
            self._look.stop()
            self._show(decoded)

    def _show(self, decoded: Decoded) -> None:
        self.decoded = decoded
        if decoded.image is not None:
            pixmap = QPixmap.fromImage(decoded.image)
            pixmap.setDevicePixelRatio(self.devicePixelRatioF())
            self.canvas.setPixmap(pixmap)
            self.canvas.setFixedSize(pixmap.deviceIndependentSize().toSize())
            width, height = decoded.size
            self.said.setText(f"{width} × {height} · {words.size(len(decoded.data))}")
        else:
            self.said.setText(decoded.why)
        drawn = decoded.image is not None
        self.said.setWordWrap(not drawn)
        self._row.setStretch(0, 0 if drawn else 100)
        self.canvas.setVisible(drawn)
        self.save.setVisible(self._saved and bool(decoded.data))
        self.resized.emit()

    def _save(self) -> None:
        save_as(self, "Save the picture", "picture", self.decoded.data)
