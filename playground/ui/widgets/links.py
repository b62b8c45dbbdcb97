"""Links of other people's text open only after their whole address was seen; and the question box
that shows such text."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

from playground.core.plain import visible


def ask(
    parent: QWidget, title: str, detail: str, yes: str, act: Callable[[], object]
) -> QMessageBox:
    """A question that is answered without stopping anything; `yes` empty: only to be read.

    Cancel is what Enter does. Neither text is ever interpreted, whatever stands in it.
    """
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setText(visible(title))
    box.setInformativeText(visible(detail))
    for label in box.findChildren(QLabel):
        label.setTextFormat(Qt.TextFormat.PlainText)
    if yes:
        button = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        button.clicked.connect(lambda: act())
    box.setDefaultButton(
        box.addButton("Cancel" if yes else "Close", QMessageBox.ButtonRole.RejectRole)
    )
    box.open()
    return box


def ask_before_opening(url: str, parent: QWidget) -> QMessageBox:
    """Show the address in full; open it when the user says so. Only http and https ever open."""
    try:
        allowed = urlsplit(url).scheme.lower() in ("http", "https")
    except ValueError:
        allowed = False
    if not allowed:
        return ask(parent, "This link is not a web address and is not opened.", url, "", int)
    return ask(
        parent,
        "Open this address in the browser?",
        url,
        "Open",
        lambda: QDesktopServices.openUrl(QUrl(url)),
    )
