"""Logs: one private file that turns over, warnings on stderr, and no secret in either."""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from typing import TextIO

from pydantic import SecretStr

from playground.store.home import Home

TOPICS = ("wire", "store", "engine", "ui", "tools")
"""Names of our loggers. Other libraries are heard from WARNING on."""
SIZE = 1 << 20
"""Bytes after which a file turns over; three older ones are kept."""
SHORTEST = 8
"""Characters from which on a secret is overwritten; shorter ones would blot out plain words."""

_secrets: set[str] = set()


def redact(secret: SecretStr) -> None:
    """From now on overwrite this wherever it would be logged."""
    value = secret.get_secret_value()
    if len(value) >= SHORTEST:
        _secrets.add(value)


def redacted(text: str) -> str:
    """The text with every known secret overwritten."""
    for secret in tuple(_secrets):  # another thread may learn of one meanwhile
        if secret in text:
            text = text.replace(secret, "*" * len(secret))
    return text


class Redacting(logging.Formatter):
    """Overwrites secrets in the finished line, so also in arguments and tracebacks.

    Not a filter on the root logger: that one never sees records of the loggers below it.
    """

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class _PrivateFile(RotatingFileHandler):
    def _open(self) -> io.TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        return open(handle, "a", encoding="utf-8", errors="backslashreplace")  # noqa: PTH123


class _Topics(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        topic, _, _ = record.name.partition(".")
        return record.levelno >= logging.WARNING or topic in TOPICS


def configure(
    home: Home, *, level: int = logging.INFO, stderr: TextIO | None = None
) -> Callable[[], None]:
    """Log to the home and, from WARNING on, to stderr. The answer undoes it."""
    file = _PrivateFile(
        home.logs / "playground.log", maxBytes=SIZE, backupCount=3, encoding="utf-8", delay=True
    )
    file.setFormatter(Redacting("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    file.addFilter(_Topics())
    screen = logging.StreamHandler(stderr or sys.stderr)
    screen.setFormatter(Redacting("%(levelname)s: %(message)s"))
    screen.setLevel(logging.WARNING)
    root = logging.getLogger()
    before = root.level
    root.setLevel(level)
    for handler in (file, screen):
        root.addHandler(handler)

    def undo() -> None:
        root.setLevel(before)
        for handler in (file, screen):
            root.removeHandler(handler)
            handler.close()

    return undo
