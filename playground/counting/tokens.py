"""How many tokens a text has: exact for models whose vocabulary is published, else an estimate.

toktok carries the vocabularies in 8 MB; its first use takes a second, so callers count in a worker.
What is counted is the text alone: the few tokens that a chat adds around each message are not in.
"""

from __future__ import annotations

import re
from typing import NamedTuple

O200K = "o200k_base"
CL100K = "cl100k_base"

ENCODINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), encoding)
    for pattern, encoding in (
        (r"gpt-4o|chatgpt-4o|gpt-4\.1|gpt-4\.5|gpt-5($|-)|gpt-oss|o1($|-)|o3($|-)|o4-mini", O200K),
        (r"gpt-4($|-)|gpt-3\.5|gpt-35|text-embedding-(3|ada)", CL100K),
    )
)
"""Beginnings of model names, and the vocabulary that is known to be theirs."""


class Estimate(NamedTuple):
    tokens: int
    exact: bool


def estimate(text: str, model: str = "") -> Estimate:
    """The tokens of a text for a model.

    Other models are counted with a current vocabulary, which is close for most; without toktok,
    four characters are taken for a token.
    """
    known = _encoding(model)
    try:
        import toktok
    except ImportError:
        return Estimate(-(-len(text) // 4), False)
    text = text.encode("utf-8", "replace").decode()  # half a surrogate pair has no bytes to count
    (count,) = toktok.batch_count([text], known or O200K, threads=1)
    return Estimate(count, known is not None)


def _encoding(model: str) -> str | None:
    """The vocabulary of a model; also of `openai/gpt-4o` and of a fine-tuned `ft:gpt-4o:…`."""
    name = model.lower().rpartition("/")[2].removeprefix("ft:")
    return next((encoding for pattern, encoding in ENCODINGS if pattern.match(name)), None)
