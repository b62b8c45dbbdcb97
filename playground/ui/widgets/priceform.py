"""One price as a form: for what it holds, and what it is. What cannot be used is told in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.pricebook import OwnPrice
from playground.core.profile import Profile
from playground.ui import theme
from playground.ui.widgets.fieldedit import Choice
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.pricedraft import (
    CALLS,
    RARE,
    TIERS,
    USUAL,
    WHO,
    Draft,
    Field,
    read,
    whose,
)

MILLION = "US dollars a million tokens"


class PriceForm(QWidget):
    """Signals:
    edited(): something else stands in a field.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, QLineEdit | QComboBox | QPlainTextEdit] = {}
        self._profiles: Sequence[Profile] = ()
        self._showing = False
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=6)
        column.addLayout(self._grid(WHO, self, (4, 4, 2, 2, 2)))
        self.about = QLabel(self)
        self.about.setProperty("role", "caption")
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        self.about.setWordWrap(True)
        column.addWidget(self.about)
        column.addLayout(self._grid(USUAL, self, (1, 1, 1, 1)))
        more = QWidget(self)
        rest = QVBoxLayout(more)
        theme.space(rest, 0, 0, 0, 0, gap=6)
        rest.addLayout(self._grid(RARE[:3], more, (1, 1, 1)))
        rest.addLayout(self._grid(RARE[3:], more, (1, 1, 1)))
        rest.addLayout(self._grid((CALLS,), more, (1,)))
        self.more = Fold(self, more)
        self.more.say("More prices", "reasoning, audio, images, each request, hosted calls")
        self.more.setAccessibleName("More prices")
        column.addWidget(self.more)
        column.addWidget(more)
        column.addStretch(1)
        self.show_draft({})

    def _grid(self, fields: Sequence[Field], parent: QWidget, shares: Sequence[int]) -> QGridLayout:
        grid = QGridLayout()
        theme.follow(grid, lambda look: grid.setHorizontalSpacing(look.px(8)))
        theme.follow(grid, lambda look: grid.setVerticalSpacing(look.px(2)))
        for column, (field, share) in enumerate(zip(fields, shares, strict=True)):
            name = QLabel(field.title, parent)
            name.setProperty("role", "caption")
            grid.addWidget(name, 0, column)
            made = self._field(field, parent)
            made.setAccessibleName(field.title)
            made.setToolTip(field.tip or MILLION)
            self.fields[field.name] = made
            grid.addWidget(made, 1, column)
            grid.setColumnStretch(column, share)
            grid.setColumnMinimumWidth(column, 40)
        return grid

    def _field(self, field: Field, parent: QWidget) -> QLineEdit | QComboBox | QPlainTextEdit:
        if field.name in ("server", "tier"):
            box = Choice(parent)
            box.setEditable(True)
            box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            # It would turn the beginning of a word of one's own into the whole of a known one.
            box.setCompleter(None)  # type: ignore[arg-type]
            box.setMinimumContentsLength(6)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            if field.name == "tier":
                box.addItems(list(TIERS))
            box.currentTextChanged.connect(lambda _: self._changed())
            return box
        if field.name == "calls":
            text = QPlainTextEdit(parent)
            text.setProperty("role", "entry")
            text.setPlaceholderText(field.hint)
            text.setTabChangesFocus(True)
            theme.follow(text, lambda look: text.setFixedHeight(look.px(56)))
            text.textChanged.connect(self._changed)
            return text
        line = QLineEdit(parent)
        line.setProperty("role", "entry")
        line.setPlaceholderText(field.hint)
        line.textChanged.connect(lambda _: self._changed())
        return line

    # What is shown.

    def offer(self, profiles: Sequence[Profile]) -> None:
        """Servers to choose from."""
        self._profiles = profiles
        box = self.fields["server"]
        assert isinstance(box, QComboBox)
        text = box.currentText()
        self._showing = True
        box.clear()
        box.addItem("*")
        for profile in profiles:
            box.addItem(profile.id)
            tip = visible(profile.name)
            box.setItemData(box.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        box.setEditText(text)
        self._showing = False

    def show_draft(self, draft: Draft) -> None:
        self._showing = True
        for name, field in self.fields.items():
            text = draft.get(name, "")
            match field:
                case QLineEdit():
                    field.setText(text)
                    field.setCursorPosition(0)
                case QComboBox():
                    field.setEditText(text)
                case QPlainTextEdit():
                    field.setPlainText(text)
        if any(draft.get(field.name) for field in (*RARE, CALLS)):
            self.more.setChecked(True)
        self._showing = False
        self._look()

    @property
    def draft(self) -> dict[str, str]:
        return {name: _text(field) for name, field in self.fields.items()}

    @property
    def price(self) -> OwnPrice | None:
        """What stands here, where it can be used."""
        return read(self.draft)[0]

    @property
    def wrong(self) -> Mapping[str, str]:
        return read(self.draft)[1]

    def _changed(self) -> None:
        if not self._showing:
            self._look()
            self.edited.emit()

    def _look(self) -> None:
        draft = self.draft
        # What is still empty is not told of before somebody wants to save it.
        wrong = {name: why for name, why in read(draft)[1].items() if draft[name].strip()}
        for name, field in self.fields.items():
            if field.property("wrong") != (name in wrong):
                field.setProperty("wrong", name in wrong)
                field.style().polish(field)
            field.setAccessibleDescription(wrong.get(name, ""))
        said = " ".join(wrong.values()) or whose(draft["server"].strip(), self._profiles)
        token = "error" if wrong else ""
        if self.about.property("token") != token:
            self.about.setProperty("token", token)
            self.about.style().polish(self.about)
        self.about.setText(visible(said))


def _text(field: QLineEdit | QComboBox | QPlainTextEdit) -> str:
    match field:
        case QLineEdit():
            return field.text()
        case QComboBox():
            return field.currentText()
        case _:
            return field.toPlainText()
