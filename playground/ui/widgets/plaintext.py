"""Text exactly as it is: read-only, selectable, as high as it needs to be, never interpreted."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QUrl
from PySide6.QtGui import QTextOption, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from playground.core.plain import visible

SHOWN = 20_000
"""Characters laid out at most; a card that shows more offers the rest."""


class PlainText(QTextEdit):
    """A piece of plain text in the flow of a card."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        direction: Qt.LayoutDirection = Qt.LayoutDirection.LayoutDirectionAuto,
    ) -> None:
        """`direction`: of its lines; left to right where our words are around those of others."""
        super().__init__(parent)
        self._heights: dict[int, int] = {}
        """Of the text, at each width that was asked for."""
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "plain")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(0)
        option = self.document().defaultTextOption()
        option.setTextDirection(direction)
        self.document().setDefaultTextOption(option)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.say(text)

    def say(self, text: str) -> None:
        """Show this text; what cannot be seen in it is made visible."""
        shown = visible(text)
        if len(shown) > SHOWN:
            shown = shown[:SHOWN] + f"\n… {len(shown) - SHOWN:,} more characters"
        if shown != self.toPlainText():
            self._heights.clear()
            self.setPlainText(shown)
            self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        inner = width - margins.left() - margins.right()
        high = self._heights.get(inner)
        if high is None:
            # Asking changes nothing: what is on screen stays laid out for the width it has.
            document = self.document()
            shown = document.textWidth()
            document.setTextWidth(inner)
            if document.textWidth() != inner:  # the first time, the widget prefers its own width
                document.setTextWidth(inner)
            high = self._heights[inner] = int(document.size().height() + 0.999)
            if shown > 0:
                document.setTextWidth(shown)
        return high + margins.top() + margins.bottom()

    def sizeHint(self) -> QSize:
        width = max(self.width(), 120)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.fontMetrics().height())

    def loadResource(self, type: int, name: QUrl) -> object:  # type: ignore[override]  # noqa: A002
        """Nothing is ever loaded."""
        return None

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._heights.clear()
            self.updateGeometry()
        super().changeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the conversation scrolls, not the piece of text in it
