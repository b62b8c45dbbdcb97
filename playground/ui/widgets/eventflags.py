"""What can be remarkable about an event, and how it is said. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Flag = Literal["malformed", "misread", "unknown", "repaired", "masked"]

FLAGS: tuple[Flag, ...] = ("malformed", "misread", "unknown", "repaired", "masked")
"""The worst first."""
WRONG: Final[frozenset[Flag]] = frozenset(FLAGS) - {"masked"}
"""What is to be noticed: a masked key is as it should be."""
TOKENS: Mapping[Flag, str] = {
    "malformed": "error",
    "misread": "error",
    "unknown": "warn",
    "repaired": "warn",
    "masked": "ours",
}
"""In which colour of the theme each stands, beside its own sign."""
TITLES: Mapping[Flag, str] = {
    "malformed": "Malformed",
    "misread": "Misread",
    "unknown": "Unknown type",
    "repaired": "Repaired",
    "masked": "A key was overwritten",
}


class Remark(NamedTuple):
    flag: Flag
    why: str = ""
    """What the reader of the stream said of it."""

    @property
    def short(self) -> str:
        """For somebody who listens to a row."""
        match self.flag:
            case "malformed" | "misread":
                return f"{self.flag}, could not be read"
            case "unknown":
                return "unknown type"
            case "repaired":
                return "repaired"
            case "masked":
                return "a key was overwritten"

    @property
    def sentence(self) -> str:
        match self.flag:
            case "malformed":
                return f"Malformed. This event could not be read: {self.why}"
            case "misread":
                return f"Misread. What it carries could not be read: {self.why}"
            case "unknown":
                return "No type of event that this version knows. It is kept as it is."
            case "repaired":
                return f"Repaired. {self.why}"
            case "masked":
                return "A key stood here and was overwritten, with as many asterisks."
