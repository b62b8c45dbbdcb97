"""Bodies of requests with text in them that code has to be careful with."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from playground.providers.request import encode

BODIES = 40
"""As many as are tried where that costs next to nothing."""

TROUBLE = (
    "'", '"', "'''", '"""', "`", "``", "\\", "\\\\'", "\\n", "\n", "\r\n", "\r", "\t", "\x00",
    "\x1b[0m", "\x7f", "\x85", "\u2028", "\u2029", "\ufeff", "\u202e", "\u200b", "$", "$HOME",
    "${HOME}", "$(id)", "$'x'", "`id`", "!!", "!$", "%s", "%%", "%d", "{", "}", "{0}", "{name}",
    "[", "]", "*", "?", "~", "#", "//", "*/", "/*", "<!--", "</script>", "&", "|", ";", "EOF\n",
    "@file", "@-", "-", "--data", "=", "é", "e\u0301", "世界", "مرحبا", "👩\u200d🚀", "\U0010ffff",
    "\ud800", "\udfff", "\udc80x", "None", "null", "__proto__",
)  # fmt: skip
HALVES = range(0xD800, 0xE000)
"""Each is half of a surrogate pair: JSON can say it, and UTF-8 cannot."""
PIECES = st.one_of(st.sampled_from(TROUBLE), st.text(max_size=8))
TEXTS = st.lists(PIECES, max_size=6).map("".join)
VALUES = st.recursive(
    st.one_of(
        TEXTS, st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False),
        st.integers(-(2**63), 2**64),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)  # fmt: skip
EVERYTHING = {"input": [*TROUBLE, "".join(TROUBLE)], "".join(TROUBLE): 1}
LONG = {"input": "".join(TROUBLE) * 1000 + "ü" * 40_000}


def bodies(count: int) -> list[str]:
    """Two that hold everything, one of them longer than 200 kB, and so many that are drawn."""
    found: list[dict[str, Any]] = [{"model": "m", **EVERYTHING}, {"model": "m", **LONG}]

    @settings(max_examples=count, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(st.dictionaries(TEXTS, VALUES, max_size=4), TEXTS)
    def drawn(more: dict[str, Any], said: str) -> None:
        found.append({"input": said, **more, "model": "m", "stream": False})

    drawn()
    return [encode(one).decode() for one in found]


def has_halves(body: str) -> bool:
    return any(ord(one) in HALVES for one in json.dumps(json.loads(body), ensure_ascii=False))
