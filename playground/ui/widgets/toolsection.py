"""The tools among the settings: which are offered, whether the model must call one, and how far a
run goes with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.core.call import Call
from playground.core.endpoint import Parameter
from playground.core.plain import visible
from playground.core.tools import Mode, Tool
from playground.endpoints import BY_ID
from playground.endpoints.offering import allowed, forced
from playground.ui import theme, words
from playground.ui.widgets.cards.base import badge, say_state
from playground.ui.widgets.fieldedit import Choice, KeyboardHint, NumberField
from playground.ui.widgets.form import Switch
from playground.ui.widgets.parts import leave
from playground.ui.widgets.toolhosted import choices_of
from playground.ui.widgets.values import clipped, read, same, write_json

RECENT = 5
"""Tools that were offered before and are not now, that still have a row."""
WIDE = 148
"""Pixels of the design that a choice has beside its name."""
HIGH = 28
"""Pixels of the design of a row."""
FIELDS = frozenset(("tools", "tool_choice", "parallel_tool_calls"))
"""Request fields that are about tools, written by hand."""
STEPS = Parameter("steps", "integer", "Requests after which a run goes no further.", 10, 1, 1000)
MODES: tuple[Literal["auto", "none", "required"], ...] = ("auto", "none", "required")
ALLOWED: tuple[Literal["auto", "required"], ...] = ("auto", "required")
PARALLEL = ((None, "not sent"), (True, "on"), (False, "off"))
ERRORS = (("model", "tell the model"), ("stop", "stop the run"))

Kind = Literal["unsent", "auto", "none", "required", "tool", "allowed", "other"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """`tool_choice`, read for a person."""

    kind: Kind
    tools: tuple[str, ...] = ()
    """The ids of those that it names: one that has to be called, or those that may be."""
    must: bool = False
    """The model has to call one, each time that it is asked."""


def chosen(call: Call) -> Chosen:
    """What the call says of it. A name or a shape that its API does not know is `other`."""
    if "tool_choice" not in call.fields:
        return Chosen("unsent")
    value, flat = call.fields["tool_choice"], is_flat(call)
    for mode in MODES:
        if value == mode:
            return Chosen(mode, must=mode == "required")
    for tool in call.tools:
        if same(value, forced(tool, flat=flat)):
            return Chosen("tool", (tool.id,), must=True)
    if isinstance(value, dict) and value.get("type") == "allowed_tools":
        told = value if flat else value.get("allowed_tools")
        rows = told.get("tools") if isinstance(told, dict) else None
        rows = rows if isinstance(rows, list) else []
        meant = [one for one in call.tools if forced(one, flat=flat) in rows]
        for choice in ALLOWED:
            # Only what would be written the same again: the rest is not ours to put in order.
            if meant and _alike(value, allowed(meant, choice, flat=flat), flat=flat):
                ids = tuple(one.id for one in meant)
                return Chosen("allowed", ids, must=choice == "required")
    return Chosen("other")


def offering(call: Call, tools: Sequence[Tool]) -> dict[str, Any]:
    """What of the call is another when these are offered: they, and a choice that would name one
    of those that are offered no longer."""
    one, fields = chosen(call), dict(call.fields)
    left = [tool for tool in tools if tool.id in one.tools]
    if len(left) < len(one.tools):
        del fields["tool_choice"]
        if left:
            mode = ALLOWED[one.must]
            fields["tool_choice"] = allowed(left, mode, flat=is_flat(call))
        return {"tools": list(tools), "fields": fields}
    return {"tools": list(tools)}


def is_flat(call: Call) -> bool:
    """Whether the call's API writes tools without an object around them."""
    return call.api == "responses"


def takes_tools(call: Call) -> bool:
    return any(one.path == "tools" for one in BY_ID[call.api].parameters)


def remark(call: Call) -> str:
    """What comes of the choice that may not be meant, as sentences; empty: nothing."""
    one = chosen(call)
    if one.kind == "unsent":
        return ""
    said = []
    if one.kind == "other":
        value = clipped(write_json(call.fields["tool_choice"]))
        said.append(f"It is none of these, and is sent as it stands: {value}")
    if not call.tools and not call.fields.get("tools"):
        said.append("Servers refuse it without any tool.")
    elif one.must:
        said.append("It goes with each step: the model has to call on, up to the limit.")
    return " ".join(said)


def _alike(one: Any, other: Any, *, flat: bool) -> bool:
    """Both allow the same tools in the same way, whatever the order."""
    return same(_sorted(one, flat=flat), _sorted(other, flat=flat))


