"""The list of sessions: folders, tags, pins, archive and trash; filters, and what is found."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QWidget

from playground.core.session import new_id
from playground.store.filterwords import typed
from playground.ui.widgets.sessionpicker import Picker
from playground.ui.widgets.sessionrows import ARCHIVE, TRASH, folder_key
from tests.gallery.stage import Stage
from tests.gallery.tapes import Tape, run_of


@dataclass(frozen=True, slots=True)
class Kept:
    title: str
    days: float
    """How long ago it changed."""
    folder: str = ""
    tags: tuple[str, ...] = ()
    pinned: bool = False
    archived: bool = False
    trashed: bool = False
    answer: str = "Not much to say."


KEPT = (
    Kept("Weather desk demo", 0.02, "Demos", ("tools", "talk on Friday"), pinned=True),
    Kept("System prompt, the current one", 3.0, tags=("keep",), pinned=True),
    Kept("Invoice extraction, schema v4", 0.1, "Work/Invoices", ("strict", "review")),
    Kept("Invoices that were scanned upside down, and what the model made of each", 0.4,
         "Work/Invoices", ("review", "scans", "to be told to the vendor", "v4")),
    Kept("Tone of voice, variant B", 0.2, "Work", ("mail",)),
    Kept("Streaming over a slow line", 1.4, "Demos"),
    Kept("Why is the stream slow?", 0.3, tags=("latency",), answer=(
        "The first token comes late because the model has to be loaded. The stream itself is "
        "steady: forty tokens a second. Ask the server for its queue, then look at the stream "
        "again; a proxy that buffers makes a stream slow as well.")),
    Kept("Compare four small models on the same twenty prompts about shipping", 1.1),
    Kept("مقارنة بين النماذج الصغيرة للشحن الدولي والجمارك", 1.3, tags=("عربي",)),
    Kept("東京では何を着ればいいですか、そして大阪では何を食べればいいですか", 2.2),
    Kept("Regular expressions for dates", 12.4, archived=True, folder="Work"),
    Kept("A haiku about recursion 🍂", 19.0, archived=True),
    Kept("Untitled thoughts", 0.6, trashed=True),
    Kept("Try out a key", 2.6, trashed=True, tags=("secret",)),
)  # fmt: skip


async def shelved(stage: Stage, *opened: str) -> None:
    """The sessions, with this unfolded; they go with the state."""
    store, now, ids = stage.app.sessions, time.time(), []
    for number, kept in enumerate(KEPT):
        tape = Tape().begin(kept.title).wait(420).text(kept.answer)
        run = run_of(tape.end(given=640 + 977 * number, made=40 + 61 * number), kept.title)
        run.session, run.created = new_id("ses"), now - kept.days * 86_400
        session = stage.app.workspace.new_session(stage.app.profile("openai"))
        session.id, session.title, session.leaf = run.session, kept.title, run.id
        session.created = session.changed = run.created
        session.folder, session.tags = kept.folder, list(kept.tags)
        session.pinned, session.archived = kept.pinned, kept.archived
        session.trashed = kept.trashed
        ids.append(session.id)
        await store.save(session)
        await store.begin(run)
        await store.finish(run)
    dock = stage.sessions
    dock._opened.update(opened)

    def undo() -> None:
        dock._opened.clear()
        dock.finder.clear()
        stage.window.docks["sessions"].setMaximumWidth(16_777_215)
        dock.menu.shelving.forget(ids)

    stage.after.append(undo)
    stage.window.docks["sessions"].show()
    dock.refresh()
    await stage.settle()


def pick(stage: Stage, *titles: str) -> None:
    model, chosen = stage.sessions.model, stage.sessions.list.selectionModel()
    stage.sessions.list.setFocus()
    for index, node in model.all():
        if node.title in titles:
            chosen.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.Select)


def to_end(stage: Stage) -> None:
    bar = stage.sessions.list.verticalScrollBar()
    bar.setValue(bar.maximum())


async def folders(stage: Stage) -> None:
    await shelved(stage, folder_key("Work"), folder_key("Work/Invoices"))
    stage.sessions.open(stage.sessions.model.sessions[2])
    await stage.settle()


async def several(stage: Stage) -> None:
    await folders(stage)
    pick(stage, KEPT[3].title, KEPT[4].title, KEPT[6].title)


async def menu(stage: Stage) -> None:
    await several(stage)
    view = stage.sessions.list
    place = view.visualRect(view.currentIndex()).center()
    view.ask(view.currentIndex(), view.viewport().mapToGlobal(place))


async def trash(stage: Stage) -> None:
    await shelved(stage, TRASH)
    pick(stage, "Trash")
    to_end(stage)


async def empty_trash(stage: Stage) -> None:
    await trash(stage)
    stage.sessions.menu.shelving.ask_to_empty(2, stage.sessions)


async def archive(stage: Stage) -> None:
    await shelved(stage, ARCHIVE)
    to_end(stage)


async def found(stage: Stage) -> None:
    """By words, and one of the hits opened."""
    await shelved(stage)
    stage.sessions.search.setText("stream slow")
    await stage.settle()
    stage.sessions.open(stage.sessions.model.sessions[0])
    await stage.settle()


async def filtered(stage: Stage) -> None:
    await shelved(stage)
    terms = typed("tag:review folder:Work since:2024-01-01 not:archived").terms
    stage.sessions.finder.add(*terms)


async def nothing(stage: Stage) -> None:
    await shelved(stage)
    stage.sessions.finder.add(*typed("model:gpt is:failed").terms)
    stage.sessions.search.setText("invoice before:soon")
    await stage.settle()


async def filters(stage: Stage) -> None:
    await shelved(stage)
    stage.sessions.finder.button.click()
    await stage.settle()


async def tags(stage: Stage) -> None:
    await several(stage)
    rows = [node.row for node in stage.sessions.list.picked if node.row is not None]
    stage.sessions.menu.ask_for_tags(rows)
    await stage.settle()
    picker(stage).line.setText("re")


async def folder(stage: Stage) -> None:
    await several(stage)
    rows = [node.row for node in stage.sessions.list.picked if node.row is not None]
    stage.sessions.menu.ask_for_folder(rows)
    await stage.settle()
    picker(stage).line.setText("Work/Mail")


async def renaming(stage: Stage) -> None:
    await shelved(stage, folder_key("Work"))
    stage.sessions.menu._rename(folder_key("Work"))


async def narrow(stage: Stage) -> None:
    await folders(stage)
    stage.window.docks["sessions"].setMaximumWidth(190)


def picker(stage: Stage) -> Picker:
    (found,) = (one for one in stage.sessions.list.findChildren(QWidget) if isinstance(one, Picker))
    return found
