"""Pieces of text the size of a model's tokens. An estimate: no vocabulary is loaded here.

What is streamed, counted and limited are the same pieces, so a script's usage always agrees with
its deltas.
"""

from __future__ import annotations

import re

_PIECE = re.compile(
    r"""
      [\u2e80-\ud7ff\uf900-\ufaff]  # one of Chinese, Japanese or Korean
    | \ ?[^\W\d_\u2e80-\ud7ff\uf900-\ufaff]{1,10}  # a word, with the blank before it
    | \ ?\d{1,3}
    | \ ?[^\w\s]{1,3}
    | \s+
    | .
    """,
    re.VERBOSE | re.DOTALL,
)

Pieces = tuple[str, ...]


def split(text: str) -> Pieces:
    """Cuts text into pieces that join to the same text."""
    return tuple(_PIECE.findall(text))


def count(text: str) -> int:
    return sum(1 for _ in _PIECE.finditer(text))
