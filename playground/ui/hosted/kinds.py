"""The kinds of hosted calls: what each is called and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from playground.core.items import HostedCall
from playground.ui.hosted.pieces import (
    SHOWN,
    counted,
    failure,
    first_line,
    links,
    more,
    obj,
    pretty,
    rows,
    some,
    table,
    text,
)
from playground.ui.hosted.told import Code, Image, Links, Part, Table, Told, Words

Wire = Mapping[str, Any]


def web_search(wire: Wire, item: HostedCall) -> Told:
    action = obj(wire.get("action"))
    queries = [text(one) for one in rows(action.get("queries"))]
    match action.get("type"):
        case "open_page":
            main = f"opens {text(action.get('url'))}"
        case "find_in_page":
            main = f"looks for “{text(action.get('pattern'))}” in {text(action.get('url'))}"
        case _:
            main = text(action.get("query")) or ", ".join(queries)
    parts: list[Part] = []
    if len(queries) > 1:
        parts.append(Words("Queries", "\n".join(queries)))
    elif main:
        parts.append(Words("Action", main))
    if page := links([action]):
        parts.append(Links("Page", page))
    if found := links(rows(action.get("sources"))):
        parts.append(Links(counted(len(found), "source"), found))
    return Told(main, tuple(parts))


def file_search(wire: Wire, item: HostedCall) -> Told:
    queries = [text(one) for one in rows(wire.get("queries"))]
    results = [obj(one) for one in rows(wire.get("results"))]
    parts: list[Part] = []
    if queries:
        parts.append(Words("Queries" if len(queries) > 1 else "Query", "\n".join(queries)))
    for number, row in enumerate(results[:SHOWN], 1):
        name = text(row.get("filename")) or text(row.get("file_id")) or "a file"
        score = row.get("score")
        said = f" · score {score:.2f}" if isinstance(score, int | float) else ""
        parts.append(Words(f"{number}. {name}{said}", text(row.get("text")).strip()))
    parts += more(len(results))
    found = f" → {counted(len(results), 'result')}" if results else ""
    return Told(", ".join(queries) + found, tuple(parts))


def code_interpreter(wire: Wire, item: HostedCall) -> Told:
    code = text(wire.get("code"))
    parts: list[Part] = [Code("Code", code, "python")] if code else []
    for row in map(obj, rows(wire.get("outputs"))[:SHOWN]):
        if row.get("type") == "image":
            parts.append(Image("Picture", text(row.get("url"))))
        else:
            parts.append(Code("Output", text(row.get("logs"))))
    parts += some(wire, "container_id")
    return Told(first_line(code), tuple(parts))


def image_generation(wire: Wire, item: HostedCall) -> Told:
    error = wire.get("error")
    picture = text(wire.get("result"))
    coming = bool(not picture and item.image)
    parts: list[Part] = failure(error)
    if picture or item.image:
        name = "So far" if coming else ""
        parts.append(Image(name, picture or item.image, going_on=coming))
    prompt = text(wire.get("revised_prompt"))
    if prompt:
        parts.append(Words("Prompt, as the server revised it", prompt))
    parts += some(wire, "action", "size", "quality", "background", "output_format")
    facts = ", ".join(filter(None, (text(wire.get("size")), text(wire.get("quality")))))
    return Told(prompt or facts, tuple(parts), shown=bool(picture or coming), failed=bool(error))


def mcp_tools(wire: Wire, item: HostedCall) -> Told:
    tools = [obj(one) for one in rows(wire.get("tools"))]
    listed = tuple((text(one.get("name")), text(one.get("description"))) for one in tools[:SHOWN])
    parts = failure(wire.get("error"))
    if listed:
        parts.append(Table(counted(len(tools), "tool"), listed))
    parts += more(len(tools))
    main = f"{text(wire.get('server_label'))} → {counted(len(tools), 'tool')}"
    return Told(main, tuple(parts), failed=bool(wire.get("error")))


def mcp_call(wire: Wire, item: HostedCall) -> Told:
    arguments = text(wire.get("arguments"))
    parts = failure(wire.get("error"))
    if arguments:
        parts.append(Code("Arguments", pretty(arguments), "json"))
    if output := text(wire.get("output")):
        parts.append(Code("Output", pretty(output)))
    parts += some(wire, "approval_request_id")
    main = f"{_named(wire)}  {' '.join(arguments.split())}".strip()
    return Told(main, tuple(parts), failed=bool(wire.get("error")))


def mcp_approval(wire: Wire, item: HostedCall) -> Told:
    """Shown in full and open: what is approved is never shortened."""
    asked = Words("It asks to call", _named(wire))
    arguments = Code("with these arguments", pretty(text(wire.get("arguments"))), "json")
    return Told(_named(wire), (asked, arguments), state="asks for approval", shown=True)


def mcp_answer(wire: Wire, item: HostedCall) -> Told:
    said = "approved" if wire.get("approve") is True else "not approved"
    reason = text(wire.get("reason"))
    parts = some(wire, "approval_request_id", "approve", "reason")
    return Told(" · ".join(filter(None, (said, reason))), tuple(parts))


def computer(wire: Wire, item: HostedCall) -> Told:
    actions = rows(wire.get("actions")) or [wire.get("action")]
    steps = [_step(obj(one)) for one in actions if one]
    checks = [obj(one) for one in rows(wire.get("pending_safety_checks"))]
    parts: list[Part] = []
    if checks:
        asked = tuple((text(one.get("code")), text(one.get("message"))) for one in checks)
        parts.append(Table("To be confirmed first", asked))
    if steps:
        numbered = (f"{number}. {step}" for number, step in enumerate(steps[:SHOWN], 1))
        parts.append(Words(counted(len(steps), "action"), "\n".join(numbered)))
    parts += more(len(steps))
    return Told(", ".join(steps[:4]), tuple(parts), shown=bool(checks))


def screenshot(wire: Wire, item: HostedCall) -> Told:
    output = obj(wire.get("output"))
    parts: list[Part] = []
    if address := text(output.get("image_url")):
        parts.append(Image("Screenshot", address))
    return Told("a screenshot", (*parts, *some(output, "file_id")))


def shell(wire: Wire, item: HostedCall) -> Told:
    action = obj(wire.get("action"))
    commands = [text(one) for one in rows(action.get("commands"))]
    if not commands and (words := [text(one) for one in rows(action.get("command"))]):
        commands = [" ".join(words)]
    parts: list[Part] = []
    if commands:
        name = "Commands" if len(commands) > 1 else "Command"
        parts.append(Code(name, "\n".join(commands), "bash"))
    parts += some(action, "timeout_ms", "max_output_length", "working_directory", "user")
    parts += table("Environment", obj(action.get("env")))
    return Told("; ".join(commands), tuple(parts))


def shell_output(wire: Wire, item: HostedCall) -> Told:
    output = wire.get("output")
    if not isinstance(output, list):
        return plain_output(wire, item)
    parts: list[Part] = []
    ends = []
    for row in map(obj, output[:SHOWN]):
        outcome = obj(row.get("outcome"))
        late = outcome.get("type") == "timeout"
        ends.append("timed out" if late else f"exit {text(outcome.get('exit_code')) or '?'}")
        for name in ("stdout", "stderr"):
            if said := text(row.get(name)):
                parts.append(Code(f"{name} · {ends[-1]}", said))
    return Told(", ".join(ends), tuple(parts), failed=any(end != "exit 0" for end in ends))


def patch(wire: Wire, item: HostedCall) -> Told:
    change = obj(wire.get("operation"))
    verb = text(change.get("type")).removesuffix("_file") or "change"
    diff = text(change.get("diff"))
    parts = (Code("Difference", diff, "diff"),) if diff else ()
    return Told(f"{verb} {text(change.get('path'))}".strip(), parts)


def plain_output(wire: Wire, item: HostedCall) -> Told:
    said = text(wire.get("output", wire.get("result")))
    parts = (Code("Output", pretty(said)),) if said else ()
    return Told(first_line(said), parts, failed=item.status == "failed")


def program(wire: Wire, item: HostedCall) -> Told:
    code = text(wire.get("code"))
    return Told(first_line(code), (Code("Program", code, "javascript"),) if code else ())


def tool_search(wire: Wire, item: HostedCall) -> Told:
    arguments = text(wire.get("arguments"))
    parts: list[Part] = [Code("Arguments", pretty(arguments), "json")] if arguments else []
    parts += some(wire, "execution")
    return Told(" ".join(arguments.split()), tuple(parts))


def tools(wire: Wire, item: HostedCall) -> Told:
    found = [obj(one) for one in rows(wire.get("tools"))]
    listed = tuple(
        (
            text(one.get("name") or one.get("server_label") or one.get("type")),
            text(one.get("description")) or text(one.get("type")),
        )
        for one in found[:SHOWN]
    )
    parts: list[Part] = [Table(counted(len(found), "tool"), listed)] if listed else []
    return Told(", ".join(name for name, _ in listed), (*parts, *more(len(found))))


def compaction(wire: Wire, item: HostedCall) -> Told:
    sealed = text(wire.get("encrypted_content"))
    return Told(f"what went before, sealed in {len(sealed):,} characters")


Kind = Callable[[Wire, HostedCall], Told]

KINDS: Mapping[str, tuple[str, Kind]] = {
    "web_search_call": ("Web search", web_search),
    "file_search_call": ("File search", file_search),
    "code_interpreter_call": ("Code interpreter", code_interpreter),
    "image_generation_call": ("Image", image_generation),
    "mcp_list_tools": ("MCP tools", mcp_tools),
    "mcp_call": ("MCP call", mcp_call),
    "mcp_approval_request": ("MCP approval", mcp_approval),
    "mcp_approval_response": ("MCP approval answered", mcp_answer),
    "computer_call": ("Computer", computer),
    "computer_call_output": ("Computer output", screenshot),
    "shell_call": ("Shell", shell),
    "shell_call_output": ("Shell output", shell_output),
    "local_shell_call": ("Local shell", shell),
    "local_shell_call_output": ("Local shell output", shell_output),
    "apply_patch_call": ("Patch", patch),
    "apply_patch_call_output": ("Patch output", plain_output),
    "tool_search_call": ("Tool search", tool_search),
    "tool_search_output": ("Tools found", tools),
    "additional_tools": ("More tools", tools),
    "program": ("Program", program),
    "program_output": ("Program output", plain_output),
    "compaction": ("Compaction", compaction),
}
"""(what it is called, what it says) of each kind of hosted item."""


def _named(wire: Wire) -> str:
    return " › ".join(filter(None, (text(wire.get("server_label")), text(wire.get("name")))))


def _step(action: Wire) -> str:
    """One thing done to a computer: `click 120, 340`, `type “hello”`."""
    words = [text(action.get("type")).replace("_", " ") or "something"]
    if action.get("button") not in (None, "left"):
        words.append(text(action.get("button")))
    if "text" in action:
        words.append(f"“{text(action.get('text'))}”")
    if keys := [text(one) for one in rows(action.get("keys"))]:
        words.append("+".join(keys))
    words += _places(action)
    return " ".join(words)


def _places(action: Wire) -> Iterator[str]:
    if "x" in action or "y" in action:
        yield f"{text(action.get('x'))}, {text(action.get('y'))}"
    if "scroll_x" in action or "scroll_y" in action:
        yield f"by {text(action.get('scroll_x')) or 0}, {text(action.get('scroll_y')) or 0}"
    if path := [obj(one) for one in rows(action.get("path"))]:
        yield " → ".join(
            f"{text(one.get('x'))}, {text(one.get('y'))}" for one in (path[0], path[-1])
        )
