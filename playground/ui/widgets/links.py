"""Links of other people's text open only after their whole address was seen."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

from playground.core.plain import visible


def ask_before_opening(url: str, parent: QWidget) -> QMessageBox:
    """Show the address in full; open it when the user says so. Only http and https ever open."""
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle("Open a link")
    try:
        allowed = urlsplit(url).scheme.lower() in ("http", "https")
    except ValueError:
        allowed = False
    if allowed:
        box.setText("Open this address in the browser?")
        box.setInformativeText(visible(url))
        opens = box.addButton("Open", QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(cancel)
        opens.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(url)))
    else:
        box.setText("This link is not a web address and is not opened.")
        box.setInformativeText(visible(url))
        box.addButton("Close", QMessageBox.ButtonRole.RejectRole)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box
