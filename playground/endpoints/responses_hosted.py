"""The events of tools that are not the user's functions, and of speech."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.core.items import HostedCall, Message
from playground.core.transcript import Transcript
from playground.endpoints.responses_answer import Answer, Handler, count
from playground.endpoints.responses_items import Data, printed, word
from playground.endpoints.responses_texts import delta, done

STATUSES: Mapping[str, str] = {
    "code_interpreter_call": "in_progress interpreting completed failed",
    "compaction": "compacting",
    "file_search_call": "in_progress searching completed failed",
    "image_generation_call": "in_progress generating completed failed",
    "mcp_call": "in_progress completed failed",
    "mcp_list_tools": "in_progress completed failed",
    "web_search_call": "in_progress searching completed failed",
}
"""By kind: what events tell of how far a call has got."""

PRINTED = "shell_call_output"


def progress(kind: str, status: str) -> Handler:
    def handle(transcript: Transcript, answer: Answer, data: Data) -> None:
        item = answer.places.locate(transcript, data, kind)
        if isinstance(item, HostedCall):
            item.status = status
            transcript.phase = "calling"
            transcript.touch(item)

    return handle


def partial_image(transcript: Transcript, answer: Answer, data: Data) -> None:
    item = answer.places.locate(transcript, data, "image_generation_call")
    if isinstance(item, HostedCall) and (image := word(data.get("partial_image_b64"))):
        item.image = image
        transcript.token("calling")
        transcript.touch(item)


def command_added(transcript: Transcript, answer: Answer, data: Data) -> None:
    item = answer.places.locate(transcript, data, "shell_call")
    if isinstance(item, HostedCall):
        answer.parts.begin(item, "code", "\n")
        item.code.append(word(data.get("command")))
        transcript.touch(item)


def output_delta(transcript: Transcript, answer: Answer, data: Data) -> None:
    item = _output(transcript, answer, data)
    item.code.append(printed(data.get("delta")))
    transcript.token("calling")
    transcript.touch(item)


def output_done(transcript: Transcript, answer: Answer, data: Data) -> None:
    item = _output(transcript, answer, data)
    output: Any = data.get("output")
    rows = output if isinstance(output, list) else [output]
    answer.parts.end(item, "code", count(data, "command_index"), "".join(map(printed, rows)))
    transcript.touch(item)


def _output(transcript: Transcript, answer: Answer, data: Data) -> HostedCall:
    """What commands print has an item of its own, even where the server names that of the call."""
    item = answer.places.locate(transcript, data, PRINTED)
    if isinstance(item, HostedCall) and item.type != PRINTED:
        item = answer.places.stray(transcript, data, PRINTED)
    assert isinstance(item, HostedCall)
    return item


def audio_delta(transcript: Transcript, answer: Answer, data: Data) -> None:
    item = _speech(transcript, answer)
    pieces = answer.audio.setdefault(item.key, [])
    pieces.append(word(data.get("delta")))
    if len(pieces) & (len(pieces) - 1) == 0:  # at powers of two: linear, however many come
        item.audio["data"] = "".join(pieces)
    transcript.token("writing")
    transcript.touch(item)


def audio_done(transcript: Transcript, answer: Answer, _: Data) -> None:
    hear_out(transcript, answer)


def hear_out(transcript: Transcript, answer: Answer) -> None:
    """No more audio comes for now: put together what there is."""
    for key, pieces in answer.audio.items():
        item = transcript.find(key)
        if len(pieces) > 1 and isinstance(item, Message):
            pieces[:] = ["".join(pieces)]
            item.audio["data"] = pieces[0]
            transcript.touch(item)


def spoken_delta(transcript: Transcript, answer: Answer, data: Data) -> None:
    """The words of a spoken answer are its text."""
    item = _speech(transcript, answer)
    if piece := data.get("delta"):
        item.text.append(piece if isinstance(piece, str) else "")
        transcript.token("writing")
    transcript.touch(item)


def spoken_done(transcript: Transcript, answer: Answer, data: Data) -> None:
    item = _speech(transcript, answer)
    answer.parts.end(item, "text", 0, word(data.get("transcript")))
    transcript.touch(item)


def _speech(transcript: Transcript, answer: Answer) -> Message:
    """The events of speech name no item: they mean the message that is being made."""
    item = answer.places.current(transcript, "message")
    assert isinstance(item, Message)
    return item


HANDLERS: Mapping[str, Handler] = {
    "response.code_interpreter_call_code.delta": delta("code_interpreter_call", "code", "calling"),
    "response.code_interpreter_call_code.done": done("code_interpreter_call", "code", "code"),
    "response.mcp_call_arguments.delta": delta("mcp_call", "code", "calling"),
    "response.mcp_call_arguments.done": done("mcp_call", "code", "arguments"),
    "response.apply_patch_call_operation_diff.delta": delta("apply_patch_call", "code", "calling"),
    "response.apply_patch_call_operation_diff.done": done("apply_patch_call", "code", "diff"),
    "response.shell_call_command.added": command_added,
    "response.shell_call_command.delta": delta("shell_call", "code", "calling"),
    "response.shell_call_command.done": done(
        "shell_call", "code", "command", "command_index", "\n"
    ),
    "response.shell_call_output_content.delta": output_delta,
    "response.shell_call_output_content.done": output_done,
    "response.image_generation_call.partial_image": partial_image,
    "response.audio.delta": audio_delta,
    "response.audio.done": audio_done,
    "response.audio.transcript.delta": spoken_delta,
    "response.audio.transcript.done": spoken_done,
    **{
        f"response.{kind}.{status}": progress(kind, status)
        for kind, statuses in STATUSES.items()
        for status in statuses.split()
    },
}
