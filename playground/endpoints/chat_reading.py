"""Chat Completions: how to read what comes, from OpenAI and from everybody else.

Reasoning is read under either of its names, never both; `reasoning_details` speak for it where a
server sends nothing else. Calls are put together in `chat_calls`, choices in `choices`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from playground.core.items import Reasoning
from playground.core.transcript import Transcript
from playground.endpoints.chat_calls import settle_calls, take_call
from playground.endpoints.choices import NOTHING, Choice, Data, Pieces, opened, reducer

PLAIN = frozenset(("role", "content"))
"""All that a delta holds that is a piece of text, as most of them are."""


def _read(transcript: Transcript, choice: Choice, row: Data) -> None:
    delta: Any = row.get("delta")
    streamed = isinstance(delta, dict)
    if not streamed:
        delta = row.get("message")
        if not isinstance(delta, dict):
            delta = NOTHING
    if logprobs := row.get("logprobs"):
        _weigh(transcript, choice, logprobs)
    content = delta.get("content")
    if isinstance(content, str) and (len(delta) == 1 or delta.keys() <= PLAIN):
        # To look for all the rest takes longer than everything else that is done with it.
        if content:
            _say(transcript, choice, content)
        return
    thought, name = delta.get("reasoning_content"), "reasoning_content"
    if not thought or not isinstance(thought, str):
        thought, name = delta.get("reasoning"), "reasoning"
    if details := delta.get("reasoning_details"):
        _detail(transcript, choice, details, thought)
    if thought and isinstance(thought, str):
        _think(transcript, choice, thought, name)
    extra = delta.get("extra_content") or NOTHING
    if content:
        if not isinstance(content, str):
            content = _joined(content)
        if extra is not NOTHING and _is_thought(extra):
            _think(transcript, choice, content, "")
            extra = NOTHING
        elif content:
            _say(transcript, choice, content)
    refusal = delta.get("refusal")
    if refusal and isinstance(refusal, str):
        message = opened(transcript, choice)
        message.refusal.append(refusal)
        transcript.grew(message, "writing")
    if isinstance(audio := delta.get("audio"), dict):
        _hear(transcript, choice, audio)
    if marks := delta.get("annotations"):
        _annotate(transcript, choice, marks)
    if isinstance(extra, dict) and extra:
        message = opened(transcript, choice)
        message.extra.update(extra)
        transcript.touch(message)
    calls = delta.get("tool_calls")
    if isinstance(calls, list):
        for place, part in enumerate(calls):
            if isinstance(part, dict):
                take_call(transcript, choice, part, None if streamed else place)
    if isinstance(old := delta.get("function_call"), dict):
        take_call(transcript, choice, {"function": old}, 0)


def _settle(transcript: Transcript, choice: Choice) -> None:
    if choice.open:
        settle_calls(transcript, choice)
    if choice.message is not None:
        for name, pieces in choice.sound.items():
            choice.message.audio[name] = _whole(name, pieces)


def _say(transcript: Transcript, choice: Choice, content: str) -> None:
    message = choice.message or opened(transcript, choice)
    message.text.append(content)
    transcript.grew(message, "writing")


def _think(transcript: Transcript, choice: Choice, thought: str, name: str) -> None:
    reasoning = _pondering(transcript, choice)
    reasoning.text.append(thought)
    if not reasoning.name:
        reasoning.name = name
    transcript.grew(reasoning, "reasoning")


def _pondering(transcript: Transcript, choice: Choice) -> Reasoning:
    if choice.reasoning is None:
        key = f"{transcript.leg}:{choice.number}:reasoning"
        choice.reasoning = Reasoning(key=key, choice=choice.number)
        transcript.open(choice.reasoning)
    return choice.reasoning


def _detail(transcript: Transcript, choice: Choice, details: Any, thought: Any) -> None:
    """OpenRouter's own account of the reasoning. Often it repeats what is said beside it."""
    if not isinstance(details, list) or not (
        rows := [one for one in details if isinstance(one, dict)]
    ):
        return
    reasoning = _pondering(transcript, choice)
    reasoning.details += rows
    if any(row.get("type") == "reasoning.encrypted" for row in rows):
        reasoning.encrypted = True
    if not thought:
        words = (row.get("text") or row.get("summary") for row in rows)
        if said := "".join(word for word in words if isinstance(word, str)):
            reasoning.text.append(said)
            transcript.token("reasoning")
    transcript.touch(reasoning)


def _is_thought(extra: Any) -> bool:
    """Gemini marks content that is none: `{"google": {"thought": true}}`."""
    return isinstance(extra, dict) and any(
        isinstance(one, dict) and one.get("thought") is True for one in extra.values()
    )


def _joined(content: Any) -> str:
    """The text of content in parts."""
    if not isinstance(content, list):
        return ""
    parts = (part.get("text") for part in content if isinstance(part, dict))
    return "".join(text for text in parts if isinstance(text, str))


def _weigh(transcript: Transcript, choice: Choice, logprobs: Any) -> None:
    if not isinstance(logprobs, dict):
        return
    for name in ("content", "refusal"):
        if isinstance(rows := logprobs.get(name), list):
            choice.logprobs += [row for row in rows if isinstance(row, dict)]
    if choice.message is not None:
        transcript.touch(choice.message)


def _annotate(transcript: Transcript, choice: Choice, marks: Any) -> None:
    if isinstance(marks, list) and (rows := [mark for mark in marks if isinstance(mark, dict)]):
        message = opened(transcript, choice)
        message.annotations += rows
        transcript.touch(message)


def _hear(transcript: Transcript, choice: Choice, audio: Data) -> None:
    message = opened(transcript, choice)
    for name, value in audio.items():
        if name in ("data", "transcript"):
            if value and isinstance(value, str):
                pieces = choice.sound.setdefault(name, Pieces())
                if pieces.add(value) or choice.reason:
                    message.audio[name] = _whole(name, pieces)
                transcript.token("writing")
        elif value is not None:
            message.audio[name] = value
    transcript.touch(message)


def _whole(name: str, pieces: Pieces) -> str:
    parts = pieces.parts
    if name == "data" and any(part.endswith("=") for part in parts[:-1]):
        return _base64(parts)
    return "".join(parts)


def _base64(parts: Sequence[str]) -> str:
    """Pieces of base64 that were padded one by one, as one; as they came where they are none."""
    try:
        return base64.b64encode(b"".join(map(base64.b64decode, parts))).decode()
    except (binascii.Error, ValueError):
        return "".join(parts)


reduce = reducer(_read, _settle)
