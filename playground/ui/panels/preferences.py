"""Preferences: what the user chose once for all sessions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.parts import inset

THEMES = (
    ("system", "Like the system"),
    ("light", "Light"),
    ("dark", "Dark"),
    ("contrast", "High contrast"),
)
LIMITS = (
    ("connect", "Connect within", "Until the connection stands, in seconds"),
    ("first_token", "First token within", "Local models may have to be loaded first"),
    ("idle", "Silence at most", "Between any two bytes after the first token"),
)


class PreferencesDialog(QDialog):
    """Everything takes effect at once; there is nothing to apply."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setWindowTitle("Preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        theme.follow(self, lambda look: self.setMinimumWidth(look.px(440)))
        settings = desk.settings
        column = QVBoxLayout(self)
        theme.space(column, 16, 16, 16, 12, gap=12)
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        theme.follow(form, lambda look: form.setVerticalSpacing(look.px(8)))
        theme.follow(form, lambda look: form.setHorizontalSpacing(look.px(16)))
        self.theme = QComboBox(self)
        for name, title in THEMES:
            self.theme.addItem(title, name)
        self.theme.setCurrentIndex(self.theme.findData(settings.theme))
        self.theme.activated.connect(lambda _: self._style())
        form.addRow("Theme", self.theme)
        self.scale = inset(QSpinBox(self))
        self.scale.setRange(100, 200)
        self.scale.setSingleStep(5)
        self.scale.setSuffix(" %")
        self.scale.setValue(round(settings.scale * 100))
        self.scale.valueChanged.connect(lambda _: self._style())
        form.addRow("Size", self.scale)
        self.enter = QCheckBox("Enter sends, Shift+Enter begins a line", self)
        self.enter.setChecked(settings.enter_sends)
        self.enter.toggled.connect(self._switch_enter)
        form.addRow("Composer", self.enter)
        self.motion = QCheckBox("Nothing moves that need not", self)
        self.motion.setChecked(settings.reduce_motion)
        self.motion.toggled.connect(self._switch_motion)
        form.addRow("Motion", self.motion)
        for field, title, tip in LIMITS:
            box = inset(QDoubleSpinBox(self))
            box.setRange(0.1, 86_400)
            box.setDecimals(1)
            box.setSuffix(" s")
            box.setValue(getattr(settings.limits, field))
            box.setToolTip(tip)
            box.setAccessibleName(title)
            box.valueChanged.connect(lambda value, field=field: self._limit(field, value))
            form.addRow(title, box)
        retries = inset(QSpinBox(self))
        retries.setRange(0, 10)
        retries.setValue(settings.limits.retries)
        retries.setAccessibleName("Retries")
        retries.setToolTip("How often a request is sent again when the failure may pass")
        retries.valueChanged.connect(lambda value: self._limit("retries", value))
        form.addRow("Retries", retries)
        column.addLayout(form)
        column.addStretch(1)
        buttons = QHBoxLayout()
        theme.space(buttons, gap=8)
        for place in ("Budgets", "Prices"):
            button = QPushButton(f"{place}…", self)
            button.setAccessibleName(f"{place}…")
            button.setAutoDefault(False)
            button.clicked.connect(lambda _, place=place: desk.wanted.emit(place.lower()))
            buttons.addWidget(button)
        buttons.addStretch(1)
        close = QPushButton("Close", self)
        close.clicked.connect(self.accept)
        buttons.addWidget(close)
        column.addLayout(buttons)
        for switch in (self.enter, self.motion):
            switch.setMinimumHeight(theme.current().px(26))
        for widget, name in (
            (self.theme, "Theme"),
            (self.scale, "Size in percent"),
            (self.enter, "Enter sends"),
            (self.motion, "Reduce motion"),
            (close, "Close"),
        ):
            widget.setAccessibleName(name)

    def _style(self) -> None:
        settings = self.desk.settings
        settings.theme = self.theme.currentData()
        settings.scale = self.scale.value() / 100
        theme.apply(settings.theme, settings.scale)
        self.desk.save_settings()

    def _switch_enter(self, on: bool) -> None:
        self.desk.settings.enter_sends = on
        self.desk.save_settings()
        self.desk.settings_changed.emit()

    def _switch_motion(self, on: bool) -> None:
        self.desk.settings.reduce_motion = on
        self.desk.save_settings()

    def _limit(self, field: str, value: float) -> None:
        setattr(self.desk.settings.limits, field, value)
        self.desk.save_settings()
