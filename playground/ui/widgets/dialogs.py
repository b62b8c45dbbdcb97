"""What dialogs have in common."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QWidget

from playground.ui import theme

BESIDE = 48
"""Pixels of the design by which a dialog is smaller than the window it belongs to."""


def fit(dialog: QDialog, parent: QWidget, width: int, height: int) -> None:
    """This size in pixels of the design, in every theme, but never larger than the window."""

    def show(look: theme.Theme) -> None:
        room = parent.window().size()
        rim = look.px(BESIDE)
        dialog.resize(
            min(look.px(width), max(room.width() - rim, 320)),
            min(look.px(height), max(room.height() - rim, 240)),
        )

    theme.follow(dialog, show)
