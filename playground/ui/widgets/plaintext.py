"""Text exactly as it is: read-only, selectable, as high as it needs to be, never interpreted."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QTextOption, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from playground.core.plain import visible

SHOWN = 20_000
"""Characters laid out at most; a card that shows more offers the rest."""


class PlainText(QTextEdit):
    """A piece of plain text in the flow of a card."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
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
            self.setPlainText(shown)
            self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        inner = width - margins.left() - margins.right()
        document = self.document()
        if document.textWidth() != inner:
            document.setTextWidth(inner)
        return int(document.size().height() + 0.999) + margins.top() + margins.bottom()

    def sizeHint(self) -> QSize:
        width = max(self.width(), 120)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.fontMetrics().height())

    def loadResource(self, type: int, name: QUrl) -> object:  # noqa: A002  Qt's own name
        """Nothing is ever loaded."""
        return None

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the conversation scrolls, not the piece of text in it
