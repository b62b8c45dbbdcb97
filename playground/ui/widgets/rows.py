"""Rows of a form: a name of fixed width, and beside it what is named."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QWidget,
)

from playground.ui import theme
from playground.ui.widgets.fieldedit import Choice

WIDE = 108
"""Pixels of the design for the names, so that those of several forms stand under each other."""


class Rows(QWidget):
    def __init__(self, parent: QWidget | None = None, *, wide: int = WIDE) -> None:
        """`wide`: pixels of the design for the names."""
        super().__init__(parent)
        self._wide = wide
        self._form = form = QFormLayout(self)
        theme.space(form, 0, 0, 0, 0)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        theme.follow(form, lambda look: form.setVerticalSpacing(look.px(8)))
        theme.follow(form, lambda look: form.setHorizontalSpacing(look.px(12)))

    def add(self, name: str, field: QWidget) -> QWidget:
        """A row of its own for a field, which is called so unless it has a name."""
        label = QLabel(name, self)
        theme.follow(label, lambda look: label.setFixedWidth(look.px(self._wide)))
        if name and not field.accessibleName():
            field.setAccessibleName(name)
        self._form.addRow(label, field)
        return field

    def show_row(self, field: QWidget, shown: bool) -> None:
        self._form.setRowVisible(field, shown)

    def line(self, name: str, hint: str = "") -> QLineEdit:
        field = QLineEdit(self)
        field.setPlaceholderText(hint)
        self.add(name, field)
        return field

    def check(self, name: str, words: str) -> QCheckBox:
        box = QCheckBox(words, self)
        box.setAccessibleName(f"{name}: {words}")
        self.add(name, box)
        return box

    def choice(
        self, name: str, rows: Sequence[tuple[str, str]], *, editable: bool = False
    ) -> QComboBox:
        """A box of (value, words)."""
        box = Choice(self)
        box.setEditable(editable)
        if editable:
            # It would turn the beginning of a word of one's own into the whole of a known one.
            box.setCompleter(None)  # type: ignore[arg-type]
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for value, words in rows:
            box.addItem(words, value)
        self.add(name, box)
        return box
