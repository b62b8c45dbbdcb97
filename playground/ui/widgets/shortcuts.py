"""All shortcuts: found by a word or by their keys, and changed."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from playground.ui import theme
from playground.ui.bindings import FIXED, Binding, Bindings, normal, refusal, shown
from playground.ui.widgets.dialogs import fit
from playground.ui.widgets.eventkeys import COMMANDS
from playground.ui.widgets.palette import HINT, EntryDelegate

WITHIN = (
    *((title, keys) for keys, title in FIXED.items()),
    ("Send, new line (or the reverse, see Preferences)", "Return, Shift+Return"),
    ("In a replay: play or stand still", "Space"),
    ("In a replay: one event back or further; with Shift one item", "Left, Right"),
    ("In a replay: faster, slower", "Up, Down"),
    ("In a replay: to its beginning, to its end", "Home, End"),
    ("In a replay: back to the session", "Esc"),
    ("In the list of sessions: rename, move to the trash, take all", "F2, Del, Ctrl+A"),
    ("In a schema or a list of rules: duplicate", "Ctrl+D"),
    ("In a schema as text: fold, unfold", "Ctrl+Shift+[, Ctrl+Shift+]"),
    *(
        (f"In the list of events: {one.words[:1].lower()}{one.words[1:]}", keys)
        for keys, one in COMMANDS.items()
        if keys not in FIXED
    ),
)
"""Keys that belong to parts of the window, or to a replay, and stay as they are."""

TITLE = Qt.ItemDataRole.UserRole
"""The title of a command; None of what cannot be changed."""
NOTE = HINT + 1
"""What is to be known of its keys beside them."""

Index = QModelIndex | QPersistentModelIndex


class BindingDelegate(EntryDelegate):
    """The command at the left, its keys at the right, and what is to be known of them between."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        if not (note := str(index.data(NOTE) or "")):
            return
        look = theme.current()
        small = QFont(look.font)
        small.setPixelSize(look.px(11.5))
        metrics = QFontMetrics(small)
        keys = metrics.horizontalAdvance(str(index.data(HINT) or ""))
        rect = option.rect.adjusted(0, 0, -look.px(8 + (16 if keys else 0)) - keys, 0)  # type: ignore[attr-defined]
        title = QFontMetrics(look.font).horizontalAdvance(str(index.data())) + look.px(24)
        rect.setLeft(min(rect.left() + title, rect.right()))
        painter.save()
        painter.setFont(small)
        painter.setPen(look.colour("warn" if note.startswith("now ") else "accent"))
        end = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        words = metrics.elidedText(note, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, end | Qt.AlignmentFlag.AlignAbsolute, words)
        painter.restore()


