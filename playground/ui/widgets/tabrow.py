"""The tabs of the panels: as many as there is room for, the others under one button."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from playground.ui import theme
from playground.ui.icons import icon

GAP = 2


class TabRow(QWidget):
    """One tab is always chosen, and always seen.

    Signals:
        picked(str): the id of the tab that somebody chose.
    """

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._tabs: dict[str, QToolButton] = {}
        self.more = QToolButton(self)
        self.more.setText("More")
        self.more.setIcon(icon("chevron-down", "muted"))
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setProperty("role", "segment")
        self.more.setAccessibleName("More panels")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setToolTip("The panels that there is no room for")
        menu = QMenu(self.more)
        menu.aboutToShow.connect(self._list)
        self.more.setMenu(menu)

    def add(self, name: str, title: str, keys: str) -> None:
        tab = QToolButton(self)
        tab.setText(title)
        tab.setCheckable(True)
        tab.setAutoExclusive(True)
        tab.setProperty("role", "segment")
        tab.setAccessibleName(f"{title} panel")
        tab.setToolTip(f"{title} ({keys})")
        tab.clicked.connect(lambda: self.picked.emit(name))
        self._tabs[name] = tab
        self._changed()

    @property
    def current(self) -> str:
        return next((name for name, tab in self._tabs.items() if tab.isChecked()), "")

    def show_current(self, name: str) -> None:
        self._tabs[name].setChecked(True)
        self._place()

    @property
    def hidden(self) -> list[str]:
        """The ids of those that there is no room for."""
        return [name for name, tab in self._tabs.items() if tab.isHidden()]

    def _changed(self) -> None:
        self.setMinimumWidth(self.minimumSizeHint().width())  # of itself it would yield all of it
        self.updateGeometry()
        self._place()

    def _list(self) -> None:
        menu = self.more.menu()
        assert menu is not None
        menu.clear()
        for name in self.hidden:
            action = menu.addAction(self._tabs[name].text())
            action.triggered.connect(lambda _=False, name=name: self.picked.emit(name))

    def _place(self) -> None:
        widths = {name: tab.sizeHint().width() for name, tab in self._tabs.items()}
        gap, room = theme.current().px(GAP), self.width()
        seen = list(self._tabs)
        if sum(widths.values()) + gap * (len(widths) - 1) > room:
            room -= self.more.sizeHint().width() + gap
            chosen = self.current
            left = room - widths.get(chosen, 0)
            seen = [chosen] if chosen else []
            for name in self._tabs:
                if name != chosen:
                    left -= widths[name] + gap
                    if left < 0:
                        break
                    seen.append(name)
        x = 0
        for name, tab in self._tabs.items():
            tab.setVisible(name in seen)
            if name in seen:
                tab.setGeometry(x, 0, widths[name], self.height())
                x += widths[name] + gap
        self.more.setVisible(len(seen) < len(self._tabs))
        self.more.setGeometry(x, 0, self.more.sizeHint().width(), self.height())

    # Qt.

    def sizeHint(self) -> QSize:
        sizes = [tab.sizeHint() for tab in self._tabs.values()]
        gaps = theme.current().px(GAP) * max(len(sizes) - 1, 0)
        width = sum(size.width() for size in sizes) + gaps
        return QSize(width, max((size.height() for size in sizes), default=0))

    def minimumSizeHint(self) -> QSize:
        widest = max((tab.sizeHint().width() for tab in self._tabs.values()), default=0)
        if len(self._tabs) > 1:
            widest += self.more.sizeHint().width() + theme.current().px(GAP)
        return QSize(widest, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:  # a tab has got another size
            self._changed()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()
