"""Which run another one is held beside: versions of the same turn first, then the other turns of
its session, then all there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QMenu

from playground.core.items import Message
from playground.core.plain import visible
from playground.core.session import Run, Session
from playground.store.listing import Row, RunRow
from playground.ui import words
from playground.ui.widgets.palette import Entry

SHOWN = 15
"""Other turns in the menu, the newest ones."""
LONG = 40
"""Characters of what was asked."""


@dataclass(frozen=True, slots=True)
class Choice:
    versions: Sequence[Run]
    """All of the turn, with the run itself."""
    others: Sequence[Run]
    """Of the session, the newest first."""
    run: Run | None = None

    @staticmethod
    def of(session: Session, run: Run) -> Choice:
        sent = [one for one in session.runs.values() if not (one.trashed or one.silent)]
        versions = [one for one in session.children(run.parent) if not one.silent]
        if run.id not in session.runs:
            versions = []
        known = {one.id for one in versions} | {run.id}
        others = sorted(
            (one for one in sent if one.id not in known), key=lambda one: one.created, reverse=True
        )
        return Choice(versions, others, run)

    @property
    def default(self) -> Run | None:
        """The version before the run; of the first one, the next."""
        at = next((n for n, one in enumerate(self.versions) if self.is_run(one)), None)
        if at is None or len(self.versions) < 2:
            return None
        return self.versions[at - 1 if at else 1]

    def is_run(self, one: Run) -> bool:
        return self.run is not None and one.id == self.run.id


def title_of_run(run: Run, choice: Choice) -> str:
    """`version 2 of 3 · gpt-5.4-mini · 14:03`; of a turn with one version, and of another turn,
    what was asked."""
    at = next((n for n, one in enumerate(choice.versions) if one.id == run.id), None)
    count = len(choice.versions)
    first = f"version {at + 1} of {count}" if at is not None and count > 1 else asked(run)
    model = run.transcript.model or run.call.model
    parts = [first, visible(model), words.moment(run.created)]
    state = words.state(run)
    if state is not None and run.transcript.outcome != "completed":
        parts.append(state.words)
    return " · ".join(filter(None, parts))


def asked(run: Run) -> str:
    said = [str(one.text) for one in run.input if isinstance(one, Message)]
    text = " ".join(visible(said[-1]).split()) if said else ""
    if not text:
        return "another run"
    return f"“{text if len(text) <= LONG else text[: LONG - 1].rstrip() + '…'}”"


def offer(
    menu: QMenu,
    choice: Choice,
    current: Run | None,
    take: Callable[[Run], None],
    search: Callable[[], None],
) -> None:
    """Fill a menu with what can be chosen."""
    versions = [one for one in choice.versions if not choice.is_run(one)]
    for title, runs in (
        ("Versions of this turn", versions),
        ("Other turns of this session", choice.others[:SHOWN]),
    ):
        if runs:
            menu.addAction(title).setEnabled(False)
        for run in runs:
            action = menu.addAction(title_of_run(run, choice).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(current is not None and run.id == current.id)
            action.triggered.connect(partial(_taken, take, run))
    if not menu.isEmpty():
        menu.addSeparator()
    menu.addAction("Pick from another session…").triggered.connect(lambda: search())


def _taken(take: Callable[[Run], None], run: Run, _: bool = False) -> None:
    take(run)


def entries_of(
    sessions: Sequence[Row], runs: Sequence[RunRow], take: Callable[[str, str], None]
) -> list[Entry]:
    """All runs that were sent, those of the session that changed last first, to be searched."""
    titles = {one.id: one.title or "Untitled session" for one in sessions}
    order = {one.id: place for place, one in enumerate(sessions)}
    found = [one for one in runs if not one.trashed and (one.outcome or one.owner)]
    found.sort(key=lambda one: (order.get(one.session, 0), -one.created))
    return [
        Entry(
            one.model,
            titles.get(one.session, ""),
            f"{visible(one.model)} · {words.moment(one.created)}",
            partial(take, one.session, one.id),
        )
        for one in found
    ]
