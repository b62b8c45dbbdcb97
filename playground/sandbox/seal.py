"""Seal: opaque text that a client keeps for the server, and that the server knows as its own."""

from __future__ import annotations

import base64

_MARK = b"sandbox seal"
_BEGINNING = base64.b64encode(_MARK).decode()


def sealed(text: str) -> str:
    """Stands for what a real server encrypts."""
    return base64.b64encode(_MARK + text.encode("utf-8", "surrogatepass")).decode()


def is_sealed(text: str) -> bool:
    return text.startswith(_BEGINNING)
