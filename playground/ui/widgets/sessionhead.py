"""The head of a panel that works on the session: its title, which can be changed, and its model."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QWidget

from playground.core.plain import visible
from playground.core.session import Session
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.icons import icon
from playground.ui.shelving import Shelving


class SessionHead(QWidget):
    """Whatever else a panel has at its head goes into `row`, behind these."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._session = desk.session
        """Whose title stands in the field."""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.row = QHBoxLayout(self)
        # A line of text begins 3 px inside its field, and stands over the cards.
        theme.space(self.row, 13, 10, 8, 4, gap=4)
        self.title = QLineEdit(self)
        self.title.setProperty("role", "title")
        self.title.setPlaceholderText("New session")
        self.title.setAccessibleName("Title of the session")
        self.title.setToolTip("Rename the session")
        self.title.editingFinished.connect(self.rename)
        self.row.addWidget(self.title, 1)
        self.restore = QToolButton(self)
        self.restore.setProperty("role", "quiet")
        self.restore.setText("In the trash: restore")
        self.restore.setToolTip("Take the session out of the trash; going on with it does so, too")
        self.restore.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.restore.setIcon(icon("trash", "muted"))
        self.restore.clicked.connect(lambda: Shelving(desk).restore([desk.session]))
        self.row.addWidget(self.restore)
        self.model = QToolButton(self)
        self.model.setProperty("role", "quiet")
        self.model.setToolTip("Choose a model (Ctrl+M)")
        self.model.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.model.setIcon(icon("model", "muted"))
        self.model.clicked.connect(lambda: desk.wanted.emit("models"))
        self.row.addWidget(self.model)
        desk.session_shown.connect(self._show_session)
        desk.sessions_changed.connect(self.show_title)
        desk.sessions_changed.connect(self._show_place)
        desk.tree_changed.connect(lambda _: self._show_place())
        desk.settings_changed.connect(self._show_model)
        self._show_session(desk.session)

    def _show_session(self, session: Session) -> None:
        self.rename()  # a title that is still being written belongs to the session before
        self._session = session
        self.title.setReadOnly(bool(self.desk.closed))
        self.model.setEnabled(not self.desk.closed)
        self.title.setText(session.title)
        self.title.setCursorPosition(0)
        self._show_place()
        self._show_model()

    def _show_place(self) -> None:
        """Whether it lies in the trash, where nobody looks for it."""
        self.restore.setVisible(self.desk.session.trashed and not self.desk.closed)

    def _show_model(self) -> None:
        model = self.desk.session.call.model or self.desk.profile.model
        self.model.setText(visible(model) or "the server's first model")
        self.model.setAccessibleName(f"Model: {self.model.text()}")

    def show_title(self) -> None:
        if not (self.title.hasFocus() and self.title.isModified()):
            self.title.setText(self.desk.session.title)
            self.title.setCursorPosition(0)

    def rename(self) -> None:
        session, title = self._session, self.title.text().strip()
        if self.title.isModified() and title != session.title:
            session.title, session.named = title, bool(title)
            self.desk.workspace.rev += 1
            self.desk.mark(session)
            self.desk.keep()
            self.desk.sessions_changed.emit()
