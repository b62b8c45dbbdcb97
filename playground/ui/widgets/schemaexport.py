"""A schema taken along: as JSON Schema, Pydantic, TypeScript or Zod; copied, or as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from playground.core.problem import Failure, Problem
from playground.schemas import pydantic_text, typescript, zod
from playground.schemas.source import written
from playground.ui.tasks import Tasks
from playground.ui.widgets.parts import copy, name_tool


class Language(NamedTuple):
    title: str
    suffix: str
    write: Callable[[Any, str], str]
    """Of a schema and its name. Raises Failure for what the language cannot say."""


LANGUAGES = (
    Language("JSON Schema", ".json", lambda schema, _: f"{written(schema)}\n"),
    Language("Pydantic", ".py", pydantic_text.write),
    Language("TypeScript", ".ts", typescript.write),
    Language("Zod", ".ts", zod.write),
)

Given = Callable[[], tuple[Any, str] | None]
"""The schema and its name; None while there is none that can be read."""


class SchemaExport(QToolButton):
    def __init__(self, tasks: Tasks, given: Given, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._given = given
        name_tool(self, "export", "Copy or save the schema, in other languages too")
        menu = QMenu(self)
        for language in LANGUAGES:
            menu.addAction(f"Copy as {language.title}").triggered.connect(
                lambda _=False, it=language: self.copy(it)
            )
        menu.addSeparator()
        for language in LANGUAGES:
            menu.addAction(f"Save as {language.title}…").triggered.connect(
                lambda _=False, it=language: self.save(it)
            )
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def copy(self, language: Language) -> None:
        async def work() -> None:
            if (text := await self._written(language)) is not None:
                copy(text)

        self._tasks.start(work(), self)

    def save(self, language: Language) -> None:
        """Ask for a place, then write the file."""
        given = self._given()
        if given is None:
            return
        dialog = QFileDialog(self, f"Save as {language.title}", f"{given[1]}{language.suffix}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(language.suffix.removeprefix("."))
        dialog.fileSelected.connect(lambda path: self.write(language, Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write(self, language: Language, path: Path) -> None:
        """Write the schema to a file; what goes wrong is reported."""

        async def work() -> None:
            if (text := await self._written(language)) is None:
                return
            try:
                path.write_text(text, encoding="utf-8")
            except OSError as error:
                title, detail = f"{path} cannot be written.", error.strerror or str(error)
                raise Failure(Problem(title=title, detail=detail)) from error

        self._tasks.start(work(), self)

    async def _written(self, language: Language) -> str | None:
        """In a thread: a schema of thousands of properties takes its time."""
        given = self._given()
        return None if given is None else await asyncio.to_thread(language.write, *given)
