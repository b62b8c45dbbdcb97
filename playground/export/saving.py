"""Writing an export into a file: piece by piece, and into its place when it is whole."""

from __future__ import annotations

import contextlib
import errno
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from playground.core.problem import Failure, Problem, from_exception
from playground.export.base import Exported, Exporter
from playground.export.progress import Progress

Cleaned = Callable[[bytes], bytes]
"""What overwrites the secrets that are known."""


def save(
    exporter: Exporter, exported: Exported, path: Path, progress: Progress, cleaned: Cleaned = bytes
) -> None:
    """Write the file; what was there before stays until then, and whenever this comes to nothing.

    Raises Failure, and Cancelled.
    """
    try:
        with replaced(path) as file:
            for piece in written(exporter, exported, progress):
                file.write(cleaned(piece))
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Failure(from_exception(error)) from error
        detail = error.strerror or str(error)
        raise Failure(Problem(title=f"{path} cannot be written.", detail=detail)) from error


def written(exporter: Exporter, exported: Exported, progress: Progress) -> Iterator[bytes]:
    """The file in pieces. Raises Failure, and Cancelled."""
    if exporter.pieces is None:
        progress.at(0, 0)
        made = exporter.write(exported)
        progress.at(0, 0)
        yield made.encode("utf-8", "replace") if isinstance(made, str) else made
        return
    count = len(exported.run.recording)
    for done, piece in exporter.pieces(exported):
        progress.at(done, count)
        yield piece


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """What is written comes to be that file when all of it is there. Raises OSError."""
    place = path.resolve()
    there = place.exists()
    if there and not place.is_file():  # a pipe, a terminal
        with place.open("wb") as file:
            yield file
        return
    # Not with the whole name in it: that may be as long as names can be.
    part = place.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            yield file
        if there:
            part.chmod(place.stat().st_mode & 0o777)
        part.replace(place)
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
