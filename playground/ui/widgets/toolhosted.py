"""Tools that a server has by itself: the kinds that are known, what each does, an example of each,
and which of them the client has to answer all the same. Values only, no Qt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.core.tools import MODES, Mode, Tool

Options = dict[str, Any]
"""All of a hosted tool, as the request has it: its `type`, and what else it takes."""


@dataclass(frozen=True, slots=True)
class HostedKind:
    title: str
    about: str
    example: Options
    here: bool = False
    """The server only asks for it: this program has to answer."""
    needed: tuple[str, ...] = ()
    """Options without which servers refuse it; of several in one word any is enough."""


KINDS: Mapping[str, HostedKind] = {
    "web_search": HostedKind(
        "Web search",
        "The server searches the web, and the answer cites what it found.",
        {
            "type": "web_search",
            "search_context_size": "medium",
            "user_location": {"type": "approximate", "country": "NO", "city": "Oslo"},
            "filters": {"allowed_domains": ["example.com"]},
        },
    ),
    "file_search": HostedKind(
        "File search",
        "The server searches files that were put into its vector stores.",
        {"type": "file_search", "vector_store_ids": ["vs_123"], "max_num_results": 8},
        needed=("vector_store_ids",),
    ),
    "code_interpreter": HostedKind(
        "Code interpreter",
        "The model writes Python, and the server runs it in a container of its own.",
        {"type": "code_interpreter", "container": {"type": "auto", "memory_limit": "1g"}},
        needed=("container",),
    ),
    "image_generation": HostedKind(
        "Image generation",
        "The server draws pictures into the answer.",
        {
            "type": "image_generation",
            "size": "1024x1024",
            "quality": "low",
            "output_format": "png",
            "partial_images": 1,
        },
    ),
    "mcp": HostedKind(
        "MCP server",
        "The server itself calls an MCP server, and asks for approval unless told not to.",
        {
            "type": "mcp",
            "server_label": "docs",
            "server_url": "https://example.com/mcp",
            "allowed_tools": ["search"],
            "require_approval": "always",
        },
        needed=("server_label", "server_url connector_id tunnel_id"),
    ),
    "computer": HostedKind(
        "Computer",
        "The model asks for clicks, keys and screenshots. Nothing here carries them out: each call "
        "is answered by hand, by rules, or refused.",
        {"type": "computer"},
        here=True,
    ),
    "computer_use_preview": HostedKind(
        "Computer, preview",
        "The same for older models, with the size of the screen.",
        {
            "type": "computer_use_preview",
            "display_width": 1024,
            "display_height": 768,
            "environment": "browser",
        },
        here=True,
        needed=("display_width", "display_height", "environment"),
    ),
    "shell": HostedKind(
        "Shell",
        "The model asks for commands. A local one is never run here: it is answered by hand, by "
        "rules, or refused. In a container the server runs it.",
        {"type": "shell", "environment": {"type": "local"}},
        here=True,
    ),
    "local_shell": HostedKind(
        "Local shell",
        "The same for older models. Never run here.",
        {"type": "local_shell"},
        here=True,
    ),
    "apply_patch": HostedKind(
        "Apply patch",
        "The model asks for changes of files. None is ever made here: each call is answered by "
        "hand, by rules, or refused.",
        {"type": "apply_patch"},
        here=True,
    ),
    "tool_search": HostedKind(
        "Tool search",
        "Definitions with `defer_loading` are shown to the model only when it looks for them.",
        {"type": "tool_search"},
    ),
    "programmatic_tool_calling": HostedKind(
        "Programmatic calls",
        "A program at the server may call the tools.",
        {"type": "programmatic_tool_calling"},
    ),
}
"""By the `type` of the request."""


def answered_here(hosted: Options) -> bool:
    """Whether its calls wait for an answer of ours."""
    if hosted.get("type") == "shell":
        environment = hosted.get("environment")
        return not isinstance(environment, dict) or environment.get("type") == "local"
    kind = KINDS.get(str(hosted.get("type")))
    return kind is not None and kind.here


def example_of(kind: str) -> Options:
    """A copy that may be changed; of a kind that is not known only its type."""
    known = KINDS.get(kind)
    made: Options = json.loads(json.dumps(known.example)) if known else {"type": kind}
    return made


def remarks(hosted: Options) -> list[str]:
    """What a server will not like about it, and what its owner may not, in sentences."""
    kind = KINDS.get(str(hosted.get("type")))
    if kind is None:
        return ["This type is not known here. It goes out as it stands."]
    said = [
        f"Servers want `{one.replace(' ', '` or `')}`."
        for one in kind.needed
        if not any(hosted.get(name) for name in one.split())
    ]
    secret = [name for name in ("authorization", "headers") if hosted.get(name)]
    if secret:
        said.append(f"What stands in `{secret[0]}` is kept with the session as plain text.")
    return said


def name_of(hosted: Options) -> str:
    """What a hosted tool is called in lists: it has no name of its own."""
    return str(hosted.get("server_label") or hosted.get("type") or "hosted")


def named(tool: Tool, hosted: Options) -> Tool:
    """The tool with these options, and the name that follows from them."""
    return tool.model_copy(update={"hosted": hosted, "name": name_of(hosted)})


def choices_of(tool: Tool, *, known: bool) -> tuple[Mode, ...]:
    """Who may answer its calls; none: the server does. known: it is among those of the box."""
    if tool.kind == "hosted" and not answered_here(tool.hosted):
        return ()
    return tuple(mode for mode in MODES if mode != "real" or (known and tool.origin))
