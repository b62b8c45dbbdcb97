"""The messages of a chat request: checked, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass, field

from playground.sandbox.errors import ApiError, invalid_type, missing
from playground.sandbox.fields import Fields
from playground.sandbox.manners import Manners
from playground.sandbox.turn import Heard, plain_text

IMAGE_TOKENS = 85
"""What an image in low detail costs."""
AUDIO_TOKENS = 50

_ROLES = ("system", "assistant", "user", "tool", "developer", "function")
_TEXT = ("text",)
_PARTS = {
    "user": ("text", "image_url", "input_audio", "file"),
    "assistant": ("text", "refusal"),
}
_CALLS = ("function", "custom")


@dataclass(slots=True)
class Conversation:
    heard: Heard = field(default_factory=Heard)
    images: int = 0
    audios: int = 0

    @property
    def media_tokens(self) -> int:
        return IMAGE_TOKENS * self.images + AUDIO_TOKENS * self.audios


def read_messages(fields: Fields, manners: Manners) -> Conversation:
    """Raises ApiError where a message is malformed, or a call and its answer do not meet."""
    messages = fields.require("messages")
    if messages == []:
        raise missing("messages")
    if not isinstance(messages, list):
        raise invalid_type("messages", "an array of objects", messages)
    conversation = Conversation()
    waiting: set[str] = set()
    for message in fields.objects("messages"):
        role = message.required_text("role")
        message.choice("role", _ROLES)
        if role == "tool":
            call_id = _answer(message, waiting)
            conversation.heard.output(plain_text(message, "content", _TEXT), call_id)
        elif role == "function":
            message.required_text("name")
            conversation.heard.output(message.text("content") or "")
        else:
            _refuse_unanswered(waiting)
            waiting = _speak(conversation, message, role, manners)
    _refuse_unanswered(waiting)
    return conversation


def _answer(message: Fields, waiting: set[str]) -> str:
    """The id of the call that a message answers."""
    call_id = message.required_text("tool_call_id")
    if call_id not in waiting:
        raise ApiError(
            400,
            "Invalid parameter: messages with role 'tool' must be a response to a preceding "
            "message with 'tool_calls'.",
            param=message.path("role"),
        )
    waiting.discard(call_id)
    return call_id


def _speak(conversation: Conversation, message: Fields, role: str, manners: Manners) -> set[str]:
    """The ids of the calls that this message waits for."""
    heard = conversation.heard
    calls = message.objects("tool_calls") if role == "assistant" else []
    says = ("content", "refusal", "audio", "function_call") if role == "assistant" else ("content",)
    if not calls and all(message.raw(name) is None for name in says):
        raise missing(message.path("content"))
    heard.say(role, plain_text(message, "content", _PARTS.get(role, _TEXT)))
    if isinstance(message.raw("content"), list):
        kinds = [part.text("type") for part in message.objects("content")]
        conversation.images += kinds.count("image_url")
        conversation.audios += kinds.count("input_audio")
    if calls and manners.wants_reasoning_back and not message.raw(manners.reasoning[0]):
        name = manners.reasoning[0]
        raise ApiError(400, f"The `{name}` in the thinking mode must be passed back to the API.")
    waiting = set()
    for call in calls:
        call_id = call.required_text("id")
        waiting.add(call_id)
        if not manners.lenient:
            _check_call(call)
        made = call.object("custom" if call.raw("type") == "custom" else "function")
        called = str(made.raw("name") or "")
        heard.call(call.body, call_id, called, made.raw("arguments") or made.raw("input"))
    return waiting


def _check_call(call: Fields) -> None:
    call.require("type")
    kind = call.choice("type", _CALLS) or "function"
    call.require(kind)
    made = call.object(kind)
    made.required_text("name")
    text = "arguments" if kind == "function" else "input"
    made.require(text)
    made.text(text)


def _refuse_unanswered(waiting: set[str]) -> None:
    if waiting:
        raise ApiError(
            400,
            "An assistant message with 'tool_calls' must be followed by tool messages responding "
            "to each 'tool_call_id'. The following tool_call_ids did not have response messages: "
            f"{', '.join(sorted(waiting))}",
            param="messages",
        )
