"""What may never be seen in a picture: cut texts, cards on top of each other, colours of nobody.

Each check looks at the widgets that are in the picture, or at its pixels, and gives sentences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QStackedLayout,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionFrame,
    QToolButton,
    QWidget,
)

from playground.ui import theme
from playground.ui.widgets.notice import NoticeBar
from playground.ui.widgets.parts import Brief
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.transcript import TranscriptView

ELLIPSIS = "…"
OURS = "Playground itself made a mistake"
READABLE = 4.5
"""The least contrast of text and what it stands on."""
TARGET, CONTROL = 24, 28
"""Pixels: the least side of anything to click, the least height of a control."""
MAIN = 0.004
"""Share of a picture from which a colour counts as one of its grounds."""
EMPTY = 0.97
"""Share of one colour from which nothing can be said to be in the picture."""


def faults(windows: Sequence[tuple[QWidget, QPoint]], image: QImage) -> list[str]:
    """All that is wrong with a picture of these windows: each with its place, the lowest first."""
    found = [*blank(image)]
    if len(windows) == 1:  # what is below a dialog is dimmed
        found += foreign(image)
    for number, (window, place) in enumerate(windows, 1):
        for widget in seen(window):
            found += mistaken(widget)
            found += clipped(widget)
            found += outside(widget)
            found += covered(widget)
            found += small(widget)
            if number == len(windows):
                found += unreadable(widget, image, widget.mapTo(window, place))
            if isinstance(widget, TranscriptView):
                found += overlapping(widget)
    return found


def mistaken(widget: QWidget) -> Iterator[str]:
    """A mistake of ours that the window tells of."""
    if isinstance(widget, NoticeBar) and widget.accessibleName().startswith(OURS):
        yield f"says {widget.accessibleName()!r}"


def seen(window: QWidget) -> Iterator[QWidget]:
    """The window and every widget in it of which something can be seen."""
    yield window
    for widget in window.findChildren(QWidget):
        if (
            widget.isVisible()
            and widget.window() is window
            and not widget.visibleRegion().isEmpty()
        ):
            yield widget


def name(widget: QWidget) -> str:
    said = getattr(widget, "text", None)
    text = said() if callable(said) and isinstance(widget, QLabel | QAbstractButton) else ""
    return f"{type(widget).__name__} {(text or widget.accessibleName())[:60]!r}"


# Texts.


def clipped(widget: QWidget) -> Iterator[str]:
    """Text for which there is less room than it needs."""
    match widget:
        case QLabel() if widget.text() and widget.wordWrap():
            need, room = widget.heightForWidth(widget.width()), widget.height()
            if need > room + 1:
                yield f"{name(widget)} is {room} high and needs {need}"
            longest = max(widget.text().split(), key=len)
            if _advance(widget, longest) > widget.contentsRect().width() + 1:
                yield f"{name(widget)} has a word that is wider than it"
        case QLabel() if widget.text():
            need = max(_advance(widget, line) for line in widget.text().split("\n"))
            says_so = isinstance(widget, Brief) and bool(widget.toolTip())  # and where the rest is
            if need > widget.contentsRect().width() + 1 and not says_so:
                yield f"{name(widget)} is {widget.contentsRect().width()} wide and needs {need}"
            if widget.sizeHint().height() > widget.height() + 1:
                yield f"{name(widget)} is {widget.height()} high"
        case PlainText():
            need = widget.heightForWidth(widget.width())
            if need > widget.height() + 1:
                yield f"{name(widget)} is {widget.height()} high and needs {need}"
        case QCheckBox() if widget.sizeHint().width() > widget.width() + 1:
            yield f"{name(widget)} is {widget.width()} wide, needs {widget.sizeHint().width()}"
        case QPushButton() | QToolButton() if widget.text():
            beside = (
                QToolButton.toolButtonStyle(widget) if isinstance(widget, QToolButton) else None
            )
            icon = widget.iconSize().width() + 4 if not widget.icon().isNull() else 0
            if beside == Qt.ToolButtonStyle.ToolButtonIconOnly:
                icon = 0
            need = _advance(widget, widget.text()) + icon
            if need > widget.width() and ELLIPSIS not in widget.text():
                yield f"{name(widget)} is {widget.width()} wide and needs {need}"
            if (need := widget.fontMetrics().height()) > widget.height():
                yield f"{name(widget)} is {widget.height()} high and needs {need}"
        case QComboBox() if widget.isEditable() is False and widget.currentText():
            option = QStyleOptionComboBox()
            widget.initStyleOption(option)
            field = widget.style().subControlRect(
                QStyle.ComplexControl.CC_ComboBox,
                option,
                QStyle.SubControl.SC_ComboBoxEditField,
                widget,
            )
            said = option.currentText  # as it is painted
            elided = ELLIPSIS in said and bool(widget.toolTip())
            if _advance(widget, said if elided else widget.currentText()) > field.width() + 2:
                yield f"{name(widget)} cuts {widget.currentText()!r}"
        case QLineEdit() if not widget.text() and widget.placeholderText():
            option = QStyleOptionFrame()
            widget.initStyleOption(option)
            room = widget.style().subElementRect(
                QStyle.SubElement.SE_LineEditContents, option, widget
            )
            buttons = sum(
                button.width() + 4
                for button in widget.findChildren(QToolButton)
                if button.isVisible()
            )
            if _advance(widget, widget.placeholderText()) > room.width() - buttons:
                yield f"{name(widget)} cuts its hint {widget.placeholderText()!r}"


def _advance(widget: QWidget, text: str) -> int:
    plain = text.replace("&", "") if isinstance(widget, QAbstractButton) else text
    return QFontMetrics(widget.font()).horizontalAdvance(plain)


def _size(size: QSize) -> str:
    return f"{size.width()} × {size.height()}"


# Places.


def outside(widget: QWidget) -> Iterator[str]:
    """A widget that its parent cuts off, where nothing scrolls."""
    parent = widget.parentWidget()
    if (
        parent is None
        or widget.isWindow()
        or isinstance(parent.parentWidget(), QAbstractScrollArea)
    ):
        return
    if isinstance(parent, QAbstractScrollArea | QLineEdit):
        return
    cut = widget.geometry()
    if not parent.rect().adjusted(-1, -1, 1, 1).contains(cut):
        yield f"{name(widget)} at {_rect(cut)} leaves {name(parent)} of {_size(parent.size())}"


def covered(parent: QWidget) -> Iterator[str]:
    """Neighbours in a layout that lie on each other."""
    layout = parent.layout()
    if layout is None or isinstance(layout, QStackedLayout):
        return
    rows = [
        child
        for child in parent.children()
        if isinstance(child, QWidget) and child.isVisible() and _holds(layout, child)
    ]
    for one, other in combinations(rows, 2):
        if one.geometry().intersects(other.geometry()):
            yield f"{name(one)} {_rect(one.geometry())} covers {name(other)}"


def _holds(layout: QLayout, widget: QWidget) -> bool:
    if layout.indexOf(widget) >= 0:
        return True
    return any(isinstance(inner, QLayout) and _holds(inner, widget) for inner in layout.children())


def overlapping(view: TranscriptView) -> Iterator[str]:
    """Cards that cover each other, or are lower than what is in them."""
    cards = sorted(
        (card for card in view.cards() if card.isVisible()), key=lambda card: card.geometry().top()
    )
    for above, below in pairwise(cards):
        if above.geometry().intersects(below.geometry()):
            yield f"{name(above)} {_rect(above.geometry())} covers {name(below)}"
    for card in cards:
        if (need := card.height_at(card.width())) > card.height() + 1:
            yield f"{name(card)} is {card.height()} high and needs {need}"


def small(widget: QWidget) -> Iterator[str]:
    """Something to click that is hard to hit."""
    if isinstance(widget.parentWidget(), QLineEdit | QComboBox | QAbstractSpinBox):
        return
    borders = 2  # are one pixel whatever the size of type
    match widget:
        case QPushButton() | QComboBox() | QLineEdit() | QAbstractSpinBox():
            least = theme.current().px(CONTROL - borders) + borders
        case QAbstractButton():
            least = theme.current().px(TARGET - borders) + borders
        case _:
            return
    if widget.height() < least or (isinstance(widget, QAbstractButton) and widget.width() < least):
        yield f"{name(widget)} is {_size(widget.size())}, less than {least}"


def _rect(rect: QRect) -> str:
    return f"({rect.x()}, {rect.y()}, {rect.width()}, {rect.height()})"


# Pixels.


def blank(image: QImage) -> Iterator[str]:
    """Hardly anything but one colour."""
    counts = _colours(image)
    colour, count = counts.most_common(1)[0]
    if (share := count / sum(counts.values())) > EMPTY:
        yield f"the picture is {share:.1%} {QColor(colour).name()}"


def foreign(image: QImage) -> Iterator[str]:
    """A ground that is no token."""
    tokens = {QColor(value).rgb() for value in theme.current().colours.values()}
    counts = _colours(image)
    total = sum(counts.values())
    for colour, count in counts.most_common(12):
        if (share := count / total) > MAIN and colour not in tokens:
            yield f"{share:.1%} of the picture is {QColor(colour).name()}, which is no token"


def unreadable(widget: QWidget, image: QImage, place: QPoint) -> Iterator[str]:
    """A text, at this place of the picture, whose colour is too near to what it stands on."""
    if not isinstance(widget, QLabel | QAbstractButton) or not widget.text():
        return
    if not widget.isEnabled():
        return
    role = widget.foregroundRole()
    ink = widget.palette().color(role)
    ratio = image.devicePixelRatio()
    area = QRect(place * ratio, widget.size() * ratio).intersected(image.rect())
    if area.width() < 4 or area.height() < 4:
        return
    ground = QColor(_colours(image.copy(area), 24).most_common(1)[0][0])
    if (found := contrast(ink, ground)) < READABLE:
        yield f"{name(widget)}: {ink.name()} on {ground.name()} is {found:.1f} : 1"


def contrast(one: QColor, other: QColor) -> float:
    """As WCAG 2 has it, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: QColor) -> float:
    parts = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _colours(image: QImage, samples: int = 240) -> Counter[int]:
    """How often each colour occurs among at most `samples`² pixels, none of them mixed."""
    few = image.scaled(min(image.width(), samples), min(image.height(), samples))
    few = few.convertToFormat(QImage.Format.Format_RGB32)
    data = bytes(few.constBits())
    width = few.bytesPerLine()
    counts: Counter[int] = Counter()
    for line in range(few.height()):
        row = memoryview(data)[line * width : line * width + few.width() * 4].cast("I")
        counts.update(row.tolist())
    return counts
