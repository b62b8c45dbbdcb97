"""Ways to a schema that somebody writes on: a text of any kind, samples, a description in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.schemas import given, pydantic_source
from playground.ui import theme, words
from playground.ui.widgets.jsonedit import CodeEdit
from playground.ui.widgets.parts import tool_button
from playground.ui.widgets.schemalibrary import Reading, looked

Job = Callable[[], Reading]
"""Reads something, in a thread."""

LONG, WIDE = 200_000, 30_000
"""Characters of a text, and of a line of it, that an editor can lay out while somebody waits."""
EXCERPT = 1_500
"""Characters of a longer one that are shown."""


class Sheet(CodeEdit):
    """An editor that takes a text of any size; one that is too long to be laid out is kept beside
    it and shown in part.

    Signals:
        opened(list[Path]): files were dropped on it.
    """

    opened = Signal(list)

    def __init__(self, name: str, parent: QWidget, *, grows: bool = False) -> None:
        super().__init__(parent, grows=grows)
        self.setAccessibleName(name)
        self._held = ""

    @property
    def text(self) -> str:
        return self._held or self.toPlainText()

    @property
    def held(self) -> bool:
        """It is too long to be edited."""
        return bool(self._held)

    def put(self, text: str) -> None:
        """Put this there in place of what is, as if it was typed."""
        long = len(text) > LONG or len(max(text.split("\n"), key=len)) > WIDE
        self._held = text if long else ""
        self.setReadOnly(long)
        if long:
            size = words.size(len(text.encode("utf-8", "surrogatepass")))
            shown = visible(text[:EXCERPT])
            self.setPlainText(f"{shown}…\n\n{size} in all: too long to be edited, not to be used.")
        elif text == self.toPlainText():
            self.textChanged.emit()
        else:
            self.replace(text)
        self.settle()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return bool(files_of(source)) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if files := files_of(source):
            self.opened.emit(files)
            return
        text = source.text()
        if len(text) > LONG or (len(text) > WIDE and len(max(text.split("\n"), key=len)) > WIDE):
            self.put(text)
        else:
            super().insertFromMimeData(source)


def files_of(source: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in source.urls() if url.isLocalFile()]


AT_LEAST = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon


class Paste(QWidget):
    """One text of whatever kind.

    Signals:
        touched(): what stands there is not what was read.
        changed(): it can be read.
        opened(list[Path]): these shall be read into it.
    """

    touched = Signal()
    changed = Signal()
    opened = Signal(list)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = ""
        """Of the file that it came from."""
        self._model = ""
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=6)
        self.sheet = Sheet("Pydantic source, JSON Schema or sample JSON", self)
        self.sheet.setPlaceholderText("class Invoice(BaseModel): …")
        self.sheet.textChanged.connect(self.touched)
        self.sheet.edited.connect(self.changed)
        self.sheet.opened.connect(self.opened)
        column.addWidget(self.sheet, 1)
        row = QHBoxLayout()
        theme.space(row, gap=8)
        self.file = button("Open file…", self, lambda: pick(self, self.opened.emit))
        self.clear = button("Clear", self, self._clear)
        self._label = QLabel("Model", self)
        self.models = QComboBox(self)
        self.models.setAccessibleName("Model of the source")
        self.models.setSizeAdjustPolicy(AT_LEAST)
        self.models.setMinimumContentsLength(14)
        self.models.setPlaceholderText("which one")
        self.models.activated.connect(lambda _: self._model_picked())
        row.addWidget(self.file)
        row.addWidget(self.clear)
        row.addStretch(1)
        row.addWidget(self._label)
        row.addWidget(self.models)
        column.addLayout(row)
        self.show_models((), "")

    @property
    def model(self) -> str:
        """Which one was chosen; empty: none was."""
        return self._model

    def show_models(self, names: Sequence[str], chosen: str) -> None:
        """Offer the models of a source, when there are several."""
        several = len(names) > 1
        self.models.clear()
        if several:
            self.models.addItems(list(names))
            self.models.setCurrentIndex(names.index(chosen) if chosen in names else -1)
        self._label.setVisible(several)
        self.models.setVisible(several)

    def _model_picked(self) -> None:
        self._model = self.models.currentText()
        self.changed.emit()

    def put(self, text: str, name: str) -> None:
        self.name, self._model = name, ""
        self.sheet.put(text)

    def job(self) -> Job | None:
        text, model, name = self.sheet.text, self.model, self.name
        self.clear.setVisible(bool(text))
        if not text.strip():
            return None
        return lambda: _pasted(text, model, name)

    def _clear(self) -> None:
        self.put("", "")
        self.sheet.setFocus()


def _pasted(text: str, model: str, name: str) -> Reading:
    if given.recognised(text) != "pydantic":
        return looked(lambda: given.from_text(text, name=name))
    source = given.unfenced(text)
    if given.lacks_imports(source):
        source = given.IMPORTS + source
    models = tuple(pydantic_source.models(source))
    # One that was chosen may be gone from the source since.
    wanted = model if model in models else ""
    return looked(lambda: given.from_text(text, model=wanted), source=source, models=models)


class Samples(QWidget):
    """As many texts as there are samples.

    Signals: as of Paste.
    """

    touched = Signal()
    changed = Signal()
    opened = Signal(list)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=6)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setAccessibleName("Samples")
        page = QWidget(area)
        area.setWidget(page)
        self._area = area
        self._list = QVBoxLayout(page)
        theme.space(self._list, 0, 0, 4, 0, gap=6)
        self._list.addStretch(1)
        column.addWidget(area, 1)
        row = QHBoxLayout()
        theme.space(row, gap=8)
        self.more = button("Add another", self, lambda: self.add().setFocus())
        self.file = button("Open files…", self, lambda: pick(self, self.opened.emit, many=True))
        row.addWidget(self.more)
        row.addWidget(self.file)
        row.addStretch(1)
        column.addLayout(row)
        self.sheets: list[Sheet] = []
        self._rows: list[QWidget] = []
        self.add()

    def add(self, text: str = "") -> Sheet:
        """Another sample; one that is still empty is used first when there is a `text`."""
        if text:
            empty = next((one for one in self.sheets if not one.text.strip()), None)
            sheet = empty or self.add()
            sheet.put(text)
            return sheet
        row = QWidget(self)
        line = QHBoxLayout(row)
        theme.space(line, 0, 0, 0, 0, gap=4)
        sheet = Sheet("", row, grows=True)
        sheet.setPlaceholderText('{"name": "Anna", "tags": []}')
        sheet.textChanged.connect(self.touched)
        sheet.edited.connect(self.changed)
        sheet.opened.connect(self.opened)
        line.addWidget(sheet, 1)
        remove = tool_button("trash", "Remove this sample", row)
        remove.clicked.connect(lambda: self._remove(sheet))
        line.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
        self._list.insertWidget(len(self.sheets), row)
        self.sheets.append(sheet)
        self._rows.append(row)
        self._number()
        return sheet

    def job(self) -> Job | None:
        texts = [one.text for one in self.sheets if one.text.strip()]
        return (lambda: looked(lambda: given.from_samples(texts))) if texts else None

    def _remove(self, sheet: Sheet) -> None:
        at = self.sheets.index(sheet)
        del self.sheets[at]
        row = self._rows.pop(at)
        row.hide()
        row.deleteLater()
        if not self.sheets:
            self.add()
        self._number()
        self.sheets[min(at, len(self.sheets) - 1)].setFocus()
        self.changed.emit()

    def _number(self) -> None:
        for number, sheet in enumerate(self.sheets, 1):
            sheet.setAccessibleName(f"Sample {number}")


class Words(QWidget):
    """A description, and the way to the model.

    Signals:
        asked(words), stopped(): the model shall be asked, and is to stop.
    """

    asked = Signal(str)
    stopped = Signal()

    def __init__(self, model: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.model = visible(model)
        self._waiting = False
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=6)
        self.text = Sheet("What you need, in words", self)
        self.text.setProperty("role", None)  # it is prose
        theme.follow(self.text, lambda look: self.text.setFont(look.font))
        self.text.setPlaceholderText("a shopping list with quantity and unit, and who buys it")
        self.text.textChanged.connect(lambda: self.show_waiting(self._waiting))
        column.addWidget(self.text, 1)
        row = QHBoxLayout()
        theme.space(row, gap=8)
        self.ask = button("", self, self._ask)
        self.stop = button("Stop", self, self.stopped.emit)
        self.progress = QLabel(self)
        self.progress.setProperty("role", "caption")
        self.progress.setTextFormat(Qt.TextFormat.PlainText)
        self.progress.setWordWrap(True)
        self.progress.setAccessibleName("How far the model is")
        row.addWidget(self.ask)
        row.addWidget(self.stop)
        row.addWidget(self.progress, 1)
        column.addLayout(row)
        theme.follow(self, self._name)
        self.show_waiting(False)

    def _name(self, look: theme.Theme) -> None:
        room = look.px(200)
        cut = self.fontMetrics().elidedText(self.model, Qt.TextElideMode.ElideMiddle, room)
        self.ask.setText(f"Ask {cut}".replace("&", "&&"))
        self.ask.setAccessibleName(f"Ask {self.model}")
        self.ask.setToolTip(words.tip(f"Ask {self.model}, in a session of its own (Ctrl+Enter)"))

    def show_waiting(self, waiting: bool) -> None:
        self._waiting = waiting
        self.ask.setVisible(not waiting)
        self.ask.setEnabled(bool(self.text.text.strip()))
        self.stop.setVisible(waiting)
        self.progress.setText(
            "Asking. The run is recorded in a session of its own." if waiting else ""
        )

    def _ask(self) -> None:
        if said := self.text.text.strip():
            self.asked.emit(said)


def button(text: str, parent: QWidget, clicked: Callable[[], object]) -> QPushButton:
    made = QPushButton(text, parent)
    made.setAccessibleName(text)
    made.setAutoDefault(False)
    made.clicked.connect(lambda: clicked())
    return made


def pick(parent: QWidget, picked: Callable[[list[Path]], object], *, many: bool = False) -> None:
    """Let the user choose files."""
    dialog = QFileDialog(parent, "Open a schema, a source or a sample")
    mode = QFileDialog.FileMode
    dialog.setFileMode(mode.ExistingFiles if many else mode.ExistingFile)
    dialog.setNameFilters(
        ["Schemas, sources, samples (*.json *.py *.jsonl *.ndjson)", "All files (*)"]
    )
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(partial(_chosen, picked))
    dialog.open()


def _chosen(picked: Callable[[list[Path]], object], names: Sequence[str]) -> None:
    picked([Path(name) for name in names])
