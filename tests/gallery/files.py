"""Files that come in and go out: how far it is, and what could not be read."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from playground.core.resources import resource
from playground.export.progress import Progress
from playground.ui.widgets.progressnotice import PATIENCE, ProgressNotice
from tests.gallery.stage import Stage

WHOLE = resource("demos", "weather-desk.jsonl")


async def broken(stage: Stage) -> None:
    """A recording that was cut short, with a line that somebody has changed."""
    lines = WHOLE.read_bytes().split(b"\n")
    lines[40] = lines[40].replace(b'"t_ns":', b'"t_ns":"', 1)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "weather desk.jsonl"
        path.write_bytes(b"\n".join(lines[:90]) + b"\n" + lines[90][:30])
        stage.shell.importing.read([path])
        await stage.settle()
    stage.window.docks["inspector"].show()


async def unknown(stage: Stage) -> None:
    """A file that is something else, one of a newer version, and one that is not there."""
    with TemporaryDirectory() as folder:
        notes, newer = Path(folder) / "notes.json", Path(folder) / "newer.jsonl"
        notes.write_text('{"title": "Notes"}')
        newer.write_text('{"format":"playground.run","version":2}\n')
        stage.shell.importing.read([notes, newer, Path(folder) / "gone.jsonl"])
        await stage.settle()


async def long(stage: Stage) -> None:
    """A large file is read while another is written."""
    for words, share in (("Reading nightly-run.jsonl", 0.62), ("Writing run.html", None)):
        progress = Progress()
        if share is not None:
            progress.at(round(share * 1000), 1000)
        stage.desk.busy.emit(words, progress)
        stage.after.append(partial(setattr, progress, "over", True))
    for notice in stage.window.findChildren(ProgressNotice):
        for _ in range(PATIENCE):
            notice.look()
    await stage.settle()
