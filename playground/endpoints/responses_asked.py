"""What a server asks of the client beside functions: commands, patches, a computer to be used, and
leave to call a tool of an MCP server. As calls to be decided about, and the items that answer them.

Nothing that is asked here is ever carried out by this program. Leave can be given; of the others
somebody may say what came of it, else the server hears that it was not done.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from playground.core.call import Call
from playground.core.items import HostedCall, Item
from playground.core.recording import parse
from playground.core.resources import resource
from playground.core.tools import Asked, Result, Tool
from playground.endpoints.responses_items import UNFINISHED, written

Wire = dict[str, Any]

LEAVE = "mcp_approval_request"
ENVELOPE = frozenset(("type", "id", "call_id", "status"))
"""Fields of an item that say nothing of what is to be done."""
SECRET = frozenset(("authorization", "headers"))
"""Fields of an MCP server that may change without its being another one."""

BRIEF = 60
"""Characters of a command where it is only named."""
FAILED, DENIED = 1, 126
"""Exit codes: of what went wrong; of what was not executed, as shells say that."""


def asked(items: Sequence[Item], call: Call) -> list[tuple[Item, Asked]]:
    answers = {item.call_id for item in items if isinstance(item, HostedCall) and _is_answer(item)}
    return [
        (item, one)
        for item in items
        if isinstance(item, HostedCall)
        and item.type in KINDS
        and item.call_id not in answers
        and (one := _asked(item, call)) is not None
    ]


def reply(item: Item, result: Result) -> Wire:
    assert isinstance(item, HostedCall)
    return KINDS[item.type].reply(item, result)


def _is_answer(item: HostedCall) -> bool:
    return item.type == "mcp_approval_response" or item.type.endswith("_output")


def _asked(item: HostedCall, call: Call) -> Asked | None:
    wire = item.wire or {}
    if not item.call_id or wire.get("status") in (*UNFINISHED, "incomplete"):
        return None
    if item.type == LEAVE:
        label, name = written(wire.get("server_label")), written(wire.get("name"))
        tool = Tool(source=label, name=name, kind="hosted", mode="real")
        tool.hosted = _server(label, call) or {"asked": item.call_id}
        return Asked(item.call_id, name, written(wire.get("arguments")), tool, item.leg)
    where = wire.get("environment")
    if isinstance(where, dict) and where.get("type") != "local":
        return None  # the server does it itself
    kind = KINDS[item.type]
    tool = Tool(name=kind.name, kind="hosted", mode="human", output=kind.output(wire))
    told = {name: value for name, value in wire.items() if name not in ENVELOPE}
    return Asked(item.call_id, kind.name, json.dumps(told, ensure_ascii=False), tool, item.leg)


def _server(label: str, call: Call) -> Wire:
    """An MCP server as the request describes it: leave for always is for this one, and not for
    another of the same name. Empty when the request does not describe it."""
    rows: list[Any] = [tool.hosted for tool in call.tools if tool.kind == "hosted"]
    for fields in (call.fields, call.extra):
        given = fields.get("tools")
        rows += given if isinstance(given, list) else []
    found = [
        {name: value for name, value in row.items() if name not in SECRET}
        for row in rows
        if isinstance(row, dict) and row.get("server_label") == label
    ]
    return {"servers": found} if found else {}


# What somebody may say came of it: its schema, and how it is told to the server.


def _object(**properties: Any) -> Wire:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


TEXT = {"type": "string"}
PRINTED = _object(stdout=TEXT, stderr=TEXT, exit_code={"type": "integer", "default": 0})
PATCHED = _object(status={"type": "string", "enum": ["completed", "failed"]}, output=TEXT)
PICTURE = {"type": "string", "description": "The screenshot: a picture as a data URL."}
CHECKED = {"type": "boolean", "description": "Whether you have looked at the safety checks."}


def _leave(item: HostedCall, result: Result) -> Wire:
    reason = {"reason": result.output} if result.output and not result.ok else {}
    made = {"type": "mcp_approval_response", "approval_request_id": item.call_id}
    return {**made, "approve": result.ok, **reason}


def _prints(wire: Wire) -> Wire:
    """What came of each command, under its number and its beginning."""
    action = wire.get("action")
    commands = action.get("commands") if isinstance(action, dict) else None
    rows = commands if isinstance(commands, list) else []
    told = {
        f"{number}. {' '.join(written(command).split())[:BRIEF]}": PRINTED
        for number, command in enumerate(rows, 1)
    }
    return _object(**told) if len(told) > 1 else PRINTED


class Printed(NamedTuple):
    """What came of a command."""

    stdout: str
    stderr: str
    exit_code: int


def _shell(item: HostedCall, result: Result) -> Wire:
    value = _value(result)
    if isinstance(value, dict) and not value.keys() & set(Printed._fields):
        value = list(value.values())
    rows = (value or [""]) if isinstance(value, list) else [value]
    output = [
        {
            "stdout": one.stdout,
            "stderr": one.stderr,
            "outcome": {"type": "exit", "exit_code": one.exit_code},
        }
        for one in (_printed(row, result) for row in rows)
    ]
    made = {"type": "shell_call_output", "call_id": item.call_id, "output": output}
    action = (item.wire or {}).get("action")
    most = action.get("max_output_length") if isinstance(action, dict) else None
    return made if most is None else {**made, "max_output_length": most}


def _local_shell(item: HostedCall, result: Result) -> Wire:
    printed = _printed(_value(result), result)
    said = json.dumps(printed._asdict(), ensure_ascii=False)
    return {"type": "local_shell_call_output", "id": item.call_id, "output": said}


def _printed(value: Any, result: Result) -> Printed:
    """Also where somebody wrote only words."""
    if isinstance(value, dict):
        code = value.get("exit_code")
        stdout, stderr = written(value.get("stdout")), written(value.get("stderr"))
        return Printed(stdout, stderr, code if isinstance(code, int) else 0)
    if result.ok:
        return Printed(written(value), "", 0)
    return Printed("", written(value), DENIED if result.state == "denied" else FAILED)


def _patched(item: HostedCall, result: Result) -> Wire:
    value = _value(result)
    if not isinstance(value, dict):
        value = {"status": "completed" if result.ok else "failed", "output": value}
    status = "completed" if value.get("status") == "completed" else "failed"
    made = {"type": "apply_patch_call_output", "call_id": item.call_id, "status": status}
    output = written(value.get("output"))
    return {**made, "output": output} if output else made


def _looks(wire: Wire) -> Wire:
    checks = {"acknowledged": CHECKED} if wire.get("pending_safety_checks") else {}
    return _object(image_url=PICTURE, **checks)


def _seen(item: HostedCall, result: Result) -> Wire:
    """A server takes nothing but a picture: where there is none, one that says so. Safety checks
    are acknowledged by whoever says that, and by nothing else."""
    value = _value(result)
    told = value if isinstance(value, dict) else {"image_url": value}
    address = told.get("image_url")
    good = result.ok and isinstance(address, str) and address.startswith(("data:", "https:"))
    shown = {"type": "computer_screenshot", "image_url": address if good else not_executed()}
    made = {"type": "computer_call_output", "call_id": item.call_id, "output": shown}
    checks = (item.wire or {}).get("pending_safety_checks")
    if checks and good and told.get("acknowledged") is True:
        made["acknowledged_safety_checks"] = checks
    return made


@cache
def not_executed() -> str:
    """A picture with just these words, as a data URL."""
    data = resource("tools", "not-executed.png").read_bytes()
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def _value(result: Result) -> Any:
    """What was answered: as JSON where it is some, and where it was answered; else as words."""
    value, wrong = parse(result.output)
    structured = result.ok and not wrong and isinstance(value, dict | list)
    return value if structured else result.output


class Kind(NamedTuple):
    name: str
    output: Callable[[Wire], Any]
    """The schema of what can be answered."""
    reply: Callable[[HostedCall, Result], Wire]


KINDS: Mapping[str, Kind] = {
    LEAVE: Kind("", lambda wire: None, _leave),
    "shell_call": Kind("shell", _prints, _shell),
    "local_shell_call": Kind("local_shell", lambda wire: PRINTED, _local_shell),
    "apply_patch_call": Kind("apply_patch", lambda wire: PATCHED, _patched),
    "computer_call": Kind("computer", _looks, _seen),
}
