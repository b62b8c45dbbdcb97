"""Log probabilities: invented, but the same for the same token, and never more than one in sum."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from zlib import crc32

from playground.sandbox.fields import Json

_COMMON = (
    " the", " a", " of", " to", ".", ",", " and", " in", " is", " that", " it", "\n",
    " for", " with", " as", " on", " not", " are", " this", " from", " by", " be",
)  # fmt: skip


def likelihoods(token: str, alternatives: int) -> list[tuple[str, float]]:
    """The token itself and `alternatives` - 1 others with their logarithms, the likeliest first."""
    digest = crc32(token.encode("utf-8", "surrogatepass"))
    chosen = 0.5 + digest % 4999 / 10_000
    rest = 1 - chosen
    rows = [(token, math.log(chosen))]
    for place, other in enumerate(islice(_others(token, digest), max(0, alternatives - 1))):
        rows.append((other, math.log(rest / 2 ** (place + 1))))
    return rows


def token_logprob(token: str, top: int) -> Json:
    """One entry of `logprobs.content`, with `top` alternatives, the token among them."""
    rows = likelihoods(token, max(1, top))
    return {**_entry(*rows[0]), "top_logprobs": [_entry(*row) for row in rows[:top]]}


def _others(token: str, digest: int) -> Iterator[str]:
    start = digest % len(_COMMON)
    return (word for word in _COMMON[start:] + _COMMON[:start] if word != token)


def _entry(token: str, logprob: float) -> Json:
    return {
        "token": token,
        "logprob": round(logprob, 6),
        "bytes": list(token.encode("utf-8", "surrogatepass")),
    }
