"""What the palette finds, and what comes first."""

from __future__ import annotations

import pytest

from playground.ui.widgets.palette import Entry, rank

TITLES = (
    "New session",
    "Theme: Dark",
    "Money panel",
    "Export this session…",
    "Prune and run",
    "Run all columns",
    "stream_options.include_obfuscation",
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", TITLES),
        ("money", ("Money panel",)),
        ("panel money", ("Money panel",)),
        ("dark theme", ("Theme: Dark",)),
        ("run", ("Run all columns", "Prune and run")),
        ("expses", ("Export this session…",)),
        ("NSS", ("New session",)),
        ("repeat", ()),
        ("session", ("New session", "Export this session…")),
        ("  ", TITLES),
    ],
)
def test_ranks(query: str, found: tuple[str, ...]) -> None:
    places = [
        (place, at) for at, one in enumerate(TITLES) if (place := rank(query, one)) is not None
    ]
    assert tuple(TITLES[at] for _, at in sorted(places)) == found


def test_an_entry_says_what_it_is() -> None:
    entry = Entry("model", "gpt-5", "model", lambda: None)
    assert rank("model gpt", f"{entry.title} {entry.kind}") is not None
