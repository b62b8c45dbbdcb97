"""The items that only the Responses dialect has: how each kind is opened, what is streamed of it,
and which events lie between its two ends.

A kind that is not in the table, because it is newer than this server, is opened and closed like
any other and has the events that its script gives it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from playground.sandbox import tokens
from playground.sandbox.fields import Json
from playground.sandbox.tokens import Pieces

COMMANDS = "response.shell_call_command"
OUTPUT = "response.shell_call_output_content"


@dataclass(frozen=True, slots=True)
class Kind:
    prefix: str
    """Of its ids."""
    before: tuple[str, ...] = ()
    """Stages of its work before the text in it, and after."""
    after: tuple[str, ...] = ()
    text: tuple[str, str] | None = None
    """The events and the field of the text that is streamed."""
    call: bool = False
    """It has a call_id, by which its output names it."""
    blank: Json = field(default_factory=dict)
    """What is not known yet when it is opened."""
    status: bool = True
    unfinished: str = "incomplete"
    """Its status when the answer ended in the middle of it."""


KINDS = {
    "web_search_call": Kind("ws_", ("in_progress", "searching"), ("completed",)),
    "file_search_call": Kind(
        "fs_", ("in_progress", "searching"), ("completed",), blank={"queries": [], "results": None}
    ),
    "code_interpreter_call": Kind(
        "ci_",
        ("in_progress",),
        ("interpreting", "completed"),
        text=("code_interpreter_call_code", "code"),
        blank={"code": "", "outputs": None},
    ),
    "image_generation_call": Kind(
        "ig_",
        ("in_progress", "generating"),
        ("completed",),
        blank={"result": None},
        unfinished="failed",
    ),
    "mcp_list_tools": Kind(
        "mcpl_", ("in_progress",), ("completed",), blank={"tools": []}, status=False
    ),
    "mcp_call": Kind(
        "mcp_",
        ("in_progress",),
        ("completed",),
        text=("mcp_call_arguments", "arguments"),
        blank={"arguments": "", "output": None, "error": None},
    ),
    "mcp_approval_request": Kind("mcpr_", status=False),
    "computer_call": Kind("cu_", call=True),
    "shell_call": Kind("sh_", call=True),
    "shell_call_output": Kind("sho_", call=True, blank={"output": []}),
    "apply_patch_call": Kind("apc_", call=True, unfinished="in_progress"),
    "local_shell_call": Kind("lsh_", call=True),
    "compaction": Kind("cmp_", ("compacting",), status=False),
}


def kind_of(item: Json) -> Kind:
    name = str(item["type"])
    return KINDS.get(name) or Kind(f"{name}_", call="call_id" in item, status="status" in item)


def included(item: Json, include: Collection[str]) -> Json:
    """The item without what an answer has on request only."""
    item = dict(item)
    match item["type"]:
        case "file_search_call" if "file_search_call.results" not in include:
            item["results"] = None
        case "code_interpreter_call" if "code_interpreter_call.outputs" not in include:
            item["outputs"] = None
        case "web_search_call" if "web_search_call.action.sources" not in include:
            action = item["action"]
            item["action"] = {name: action[name] for name in action if name != "sources"}
    return item


def streamed(item: Json) -> tuple[Pieces, ...]:
    """The texts of a finished item that come in deltas."""
    if item["type"] == "shell_call":
        return tuple(map(tokens.split, item["action"]["commands"]))
    text = kind_of(item).text
    return (tokens.split(item[text[1]]),) if text else ()


def finished(item: Json, sections: Sequence[Pieces], *, complete: bool) -> Json:
    """The item as its last event has it; the streamed text as far as it came."""
    kind = kind_of(item)
    item = dict(item)
    texts = ["".join(pieces) for pieces in sections]
    if item["type"] == "shell_call":
        item["action"] = {**item["action"], "commands": texts}
    elif kind.text:
        item[kind.text[1]] = "".join(texts)
    if kind.status and not complete:
        item["status"] = kind.unfinished
    elif kind.status:
        item.setdefault("status", "failed" if item.get("error") else "completed")
    return item


def opened(item: Json) -> Json:
    """The item as its first event has it."""
    kind = kind_of(item)
    started = {**item, **{name: value for name, value in kind.blank.items() if name in item}}
    if item["type"] == "shell_call":
        started["action"] = {**item["action"], "commands": []}
    if item["type"] == "web_search_call" and item["action"]["type"] == "search":
        started["action"] = {"type": "search"}
    if kind.status:
        started["status"] = "in_progress"
    return started


def progress(item: Json, sections: Sequence[Pieces], more: Sequence[Json]) -> Iterator[Json]:
    """The events between the first and the last one of a finished item, without their numbers.
    `more` are those that this very item has beside the ones of its kind."""
    kind = kind_of(item)
    where = {"item_id": item["id"]}
    name = f"response.{item['type']}"
    for stage in kind.before:
        yield {"type": f"{name}.{stage}", **where}
    for event in more:
        yield {**where, **event}
    if item["type"] == "shell_call":
        yield from _commands(sections)
    elif item["type"] == "shell_call_output":
        yield from _outputs(item)
    elif kind.text:
        for piece in sections[0] if sections else ():
            yield {"type": f"response.{kind.text[0]}.delta", **where, "delta": piece}
        whole = {kind.text[1]: item[kind.text[1]]}
        yield {"type": f"response.{kind.text[0]}.done", **where, **whole}
    for stage in kind.after:
        ends_badly = stage == "completed" and (item.get("error") or item.get("status") == "failed")
        yield {"type": f"{name}.{'failed' if ends_badly else stage}", **where}


def _commands(sections: Sequence[Pieces]) -> Iterator[Json]:
    """These events name no item, only its place."""
    for index, pieces in enumerate(sections):
        where = {"command_index": index}
        yield {"type": f"{COMMANDS}.added", **where, "command": ""}
        for piece in pieces:
            yield {"type": f"{COMMANDS}.delta", **where, "delta": piece}
        yield {"type": f"{COMMANDS}.done", **where, "command": "".join(pieces)}


def _outputs(item: Json) -> Iterator[Json]:
    for index, output in enumerate(item["output"]):
        where = {"item_id": item["id"], "command_index": index}
        for channel in ("stdout", "stderr"):
            if output[channel]:
                yield {"type": f"{OUTPUT}.delta", **where, "delta": {channel: output[channel]}}
        yield {"type": f"{OUTPUT}.done", **where, "output": [output]}