def _sorted(value: dict[str, Any], *, flat: bool) -> dict[str, Any]:
    told = value if flat else value["allowed_tools"]
    ordered = {**told, "tools": sorted(told["tools"], key=write_json)}
    made = ordered if flat else {**value, "allowed_tools": ordered}
    return dict(sorted(made.items()))


class ToolSection(QWidget):
    """Signals:
    changed(dict): what of the call is another now: `tools`, `fields`, `steps` or `errors`.
    edit_wanted(): the tools themselves shall be seen.
    """

    changed = Signal(object)
    edit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._call = Call()
        self._recent: dict[str, Tool] = {}
        """Those that were offered since this was made, by their ids, the first one first."""
        self.rows: dict[str, ToolRow] = {}
        self._details: list[QWidget] = []
        """What means nothing while no tool is offered."""
        self.boxes: dict[str, QCheckBox] = {}
        """Of the allowed set, by the id of the tool."""
        self._column = column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=0)
        self.edit = QPushButton("Edit", self)
        self.edit.setProperty("role", "quiet")
        self.edit.setAccessibleName("Edit the tools")
        self.edit.setToolTip("Open the Tools panel")
        self.edit.clicked.connect(self.edit_wanted)
        column.addWidget(_head("Tools", self, self.edit))
        self.empty = self._caption()
        self._list = QVBoxLayout()
        theme.space(self._list, gap=0)
        column.addLayout(self._list)
        self.choice = self._choice("tool_choice", "Whether a tool is called, or which one")
        self._set = QWidget(self)
        inside = QVBoxLayout(self._set)
        theme.space(inside, 0, 0, 0, 4, gap=0)
        self._allowed = QVBoxLayout()
        theme.space(self._allowed, 22, 0, 0, 4, gap=0)
        inside.addLayout(self._allowed)
        self.must = QCheckBox("One of these has to be called", self._set)
        self.must.setAccessibleName("One of these tools has to be called")
        self.must.clicked.connect(lambda _: self._allow())
        inside.addWidget(self.must)
        column.addWidget(self._set)
        self.why = self._caption()
        self.parallel = self._choice(
            "parallel_tool_calls", "Whether one answer may hold several calls"
        )
        self.why_parallel = self._caption()
        limits = _head("Limits", self)
        column.addWidget(limits)
        self._details.append(limits)
        self.steps = NumberField(STEPS, self)
        self.steps.setAccessibleName("Steps")
        self.steps.setToolTip("Requests after which a run goes no further, 1 to 1000")
        theme.follow(self.steps, lambda look: self.steps.setFixedWidth(look.px(72)))
        self.steps.edited.connect(self._stepped)
        self._line("steps", self.steps)
        self.errors = self._choice("a failed tool", "What is done when a tool fails")
        for value, said in ERRORS:
            self.errors.addItem(said, value)
        self.choice.activated.connect(lambda _: self._chosen())
        self.parallel.activated.connect(lambda _: self._parallel_picked())
        self.errors.activated.connect(
            lambda _: self.changed.emit({"errors": self.errors.currentData()})
        )
        self.show_call(self._call)

    # Parts.

    def _caption(self) -> QLabel:
        made = QLabel(self)
        made.setProperty("role", "caption")
        made.setTextFormat(Qt.TextFormat.PlainText)
        made.setWordWrap(True)
        made.hide()
        self._column.addWidget(made)
        return made

    def _line(self, name: str, field: QWidget) -> None:
        whole = QWidget(self)
        line = QHBoxLayout(whole)
        theme.space(line, 0, 2, 0, 2, gap=8)
        label = QLabel(name, whole)
        label.setBuddy(field)
        line.addWidget(label)
        line.addStretch(1)
        line.addWidget(field)
        self._column.addWidget(whole)
        self._details.append(whole)

    def _choice(self, name: str, about: str) -> Choice:
        made = Choice(self)
        made.setAccessibleName(name)
        made.setToolTip(about)
        KeyboardHint(made)
        made.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.setMinimumContentsLength(6)
        theme.follow(made, lambda look: made.setFixedWidth(look.px(WIDE)))
        self._line(name, made)
        return made

    # What is shown.

    def show_call(
        self,
        call: Call,
        known: Sequence[Tool] = (),
        modes: Mapping[str, Mode] = MappingProxyType({}),
        *,
        fresh: bool = False,
    ) -> None:
        """known: the tools of the box. modes: who answers, by the tool's id; of those without one
        the tool says it. fresh: the call is that of another session."""
        self._call = call
        box = {tool.id: tool for tool in known}
        offered = {tool.id: tool for tool in call.tools}
        if fresh:  # what only another session knew is no tool of this one
            for tool_id in self._recent.keys() - box.keys():
                del self._recent[tool_id]
        self._recent |= {tool_id: box.get(tool_id, offered[tool_id]) for tool_id in offered}
        self._recent |= {tool_id: box[tool_id] for tool_id in self._recent.keys() & box.keys()}
        off = [tool_id for tool_id in self._recent if tool_id not in offered]
        for tool_id in off[: max(len(off) - RECENT, 0)]:
            del self._recent[tool_id]
        self._show_rows(offered, box, modes)
        self._show_choice()
        self._show_parallel()
        self._put_in_order()
        if fresh or not self.steps.isModified():
            self.steps.write(str(call.steps))
        self.errors.setCurrentIndex(self.errors.findData(call.errors))
        means = bool(call.tools) or bool(FIELDS & (call.fields.keys() | call.extra.keys()))
        for widget in self._details:
            widget.setVisible(means)

    def _show_rows(
        self, offered: Mapping[str, Tool], box: Mapping[str, Tool], modes: Mapping[str, Mode]
    ) -> None:
        for tool_id in self.rows.keys() - self._recent.keys():
            leave(self.rows.pop(tool_id))
        for at, tool in enumerate(self._recent.values()):
            row = self.rows.get(tool.id)
            if row is None:
                row = self.rows[tool.id] = ToolRow(tool, self)
                row.switch.clicked.connect(partial(self._offer, tool.id))
                self._list.insertWidget(at, row)
            shown = offered.get(tool.id, tool)
            answered = choices_of(shown, known=tool.id in box)
            mode = modes.get(tool.id, shown.mode) if answered else "hosted"
            row.show_tool(shown, mode, on=tool.id in offered)
        by_hand = bool(self._call.fields.get("tools"))
        if not takes_tools(self._call):
            said = f"{BY_ID[self._call.api].title} takes no tools: none is sent."
        elif by_hand:
            said = "The field tools says of more, which is sent as well."
        else:
            said = "" if self._recent else "No tool is offered."
        self.empty.setText(said)
        self.empty.setVisible(bool(said))

    def _show_choice(self) -> None:
        call, one = self._call, chosen(self._call)
        rows: list[tuple[Any, str, str]] = [(("unsent", ""), "not sent", "")]
        rows += [((mode, ""), mode, "") for mode in MODES]
        rows += [(("tool", tool.id), visible(tool.name), tool.title) for tool in call.tools]
        if call.tools:
            rows.append((("allowed", ""), "only some…", "Only those that are picked may be called"))
        if one.kind == "other":
            rows.append((("other", ""), "written by hand", ""))
        if [row[:2] for row in rows] != [
            (self.choice.itemData(n), self.choice.itemText(n)) for n in range(self.choice.count())
        ]:
            self.choice.clear()
            for number, (data, said, about) in enumerate(rows):
                self.choice.addItem(said, data)
                tip = words.tip(about) if about else None
                self.choice.setItemData(number, tip, Qt.ItemDataRole.ToolTipRole)
        mine = (one.kind, one.tools[0] if one.kind == "tool" else "")
        self.choice.setCurrentIndex([row[0] for row in rows].index(mine))
        self._show_set(one)
        _say(self.why, remark(call))

    def _show_set(self, one: Chosen) -> None:
        picking = one.kind == "allowed"
        offered = {tool.id: tool for tool in self._call.tools} if picking else {}
        for tool_id in self.boxes.keys() - offered.keys():
            leave(self.boxes.pop(tool_id))
        for tool_id, tool in offered.items():
            box = self.boxes.get(tool_id)
            if box is None:
                box = self.boxes[tool_id] = Switch(tool.name, self._set)
                box.setAccessibleName(f"{tool.name} may be called")
                box.clicked.connect(lambda _: self._allow())
                self._allowed.addWidget(box)
            on = tool_id in one.tools
            box.setChecked(on)
            box.setEnabled(not on or len(one.tools) > 1)  # none at all cannot be said
        self.must.setChecked(one.must)
        self._set.setVisible(picking)

    def _show_parallel(self) -> None:
        value = self._call.fields.get("parallel_tool_calls")
        rows = list(PARALLEL)
        if value is not None and not isinstance(value, bool):
            rows.append((value, clipped(write_json(value))))
        self.parallel.clear()
        for data, said in rows:
            self.parallel.addItem(said, data)
        at = next(n for n, (data, _) in enumerate(rows) if data is value or same(data, value))
        self.parallel.setCurrentIndex(at)
        alone = value is not None and not self._call.tools and not self._call.fields.get("tools")
        _say(self.why_parallel, "Servers refuse it without any tool." if alone else "")

    def _put_in_order(self) -> None:
        """Rows are made when there are tools: the keyboard shall go through them as one reads."""
        switches = [row.switch for row in self.rows.values()]
        stops = [self.edit, *switches, self.choice, *self.boxes.values(), self.must, self.parallel]
        for before, stop in pairwise([*stops, self.steps, self.errors]):
            QWidget.setTabOrder(before, stop)

    # What the user does.

    def settle(self) -> None:
        """Take what is being typed."""
        self.steps.settle()

    def _offer(self, tool_id: str) -> None:
        row = self.rows[tool_id]
        tool = row.tool
        tools = [one for one in self._call.tools if one.id != tool_id]
        if row.switch.isChecked():
            # Of two with one name a server takes neither.
            tools = [one for one in tools if one.name != tool.name or tool.kind == "hosted"]
            tools.append(self._recent[tool_id])
        self.changed.emit(offering(self._call, tools))

    def _chosen(self) -> None:
        kind, tool_id = self.choice.currentData()
        flat = is_flat(self._call)
        if kind == "tool":
            tool = next(one for one in self._call.tools if one.id == tool_id)
            self._tell("tool_choice", forced(tool, flat=flat))
        elif kind == "allowed":
            if chosen(self._call).kind != "allowed":
                self._tell("tool_choice", allowed(self._call.tools, flat=flat))
        elif kind != "other":
            self._tell("tool_choice", None if kind == "unsent" else kind)

    def _allow(self) -> None:
        picked = [tool for tool in self._call.tools if self.boxes[tool.id].isChecked()]
        mode: Literal["auto", "required"] = "required" if self.must.isChecked() else "auto"
        self._tell("tool_choice", allowed(picked, mode, flat=is_flat(self._call)))

    def _parallel_picked(self) -> None:
        self._tell("parallel_tool_calls", self.parallel.currentData())

    def _tell(self, name: str, value: Any) -> None:
        """None: it is not sent."""
        fields = {key: one for key, one in self._call.fields.items() if key != name}
        if value is not None:
            fields[name] = value
        if fields != self._call.fields:
            self.changed.emit({"fields": fields})

    def _stepped(self) -> None:
        value, wrong = read(STEPS, self.steps.text())
        if wrong:
            self.steps.write(str(self._call.steps))
        elif value != self._call.steps:
            self.steps.setModified(False)
            self.changed.emit({"steps": value})


