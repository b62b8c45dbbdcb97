"""The checks of the gallery find what they are for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from playground.core.session import Session
from playground.ui import theme
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.transcript import TranscriptView
from tests.gallery.faults import contrast, faults
from tests.gallery.tapes import Tape, run_of

WORDS = "More words than there is room for, by far and on purpose"


@pytest.fixture(autouse=True)
def light(qapp: object) -> Iterator[None]:
    theme.apply("light")
    yield
    theme.apply("light")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.setProperty("role", "pane")
    made.setStyleSheet("")
    made.resize(400, 300)
    # A ground of two tokens, so that the picture is not blank.
    half = QLabel(made)
    half.setGeometry(0, 200, 400, 100)
    half.setStyleSheet(f"background: {theme.current().colours['sunken']};")
    qtbot.addWidget(made)
    return made


def wrong(window: QWidget) -> str:
    window.show()
    image = window.grab().toImage()
    return "\n".join(faults([(window, QPoint(0, 0))], image))


def test_nothing_is_wrong_with_what_is_right(window: QWidget) -> None:
    column = QVBoxLayout(window)
    for widget in (
        QLabel(WORDS),
        QPushButton("Run"),
        QLineEdit(),
        QCheckBox("on"),
        PlainText(WORDS),
    ):
        column.addWidget(widget)
    column.addStretch(1)
    assert wrong(window) == ""


@pytest.mark.parametrize(
    "widget",
    [
        lambda: QLabel(WORDS),
        lambda: QPushButton(WORDS),
        lambda: QCheckBox(WORDS),
        lambda: _combo(),
        lambda: _hinted(),
    ],
)
def test_a_text_without_room_is_found(widget: object, window: QWidget) -> None:
    cut = widget()  # type: ignore[operator]
    cut.setParent(window)
    cut.setGeometry(10, 10, 90, 30)
    assert WORDS[:20] in wrong(window)


def _combo() -> QComboBox:
    box = QComboBox()
    box.addItem(WORDS)
    return box


def _hinted() -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(WORDS)
    return line


def test_lines_without_room_are_found(window: QWidget) -> None:
    label = QLabel(WORDS * 3, window)
    label.setWordWrap(True)
    label.setGeometry(10, 10, 200, 20)
    text = PlainText(WORDS * 3, window)
    text.setGeometry(10, 60, 200, 20)
    text.setAccessibleName("the text")
    found = wrong(window)
    assert "QLabel" in found and "high and needs" in found
    assert "PlainText 'the text'" in found


def test_what_its_parent_cuts_off_is_found(window: QWidget) -> None:
    QPushButton("Run", window).setGeometry(380, 10, 60, 30)
    assert "leaves" in wrong(window)


def test_a_small_target_is_found(window: QWidget) -> None:
    low = QPushButton("Run", window)
    low.setStyleSheet("min-height: 0;")
    low.setGeometry(10, 10, 60, 20)
    assert "less than 28" in wrong(window)


def test_neighbours_on_each_other_are_found(window: QWidget) -> None:
    row = QHBoxLayout(window)
    for name in ("One", "Two"):
        row.addWidget(QPushButton(name))
    window.show()
    button = window.findChildren(QPushButton)[1]
    button.move(button.x() - 100, button.y())
    assert "covers" in wrong(window)


def test_cards_on_each_other_are_found(window: QWidget) -> None:
    view = TranscriptView(window)
    view.resize(400, 300)
    session = Session("ses_1")
    session.add(run_of(Tape().begin().text("Hello.").end(), "Say hello."))
    window.show()
    view.show_session(session)
    assert "covers" not in wrong(window)
    cards = view.cards()
    cards[1].move(cards[0].pos() + QPoint(0, 6))
    assert "covers" in wrong(window)


def test_a_colour_that_is_no_token_is_found(window: QWidget) -> None:
    patch = QWidget(window)
    patch.setGeometry(0, 0, 200, 200)
    patch.setStyleSheet("background: #123456;")
    assert "#123456, which is no token" in wrong(window)


def test_a_text_that_cannot_be_read_is_found(window: QWidget) -> None:
    label = QLabel("hardly", window)
    label.setStyleSheet("color: #C0C4CC;")
    label.setGeometry(10, 10, 100, 20)
    assert "#c0c4cc on #ffffff is 1.7 : 1" in wrong(window)


def test_a_blank_picture_is_found(window: QWidget) -> None:
    blank = QImage(400, 300, QImage.Format.Format_RGB32)
    blank.fill(theme.current().colour("surface"))
    assert "100.0% #ffffff" in "\n".join(faults([(window, QPoint(0, 0))], blank))


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast(QColor("#000"), QColor("#FFF")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#FFFFFF")) == pytest.approx(4.478, abs=0.001)
