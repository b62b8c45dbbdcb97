"""Save as…: bytes from an answer into a file that the user names."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from playground.ui.widgets.links import ask

SIGNATURES = (
    (0, b"\x89PNG", ".png"),
    (0, b"\xff\xd8\xff", ".jpg"),
    (0, b"GIF8", ".gif"),
    (8, b"WEBP", ".webp"),
    (8, b"WAVE", ".wav"),
    (0, b"ID3", ".mp3"),
    (0, b"\xff\xfb", ".mp3"),
    (0, b"\xff\xf3", ".mp3"),
    (0, b"fLaC", ".flac"),
    (0, b"OggS", ".ogg"),
    (0, b"%PDF", ".pdf"),
    (0, b"<svg", ".svg"),
    (0, b"<?xml", ".svg"),
)
"""(where, which bytes, the ending of a file's name)"""


def suffix_of(data: bytes) -> str:
    """The ending for a file with these bytes; nothing when they are of no kind we know."""
    return next((end for at, sign, end in SIGNATURES if data[at:].startswith(sign)), "")


def save_as(parent: QWidget, title: str, name: str, data: bytes) -> QFileDialog:
    """Ask for a place, then write the file; what goes wrong is said."""
    suffix = suffix_of(data)
    dialog = QFileDialog(parent, title, f"{name}{suffix}")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix.removeprefix("."))

    def write(path: str) -> None:
        try:
            Path(path).write_bytes(data)
        except OSError as error:
            ask(parent, f"{path} cannot be written.", error.strerror or str(error), "", int)

    dialog.fileSelected.connect(write)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
