"""Where the home is. Imported before the first paint, so nothing but paths here."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "PLAYGROUND_HOME"


def default_home() -> Path:
    """Where this platform keeps a user's data of a program."""
    if sys.platform == "linux":
        # What platformdirs says in the usual case; to import it takes 4 ms of those before the
        # first paint.
        own = os.environ.get("HOME", "")
        data = os.environ.get("XDG_DATA_HOME") or f"{own}/.local/share"
        if own.startswith("/") and data.startswith("/"):
            return Path(data, "playground")
    import platformdirs

    return platformdirs.user_data_path("playground", appauthor=False)


def home_path(given: str | Path | None, environ: Mapping[str, str]) -> Path:
    """The folder that was named (`--home`), else the variable's, else the platform's."""
    named = given or environ.get(VARIABLE)
    return Path(named).expanduser().absolute() if named else default_home()
