"""The items of the Responses dialect, inward: what they say, which belong together, and how the
server keeps them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from playground.sandbox.errors import ApiError, invalid_type, missing
from playground.sandbox.fields import Fields, Json
from playground.sandbox.hosted_items import KINDS
from playground.sandbox.memory import Memory
from playground.sandbox.seal import is_sealed
from playground.sandbox.turn import Approval, Heard, plain_text

_ROLES = ("user", "assistant", "system", "developer")
_SAID = ("input_text", "input_image", "input_file")
_ANSWERED = ("output_text", "refusal")
_OUTPUTS = {
    "function_call_output": "function_call",
    "custom_tool_call_output": "custom_tool_call",
    "computer_call_output": "computer_call",
    "shell_call_output": "shell_call",
    "local_shell_call_output": "local_shell_call",
    "apply_patch_call_output": "apply_patch_call",
}
_PREFIXES = {
    "message": "msg_",
    "reasoning": "rs_",
    "function_call": "fc_",
    "function_call_output": "fco_",
    "custom_tool_call": "ctc_",
    "custom_tool_call_output": "ctco_",
    "mcp_approval_response": "mcpa_",
    "compaction": "cmp_",
}


def given(fields: Fields, name: str) -> list[Fields]:
    """`input` as items, whichever way it was written. Raises ApiError."""
    value = fields.require(name)
    if isinstance(value, str):
        return [Fields({"role": "user", "content": value}, at=name)]
    if value == []:
        raise missing(fields.path(name))
    if not isinstance(value, list):
        raise invalid_type(fields.path(name), "a string or an array of objects", value)
    return fields.objects(name)


def kept(item: Json, identify: Callable[[str], str]) -> Json:
    """An item as the server keeps and lists it: with an id and a status, in its long form."""
    kind = item.get("type") or "message"
    prefix = KINDS[kind].prefix if kind in KINDS else _PREFIXES.get(kind, "item_")
    item = {**item, "id": item.get("id") or identify(prefix), "type": kind}
    if kind == "message":
        item.setdefault("status", "completed")
        answers = item["role"] == "assistant"
        content = item.get("content") or ""
        if isinstance(content, str):
            content = [{"type": "output_text" if answers else "input_text", "text": content}]
        item["content"] = [_whole(part) for part in content]
    elif kind in _OUTPUTS:
        item.setdefault("status", "completed")
    return item


def read_items(body: Json, name: str, identify: Callable[[str], str]) -> list[Json]:
    """Items that are brought without a question, as the server keeps them. Raises ApiError."""
    rows = Fields(body).objects(name)
    for row in rows:
        if _kind(row) == "message":
            _said(row)
    return [kept(row.body, identify) for row in rows]


def _kind(item: Fields) -> str:
    item.text("id")
    return item.text("type") or "message"


def _said(item: Fields) -> tuple[str, str]:
    """Role and text of a message."""
    role = item.required_text("role")
    item.choice("role", _ROLES)
    return role, plain_text(item, "content", _ANSWERED if role == "assistant" else _SAID)


def _whole(part: Json) -> Json:
    match part["type"]:
        case "output_text":
            return {"annotations": [], "logprobs": [], **part}
        case "input_image":
            return {"detail": "auto", **part}
        case _:
            return part


class Listener:
    """Hears items one after the other. Raises ApiError for those that do not belong together."""

    def __init__(self, heard: Heard, memory: Memory) -> None:
        self._heard = heard
        self._memory = memory
        self._calls: dict[str, str] = {}
        self._answered: set[str] = set()
        self._wishes: dict[str, Json] = {}
        """To call tools of MCP servers."""
        self._thought: str | None = None
        """The reasoning that was heard last, while nothing follows it."""
        self._thoughts: set[str] = set()
        self.trigger = False
        """A compaction was asked for."""

    def recall(self, items: Iterable[Json]) -> None:
        """Hears what the server itself keeps."""
        for item in items:
            self._item(Fields(item, at="input"), "input")
        self._thought = None

    def listen(self, rows: Iterable[Fields], name: str) -> list[Json]:
        """Hears what the request brings; references are replaced by what they name."""
        items = [self._found(row, name) for row in rows]
        self._refuse_unled([row.body for row in items], name)
        for row in items:
            self._item(row, name)
        if self._thought is not None:
            raise _unfollowed(self._thought, name)
        for call_id, kind in self._calls.items():
            if call_id not in self._answered:
                what = kind.removesuffix("_call").replace("_", " ")
                raise ApiError(400, f"No tool output found for {what} call {call_id}.", param=name)
        return [row.body for row in items if row.raw("type") != "compaction_trigger"]

    def _found(self, row: Fields, name: str) -> Fields:
        if row.raw("type") != "item_reference":
            return row
        item_id = row.required_text("id")
        item = self._memory.item(item_id)
        if item is None:
            raise _not_kept(item_id, name)
        return Fields(item, at=row.path("id").removesuffix(".id"))

    def _refuse_unled(self, items: list[Json], name: str) -> None:
        """What reasoning led to must not come back without it, as far as the current turn goes."""
        begin = max((n for n, item in enumerate(items) if item.get("role") == "user"), default=0)
        here = self._thoughts | {str(item.get("id")) for item in items}
        for item in items[begin:]:
            item_id, kind = item.get("id"), item.get("type") or "message"
            if not isinstance(item_id, str) or kind == "reasoning":
                continue
            thought = self._memory.thought_before(item_id)
            if thought is not None and thought not in here:
                raise ApiError(
                    400,
                    f"Item '{item_id}' of type '{kind}' was provided without its required "
                    f"'reasoning' item: '{thought}'.",
                    param=name,
                )

    def _item(self, item: Fields, name: str) -> None:
        kind = _kind(item)
        if kind == "message":
            role, text = _said(item)
            if self._thought is not None and role != "assistant":
                raise _unfollowed(self._thought, name)
            self._heard.say(role, text)
        elif kind in _OUTPUTS:
            self._output(item, kind, name)
        elif kind == "mcp_approval_response":
            self._approval(item, name)
        elif kind == "compaction_trigger":
            self.trigger = True
        else:
            if kind in _OUTPUTS.values():
                self._calls[item.required_text("call_id")] = kind
                if kind in ("function_call", "custom_tool_call"):
                    item.required_text("name")
            elif kind == "mcp_approval_request":
                self._wishes[item.required_text("id")] = item.body
            elif kind in ("reasoning", "compaction"):
                self._refuse_unsealed(item, kind, name)
            if kind in ("function_call", "custom_tool_call"):
                made = (item.required_text("call_id"), item.required_text("name"))
                self._heard.call(item.body, *made, item.raw("arguments") or item.raw("input"))
            else:
                self._heard.hear(json.dumps(item.body))
        self._thought = item.text("id") if kind == "reasoning" else None
        if self._thought is not None:
            self._thoughts.add(self._thought)

    def _output(self, item: Fields, kind: str, name: str) -> None:
        # The older of the two shells has the call's name in another field.
        local = kind == "local_shell_call_output"
        call_id = item.required_text("id" if local else "call_id")
        if self._calls.get(call_id) != _OUTPUTS[kind]:
            raise ApiError(
                400,
                f"No tool call found for {kind.replace('_', ' ').removesuffix(' output')} "
                f"output with call_id {call_id}.",
                param=name,
            )
        self._answered.add(call_id)
        if kind == "computer_call_output":
            text = f"[{item.object('output').text('type') or 'screenshot'}]"
        elif kind == "shell_call_output":
            said = [
                row.text(name) for row in item.objects("output") for name in ("stdout", "stderr")
            ]
            text = "\n".join(filter(None, said))
        else:
            text = plain_text(item, "output", _SAID) or item.text("status") or ""
        self._heard.output(text, call_id)

    def _approval(self, item: Fields, name: str) -> None:
        wish_id = item.required_text("approval_request_id")
        item.require("approve")
        if wish_id not in self._wishes:
            raise ApiError(400, f"No approval request found with id '{wish_id}'.", param=name)
        self._heard.approvals.append(Approval(self._wishes[wish_id], item.flag("approve")))
        self._heard.hear(json.dumps(item.body))

    def _refuse_unsealed(self, item: Fields, kind: str, name: str) -> None:
        """Reasoning is sealed, kept here, or, from a model that shows it, readable."""
        sealed = item.text("encrypted_content")
        if sealed is not None:
            if not is_sealed(sealed):
                raise ApiError(
                    400,
                    f"The encrypted content {sealed[:8]}... could not be verified.",
                    param=name,
                    code="invalid_encrypted_content",
                )
        elif kind == "compaction":
            item.require("encrypted_content")
        elif not item.raw("content") and self._memory.item(item.required_text("id")) is None:
            raise _not_kept(item.required_text("id"), name)


def _unfollowed(thought: str, name: str) -> ApiError:
    return ApiError(
        400,
        f"Item '{thought}' of type 'reasoning' was provided without its required following item.",
        param=name,
    )


def _not_kept(item_id: str, name: str) -> ApiError:
    return ApiError(
        404,
        f"Item with id '{item_id}' not found. Items are not persisted when `store` is set to "
        "false. Try again with `store` set to true, or remove this item from your input.",
        param=name,
    )
