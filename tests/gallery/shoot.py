"""Photographs every state: `python -m tests.gallery.shoot OUT [--only NAME …]`.

One process has one scale factor, so this is a program of its own. It writes the pictures into OUT
and, as JSON on its last line, what is in them and what is wrong with them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QImage

from playground import desktop
from playground.ui import theme
from tests.gallery.faults import faults
from tests.gallery.stage import SIZE, Stage, on
from tests.gallery.states import STATES, State

KINDS = ("light-100", "dark-100", "contrast-100", "light-large", "light-200", "dark-200")
"""Theme and size; those at 200 are of a process with that scale factor."""

LIMIT = 1700
"""Seconds for all of it."""
LARGE = (1920, 1200)
"""The window for type of double size."""
FINE = (1280, 800)
"""The window of most states at 200 %: that of a small portable computer."""
SWITCHED = ("sessions", "attaching", "parameters", "done", "refused-key", "undo", "servers")
"""States under which the theme is changed, too."""
QUIET = "This plugin does not support"


class Album:
    """The pictures of one process."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.rows: list[dict[str, Any]] = []
        self.kept: dict[str, QImage] = {}
        """The dark pictures of the states in SWITCHED."""
        self.warnings: list[str] = []
        self._saving = ThreadPoolExecutor(1)
        self._saved: list[Future[bool]] = []

    def add(self, state: State, kind: str, stage: Stage, image: QImage) -> None:
        """Keep a picture of a state, and what is wrong with it."""
        file = f"{state.name}.{kind}.png"
        self._saved.append(self._saving.submit(save, image, self.out / file))
        found = [*faults(stage.shown(), image), *self.warnings]
        self.warnings.clear()
        self.rows.append({"state": state.name, "title": state.title, "kind": kind, "file": file,
                          "faults": found})  # fmt: skip

    def differs(self, name: str, image: QImage) -> None:
        """A picture of a state that is not what it should be."""
        row = next(row for row in self.rows if row["state"] == name and row["kind"] == "dark-100")
        row["faults"].append("looks otherwise when the theme changes under it")
        save(image, self.out / row["file"].replace("dark-100", "switched-100"))

    def close(self) -> None:
        self._saving.shutdown()
        assert all(saved.result() for saved in self._saved)


def save(image: QImage, path: Path) -> bool:
    return image.save(str(path), "PNG", 80)  # type: ignore[call-overload]


async def shoot(album: Album, kind: str, states: Sequence[State]) -> None:
    """Photograph these states in a window of their own, on a fresh home."""
    look, _, size = kind.partition("-")
    theme.apply(look, 2.0 if size == "large" else 1.0)
    with tempfile.TemporaryDirectory() as folder:
        stage = await on(Path(folder) / "home")
        try:
            for state in states:
                await stage.clear()
                stage.subject.resize(*_size(state, size))
                await state.make(stage)
                await stage.settle()
                picture = stage.picture()
                album.add(state, kind, stage, picture)
                if kind == "dark-100" and state.name in SWITCHED:
                    album.kept[state.name] = picture
            await stage.clear()
        finally:
            await stage.desktop.close()
            stage.window.deleteLater()


async def switch(album: Album, states: Sequence[State]) -> None:
    """What was light and turns dark must look like what was dark from the start."""
    with tempfile.TemporaryDirectory() as folder:
        theme.apply("light")
        stage = await on(Path(folder) / "home")
        try:
            for state in states:
                theme.apply("light")
                await stage.clear()
                await state.make(stage)
                await stage.settle()
                theme.apply("dark")
                await stage.settle()
                if (picture := stage.picture()) != album.kept[state.name]:
                    album.differs(state.name, picture)
            await stage.clear()
        finally:
            await stage.desktop.close()
            stage.window.deleteLater()


def _is_seen(state: State, kind: str) -> bool:
    match kind:
        case "contrast-100":
            return state.contrast
        case "light-large":
            return state.large
        case _:
            return True


def _size(state: State, kind: str) -> tuple[int, int]:
    if kind == "large":
        return LARGE
    return FINE if kind == "200" and state.size == SIZE else state.size


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--kinds", nargs="*", choices=KINDS, help="default: all of its scale")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    os.environ.pop("OPENAI_API_KEY", None)
    percent = round(100 * float(os.environ.get("QT_SCALE_FACTOR", "1")))
    album = Album(args.out)
    states = [state for state in STATES if not args.only or state.name in args.only]

    def heard(kind: QtMsgType, _: object, message: str) -> None:
        if not message.startswith(QUIET):
            album.warnings.append(f"Qt says: {message}")

    qInstallMessageHandler(heard)
    desktop.application().setCursorFlashTime(0)  # a caret that blinks makes two pictures of one
    theme.apply("light")

    async def work() -> int:
        async with asyncio.timeout(LIMIT):
            for kind in args.kinds or [one for one in KINDS if (percent == 200) == ("200" in one)]:
                await shoot(album, kind, [one for one in states if _is_seen(one, kind)])
            await switch(album, [one for one in states if one.name in album.kept])
        album.close()
        return 0

    status = desktop.run(work)
    qInstallMessageHandler(None)
    sys.stdout.write(json.dumps(album.rows, ensure_ascii=False) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
