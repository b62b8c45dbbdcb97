"""The Prices dialog: the user's own prices, in the place of those of the list that is built in.

The file may be edited by hand meanwhile: what somebody else wrote is read again before anything is
written, and a file that cannot be read is set aside, never overwritten.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.pricebook import OwnPrice, PriceBook
from playground.core.problem import Failure, Problem
from playground.counting.pricecopies import copies
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.dialogs import fit
from playground.ui.widgets.notice import NoticeBar
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.pricedraft import draft, read
from playground.ui.widgets.priceform import PriceForm
from playground.ui.widgets.pricenow import Now, look
from playground.ui.widgets.pricetable import Entry, PriceTable

NONE = "You have no prices of your own. Those of the list that is built in are used."
UNREAD = "Nothing of your table is used before all of it can be read."
ASIDE = "The first price that you save here sets the file aside under another name."
MEANWHILE = (
    "The file was changed by somebody else meanwhile. It was read again, and nothing was written."
)
UNSAVED = "A price is not saved. Save it, or close once more to let it go."


class PricesDialog(QDialog):
    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setWindowTitle("Prices")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, parent, 900, 700)
        self._entries: list[Entry] = []
        self._book = desk.price_file.book
        """What the file said when it was shown."""
        self._warned = False
        self._undo: NoticeBar | None = None
        column = QVBoxLayout(self)
        theme.space(column, 16, 16, 16, 12, gap=8)
        self._column = column
        self._banner: NoticeBar | None = None
        column.addLayout(self._head())
        self.table = PriceTable(self)
        theme.follow(self.table, lambda theme_: self.table.setMinimumHeight(theme_.px(90)))
        self.table.selectionModel().currentRowChanged.connect(self._picked)
        column.addWidget(self.table, 1)
        self.empty = QLabel(self)
        self.empty.setProperty("role", "muted")
        self.empty.setWordWrap(True)
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.empty, 1)
        column.addLayout(self._row_buttons())
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("The price")
        self.form = PriceForm(area)
        self.form.offer(desk.profiles())
        self.form.edited.connect(self._edited)
        area.setWidget(self.form)
        self._area = area
        column.addWidget(area, 2)
        self.said = PlainText("", self)
        self.said.setProperty("role", "caption")
        self.said.setAccessibleName("What became of it")
        column.addWidget(self.said)
        column.addLayout(self._end())
        desk.settings_changed.connect(self._look)
        self._show(-1)
        self._load()

    # Parts.

    def _head(self) -> QVBoxLayout:
        """What would be used now."""
        column = QVBoxLayout()
        theme.space(column, 0, 0, 0, 4, gap=2)
        line = QHBoxLayout()
        theme.space(line, gap=8)
        self.now = PlainText("", self)
        self.now.setProperty("role", "strong")
        self.now.setAccessibleName("The price of the model on screen")
        line.addWidget(self.now, 1)
        self.copy = QPushButton("Copy as my own", self)
        self.copy.setAccessibleName("Copy the listed price as my own")
        self.copy.setToolTip("Begin with the listed price of the model on screen")
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(self._copy_listed)
        self.copy.hide()
        line.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(line)
        self.why = PlainText("", self)
        self.why.setProperty("role", "caption")
        self.why.setAccessibleName("Where that price is from")
        column.addWidget(self.why)
        return column

    def _row_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, gap=8)
        self.add = self._button("New price", lambda: self._add(), row)
        self.twice = self._button("Duplicate", self._duplicate, row)
        self.twice.setToolTip("A price like this one, to be changed: from another day, say")
        self.remove = self._button("Remove", self._remove, row)
        row.addStretch(1)
        return row

    def _end(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, gap=8)
        self._button("Open the folder", lambda: self.desk.wanted.emit("folder"), row)
        row.addStretch(1)
        self._button("Close", self.reject, row)
        self.save = self._button("Save", self._save, row)
        self.save.setProperty("role", "primary")
        return row

    def _button(self, name: str, slot: Callable[[], object], row: QHBoxLayout) -> QPushButton:
        button = QPushButton(name, self)
        button.setAccessibleName(name)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: slot())
        row.addWidget(button)
        return button

    # What is shown.

    def _load(self) -> None:
        file = self.desk.price_file

        async def work() -> None:
            await asyncio.to_thread(file.look)
            self._take()

        self.desk.tasks.start(work(), self)

    def _take(self) -> None:
        """Show the prices as they were read, with what was changed here and not saved."""
        self._book = self.desk.price_file.book
        left = [entry for entry in self._entries if entry.draft is not None]
        rows: list[Entry] = []
        for price in self._book.prices:
            changed = next((one for one in left if one.price == price), None)
            left = [one for one in left if one is not changed]
            rows.append(Entry(price, changed.draft if changed is not None else None))
        self._entries = [*rows, *(Entry(draft=one.draft) for one in left)]
        chosen = len(self._entries) - 1 if left else 0
        self._tell_problem(self.desk.price_file.problem)
        self._show(chosen if self._entries else -1)
        self._look()

    def _tell_problem(self, problem: Problem | None) -> None:
        if self._banner is not None:
            self._banner.leave()
            self._banner = None
        if problem is not None:
            self._banner = NoticeBar(
                problem.title, f"{problem.detail} {ASIDE}", kind="error", parent=self
            )
            self._column.insertWidget(0, self._banner)

    def _show(self, row: int) -> None:
        """The table, with this row in the form."""
        file = self.desk.price_file
        self.table.selectionModel().blockSignals(True)
        self.table.model_.show_rows(self._entries, self._used())
        if 0 <= row < len(self._entries):
            self.table.go_to(row)
        self.table.selectionModel().blockSignals(False)
        some = bool(self._entries)
        self.table.setVisible(some)
        self.empty.setVisible(not some)
        self.empty.setText(UNREAD if file.problem is not None else NONE)
        self._area.setVisible(some)
        self._fill(row)

    def _used(self) -> OwnPrice | None:
        """The one that would be used now for the model on screen."""
        desk = self.desk
        model = desk.session.call.model or desk.profile.model
        tier = desk.session.call.fields.get("service_tier")
        book = PriceBook(prices=tuple(one.price for one in self._entries if one.price is not None))
        day = datetime.now(UTC).date()
        return book.find(desk.profile, model, tier if isinstance(tier, str) else None, day, 0)

    def _look(self) -> None:
        """Say which price would be used now, and why."""
        desk = self.desk
        profile, model = desk.profile, desk.session.call.model or desk.profile.model
        book = desk.price_file.book

        async def work() -> None:
            found = await asyncio.to_thread(look, profile, model, book, datetime.now(UTC))
            self._say_now(found)

        desk.tasks.start(work(), self)

    def _say_now(self, now: Now) -> None:
        whom = f"{now.model} at {now.server}" if now.model else now.server
        each = ", a million tokens" if now.words and now.words != "$0" else ""
        self.now.say(f"Now {whom}: {now.words or 'price unknown'}{each}")
        self.why.say(now.why)
        self.why.setToolTip(f"US dollars a million tokens. The list that is built in: {now.listed}")
        self.copy.setVisible(now.can_copy)

    @property
    def _entry(self) -> Entry | None:
        row = self.table.row
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def _picked(self, to: QModelIndex) -> None:
        self._fill(to.row())

    def _fill(self, row: int) -> None:
        entry = self._entries[row] if 0 <= row < len(self._entries) else None
        for part in (self.twice, self.remove):
            part.setEnabled(entry is not None)
        if entry is not None:
            kept = draft(entry.price) if entry.price is not None else {}
            self.form.show_draft(entry.draft if entry.draft is not None else kept)
        self._say_whether()

    def _say_whether(self) -> None:
        entry = self._entry
        changed = entry is not None and entry.draft is not None
        wrong = read(entry.draft)[1] if entry is not None and entry.draft is not None else {}
        self.save.setEnabled(changed and not wrong)
        self.save.setToolTip(" ".join(wrong.values()) if changed else "Nothing was changed")
        if changed:
            self.said.say("Not saved yet." + (f" {next(iter(wrong.values()))}" if wrong else ""))

    # What the user does.

    def _edited(self) -> None:
        entry = self._entry
        if entry is None:
            return
        written = self.form.draft
        same = entry.price is not None and written == draft(entry.price)
        entry.draft = None if same else written
        self._warned = False
        self.said.say("")
        self._say_whether()
        row = self.table.row
        model = self.table.model_
        model.dataChanged.emit(model.index(row, 0), model.index(row, model.columnCount() - 1))

    def _add(self, *entries: Entry) -> None:
        """Add prices that are to be filled in, and go to the first of them."""
        profile, call = self.desk.profile, self.desk.session.call
        first = len(self._entries)
        fresh = {
            "server": profile.id,
            "model": call.model or profile.model,
            "tier": "standard",
            "since": datetime.now(UTC).date().isoformat(),
        }
        self._entries += entries or (Entry(draft=fresh),)
        self._show(first)
        field = self.form.fields["input"]
        field.setFocus()

    def _duplicate(self) -> None:
        if self._entry is not None:
            self._add(Entry(draft=self.form.draft))

    def _copy_listed(self) -> None:
        desk = self.desk
        profile, model = desk.profile, desk.session.call.model or desk.profile.model

        async def work() -> None:
            when = datetime.now(UTC)
            rows = await asyncio.to_thread(copies, profile.id, profile.base_url, model, when)
            if rows:
                self._add(*(Entry(draft=draft(row)) for row in rows))
                self.said.say("Change what differs, then save it.")

        desk.tasks.start(work(), self)

    def _remove(self) -> None:
        row, entry = self.table.row, self._entry
        if entry is None:
            return
        rest = [one for one in self._entries if one is not entry]
        name = (entry.price.model if entry.price else (entry.draft or {}).get("model", "")) or "it"

        def back() -> None:
            if all(one is not entry for one in self._entries):
                self._entries.insert(min(row, len(self._entries)), entry)
                self._write(list(self._entries), row, f"{name} is there again.")

        def done() -> None:
            if self._undo is not None:
                self._undo.leave()
            text = f"Removed the price of {visible(name)}."
            self._undo = NoticeBar(text, action="Undo", act=back, kind="ok", parent=self)
            self._undo.destroyed.connect(self._undone)
            self._column.insertWidget(self._column.count() - 2, self._undo)

        self._write(rest, max(row - 1, 0), "", done)

    def _undone(self) -> None:
        self._undo = None

    def _save(self) -> None:
        row, entry = self.table.row, self._entry
        if entry is None or entry.draft is None:
            return
        price, _ = read(entry.draft)
        if price is not None:
            rows = list(self._entries)
            rows[row] = Entry(price)
            self._write(rows, row, "Saved. Answers from now on are priced with it.")

    def _write(
        self,
        entries: list[Entry],
        row: int,
        words: str,
        done: Callable[[], object] = lambda: None,
    ) -> None:
        """Write these prices; what was changed and not saved stays as it was."""
        file, desk = self.desk.price_file, self.desk
        book = PriceBook(prices=tuple(one.price for one in entries if one.price is not None))
        self.save.setEnabled(False)

        def write() -> bool:
            file.look()
            if file.book is not self._book:
                return False
            if book != file.book:
                file.save(book)
            return True

        async def work() -> None:
            try:
                written = await asyncio.to_thread(write)
            except Failure as failure:
                problem = failure.problem
                self.said.say(f"{problem.title} {problem.detail}".strip())
                self._say_whether()
                return
            if not written:
                self._take()
                self.said.say(MEANWHILE)
                return
            self._entries, self._book = entries, file.book
            self._tell_problem(file.problem)
            self._show(min(row, len(entries) - 1))
            self.said.say(words)
            done()
            desk.settings_changed.emit()  # what is estimated rests on them

        desk.tasks.start(work(), self)

    def done(self, result: int) -> None:
        if any(one.draft is not None for one in self._entries) and not self._warned:
            self._warned = True
            self.said.say(UNSAVED)
            return
        super().done(result)
