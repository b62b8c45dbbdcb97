"""Home: the one folder that holds everything the program keeps. Nobody else may look into it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from playground.core.problem import Failure, Problem
from playground.store.place import home_path


@dataclass(frozen=True, slots=True)
class Home:
    """Paths only; nothing exists before `prepare`."""

    path: Path

    @staticmethod
    def at(given: str | Path | None, environ: Mapping[str, str]) -> Home:
        """The folder that was named (`--home`), else the variable's, else the platform's."""
        return Home(home_path(given, environ))

    @property
    def database(self) -> Path:
        return self.path / "playground.sqlite3"

    @property
    def settings(self) -> Path:
        return self.path / "settings.json"

    @property
    def prices(self) -> Path:
        """The user's own prices: written by hand, or by the program."""
        return self.path / "prices.json"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def owners(self) -> Path:
        return self.path / "owners"

    def prepare(self) -> Home:
        """Make the folders, closed to others. Raises Failure when that cannot be."""
        try:
            for folder in (self.path, self.logs, self.owners):
                private_folder(folder)
        except OSError as error:
            raise Failure(
                Problem(
                    title="The folder for Playground's data cannot be used.",
                    detail=str(error),
                    remedy="free_space" if error.errno == 28 else "open_folder",
                    facts={"folder": str(self.path)},
                )
            ) from error
        return self


def private_folder(path: Path) -> None:
    """Make the folder and close it to other users.

    A folder that already holds something of somebody else's (`--home /tmp`) keeps its mode: what
    is put into it is closed by itself.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix" and path.stat().st_mode & 0o077 and _is_ours(path):
        path.chmod(0o700)


def _is_ours(path: Path) -> bool:
    names = {entry.name for entry in path.iterdir()}
    home = Home(path)
    ours = {one.name for one in (home.database, home.settings, home.logs, home.owners)}
    return path.stat().st_uid == os.getuid() and (not names or bool(names & ours))


def private_file(path: Path) -> None:
    """Make sure the file exists and only its owner can read it, whatever the umask says."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600))
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)