class ShortcutsDialog(QDialog):
    """What is changed counts at once."""

    def __init__(self, bindings: Bindings, parent: QWidget) -> None:
        super().__init__(parent)
        self._bindings = bindings
        self.changed = False
        """Whether anything was."""
        self.setWindowTitle("Shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, parent, 560, 640)
        column = QVBoxLayout(self)
        theme.space(column, 16, 16, 16, 12, gap=8)
        self.keys = QKeySequenceEdit(self)
        self.keys.setMaximumSequenceLength(1)
        for line in self.keys.findChildren(QLineEdit):
            line.setAccessibleName("New keys of the command")
            line.setPlaceholderText("Press the keys")
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("A command, or keys: Ctrl+R")
        self.search.setAccessibleName("Find a shortcut")
        self.search.textChanged.connect(lambda _: self._fill())
        column.addWidget(self.search)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Shortcuts")
        self.list.setItemDelegate(BindingDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(lambda *_: self._show())
        self.list.itemActivated.connect(lambda _: self.keys.setFocus())
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        theme.space(row, gap=8)
        self.keys.setAccessibleName("New keys of the command")
        self.keys.setToolTip("Press the keys that it shall have")
        self.keys.keySequenceChanged.connect(lambda _: self._judge())
        row.addWidget(self.keys, 1)
        self.take = self._button(row, "Set", "Give these keys to the command")
        self.take.clicked.connect(lambda: self._bind(self._typed))
        self.none = self._button(row, "None", "Let the command have no keys")
        self.none.clicked.connect(lambda: self._bind(""))
        self.own = self._button(row, "As it came", "Give the command the keys that it came with")
        self.own.clicked.connect(lambda: self._bind(None))
        column.addLayout(row)
        self.words = QLabel(self)
        self.words.setProperty("role", "caption")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        theme.follow(self.words, lambda look: self.words.setMinimumHeight(look.px(34)))
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.words)
        row = QHBoxLayout()
        theme.space(row, gap=8)
        self.all = self._button(row, "All as they came", "Take every change back")
        self.all.clicked.connect(self._reset)
        row.addStretch(1)
        close = self._button(row, "Close", "Close the list")
        close.clicked.connect(self.accept)
        column.addLayout(row)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter in the list or the field is theirs
        self._fill()
        self.search.setFocus()

    def _button(self, row: QHBoxLayout, title: str, tip: str) -> QPushButton:
        button = QPushButton(title, self)
        button.setAccessibleName(title)
        button.setToolTip(tip)
        row.addWidget(button)
        return button

    # What is shown.

    def _fill(self) -> None:
        """The commands that fit what is searched for; the chosen one stays chosen."""
        chosen = self._chosen
        self.list.blockSignals(True)
        self.list.clear()
        wanted = self.search.text().strip().casefold()
        as_keys = shown(normal(wanted)).casefold()
        for row in self._bindings.rows():
            self._add(row.title, row, shown(row.keys), wanted, as_keys)
        for title, keys in WITHIN:
            self._add(title, None, keys, wanted, as_keys)
        at = next((n for n in range(self.list.count()) if self._title(n) == chosen and chosen), 0)
        self.list.setCurrentRow(at)
        self.list.blockSignals(False)
        self._show()

    def _add(self, title: str, row: Binding | None, keys: str, wanted: str, as_keys: str) -> None:
        plain = title.replace("&", "")
        by_keys = bool(as_keys) and as_keys in [one.casefold() for one in keys.split(", ")]
        if not (by_keys or wanted in plain.casefold() or wanted in keys.casefold()):
            return
        item = QListWidgetItem(plain)
        item.setData(TITLE, row.title if row is not None else None)
        item.setData(HINT, keys)
        note = ""
        if row is None:
            note = "always"
        elif row.taken:
            note = f"now for {row.taken}".replace("&", "")
        elif row.changed:
            note = f"came with {shown(row.own) or 'none'}"
        item.setData(NOTE, note)
        said = ", ".join(filter(None, (plain, keys or "no keys", note)))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
        self.list.addItem(item)

    def _title(self, number: int) -> str:
        item = self.list.item(number)
        return str(item.data(TITLE) or "") if item is not None else ""

    @property
    def _chosen(self) -> str:
        return self._title(self.list.currentRow())

    @property
    def _typed(self) -> str:
        return normal(self.keys.keySequence().toString(QKeySequence.SequenceFormat.PortableText))

    def _show(self) -> None:
        title = self._chosen
        self.keys.setEnabled(bool(title))
        self.keys.blockSignals(True)
        first = self._bindings.row(title).keys.split(" | ")[0] if title else ""
        self.keys.setKeySequence(QKeySequence(first))
        self.keys.blockSignals(False)
        self._judge()
        self.all.setEnabled(any(row.keys != row.own for row in self._bindings.rows()))

    def _judge(self) -> None:
        """What would come of the keys that were pressed."""
        title, typed = self._chosen, self._typed
        row = self._bindings.row(title) if title else None
        self.none.setEnabled(row is not None and bool(row.keys))
        self.own.setEnabled(row is not None and row.keys != row.own)
        why = refusal(typed) if typed else ""
        same = row is not None and typed == row.keys
        self.take.setEnabled(row is not None and bool(typed) and not why and not same)
        holder = self._bindings.holder(typed, without=title) if typed and not why else ""
        self.take.setText("Take it" if holder else "Set")
        if row is None:
            found = bool(self.list.count())
            words = "These keys always do this." if found else "No command is like that."
        elif why:
            words = why
        elif holder:
            words = f"{shown(typed)} is for “{holder}” now, which would have none.".replace("&", "")
        elif row.taken:
            words = f"{shown(row.own)} was given to “{row.taken}”.".replace("&", "")
        else:
            words = "Click into the field and press the keys that it shall have."
        self.words.setText(words)

    # What is done.

    def _bind(self, keys: str | None) -> None:
        if title := self._chosen:
            self._bindings.bind(title, keys)
            self.changed = True
            self._fill()

    def _reset(self) -> None:
        self._bindings.reset()
        self.changed = True
        self._fill()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.keys.setFocus()
            return
        super().keyPressEvent(event)
