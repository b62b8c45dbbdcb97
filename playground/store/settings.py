"""Settings: what the user chose, as one typed declaration, in one file that is never lost.

A file that cannot be read is set aside under another name; one of a newer version is read as far
as it is understood and left as it is. Writing replaces the file in one step.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from playground.core.budget import Budgets
from playground.core.problem import Failure, Problem, from_exception
from playground.core.profile import Profile
from playground.core.tools import ToolSettings

Theme = Literal["light", "dark", "system", "contrast"]

Migration = Callable[[dict[str, Any]], dict[str, Any]]
"""From the values of one version to those of the next. Pure; its docstring says why."""

MIGRATIONS: tuple[Migration, ...] = ()
VERSION = 1 + len(MIGRATIONS)


class Limits(BaseModel):
    """How long a server may be silent, in seconds, and how often it is asked again."""

    model_config = ConfigDict(extra="ignore", validate_assignment=True)

    connect: float = Field(default=10, gt=0)
    """Until the connection stands."""
    first_token: float = Field(default=600, gt=0)
    """From the request to the first data. Long: a local model may have to be loaded."""
    idle: float = Field(default=300, gt=0)
    """Between any two bytes after that."""
    retries: int = Field(default=2, ge=0, le=10)
    """After the first attempt, where a failure may pass."""


class Settings(BaseModel):
    model_config = ConfigDict(extra="ignore", validate_assignment=True)

    version: int = VERSION
    theme: Theme = "system"
    """`contrast` is dark with stronger lines and no shades of grey in text."""
    scale: float = Field(default=1.0, ge=1.0, le=2.0)
    """Of everything on screen, beside what the desktop already scales."""
    enter_sends: bool = True
    """Enter sends and Shift+Enter begins a line; off: the reverse."""
    reduce_motion: bool = False
    """Nothing moves or fades that need not."""
    profile: str = ""
    """The id of the profile that was used last."""
    profiles: list[Profile] = Field(default_factory=list)
    """The user's own, and the built-in ones that the user has changed. No keys: those are in the
    keyring."""
    limits: Limits = Field(default_factory=Limits)
    budgets: Budgets = Field(default_factory=Budgets)
    tools: ToolSettings = Field(default_factory=ToolSettings)
    shortcuts: dict[str, str] = Field(default_factory=dict)
    """Keys that the user gave to commands, by their titles; empty: the command has none. What is
    not here has the keys it came with."""
    prompt_folders: list[str] = Field(default_factory=list)
    """Folders of prompts that somebody made, also while nothing lies in them."""
    window: dict[str, str] = Field(default_factory=dict)
    """How the window was left: geometry and docks in the toolkit's own words (base64), the panel
    in front by name."""


class SettingsFile:
    def __init__(self, path: Path, *, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        self.path = path
        self._migrations = migrations
        self._refusal: Problem | None = None
        """Why the file must not be written, once that is known."""
        self._writing = threading.Lock()

    def load(self) -> tuple[Settings, Problem | None]:
        """The settings, and what was wrong with the file. Never raises: what cannot be read has
        its default."""
        try:
            data = json.loads(self.path.read_bytes())
            if not isinstance(data, dict):
                raise ValueError(f"{type(data).__name__} where an object belongs")
        except FileNotFoundError:
            return Settings(), None
        except OSError as error:
            self._refusal = Problem(
                title="The settings cannot be read, so they are not written either.",
                detail=str(error),
                remedy="open_folder",
                facts={"file": str(self.path)},
            )
            return Settings(), self._refusal
        except (ValueError, RecursionError) as error:
            return Settings(), self._set_aside(str(error))
        return self._read(data)

    def save(self, settings: Settings) -> None:
        """Write the file whole or not at all, from any thread: the last one that comes writes what
        is so by then. Raises Failure."""
        with self._writing:
            self._save(settings)

    def _save(self, settings: Settings) -> None:
        if self._refusal is not None:
            raise Failure(self._refusal)
        text = json.dumps(settings.model_dump(mode="json"), indent=2) + "\n"
        part = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        try:
            with open(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:  # noqa: PTH123
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            problem = from_exception(error)
            if problem.bug:
                problem = Problem(
                    title="The settings could not be written.",
                    detail=str(error),
                    remedy="open_folder",
                    facts={"file": str(self.path)},
                )
            raise Failure(problem) from error

    def _read(self, data: dict[str, Any]) -> tuple[Settings, Problem | None]:
        version = data.get("version")
        newest = 1 + len(self._migrations)
        if not isinstance(version, int) or version < 1:
            return Settings(), self._set_aside(f"version {version!r}")
        if version > newest:
            self._refusal = Problem(
                title="The settings were written by a newer version of Playground.",
                detail=f"They have version {version}; this one knows {newest}. The file is left as"
                " it is, and changes last until the window is closed.",
                remedy="update",
                facts={"file": str(self.path)},
            )
            return _salvaged(data)[0], self._refusal
        for step in self._migrations[version - 1 :]:
            data = step(data)
        settings, wrong = _salvaged(data)
        settings.version = newest
        return settings, self._set_aside(wrong) if wrong else None

    def _set_aside(self, why: str) -> Problem:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        aside = self.path.with_name(f"{self.path.stem}.broken-{stamp}{self.path.suffix}")
        problem = Problem(
            title="The settings file was damaged. It was set aside; what could not be read has its"
            " default.",
            detail=why,
            remedy="open_folder",
            facts={"file": str(aside)},
        )
        try:
            self.path.rename(aside)
        except OSError as error:
            self._refusal = problem.model_copy(
                update={
                    "title": "The settings file is damaged and could not be set aside, so it is not"
                    " written.",
                    "detail": f"{why}; {error}",
                    "facts": {"file": str(self.path)},
                }
            )
            return self._refusal
        return problem


def _salvaged(data: dict[str, Any]) -> tuple[Settings, str]:
    """The settings without the fields that are wrong, and what is wrong with them."""
    try:
        return Settings.model_validate(data), ""
    except ValidationError as error:
        wrong = {str(row["loc"][0]) for row in error.errors() if row["loc"]}
        why = "; ".join(f"{'.'.join(map(str, row['loc']))}: {row['msg']}" for row in error.errors())
        kept = {name: value for name, value in data.items() if name not in wrong}
        return Settings.model_validate(kept), why
