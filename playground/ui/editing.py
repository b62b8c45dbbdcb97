"""Editing: another version of a message, written in the place of a panel's composer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout

from playground.core.items import Message
from playground.core.session import Run
from playground.ui.desk import Desk
from playground.ui.widgets.composer import Composer
from playground.ui.widgets.editor import Editor


class Editing:
    def __init__(
        self, desk: Desk, composer: Composer, place: QVBoxLayout, sent: Callable[[], None]
    ) -> None:
        """`place` holds the composer; `sent` is told when a version was sent."""
        self._desk = desk
        self._composer = composer
        self._place = place
        self._sent = sent
        self._editor: Editor | None = None

    @property
    def going_on(self) -> bool:
        return self._editor is not None

    def open(self, run: Run, text: str, answer: bool) -> None:
        """Begin with `text` in the place of what was said in a run; `answer`: by the model."""
        self.close()
        said = next((item for item in run.input if isinstance(item, Message)), None)
        parts = said.parts if said is not None and not answer else ()
        panel = self._composer.parentWidget()
        assert panel is not None
        editor = Editor(text, panel, parts)
        editor.run.setVisible(not answer)
        if answer:
            editor.head.setText("NEW VERSION OF AN ANSWER, KEPT WITHOUT RUNNING")
        desk = self._desk
        workspace, session = desk.workspace, desk.session

        def keep() -> None:
            said = editor.text.toPlainText()
            if answer:
                made = desk.begin(lambda: workspace.edit_answer(session, run, said))
            else:
                made = desk.begin(lambda: workspace.edit(session, run, said, silent=True))
            if made is not None:
                self.close()

        def go() -> None:
            said = editor.text.toPlainText()
            if desk.begin(lambda: workspace.edit(session, run, said)) is not None:
                self.close()
                self._sent()

        editor.cancel.clicked.connect(self.close)
        editor.keep.clicked.connect(keep)
        editor.run.clicked.connect(go)
        self._editor = editor
        self._composer.hide()
        self._place.addWidget(editor)
        editor.show()
        editor.text.setFocus()

    def close(self) -> None:
        """Back to the composer; what was written is gone."""
        if self._editor is not None:
            self._editor.hide()
            self._editor.deleteLater()
            self._editor = None
            self._composer.show()
            self._composer.draft.setFocus()
