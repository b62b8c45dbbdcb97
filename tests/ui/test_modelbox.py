"""Models in their box: the server's list, any other name, and when a model is shut down."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground.providers.models import Model
from playground.ui import theme
from playground.ui.widgets.modelbox import END, ModelBox, end_of

TODAY = date(2026, 11, 20)
MODELS = [
    Model("stays"),
    Model("soon", shutdown_date="2027-02-18"),
    Model("later", shutdown_date="2027-02-19T00:00:00Z"),
    Model("gone", shutdown_date="2026-11-19"),
]


@pytest.mark.parametrize(
    ("written", "text", "token"),
    [
        ("2026-11-19", "shut down", "error"),
        ("2026-11-20", "shuts down 20 Nov 2026", "warn"),
        ("2027-02-18", "shuts down 18 Feb 2027", "warn"),
        ("2027-02-19", "shuts down 19 Feb 2027", "accent"),
        ("2027-02-19T12:00:00Z", "shuts down 19 Feb 2027", "accent"),
        ("next spring\u202e", "shuts down next spring⟨U+202E⟩", "warn"),
    ],
)
def test_the_end_of_a_model(written: str, text: str, token: str) -> None:
    assert end_of(Model("m", shutdown_date=written), TODAY) == (text, token)


def test_a_model_without_a_date() -> None:
    assert end_of(Model("m"), TODAY) is None
    assert end_of(Model("m", deprecated=True), TODAY) == ("deprecated", "warn")


@pytest.fixture
def box(qtbot: QtBot) -> ModelBox:
    one = ModelBox(today=lambda: TODAY)
    qtbot.addWidget(one)
    one.setAccessibleName("Model")
    one.offer(MODELS, "soon")
    one.resize(260, 30)
    one.show()
    return one


def test_a_row_says_it_to_the_eye_and_to_a_screen_reader(box: ModelBox) -> None:
    said = [box.itemData(at, Qt.ItemDataRole.AccessibleTextRole) for at in range(box.count())]
    assert said == [
        None,
        "soon, shuts down 18 Feb 2027",
        "later, shuts down 19 Feb 2027",
        "gone, shut down",
    ]
    assert [box.itemData(at, END) is not None for at in range(4)] == [False, True, True, True]
    box.showPopup()
    view = box.view()
    image: QImage = view.grab().toImage()
    colours = {image.pixelColor(x, y).name().upper() for x in range(image.width())
               for y in range(image.height())}  # fmt: skip
    assert {theme.LIGHT[token] for token in ("warn_soft", "error_soft", "error")} <= colours
    box.hidePopup()


def test_the_end_of_the_one_that_is_named(box: ModelBox) -> None:
    assert box.end == ("shuts down 18 Feb 2027", "warn")
    box.setCurrentText("gone")
    assert box.end == ("shut down", "error")
    box.setCurrentText("my-own-model")
    assert box.end is None and box.model_chosen is None


def test_what_is_being_typed_stays_when_the_same_list_comes_again(box: ModelBox) -> None:
    line = box.lineEdit()
    assert line is not None
    line.setFocus()
    line.clear()
    QTest.keyClicks(line, "my-own")
    box.offer(MODELS, "my-own")
    assert line.text() == "my-own" and box.count() == 4


def test_the_beginning_of_a_known_name_is_a_name_of_its_own(box: ModelBox) -> None:
    line = box.lineEdit()
    assert line is not None
    line.setFocus()
    line.clear()
    QTest.keyClicks(line, "la")
    found = box.completer().popup()
    assert found.isVisible()
    assert [found.model().index(at, 0).data() for at in range(found.model().rowCount())] == [
        "later"
    ]
    QTest.keyClick(found, Qt.Key.Key_Return)
    assert box.currentText() == "la" and not found.isVisible()
    QTest.keyClicks(line, "t")
    QTest.keyClick(found, Qt.Key.Key_Down)
    QTest.keyClick(found, Qt.Key.Key_Return)
    assert box.currentText() == "later"


def test_what_is_being_typed_stays_when_the_list_comes(box: ModelBox) -> None:
    line = box.lineEdit()
    assert line is not None
    line.setFocus()
    line.clear()
    QTest.keyClicks(line, "la")
    box.completer().popup().hide()
    box.offer([*MODELS], "soon", typed=True)
    box.open()
    assert line.text() == "la" and box.typing and box.completer().popup().isVisible()
    box.completer().popup().hide()
    box.offer([*MODELS], "soon")  # another session
    assert line.text() == "soon" and not box.typing
