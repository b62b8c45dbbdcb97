"""Prompts: messages with variables, to be used again. What changes is a new version; no version is
ever changed, and an old one comes back as a new one."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from playground.core.variables import Variable, names

Role = Literal["developer", "system", "user", "assistant"]
ROLES: tuple[Role, ...] = ("developer", "system", "user", "assistant")

DEEPEST = 16
"""Folders in each other."""
LONGEST = 120
"""Characters of the name of a folder."""


class Said(BaseModel):
    """A message of a prompt."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: Role
    text: str


class Content(BaseModel):
    """What a version says."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    messages: tuple[Said, ...] = ()
    variables: tuple[Variable, ...] = ()

    @property
    def names(self) -> list[str]:
        """The variables that its messages need, declared or not."""
        return list(dict.fromkeys(name for one in self.messages for name in names(one.text)))

    @property
    def written(self) -> str:
        """All of it as JSON: the same for what is the same, and only for that."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))

    @property
    def text(self) -> str:
        """All of it as lines, so that two versions can be laid beside each other."""
        lines: list[str] = []
        for message in self.messages:
            lines += [f"[{message.role}]", message.text, ""]
        for one in self.variables:
            said = one.model_dump(exclude={"name"}, exclude_defaults=True)
            lines.append(f"{{{{{one.name}}}}} {json.dumps(said, ensure_ascii=False)}")
        return "\n".join(lines)

    @property
    def begun(self) -> tuple[str, tuple[Said, ...]]:
        """(the developer message, what is said after it), as a session has them. Several that
        stand at the beginning are one, with an empty line between."""
        count = 0
        while count < len(self.messages) and self.messages[count].role in ("developer", "system"):
            count += 1
        return "\n\n".join(one.text for one in self.messages[:count]), self.messages[count:]


class Version(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int = Field(ge=1)
    """From 1."""
    created: float
    """Unix seconds."""
    note: str = ""
    """What was changed, and why."""
    content: Content = Content()


class Draft(BaseModel):
    """What somebody has changed and not made a version yet."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    base: int = Field(default=0, ge=0)
    """The version that it began with; 0: there was none."""
    note: str = ""
    content: Content = Content()


class Prompt(BaseModel):
    """A title in a folder, and what it has said so far."""

    model_config = ConfigDict(extra="ignore")

    id: str
    title: str = ""
    folder: str = ""
    """Names with slashes between; see `folder_of`. Empty: in none."""
    trashed: bool = False
    versions: tuple[Version, ...] = ()
    """Oldest first."""

    @property
    def newest(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    @property
    def changed(self) -> float:
        """When it last got a version; 0: it has none."""
        return self.versions[-1].created if self.versions else 0.0

    def version(self, number: int) -> Version | None:
        return next((one for one in self.versions if one.number == number), None)

    def write(self, content: Content, created: float, note: str = "") -> Version | None:
        """Make this what the prompt says: another version, unless it says so already."""
        newest = self.newest
        if newest is not None and newest.content.written == content.written:
            return None
        number = newest.number + 1 if newest is not None else 1
        made = Version(number=number, created=created, note=note, content=content)
        self.versions = (*self.versions, made)
        return made

    def restore(self, number: int, created: float) -> Version | None:
        """Say again what a version said, as a new one; None when nothing would change, or there is
        no such version."""
        old = self.version(number)
        if old is None:
            return None
        return self.write(old.content, created, f"Version {number} again.")


def folder_of(text: str) -> str:
    """A folder as it is kept, of what somebody wrote: `Work/Mail`. No name of it is empty, and none
    begins or ends with a blank."""
    parts = (" ".join(part.split())[:LONGEST].strip() for part in re.split(r"[/\\]", text))
    return "/".join([part for part in parts if part][:DEEPEST])


def within(folder: str, outer: str) -> bool:
    """Whether a folder is `outer`, or lies in it; all lie in the one without a name."""
    return not outer or folder == outer or folder.startswith(f"{outer}/")


def folders(used: Sequence[str]) -> list[str]:
    """All folders that there are, outer ones too, each behind the one that it lies in."""
    found: set[str] = set()
    for folder in used:
        parts = folder.split("/") if folder else []
        found.update(filter(None, ("/".join(parts[: n + 1]) for n in range(len(parts)))))
    return sorted(found, key=lambda one: [(part.casefold(), part) for part in one.split("/")])
