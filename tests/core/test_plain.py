"""Nothing hidden on the screen, nothing obeyed by a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.plain import terminal, visible, whole


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain\ttext\nnext", "plain\ttext\nnext"),
        ("a\r\nb\rc", "a\nb␍c"),
        ("\x00\x07\x1b[31m\x7f\x9b", "␀␇␛[31m␡⟨U+009B⟩"),
        ("user\u202egnp.exe", "user⟨U+202E⟩gnp.exe"),
        ("\u2066a\u2069\u200f", "⟨U+2066⟩a⟨U+2069⟩⟨U+200F⟩"),
        ("zero\u200bwidth\ufeff\u00ad\u2060", "zero⟨U+200B⟩width⟨U+FEFF⟩⟨U+00AD⟩⟨U+2060⟩"),
        ("a\u2028b\u2029c", "a⟨U+2028⟩b⟨U+2029⟩c"),
        ("\ufdd0\ufffc\uffff", "⟨U+FDD0⟩⟨U+FFFC⟩⟨U+FFFF⟩"),
        ("tags \U000e0041\U000e0042", "tags ⟨U+E0041⟩⟨U+E0042⟩"),
        ("\ud83d alone \udc00", "\ufffd alone \ufffd"),
        # What spelling needs stays.
        ("שלום مرحبا 漢字 한글", "שלום مرحبا 漢字 한글"),
        ("می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष"),
        ("👩\u200d💻 👩🏽\u200d🚀 ❤\ufe0f\u200d🔥", "👩\u200d💻 👩🏽\u200d🚀 ❤\ufe0f\u200d🔥"),
        ("☀\ufe0f 1\ufe0f\u20e3 ‼\ufe0f", "☀\ufe0f 1\ufe0f\u20e3 ‼\ufe0f"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e007f", "\U0001f3f4\U000e0067\U000e0062\U000e007f"),
        # The same characters where they only hide something.
        ("pass\u200cword\u200d", "pass⟨U+200C⟩word⟨U+200D⟩"),
        ("م\u200c\u200c\u200cا", "م\u200c⟨U+200C⟩⟨U+200C⟩ا"),
        ("😀\ufe0f\U000e0101\U000e0102", "😀\ufe0f⟨U+E0101⟩⟨U+E0102⟩"),
        ("\U0001f3f4\U000e0067", "\U0001f3f4⟨U+E0067⟩"),
    ],
)
def test_what_is_hidden_is_spelled_out(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(st.text(st.characters(codec=None)))
def test_nothing_is_lost_and_nothing_stays_hidden(text: str) -> None:
    seen = visible(text)
    assert visible(seen) == seen
    assert all(unicodedata.category(c) != "Cc" or c in "\n\t" for c in seen)
    assert not any("\ud800" <= c <= "\udfff" for c in seen)
    assert len(seen) >= len(text.replace("\r\n", "\n"))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("\x1b[31mred\x1b[0m \x1b[2J\x1b[1;1H", "red "),
        ("\x1b]0;title\x07a\x1b]52;c;ZXZpbA==\x1b\\b", "ab"),
        ("\x1b]8;;http://evil\x1b\\text\x1b]8;;\x1b\\", "text"),
        ("\x1bPq#0\x1b\\a\x1b_x\x1b\\b\x1bc\x1b(Bc", "abc"),
        ("\x9b31mred \x9d0;t\x9ca", "red a"),
        ("\x1b]unterminated", "unterminated"),
        ("over\rwrite\b\b\x00", "overwrite"),
        ("\u202eevil \ud800", "evil \ufffd"),
        ("café 漢字 👩\u200d💻", "café 漢字 👩\u200d💻"),
    ],
)
def test_a_terminal_is_sent_text_only(text: str, printed: str) -> None:
    assert terminal(text) == printed


@given(st.text(st.sampled_from("\x1b\x9b[]0;1m\x07\\P_^a\r\n\u202e\ud800")))
def test_no_combination_gets_an_escape_through(text: str) -> None:
    printed = terminal(text)
    assert terminal(printed) == printed
    assert not set(printed) & set("\x1b\x9b\x07\r\u202e\ud800")


def test_halves_of_a_pair_are_joined() -> None:
    assert whole("\ud83d\ude42 \ude42 \ud83d") == "🙂 \ufffd \ufffd"
