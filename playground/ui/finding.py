"""Finding: all that the palette offers: commands, sessions, servers, models, prompts, settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Protocol, runtime_checkable

from PySide6.QtGui import QAction, QKeySequence

from playground.core.problem import Failure
from playground.store.listing import Row
from playground.ui import words
from playground.ui.desk import Desk
from playground.ui.widgets.palette import Entry

PREFERENCES = (
    "Theme",
    "Size",
    "Enter sends",
    "Reduce motion",
    "Connect within",
    "First token within",
    "Silence at most",
    "Retries",
)
"""What stands in the preferences."""


@runtime_checkable
class Findable(Protocol):
    """A panel or dock in which something can be found."""

    def entries(self) -> Iterable[Entry]: ...


async def entries(
    desk: Desk, commands: Mapping[str, QAction], widgets: Iterable[object]
) -> list[Entry]:
    """All there is, what is wanted most often first: `commands` by their titles, which a menu may
    say shorter. What of the store cannot be read is reported and left out."""
    found = [*_commands(commands)]
    try:
        sessions = await desk.workspace.sessions.list()
        prompts = await desk.prompts.list()
    except Failure as failure:
        desk.report(failure.problem)
        sessions, prompts = [], []
    found += [_session(desk, row) for row in sessions]
    for profile in desk.profiles():
        found.append(Entry("server", profile.name, "server", partial(desk.use_profile, profile.id)))
    for prompt in prompts:
        hint = f"prompt · {prompt.folder}" if prompt.folder else "prompt"
        title = prompt.title or "Untitled prompt"
        show = partial(desk.wanted.emit, f"prompts:{prompt.id}")
        found.append(Entry("prompt", title, hint, show))
    for widget in widgets:
        if isinstance(widget, Findable):
            found += widget.entries()
    for name in PREFERENCES:
        open_them = partial(desk.wanted.emit, "preferences")
        found.append(Entry("setting", name, "preferences", open_them))
    return found


def _commands(commands: Mapping[str, QAction]) -> Iterator[Entry]:
    native = QKeySequence.SequenceFormat.NativeText
    for title, action in commands.items():
        if action.isEnabled():
            keys = action.shortcut().toString(native)
            yield Entry("command", title.replace("&", ""), keys, action.trigger)


def _session(desk: Desk, row: Row) -> Entry:
    hint = " · ".join(filter(None, ("session", row.folder, words.day(row.changed))))
    return Entry(
        "session", row.title or "Untitled session", hint, partial(desk.open_session, row.id)
    )
