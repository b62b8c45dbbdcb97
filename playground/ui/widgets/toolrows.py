"""The rows of the list of tools: which sources there are, what each offers, and what is wrong with
that. Values only, no Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

from playground.core.tools import Kind, Mode, Tool
from playground.engine.toolbox import MINE, Source, SourceKind
from playground.tools.mcp_values import Status
from playground.ui.widgets.toolhosted import choices_of as choices_of
from playground.ui.widgets.toolhosted import example_of, named

SESSION = ""
"""The id of the group of tools that stand in the session and not in the box."""
SESSION_TITLE = "From this session"
UNKNOWN = "Only its definition is here: it is never run for real."
OTHER = "It is another one here now: this definition is never run for real."
EMPTY = {
    "mine": "What you define stands here.",
    "mcp": "Its tools stand here once it runs.",
    "python": "No function in it can be a tool.",
    "demo": "The demo tools are not there.",
}
"""What is said of a source without tools, by its kind."""
STATES: Mapping[str, tuple[str, str]] = {
    "stopped": ("stopped", "muted"),
    "starting": ("starting", "accent"),
    "ready": ("running", "ok"),
    "crashed": ("crashed", "error"),
}
"""How a server is: the words and the token."""
NOTES = 3
"""Notes of a source that have a row; the tooltip of its head has all."""


@dataclass(frozen=True, slots=True)
class Head:
    """A source."""

    source: str
    """Its id."""
    title: str
    kind: SourceKind | None
    """None: the group of the session."""
    words: str
    """How it stands."""
    token: str
    about: str
    """What else there is to know, in lines."""
    running: bool = False
    """Of a server: it runs, or is about to."""

    @property
    def key(self) -> tuple[str, ...]:
        return ("head", self.source)


@dataclass(frozen=True, slots=True)
class Entry:
    """A tool."""

    source: str
    tool: Tool
    on: bool
    """The model is told of it."""
    mode: Mode | None
    """Who answers; None: the server itself."""
    choices: tuple[Mode, ...]
    """Who may answer."""
    warning: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        return ("tool", self.source, self.tool.id)


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about a source, among its tools."""

    source: str
    text: str
    token: str = "muted"

    @property
    def key(self) -> tuple[str, ...]:
        return ("remark", self.source, self.text)


Row: TypeAlias = Head | Entry | Remark


def rows(
    sources: Iterable[Source],
    offered: Sequence[Tool],
    modes: Mapping[str, Mode],
    states: Mapping[str, Status],
    needle: str = "",
) -> list[Row]:
    """What is shown. offered: the tools of the session's call. modes: who answers, by the tool's
    id. states: of servers, by the source's id. needle: words that a tool must have."""
    sources = list(sources)
    twice = doubled(offered)
    strange = _strange(sources, offered)
    on = {tool.id for tool in offered if id(tool) not in strange}
    words = needle.casefold().split()
    made: list[Row] = []

    def entry(source: str, tool: Tool, on: bool, warning: str = "") -> Entry:
        if on and tool.name in twice and tool.kind != "hosted":
            warning = f"Two offered tools are named {tool.name}: a server takes only one of them."
        choices = choices_of(tool, known=source != SESSION)
        mode = modes.get(tool.id, tool.mode) if choices else None
        return Entry(source, tool, on, mode, choices, warning)

    ours = [
        entry(SESSION, tool, True, strange[id(tool)]) for tool in offered if id(tool) in strange
    ]
    found: list[Entry] = [one for one in ours if _has(one.tool, "", words)]
    if found:
        about = "Definitions that came with the session and are not among the tools of this program"
        made += [Head(SESSION, SESSION_TITLE, None, "", "muted", about), *found]
    for source in sources:
        found = [
            entry(source.id, tool, tool.id in on)
            for tool in source.tools
            if _has(tool, source.title, words)
        ]
        if words and not found:
            continue
        made += [_head(source, states.get(source.id)), *found]
        if not words:
            made += _remarks(source)
    return made


def doubled(offered: Iterable[Tool]) -> set[str]:
    """Names by which a model would know more than one tool."""
    counts = Counter(tool.name for tool in offered if tool.kind != "hosted")
    return {name for name, count in counts.items() if count > 1}


def _strange(sources: Iterable[Source], offered: Iterable[Tool]) -> dict[int, str]:
    """What is wrong with which of the offered tools, by its `id()`: of two with one name each
    stands for itself."""
    box = {tool.id: tool for source in sources for tool in source.tools}
    found: dict[int, str] = {}
    for tool in offered:
        known = box.get(tool.id)
        if known is None:
            found[id(tool)] = UNKNOWN
        elif known.digest != tool.digest:
            found[id(tool)] = OTHER
    return found


def _has(tool: Tool, title: str, words: Sequence[str]) -> bool:
    text = f"{title} {tool.title} {tool.description}".casefold()
    return all(word in text for word in words)


def _head(source: Source, status: Status | None) -> Head:
    lines = [*source.notes]
    if source.wrong is not None:
        words, token = "cannot be read", "error"
        lines.insert(0, f"{source.wrong.title} {source.wrong.detail}".strip())
    elif source.kind == "mcp":
        status = status or Status()
        words, token = STATES[status.state]
        lines = [*filter(None, (status.words, status.command)), *lines]
    else:
        words, token = str(len(source.tools) or ""), "muted"
    if source.kind == "python":
        lines.insert(0, source.id)
    running = status is not None and status.state in ("starting", "ready")
    return Head(source.id, source.title, source.kind, words, token, "\n".join(lines), running)


def _remarks(source: Source) -> Iterator[Remark]:
    if source.wrong is not None:
        yield Remark(source.id, source.wrong.title, "error")
    elif not source.tools:
        yield Remark(source.id, EMPTY[source.kind])
    for note in source.notes[:NOTES]:
        yield Remark(source.id, note)
    if len(source.notes) > NOTES:
        yield Remark(source.id, f"and {len(source.notes) - NOTES} more notes")


def locked(tool: Tool) -> str:
    """Why the definition of a tool cannot be changed here; empty: it can."""
    if "python" in tool.origin:
        return "Defined by its file: change it there, then open that again."
    if "mcp" in tool.origin:
        return "Defined by its server."
    if tool.source != MINE:
        return "It came with the session, and is offered as it is."
    return ""


def blank(kind: Kind, taken: Iterable[str]) -> Tool:
    """A new definition to go on from, under a name that is not taken."""
    if kind == "hosted":
        return named(Tool(source=MINE, name="", kind=kind), example_of("web_search"))
    names = set(taken)
    name = next(one for one in _numbered("new_tool") if one not in names)
    if kind == "custom":
        return Tool(source=MINE, name=name, kind=kind, format={"type": "text"})
    text = {"type": "string", "description": "What it is about"}
    parameters = {
        "type": "object",
        "properties": {"query": text},
        "required": ["query"],
        "additionalProperties": False,
    }
    return Tool(source=MINE, name=name, parameters=parameters)


def _numbered(name: str) -> Iterator[str]:
    yield name
    for number in count(2):
        yield f"{name}_{number}"
