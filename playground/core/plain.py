"""Foreign text made safe to look at: nothing hidden on the screen, nothing obeyed by a terminal.

Not a filter for what is stored or sent, nor for code that is copied: those keep every character.
"""

from __future__ import annotations

import re
import unicodedata

_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_JOINERS = "\u200c\u200d"
_ZERO_WIDTH = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b"
    "\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
)
# Line and paragraph separators, annotation marks, and the noncharacters that a text engine may
# use for itself (Qt marks frames with U+FDD0 and objects with U+FFFC).
_STRUCTURE = "\u2028\u2029\ufff0-\ufffc\ufdd0-\ufdef\ufffe\uffff"
_VARIATION = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS = "\U000e0000-\U000e007f"
_SURROGATES = "\ud800-\udfff"

# The flags of England, Scotland, Texas … are a black flag followed by letters in tag characters.
_FLAG = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f"

_HIDDEN = re.compile(
    f"\r\n|{_FLAG}"
    f"|[{_CONTROL}{_BIDI}{_JOINERS}{_ZERO_WIDTH}{_STRUCTURE}{_VARIATION}{_TAGS}{_SURROGATES}]"
)

_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, erase
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # OSC: titles, links, the clipboard
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)"  # DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]"  # everything shorter
)
_UNPRINTED = re.compile(f"[{_CONTROL}{_BIDI}]")
_LONE = re.compile(f"[{_SURROGATES}]")

# Scripts whose spelling needs the joiners: Arabic to N'Ko, the Indic scripts to Sinhala, Tibetan,
# Myanmar, Khmer, Mongolian, and what lies in the blocks that extend them.
_JOINING = (
    (0x0600, 0x08FF),
    (0x0900, 0x0DFF),
    (0x0F00, 0x109F),
    (0x1780, 0x18AF),
    (0x1900, 0x1CFF),
    (0xA800, 0xABFF),
    (0xFB50, 0xFDCF),
    (0xFE70, 0xFEFC),
    (0x10A00, 0x11FFF),
)


def visible(text: str) -> str:
    """The text with nothing hidden in it: what cannot be seen is spelled out.

    Controls become their pictures (␛), bidi controls, zero-width and tag characters their code
    points (⟨U+202E⟩), lone surrogates U+FFFD. Tabs and line ends stay (CRLF becomes LF), and so
    do joiners and variation selectors where spelling needs them: inside emoji and after letters
    of joining scripts. Text that merely runs right to left is left alone.
    """
    return text if _HIDDEN.search(text) is None else _HIDDEN.sub(_spell_out, text)


def terminal(text: str) -> str:
    """The text for standard output: no escape sequence, no control but tab and line feed."""
    return whole(_UNPRINTED.sub("", _ESCAPE.sub("", text)))


def whole(text: str) -> str:
    """The text with halves of surrogate pairs joined, and U+FFFD for those left alone."""
    if _LONE.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _spell_out(match: re.Match[str]) -> str:
    found = match.group()
    if len(found) > 1:
        return "\n" if found == "\r\n" else found
    code = ord(found)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    if code in (0x200C, 0x200D):
        kept = _joins(before, after)
    elif 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        kept = _varies(before)
    else:
        kept = False
    return found if kept else f"⟨U+{code:04X}⟩"


def _joins(before: str, after: str) -> bool:
    """Whether a joiner between these two has something to join."""
    if not before or not after:
        return False
    if any(low <= ord(before) <= high for low, high in _JOINING):
        return True
    return _pictures(before) and _pictures(after)


def _pictures(character: str) -> bool:
    """Whether the character can be a part of an emoji: a symbol, a skin tone, the emoji style."""
    return unicodedata.category(character) in ("So", "Sk") or character == "\ufe0f"


def _varies(before: str) -> bool:
    """Whether a variation selector has something to vary: one sign, and not another selector.

    More than one in a row is how bytes are smuggled inside a single emoji.
    """
    return bool(before) and (
        unicodedata.category(before) in ("So", "Sm", "Sk", "Po", "Nd", "Lo") or before in "#*"
    )
