"""What goes with a request beside its declared fields: any JSON, and headers."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.core.call import Call
from playground.ui import theme
from playground.ui.widgets import values
from playground.ui.widgets.entry import Entry
from playground.ui.widgets.fieldedit import into_view
from playground.ui.widgets.fold import Fold

BODY = (
    "A JSON object. It is merged into the body last: objects are merged, everything else takes"
    " the place of what was there."
)
HEADERS = (
    "One a line. They go beside those of the server's profile, and instead of any of the same"
    " name. Secrets belong into the profile."
)


class Extras(QWidget):
    """Extra body and extra headers, closed until there is something in them.

    Signals:
        changed(dict): what of the call is another now: `extra` or `headers`.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        inside = QWidget(self)
        rows = QVBoxLayout(inside)
        theme.space(rows, 0, 0, 0, 0, gap=4)
        self.body = Entry(
            "Extra body",
            BODY,
            values.read_object,
            lambda value: values.write_json(value) if value else "",
            inside,
            hint='{"field": "value"}',
            json=True,
        )
        self.headers = Entry(
            "Extra headers",
            HEADERS,
            values.read_headers,
            lambda value: values.write_headers(value or {}),
            inside,
            hint="X-Name: value",
        )
        rows.addWidget(self.body)
        rows.addWidget(self.headers)
        self.fold = Fold(self, inside, strong=True)
        theme.follow(self.fold, lambda look: self.fold.setFixedHeight(look.px(28)))
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=0)
        column.addWidget(self.fold)
        column.addWidget(inside)
        self.body.changed.connect(lambda value: self.changed.emit({"extra": value}))
        self.headers.changed.connect(lambda value: self.changed.emit({"headers": value}))

    def show_call(self, call: Call, *, fresh: bool) -> None:
        """What the session sends. `fresh`: it is another session, or another dialect."""
        self.body.show_value(call.extra, fresh=fresh)
        self.headers.show_value(call.headers, fresh=fresh)
        there = [bool(call.extra), bool(call.headers)]
        said = "Extra body and headers" + (f" · {sum(there)} on" if any(there) else "")
        self.fold.say(said)
        self.fold.setAccessibleName(said)
        if fresh:
            self.fold.setChecked(any(there))

    def settle(self) -> None:
        """Take what is being typed."""
        self.body.settle()
        self.headers.settle()

    def reveal(self) -> None:
        """Open it and put the focus there."""
        self.fold.setChecked(True)
        self.body.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        into_view(self.headers)
        into_view(self.body)
