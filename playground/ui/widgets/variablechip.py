"""The chip beside the developer message that says how many variables there are."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from playground.core.call import Call
from playground.engine.templating import undeclared, waiting
from playground.ui.desk import Desk
from playground.ui.widgets.chips import Chip


def chip_words(call: Call, draft: str) -> tuple[str, str]:
    """(what it says, what that means); empty: there is neither a variable nor a place for one."""
    count = len(call.variables)
    open_ = undeclared(call, draft)
    if not count:
        one = "it is" if len(open_) == 1 else "they are"
        said = f"{{{{{len(open_)}}}}} as written"
        return (said, f"No variables: {one} sent as written") if open_ else ("", "")
    if some := waiting(call, draft):
        names = ", ".join(some[:3]) + (" …" if len(some) > 3 else "")
        return f"vars {{{{{count}}}}} · {len(some)} open", f"Without a value: {names}"
    return f"vars {{{{{count}}}}}", "Each has a value; see them"


class VariableChip(Chip):
    """Hidden while there is nothing to say; a click leads to the form."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__("", "", parent)
        self._desk = desk
        self.clicked.connect(lambda: desk.wanted.emit("variables"))
        for signal in (desk.session_shown, desk.settings_changed, desk.typed):
            signal.connect(self._look)
        self._look()

    def _look(self, *_: object) -> None:
        session = self._desk.session
        text, tip = chip_words(session.call, session.draft)
        if text != self.text():
            self.setText(text)
            self.updateGeometry()
        self.setToolTip(tip)
        self.setAccessibleName(f"Variables: {text}. {tip}" if text else "Variables")
        self.setVisible(bool(text))
