"""PromptCache: which part of a request the server has seen before, from its first token on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

LEAST = 1024
"""Tokens below which nothing is taken from the cache."""
STEP = 128
"""Cached tokens are a multiple of this."""

_KEPT = 10_000


class PromptCache:
    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, bytes], None] = OrderedDict()

    def reuse(self, model: str, marks: Sequence[tuple[bytes, int]]) -> int:
        """The cached tokens of a request, which from now on is in the cache itself. `marks` are
        those of `Heard`."""
        known = [tokens for digest, tokens in marks if (model, digest) in self._seen]
        for digest, _ in marks[-_KEPT:]:
            self._seen[model, digest] = None
            self._seen.move_to_end((model, digest))
        while len(self._seen) > _KEPT:
            self._seen.popitem(last=False)
        cached = max(known, default=0)
        return cached // STEP * STEP if cached >= LEAST else 0
