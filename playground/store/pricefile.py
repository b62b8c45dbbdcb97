"""The file of the user's own prices, which may be edited by hand while the program runs.

Nothing here ever overwrites a table that could not be read: it is set aside first.
"""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path

from playground.core.pricebook import PriceBook, read
from playground.core.problem import Failure, Problem, from_exception

MOST = 4_000_000
"""Bytes of a table; more than that was put there by mistake."""

Seen = tuple[int, int, int]
"""By which a changed file is known: when it was written, its size, which file it is."""


class PriceFile:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = PriceBook()
        """The prices that were read last; none while the table is wrong."""
        self.problem: Problem | None = None
        """Why there are none."""
        self._seen: Seen | None = None

    def look(self) -> bool:
        """Read the file if it has changed; whether it had. Touches the disk: call it in a thread.
        Never raises: what is wrong is then `problem`."""
        try:
            stat = self.path.stat()
            seen: Seen | None = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen == self._seen:
                return False
            if stat.st_size > MOST:
                raise Failure(_unread(f"It is longer than {MOST} bytes.", self.path))
            book, problem = read(self.path.read_bytes().decode("utf-8-sig")), None
        except FileNotFoundError:
            seen, book, problem = None, PriceBook(), None
            if self._seen is None:
                return False
        except Failure as failure:
            facts = {**failure.problem.facts, "file": str(self.path)}
            book = PriceBook()
            problem = failure.problem.model_copy(update={"facts": facts})
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            book, problem = PriceBook(), _unread(f"Line {line}: it is no UTF-8.", self.path)
        except OSError as error:
            if self.problem is not None and self._seen is None:
                return False
            seen, book, problem = None, PriceBook(), _unread(str(error), self.path)
        self._seen, self.book, self.problem = seen, book, problem
        return True

    def save(self, book: PriceBook) -> None:
        """Write the table whole or not at all; one that could not be read is kept under another
        name. Raises Failure."""
        part = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        try:
            self.look()
            if self.problem is not None and self.path.exists():
                stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
                self.path.rename(self.path.with_name(f"prices.broken-{stamp}.json"))
            with open(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w",  # noqa: PTH123
                      encoding="utf-8") as file:  # fmt: skip
                file.write(book.written())
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            problem = from_exception(error)
            raise Failure(
                _unread(str(error), self.path, "Your prices could not be written.")
                if problem.bug
                else problem
            ) from error
        self.look()


def _unread(
    why: str,
    path: Path,
    title: str = "Your table of prices cannot be read. The built-in prices are used.",
) -> Problem:
    return Problem(
        title=title, detail=why, remedy="open_folder", code="prices", facts={"file": str(path)}
    )