class ToolRow(QWidget):
    """One tool: whether it is offered, and who answers it."""

    def __init__(self, tool: Tool, parent: QWidget) -> None:
        super().__init__(parent)
        self.tool = tool
        theme.follow(self, lambda look: self.setFixedHeight(look.px(HIGH)))
        line = QHBoxLayout(self)
        theme.space(line, 0, 0, 0, 0, gap=8)
        self.switch = Switch(tool.name, self)
        KeyboardHint(self.switch)
        line.addWidget(self.switch)
        line.addStretch(1)
        self.mode = badge(self)
        line.addWidget(self.mode, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_tool(self, tool: Tool, mode: str, *, on: bool) -> None:
        self.tool = tool
        self.switch.setChecked(on)
        self.switch.setAccessibleName(f"{tool.title}, {mode}")
        self.switch.setAccessibleDescription("" if on else "Not offered.")
        self.switch.setToolTip(words.tip(f"{tool.title}\n{tool.description}".strip()))
        say_state(self.mode, mode)


def _head(text: str, parent: QWidget, *beside: QWidget) -> QWidget:
    whole = QWidget(parent)
    line = QHBoxLayout(whole)
    theme.space(line, 0, 8, 0, 4, gap=8)
    label = QLabel(text.upper(), whole)
    label.setProperty("role", "section")
    line.addWidget(label)
    line.addStretch(1)
    for widget in beside:
        line.addWidget(widget)
    return whole


def _say(label: QLabel, said: str) -> None:
    label.setText(visible(said))
    label.setVisible(bool(said))
